"""A small world to import in: a real database, a simulated store over HTTP, the services wired as in one process.

Knows how things are arranged and looked at; does not know what a test expects.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import httpx
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.points_bucket import PostgresPointsBucket
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork, unit_of_work_factory
from app.adapters.shopify.gateway import ShopifyGateway
from app.domain.access import Access, Scope
from app.domain.addresses import Address
from app.domain.catalogue import Item
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, DocumentId, OrderId, ShopId, ShopifyId, StoreId
from app.domain.settings_values import settings_from_json, settings_to_json
from app.ports.bulk_orders import BulkOrders
from app.ports.once import AS_OFTEN_AS_ASKED
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.repositories.runs import Run
from app.ports.store_access import CredentialsKind, StoreCredentials
from app.ports.store_gateway import OrderReading, StoreGateway, StoreRef
from app.services.backfill import Backfill
from app.services.completeness import CheckCompleteness, CompareDays
from app.services.document_actions import DocumentActions
from app.services.import_orders import ImportOrders
from app.services.imported_orders import ImportCounts
from app.services.links import LinkTables
from app.services.list_orders import ListOrders
from app.services.make_documents import MakeDocuments
from app.services.mappings import MappingTables
from app.services.master_data import CustomerData, ItemData
from app.services.new_customers import NewCustomers
from app.services.order_amendments import AmendDocument
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.order_tasks import CreateDocumentsTask, ImportOrdersTask
from app.services.pull_mappings import PullMappings
from app.services.push_shipments import PushShipments
from app.services.reconcile_orders import ReconcileOrders
from app.services.refund_documents import RefundDocuments
from app.services.run_task import RunTask
from app.services.runs import StartRun
from app.services.send_shipments import SendShipments
from app.services.shops import NewShop, ShopAdministration, ShopChange
from app.services.tasks import BY_SCHEDULE, TaskName, TaskRunners
from app.store_simulator.server import RunningSimulator
from app.store_simulator.state import DEFAULT_ACCESS_TOKEN

EVERYBODY = Access(key_id="key00001", name="tests", scopes=frozenset(Scope))
UNLIMITED = {"maximumAvailable": 10_000_000, "restoreRate": 1_000_000}
CREDENTIALS = StoreCredentials(
    kind=CredentialsKind.ACCESS_TOKEN, access_token=DEFAULT_ACCESS_TOKEN, api_secret="shpss_x"
)
PLAIN_SETTINGS: Mapping[str, Any] = {
    "general": {"local_currency": "EUR", "time_zone": "Europe/Amsterdam", "country_code": "NL"},
    "orders": {"auto_create_documents": True},
    "customers": {"mapping": "always_default", "default_customer_no": "C100"},
    "items": {"sku_mapping": "item_no"},
    "accounts": {"shipping_charges": "4100"},
}
"""Settings by which a plain order becomes a document."""

Json = dict[str, Any]
_numbers = itertools.count(1)


def money(amount: str) -> Json:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def a_line(number: int, *, sku: str | None = "ITEM-A", price: str = "10.00", **fields: Any) -> Json:
    """A line of one piece, in Shopify's words."""
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": sku,
        "originalUnitPriceSet": money(price),
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": "9001"},
    } | fields


def an_order(number: int = 1001, **fields: Any) -> Json:
    """An open, paid order of one line, in Shopify's words."""
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "lineItems": [a_line(number * 1_000)],
        "shippingLines": [],
        "currencyCode": "EUR",
        "fulfillmentOrders": [],
    } | fields


def a_person(number: int, *, email: str | None = None, **address: str) -> Json:
    """A store customer with one address, in Shopify's words."""
    place = {
        "id": f"gid://shopify/MailingAddress/{number * 10}",
        "firstName": "Anna",
        "lastName": "Buyer",
        "address1": "Main Street 1",
        "zip": "1111 AA",
        "city": "Delft",
        "countryCodeV2": "NL",
    } | address
    return {
        "legacyResourceId": str(number),
        "firstName": place["firstName"],
        "lastName": place["lastName"],
        "defaultEmailAddress": {"emailAddress": email} if email else None,
        "defaultPhoneNumber": None,
        "addressesV2": [place],
        "defaultAddress": place,
    }


class HeldReading:
    """A way to the store that holds what it read until it is let go, so that something may happen meanwhile."""

    def __init__(self, gateway: StoreGateway) -> None:
        self._gateway = gateway
        self.has_read = asyncio.Event()
        self.let_go = asyncio.Event()

    async def read_orders(
        self, store: StoreRef, ids: Sequence[ShopifyId], *, catch_up: bool = False
    ) -> Sequence[OrderReading]:
        readings = await self._gateway.read_orders(store, ids, catch_up=catch_up)
        self.has_read.set()
        await self.let_go.wait()
        return readings

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


class MovableClock:
    """The real time, moved on when a test says so."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def pass_by(self, **time: float) -> None:
        self._ahead += timedelta(**time)


@dataclass(slots=True, kw_only=True)
class SimulatedStore:
    """The control door of the world's store."""

    domain: str
    doors: httpx.AsyncClient

    async def has(self, *orders: Json, **objects: Any) -> None:
        """These orders (and other objects) are in the store; a field the simulator does not know fails here."""
        given = objects | ({"orders": list(orders)} if orders else {})
        answer = await self._ask("PUT", "state", given)
        assert not answer["unknown"], answer["unknown"]

    async def change(self, order: int | str, **fields: Any) -> None:
        await self._ask("PATCH", f"orders/{order}", {"emit": False, **fields})

    async def act(self, order: int | str, action: str, **given: Any) -> Json:
        return await self._ask("POST", f"orders/{order}/{action}", {"emit": False, **given})

    async def loses(self, order: int | str) -> None:
        await self._ask("DELETE", f"orders/{order}", None)

    async def generate(self, count: int, **wish: Any) -> list[str]:
        answer = await self._ask("POST", "orders/generate", {"count": count, **wish})
        return [str(each) for each in answer["ids"]]

    async def fails(self, kind: str, **options: Any) -> None:
        await self._ask("POST", "faults", {"kind": kind, **options})

    async def mends(self) -> None:
        await self._ask("DELETE", "faults", None)

    async def calls(self, operation: str) -> list[Json]:
        found: list[Json] = (await self._ask("GET", f"calls?operation={operation}", None))["calls"]
        return found

    async def every_call(self) -> list[Json]:
        found: list[Json] = (await self._ask("GET", "calls", None))["calls"]
        return found

    async def forget_calls(self) -> None:
        await self._ask("DELETE", "calls", None)

    async def products(self) -> list[Json]:
        found: list[Json] = (await self._ask("GET", "state?kinds=products", None))["products"]
        return found

    async def _ask(self, method: str, door: str, body: Json | None) -> Json:
        answer = await self.doors.request(method, f"/control/{self.domain}/{door}", json=body)
        assert answer.status_code == 200, answer.text
        content: Json = answer.json()
        return content


@dataclass(slots=True, kw_only=True)
class Process:
    """The services of one process, as the composition root wires them."""

    name: str
    import_orders: ImportOrders
    make_documents: MakeDocuments
    runners: TaskRunners
    run_task: RunTask


@dataclass(slots=True, kw_only=True)
class World:
    """One store with one shop, ``web``, whose settings document a plain order at once."""

    engine: AsyncEngine
    clock: MovableClock
    ids: Ulids
    store: SimulatedStore
    gateway: ShopifyGateway
    vault: PostgresTokenVault
    keyring: AesGcmKeyring
    store_id: StoreId = StoreId("")
    shop: ShopId = ShopId("")

    # What the world is made of.

    @property
    def uow(self) -> Callable[[], PostgresUnitOfWork]:
        return unit_of_work_factory(self.engine)

    def process(
        self, name: str = "worker", *, gateway: HeldReading | None = None, bulk: BulkOrders | None = None, **limits: Any
    ) -> Process:
        """Another process; its own way to the store if one is given, and other limits of a backfill."""
        reads = cast("StoreGateway", gateway) if gateway else self.gateway
        decisions = OrderDecisions(self.ids, ContactKeys())
        import_orders = ImportOrders(
            gateway=reads, uow=self.uow, decisions=decisions, clock=self.clock, ids=self.ids, worker=name
        )
        make_documents = MakeDocuments(
            self.uow,
            decisions,
            RefundDocuments(self.ids),
            AmendDocument(self.uow, decisions, self.clock, self.ids),
            self.clock,
        )
        list_orders = ListOrders(reads, self.uow, self.clock)
        import_task = ImportOrdersTask(
            gateway=reads,
            uow=self.uow,
            clock=self.clock,
            list_orders=list_orders,
            import_orders=import_orders,
            make_documents=make_documents,
            backfill=Backfill(
                bulk=bulk or self.gateway.bulk,
                uow=self.uow,
                list_orders=list_orders,
                import_orders=import_orders,
                signals=self.signals,
                **limits,
            ),
        )
        runners: TaskRunners = {
            TaskName.IMPORT_ORDERS: import_task,
            TaskName.CHECK_COMPLETENESS: CheckCompleteness(
                self.uow, self.clock, CompareDays(self.uow, reads, self.clock), import_task
            ),
            TaskName.RECONCILE_ORDERS: ReconcileOrders(self.uow, self.clock, list_orders, import_task),
            TaskName.CREATE_DOCUMENTS: CreateDocumentsTask(make_documents),
            TaskName.PUSH_SHIPMENTS: PushShipments(
                self.uow,
                self.clock,
                SendShipments(gateway=self.gateway.shipping, uow=self.uow, clock=self.clock, worker=name),
            ),
            TaskName.PULL_MAPPINGS: PullMappings(self.gateway.values, self.uow, self.clock).run,
        }
        return Process(
            name=name,
            import_orders=import_orders,
            make_documents=make_documents,
            runners=runners,
            run_task=RunTask(self.uow, self.clock, runners, worker=name),
        )

    @property
    def shops(self) -> ShopAdministration:
        return ShopAdministration(unit_of_work=self.uow, clock=self.clock, ids=self.ids, keyring=self.keyring)

    @property
    def requests(self) -> OrderRequests:
        return OrderRequests(self.uow, OrderDecisions(self.ids, ContactKeys()), self.clock)

    @property
    def actions(self) -> DocumentActions:
        return DocumentActions(self.uow, self.clock)

    @property
    def links(self) -> LinkTables:
        return LinkTables(unit_of_work=self.uow, clock=self.clock)

    @property
    def mappings(self) -> MappingTables:
        return MappingTables(unit_of_work=self.uow, clock=self.clock, ids=self.ids)

    @property
    def new_customers(self) -> NewCustomers:
        return NewCustomers(unit_of_work=self.uow, clock=self.clock, contact=ContactKeys())

    @property
    def signals(self) -> PostgresSignals:
        """Nobody listens: whoever waits looks again by himself."""
        return PostgresSignals(self.engine.url.render_as_string(hide_password=False))

    @staticmethod
    def minutes(number: float) -> timedelta:
        return timedelta(minutes=number)

    # Arranging.

    async def set_up_shop(self, code: str, settings: Mapping[str, Any]) -> ShopId:
        """A shop on the store; groups of settings given are merged into the plain ones."""
        made = await self.shops.create(
            NewShop(
                code=code,
                name=code,
                store_domain=self.store.domain,
                settings=settings_from_json(_merged(PLAIN_SETTINGS, settings)),
                credentials=CREDENTIALS,
            )
        )
        self.store_id = made.store.id
        return made.shop.id

    async def another_store(self, domain: str, settings: Mapping[str, Any]) -> "World":
        """The same installation with another store, whose one shop has the code of its domain."""
        store = SimulatedStore(domain=domain, doors=self.store.doors)
        await store.has(throttle=UNLIMITED)
        world = replace(self, store=store)
        world.shop = await world.set_up_shop(domain.split(".", maxsplit=1)[0], settings)
        return world

    async def set(self, shop: ShopId | None = None, **settings: Json) -> None:
        """Change settings of a shop."""
        await self.shops.change(
            shop or self.shop,
            lambda before: ShopChange(
                name=before.name,
                settings=settings_from_json(_merged(settings_to_json(before.settings), settings)),
            ),
        )

    async def customer(self, no: str, **fields: Any) -> CustomerId:
        address = Address(**fields.pop("address", {}))
        data = CustomerData(unit_of_work=self.uow, clock=self.clock, contact=ContactKeys())
        customer = Customer(id=CustomerId(self.ids.new("cus")), no=no, address=address, **fields)
        return (await data.put(customer)).kept.customer.id

    async def item(self, no: str, **fields: Any) -> None:
        data = ItemData(unit_of_work=self.uow, clock=self.clock)
        await data.put(Item(no=no, base_unit="PCS", **fields))

    async def numbers(self, customer: str, no: str) -> None:
        """The ERP answers with its number for a customer that we created."""
        await self.new_customers.acknowledge(CustomerId(customer), no, access=EVERYBODY, once=AS_OFTEN_AS_ASKED)

    async def deletes_customer(self, no: str) -> None:
        data = CustomerData(unit_of_work=self.uow, clock=self.clock, contact=ContactKeys())
        await data.delete(no, unlink=True)

    # Doing.

    async def wants(self, *orders: int | str, by: str = "webhook", **fields: Any) -> None:
        """These orders are announced as new or changed."""
        async with self.uow() as uow:
            wanted = [WantedOrder(shopify_id=ShopifyId(str(each)), **fields) for each in orders]
            await uow.orders_to_import.want(self.store_id, wanted, by=WantedBy(by), now=self.clock.now())
            await uow.commit()

    async def time_passes(self, **time: float) -> None:
        """Here and at the store; a clock that is moved alone is a wrong one."""
        self.clock.pass_by(**time)
        await self.store.has(clock={"advance_seconds": timedelta(**time).total_seconds()})

    async def imports(self, *orders: int | str) -> ImportCounts:
        """Announce these, and import whatever is due."""
        await self.wants(*orders)
        return await self.process().import_orders(self.store_id)

    async def run(
        self,
        task: TaskName = TaskName.IMPORT_ORDERS,
        *,
        process: Process | None = None,
        shop: str = "web",
        filters: Json | None = None,
        by_schedule: bool = False,
        **parameters: Any,
    ) -> Run:
        """A run of a task to its end."""
        process = process or self.process()
        start = StartRun(self.uow, self.clock, self.ids, process.runners)
        started = await start(EVERYBODY, shop, task, filters=filters, parameters=parameters)
        if by_schedule:
            await self.do("UPDATE runs SET requested_by = $2 WHERE id = $1", started.run.id, BY_SCHEDULE)
        await process.run_task(started.run.id)
        async with self.uow() as uow:
            run = await uow.runs.get(started.run.id)
        assert run is not None
        return run

    async def works_off(self) -> None:
        """Do what workers were nudged to do about documents, as long as they are."""
        while nudges := await self.take_nudges("documents"):
            for shop in nudges:
                await self.process().make_documents.due(ShopId(shop))

    async def take_nudges(self, kind: str) -> list[str]:
        async with self.uow() as uow:
            rows = await uow.driver.fetch("DELETE FROM pgqueuer WHERE entrypoint = $1 RETURNING payload", kind)
            await uow.commit()
        return [row["payload"].decode() for row in rows]

    # Looking.

    async def fetch(self, statement: str, *parameters: object) -> list[asyncpg.Record]:
        async with self.uow() as uow:
            return list(await uow.driver.fetch(statement, *parameters))

    async def value(self, statement: str, *parameters: object) -> Any:
        return (await self.fetch(statement, *parameters))[0][0]

    async def do(self, statement: str, *parameters: object) -> None:
        async with self.uow() as uow:
            await uow.driver.execute(statement, *parameters)
            await uow.commit()

    async def order(self, name: str = "#1001") -> Json:
        """The row of an order."""
        row = dict((await self.fetch("SELECT * FROM orders WHERE name = $1", name))[0])
        return row | {part: msgspec.json.decode(row[part]) for part in ("body", "mapping", "problems")}

    async def order_id(self, name: str = "#1001") -> OrderId:
        return OrderId((await self.order(name))["id"])

    async def orders(self) -> list[str]:
        return [row["name"] for row in await self.fetch("SELECT name FROM orders ORDER BY name")]

    async def problems(self, name: str = "#1001") -> list[str]:
        return [problem["code"] for problem in (await self.order(name))["problems"]]

    async def documents_of(self, name: str = "#1001") -> list[Json]:
        """All documents of an order, oldest first."""
        ids = await self.fetch(
            "SELECT d.id FROM sales_documents d JOIN orders o ON o.id = d.order_id WHERE o.name = $1 ORDER BY d.id",
            name,
        )
        async with self.uow() as uow:
            found = [await uow.documents_reading.one(DocumentId(row["id"]), shop_ids=None) for row in ids]
        return [json.loads(each.json) for each in found if each is not None]

    async def document_of(self, name: str = "#1001") -> Json:
        """The one document of an order."""
        [document] = await self.documents_of(name)
        return document

    async def is_documented(self, name: str = "#1001") -> bool:
        return bool(await self.documents_of(name))

    async def queue(self, *columns: str) -> list[tuple[Any, ...]]:
        """The orders to import, by their Shopify id."""
        wanted = ", ".join(("shopify_id", *columns))
        return [tuple(row) for row in await self.fetch(f"SELECT {wanted} FROM orders_to_import ORDER BY shopify_id")]

    async def row_of(self, order: int | str) -> Json:
        """The queue's row of an order."""
        return dict((await self.fetch("SELECT * FROM orders_to_import WHERE shopify_id = $1", str(order)))[0])

    async def is_true(self, statement: str, *parameters: object) -> bool:
        return bool(await self.value(statement, *parameters))

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Until it is so; fails after ten seconds."""
        async with asyncio.timeout(10):
            while not await condition():  # noqa: ASYNC110 - what is waited for is in a database
                await asyncio.sleep(0.02)

    async def events(self) -> list[str]:
        return [row["type"] for row in await self.fetch("SELECT type FROM events ORDER BY seq")]


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    merged = dict(base)
    for name, value in changes.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


@asynccontextmanager
async def a_world(
    url: str,
    simulator: RunningSimulator,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    **settings: Json,
) -> AsyncIterator[World]:
    """A store of its own, its shop ``web``, and an ERP that knows customer C100 and item ITEM-A.
    ``transport`` is another way to the simulator than over the network.
    """
    engine = create_engine(url, pool_size=30)
    clock, keyring = MovableClock(), AesGcmKeyring([b"k" * 32])
    vault = PostgresTokenVault(engine, keyring=keyring, clock=clock)
    async with (
        httpx.AsyncClient(base_url=simulator.base_url, timeout=60, verify=False, transport=transport) as doors,
        httpx.AsyncClient(verify=False, timeout=60, transport=transport) as http,
    ):
        world = World(
            engine=engine,
            clock=clock,
            ids=Ulids(),
            store=SimulatedStore(domain=f"world-{next(_numbers)}.myshopify.com", doors=doors),
            gateway=ShopifyGateway(
                vault=vault,
                bucket=PostgresPointsBucket(engine),
                clock=clock,
                url=f"{simulator.base_url}/{{store_domain}}",
                http=http,
                sleep=_at_once,
            ),
            vault=vault,
            keyring=keyring,
        )
        world.shop = await world.set_up_shop("web", settings)
        await world.store.has(throttle=UNLIMITED, shop={"currencyCode": "EUR"})
        await world.customer("C100", name="Web sales")
        await world.item("ITEM-A", description="Teapot")
        yield world
    await engine.dispose()


async def _at_once(_seconds: float) -> None:
    """The pauses before a repeated call are the adapter's own subject."""
    await asyncio.sleep(0)


def codes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]
