"""What a person or the ERP asks of one order (P20, P22, P34)."""

import asyncio

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.items import ItemChoice
from app.ports.errors import Conflict, InvalidInput, NotFound, ScopeMissing
from app.services.document_actions import UnlinkDocuments
from tests.integration.test_import_customers import CREATING, of_person
from tests.integration.test_import_orders import UNFORESEEN
from tests.integration.world import EVERYBODY, World, a_line, a_person, an_order, money


async def imported(world: World, **fields: object) -> str:
    await world.store.has(an_order(1001, **fields))
    await world.imports(1001)
    return await world.order_id()


async def test_a_document_is_made_on_request_where_none_is_made_by_itself(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    order = await world.order_id() if await world.orders() else await imported(world)
    assert ((await world.order())["state"], await world.problems()) == ("unprocessed", [])

    await world.requests.create_document(EVERYBODY, await world.order_id())

    assert (await world.order())["state"] == "processed"
    assert (await world.document_of())["order"]["id"] == order


async def test_a_blocked_order_is_refused_with_every_problem(world: World) -> None:
    await imported(world, lineItems=[a_line(1, sku="NOBODY"), a_line(2, sku="NOTHING")])

    with pytest.raises(Conflict) as refused:
        await world.requests.create_document(EVERYBODY, await world.order_id())

    assert refused.value.code == "order_blocked"
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/lines/1/item_no", "item_missing"),
        ("/lines/2/item_no", "item_missing"),
    ]


async def test_what_the_erp_rejected_stays_said_until_a_new_document_is_made(world: World) -> None:
    await imported(world)
    await world.actions.reject(EVERYBODY, (await world.document_of())["id"], reason="The period is closed")
    assert await world.problems() == ["document_rejected"]

    await world.store.change(1001, lineItems=[a_line(1, sku="NOBODY")])
    await world.imports(1001)
    await world.run()
    assert (await world.problems(), len(await world.documents_of())) == (["document_rejected"], 1)
    with pytest.raises(Conflict):
        await world.requests.create_document(EVERYBODY, await world.order_id())
    assert await world.problems() == ["document_rejected", "item_missing"]

    await world.item("NOBODY")
    await world.works_off()
    assert len(await world.documents_of()) == 1
    await world.requests.create_document(EVERYBODY, await world.order_id())
    assert (await world.problems(), len(await world.documents_of())) == ([], 2)


async def test_after_unlink_nothing_is_made_until_it_is_asked_for(world: World) -> None:
    order = await imported(world)
    await UnlinkDocuments(world.uow, world.clock)(EVERYBODY, await world.order_id())

    await world.store.change(1001, note="changed")
    await world.imports(1001)
    await world.run()
    counts = await world.process().make_documents.all(world.shop, wanted=lambda _: True)
    assert (counts.documents, len(await world.documents_of())) == (0, 1)

    await world.requests.create_document(EVERYBODY, await world.order_id())
    assert [each["state"] for each in await world.documents_of()] == ["cancelled", "released"]
    assert (await world.order())["id"] == order


async def test_the_present_number_setting_counts_when_a_document_is_asked_for(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world)
    await world.set(orders={"use_shopify_order_number": True})

    await world.requests.create_document(EVERYBODY, await world.order_id())

    assert (await world.document_of())["number"] == "#1001"


async def test_a_customer_is_created_for_a_person_who_asks_whatever_the_setting(world: World) -> None:
    await world.set(customers=CREATING | {"auto_create": False})
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), customers=[anna])
    await world.imports(1001)
    assert await world.problems() == ["customer_missing"]

    await world.requests.create_customer(EVERYBODY, await world.order_id())

    assert (await world.document_of())["sell_to"]["email"] == "anna@example.com"


async def test_who_asks_for_a_customer_that_cannot_be_created_is_told_why(world: World) -> None:
    await world.set(customers=CREATING | {"auto_create": False})
    homeless = a_person(70, email="anna@example.com") | {"addressesV2": [], "defaultAddress": None}
    of_nobody, of_homeless = an_order(1001), an_order(1002, customer={"legacyResourceId": "70"})
    cancelled = {"lineItems": [a_line(1, currentQuantity=0)], "currentTotalPriceSet": money("0.00")}
    await world.store.has(of_nobody, of_homeless, an_order(1003, **cancelled), customers=[homeless])
    await world.imports(1001, 1002, 1003)

    told = {}
    for name in ("#1001", "#1002", "#1003"):
        with pytest.raises(Conflict) as refused:
            await world.requests.create_customer(EVERYBODY, await world.order_id(name))
        told[name] = (refused.value.code, [error.code for error in refused.value.errors])

    assert told == {
        "#1001": ("customer_missing", ["customer_missing"]),
        "#1002": ("customer_no_address", ["customer_no_address"]),
        "#1003": ("customer_missing", []),
    }
    assert await world.problems("#1002") == ["customer_no_address"]
    assert await world.value("SELECT count(*) FROM customers WHERE no IS NULL") == 0


async def test_looking_for_the_mapping_again_finds_what_appeared_unnoticed(world: World) -> None:
    await imported(world, lineItems=[a_line(1, sku="LATER")])
    await world.do(
        "INSERT INTO items (no, description, base_unit, blocked, variants, barcodes, version, created_at, updated_at)"
        " VALUES ('LATER', 'Article', 'PCS', false, '[]', '{}', 1, now(), now())"
    )
    await world.do("INSERT INTO item_codes VALUES ('LATER', '', 'item_no', 'later')")

    await world.requests.find_mapping(EVERYBODY, await world.order_id())

    assert await world.is_documented()


async def test_an_item_given_to_a_line_by_hand_stays_through_new_imports(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world, lineItems=[a_line(1, sku="NOBODY")])
    await world.item("BY-HAND", description="Kettle")
    line = ShopifyId("1")

    await world.requests.set_line_item(EVERYBODY, await world.order_id(), line, ItemChoice(item_no="BY-HAND"))
    await world.store.change(1001, note="changed")
    await world.imports(1001)
    await world.requests.create_document(EVERYBODY, await world.order_id())

    [made] = (await world.document_of())["lines"]
    assert (made["no"], made["unit"]) == ("BY-HAND", "PCS")


async def test_unknown_customers_items_and_lines_are_refused_by_name(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world)
    order, requests = await world.order_id(), world.requests

    with pytest.raises(InvalidInput, match="There is no customer C999"):
        await requests.set_mapping(EVERYBODY, order, {"sell_to_customer_no": "C999"})
    with pytest.raises(InvalidInput, match="There is no item NOTHING"):
        await requests.set_line_item(EVERYBODY, order, ShopifyId("1001000"), ItemChoice(item_no="NOTHING"))
    with pytest.raises(NotFound):
        await requests.set_line_item(EVERYBODY, order, ShopifyId("1"), ItemChoice(item_no="ITEM-A"))


async def test_codes_set_by_hand_reach_the_document_and_are_given_back(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world)
    order = await world.order_id()
    await world.requests.set_mapping(
        EVERYBODY, order, {"shipment_method_code": "CIF", "payment_method_code": "CASH", "payment_terms_code": "30D"}
    )
    await world.requests.set_mapping(EVERYBODY, order, {"payment_method_code": None})

    await world.requests.create_document(EVERYBODY, order)

    document = await world.document_of()
    assert (document["shipment_method_code"], document["payment_terms_code"]) == ("CIF", "30D")
    assert document["payment_method_code"] is None


async def test_a_processed_order_keeps_its_mapping(world: World) -> None:
    await imported(world)

    with pytest.raises(Conflict) as refused:
        await world.requests.set_mapping(EVERYBODY, await world.order_id(), {"payment_method_code": "CASH"})

    assert refused.value.code == "invalid_state"


async def test_reading_again_waits_until_it_is_done(world: World) -> None:
    await imported(world)
    await world.store.change(1001, note="changed")
    asked = asyncio.create_task(world.requests.reread(EVERYBODY, await world.order_id()))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import"))

    await world.process().import_orders(world.store_id)

    assert await asked is True
    assert (await world.order())["body"]["note"] == "changed"


async def test_reading_again_tells_the_failure_of_this_reading_and_of_no_earlier_one(world: World) -> None:
    await imported(world)
    await UnlinkDocuments(world.uow, world.clock)(EVERYBODY, await world.order_id())
    await world.wants(1001)
    await world.do("UPDATE orders_to_import SET error_code = 'import_failed', error_detail = 'long ago'")
    asked = asyncio.create_task(world.requests.reread(EVERYBODY, await world.order_id()))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import WHERE source = 'request'"))

    await world.process().import_orders(world.store_id)

    assert await asked is True


async def test_reading_again_says_why_it_failed(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world)
    await world.set(orders={"auto_create_documents": True})
    await world.store.change(1001, **UNFORESEEN)
    asked = asyncio.create_task(world.requests.reread(EVERYBODY, await world.order_id()))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import"))

    await world.process().import_orders(world.store_id)

    with pytest.raises(Conflict) as refused:
        await asked
    assert (refused.value.code, refused.value.retryable) == ("import_failed", True)


async def test_reading_an_order_again_that_was_deleted_at_the_store_says_so_and_its_document_can_still_be_made(
    world: World,
) -> None:
    await world.set(orders={"auto_create_documents": False})
    await imported(world)
    await world.store.loses(1001)
    asked = asyncio.create_task(world.requests.reread(EVERYBODY, await world.order_id()))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import"))

    await world.process().import_orders(world.store_id)

    with pytest.raises(Conflict, match="deleted there") as refused:
        await asked
    assert (refused.value.code, refused.value.retryable) == ("not_at_store", False)
    assert (await world.requests.create_document(EVERYBODY, await world.order_id())).json


async def test_reading_again_without_a_scope_that_it_takes_names_the_scope(world: World) -> None:
    await imported(world)
    await world.store.has(app={"scopes": ["read_orders"]})
    asked = asyncio.create_task(world.requests.reread(EVERYBODY, await world.order_id()))
    await world.until(lambda: world.is_true("SELECT count(*) FROM orders_to_import"))

    with pytest.raises(ScopeMissing):
        await world.process().import_orders(world.store_id)

    with pytest.raises(Conflict, match="read_customers") as refused:
        await asked
    assert (refused.value.code, refused.value.retryable) == ("scope_missing", True)
