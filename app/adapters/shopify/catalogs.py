"""The CatalogGateway of Shopify: catalogs of companies and markets listed, a company's own made, prices fixed."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from app.adapters.shopify.answers.catalogs import (
    CatalogAnswer,
    CompanyCatalogAnswer,
    FixedPriceAnswer,
    FixedPricesPayload,
    MarketCatalogAnswer,
)
from app.adapters.shopify.answers.pages import PageAnswer
from app.adapters.shopify.answers.products import CodedErrorAnswer
from app.adapters.shopify.document import Document
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.points import Priority
from app.adapters.shopify.price_catalogue import (
    CATALOG_CREATE,
    CATALOG_LOCATIONS_PAGE,
    CATALOG_MARKETS_PAGE,
    CATALOGS_OF_COMPANY,
    COMPANY_CATALOGS,
    FIXED_PRICES,
    FIXED_PRICES_ADD,
    FIXED_PRICES_DELETE,
    MARKET_CATALOGS,
    PRICE_LIST_CREATE,
    PUBLICATION_CREATE,
)
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.transport import ShopifyTransport, pressed
from app.adapters.shopify.whole_lists import HasPageInfo, asked_whole, pages
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.store_catalogs import CatalogFacts, CatalogLocation, CatalogMarket, CatalogType, PriceToSet
from app.ports.catalog_gateway import PLAN_LACKS_IT, CompanyCatalogs, FixedPrice, PriceObjection
from app.ports.errors import StoreDeclined, StoreRefused
from app.ports.store_gateway import StoreRef

WRITE_PRODUCTS: Final = "write_products"
WRITE_PUBLICATIONS: Final = "write_publications"
NEEDED: Final[Mapping[CatalogType, tuple[frozenset[str], ...]]] = {
    CatalogType.COMPANY: (frozenset({"read_products"}), frozenset({"read_companies", "read_customers"})),
    CatalogType.MARKET: (frozenset({"read_products"}), frozenset({"read_markets"})),
}
"""Of each of these sets one scope."""
PLAN_CODES: Final = frozenset(
    {
        "B2B_CATALOG_LIMIT_REACHED",
        "COMPANY_LOCATION_CATALOG_STATUS_PLAN",
        "UNPERMITTED_ENTITLEMENTS_DIRECT_CATALOG_ASSIGNMENT",
    }
)
NOT_THERE: Final = frozenset({"PRICE_NOT_FIXED", "VARIANT_NOT_FOUND"})
LOOKED_AT: Final = 50
"""Variants whose prices are asked for at once."""

Data = TypeVar("Data")
Node = TypeVar("Node")


class ShopifyCatalogs:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes
        self._changes = Changes(transport, scopes, {WRITE_PRODUCTS}, priority=Priority.CATCH_UP)
        self._publishing = Changes(transport, scopes, {WRITE_PUBLICATIONS}, priority=Priority.CATCH_UP)

    async def may_write(self, store: StoreRef) -> bool:
        return WRITE_PRODUCTS in await self._scopes.of(store)

    async def may_publish(self, store: StoreRef) -> bool:
        return WRITE_PUBLICATIONS in await self._scopes.of(store)

    async def catalogs(self, store: StoreRef, kind: CatalogType) -> AsyncIterator[Sequence[CatalogFacts]]:
        await self._require(store, kind)
        given = await self._parts(store)
        match kind:
            case CatalogType.COMPANY:
                async for data in self._pages(store, COMPANY_CATALOGS, lambda data: data.catalogs, given):
                    yield [await self._of_companies(store, each) for each in data.catalogs.nodes]
            case CatalogType.MARKET:
                async for told in self._pages(store, MARKET_CATALOGS, lambda data: data.catalogs, given):
                    yield [await self._of_markets(store, each) for each in told.catalogs.nodes]

    async def of_company(self, store: StoreRef, company: ShopifyId) -> CompanyCatalogs | None:
        given = {"id": f"gid://shopify/Company/{company}", **await self._parts(store)}
        with pressed(Priority.CATCH_UP):
            size = CATALOGS_OF_COMPANY.sizes[0]
            answer = await asked_whole(self._transport, store, CATALOGS_OF_COMPANY, given, size)
        found = answer.data.company
        if found is None:
            return None
        location = next(iter(found.locations.nodes), None)
        return CompanyCatalogs(
            name=found.name,
            location_id=shopify_id(location.id) if location else None,
            currency=location.currency if location else None,
            catalogs=[_facts(each, CatalogType.COMPANY) for each in location.catalogs.nodes] if location else (),
        )

    async def create_catalog(self, store: StoreRef, *, title: str, location: ShopifyId) -> ShopifyId:
        given = {"title": title, "location": f"gid://shopify/CompanyLocation/{location}"}
        done = await self._changes.attempted(store, CATALOG_CREATE, given, lambda data: data.catalog_create)
        if any(error.code in PLAN_CODES for error in done.user_errors):
            raise StoreRefused(_words(done.user_errors), code=PLAN_LACKS_IT)
        if done.user_errors:
            raise StoreDeclined(_words(done.user_errors))
        if done.catalog is None:
            raise StoreRefused("Shopify made no catalog and gave no reason.")
        return shopify_id(done.catalog.id)

    async def create_price_list(self, store: StoreRef, *, catalog: ShopifyId, name: str, currency: str) -> None:
        given = {"name": name, "currency": currency, "catalog": _catalog_gid(CatalogType.COMPANY, catalog)}
        await self._changes.mutated(store, PRICE_LIST_CREATE, given, lambda data: data.price_list_create)

    async def create_publication(self, store: StoreRef, *, catalog: ShopifyId) -> None:
        given = {"catalog": _catalog_gid(CatalogType.COMPANY, catalog)}
        await self._publishing.mutated(store, PUBLICATION_CREATE, given, lambda data: data.publication_create)

    async def set_prices(
        self, store: StoreRef, price_list: ShopifyId, currency: str, prices: Sequence[PriceToSet]
    ) -> Sequence[PriceObjection]:
        def money(amount: object) -> dict[str, str]:
            return {"amount": str(amount), "currencyCode": currency}

        # Named also where there is none, so that one from earlier goes.
        told = [
            {
                "variantId": _variant_gid(each.store_variant_id),
                "price": money(each.price),
                "compareAtPrice": None if each.compare_at_price is None else money(each.compare_at_price),
            }
            for each in prices
        ]
        given = {"priceList": _list_gid(price_list), "prices": told}
        done: FixedPricesPayload = await self._changes.attempted(
            store, FIXED_PRICES_ADD, given, lambda data: data.price_list_fixed_prices_add
        )
        return _objections(done.user_errors, len(prices))

    async def remove_prices(
        self, store: StoreRef, price_list: ShopifyId, variants: Sequence[ShopifyId]
    ) -> Sequence[PriceObjection]:
        given = {"priceList": _list_gid(price_list), "variants": [_variant_gid(each) for each in variants]}
        done: FixedPricesPayload = await self._changes.attempted(
            store, FIXED_PRICES_DELETE, given, lambda data: data.price_list_fixed_prices_delete
        )
        return _objections(done.user_errors, len(variants))

    async def fixed_prices(
        self, store: StoreRef, price_list: ShopifyId, variants: Sequence[ShopifyId]
    ) -> Mapping[ShopifyId, FixedPrice]:
        found: dict[ShopifyId, FixedPrice] = {}
        for start in range(0, len(variants), LOOKED_AT):
            query = " OR ".join(f"variant_id:{each}" for each in variants[start : start + LOOKED_AT])
            given = {"priceList": _list_gid(price_list), "query": query}
            async for page in self._pages(store, FIXED_PRICES, lambda data: _list(data).prices, given):
                found |= {shopify_id(each.variant.id): _fixed(each) for each in _list(page).prices.nodes}
        return found

    async def _require(self, store: StoreRef, kind: CatalogType) -> None:
        granted = await self._scopes.of(store)
        lacking = [any_of for any_of in NEEDED[kind] if granted.isdisjoint(any_of)]
        if lacking:
            named = ", ".join(" or ".join(sorted(any_of)) for any_of in lacking)
            words = "companies" if kind is CatalogType.COMPANY else "markets"
            raise StoreRefused(f"The app may not read the catalogs of {words}: grant it {named}.", code="scope_missing")

    async def _parts(self, store: StoreRef) -> dict[str, object]:
        return {"publications": "read_publications" in await self._scopes.of(store)}

    async def _of_companies(self, store: StoreRef, answer: CompanyCatalogAnswer) -> CatalogFacts:
        found = answer.company_locations
        nodes = found.nodes
        if found.page_info.has_next_page:
            nodes = await self._all(store, CATALOG_LOCATIONS_PAGE, answer.id)
        locations = [
            CatalogLocation(location_id=shopify_id(each.id), company_id=shopify_id(each.company.id)) for each in nodes
        ]
        return _facts(answer, CatalogType.COMPANY, locations=locations)

    async def _of_markets(self, store: StoreRef, answer: MarketCatalogAnswer) -> CatalogFacts:
        nodes = answer.markets.nodes
        if answer.markets.page_info.has_next_page:
            nodes = await self._all(store, CATALOG_MARKETS_PAGE, answer.id)
        markets = [CatalogMarket(market_id=shopify_id(each.id), name=each.name) for each in nodes]
        return _facts(answer, CatalogType.MARKET, markets=markets)

    async def _all(self, store: StoreRef, document: Document[PageAnswer[Node]], owner: str) -> list[Node]:
        """A list that is longer than what was told of it, from its beginning; empty when its catalog is gone by now."""
        found: list[Node] = []
        async for data in self._pages(store, document, _page, {"id": owner}):
            found += _page(data).nodes
        return found

    async def _pages(
        self,
        store: StoreRef,
        document: Document[Data],
        page_of: Callable[[Data], HasPageInfo],
        given: Mapping[str, object],
    ) -> AsyncIterator[Data]:
        with pressed(Priority.CATCH_UP):
            async for data in pages(self._transport, store, document, page_of, given):
                yield data


def _page(data: PageAnswer[Node]) -> Any:
    if data.node is None:
        raise StoreRefused("The catalog was deleted while it was being read.", code="catalog_gone")
    return data.node.page


def _list(data: Any) -> Any:
    if data.price_list is None:
        raise StoreRefused("The store has no such price list any more.", code="price_list_gone")
    return data.price_list


def _facts(
    answer: CatalogAnswer,
    kind: CatalogType,
    *,
    locations: Sequence[CatalogLocation] = (),
    markets: Sequence[CatalogMarket] = (),
) -> CatalogFacts:
    prices = answer.price_list
    parent = prices.parent.adjustment if prices and prices.parent else None
    adjustment = None
    if parent is not None:
        adjustment = parent.value if parent.type == "PERCENTAGE_INCREASE" else -parent.value
    return CatalogFacts(
        catalog_id=shopify_id(answer.id),
        title=answer.title,
        type=kind.value,
        status=answer.status.lower(),
        price_list_id=shopify_id(prices.id) if prices else None,
        currency=prices.currency if prices else None,
        adjustment=adjustment,
        fixed_prices=prices.fixed_prices_count if prices else None,
        publication_id=shopify_id(answer.publication.id) if answer.publication else None,
        locations=tuple(locations),
        markets=tuple(markets),
    )


def _objections(errors: Sequence[CodedErrorAnswer], asked: int) -> list[PriceObjection]:
    """Which price an error is about stands in its path: ``prices.3.price.currencyCode``, ``variantIds.3``."""
    return [
        PriceObjection(
            place=next((int(step) for step in error.field or () if step.isdigit() and int(step) < asked), None),
            detail=error.message,
            is_gone=error.code in NOT_THERE,
        )
        for error in errors
    ]


def _words(errors: Sequence[CodedErrorAnswer]) -> str:
    return " · ".join(each.message for each in errors)[:300]


def _fixed(answer: FixedPriceAnswer) -> FixedPrice:
    compared = answer.compare_at_price
    return FixedPrice(price=answer.price.amount, compare_at_price=compared.amount if compared else None)


def _catalog_gid(kind: CatalogType, catalog: ShopifyId) -> str:
    name = "CompanyLocationCatalog" if kind is CatalogType.COMPANY else "MarketCatalog"
    return f"gid://shopify/{name}/{catalog}"


def _list_gid(price_list: ShopifyId) -> str:
    return f"gid://shopify/PriceList/{price_list}"


def _variant_gid(variant: ShopifyId) -> str:
    return f"gid://shopify/ProductVariant/{variant}"
