"""Payouts, what is behind each, and disputes: read to the end, matched, proved (P75)."""

from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.payouts import payout_id
from app.ports.paging import PageRequest
from app.ports.repositories.payouts import MatchedTransaction, PayoutFilter
from app.ports.repositories.runs import Run
from app.services.payouts import ReadPayouts, SyncPayouts
from app.services.run_task import RunTask
from app.services.tasks import TaskName
from tests.integration.test_refunds import credited
from tests.integration.world import EVERYBODY, Json, Process, World, an_order

REST = PageRequest(limit=250)


def euros(amount: str) -> Json:
    return {"amount": amount, "currencyCode": "EUR"}


def a_payout(number: int, net: str, *, status: str = "PAID", day: int = 1) -> Json:
    names = "adjustments advance charges refunds reservedFunds retriedPayouts".split()
    fees = {f"{name}Fee{'s' if name == 'advance' else ''}": euros("0") for name in names}
    gross = {f"{name}{'FeeGross' if name == 'refunds' else 'Gross'}": euros("0") for name in names}
    return {
        "id": f"gid://shopify/ShopifyPaymentsPayout/{number}",
        "status": status,
        "transactionType": "DEPOSIT",
        "issuedAt": f"2026-02-{day:02}T00:00:00Z",
        "net": euros(net),
        "summary": fees | gross | {"chargesGross": euros(net)},
    }


def a_movement(number: int, payout: int, amount: str, *, fee: str = "0", kind: str = "CHARGE", **fields: Any) -> Json:
    return {
        "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}",
        "type": kind,
        "test": False,
        "transactionDate": "2026-01-20T00:00:00Z",
        "amount": euros(amount),
        "fee": euros(fee),
        "net": euros(str(float(amount) - float(fee))),
        "associatedPayout": {"id": f"gid://shopify/ShopifyPaymentsPayout/{payout}"},
    } | fields


def a_dispute(number: int, *, status: str = "NEEDS_RESPONSE", order: int = 1001) -> Json:
    return {
        "id": f"gid://shopify/ShopifyPaymentsDispute/{number}",
        "status": status,
        "type": "CHARGEBACK",
        "initiatedAt": "2026-02-01T00:00:00Z",
        "evidenceDueBy": "2026-02-15T00:00:00Z",
        "amount": euros("10.00"),
        "reasonDetails": {"reason": "FRAUDULENT", "networkReasonCode": "4837"},
        "order": {"id": f"gid://shopify/Order/{order}"},
    }


async def reads(world: World) -> Run:
    runners = {TaskName.SYNC_PAYOUTS: SyncPayouts(world.gateway.payouts, world.uow, world.clock)}
    known = world.process()
    process = Process(
        name="runner",
        import_orders=known.import_orders,
        make_documents=known.make_documents,
        runners=runners,
        run_task=RunTask(world.uow, world.clock, runners, worker="runner"),
    )
    return await world.run(TaskName.SYNC_PAYOUTS, process=process)


async def behind(world: World, payout: int) -> list[MatchedTransaction]:
    number = payout_id(world.store_id, ShopifyId(str(payout)))
    return list((await ReadPayouts(world.uow).transactions(EVERYBODY, number, REST)).rows)


async def test_a_payout_is_proved_by_what_is_behind_it_and_that_is_matched(world: World) -> None:
    await world.customer("C100", name="Cash")
    await world.item("ITEM-A")
    await world.store.has(an_order())
    await world.imports(1001)
    order = {"id": "gid://shopify/Order/1001", "name": "#1001"}
    await world.store.has(
        payouts=[a_payout(1, "9.50")],
        balanceTransactions=[
            a_movement(11, 1, "10.00", fee="0.50", associatedOrder=order, sourceOrderTransactionId="900"),
            a_movement(12, 1, "-9.50", kind="TRANSFER"),
            a_movement(13, 2, "77.00"),
        ],
    )

    run = await reads(world)
    [row] = await behind(world, 1)

    assert run.counts == {"payouts": 1, "disputes": 0, "changed": 1, "differ": 0, "skipped": 0}
    assert row.order_id == await world.order_id()
    assert row.document_id == (await world.document_of())["id"]


async def test_a_refund_leads_to_the_refund_and_not_to_the_orders_document(world: World) -> None:
    await credited(world)
    payment = await world.fetch("SELECT body -> 'transactions' -> 0 ->> 'shopify_id' AS id, id AS refund FROM refunds")
    order = {"id": "gid://shopify/Order/1001", "name": "#1001"}
    await world.store.has(
        payouts=[a_payout(1, "-10.00")],
        balanceTransactions=[
            a_movement(11, 1, "-10.00", kind="REFUND", associatedOrder=order, sourceOrderTransactionId=payment[0]["id"])
        ],
    )

    await reads(world)
    [row] = await behind(world, 1)

    assert row.refund_id == payment[0]["refund"]
    assert row.document_id != (await world.document_of())["id"]


async def test_what_does_not_add_up_is_told_until_it_does(world: World) -> None:
    await world.store.has(payouts=[a_payout(1, "12.00")], balanceTransactions=[a_movement(11, 1, "10.00")])
    first = await reads(world)
    await world.store.has(balanceTransactions=[a_movement(12, 1, "2.00")])
    second = await reads(world)
    third = await reads(world)

    assert [error["code"] for error in first.errors] == ["payout_differs"]
    assert (second.counts["differ"], second.counts["changed"]) == (0, 1)
    assert third.counts["payouts"] == 0


async def test_every_page_is_read_first_and_what_is_open_is_followed_to_its_end(world: World) -> None:
    """A payout that stays open is looked at again, however many newer ones there are (PRD-36)."""
    payouts = [a_payout(number, "0", day=number) for number in range(1, 8)]
    payouts[0]["status"] = "IN_TRANSIT"
    await world.store.has(payouts=payouts, page_sizes={"payouts": 2})
    first = await reads(world)
    await world.store.has(payouts=[a_payout(1, "0", day=1), a_payout(9, "0", day=9)])
    second = await reads(world)

    assert (first.counts["payouts"], second.counts["payouts"]) == (7, 2)


async def test_disputes_are_kept_with_their_due_date_and_change(world: World) -> None:
    await world.store.has(disputes=[a_dispute(5)])
    await reads(world)
    await world.store.has(disputes=[a_dispute(5, status="WON")])
    again = await reads(world)
    found = await ReadPayouts(world.uow).disputes(EVERYBODY, PayoutFilter(shop="web"), REST)

    [kept] = found.page.rows
    assert (again.counts["disputes"], again.counts["changed"]) == (1, 1)
    assert kept.dispute.status == "won"
    assert str(kept.dispute.evidence_due_by) == "2026-02-15 00:00:00+00:00"


@pytest.mark.parametrize(
    ("scopes", "code"), [(["read_orders"], "scope_missing"), (None, "no_payments_account")], ids=["scope", "account"]
)
async def test_where_they_cannot_be_read_there_are_none_with_the_reason(
    world: World, scopes: list[str] | None, code: str
) -> None:
    if scopes is not None:
        await world.store.has(app={"scopes": scopes})

    run = await reads(world)
    found = await ReadPayouts(world.uow).page(EVERYBODY, PayoutFilter(), REST)

    assert (run.state, run.counts["skipped"]) == ("succeeded", 2)
    assert {(each["resource_type"], each["id"]) for each in run.errors} == {("store", world.store.domain)}
    assert list(found.page.rows) == []
    assert [(each.shop, each.code) for each in found.without] == [("web", code)]
