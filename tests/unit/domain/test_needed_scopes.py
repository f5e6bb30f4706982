"""P03: what is asked of Shopify only where a scope allows it is named by the connection test where that is lacking."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from app.adapters.shopify import (
    catalogs,
    companies,
    company_reading,
    customers,
    gift_card_reading,
    payouts,
    products,
    scopes,
    shipping,
    stock,
    store_values,
    writing,
)
from app.domain.needed_scopes import lacking
from app.domain.shop_settings import CompanySettings, CustomerExport, CustomerSettings, ShopSettings
from app.services.tasks import TaskName

EVERYTHING_ON = replace(
    ShopSettings(),
    customers=replace(CustomerSettings(), export=CustomerExport.ALL),
    companies=replace(CompanySettings(), update_store=True, auto_create_catalog=True),
)
ASKED_BEFOREHAND: Collection[Collection[str]] = (
    *scopes.NEEDED_BY_ORDERS,
    payouts.PAYOUT_SCOPES,
    payouts.DISPUTE_SCOPES,
    shipping.SCOPES,
    store_values.LOCATION_SCOPES,
    store_values.SHIPPING_SCOPES,
    store_values.MARKET_SCOPES,
    store_values.ORDER_SCOPES,
    company_reading.SCOPES_OF_COMPANIES,
    companies.SCOPES_FOR_WRITING,
    *(any_of for needed in catalogs.NEEDED.values() for any_of in needed),
    {catalogs.WRITE_PUBLICATIONS},
    {customers.WRITE_CUSTOMERS},
    {gift_card_reading.SCOPE_OF_GIFT_CARDS},
    {products.WRITE_PRODUCTS},
    {stock.WRITE_INVENTORY},
    {writing.WRITE_ORDERS},
)
"""What the adapter looks for before it asks; of each, any one is enough."""


@pytest.mark.parametrize("any_of", ASKED_BEFOREHAND, ids=lambda any_of: "|".join(sorted(any_of)))
def test_every_scope_that_is_looked_for_is_named_where_it_lacks(any_of: Collection[str]) -> None:
    named = [set(feature.any_of) for feature in lacking(EVERYTHING_ON, list(TaskName), granted=())]

    assert set(any_of) in named


def test_what_a_shop_does_not_do_takes_no_scope() -> None:
    named = {feature.name for feature in lacking(ShopSettings(), (), granted=())}

    assert named.isdisjoint({"companies to the store", "customers to the store", "payouts", "disputes"})


def test_a_scope_to_write_serves_for_the_one_to_read() -> None:
    named = {feature.name for feature in lacking(ShopSettings(), (), granted=("write_orders", "write_returns"))}

    assert named.isdisjoint({"orders", "returns", "writing to orders"})
