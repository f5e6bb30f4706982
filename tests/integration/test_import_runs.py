"""Runs of ``import_orders``: they end when their work has, and say what became of every order (P12, 1.15–1.21)."""

import asyncio

import pytest
from structlog.testing import capture_logs

from app.ports.errors import ScopeMissing
from app.ports.repositories.runs import RunState
from app.services.tasks import TaskName
from tests.integration.test_import_companies import a_company, of_company
from tests.integration.test_import_orders import PAST, UNFORESEEN
from tests.integration.world import HeldReading, World, a_line, an_order


async def test_a_run_counts_what_became_of_its_orders(world: World) -> None:
    await world.store.has(an_order(1001), an_order(1002))
    await world.run()
    await world.store.change(1002, note="changed")
    await world.store.has(
        an_order(1003, updatedAt="2026-01-15T09:30:00Z", lineItems=[a_line(3, sku="NOBODY-KNOWS")]),
        an_order(6666, updatedAt="2026-01-15T09:30:00Z", **UNFORESEEN),
    )

    run = await world.run()

    assert run.state is RunState.SUCCEEDED
    assert run.counts == {"listed": 4, "imported": 2, "unchanged": 1, "documents": 0, "blocked": 1, "failed": 1}
    assert (run.done, run.total) == (3, 3)


async def test_a_run_names_the_orders_that_failed_and_why(world: World) -> None:
    await world.store.has(an_order(1001), an_order(6666, **UNFORESEEN))

    run = await world.run()

    assert run.state is RunState.SUCCEEDED
    [error] = run.errors
    row = await world.row_of(6666)
    assert (error["resource_type"], error["id"], error["code"]) == ("order_to_import", row["id"], "import_failed")
    assert error["detail"].startswith("Shopify order 6666: ")


async def test_what_another_worker_does_is_counted_and_named_as_well(world: World) -> None:
    await world.store.has(an_order(1001), an_order(6666, **UNFORESEEN))
    held = HeldReading(world.gateway)
    running = asyncio.create_task(world.run(process=world.process("runner", gateway=held)))
    await held.has_read.wait()
    world.clock.pass_by(minutes=1)

    other = await world.process("other").import_orders(world.store_id)
    held.let_go.set()
    run = await running

    assert (other.imported, other.failed) == (1, 1)
    assert (run.counts["imported"], run.counts["failed"], len(run.errors)) == (1, 1, 1)


async def test_every_run_tries_again_what_failed_before(world: World) -> None:
    """1.21, without waiting for the back-off."""
    await world.store.has(an_order(6666, **UNFORESEEN))
    await world.run()
    await world.store.change(6666, **PAST, updatedAt="2026-01-15T09:00:00Z")

    run = await world.run()

    assert (run.counts["imported"], run.errors) == (1, [])
    assert await world.is_documented("#6666")


async def test_a_run_of_chosen_orders_leaves_alone_what_else_failed(world: World) -> None:
    await world.store.has(an_order(1001), an_order(6666, **UNFORESEEN))
    await world.run(filters={"name": {"in": ["#6666"]}})
    before = await world.row_of(6666)

    run = await world.run(order_shopify_ids=["1001"])

    assert (run.counts["listed"], run.counts["imported"], run.counts["failed"], run.errors) == (1, 1, 0, [])
    assert await world.row_of(6666) == before

    chosen = await world.run(order_shopify_ids=["6666"])
    assert (chosen.counts["failed"], (await world.row_of(6666))["attempts"]) == (1, 1)


async def test_a_run_by_schedule_leaves_what_failed_its_pause(world: World) -> None:
    """P12: else a run a minute would use up all attempts in five minutes."""
    await world.store.has(an_order(6666, **UNFORESEEN))
    await world.run()
    before = await world.queue("attempts", "due_at")

    run = await world.run(by_schedule=True)
    assert (run.state, run.counts.get("failed", 0)) == (RunState.SUCCEEDED, 0)
    assert await world.queue("attempts", "due_at") == before == [("6666", 1, before[0][2])]

    world.clock.pass_by(seconds=15)
    run = await world.run(by_schedule=True)
    assert (run.counts["failed"], await world.queue("attempts")) == (1, [("6666", 2)])


async def test_filters_of_a_run_narrow_and_lose_nothing(world: World) -> None:
    paid, pending = {"displayFinancialStatus": "PAID"}, {"displayFinancialStatus": "PENDING"}
    await world.store.has(an_order(1001, **paid), an_order(1002, **pending), an_order(1003, **pending))

    run = await world.run(filters={"financial_status": {"in": ["paid"]}})
    assert (run.state, await world.orders()) == (RunState.SUCCEEDED, ["#1001"])
    assert await world.queue("due_at", "error_code", "parked_at") == [
        ("1002", None, None, None),
        ("1003", None, None, None),
    ]

    await world.store.forget_calls()
    await world.run(filters={"financial_status": {"in": ["paid"]}})
    assert await world.store.calls("OrdersWhole") == []

    await world.run(filters={"name": {"in": ["#1003"]}})
    assert await world.orders() == ["#1001", "#1003"]
    await world.run()
    assert await world.orders() == ["#1001", "#1002", "#1003"]
    assert await world.queue() == []


async def test_runs_that_leave_an_order_out_use_up_none_of_its_attempts(world: World) -> None:
    await world.store.has(an_order(1001))

    for number in range(6):
        await world.run(filters={"name": {"in": [f"#{number}"]}})

    assert await world.queue("attempts", "parked_at") == [("1001", 0, None)]
    await world.run()
    assert await world.orders() == ["#1001"]


async def test_a_run_about_new_orders_leaves_changed_ones_waiting(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.run()
    await world.store.change(1001, note="changed", updatedAt="2026-01-15T09:10:00Z")
    await world.store.has(an_order(1002, updatedAt="2026-01-15T09:10:00Z"))

    await world.run(filters={"action": "new"})

    assert await world.orders() == ["#1001", "#1002"]
    assert not (await world.order("#1001"))["body"]["note"]
    await world.run()
    assert (await world.order("#1001"))["body"]["note"] == "changed"


async def test_a_webhook_brings_in_what_a_run_left_out(world: World) -> None:
    await world.store.has(an_order(1002, displayFinancialStatus="PENDING"))
    await world.run(filters={"financial_status": {"in": ["paid"]}})

    await world.imports(1002)

    assert await world.orders() == ["#1002"]


async def test_filters_of_a_run_do_not_touch_the_orders_of_another_shop(world: World) -> None:
    await world.set(orders={"filters": {"channel": {"not_in": ["pos"]}}})
    await world.set_up_shop("pos", {"orders": {"filters": {"channel": {"in": ["pos"]}}}})
    await world.store.has(an_order(1001, displayFinancialStatus="PENDING"), an_order(1002, sourceName="pos"))

    await world.run(shop="web", filters={"financial_status": {"in": ["authorized"]}})

    assert await world.orders() == ["#1002"]


async def test_orders_asked_for_by_id_are_the_shops_whatever_its_filters_say(world: World) -> None:
    await world.set(orders={"filters": {"financial_status": {"in": ["refunded"]}}})
    await world.store.has(an_order(1001), an_order(1002))

    run = await world.run(order_shopify_ids=["1001"])

    assert (run.counts["listed"], run.counts["imported"]) == (1, 1)
    assert await world.orders() == ["#1001"]


async def test_an_order_asked_for_that_is_not_at_the_store_is_named(world: World) -> None:
    run = await world.run(order_shopify_ids=["4711"])

    assert run.state is RunState.SUCCEEDED
    assert [(error["code"], error["detail"]) for error in run.errors] == [
        ("not_at_store", "Shopify knows no order 4711 that this app may read.")
    ]


async def test_a_run_ends_when_others_find_the_store_closed(world: World) -> None:
    """Nobody imports its orders any more, so it must not wait for them."""
    await world.store.has(an_order(1001))
    await world.wants(1001)
    held = HeldReading(world.gateway)
    other = asyncio.create_task(world.process("other", gateway=held).import_orders(world.store_id))
    await held.has_read.wait()
    running = asyncio.create_task(world.run(process=world.process("runner")))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import WHERE run_id IS NOT NULL"))

    await world.do("UPDATE stores SET access_revoked_at = now()")
    run = await running

    assert (run.state, (run.problem or {})["code"]) == (RunState.FAILED, "access_revoked")
    held.let_go.set()
    await other


async def test_a_run_of_a_closed_store_tells_what_the_store_said_and_what_starts_its_work_again(world: World) -> None:
    said = "Shopify denies access: the app lacks read_customers."
    await world.do(f"UPDATE stores SET access_revoked_at = now(), access_revoked_reason = '{said}'")

    detail = ((await world.run()).problem or {})["detail"]

    assert said in detail
    assert "/credentials" in detail


async def test_a_run_gives_up_when_the_store_stays_in_trouble_and_its_orders_stay_due(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.store.fails("server_error", operation="OrdersWhole", times=None)
    running = asyncio.create_task(world.run())

    async def ended() -> bool:
        world.clock.pass_by(seconds=20)
        return running.done()

    await world.until(ended)

    run = running.result()
    assert (run.state, (run.problem or {})["code"]) == (RunState.FAILED, "store_unavailable")
    assert await world.queue("attempts", "due_at IS NOT NULL") == [("1001", 0, True)]


async def test_a_run_waits_for_documents_that_became_due(world: World) -> None:
    await world.store.has(an_order(1001, lineItems=[a_line(1, sku="LATER")]))
    await world.run()
    await world.item("LATER")

    run = await world.run()

    assert run.counts["documents"] == 1
    assert await world.is_documented()


async def test_create_documents_makes_what_the_setting_leaves_to_people_and_is_narrowed(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await world.store.has(an_order(1001), an_order(1002))
    await world.run()
    assert await world.value("SELECT count(*) FROM sales_documents") == 0

    run = await world.run(TaskName.CREATE_DOCUMENTS, filters={"name": {"in": ["#1002"]}})

    assert run.counts["documents"] == 1
    assert [await world.is_documented(name) for name in ("#1001", "#1002")] == [False, True]


READABLE = (
    *("write_orders", "read_all_orders", "read_customers", "read_products", "read_locations"),
    "read_merchant_managed_fulfillment_orders",
)


@pytest.mark.parametrize("by_schedule", [False, True])
async def test_a_missing_scope_ends_the_run_and_the_next_one_after_its_grant_imports_everything(
    world: World, by_schedule: bool
) -> None:
    await world.store.has(an_order(1001), app={"scopes": ["write_orders", "read_all_orders", "read_products"]})

    run = await world.run()

    assert run.state is RunState.FAILED
    problem = run.problem or {}
    assert problem["code"] == "scope_missing"
    assert all(name in problem["detail"] for name in ("read_customers", "read_locations", "third_party_fulfillment"))
    assert [(error["code"], error["detail"]) for error in run.errors] == [("scope_missing", problem["detail"])]
    assert await world.queue("attempts", "error_code", "parked_at") == [("1001", 0, "scope_missing", None)]
    assert await world.value("SELECT access_revoked_at IS NULL FROM stores")

    await world.store.has(app={"scopes": READABLE})
    again = await world.run(by_schedule=by_schedule)

    assert (again.state, again.counts["imported"]) == (RunState.SUCCEEDED, 1)
    assert await world.queue() == []


async def test_a_run_says_which_orders_the_app_may_not_see_instead_of_listing_none(world: World) -> None:
    """Peers 38."""
    await world.store.has(an_order(1001), app={"scopes": [each for each in READABLE if each != "read_all_orders"]})

    hidden = await world.run(created_from="2026-01-01T00:00:00Z")
    await world.store.has(app={"scopes": READABLE})
    await world.do("UPDATE stores SET described_at = NULL")
    seen = await world.run(created_from="2026-01-01T00:00:00Z")

    assert (hidden.state, hidden.counts["listed"]) == (RunState.SUCCEEDED, 0)
    [error] = hidden.errors
    assert (error["resource_type"], error["code"]) == ("store", "orders_out_of_reach")
    assert "read_all_orders" in error["detail"]
    assert (seen.counts["imported"], seen.errors) == (1, [])


async def test_what_waits_for_a_scope_is_tried_by_itself_within_the_hour(world: World) -> None:
    await world.store.has(an_order(1001), app={"scopes": ["read_orders"]})
    with pytest.raises(ScopeMissing):
        await world.imports(1001)
    await world.store.has(app={"scopes": READABLE})

    world.clock.pass_by(minutes=60)

    assert (await world.process().import_orders(world.store_id)).imported == 1


async def test_orders_that_need_no_missing_scope_are_imported_beside_those_that_wait(world: World) -> None:
    """A company's order is whole without its buyer."""
    company = a_company(60)
    scopes = [*(scope for scope in READABLE if scope != "read_customers"), "read_companies"]
    await world.store.has(of_company(1001, company), an_order(1002), companies=[company], app={"scopes": scopes})

    with pytest.raises(ScopeMissing) as raised:
        await world.imports(1001, 1002)
    assert "read_customers" in raised.value.detail

    assert await world.queue("attempts", "error_code") == [("1002", 0, "scope_missing")]
    assert await world.orders() == ["#1001"]


async def test_a_run_ends_when_another_worker_finds_that_a_scope_is_missing(world: World) -> None:
    await world.store.has(an_order(1001))
    held = HeldReading(world.gateway)
    running = asyncio.create_task(world.run(process=world.process("runner", gateway=held)))
    await held.has_read.wait()
    world.clock.pass_by(minutes=1)
    await world.store.has(app={"scopes": ["read_orders"]})

    with pytest.raises(ScopeMissing):
        await world.process("other").import_orders(world.store_id)
    held.let_go.set()
    run = await running

    assert (run.state, (run.problem or {})["code"]) == (RunState.FAILED, "scope_missing")


@pytest.mark.long
async def test_what_the_store_says_of_an_order_stands_with_it_and_in_no_log(world: World) -> None:
    await world.store.has(an_order(1))
    refusal = {"errors": [{"message": "no order of Kim Kanari"}]}
    await world.store.fails("answer", operation="OrdersWhole", status=200, body=refusal, times=2)

    with capture_logs() as logs:
        await world.imports(1)

    assert "Kim Kanari" in await world.value("SELECT error_detail FROM orders_to_import")
    assert [each["event"] for each in logs if each.get("exc_info")] == []
    assert "Kanari" not in str(logs)
