"""The customer that is made when none is found (P22, CUS-36 … CUS-43). Does not decide whether one may be made."""

import dataclasses

from app.domain.addresses import StoreAddress
from app.domain.customers import NewCustomer
from app.domain.identifiers import ShopId
from app.domain.mappings import Mappings
from app.domain.names import names_of, place_of
from app.domain.orders import Order
from app.domain.shop_settings import ShopSettings
from app.domain.tax_areas import tax_area_of


def template_code_for(
    address: StoreAddress, *, explicit: str | None, settings: ShopSettings, mappings: Mappings
) -> str | None:
    """The template: the order's own, else that of the address's country or province, else the shop's (CUS-36,
    CUS-37).
    """
    row = mappings.template_for(address.country_code, address.province_code)
    return explicit or (row.template_code if row else None) or settings.customers.template_code or None


def new_customer(
    order: Order,
    address: StoreAddress,
    *,
    shop_id: ShopId,
    template_code: str,
    settings: ShopSettings,
    mappings: Mappings,
) -> NewCustomer:
    """The fields of CUS-41. Names missing on the address are the store customer's own; payment terms are the
    template's (CUS-42).
    """
    customer = order.customer
    if customer and not (address.first_name or address.last_name):
        address = dataclasses.replace(address, first_name=customer.first_name, last_name=customer.last_name)
    names = names_of(address, settings.customers)
    area = tax_area_of(address, mappings.tax_areas)
    return NewCustomer(
        shop_id=shop_id,
        store_customer_id=customer.shopify_id if customer else None,
        store_company_id=None,
        address_id=address.shopify_id,
        template_code=template_code,
        name=names.name,
        name2=names.name2,
        contact_name=names.contact_name,
        email=(customer.email if customer else "") or order.email,
        phone=address.phone or (customer.phone if customer else "") or order.phone,
        address=place_of(address, settings.customers.county_source),
        tax_area_code=(area.tax_area_code or "") if area else "",
        tax_liable=bool(area and area.tax_area_code and area.tax_liable),
        vat_business_group=(area.vat_business_group or "") if area else "",
    )
