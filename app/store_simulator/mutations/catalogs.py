"""Mutations of catalogs, their price lists and publications: all of a call or none.

Codes are the schema's. The sentences about prices are those that real stores were seen to give; the others are ours.
"""

from typing import Any

from app.store_simulator.answers import FieldFailure
from app.store_simulator.catalogs import all_catalogs
from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]

LONGEST_TITLE = 255
MOST_PRICES = 250
PLANS_WITH_CATALOGS = ("plus", "advanced", "enterprise", "development", "developer")
"""By words of the plan's name; others may have archived catalogs of companies only."""


@mutation("catalogCreate")
def catalog_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    errors = _wrong_title(given["title"]) + _wrong_context(given, context)
    if errors:
        return {"catalog": None, "userErrors": errors}
    wanted = given["context"]
    kind = "CompanyLocationCatalog" if wanted.get("companyLocationIds") else "MarketCatalog"
    field, ids = (
        ("companyLocations", wanted["companyLocationIds"])
        if wanted.get("companyLocationIds")
        else ("markets", wanted["marketIds"])
    )
    catalog: Values = {
        "id": gid(kind, context.store.new_number()),
        "title": given["title"],
        "status": given["status"],
        "operations": [],
        field: [{"id": each} for each in ids],
        "priceList": {"id": given["priceListId"]} if given.get("priceListId") else None,
        "publication": {"id": given["publicationId"]} if given.get("publicationId") else None,
    }
    kept, _unknown = context.loader.put(context.store, kind, catalog)
    return {"catalog": kept, "userErrors": []}


def _wrong_title(title: str) -> list[Values]:
    if not title.strip():
        return [user_error("Title can't be blank", "input", "title", code="BLANK")]
    if len(title) > LONGEST_TITLE:
        text = f"Title is too long (maximum is {LONGEST_TITLE} characters)"
        return [user_error(text, "input", "title", code="TOO_LONG")]
    return []


def _wrong_context(given: Values, context: RequestContext) -> list[Values]:
    locations, markets = given["context"].get("companyLocationIds"), given["context"].get("marketIds")
    if bool(locations) == bool(markets):
        text = "Must provide exactly one context type."
        return [user_error(text, "input", "context", code="MUST_PROVIDE_EXACTLY_ONE_CONTEXT_TYPE")]
    for place, each in enumerate(locations or []):
        if context.wanted(each, "CompanyLocation") is None:
            path = ("input", "context", "companyLocationIds", str(place))
            return [user_error("The company location could not be found.", *path, code="COMPANY_LOCATION_NOT_FOUND")]
    for place, each in enumerate(markets or []):
        if context.wanted(each, "Market") is None:
            path = ("input", "context", "marketIds", str(place))
            return [user_error("Market not found.", *path, code="MARKET_NOT_FOUND")]
    if locations and given["status"] != "ARCHIVED" and not _plan_has_catalogs(context):
        text = "A company location catalog outside of a supported plan can only have an archived status."
        return [user_error(text, "input", "status", code="COMPANY_LOCATION_CATALOG_STATUS_PLAN")]
    return []


def _plan_has_catalogs(context: RequestContext) -> bool:
    plan = context.store.shop.get("plan") or {}
    name = str(plan.get("publicDisplayName") or "").lower()
    return bool(
        plan.get("shopifyPlus") or plan.get("partnerDevelopment") or any(word in name for word in PLANS_WITH_CATALOGS)
    )


@mutation("priceListCreate")
def price_list_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    if any(each.get("name") == given["name"] for each in context.store.all("PriceList")):
        error = user_error("Name has already been taken", "input", "name", code="TAKEN")
        return {"priceList": None, "userErrors": [error]}
    catalog = _catalog(given.get("catalogId"), context)
    if given.get("catalogId") and catalog is None:
        error = user_error("The specified catalog does not exist.", "input", "catalogId", code="CATALOG_DOES_NOT_EXIST")
        return {"priceList": None, "userErrors": [error]}
    price_list: Values = {
        "id": gid("PriceList", context.store.new_number()),
        "name": given["name"],
        "currency": given["currency"],
        "parent": given["parent"],
        "prices": [],
    }
    kept, _unknown = context.loader.put(context.store, "PriceList", price_list)
    if catalog is not None:
        catalog["priceList"] = {"id": kept["id"]}
    return {"priceList": kept, "userErrors": []}


@mutation("publicationCreate")
def publication_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments.get("input") or {}
    catalog = _catalog(given.get("catalogId"), context)
    if given.get("catalogId") and catalog is None:
        error = user_error("Catalog does not exist.", "input", "catalogId", code="CATALOG_NOT_FOUND")
        return {"publication": None, "userErrors": [error]}
    if catalog is not None and catalog.get("publication"):
        error = user_error("Catalog has already been taken", "input", "catalogId", code="TAKEN")
        return {"publication": None, "userErrors": [error]}
    publication: Values = {
        "id": gid("Publication", context.store.new_number()),
        "autoPublish": bool(given.get("autoPublish")),
        "name": catalog["title"] if catalog else "",
        "supportsFuturePublishing": False,
    }
    kept, _unknown = context.loader.put(context.store, "Publication", publication)
    kept["everything"] = given.get("defaultState") == "ALL_PRODUCTS"
    if catalog is not None:
        catalog["publication"] = {"id": kept["id"]}
    return {"publication": kept, "userErrors": []}


@mutation("priceListFixedPricesAdd")
def fixed_prices_add(arguments: Values, context: RequestContext) -> Values:
    price_list, wanted = context.wanted(arguments["priceListId"], "PriceList"), arguments["prices"]
    _not_too_many(wanted)
    if price_list is None:
        return {"prices": None, "userErrors": [_no_list()]}
    errors = [error for place, each in enumerate(wanted) for error in _wrong_price(each, place, price_list, context)]
    if errors:
        return {"prices": [], "userErrors": errors}
    kept = {each["variant"]["id"]: each for each in price_list.get("prices") or []}
    for each in wanted:
        money = {name: each[name] for name in ("price", "compareAtPrice") if each.get(name)}
        kept[each["variantId"]] = {"variant": {"id": each["variantId"]}, "compareAtPrice": None, **money}
    price_list["prices"] = list(kept.values())
    named = {each["variantId"] for each in wanted}
    return {"prices": [each for each in price_list["prices"] if each["variant"]["id"] in named], "userErrors": []}


@mutation("priceListFixedPricesDelete")
def fixed_prices_delete(arguments: Values, context: RequestContext) -> Values:
    price_list, wanted = context.wanted(arguments["priceListId"], "PriceList"), arguments["variantIds"]
    _not_too_many(wanted)
    if price_list is None:
        return {"deletedFixedPriceVariantIds": None, "userErrors": [_no_list()]}
    fixed = {each["variant"]["id"] for each in price_list.get("prices") or []}
    errors = []
    for place, each in enumerate(wanted):
        if context.wanted(each, "ProductVariant") is None:
            errors.append(_no_variant("variantIds", str(place)))
        elif each not in fixed:
            path = ("variantIds", str(place))
            errors.append(user_error("Only fixed prices can be deleted.", *path, code="PRICE_NOT_FIXED"))
    if errors:
        return {"deletedFixedPriceVariantIds": [], "userErrors": errors}
    price_list["prices"] = [each for each in price_list["prices"] if each["variant"]["id"] not in wanted]
    return {"deletedFixedPriceVariantIds": wanted, "userErrors": []}


def _wrong_price(given: Values, place: int, price_list: Values, context: RequestContext) -> list[Values]:
    if context.wanted(given["variantId"], "ProductVariant") is None:
        return [_no_variant("prices", str(place), "variantId")]
    text = "The specified currency does not match the price list's currency."
    return [
        user_error(text, "prices", str(place), name, "currencyCode", code="PRICE_LIST_CURRENCY_MISMATCH")
        for name in ("price", "compareAtPrice")
        if given.get(name) and given[name]["currencyCode"] != price_list["currency"]
    ]


def _no_variant(*path: str) -> Values:
    return user_error("Product variant ID does not exist.", *path, code="VARIANT_NOT_FOUND")


def _no_list() -> Values:
    return user_error("Price list does not exist.", "priceListId", code="PRICE_LIST_NOT_FOUND")


def _not_too_many(given: list[Any]) -> None:
    if len(given) > MOST_PRICES:
        message = f"The input array size of {len(given)} is greater than the maximum allowed of {MOST_PRICES}."
        raise FieldFailure(message, "MAX_INPUT_SIZE_EXCEEDED")


def _catalog(identifier: str | None, context: RequestContext) -> Values | None:
    return next((each for each in all_catalogs(context.store) if each["id"] == identifier), None)
