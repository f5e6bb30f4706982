"""Orders as the ERP and people read them, and what they ask of one."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.adapters.contact import ContactKeys
from app.adapters.postgres.ulid import Ulids
from app.api.schemas.order_parts import (
    CaptureList,
    FulfilmentOrderList,
    HistoryList,
    OrderRefundList,
    TransactionList,
)
from app.api.schemas.orders import Order, OrderLineList, OrderList
from app.domain.events import EventType
from app.domain.fulfilment_orders import FulfilmentOrder, FulfilmentOrderLine
from app.domain.identifiers import OrderId
from app.services.document_actions import DocumentActions, UnlinkDocuments
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_documents import ReadDocuments
from app.services.read_orders import ReadOrders
from tests.builders import address, line, order, payment, refund, refund_line, shipping, sid, tax
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, POS, WEB, a_copy, a_customer, a_document, an_item, an_order


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            ReadOrders: ReadOrders(uow),
            ReadDocuments: ReadDocuments(uow),
            DocumentActions: DocumentActions(uow, clock),
            UnlinkDocuments: UnlinkDocuments(uow, clock),
            OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
        },
    ) as found:
        yield found


async def stored(erp: Surface, **telling: Any) -> OrderId:
    async with erp.rows() as uow:
        made = await an_order(uow.driver, **telling)
        await uow.commit()
    return made


async def test_an_order_is_shown_as_the_contract_says(erp: Surface) -> None:
    copy = order(
        line(
            11301, price=("15.50", "17.05"), quantity=2, discounts=[("1.00", "1.10")], taxes=[tax("4.79")], variant=602
        ),
        shipping_lines=(shipping("5.00"),),
    )
    one = await stored(
        erp,
        copy=replace(copy, name="#1001", presentment_currency="JPY"),
        mapping={"items": {"11301": {"item_no": "ITEM-A", "unit": "PCS"}}},
        problems=[{"code": "account_missing", "pointer": "/settings/accounts/tips", "detail": "d", "remedy": "r"}],
    )
    await erp.stored(a_document(one))

    shown = await erp.get(f"/v1/orders/{one}")

    Order.model_validate(shown)
    assert (shown["id"], shown["shop"], shown["store_domain"], shown["name"]) == (
        one,
        "web",
        "one.myshopify.com",
        "#1001",
    )
    [one_line] = shown["lines"]
    assert one_line["id"] == f"orl_{one.removeprefix('ord_')}_11301"
    assert one_line["unit_price"] == {"shop": "15.50", "presentment": "17.05"}
    assert (one_line["item_no"], one_line["variant_code"], one_line["unit"]) == ("ITEM-A", None, "PCS")
    assert (one_line["ordered_quantity"], one_line["quantity"]) == ("2", "2")
    assert shown["shipping_lines"][0]["amount"] == {"shop": "5.00", "presentment": "5"}
    assert shown["problems"] == [
        {
            "code": "account_missing",
            "title": "An account is not set",
            "pointer": "/settings/accounts/tips",
            "detail": "d",
            "remedy": "r",
        }
    ]
    assert [(each["number"], each["state"]) for each in shown["documents"]] == [("SO-000001", "released")]


async def test_the_totals_are_those_of_what_is_documented(erp: Surface) -> None:
    """P32: a line removed by a refund of nothing is not charged."""
    gone = line(2, price="20.00", current=0)
    copy = order(line(1, price="10.00"), gone, refunds=(refund(refund_line(gone, subtotal="20.00")),))
    one = await stored(erp, copy=copy)

    shown = await erp.get(f"/v1/orders/{one}")

    assert [each["quantity"] for each in shown["lines"]] == ["1", "0"]
    assert shown["totals"]["total"]["shop"] == "10.00"
    assert shown["totals"]["charged"]["shop"] == "10.00"


async def test_an_order_of_many_lines_carries_the_first_and_a_cursor_to_the_rest(erp: Surface) -> None:
    one = await stored(erp, copy=order(*(line(number, price="1.00") for number in range(1, 303))))

    shown = await erp.get(f"/v1/orders/{one}")
    rest = await erp.get(f"/v1/orders/{one}/lines", cursor=shown["lines_cursor"])
    last = await erp.get(f"/v1/orders/{one}/lines", cursor=rest["next_cursor"])

    OrderLineList.model_validate(rest)
    found = shown["lines"] + rest["data"] + last["data"]
    assert [each["shopify_id"] for each in found] == [str(number) for number in range(1, 303)]
    assert last["next_cursor"] is None


async def test_names_and_counties_of_addresses_follow_the_settings_of_the_shop(erp: Surface) -> None:
    copy = replace(
        a_copy(),
        ship_to_address=address(first_name="Ada", last_name="Lovelace", company="Blue Ltd", province_code="NH"),
    )
    one = await stored(erp, copy=copy)

    shown = (await erp.get(f"/v1/orders/{one}"))["ship_to_address"]

    assert (shown["name"], shown["name2"], shown["county"]) == ("Blue Ltd", "Ada Lovelace", "NH")


CONFLICT = {
    "detected_at": "2026-01-16T09:00:00Z",
    "detail": "The order was edited.",
    "changes": [],
    "amount": {"shop": "5.00", "presentment": "5.00"},
    "proposed": "review",
}

FILTERS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"shop": "pos"}, {"shop": POS}),
    ({"name": "#77"}, {"copy": a_copy(name="#77")}),
    ({"shopify_id": "77"}, {"shopify_id": "77"}),
    ({"state": "blocked"}, {"state": "blocked"}),
    ({"in_conflict": "true"}, {"conflict": CONFLICT}),
    ({"cancelled": "true"}, {"copy": a_copy(cancelled_at=NOW)}),
    ({"closed": "true"}, {"copy": a_copy(closed_at=NOW)}),
    (
        {"problem": "item_missing"},
        {"problems": [{"code": "item_missing", "pointer": "/", "detail": "d", "remedy": "r"}]},
    ),
    ({"financial_status": "paid"}, {"copy": a_copy(financial_status="paid")}),
    ({"fulfilment_status": "fulfilled"}, {"copy": a_copy(fulfilment_status="fulfilled")}),
    ({"updated_from": "2026-01-16T00:00:00Z"}, {"updated_at": NOW + timedelta(days=1)}),
]


@pytest.mark.parametrize(("wanted", "telling"), FILTERS, ids=[next(iter(wanted)) for wanted, _ in FILTERS])
async def test_a_filter_finds_what_it_names_and_nothing_else(
    erp: Surface, wanted: dict[str, str], telling: dict[str, Any]
) -> None:
    await stored(erp)
    one = await stored(erp, **telling)

    found = await erp.get("/v1/orders", **wanted)

    assert [each["id"] for each in found["data"]] == [one]


async def test_pages_of_orders_leave_out_nothing_and_repeat_nothing(erp: Surface) -> None:
    made = [await stored(erp, updated_at=NOW + timedelta(seconds=number // 2)) for number in range(7)]
    found, cursor = [], None

    while True:
        page = await erp.get("/v1/orders", limit=2, **({"cursor": cursor} if cursor else {}))
        OrderList.model_validate(page)
        found += [each["id"] for each in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert found == made


async def test_the_parts_of_an_order_are_shown_as_the_contract_says(erp: Surface) -> None:
    copy = replace(
        order(
            sold := line(11301, quantity=2),
            refunds=(refund(refund_line(sold, subtotal="10.00", restock_type="return"), refunded="10.00"),),
            transactions=(payment(amount="20.00"),),
        ),
        fulfilment_orders=(
            FulfilmentOrder(
                shopify_id=sid(15001),
                status="open",
                location_id=sid(71),
                delivery_method="shipping",
                lines=(
                    FulfilmentOrderLine(
                        shopify_id=sid(15101), line_id=sid(11301), total_quantity=2, remaining_quantity=1
                    ),
                ),
            ),
        ),
    )
    one = await stored(erp, copy=copy)
    async with erp.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO order_captures VALUES ($1, $2, '', $3)", one, NOW, zlib.compress(b'{"id": "gid"}')
        )
        for each in (one, "ord_other"):
            await uow.events.append(EventType.ORDER_IMPORTED, WEB, "order", each, 1)
        await uow.commit()
    document = a_document(one)
    await erp.stored(document)
    await erp.client.post(
        f"/v1/sales-documents/{document.id}/acknowledge", json={"erp_document_no": "S-1", "version": 1}
    )

    parts = {
        part: await erp.get(f"/v1/orders/{one}/{part}")
        for part in ("transactions", "fulfilment-orders", "refunds", "captures", "history")
    }

    TransactionList.model_validate(parts["transactions"])
    FulfilmentOrderList.model_validate(parts["fulfilment-orders"])
    OrderRefundList.model_validate(parts["refunds"])
    CaptureList.model_validate(parts["captures"])
    HistoryList.model_validate(parts["history"])
    assert parts["refunds"]["data"][0]["creditable"] is True
    assert parts["fulfilment-orders"]["data"][0]["lines"][0]["remaining_quantity"] == "1"
    assert parts["captures"]["data"][0]["body"] == {"id": "gid"}
    assert [each["type"] for each in parts["history"]["data"]] == ["order.imported", "sales_document.acknowledged"]
    assert (await erp.get(f"/v1/orders/{one}"))["lines"][0]["delivery_method"] == "shipping"


PARTS = "lines transactions fulfilment-orders fulfilments refunds returns captures history".split()
PATHS = ["", *(f"/{part}" for part in PARTS)]


@pytest.mark.parametrize("path", PATHS)
async def test_what_a_key_may_not_see_is_not_there(erp: Surface, path: str) -> None:
    one = await stored(erp)
    headers = await erp.key(shops=[POS])

    answer = await erp.client.get(f"/v1/orders/{one}{path}", headers=headers)

    assert answer.status_code == 404
    assert (await erp.client.get("/v1/orders", headers=headers)).json()["data"] == []


@pytest.mark.parametrize("action", ["create-document", "find-mapping", "create-customer", "sync", "unlink-documents"])
async def test_what_a_key_may_not_see_it_cannot_change(erp: Surface, action: str) -> None:
    one = await stored(erp)

    answer = await erp.client.post(f"/v1/orders/{one}/{action}", headers=await erp.key(shops=[POS]))

    assert answer.status_code == 404


async def test_unlinking_cancels_what_the_erp_has_not_and_keeps_what_it_has(erp: Surface) -> None:
    waiting, taken = await stored(erp, state="processed"), await stored(erp, state="processed")
    documents = [a_document(waiting), a_document(taken)]
    await erp.stored(*documents)
    await erp.client.post(
        f"/v1/sales-documents/{documents[1].id}/acknowledge", json={"erp_document_no": "S-1", "version": 1}
    )

    answers = [await erp.client.post(f"/v1/orders/{each}/unlink-documents") for each in (waiting, taken)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["state"] for answer in answers] == ["unprocessed"] * 2
    shown = [await erp.get(f"/v1/sales-documents/{each.id}") for each in documents]
    assert [each["state"] for each in shown] == ["cancelled", "acknowledged"]
    assert all(each["unlinked_at"] for each in shown)
    again = await erp.client.post(f"/v1/orders/{waiting}/unlink-documents")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
    types = [event[0] for event in await erp.events()]
    assert types[1:] == ["sales_document.cancelled", "order.updated", "sales_document.updated", "order.updated"]


async def test_unlinking_checks_the_etag_of_the_order_and_is_repeatable(erp: Surface) -> None:
    one = await stored(erp, state="processed")
    await erp.stored(a_document(one))
    path = f"/v1/orders/{one}/unlink-documents"

    refused = await erp.client.post(path, headers={"If-Match": '"9"'})
    first = await erp.client.post(path, headers={"Idempotency-Key": "k"})
    second = await erp.client.post(path, headers={"Idempotency-Key": "k"})

    assert (refused.status_code, first.status_code, second.status_code) == (412, 200, 200)
    assert first.content == second.content


async def test_a_document_let_go_of_can_be_cancelled_without_setting_the_order_back_again(erp: Surface) -> None:
    one = await stored(erp, state="processed")
    old, new = a_document(one), a_document(one)
    await erp.stored(old)
    await erp.client.post(f"/v1/sales-documents/{old.id}/acknowledge", json={"erp_document_no": "S-1", "version": 1})
    await erp.client.post(f"/v1/orders/{one}/unlink-documents")
    await erp.stored(new)
    async with erp.rows() as uow:
        await uow.driver.execute("UPDATE orders SET state = 'processed' WHERE id = $1", one)
        await uow.commit()

    answer = await erp.client.post(
        f"/v1/sales-documents/{old.id}/cancel", json={"reason": "Made anew", "erp_deleted": True}
    )

    assert answer.json()["state"] == "cancelled"
    shown = await erp.get(f"/v1/orders/{one}")
    assert (shown["state"], shown["problems"]) == ("processed", [])
    assert [each["state"] for each in shown["documents"]] == ["cancelled", "released"]


async def test_a_fresh_copy_that_takes_long_is_a_202(erp: Surface) -> None:
    one = await stored(erp, shopify_id="5501")

    answer = await erp.client.post(f"/v1/orders/{one}/sync")

    assert (answer.status_code, answer.json()["id"]) == (202, one)
    [wanted] = await erp.fetch("SELECT shopify_id, source FROM orders_to_import WHERE due_at IS NOT NULL")
    assert tuple(wanted) == ("5501", "request")


async def test_a_fresh_copy_that_is_there_soon_is_a_200(erp: Surface) -> None:
    one = await stored(erp, shopify_id="5501")

    answer = await read_again(erp, one, "UPDATE orders SET read_at = now()")

    assert (answer.status_code, answer.json()["id"]) == (200, one)


async def test_a_fresh_copy_of_an_order_that_is_no_longer_at_the_store_is_a_409(erp: Surface) -> None:
    one = await stored(erp, shopify_id="5501")

    answer = await read_again(erp, one)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_at_store")
    assert "5501" in answer.json()["detail"]


async def read_again(erp: Surface, order: str, *written: str) -> httpx.Response:
    """The answer to a wish for a fresh copy, while a worker finishes the order with these statements."""

    async def import_it() -> None:
        while await erp.fetch("SELECT 1 FROM orders_to_import") == []:
            pass
        async with erp.rows() as uow:
            for statement in (*written, "DELETE FROM orders_to_import"):
                await uow.driver.execute(statement)
            await uow.commit()

    wish = erp.client.post(f"/v1/orders/{order}/sync")
    _, answer = await asyncio.wait_for(asyncio.gather(import_it(), wish), timeout=10)
    return answer


async def test_a_document_is_made_on_request_and_only_once(erp: Surface) -> None:
    async with erp.rows() as uow:
        customer = await a_customer(uow.driver, no="C100")
        await an_item(uow.driver, no="ITEM-A")
        await uow.commit()
    one = await stored(
        erp,
        copy=order(line(11301, price="10.00")),
        mapping={
            "sell_to_customer_id": customer,
            "bill_to_customer_id": customer,
            "by_hand": ["sell_to_customer_id", "bill_to_customer_id"],
            "items": {"11301": {"item_no": "ITEM-A", "rule": "by_hand"}},
        },
    )

    first = await erp.client.post(f"/v1/orders/{one}/create-document")
    second = await erp.client.post(f"/v1/orders/{one}/create-document")

    assert first.status_code == 201, first.text
    document = first.json()
    assert first.headers["location"] == f"/v1/sales-documents/{document['id']}"
    assert (document["totals"]["amount"], document["order"]["id"]) == ("10.00", one)
    assert (second.status_code, second.json()["code"], second.json()["document_id"]) == (
        409,
        "already_processed",
        document["id"],
    )
    assert (await erp.get(f"/v1/orders/{one}"))["state"] == "processed"


async def test_an_order_that_lacks_something_is_refused_with_its_problems(erp: Surface) -> None:
    one = await stored(erp, copy=order(line(11301, price="10.00")))

    answer = await erp.client.post(f"/v1/orders/{one}/create-document")

    assert (answer.status_code, answer.json()["code"]) == (409, "order_blocked")
    assert "/lines/11301/item_no" in [error["pointer"] for error in answer.json()["errors"]]


async def test_what_a_person_sets_stays_and_the_order_is_decided_anew(erp: Surface) -> None:
    async with erp.rows() as uow:
        await a_customer(uow.driver, no="C100")
        await an_item(uow.driver, no="ITEM-A")
        await uow.commit()
    one = await stored(erp, copy=order(line(11301, price="10.00")))
    line_path = f"/v1/orders/{one}/lines/orl_{one.removeprefix('ord_')}_11301"

    order_answer = await erp.client.patch(f"/v1/orders/{one}", json={"sell_to_customer_no": "C100"})
    line_answer = await erp.client.patch(line_path, json={"item_no": "ITEM-A"})
    back = await erp.client.patch(line_path, json={"item_no": None})

    assert order_answer.status_code == 200, order_answer.text
    assert order_answer.json()["customer"]["sell_to_customer_no"] == "C100"
    assert line_answer.status_code == 200, line_answer.text
    assert (line_answer.json()["item_no"], line_answer.json()["unit"]) == ("ITEM-A", "PCS")
    assert back.json()["item_no"] is None


async def test_an_old_etag_of_the_order_refuses_its_mapping(erp: Surface) -> None:
    one = await stored(erp)

    answer = await erp.client.patch(f"/v1/orders/{one}", json={"template_code": "T"}, headers={"If-Match": '"7"'})

    assert (answer.status_code, answer.json()["current_version"]) == (412, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"sell_to_customer_no": "nobody"}, "/sell_to_customer_no"), ({"note": "x"}, "/note")],
)
async def test_only_the_mapping_of_an_order_can_be_set_and_only_to_what_there_is(
    erp: Surface, body: dict[str, str], pointer: str
) -> None:
    one = await stored(erp)

    answer = await erp.client.patch(f"/v1/orders/{one}", json=body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_the_line_of_another_order_is_not_there(erp: Surface) -> None:
    one, other = await stored(erp), await stored(erp, copy=order(line(11301)))

    answer = await erp.client.patch(
        f"/v1/orders/{one}/lines/orl_{other.removeprefix('ord_')}_11301", json={"item_no": "ITEM-A"}
    )

    assert answer.status_code == 404


async def test_a_variant_needs_an_item(erp: Surface) -> None:
    one = await stored(erp, copy=order(line(11301)))

    answer = await erp.client.patch(
        f"/v1/orders/{one}/lines/orl_{one.removeprefix('ord_')}_11301", json={"variant_code": "RED"}
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/item_no")
