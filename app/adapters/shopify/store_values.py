"""Reading what a store has that can be mapped: each list to its end, and only what the app may read.

Does not know what becomes of it. A part that is denied, or that Shopify cannot tell, is refused by itself: the store is
not closed to us for it.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, TypeVar

from app.adapters.shopify.answers.store_values import (
    GroupZoneAnswer,
    GroupZonesPage,
    MarketAnswer,
    ProfileZonesAnswer,
)
from app.adapters.shopify.catalogue import (
    DELIVERY_GROUPS,
    DELIVERY_ZONES,
    MARKET_SHIPPING,
    MARKET_SHIPPING_OPTIONS,
    ONE_ZONE,
    PAYMENT_TERMS_TEMPLATES,
    RECENT_ORDERS,
    SALES_AREAS,
    STORE_LOCATIONS,
)
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators import store_values as told
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.adapters.shopify.whole_lists import Cursors, HasPageInfo, asked_whole, pages
from app.domain.seen_values import SeenValues
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreRef
from app.ports.store_values import DeliveryAreas, SalesAreas, StoreLocation, StoreTerms

Data = TypeVar("Data")

_ACTIVE: Final = "ACTIVE"

LOCATION_SCOPES: Final = ("read_locations", "read_inventory")
SHIPPING_SCOPES: Final = ("read_shipping",)
MARKET_SCOPES: Final = ("read_markets",)
ORDER_SCOPES: Final = ("read_orders",)


class ShopifyStoreValues:
    """The StoreValues of Shopify."""

    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes

    async def locations(self, store: StoreRef) -> Sequence[StoreLocation]:
        await self._require(store, "locations", LOCATION_SCOPES)
        pages = self._pages(store, STORE_LOCATIONS, lambda data: data.locations)
        return [told.location(each) async for page in pages for each in page.locations.nodes]

    async def sales_areas(self, store: StoreRef) -> SalesAreas:
        answer = await self._asked(store, SALES_AREAS, {}, SALES_AREAS.sizes[0])
        return told.sales_areas(answer.data.shop)

    async def delivery_areas(self, store: StoreRef) -> DeliveryAreas:
        await self._require(store, "delivery profiles", SHIPPING_SCOPES)
        zones: list[GroupZoneAnswer] = []
        async for page in self._pages(store, DELIVERY_GROUPS, lambda data: data.delivery_profiles):
            for profile in page.delivery_profiles.nodes:
                for group in profile.profile_location_groups:
                    given = {"id": profile.id, "group": group.location_group.id}
                    zones += [zone async for zone in self._zones(store, given)]
        return told.delivery_areas(zones)

    async def market_shipping_titles(self, store: StoreRef) -> Sequence[str]:
        await self._require(store, "markets", MARKET_SCOPES)
        titles: list[str] = []
        async for page in self._pages(store, MARKET_SHIPPING, lambda data: data.markets):
            for market in page.markets.nodes:
                titles += await self._titles(store, market)
        return list(dict.fromkeys(titles))

    async def payment_terms(self, store: StoreRef) -> Sequence[StoreTerms]:
        answer = await self._asked(store, PAYMENT_TERMS_TEMPLATES, {}, PAYMENT_TERMS_TEMPLATES.sizes[0])
        return [told.terms(each) for each in answer.data.payment_terms_templates]

    async def recently_seen(self, store: StoreRef) -> SeenValues:
        await self._require(store, "orders", ORDER_SCOPES)
        answer = await self._asked(store, RECENT_ORDERS, {}, RECENT_ORDERS.sizes[0])
        return told.recently_seen(answer.data.orders.nodes)

    async def _zones(self, store: StoreRef, group: Mapping[str, str]) -> AsyncIterator[GroupZoneAnswer]:
        """The zones of one group, each with all its methods."""
        before: str | None = None
        async for page in self._pages(store, DELIVERY_ZONES, lambda data: _zones_page(data.delivery_profile), group):
            for edge in _zones_page(page.delivery_profile).edges:
                await self._read_methods_on(store, {**group, "after": before}, edge.node)
                before = edge.cursor
                yield edge.node

    async def _read_methods_on(self, store: StoreRef, place: Mapping[str, str | None], zone: GroupZoneAnswer) -> None:
        """Append the methods behind the first page of a zone; ``place`` is where it stands among its neighbours."""
        info, cursors = zone.method_definitions.page_info, Cursors(DELIVERY_ZONES)
        while info.has_next_page:
            given = {**place, "methodsAfter": cursors.next(info)}
            answer = await self._asked(store, DELIVERY_ZONES, given, ONE_ZONE)
            edges = _zones_page(answer.data.delivery_profile).edges
            if not edges:
                raise _moved("delivery profiles")
            further = edges[0].node.method_definitions
            zone.method_definitions.nodes.extend(further.nodes)
            info = further.page_info

    async def _titles(self, store: StoreRef, market: MarketAnswer) -> Sequence[str]:
        shipping = market.delivery.shipping
        if market.status != _ACTIVE or shipping is None or not shipping.is_enabled:
            return []
        options = list(shipping.option_definitions.nodes)
        info, cursors = shipping.option_definitions.page_info, Cursors(MARKET_SHIPPING_OPTIONS)
        while info.has_next_page:
            given = {"id": market.id, "after": cursors.next(info)}
            answer = await self._asked(store, MARKET_SHIPPING_OPTIONS, given, MARKET_SHIPPING_OPTIONS.sizes[0])
            further = answer.data.market.delivery.shipping if answer.data.market else None
            if further is None:
                raise _moved("markets")
            options += further.option_definitions.nodes
            info = further.option_definitions.page_info
        return [option.name for option in options if option.name]

    async def _require(self, store: StoreRef, what: str, any_of: Sequence[str]) -> None:
        """Not to be asked where it is known to be denied."""
        if not await self._scopes.of(store) & set(any_of):
            needed = " or ".join(any_of)
            raise StoreRefused(
                f"The app may not read the store's {what}: grant it {needed}.",
                code="scope_missing",
                facts={"scopes": list(any_of)},
            )

    def _pages(
        self,
        store: StoreRef,
        document: Document[Data],
        page_of: Callable[[Data], HasPageInfo],
        given: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Data]:
        return pages(self._transport, store, document, page_of, given)

    async def _asked(
        self, store: StoreRef, document: Document[Data], variables: Mapping[str, object], size: PageSize
    ) -> Answer[Data]:
        return await asked_whole(self._transport, store, document, variables, size)


def _zones_page(profile: ProfileZonesAnswer | None) -> GroupZonesPage:
    """The zones of the one group asked for."""
    if profile is None or not profile.profile_location_groups:
        raise _moved("delivery profiles")
    return profile.profile_location_groups[0].location_group_zones


def _moved(what: str) -> StoreUnavailable:
    return StoreUnavailable(f"The {what} changed while they were being read.")
