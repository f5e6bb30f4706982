"""Finished orders are closed at the store by themselves: when nothing is open any more, once, and never after a person
reopened them (7.10, P35).
"""

from typing import Any

import pytest

from app.services.order_conflicts import ResolveConflict
from app.services.write_back_orders import WriteBackCounts
from tests.integration.test_write_back_numbers import (
    acknowledge,
    acknowledged,
    announced,
    at_store,
    attributes,
    documented,
    settle,
    waiting,
    write,
)
from tests.integration.world import EVERYBODY, World, money

FULFILLED = "FULFILLED"


async def numbered(world: World, **fields: Any) -> None:
    """An order in the ERP, its number at the store, still to be shipped."""
    await acknowledged(world, **fields)
    await write(world)
    await settle(world)


async def shipped(world: World, **fields: Any) -> None:
    """The store says so, and our copy after it."""
    await world.store.change(1001, displayFulfillmentStatus=FULFILLED, **fields)
    await world.imports(1001)


async def is_closed(world: World) -> bool:
    return (await at_store(world)).get("closedAt") is not None


async def closings(world: World) -> int:
    return len(await world.store.calls("OrderClose"))


async def test_an_order_that_is_shipped_paid_and_in_the_erp_is_closed_and_our_copy_knows_it(world: World) -> None:
    await numbered(world)
    await shipped(world)
    events = await world.events()

    assert await write(world) == WriteBackCounts(written=1)

    assert await is_closed(world)
    copy = await world.order()
    assert copy["closed_at"] is not None
    assert copy["body"]["closed_at"] == copy["closed_at"].isoformat().replace("+00:00", "Z")
    assert await world.events() == events


async def test_our_closing_is_no_news(world: World) -> None:
    await numbered(world)
    await shipped(world)
    await write(world)
    await announced(world)
    before = await world.order()

    await settle(world)

    assert await world.queue() == []
    assert await waiting(world) == []
    await world.imports(1001)
    after = await world.order()
    assert (after["version"], after["conflict"]) == (before["version"], None)


@pytest.mark.long
async def test_what_is_acknowledged_after_it_was_shipped_gets_its_number_and_is_closed_then(world: World) -> None:
    await documented(world, displayFulfillmentStatus=FULFILLED)
    await acknowledge(world)

    await write(world)
    assert (len(await attributes(world)), await is_closed(world)) == (1, False)
    await settle(world)

    assert await is_closed(world)
    await settle(world)
    assert (await waiting(world), await closings(world)) == ([], 1)


async def test_an_order_reopened_by_a_person_is_not_closed_again(world: World) -> None:
    await numbered(world)
    await shipped(world)
    await write(world)
    await settle(world)
    await world.store.change(1001, closed=False, closedAt=None)

    await world.imports(1001)
    await write(world)

    assert (await world.order())["closed_at"] is None
    assert (await is_closed(world), await closings(world)) == (False, 1)


@pytest.mark.long
async def test_what_changed_since_our_copy_is_imported_before_anything_is_closed(world: World) -> None:
    await numbered(world)
    await shipped(world)
    await world.store.change(1001, note="Wait!", updatedAt="2030-01-01T00:00:00Z")
    world.clock.pass_by(minutes=1)

    await write(world)
    assert not await is_closed(world)
    await world.imports(1001)
    await write(world)

    assert await is_closed(world)


@pytest.mark.long
async def test_an_invoice_need_not_be_paid(world: World) -> None:
    unpaid = {"displayFinancialStatus": "PENDING", "totalOutstandingSet": money("10.00"), "transactions": []}
    await numbered(world, **unpaid, displayFulfillmentStatus=FULFILLED)
    assert (await world.document_of())["kind"] == "sales_invoice"
    await settle(world)

    assert await is_closed(world)


A_SHIPMENT = """
INSERT INTO shipments (id, store_id, shop_id, order_id, erp_shipment_no, fingerprint, body, results, state,
    tracking_changed, attempts, claim_no, version, created_at, updated_at)
SELECT 'shp_1', store_id, shop_id, id, 'S1', 'f', '{}', '[]', 'failed', false, 0, 0, 1, now(), now() FROM orders
"""
STILL_OPEN = {
    "an unpaid order": "UPDATE orders SET financial_status = 'pending'",
    "a conflict": """UPDATE orders SET conflict = '{"detected_at": "2026-01-15T10:00:00Z", "detail": "d", "changes": [],
        "amount": {"shop": "0", "presentment": "0"}, "proposed": "review"}'""",
    "a return": "UPDATE orders SET body = jsonb_set(body, '{return_status}', '\"in_progress\"')",
    "a cancellation": "UPDATE orders SET cancelled_at = now()",
    "a shipment that failed": A_SHIPMENT,
    "a refund without its document": "UPDATE orders SET document_due_at = now()",
    "a setting": "UPDATE shops SET settings = jsonb_set(settings, '{orders,close_finished_orders}', 'false')",
    "an unlinked document": "UPDATE sales_documents SET unlinked_at = now()",
}


@pytest.mark.long
@pytest.mark.parametrize("statement", STILL_OPEN.values(), ids=STILL_OPEN)
async def test_an_order_stays_open_while_there_is(world: World, statement: str) -> None:
    """Also when it appeared after the order was found finished."""
    await numbered(world)
    await shipped(world)
    assert len(await waiting(world)) == 1
    await world.do(statement)

    await write(world)

    assert (await is_closed(world), await closings(world)) == (False, 0)


@pytest.mark.long
async def test_an_order_that_the_erp_has_not_taken_stays_open(world: World) -> None:
    await documented(world)
    await shipped(world)

    await write(world)

    assert (await waiting(world), await is_closed(world)) == ([], False)


@pytest.mark.long
async def test_resolving_the_conflict_lets_the_order_be_closed(world: World) -> None:
    await numbered(world)
    await shipped(world, poNumber="PO-2")
    assert await waiting(world) == []

    await ResolveConflict(world.uow, world.clock)(EVERYBODY, await world.order_id())
    await write(world)

    assert await is_closed(world)


@pytest.mark.long
async def test_a_shop_that_writes_no_numbers_still_closes(world: World) -> None:
    await world.set(orders={"write_document_number": False})
    await acknowledged(world)
    assert await waiting(world) == []
    await shipped(world)

    await write(world)

    assert (await is_closed(world), await attributes(world)) == (True, [])


@pytest.mark.long
async def test_shopifys_refusal_is_a_skipped_record_in_its_words(world: World) -> None:
    await numbered(world)
    await shipped(world)
    refusal = [{"field": ["id"], "message": "Not now", "code": None}]
    await world.store.fails("user_errors", operation="OrderClose", mutation="orderClose", userErrors=refusal)

    assert await write(world) == WriteBackCounts(failed=1)

    [row] = await waiting(world, "error_code", "error_detail", "due_at")
    assert row == ("store_declined", "Not now", None)


@pytest.mark.long
async def test_a_lost_answer_is_looked_up_and_closing_is_not_repeated(world: World) -> None:
    await numbered(world)
    await shipped(world)
    await world.store.fails("cut_json", operation="OrderClose")

    await write(world)
    world.clock.pass_by(seconds=3)
    await write(world)

    assert (await is_closed(world), await closings(world), await waiting(world)) == (True, 1, [])
    await announced(world)
    assert len(await world.queue()) == 1


async def test_an_order_read_a_moment_ago_is_closed_without_another_look(world: World) -> None:
    await numbered(world)
    await shipped(world)
    await world.store.forget_calls()

    await write(world)

    assert (await closings(world), await world.store.calls("OrderGlances")) == (1, [])


async def test_what_only_the_answer_to_the_closing_shows_is_imported(world: World) -> None:
    """The order changed between the import and the closing: nothing is taken over, so it is read, announced or not."""
    await numbered(world)
    await shipped(world)
    await world.store.change(1001, note="Wait!")

    await write(world)
    before = (await world.order())["closed_at"]
    world.clock.pass_by(seconds=6)
    await world.process().import_orders(world.store_id)

    assert (await is_closed(world), before) == (True, None)
    assert (await world.order())["closed_at"]
