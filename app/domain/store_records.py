"""Store customers and companies that no order came with, spoken of as if one had (P23).

Who somebody is does not depend on how we came to hear of them. So the rules for orders decide: a store customer stands
for an order that it placed at its default address, a company location for one that was placed there. What only orders
have is empty.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.companies import CompanyProfile
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING
from app.domain.orders import Named, Order, OrderTotals, StoreCustomer
from app.domain.shop_settings import CompanyMapping, CustomerMapping, ShopSettings


def order_of_customer(customer: StoreCustomer, *, read_at: datetime) -> Order:
    address = customer.addresses[0] if customer.addresses else None
    return _order(customer.shopify_id, read_at, customer=customer, bill_to_address=address, sell_to_address=address)


def order_of_location(
    company: Named, location: Named, profile: CompanyProfile | None, *, unknown: tuple[str, ...], read_at: datetime
) -> Order:
    return _order(
        location.shopify_id,
        read_at,
        b2b=True,
        company=company,
        company_location=location,
        company_profile=profile,
        unknown=unknown,
    )


def without_defaults(settings: ShopSettings) -> ShopSettings:
    """The settings by which somebody is found who is to be somebody of their own: a default is for orders. Where orders
    always take it, store customers are found by e-mail and phone.
    """
    customers, companies = settings.customers, settings.companies
    always = customers.mapping is CustomerMapping.ALWAYS_DEFAULT
    ways = tuple(way for way in companies.mapping if way is not CompanyMapping.DEFAULT_COMPANY)
    return replace(
        settings,
        customers=replace(
            customers,
            default_customer_no=None,
            default_as_last_resort=False,
            mapping=CustomerMapping.BY_EMAIL_PHONE if always else customers.mapping,
        ),
        companies=replace(companies, default_customer_no=None, mapping=ways or (CompanyMapping.BY_EMAIL_PHONE,)),
    )


def _order(record: ShopifyId, read_at: datetime, **fields: Any) -> Order:
    return Order(
        shopify_id=record,
        name="",
        created_at=read_at,
        updated_at=read_at,
        currency="",
        presentment_currency="",
        prices_include_tax=False,
        totals=OrderTotals(total=NOTHING, current_total=NOTHING),
        **fields,
    )
