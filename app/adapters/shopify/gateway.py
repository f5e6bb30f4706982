"""Shopify behind the port: one object for all stores. It joins the parts of the adapter and holds no rule of
its own.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import anyio
import httpx
import structlog
from structlog.typing import FilteringBoundLogger

from app.adapters.shopify.bulk_orders import ShopifyBulkOrders
from app.adapters.shopify.catalogs import ShopifyCatalogs
from app.adapters.shopify.catalogue import ORDER_LISTING, ORDER_SUMS, SHOP_DESCRIPTION
from app.adapters.shopify.companies import ShopifyCompanies
from app.adapters.shopify.customers import ShopifyCustomers
from app.adapters.shopify.endpoints import DEFAULT_URL, Endpoints
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.installer import ShopifyInstaller
from app.adapters.shopify.listing import ListingWalk, listed, orders_of, summed
from app.adapters.shopify.order_actions import ShopifyOrderActions
from app.adapters.shopify.order_reading import OrderReader
from app.adapters.shopify.payouts import ShopifyPayouts
from app.adapters.shopify.points import Priority, Sleep
from app.adapters.shopify.product_changes import ProductChanges
from app.adapters.shopify.product_pictures import ShopifyPictures
from app.adapters.shopify.products import ShopifyProducts
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.shipping import ShopifyShipping
from app.adapters.shopify.stock import ShopifyStock
from app.adapters.shopify.store_values import ShopifyStoreValues
from app.adapters.shopify.subscriptions import Subscriptions
from app.adapters.shopify.transport import ShopifyTransport, pressed
from app.adapters.shopify.wire import ANSWER_LIMIT, new_http_client
from app.adapters.shopify.writing import OrderWriter
from app.domain.completeness import OrderSum
from app.domain.identifiers import ShopifyId
from app.domain.orders import Attribute
from app.ports.clock import Clock
from app.ports.errors import ScopeMissing, StoreRefused
from app.ports.store_access import PointsBucket, TokenVault
from app.ports.store_gateway import (
    ListedOrder,
    OrderListing,
    OrderReading,
    StoreDescription,
    StoreRef,
    WebhookSubscription,
)
from app.ports.store_writer import OrderSight


class ShopifyGateway:
    """The StoreGateway and StoreWriter of Shopify. Close it when done, unless the HTTP client was handed in.

    ``transport`` executes any other document of the catalogue; ``values`` reads what a store has that can be mapped;
    ``order_actions`` does to whole orders what is asked of them; ``shipping`` records what was shipped;
    ``bulk`` reads ranges of orders by bulk operations.
    """

    def __init__(
        self,
        *,
        vault: TokenVault,
        bucket: PointsBucket,
        clock: Clock,
        url: str = DEFAULT_URL,
        http: httpx.AsyncClient | None = None,
        log: FilteringBoundLogger | None = None,
        sleep: Sleep = anyio.sleep,
        answer_limit: int = ANSWER_LIMIT,
    ) -> None:
        self._own_http = http is None
        self._http = http or new_http_client()
        self.transport = ShopifyTransport(
            http=self._http,
            endpoints=Endpoints(template=url),
            vault=vault,
            bucket=bucket,
            clock=clock,
            log=log if log is not None else structlog.get_logger("shopify"),
            sleep=sleep,
            answer_limit=answer_limit,
        )
        self.installer = ShopifyInstaller(Endpoints(template=url), self.transport.tokens)
        self._scopes = GrantedScopes(self.transport, clock)
        self._reader = OrderReader(self.transport, self._scopes)
        self._subscriptions = Subscriptions(self.transport)
        self.values = ShopifyStoreValues(self.transport, self._scopes)
        self.order_actions = ShopifyOrderActions(self.transport, self._scopes)
        self.customers = ShopifyCustomers(self.transport, self._scopes, clock)
        self.companies = ShopifyCompanies(self.transport, self._scopes, clock)
        self.catalogs = ShopifyCatalogs(self.transport, self._scopes)
        self.shipping = ShopifyShipping(self.transport, self._scopes)
        self.payouts = ShopifyPayouts(self.transport, self._scopes)
        self.stock = ShopifyStock(self.transport, self._scopes)
        self.bulk = ShopifyBulkOrders(self.transport, self._scopes, self._reader, self._http, sleep=sleep)
        self.products = ShopifyProducts(self.transport, self._scopes, ProductChanges(self.transport, self._http))
        self.pictures = ShopifyPictures(self.transport, self._http, self.products.changes, sleep=sleep)
        self._writer = OrderWriter(self.transport, self._scopes)

    async def aclose(self) -> None:
        if self._own_http:
            await self._http.aclose()

    async def list_orders(self, store: StoreRef, listing: OrderListing) -> AsyncIterator[Sequence[ListedOrder]]:
        try:
            async for page in ListingWalk(self.transport, store, listing, ORDER_LISTING, orders_of).pages():
                yield [listed(each) for each in page]
        except ScopeMissing as denied:
            raise await self._scopes.explained(store, denied) from denied

    async def order_sums(self, store: StoreRef, listing: OrderListing) -> AsyncIterator[Sequence[OrderSum]]:
        async for page in ListingWalk(self.transport, store, listing, ORDER_SUMS, orders_of).pages():
            yield [summed(each) for each in page]

    async def read_orders(
        self, store: StoreRef, ids: Sequence[ShopifyId], *, catch_up: bool = False
    ) -> Sequence[OrderReading]:
        with pressed(Priority.CATCH_UP if catch_up else Priority.PROMPT):
            return await self._reader.read(store, ids)

    async def describe(self, store: StoreRef) -> StoreDescription:
        answer = await self.transport.execute(store, SHOP_DESCRIPTION, {}, priority=Priority.URGENT)
        if answer.errors:
            raise StoreRefused(f"Shopify described the store only in part: {in_its_words(answer.errors)}")
        shop, throttle = answer.data.shop, answer.throttle
        return StoreDescription(
            name=shop.name,
            currency=shop.currency_code,
            time_zone=shop.iana_timezone,
            country_code=shop.shop_address.country_code_v2 or "",
            plan=shop.plan.public_display_name,
            granted_scopes=tuple(scope.handle for scope in answer.data.current_app_installation.access_scopes),
            api_version=answer.api_version,
            supported_api_versions=tuple(each.handle for each in answer.data.public_api_versions if each.supported),
            points_maximum=int(throttle.maximum_available) if throttle else 0,
            points_restore_rate=int(throttle.restore_rate) if throttle else 0,
        )

    async def webhook_subscriptions(self, store: StoreRef) -> Sequence[WebhookSubscription]:
        return await self._subscriptions.all(store)

    async def create_webhook_subscription(self, store: StoreRef, topic: str, uri: str) -> WebhookSubscription:
        return await self._subscriptions.create(store, topic, uri)

    async def delete_webhook_subscription(self, store: StoreRef, subscription: ShopifyId) -> None:
        await self._subscriptions.delete(store, subscription)

    async def may_write_orders(self, store: StoreRef) -> bool:
        return await self._writer.may_write(store)

    async def look_at(self, store: StoreRef, orders: Sequence[ShopifyId]) -> Sequence[OrderSight]:
        return await self._writer.look_at(store, orders)

    async def replace_attributes(self, store: StoreRef, order: ShopifyId, attributes: Sequence[Attribute]) -> datetime:
        return await self._writer.replace_attributes(store, order, attributes)
