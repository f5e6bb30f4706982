"""Bulk operations of Shopify behind the port: begun, looked at, cancelled; files fetched and their orders completed."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import anyio
import httpx
import msgspec

from app.adapters.shopify.answers.bulk import BulkOperationAnswer, BulkStartAnswer, BulkStartPayload
from app.adapters.shopify.bulk_assembly import exported_order
from app.adapters.shopify.bulk_file import fetched
from app.adapters.shopify.bulk_query import export_text, marking
from app.adapters.shopify.bulk_spool import BulkSpool, SpooledLine
from app.adapters.shopify.catalogue import BULK_CANCEL, BULK_LIST, BULK_START, BULK_STATUS, ORDERS_COUNT
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.listing import search_text
from app.adapters.shopify.mutations import mutated
from app.adapters.shopify.order_reading import OrderReader, flags_of
from app.adapters.shopify.points import Priority, Sleep
from app.adapters.shopify.scopes import NEEDED_BY_ORDERS, STAFF_SCOPES, GrantedScopes
from app.adapters.shopify.transport import ShopifyTransport, pressed
from app.domain.identifiers import ShopifyId, shopify_id
from app.ports.bulk_orders import (
    BulkOperation,
    BulkOperationsBusy,
    BulkResult,
    BulkResultGone,
    BulkResultIncomplete,
    BulkStatus,
    ExportedOrder,
)
from app.ports.errors import StoreDeclined, StoreRefused
from app.ports.store_gateway import OrderListing, OrderReading, StoreRef

_BUSY: Final = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
_STATUS: Final = {
    "COMPLETED": BulkStatus.COMPLETED,
    "FAILED": BulkStatus.FAILED,
    "CANCELED": BulkStatus.CANCELLED,
    "EXPIRED": BulkStatus.EXPIRED,
}


class ShopifyBulkOrders:
    def __init__(
        self,
        transport: ShopifyTransport,
        scopes: GrantedScopes,
        reader: OrderReader,
        http: httpx.AsyncClient,
        *,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self._transport = transport
        self._scopes = scopes
        self._reader = reader
        self._http = http
        self._sleep = sleep

    async def may_export(self, store: StoreRef) -> bool:
        granted = await self._scopes.of(store)
        return not any(granted.isdisjoint(need) for need in NEEDED_BY_ORDERS)

    async def count(self, store: StoreRef, listing: OrderListing, *, at_most: int) -> int:
        variables = {"query": search_text(listing, listing.updated_since), "limit": at_most}
        answer = await self._transport.execute(store, ORDERS_COUNT, variables, priority=Priority.URGENT)
        if answer.errors or answer.data.orders_count is None:
            raise StoreRefused(f"Shopify does not count the orders: {in_its_words(answer.errors)}")
        return answer.data.orders_count.count

    async def begin(self, store: StoreRef, listing: OrderListing, *, mark: str) -> BulkOperation:
        flags = flags_of(await self._scopes.of(store))
        text = export_text(search_text(listing, listing.updated_since), flags, mark=mark)
        done = await mutated(self._transport, store, BULK_START, {"query": text}, payload=_begun)
        if done.bulk_operation is None:
            raise StoreRefused("Shopify began no bulk operation and gave no reason.")
        return _operation(done.bulk_operation)

    async def begun(self, store: StoreRef, *, mark: str) -> BulkOperation | None:
        answer = await self._transport.execute(store, BULK_LIST, {}, priority=Priority.URGENT)
        nodes = answer.data.bulk_operations.nodes
        return next((_operation(each) for each in nodes if each.query.splitlines()[:1] == [marking(mark)]), None)

    async def standing(self, store: StoreRef, operation: ShopifyId) -> BulkOperation | None:
        answer = await self._transport.execute(store, BULK_STATUS, {"id": _gid(operation)}, priority=Priority.URGENT)
        if answer.errors:
            raise StoreRefused(f"Shopify does not tell how the bulk operation stands: {in_its_words(answer.errors)}")
        return _operation(answer.data.bulk_operation) if answer.data.bulk_operation else None

    async def cancel(self, store: StoreRef, operation: ShopifyId) -> None:
        variables = {"id": _gid(operation)}
        try:
            await mutated(
                self._transport, store, BULK_CANCEL, variables, payload=lambda data: data.bulk_operation_cancel
            )
        except StoreDeclined:
            found = await self.standing(store, operation)
            if found is not None and found.status is BulkStatus.UNDER_WAY:
                raise

    async def narrowed(self, store: StoreRef) -> bool:
        granted = await self._scopes.of(store)
        if granted.isdisjoint(STAFF_SCOPES):
            return False
        for scope in STAFF_SCOPES:
            self._scopes.deny(store, scope)
        return True

    @asynccontextmanager
    async def result(self, operation: BulkOperation) -> AsyncIterator[BulkResult]:
        if operation.url is None and operation.objects:
            raise BulkResultGone("The bulk operation has no file.")
        if operation.url is None:
            yield _Nothing()
            return
        async with fetched(
            self._http, operation.url, lines=operation.objects, roots=operation.orders, sleep=self._sleep
        ) as spool:
            yield _Spooled(spool)

    async def read(
        self, store: StoreRef, orders: Mapping[ShopifyId, ExportedOrder], *, exported_at: datetime
    ) -> Sequence[OrderReading]:
        with pressed(Priority.CATCH_UP):
            told = {each: order.body if order.whole else None for each, order in orders.items()}
            return await self._reader.read_exported(store, told, exported_at=exported_at)


class _Spooled:
    def __init__(self, spool: BulkSpool) -> None:
        self._spool = spool

    async def batches(self, *, after: int, size: int) -> AsyncIterator[Sequence[ExportedOrder]]:
        place = await asyncio.to_thread(self._spool.place_of_root, after)
        while place is not None:
            roots, place = await asyncio.to_thread(self._spool.roots, place=place, limit=size)
            if not roots:
                return
            yield [_exported(each) for each in roots]


class _Nothing:
    async def batches(self, *, after: int, size: int) -> AsyncIterator[Sequence[ExportedOrder]]:  # noqa: ARG002
        """Of an operation that found no order."""
        no_order: tuple[Sequence[ExportedOrder], ...] = ()
        for batch in no_order:
            yield batch


def _exported(line: SpooledLine) -> ExportedOrder:
    try:
        return exported_order(line)
    except msgspec.DecodeError as exc:
        # The library's words name the place, not the value.
        raise BulkResultIncomplete(f"A line of the bulk operation's file is of another shape: {exc}") from exc


def _begun(data: BulkStartAnswer) -> BulkStartPayload | None:
    payload = data.bulk_operation_run_query
    if payload is not None and any(error.code in _BUSY for error in payload.user_errors):
        raise BulkOperationsBusy(" · ".join(error.message for error in payload.user_errors)[:300])
    return payload


def _operation(answer: BulkOperationAnswer) -> BulkOperation:
    return BulkOperation(
        id=shopify_id(answer.id),
        status=_STATUS.get(answer.status, BulkStatus.UNDER_WAY),
        created_at=answer.created_at,
        objects=int(answer.object_count),
        orders=int(answer.root_object_count),
        error_code=answer.error_code,
        url=answer.url,
    )


def _gid(operation: ShopifyId) -> str:
    return f"gid://shopify/BulkOperation/{operation}"
