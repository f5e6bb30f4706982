"""Catalogs and price lists of the simulated store: all of a call or none, with Shopify's refusals."""

import pytest

from tests.contract.simulator.client import ShopClient, Values

ADD = """mutation A($list: ID!, $prices: [PriceListPriceInput!]!) {
  priceListFixedPricesAdd(priceListId: $list, prices: $prices) { userErrors { code field message } } }"""
REMOVE = """mutation D($list: ID!, $variants: [ID!]!) {
  priceListFixedPricesDelete(priceListId: $list, variantIds: $variants) { userErrors { code field } } }"""
CREATE = """mutation C($input: CatalogCreateInput!) {
  catalogCreate(input: $input) { catalog { id } userErrors { code field } } }"""
READ = """query P($list: ID!, $origin: PriceListPriceOriginType) { priceList(id: $list) {
  fixedPricesCount prices(first: 10, originType: $origin) { nodes { originType price { amount } } } } }"""
LIST, POT, LID = "gid://shopify/PriceList/9", "gid://shopify/ProductVariant/1", "gid://shopify/ProductVariant/2"
UNKNOWN = "gid://shopify/ProductVariant/3"


@pytest.fixture
async def selling(shop: ShopClient) -> ShopClient:
    """Two variants at ten, and a list in EUR that takes a tenth off."""
    variants = [{"id": each, "price": "10.00"} for each in (POT, LID)]
    adjustment = {"adjustment": {"type": "PERCENTAGE_DECREASE", "value": 10}}
    await shop.put(
        products=[{"id": "gid://shopify/Product/1", "variants": variants}],
        priceLists=[{"id": LIST, "currency": "EUR", "parent": adjustment}],
    )
    return shop


def a_price(amount: str, variant: str = POT, currency: str = "EUR") -> Values:
    return {"variantId": variant, "price": {"amount": amount, "currencyCode": currency}}


async def added(shop: ShopClient, *prices: Values, to: str = LIST) -> list[tuple[str, str]]:
    data = await shop.data(ADD, {"list": to, "prices": list(prices)})
    return [(each["code"], ".".join(each["field"])) for each in data["priceListFixedPricesAdd"]["userErrors"]]


async def amounts(shop: ShopClient, origin: str | None = None) -> list[tuple[str, str]]:
    data = await shop.data(READ, {"list": LIST, "origin": origin})
    return [(each["originType"], each["price"]["amount"]) for each in data["priceList"]["prices"]["nodes"]]


async def test_a_fixed_price_takes_the_place_of_the_lists_own(selling: ShopClient) -> None:
    assert await amounts(selling) == [("RELATIVE", "9.0"), ("RELATIVE", "9.0")]

    assert await added(selling, a_price("7.50")) == []

    assert await amounts(selling) == [("FIXED", "7.5"), ("RELATIVE", "9.0")]
    assert await amounts(selling, "FIXED") == [("FIXED", "7.5")]


async def test_one_price_that_is_wrong_keeps_all_of_the_call_out(selling: ShopClient) -> None:
    assert await added(selling, a_price("7"), a_price("8", UNKNOWN)) == [("VARIANT_NOT_FOUND", "prices.1.variantId")]
    assert await added(selling, a_price("7", currency="CHF")) == [
        ("PRICE_LIST_CURRENCY_MISMATCH", "prices.0.price.currencyCode")
    ]
    assert await added(selling, a_price("7"), to="gid://shopify/PriceList/8") == [
        ("PRICE_LIST_NOT_FOUND", "priceListId")
    ]

    assert await amounts(selling, "FIXED") == []


async def test_only_fixed_prices_are_removed(selling: ShopClient) -> None:
    await added(selling, a_price("7"))

    refused = await selling.data(REMOVE, {"list": LIST, "variants": [POT, LID]})
    done = await selling.data(REMOVE, {"list": LIST, "variants": [POT]})

    assert refused["priceListFixedPricesDelete"]["userErrors"] == [
        {"code": "PRICE_NOT_FIXED", "field": ["variantIds", "1"]}
    ]
    assert done["priceListFixedPricesDelete"]["userErrors"] == []
    assert await amounts(selling, "FIXED") == []


async def test_a_catalog_for_a_company_takes_a_plan_and_exactly_one_kind_of_buyer(selling: ShopClient) -> None:
    location = "gid://shopify/CompanyLocation/7"
    await selling.put(companies=[{"id": "gid://shopify/Company/1", "name": "Tea", "locations": [{"id": location}]}])

    async def made(**context: list[str]) -> list[str]:
        wish = {"title": "Wholesale", "status": "ACTIVE", "context": context}
        data = await selling.data(CREATE, {"input": wish})
        return [each["code"] for each in data["catalogCreate"]["userErrors"]]

    assert await made(companyLocationIds=[location]) == ["COMPANY_LOCATION_CATALOG_STATUS_PLAN"]
    assert await made() == ["MUST_PROVIDE_EXACTLY_ONE_CONTEXT_TYPE"]
    await selling.put(shop={"plan": {"publicDisplayName": "Shopify Plus", "shopifyPlus": True}})
    assert await made(companyLocationIds=[location]) == []
    assert await made(companyLocationIds=["gid://shopify/CompanyLocation/8"]) == ["COMPANY_LOCATION_NOT_FOUND"]
