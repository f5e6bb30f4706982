"""P17: webhooks about records of the store wake the task that looks at them, once, and never by our own writes."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.domain.catalogue import Item
from app.domain.webhook_topics import TASK_TOPICS
from app.jobs.recurrence import ApschedulerRecurrence
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.receive_webhook import ReceiveWebhook
from app.services.schedules import ScheduleTicks
from app.services.tasks import RunContext, TaskName, TaskRunners
from tests.machinery import POS, STORE, WEB, Machinery, delivery, door, machinery

LISTENING: Mapping[str, Mapping[str, Any]] = {
    "sync_products": {"items": {"auto_create": True}},
    "sync_customers": {"customers": {"import": "all"}},
    "sync_companies": {"companies": {"update_from_store": True}},
    "sync_payouts": {},
}
TOLD: dict[str, Any] = {"id": 71, "updated_at": "2026-01-15T10:00:00Z"}


async def _nothing(_: RunContext) -> None:
    pass


RUNNERS: TaskRunners = {TaskName(task): _nothing for task in TASK_TOPICS}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@pytest.fixture
async def receive(house: Machinery) -> AsyncIterator[ReceiveWebhook]:
    async with door(house.url) as made:
        yield made


async def scheduled(
    house: Machinery, task: str, *, shop: str = WEB, enabled: bool = True, settings: Any = None
) -> None:
    await house.do(
        "UPDATE shops SET settings = $2 WHERE id = $1",
        shop,
        json.dumps(LISTENING.get(task, {}) if settings is None else settings),
    )
    await house.do(
        "INSERT INTO schedules (shop_id, task, enabled, every_minutes, filters, parameters, version, updated_at)"
        " VALUES ($1, $2, $3, 1440, '{}', '{}', 1, now())",
        shop,
        task,
        enabled,
    )


async def told(house: Machinery, receive: ReceiveWebhook, *topics: str, body: Any = None) -> None:
    for topic in topics:
        await receive(delivery(json.dumps(TOLD if body is None else body).encode(), topic=topic))
    await DispatchWebhooks(house.unit_of_work, house.clock, house.ids)()


async def queued(house: Machinery, *, later: bool = True) -> list[tuple[str, str, str]]:
    """The runs there are once the scheduler has looked; ``later`` = the while is over in which news is collected."""
    if later:
        await house.do("UPDATE schedules SET woken_at = woken_at - interval '1 hour'")
    await ScheduleTicks(house.unit_of_work, house.clock, house.ids, ApschedulerRecurrence(), RUNNERS).wake()
    rows = await house.fetch("SELECT task, shop_id, requested_by FROM runs ORDER BY queued_at")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("task", LISTENING)
async def test_a_webhook_wakes_the_task_of_the_shop_that_has_it_scheduled(
    house: Machinery, receive: ReceiveWebhook, task: str
) -> None:
    await scheduled(house, task)

    for topic in TASK_TOPICS[task]:
        await told(house, receive, topic)
        [run] = await queued(house)
        assert run == (task, WEB, "webhook"), topic
        await house.do("DELETE FROM runs")


async def test_all_that_comes_in_a_while_is_one_run(house: Machinery, receive: ReceiveWebhook) -> None:
    await scheduled(house, "sync_customers")

    for number in range(3):
        await told(house, receive, "customers/create", "customers/update", body={"id": 70 + number})
        assert await queued(house, later=False) == []

    assert await queued(house) == [("sync_customers", WEB, "webhook")]
    assert len(await queued(house)) == 1


async def test_news_that_comes_while_a_run_looks_has_another_one_look_after_it(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await scheduled(house, "sync_payouts")
    await told(house, receive, "disputes/create")
    await queued(house)
    await house.do("UPDATE runs SET state = 'running'")

    await told(house, receive, "disputes/update")

    assert len(await queued(house)) == 1
    await house.do("UPDATE runs SET state = 'succeeded', finished_at = now()")
    assert len(await queued(house)) == 2


@pytest.mark.parametrize(
    ("task", "topic", "settings"),
    [
        ("sync_products", "products/create", {}),
        ("sync_customers", "customers/update", {"customers": {"import": "with_orders"}}),
        ("sync_customers", "customers/update", {"customers": {"import": "none", "update_from_store": True}}),
        ("sync_companies", "companies/update", {"companies": {"import": "with_orders"}}),
        ("sync_payouts", "disputes/create", {"general": {"allow_background": False}}),
    ],
)
async def test_a_shop_that_takes_nothing_in_is_not_woken(
    house: Machinery, receive: ReceiveWebhook, task: str, topic: str, settings: Any
) -> None:
    await scheduled(house, task, settings=settings)

    await told(house, receive, topic)

    assert await queued(house) == []


async def test_a_schedule_that_is_off_is_not_woken(house: Machinery, receive: ReceiveWebhook) -> None:
    await scheduled(house, "sync_payouts", enabled=False)

    await told(house, receive, "disputes/create")

    assert await queued(house) == []


async def test_a_body_that_cannot_be_read_wakes_all_the_same(house: Machinery, receive: ReceiveWebhook) -> None:
    await scheduled(house, "sync_products")
    await receive(delivery(b"\xff not json", topic="products/update"))

    await told(house, receive)

    assert await queued(house) == [("sync_products", WEB, "webhook")]


async def customer_written(house: Machinery, at: str) -> None:
    await house.do(
        "INSERT INTO record_exchanges (shop_id, kind, record_id, store_record_id, unfinished, store_updated_at,"
        " attempts, updated_at) VALUES ($1, 'customer', 'cus_1', '71', false, $2::text::timestamptz, 0, now())",
        WEB,
        at,
    )


async def test_what_a_shop_wrote_itself_is_no_news_to_it_but_to_the_other_shops(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await scheduled(house, "sync_customers")
    await scheduled(house, "sync_customers", shop=POS)
    await customer_written(house, TOLD["updated_at"])

    await told(house, receive, "customers/update")

    assert await queued(house) == [("sync_customers", POS, "webhook")]


async def test_a_change_after_our_own_write_is_news(house: Machinery, receive: ReceiveWebhook) -> None:
    await scheduled(house, "sync_customers")
    await customer_written(house, "2026-01-15T09:59:59Z")

    await told(house, receive, "customers/update")

    assert await queued(house) == [("sync_customers", WEB, "webhook")]


@pytest.mark.parametrize(("ended_ago", "is_news"), [(None, False), (timedelta(0), False), (timedelta(hours=1), True)])
async def test_a_product_of_ours_is_no_news_while_we_write_products(
    house: Machinery, receive: ReceiveWebhook, ended_ago: timedelta | None, is_news: bool
) -> None:
    await scheduled(house, "sync_products")
    await house.do(
        "INSERT INTO product_exports (shop_id, item_no, part, store_product_id, adopted, attempts, updated_at)"
        " VALUES ($1, 'A', 'product', '71', false, 0, now())",
        WEB,
    )
    await house.do(
        "INSERT INTO runs (id, shop_id, task, category, filters, parameters, fingerprint, requested_by, state,"
        " progress_done, counts, errors, attempts, claim_no, queued_at, finished_at)"
        " VALUES ('run_1', $1, 'sync_prices', 'c', '{}', '{}', 'f', 'x', $2, 0, '{}', '[]', 1, 1,"
        " now() - interval '2 hours', now() - $3::interval)",
        WEB,
        "running" if ended_ago is None else "succeeded",
        ended_ago,
    )

    await told(house, receive, "products/update")

    assert ("sync_products", WEB, "webhook") in await queued(house) if is_news else len(await queued(house)) == 1


STOCKED: Any = {"items": {"sku_mapping": "item_no"}}


async def stock_told(house: Machinery) -> None:
    await scheduled(house, "sync_inventory", settings=STOCKED)
    await house.do(
        "INSERT INTO location_mappings (shop_id, location_id, location_code, location_filter, stock_calculation,"
        " version, updated_at) VALUES ($1, '61', 'BLUE', '{}', 'available', 1, now())",
        WEB,
    )
    for no in ("A", "B"):
        async with house.unit_of_work() as uow:
            await uow.items.save(Item(no=no, description=no), now=house.clock.now())
            await uow.commit()
        await house.do(
            "INSERT INTO inventory_levels (item_no, variant_code, location_code, quantity, updated_at)"
            " VALUES ($1, '', 'BLUE', 5, now())",
            no,
        )
    await house.do(
        "INSERT INTO stocked_variants (store_id, store_variant_id, inventory_item_id, sku, barcode, sku_key,"
        " barcode_key, listed_at) VALUES ($1, '21', '31', 'A', '', 'a', '', now())",
        STORE,
    )


@pytest.mark.parametrize(
    ("topic", "body", "item"),
    [
        ("inventory_levels/connect", {"inventory_item_id": 31, "location_id": 61}, ["A"]),
        ("inventory_items/update", {"id": 31}, ["A"]),
        ("inventory_items/create", {"id": 32, "sku": "b"}, ["B"]),
        ("inventory_items/create", {"id": 33, "sku": "unknown"}, []),
        ("inventory_levels/update", {"inventory_item_id": 31, "location_id": 61, "available": 4}, []),
    ],
)
async def test_stock_is_looked_at_by_item_and_a_sale_is_not_set_back(
    house: Machinery, receive: ReceiveWebhook, topic: str, body: Any, item: list[str]
) -> None:
    await stock_told(house)

    await told(house, receive, topic, body=body)

    assert [row["item_no"] for row in await house.fetch("SELECT item_no FROM stock_to_tell")] == item
    nudged = {row["dedupe_key"] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer")}
    assert nudged == ({f"stock:{WEB}"} if item else set())


async def test_stock_of_a_shop_that_does_not_compare_it_is_left_alone(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await stock_told(house)
    await house.do("UPDATE schedules SET enabled = false")

    await told(house, receive, "inventory_items/update", body={"id": 31})

    assert await house.value("SELECT count(*) FROM stock_to_tell") == 0
