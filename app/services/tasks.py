"""The recurring tasks by name: what each does, what it can be asked, whose turn it waits for, what its code is given.

Knows neither how a run is kept nor who executes it (``app.services.runs``), nor what the work itself is: that is
injected as a ``TaskRunner`` per task.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.identifiers import RunId, ShopId, StoreId
from app.domain.shop_settings import OrderFilters

BY_SCHEDULE = "schedule"
"""Who asked for a run that no person asked for."""
BY_WEBHOOK = "webhook"
"""The same, when Shopify announced what the run is to look at."""
MOST_ERRORS_KEPT = 500
"""Of one run; further ones are counted in ``counts.errors_not_shown``."""


class TaskName(StrEnum):
    IMPORT_ORDERS = "import_orders"
    CREATE_DOCUMENTS = "create_documents"
    PUSH_SHIPMENTS = "push_shipments"
    SYNC_PRODUCTS = "sync_products"
    SYNC_PRICES = "sync_prices"
    SYNC_INVENTORY = "sync_inventory"
    SYNC_IMAGES = "sync_images"
    SYNC_CUSTOMERS = "sync_customers"
    SYNC_COMPANIES = "sync_companies"
    SYNC_PAYOUTS = "sync_payouts"
    SYNC_CATALOGS = "sync_catalogs"
    SYNC_CATALOG_PRICES = "sync_catalog_prices"
    PULL_MAPPINGS = "pull_mappings"
    CHECK_SUBSCRIPTIONS = "check_subscriptions"
    RECONCILE_ORDERS = "reconcile_orders"
    CHECK_COMPLETENESS = "check_completeness"
    PURGE_EXPIRED = "purge_expired"
    TEST_CONNECTION = "test_connection"
    ACT_ON_ORDER = "act_on_order"
    """Not recurring: what was asked of one order, done at its store."""


class ParameterKind(StrEnum):
    INSTANT = "instant"
    """RFC 3339 with an offset."""
    DATE = "date"
    FLAG = "flag"
    SHOPIFY_IDS = "shopify_ids"
    """A list of numeric strings."""
    ITEM_NOS = "item_nos"
    """A list of the ERP's numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskParameter:
    name: str
    kind: ParameterKind
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """A row of the recurring-task table. ``shares_orders`` puts it in the one category of a store's order work."""

    name: TaskName
    description: str
    parameters: tuple[TaskParameter, ...] = ()
    takes_filters: bool = False
    shares_orders: bool = False
    reaches_store: bool = True
    """By schedule it only runs while there is a way to the store."""

    def category(self, store_domain: str) -> str:
        """Whose turn it waits for unless the schedule says otherwise: one run per category at a time."""
        return f"{'orders' if self.shares_orders else self.name}:{store_domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """A record that failed in a run; the run itself goes on."""

    resource_type: str
    id: str
    code: str
    detail: str


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """How far a run is; kept with the run at each heartbeat and at its end."""

    done: int = 0
    total: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[RunError] = field(default_factory=list)


class RunContext:
    """What a task's code is given. It may start again from the beginning after a crash: its effects must allow that.

    When the lease is lost to another worker the code is cancelled (``asyncio.CancelledError``); when a person cancels
    the run, ``cancelled`` turns true and the code ends at its next convenient point by returning.
    """

    def __init__(
        self,
        *,
        run_id: RunId,
        task: TaskName,
        shop_id: ShopId,
        store_id: StoreId,
        filters: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        by_schedule: bool = False,
    ) -> None:
        self.run_id = run_id
        self.task = task
        self.shop_id = shop_id
        self.store_id = store_id
        self.filters: Mapping[str, Any] = dict(filters or {})
        """As given and checked: JSON by the names of ``app.domain.shop_settings.OrderFilters``, perhaps ``action``."""
        self.parameters: Mapping[str, Any] = dict(parameters or {})
        """As given and checked: JSON by the task's parameters; instants are RFC 3339 strings."""
        self.by_schedule = by_schedule
        """Nobody asked for it just now."""
        self.kept = RunProgress()
        self._cancelled = False

    @property
    def order_filters(self) -> OrderFilters:
        """The filters as the domain knows them."""
        return OrderFilters(**self.filters)

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """A person wants it to end; called by the heartbeat only."""
        self._cancelled = True

    async def progress(self, done: int, total: int | None = None) -> None:
        """So much is done, of so much if that is known."""
        self.kept.done = done
        self.kept.total = total if total is not None else self.kept.total

    async def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        self.kept.counts[name] = self.kept.counts.get(name, 0) + number

    async def error(self, *, resource_type: str, id: str, code: str, detail: str) -> None:  # noqa: A002 - the API's word
        """Say that a record failed; ``detail`` holds neither secrets nor personal data."""
        if len(self.kept.errors) >= MOST_ERRORS_KEPT:
            await self.count("errors_not_shown")
            return
        self.kept.errors.append(RunError(resource_type=resource_type, id=id, code=code, detail=detail))


EVERY_HOUR = 60
EVERY_DAY = 1440
DEFAULT_EVERY_MINUTES: Mapping[str, int] = {
    TaskName.RECONCILE_ORDERS: EVERY_HOUR,
    TaskName.CHECK_COMPLETENESS: EVERY_DAY,
    TaskName.CHECK_SUBSCRIPTIONS: EVERY_DAY,
    TaskName.PURGE_EXPIRED: EVERY_DAY,
}
"""Tasks that recur in every shop until its schedule says otherwise; all others only run once a schedule is set. They
are due so long after the shop was made, and so on: not in all shops at once.
"""

TaskRunner = Callable[[RunContext], Awaitable[None]]
"""Does a task's work. Records that fail are reported and do not fail the run; raising means it could not go on."""

TaskRunners = Mapping[TaskName, TaskRunner]
"""The tasks that can run in this release."""


def _parameter(name: str, kind: ParameterKind, description: str) -> TaskParameter:
    return TaskParameter(name=name, kind=kind, description=description)


OF_ITEMS = (_parameter("item_nos", ParameterKind.ITEM_NOS, "Only these items, whatever items.export says."),)

EXCHANGED = (
    _parameter("updated_since", ParameterKind.INSTANT, "Take in what changed at or after this instant."),
    _parameter("only_asked", ParameterKind.FLAG, "Only send what was asked for, and take nothing in."),
)

TASKS: Mapping[TaskName, TaskDefinition] = {
    definition.name: definition
    for definition in (
        TaskDefinition(
            name=TaskName.IMPORT_ORDERS,
            description="Lists new and changed orders of the store, imports them and makes their documents.",
            parameters=(
                _parameter("updated_since", ParameterKind.INSTANT, "List orders changed at or after this instant."),
                _parameter("created_from", ParameterKind.INSTANT, "List orders created at or after this instant."),
                _parameter("created_to", ParameterKind.INSTANT, "List orders created at or before this instant."),
                _parameter(
                    "bulk",
                    ParameterKind.FLAG,
                    "Read a range of creation by one bulk operation of Shopify, or never; else when it has more than"
                    " 1,000 orders.",
                ),
                _parameter("order_shopify_ids", ParameterKind.SHOPIFY_IDS, "Import exactly these orders."),
                _parameter("include_closed", ParameterKind.FLAG, "List closed orders too when nothing was listed yet."),
            ),
            takes_filters=True,
            shares_orders=True,
        ),
        TaskDefinition(
            name=TaskName.CREATE_DOCUMENTS,
            reaches_store=False,
            description="Tries every imported order that waits for a document again.",
            takes_filters=True,
            shares_orders=True,
        ),
        TaskDefinition(
            name=TaskName.PUSH_SHIPMENTS,
            description="Sends the ERP's shipments to the store as fulfilments.",
            parameters=(
                _parameter("posting_date_from", ParameterKind.DATE, "Only shipments posted on or after this day."),
                _parameter("posting_date_to", ParameterKind.DATE, "Only shipments posted on or before this day."),
            ),
        ),
        TaskDefinition(
            name=TaskName.SYNC_PRODUCTS,
            description="Sends items that changed to the store as products, and links them.",
            parameters=OF_ITEMS,
        ),
        TaskDefinition(
            name=TaskName.SYNC_PRICES,
            description="Sends prices that changed of items that are products.",
            parameters=OF_ITEMS,
        ),
        TaskDefinition(
            name=TaskName.SYNC_INVENTORY,
            description="Compares the ERP's stock with the store's, sets what differs. What the ERP tells is set soon"
            " after in any case.",
        ),
        TaskDefinition(
            name=TaskName.SYNC_IMAGES,
            description="Sends pictures that changed of items that are products, in their order, and takes off what the"
            " ERP no longer gives.",
            parameters=OF_ITEMS,
        ),
        TaskDefinition(
            name=TaskName.SYNC_CUSTOMERS,
            description=(
                "Takes in store customers that changed, by customers.import, and sends the ERP's customers, by"
                " customers.export and customers.update_store; only what changed is sent."
            ),
            parameters=EXCHANGED,
        ),
        TaskDefinition(
            name=TaskName.SYNC_COMPANIES,
            description=(
                "Takes in companies and locations that changed, by companies.import, and sends the ERP's, by"
                " companies.update_store and what was asked for; only what changed is sent."
            ),
            parameters=EXCHANGED,
        ),
        TaskDefinition(name=TaskName.SYNC_PAYOUTS, description="Imports payouts and their transactions."),
        TaskDefinition(
            name=TaskName.SYNC_CATALOGS,
            description=(
                "Lists the store's catalogs of companies and markets, and gives companies that were sent there one of"
                " their own, by companies.auto_create_catalog."
            ),
        ),
        TaskDefinition(
            name=TaskName.SYNC_CATALOG_PRICES,
            description="Sends prices that changed to the price lists of the catalogs that have a price group.",
            parameters=(_parameter("catalog_ids", ParameterKind.SHOPIFY_IDS, "Only these catalogs."),),
        ),
        TaskDefinition(
            name=TaskName.PULL_MAPPINGS,
            description=(
                "Reads from the store what can be mapped (locations, ways of shipping, payment gateways and terms,"
                " countries, provinces, currencies) and leaves a row for each without touching what was mapped."
            ),
        ),
        TaskDefinition(
            name=TaskName.CHECK_SUBSCRIPTIONS,
            description=(
                "Creates webhook subscriptions that are missing, removes ours that are not wanted, and lists again what"
                " changed while some were missing."
            ),
        ),
        TaskDefinition(
            name=TaskName.RECONCILE_ORDERS,
            description=(
                "Lists what changed in the last day, once a day in the last week, and imports what no webhook told."
                " What is unchanged is not read again."
            ),
            shares_orders=True,
        ),
        TaskDefinition(
            name=TaskName.CHECK_COMPLETENESS,
            description=(
                "Compares orders and refunds day by day with the store, imports what is missing or differs, and keeps"
                " which days still differ."
            ),
            parameters=(
                _parameter("from", ParameterKind.DATE, "The first day, in the shop's time zone; else a week ago."),
                _parameter("to", ParameterKind.DATE, "The last day; else yesterday."),
            ),
            shares_orders=True,
        ),
        TaskDefinition(
            name=TaskName.TEST_CONNECTION,
            description=(
                "Looks whether the store is reached and what stands in the way: scopes that enabled features lack,"
                " webhook subscriptions, the end of the interface's version, an order that may not be read."
            ),
            reaches_store=False,
        ),
        TaskDefinition(
            name=TaskName.PURGE_EXPIRED,
            reaches_store=False,
            description="Deletes what has outlived its keeping: webhooks, idempotency keys, events, finished runs,"
            " captures of orders that changed since.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class AvailableTasks:
    """The names of the tasks that this release can run."""

    names: frozenset[TaskName]
