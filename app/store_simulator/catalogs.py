"""What catalogs, price lists and publications of a store answer: computed from what is kept of them.

A catalog keeps its locations or markets, its list and its publication by id; a price list keeps its fixed prices alone,
and works the others out. Does not know mutations or requests.
"""

from decimal import Decimal
from typing import Any, Final

from app.store_simulator.context import RequestContext
from app.store_simulator.lists import root_list
from app.store_simulator.state import Store, Values

KINDS: Final = {"COMPANY_LOCATION": "CompanyLocationCatalog", "MARKET": "MarketCatalog"}
CENT: Final = Decimal("0.01")


def all_catalogs(store: Store) -> list[Values]:
    return [each for kind in KINDS.values() for each in store.all(kind)]


def listed(_source: Values, arguments: Values, context: RequestContext) -> Values:
    """The root list; without a type those of all kinds."""
    kind = KINDS.get(str(arguments.get("type")))
    if kind is not None:
        return root_list(kind, "catalogs", arguments, context)
    every = all_catalogs(context.store)
    return root_list("Catalog", "catalogs", arguments, context, among=every)


def of_location(location: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    return [
        each
        for each in context.store.all("CompanyLocationCatalog")
        if any(one["id"] == location["id"] for one in each.get("companyLocations") or [])
    ]


def of_list(price_list: Values, _arguments: Values, context: RequestContext) -> Any:
    found = (
        each for each in all_catalogs(context.store) if (each.get("priceList") or {}).get("id") == price_list["id"]
    )
    return next(found, None)


def of_publication(publication: Values, _arguments: Values, context: RequestContext) -> Any:
    for each in all_catalogs(context.store):
        if (each.get("publication") or {}).get("id") == publication["id"]:
            return each
    return None


def fixed_count(price_list: Values, _arguments: Values, _context: RequestContext) -> int:
    return len(price_list.get("prices") or [])


def prices(price_list: Values, arguments: Values, context: RequestContext) -> list[Values]:
    """Fixed ones as they were set, then those of every other variant by the list's adjustment."""
    wanted = arguments.get("originType")
    fixed = [{**each, "originType": "FIXED"} for each in price_list.get("prices") or []]
    if wanted == "FIXED":
        return fixed
    named = {each["variant"]["id"] for each in fixed}
    relative = [
        _relative(variant, price_list) for variant in context.store.all("ProductVariant") if variant["id"] not in named
    ]
    return relative if wanted == "RELATIVE" else fixed + relative


def _relative(variant: Values, price_list: Values) -> Values:
    adjustment = (price_list.get("parent") or {}).get("adjustment") or {"type": "PERCENTAGE_DECREASE", "value": 0}
    share = Decimal(str(adjustment["value"])) / 100
    factor = 1 + share if adjustment["type"] == "PERCENTAGE_INCREASE" else 1 - share
    amount = (Decimal(str(variant["price"])) * factor).quantize(CENT)
    money = {"amount": str(amount), "currencyCode": price_list["currency"]}
    return {"variant": {"id": variant["id"]}, "price": money, "compareAtPrice": None, "originType": "RELATIVE"}


def published(publication: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    if publication.get("everything"):
        return context.store.all("Product")
    return publication.get("includedProducts") or []
