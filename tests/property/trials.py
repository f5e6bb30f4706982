"""Shops on trial: an order of the simulator, the services over a real database, and an installation that never saw it.

Everything runs in this thread; the store answers through its ASGI application. Knows how an order is acted on and
looked at here and there, and nothing of what is right.
"""

import asyncio
import dataclasses
import random
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import httpx

from app.adapters.contact import ContactKeys
from app.domain.identifiers import DocumentId, OrderId, ShopifyId
from app.domain.mapping_entries import CurrencyMapping
from app.ports.paging import PageRequest
from app.ports.repositories.refunds import RefundFilter, StoredRefund
from app.services.document_actions import UnlinkDocuments
from app.services.order_amendments import AmendDocument
from app.services.order_conflicts import ResolveConflict
from app.services.order_decisions import OrderDecisions
from app.services.read_orders import OrderView, order_view
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.write_back_orders import WriteBackOrders
from app.store_simulator.orders import EVERYTHING, generate_orders, life
from app.store_simulator.server import RunningSimulator, create_simulator
from app.store_simulator.simulator import Simulator
from tests.integration.world import EVERYBODY, World, a_world
from tests.property.living_orders import CATALOGUES, CURRENCIES, MORE, START, Json

Answer = TypeVar("Answer")

ORDER = 1001
SHOPIFY_ID = ShopifyId(str(6_000_000_000 + ORDER))
PLACED = dataclasses.replace(
    EVERYTHING, lines=(1, 5), edited=0, refunded=0, cancelled=0, exchanged=0, custom_lines=0, unlinked_products=0
)
"""Orders of everything that the ERP has an item for, with nothing of a life behind them."""
ACCOUNTS = {
    "shipping_charges": "4100",
    "tips": "4200",
    "sold_gift_cards": "2450",
    "refunds": "4300",
    "refunds_not_restocked": "4310",
    "cash_rounding": "6990",
    "duties": "4110",
    "additional_fees": "4120",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a shop on trial is told to do. Automatic: documents, credit memos and amendments are made by themselves."""

    currency: str
    handling: str = "shop"
    process: str = "import_only"
    create_as: str = "credit_memo"
    automatic: bool = False

    @property
    def settings(self) -> Mapping[str, Json]:
        process = "auto_create" if self.automatic and self.process == "import_only" else self.process
        return {
            "general": {"local_currency": self.currency},
            "orders": {
                "auto_create_documents": self.automatic,
                "amend_open_documents": self.automatic,
                "currency_handling": self.handling,
            },
            "refunds": {"process": process, "create_as": self.create_as},
            "companies": {"mapping": "default_company", "default_customer_no": "C100"},
            "accounts": ACCOUNTS,
        }


HOUSES = (
    House(currency="EUR"),
    House(currency="KWD", handling="presentment", create_as="return_order"),
    House(currency="SEK", process="none"),
    House(currency="USD", handling="presentment", automatic=True),
    House(currency="JPY", handling="presentment", process="none", automatic=True),
    House(currency="CHF", automatic=True, create_as="return_order"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What of a document the ERP counts."""

    id: DocumentId
    kind: str
    state: str
    version: int
    refund: str | None
    adjusts: str | None
    live: bool
    total: Decimal
    of_its_lines: Decimal

    @property
    def signed(self) -> Decimal:
        return self.total if self.kind in ("sales_order", "sales_invoice") else -self.total

    @property
    def of_the_order(self) -> bool:
        return self.refund is None and self.adjusts is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An order as it stands here; None = it was never imported."""

    view: OrderView
    documents: Sequence[Document]
    refunds: Sequence[StoredRefund]
    events: Sequence[str]

    @property
    def document(self) -> Document | None:
        """The live one of the order."""
        return next((each for each in self.documents if each.live and each.of_the_order), None)


@dataclass(slots=True, kw_only=True)
class Trial:
    """One shop, its store in the same process, and another installation of the same shop."""

    house: House
    simulator: Simulator
    world: World
    stranger: World
    at: datetime = field(default=START)

    # The store.

    async def place(self, seed: int, presentment: str) -> Json:
        """Another order in place of the one before, which nobody knows any more."""
        await self._forget(self.world)
        [order] = generate_orders(
            seed=seed,
            count=1,
            catalogue=CATALOGUES[self.house.currency],
            start=START,
            first_number=ORDER,
            options=dataclasses.replace(PLACED, presentment_currencies={presentment: 1.0}),
            shop_currency=self.house.currency,
        )
        self.at = START + timedelta(days=1)
        shop = self.simulator.shop(self.world.store.domain)
        shop.store.remove(order["id"])
        self.simulator.engine.loader.put_finished_order(shop.store, order)
        return order

    def changes(self, order: Json, change: Any, rng: random.Random) -> None:
        """Something happens to the order at the store, unless it is refused there."""
        self.at += timedelta(hours=1)
        # Of several changes the first may have happened when the next one is refused.
        with suppress(life.ChangeRefused):
            change(order, rng, self.at)
        store = self.simulator.shop(self.world.store.domain).store
        self.simulator.engine.loader.settle(store, order)

    # Here.

    async def imports(self) -> None:
        counts = await self.world.imports(SHOPIFY_ID)
        assert not counts.failed, await self.world.queue("error_code", "error_detail")
        await self.world.works_off()

    async def create(self, look: Look) -> None:
        await self.world.requests.create_document(EVERYBODY, look.view.stored.id)
        await self.world.works_off()

    async def acknowledge(self, document: Document) -> None:
        await self.world.actions.acknowledge(
            EVERYBODY, document.id, erp_document_no=f"ERP-{document.id}", version=document.version
        )

    async def post(self, document: Document) -> None:
        await self.world.actions.post(
            EVERYBODY, document.id, posted_document_no=f"P-{document.id}", posting_date=self.at.date()
        )

    async def cancel(self, document: Document) -> None:
        await self.world.actions.cancel(EVERYBODY, document.id, reason="Nothing is left", erp_deleted=True)
        await self.world.works_off()

    async def resolve(self, look: Look) -> None:
        await ResolveConflict(self.world.uow, self.world.clock)(EVERYBODY, look.view.stored.id)

    async def amend(self, look: Look) -> None:
        decisions = OrderDecisions(self.world.ids, ContactKeys())
        amend = AmendDocument(self.world.uow, decisions, self.world.clock, self.world.ids)
        await amend(EVERYBODY, look.view.stored.id)

    async def unlink(self, look: Look) -> None:
        await UnlinkDocuments(self.world.uow, self.world.clock)(EVERYBODY, look.view.stored.id)
        await self.world.works_off()

    async def credit(self, refund: StoredRefund) -> None:
        requests = RefundRequests(self.world.uow, RefundDocuments(self.world.ids), self.world.clock)
        await requests.create_document(EVERYBODY, refund.id)

    async def write_number(self) -> None:
        gateway = self.world.gateway
        numbers = WriteBackOrders(
            writer=gateway, actions=gateway.order_actions, uow=self.world.uow, clock=self.world.clock, worker="worker"
        )
        await numbers(self.world.store_id)

    async def look(self) -> Look | None:
        """The order, its documents, refunds and events."""
        async with self.world.uow() as uow:
            order = await uow.driver.fetchval(_OF_THE_STORE, SHOPIFY_ID, self.world.store_id)
            if order is None:
                return None
            page = await uow.refunds.page(RefundFilter(order_id=OrderId(order)), PageRequest(limit=250))
            return Look(
                view=await order_view(uow, EVERYBODY, OrderId(order)),
                documents=[_document(row) for row in await uow.driver.fetch(_DOCUMENTS, order)],
                refunds=page.rows,
                events=[row["type"] for row in await uow.driver.fetch(_EVENTS, order)],
            )

    # Elsewhere.

    async def seen_first(self) -> OrderView:
        """The order as an installation has it that sees it for the first time."""
        await self._forget(self.stranger)
        await self.stranger.imports(SHOPIFY_ID)
        async with self.stranger.uow() as uow:
            order = await uow.driver.fetchval(_OF_THE_STORE, SHOPIFY_ID, self.stranger.store_id)
            return await order_view(uow, EVERYBODY, OrderId(order))

    async def _forget(self, world: World) -> None:
        async with world.uow() as uow:
            for statement in _FORGET:
                await uow.driver.execute(statement, world.store_id)
            await uow.commit()


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=DocumentId(row["id"]),
        kind=row["kind"],
        state=row["state"],
        version=row["version"],
        refund=row["refund_id"],
        adjusts=row["adjusts_id"],
        live=row["state"] != "cancelled" and row["unlinked_at"] is None,
        total=Decimal(row["total"]),
        of_its_lines=row["of_its_lines"] or Decimal(0),
    )


_OF_THE_STORE = "SELECT id FROM orders WHERE shopify_id = $1 AND store_id = $2"
_EVENTS = """
SELECT type FROM events
WHERE resource_id = $1 OR resource_id IN (SELECT id FROM sales_documents WHERE order_id = $1)
   OR resource_id IN (SELECT id FROM refunds WHERE order_id = $1)
ORDER BY seq
"""
_DOCUMENTS = """
SELECT id, kind, state, version, refund_id, adjusts_id, unlinked_at,
       content->'totals'->>'amount_including_tax' AS total,
       (SELECT sum((line->>'amount')::numeric + CASE WHEN (content->>'prices_include_tax')::boolean THEN 0
                                                     ELSE (line->>'tax_amount')::numeric END)
        FROM json_array_elements(lines::json) AS line) AS of_its_lines
FROM sales_documents WHERE order_id = $1 ORDER BY id
"""
_FORGET = (
    "DELETE FROM sales_documents WHERE order_id IN (SELECT id FROM orders WHERE store_id = $1)",
    "DELETE FROM orders WHERE store_id = $1",
    "DELETE FROM orders_to_import WHERE store_id = $1",
)


class Trials:
    """All houses, opened when they are asked for, in an installation and in another that never sees an order twice."""

    def __init__(self, loop: asyncio.AbstractEventLoop, simulator: Simulator, here: World, elsewhere: World) -> None:
        self._loop = loop
        self._simulator = simulator
        self._here = here
        self._elsewhere = elsewhere
        self._open: dict[House, Trial] = {}

    def of(self, house: House) -> Trial:
        if house not in self._open:
            self._open[house] = self.run(self._opened(house))
        return self._open[house]

    def run(self, doing: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(doing)

    async def _opened(self, house: House) -> Trial:
        domain = f"trial-{HOUSES.index(house)}.myshopify.com"
        by_hand = dataclasses.replace(house, automatic=False)
        world = await self._here.another_store(domain, house.settings)
        await world.store.has(shop={"currencyCode": house.currency})
        store = self._simulator.shop(domain).store
        for kind, objects in CATALOGUES[house.currency].as_state().items():
            self._simulator.engine.loader.put_objects(store, kind, objects)
        return Trial(
            house=house,
            simulator=self._simulator,
            world=world,
            stranger=await self._elsewhere.another_store(domain, by_hand.settings),
        )


async def _meet_the_erp(world: World) -> None:
    """Every article and every currency has its code there."""
    goods = [each for catalogue in CATALOGUES.values() for each in (*catalogue.goods, *catalogue.gift_cards)]
    for sku in sorted({each.variant["sku"] for each in goods if each.variant["sku"]} | {MORE}):
        await world.item(sku)
    for currency in CURRENCIES:
        await world.mappings.currencies.put(None, CurrencyMapping(iso=currency, currency_code=currency))


@contextmanager
def trials(here: str, elsewhere: str) -> Iterator[Trials]:
    """Two migrated databases become installations whose ERPs know every article and every currency."""
    application = create_simulator()
    simulator = RunningSimulator(base_url="http://simulator", simulator=application.state.simulator)
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    worlds = []
    try:
        for url in (here, elsewhere):
            world = a_world(url, simulator, transport=httpx.ASGITransport(app=application))
            worlds.append(loop.run_until_complete(stack.enter_async_context(world)))
            loop.run_until_complete(_meet_the_erp(worlds[-1]))
        yield Trials(loop, simulator.simulator, *worlds)
    finally:
        loop.run_until_complete(stack.aclose())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
