"""Refunds over a database and a store: imported with their order, documented once, mended and waited for (P50, P51)."""

import asyncio
from typing import Any

import pytest

from app.domain.identifiers import RefundId
from app.domain.refund_states import RefundState
from app.ports.errors import Conflict
from app.ports.paging import PageRequest
from app.ports.repositories.documents_reading import DocumentJson
from app.ports.repositories.refunds import RefundFilter, StoredRefund
from app.services.order_conflicts import ResolveConflict
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.tasks import TaskName
from tests.integration.world import EVERYBODY, World, a_line, an_order, money

LINE = 1_001_000
AUTOMATIC = {"process": "auto_create"}


def a_refund(number: int = 701, *, refunded: str = "10.00", status: str = "SUCCESS", **fields: Any) -> dict[str, Any]:
    """A refund of the order's one line, in Shopify's words."""
    return {
        "legacyResourceId": str(number),
        "return": None,
        "createdAt": "2026-02-01T09:00:00Z",
        "totalRefundedSet": money(refunded),
        "transactions": [
            {
                "id": f"gid://shopify/OrderTransaction/{number}",
                "kind": "REFUND",
                "status": status,
                "gateway": "shopify_payments",
                "amountSet": money(refunded),
                "paymentDetails": None,
            }
        ],
        "refundLineItems": [
            {
                "id": f"gid://shopify/RefundLineItem/{number}",
                "lineItem": {"id": f"gid://shopify/LineItem/{LINE}"},
                "quantity": 1,
                "restockType": "RETURN",
                "restocked": True,
                "location": None,
                "priceSet": money("10.00"),
                "subtotalSet": money("10.00"),
                "totalTaxSet": money("0.00"),
            }
        ],
        "refundShippingLines": [],
    } | fields


def requests(world: World) -> RefundRequests:
    return RefundRequests(world.uow, RefundDocuments(world.ids), world.clock)


async def refunds(world: World) -> list[StoredRefund]:
    return list((await requests(world).page(EVERYBODY, RefundFilter(), PageRequest())).rows)


async def the_refund(world: World) -> StoredRefund:
    (found,) = await refunds(world)
    return found


async def asks(world: World) -> DocumentJson:
    return await requests(world).create_document(EVERYBODY, (await the_refund(world)).id)


async def credited(world: World, *given: dict[str, Any], **shop: Any) -> None:
    """An order documented, then refunded, then imported again."""
    await world.set(refunds=shop.pop("refunds", {}), accounts={"refunds": "4300"}, **shop)
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.store.change(1001, refunds=list(given or [a_refund()]))
    await world.imports(1001)
    await world.works_off()


async def test_a_refund_becomes_a_credit_memo_by_itself_where_the_shop_says_so(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)

    found = await the_refund(world)
    assert (found.state, [each.kind for each in found.documents]) == (RefundState.DONE, ["credit_memo"])
    memo = (await world.documents_of())[-1]
    assert (memo["kind"], memo["number"], memo["totals"]["amount_including_tax"]) == (
        "credit_memo",
        "CM-000001",
        "10.00",
    )
    assert memo["refund"]["shopify_id"] == "701"
    assert memo["sell_to"]["customer_no"] == "C100"
    assert (await world.events())[-3:] == ["refund.imported", "sales_document.created", "sales_document.released"]


async def test_imported_again_it_makes_no_second_one(world: World) -> None:
    """D13."""
    await credited(world, refunds=AUTOMATIC)
    told = await world.events()

    await world.store.change(1001, note="Ring twice")
    await world.imports(1001)
    await world.works_off()
    await world.run(TaskName.CREATE_DOCUMENTS)

    assert len(await world.documents_of()) == 2
    assert (await world.events())[len(told) :] == ["order.updated"]


async def test_only_imported_it_waits_for_a_person(world: World) -> None:
    await credited(world)
    assert ((await the_refund(world)).state, len(await world.documents_of())) == (RefundState.OPEN, 1)

    await asks(world)

    assert ((await the_refund(world)).state, len(await world.documents_of())) == (RefundState.DONE, 2)
    with pytest.raises(Conflict) as again:
        await asks(world)
    assert again.value.code == "already_processed"


async def test_asked_for_by_many_at_once_there_is_one(world: World) -> None:
    await credited(world)

    results = await asyncio.gather(*(asks(world) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(each, DocumentJson) for each in results) == 1
    assert {each.code for each in results if isinstance(each, Conflict)} == {"already_processed"}
    assert len(await world.documents_of()) == 2


async def test_money_on_its_way_is_waited_for(world: World) -> None:
    """REF-33."""
    await credited(world, a_refund(status="PENDING", refunded="0.00"), refunds=AUTOMATIC)
    assert (await the_refund(world)).state is RefundState.WAITING
    with pytest.raises(Conflict) as refused:
        await asks(world)
    assert (refused.value.code, refused.value.retryable) == ("refund_pending", True)

    await world.store.change(1001, refunds=[a_refund()])
    await world.imports(1001)
    await world.works_off()

    assert (await the_refund(world)).state is RefundState.DONE


async def test_one_that_reduced_the_order_needs_no_document(world: World) -> None:
    kept = a_refund(refunded="0.00", transactions=[])
    kept["refundLineItems"][0]["restockType"] = "NO_RESTOCK"
    await credited(world, kept, refunds=AUTOMATIC)
    assert (await the_refund(world)).state is RefundState.NOT_NEEDED
    with pytest.raises(Conflict) as refused:
        await asks(world)
    assert refused.value.code == "not_creditable"


async def test_what_it_lacks_is_named_and_when_it_appears_the_memo_is_made(world: World) -> None:
    """Case RF-02: strictly by itself, at once."""
    await world.set(refunds=AUTOMATIC)
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.store.change(1001, refunds=[a_refund(refunded="12.00")])
    await world.imports(1001)
    await world.works_off()
    blocked = await the_refund(world)
    assert (blocked.state, [each.pointer for each in blocked.problems]) == (
        RefundState.BLOCKED,
        ["/settings/accounts/refunds"],
    )
    assert (await world.events())[-1] == "refund.blocked"
    with pytest.raises(Conflict) as refused:
        await asks(world)
    assert (refused.value.code, [each.pointer for each in refused.value.errors]) == (
        "refund_blocked",
        ["/settings/accounts/refunds"],
    )

    await world.set(accounts={"refunds": "4300"})
    await world.works_off()

    assert (await the_refund(world)).state is RefundState.DONE
    assert (await world.documents_of())[-1]["totals"]["amount_including_tax"] == "12.00"


async def test_it_waits_for_the_document_of_its_order_and_follows_it(world: World) -> None:
    """D13."""
    await world.set(orders={"auto_create_documents": False}, accounts={"refunds": "4300"})
    await world.store.has(an_order(1001, refunds=[a_refund()]))
    await world.imports(1001)
    await world.works_off()
    assert (await the_refund(world)).state is RefundState.WAITING
    with pytest.raises(Conflict) as refused:
        await asks(world)
    assert refused.value.code == "order_not_processed"

    await world.set(orders={"auto_create_documents": True}, refunds=AUTOMATIC)
    await world.requests.create_document(EVERYBODY, await world.order_id())
    await world.works_off()

    assert (await the_refund(world)).state is RefundState.DONE
    assert [each["kind"] for each in await world.documents_of()] == ["sales_order", "credit_memo"]


async def test_without_the_document_of_its_order_it_waits_again(world: World) -> None:
    await credited(world)
    assert (await the_refund(world)).state is RefundState.OPEN

    order = await world.document_of()
    await world.actions.cancel(EVERYBODY, order["id"], reason="Entered twice")
    await world.works_off()

    assert (await the_refund(world)).state is RefundState.WAITING
    await world.requests.create_document(EVERYBODY, await world.order_id())
    await world.works_off()
    assert (await the_refund(world)).state is RefundState.OPEN


async def test_a_memo_taken_back_is_made_again_only_on_request(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)
    memo = (await world.documents_of())[-1]
    await world.actions.reject(EVERYBODY, memo["id"], reason="The period is closed")
    await world.store.change(1001, note="Ring twice")
    await world.imports(1001)
    await world.works_off()
    await world.run(TaskName.CREATE_DOCUMENTS)
    found = await the_refund(world)
    assert (found.state, [each.code for each in found.problems]) == (RefundState.OPEN, ["document_rejected"])

    await asks(world)

    assert [each["state"] for each in await world.documents_of()] == ["released", "cancelled", "released"]


async def test_what_nobody_foresaw_is_told_holds_up_no_other_and_is_tried_again(world: World) -> None:
    never = a_refund(701, createdAt="9999-12-31T23:59:59Z")
    await credited(world, never, a_refund(702, refundLineItems=[]), refunds=AUTOMATIC)

    failed, other = sorted(await refunds(world), key=lambda each: each.refund.shopify_id)
    assert (failed.state, other.state) == (RefundState.FAILED, RefundState.DONE)
    [problem] = failed.problems
    assert problem.code == "refund_failed"
    assert problem.detail.startswith("Making the document of the refund broke off (OverflowError at ")
    assert str(failed.id) in problem.remedy

    with pytest.raises(Conflict) as asked:
        await requests(world).create_document(EVERYBODY, failed.id)
    assert (asked.value.code, [each.code for each in asked.value.errors]) == ("refund_blocked", ["refund_failed"])

    await world.set(general={"time_zone": "UTC"})
    await world.run(TaskName.CREATE_DOCUMENTS)
    assert [(each.state, each.problems) for each in await refunds(world)] == [(RefundState.DONE, ())] * 2


async def edited(world: World, *refunds: dict[str, Any]) -> None:
    await world.store.change(1001, refunds=list(refunds))
    await world.imports(1001)
    await world.works_off()


async def test_a_refund_edited_after_its_memo_is_reported_once_and_its_memo_left_alone(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)
    memo, told = (await world.documents_of())[-1], len(await world.events())

    await edited(world, a_refund(refunded="12.00"))

    found = await the_refund(world)
    assert (found.state, [each.code for each in found.problems]) == (RefundState.DONE, ["refund_changed"])
    assert "remainder: nothing → 1 × 2.00 EUR" in found.problems[0].detail
    assert (await world.documents_of())[-1] == memo
    assert "refund.changed" in (await world.events())[told:]
    await world.store.change(1001, note="Ring twice")
    await world.imports(1001)
    await world.works_off()
    assert (await world.events()).count("refund.changed") == 1
    assert (await the_refund(world)).problems == found.problems


async def test_a_refund_edited_back_to_what_its_memo_shows_is_fine_again(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)
    await edited(world, a_refund(refunded="12.00"))

    await edited(world, a_refund())

    assert (await the_refund(world)).problems == ()


async def test_what_a_person_settled_of_an_edited_refund_stays_settled_until_it_changes_again(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)
    await edited(world, a_refund(refunded="12.00"))
    resolve = ResolveConflict(world.uow, world.clock)
    order = await world.order_id()

    await resolve(EVERYBODY, order, note="Booked by hand")

    assert (await the_refund(world)).problems == ()
    await world.store.change(1001, note="Ring twice")
    await world.imports(1001)
    await world.works_off()
    assert (await the_refund(world)).problems == ()
    with pytest.raises(Conflict):
        await resolve(EVERYBODY, order)
    await edited(world, a_refund(refunded="13.00"))
    assert [each.code for each in (await the_refund(world)).problems] == ["refund_changed"]


async def test_an_edited_refund_is_made_anew_when_its_memo_was_taken_back(world: World) -> None:
    await credited(world, refunds=AUTOMATIC)
    await edited(world, a_refund(refunded="12.00"))
    memo = (await world.documents_of())[-1]

    await world.actions.reject(EVERYBODY, memo["id"], reason="It is wrong by now")
    await asks(world)

    assert ((await the_refund(world)).state, (await the_refund(world)).problems) == (RefundState.DONE, ())
    assert (await world.documents_of())[-1]["totals"]["amount_including_tax"] == "12.00"


async def test_a_shop_that_begins_to_credit_by_itself_credits_what_stood_open(world: World) -> None:
    await credited(world)
    await world.set(refunds=AUTOMATIC)

    run = await world.run(TaskName.CREATE_DOCUMENTS)

    assert (run.counts["documents"], (await the_refund(world)).state) == (1, RefundState.DONE)


async def test_refunds_of_another_shop_are_left_to_it(world: World) -> None:
    """G30."""
    await credited(world)
    await world.set_up_shop("pos", {"orders": {"auto_create_documents": True}, "refunds": AUTOMATIC})

    run = await world.run(TaskName.CREATE_DOCUMENTS, shop="pos")

    assert (run.counts["documents"], (await the_refund(world)).state) == (0, RefundState.OPEN)


async def test_several_refunds_have_a_memo_each_and_do_not_disturb_each_other(world: World) -> None:
    """Case 26 of the peers."""
    first = a_refund(701, refunded="4.00", refundLineItems=[])
    second = a_refund(702, refunded="6.00", refundLineItems=[])
    await credited(world, first, refunds=AUTOMATIC)
    await world.store.change(1001, refunds=[first, second])
    await world.imports(1001)
    await world.works_off()

    memos = [each for each in await world.documents_of() if each["kind"] == "credit_memo"]
    assert [(each["number"], each["totals"]["amount_including_tax"]) for each in memos] == [
        ("CM-000001", "4.00"),
        ("CM-000002", "6.00"),
    ]


async def test_an_unknown_refund_is_not_there(world: World) -> None:
    with pytest.raises(Exception, match="no such refund"):
        await requests(world).one(EVERYBODY, RefundId("ref_x_1"))


async def test_a_line_of_what_was_exchanged_names_what_it_lacks(world: World) -> None:
    other = a_line(LINE + 1, sku="NOBODY", price="4.00")
    returned = {
        "id": "gid://shopify/Return/77",
        "status": "CLOSED",
        "totalQuantity": 1,
        "exchangeLineItems": {"nodes": [{"quantity": 1, "lineItems": [{"id": other["id"]}]}]},
    }
    await world.set(refunds=AUTOMATIC, accounts={"refunds": "4300"})
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.store.change(
        1001,
        lineItems=[a_line(LINE, currentQuantity=0), other],
        returnStatus="RETURNED",
        returns=[returned],
        refunds=[a_refund(refunded="6.00") | {"return": {"id": "gid://shopify/Return/77"}}],
    )
    await world.imports(1001)
    await world.works_off()
    blocked = await the_refund(world)
    assert [each.pointer for each in blocked.problems] == [f"/lines/{LINE + 1}/item_no"]

    await world.item("NOBODY")
    await world.works_off()

    memo = (await world.documents_of())[-1]
    assert [(each["no"], each["quantity"]) for each in memo["lines"]] == [("ITEM-A", "1"), ("NOBODY", "-1")]
    assert memo["totals"]["amount_including_tax"] == "6.00"
