"""A processed order that changes: what its document no longer shows is raised, told, and settled (P41, P42)."""

from typing import Any

import pytest

from app.adapters.contact import ContactKeys
from app.domain.identifiers import DocumentId
from app.ports.errors import Conflict as Refused
from app.ports.paging import PageRequest
from app.services.order_amendments import AmendDocument
from app.services.order_conflicts import ResolveConflict
from app.services.order_decisions import OrderDecisions
from app.services.read_orders import OrderView, ReadOrders
from tests.integration.world import EVERYBODY, World, a_line, an_order, money

LINE = 1_001_000


async def booked(world: World, **fields: Any) -> None:
    """An order of one line, documented."""
    await world.store.has(an_order(1001, **fields))
    await world.imports(1001)
    assert (await world.order())["state"] == "processed"


async def edited(world: World, **fields: Any) -> OrderView:
    """The order as it is after an edit in the store was imported."""
    await world.store.change(1001, **fields)
    await world.imports(1001)
    return await seen(world)


async def seen(world: World) -> OrderView:
    return await ReadOrders(world.uow).one(EVERYBODY, await world.order_id())


async def resolve(world: World, **given: Any) -> OrderView:
    return await ResolveConflict(world.uow, world.clock)(EVERYBODY, await world.order_id(), **given)


def grown(pieces: int) -> dict[str, Any]:
    """The line has so many pieces now."""
    total = f"{pieces * 10}.00"
    return {
        "lineItems": [a_line(LINE, quantity=pieces, currentQuantity=pieces)],
        "totalPriceSet": money(total),
        "currentTotalPriceSet": money(total),
    }


async def test_a_raised_quantity_is_a_conflict_and_the_document_stays(world: World) -> None:
    """D18."""
    await booked(world)
    before = await world.document_of()

    conflict = (await edited(world, **grown(3))).stored.conflict

    assert conflict is not None
    assert [(each.kind, each.shopify_id, each.before, each.after) for each in conflict.changes] == [
        ("line_quantity_increased", str(LINE), "1", "3")
    ]
    assert (f"{conflict.amount.shop:f}", conflict.proposed) == ("20.00", "amend_document")
    assert "SO-000001" in conflict.detail
    assert await world.document_of() == before
    assert (await world.events())[-2:] == ["order.updated", "order.conflict_detected"]


async def test_what_only_our_copy_takes_over_is_no_conflict_but_stands_in_the_history(world: World) -> None:
    await booked(world)

    view = await edited(world, note="Ring twice", closedAt="2026-01-16T09:00:00Z", closed=True)

    assert view.stored.conflict is None
    page = await ReadOrders(world.uow).history(EVERYBODY, await world.order_id(), PageRequest())
    assert [[str(change.kind) for change in entry.changes] for entry in page.rows if entry.type == "order.updated"] == [
        ["closed", "note_changed"]
    ]


async def test_an_edit_undone_ends_its_conflict(world: World) -> None:
    await booked(world)
    await edited(world, **grown(3))

    view = await edited(world, **grown(1))

    assert view.stored.conflict is None
    assert (await world.events())[-2:] == ["order.updated", "order.conflict_resolved"]


async def test_a_conflict_is_told_once_and_again_only_when_it_grows(world: World) -> None:
    await booked(world)
    first = (await edited(world, **grown(3))).stored.conflict
    noted = (await edited(world, note="Ring twice")).stored.conflict
    assert first
    assert noted
    assert noted.detected_at == first.detected_at
    assert (await world.events()).count("order.conflict_detected") == 1

    await edited(world, **grown(4))
    assert (await world.events()).count("order.conflict_detected") == 2


async def test_resolved_it_stays_resolved_until_something_new_differs(world: World) -> None:
    """3.25 and P42: the state seen counts as documented, with every edit that led to it."""
    await booked(world)
    await edited(world, **grown(3))

    assert (await resolve(world, note="Changed by hand")).stored.conflict is None

    assert (await edited(world, note="Ring twice")).stored.conflict is None
    assert (await edited(world, **grown(3), tags=["vip"])).stored.conflict is None
    again = (await edited(world, **grown(1))).stored.conflict
    assert again
    conflicting = [each.kind for each in again.changes if each.severity == "conflict"]
    assert conflicting == ["line_quantity_decreased"]
    page = await ReadOrders(world.uow).history(EVERYBODY, await world.order_id(), PageRequest())
    assert [entry.note for entry in page.rows if entry.type == "order.conflict_resolved"] == ["Changed by hand"]


async def test_there_must_be_a_conflict_to_resolve(world: World) -> None:
    await booked(world)
    with pytest.raises(Refused) as refused:
        await resolve(world)
    assert refused.value.code == "invalid_state"


async def test_an_order_edited_before_it_is_processed_never_was_in_conflict(world: World) -> None:
    """P43: its copy simply is the order as it is."""
    await world.set(orders={"auto_create_documents": False})
    await world.store.has(an_order(1001))
    await world.imports(1001)
    assert (await edited(world, **grown(2))).stored.conflict is None

    await world.requests.create_document(EVERYBODY, await world.order_id())

    assert (await edited(world, note="Ring twice")).stored.conflict is None
    assert (await world.document_of())["totals"]["charged_by_shopify"] == "20.00"


async def test_an_order_cancelled_unpaid_after_its_document_is_a_conflict_for_a_person(world: World) -> None:
    await booked(world, displayFinancialStatus="PENDING")

    view = await edited(
        world, cancelledAt="2026-02-01T10:00:00Z", cancelReason="CUSTOMER", displayFinancialStatus="VOIDED"
    )

    conflict = view.stored.conflict
    assert conflict
    assert ("cancelled_unpaid" in [each.kind for each in conflict.changes], conflict.proposed) == (True, "review")
    assert len(await world.documents_of()) == 1


async def amend(world: World, **given: Any) -> OrderView:
    amended = AmendDocument(world.uow, OrderDecisions(world.ids, ContactKeys()), world.clock, world.ids)
    return await amended(EVERYBODY, await world.order_id(), **given)


async def acknowledged(world: World) -> None:
    document = await world.document_of()
    await world.actions.acknowledge(EVERYBODY, DocumentId(document["id"]), erp_document_no="ERP-1", version=1)


async def test_before_the_erp_has_it_the_document_gets_a_new_version_and_the_old_one_stays_readable(
    world: World,
) -> None:
    await booked(world)
    before = await world.document_of()
    await edited(world, **grown(3))

    assert (await amend(world)).stored.conflict is None

    (after,) = await world.documents_of()
    assert (after["id"], after["number"], after["version"]) == (before["id"], before["number"], 2)
    assert (after["lines"][0]["quantity"], after["totals"]["charged_by_shopify"]) == ("3", "30.00")
    assert await world.value("SELECT content->'totals'->>'amount' FROM sales_document_versions") == "10.00"
    assert (await world.events())[-2:] == ["sales_document.updated", "order.conflict_resolved"]
    with pytest.raises(Refused) as refused:
        await world.actions.acknowledge(EVERYBODY, DocumentId(after["id"]), erp_document_no="ERP-1", version=1)
    assert refused.value.code == "version_superseded"


async def test_afterwards_adjusting_documents_stand_beside_it_round_after_round(world: World) -> None:
    """D18."""
    await booked(world)
    await acknowledged(world)
    await edited(world, **grown(3))
    await amend(world)
    await edited(world, **grown(2))
    await amend(world)

    first, more, less = await world.documents_of()
    assert (first["version"], first["totals"]["amount"]) == (1, "10.00")
    assert [(each["kind"], each["number"], each["totals"]["amount"]) for each in (more, less)] == [
        ("sales_order", "SO-000002", "20.00"),
        ("credit_memo", "CM-000001", "10.00"),
    ]
    assert {each["adjusts_id"] for each in (more, less)} == {first["id"]}
    assert (await seen(world)).stored.conflict is None


async def test_another_address_of_a_document_the_erp_has_is_left_to_a_person(world: World) -> None:
    await booked(world)
    await acknowledged(world)
    view = await edited(world, shippingAddress={"address1": "Elsewhere 1", "city": "Delft", "countryCodeV2": "NL"})
    assert view.stored.conflict
    assert view.stored.conflict.proposed == "unlink_and_recreate"

    with pytest.raises(Refused) as refused:
        await amend(world)

    assert refused.value.code == "invalid_state"
    assert len(await world.documents_of()) == 1


async def test_what_is_proposed_is_what_can_be_done_once_the_erp_took_the_document(world: World) -> None:
    await booked(world)
    view = await edited(world, shippingAddress={"address1": "Elsewhere 1", "city": "Delft", "countryCodeV2": "NL"})
    assert view.stored.conflict
    assert view.stored.conflict.proposed == "amend_document"

    await acknowledged(world)

    conflict = (await seen(world)).stored.conflict
    assert conflict
    assert conflict.proposed == "unlink_and_recreate"


async def test_an_address_that_matters_no_more_stands_in_the_way_of_no_adjusting_documents(world: World) -> None:
    """Everything is shipped, so another address is only noted, and what is proposed can be done."""
    await booked(world)
    await acknowledged(world)
    address = {"address1": "Elsewhere 1", "city": "Delft", "countryCodeV2": "NL"}
    view = await edited(world, shippingAddress=address, displayFulfillmentStatus="FULFILLED", **grown(3))
    assert view.stored.conflict
    assert view.stored.conflict.proposed == "adjusting_documents"

    assert (await amend(world)).stored.conflict is None

    assert [each["totals"]["amount"] for each in await world.documents_of()] == ["10.00", "20.00"]


async def test_what_a_new_line_lacks_is_named_and_the_document_stays(world: World) -> None:
    await booked(world)
    lines = [a_line(LINE), a_line(LINE + 1, sku="NOBODY", price="5.00")]
    await edited(world, lineItems=lines, totalPriceSet=money("15.00"), currentTotalPriceSet=money("15.00"))

    with pytest.raises(Refused) as refused:
        await amend(world)

    assert (refused.value.code, [each.code for each in refused.value.errors]) == ("order_blocked", ["item_missing"])
    assert (await world.document_of())["version"] == 1
    assert (await seen(world)).stored.conflict is not None


async def test_a_document_whose_customer_the_rules_find_no_more_is_amended_for_one_by_hand(world: World) -> None:
    await booked(world)
    await edited(world, **grown(3))
    await world.set(customers={"mapping": "by_email_phone", "default_customer_no": None})

    with pytest.raises(Refused) as refused:
        await amend(world)
    view = await amend(world, customers={"sell_to_customer_no": "C100"})

    assert [each.code for each in refused.value.errors] == ["customer_missing"]
    assert "(sell_to_customer_no)" in str(refused.value)
    assert (view.stored.conflict, view.stored.sell_to_customer_no) == (None, "C100")
    assert view.stored.mapping.by_hand == ("sell_to_customer_id",)
    document = await world.document_of()
    assert (document["version"], document["sell_to"]["customer_no"]) == (2, "C100")


async def test_adjusting_documents_keep_the_customer_of_the_document_that_the_erp_has(world: World) -> None:
    await booked(world)
    await acknowledged(world)
    await edited(world, **grown(3))
    await world.set(customers={"mapping": "by_email_phone", "default_customer_no": None})

    with pytest.raises(Refused) as refused:
        await amend(world, customers={"sell_to_customer_no": "C100"})
    assert (await amend(world)).stored.conflict is None

    assert refused.value.code == "invalid_state"
    assert [each["sell_to"]["customer_no"] for each in await world.documents_of()] == ["C100", "C100"]


async def test_a_line_that_came_after_the_document_shows_its_item_and_the_document_stays(world: World) -> None:
    await booked(world)
    before = await world.document_of()
    await world.item("ITEM-NEW")
    lines = [a_line(LINE, sku="RENAMED"), a_line(LINE + 1, sku="ITEM-NEW"), a_line(LINE + 2, sku="NOBODY")]

    view = await edited(world, lineItems=lines, totalPriceSet=money("30.00"), currentTotalPriceSet=money("30.00"))

    assert {line: choice.item_no for line, choice in view.stored.mapping.items.items()} == {
        str(LINE): "ITEM-A",
        str(LINE + 1): "ITEM-NEW",
    }
    assert (view.stored.state, await world.document_of()) == ("processed", before)


async def test_a_shop_may_have_open_documents_amended_by_themselves(world: World) -> None:
    await world.set(orders={"amend_open_documents": True})
    await booked(world)
    await edited(world, **grown(3))
    await world.works_off()
    assert (await seen(world)).stored.conflict is None
    assert (await world.document_of())["version"] == 2

    document = await world.document_of()
    await world.actions.acknowledge(EVERYBODY, DocumentId(document["id"]), erp_document_no="ERP-1", version=2)
    await edited(world, **grown(4))
    await world.works_off()
    assert (await seen(world)).stored.conflict is not None
    assert len(await world.documents_of()) == 1


async def test_there_must_be_something_to_amend(world: World) -> None:
    await booked(world)
    with pytest.raises(Refused) as refused:
        await amend(world)
    assert refused.value.code == "invalid_state"
