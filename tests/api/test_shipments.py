"""Shipments over HTTP: posted once, named in every way, listed, tried again, corrected (P60)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from app.adapters.postgres.ulid import Ulids
from app.api.schemas.shipments import Shipment, ShipmentList
from app.domain.identifiers import OrderId, ShopifyId, order_line_id
from app.domain.orders import LineKind, OrderLine
from app.services.mappings import MappingTables
from app.services.shipments import Shipments
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, POS, a_copy, a_document, a_shipment, an_order

LIST = "/v1/shipments"


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            Shipments: Shipments(uow, clock, Ulids()),
            MappingTables: MappingTables(unit_of_work=uow, clock=clock, ids=Ulids()),
        },
    ) as found:
        yield found


async def stored_order(erp: Surface, **fields: Any) -> OrderId:
    async with erp.rows() as uow:
        made = await an_order(uow.driver, **fields)
        await uow.commit()
    return made


def body(order: str, **fields: Any) -> dict[str, Any]:
    line = {"shopify_line_id": "11301", "quantity": "1"}
    return {"erp_shipment_no": "S-1", "order_id": order, "lines": [line]} | fields


async def kept_lines(erp: Surface) -> list[Any]:
    async with erp.rows() as uow:
        found = await uow.shipments.by_number("S-1")
    assert found is not None
    return [(line.line_id, line.item_no, line.location_code) for line in found.shipment.lines]


async def test_a_posted_shipment_is_kept_and_shown(erp: Surface) -> None:
    order = await stored_order(erp)
    given = body(
        order,
        posting_date="2026-01-20",
        shipping_agent_code="DHL",
        tracking=[{"number": "TRK1", "url": "https://track.example/TRK1"}],
        notify_customer=False,
    )

    answer = await erp.client.post(LIST, json=given)

    assert answer.status_code == 201, answer.text
    shown = Shipment.model_validate(answer.json())
    assert answer.headers["location"] == f"{LIST}/{shown.id}"
    assert (shown.state, shown.shop, shown.order.id) == ("pending", "web", order)
    assert shown.tracking[0].number == "TRK1"
    assert [(each.line_index, each.state, each.reason) for each in shown.results] == [(0, "not_sent", None)]
    assert (await erp.get(answer.headers["location"])) == answer.json()


async def test_each_line_names_its_article_as_the_order_has_it(erp: Surface) -> None:
    """The ERP knows it by item and variant, people by title and SKU; a line that is gone, or on none, says so."""
    shirt = OrderLine(
        shopify_id=ShopifyId("1"),
        kind=LineKind.ITEM,
        title="Shirt",
        variant_title="Red",
        sku="SH-R",
        ordered_quantity=3,
        current_quantity=3,
        unit_price=a_copy().totals.total,
    )
    other = replace(shirt, shopify_id=ShopifyId("2"), variant_title="Blue", sku="SH-B")
    item = {"item_no": "SHIRT", "variant_code": "R", "description": "Shirt of the ERP"}
    order = await stored_order(
        erp, copy=a_copy(lines=(shirt, other)), mapping={"items": {"1": item, "2": item | {"description": ""}}}
    )
    lines = [
        {"shopify_line_id": "1", "quantity": "1"},
        {"shopify_line_id": "9", "quantity": "2"},
        {"item_no": "shirt", "variant_code": "r", "quantity": "2"},
        {"item_no": "HAT", "quantity": "1"},
        {"document_line_no": 70000, "quantity": "1"},
    ]

    posted = (await erp.client.post(LIST, json=body(order, lines=lines))).json()

    named, gone, spread, unknown, nothing = Shipment.model_validate(posted).results
    assert (named.on_order, named.order_line_id) == (True, order_line_id(order, ShopifyId("1")))
    assert (named.item_no, named.variant_code, named.sku) == ("SHIRT", "R", "SH-R")
    assert (named.description, named.title, named.variant_title) == ("Shirt of the ERP", "Shirt", "Red")
    assert named.quantity == 1
    assert (gone.on_order, gone.shopify_line_id, gone.order_line_id, gone.title) == (False, "9", None, None)
    assert (spread.on_order, spread.order_line_id, spread.item_no) == (True, None, "shirt")
    assert (spread.title, spread.sku, spread.description) == ("Shirt", None, None)
    assert (unknown.on_order, unknown.shopify_line_id, unknown.item_no) == (False, None, "HAT")
    assert (nothing.on_order, nothing.shopify_line_id, nothing.item_no) == (False, None, None)
    [listed] = (await erp.get(LIST))["data"]
    assert listed == posted


async def test_the_same_shipment_again_is_the_same_and_another_under_its_number_is_refused(erp: Surface) -> None:
    order = await stored_order(erp)
    first = await erp.client.post(LIST, json=body(order))

    again = await erp.client.post(LIST, json=body(order, tracking=[], notify_customer=None))
    other = await erp.client.post(LIST, json=body(order, lines=[{"shopify_line_id": "11301", "quantity": "2"}]))

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "shipment_no_taken")
    assert other.json()["shipment_id"] == first.json()["id"]


async def test_an_order_is_named_by_any_of_its_names(erp: Surface) -> None:
    order = await stored_order(erp)
    async with erp.rows() as uow:
        document = a_document(order)
        await uow.documents.insert_many([document], now=NOW)
        name = await uow.driver.fetchval("SELECT name FROM orders WHERE id = $1", order)
        shopify_id = await uow.driver.fetchval("SELECT shopify_id FROM orders WHERE id = $1", order)
        await uow.commit()
    ways: list[dict[str, Any]] = [
        {"order_id": order},
        {"document_id": document.id},
        {"shop": "web", "order_name": name},
        {"shop": "web", "shopify_order_id": shopify_id},
    ]

    for place, way in enumerate(ways):
        given = {key: value for key, value in body(order).items() if key != "order_id"} | way
        answer = await erp.client.post(LIST, json=given | {"erp_shipment_no": f"S-{place}"})
        assert (answer.status_code, answer.json()["order"]["id"]) == (201, order), answer.text


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"lines": []}, "no_lines", "/lines"),
        ({"order_id": "ord_nobody"}, "order_unknown", "/order_id"),
        ({"order_id": None}, "invalid_input", "/order_id"),
        ({"document_id": "doc_1"}, "invalid_input", "/document_id"),
        ({"order_id": None, "order_name": "#1"}, "invalid_input", "/shop"),
        ({"order_id": None, "shop": "web", "order_name": "#none"}, "order_unknown", "/order_name"),
        ({"lines": [{"quantity": "1"}]}, "invalid_input", "/lines/0/document_line_no"),
        ({"lines": [{"item_no": "A", "shopify_line_id": "1", "quantity": "1"}]}, "invalid_input", "/lines/0/item_no"),
        (
            {"lines": [{"shopify_line_id": "1", "variant_code": "RED", "quantity": "1"}]},
            "invalid_input",
            "/lines/0/variant_code",
        ),
        ({"lines": [{"item_no": "A", "quantity": "0"}]}, "invalid_input", "/lines/0/quantity"),
        ({"lines": [{"item_no": "A", "quantity": "1.5"}]}, "invalid_input", "/lines/0/quantity"),
        ({"tracking": [{"number": "1", "url": "javascript:alert(1)"}]}, "invalid_input", "/tracking/0/url"),
    ],
)
async def test_a_body_that_cannot_be_meant_is_refused_with_its_field(
    erp: Surface, change: dict[str, Any], code: str, pointer: str
) -> None:
    order = await stored_order(erp)

    answer = await erp.client.post(LIST, json=body(order) | change)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_the_order_of_another_shop_is_unknown_to_a_key_that_may_not_see_it(erp: Surface) -> None:
    order = await stored_order(erp, shop=POS)
    answer = await erp.client.post(LIST, json=body(order), headers=await erp.key(shops=["web"]))

    assert (answer.status_code, answer.json()["code"]) == (422, "order_unknown")


async def test_a_line_is_found_by_the_document_by_our_id_and_by_item(erp: Surface) -> None:
    order = await stored_order(erp)
    async with erp.rows() as uow:
        await uow.documents.insert_many([a_document(order)], now=NOW)
        await uow.commit()
    lines: list[dict[str, Any]] = [
        {"document_line_no": 10000, "quantity": "1"},
        {"document_line_no": 99, "quantity": "1"},
        {"order_line_id": order_line_id(order, "11301"), "quantity": "1", "location_code": None},  # type: ignore[arg-type]
        {"order_line_id": "orl_01kf0aaaaaaaaaaaaaaaaaaaaa_11301", "quantity": "1", "location_code": "BLUE"},
        {"item_no": "ITEM-A", "quantity": "1", "location_code": ""},
    ]

    answer = await erp.client.post(LIST, json=body(order, lines=lines))

    assert answer.status_code == 201, answer.text
    assert await kept_lines(erp) == [
        ("11301", None, None),
        (None, None, None),
        ("11301", None, ""),
        (None, None, "BLUE"),
        (None, "ITEM-A", ""),
    ]


async def test_a_batch_keeps_each_shipment_alone(erp: Surface) -> None:
    order = await stored_order(erp)
    items = [body(order), body("ord_nobody", erp_shipment_no="S-2"), body(order), {"erp_shipment_no": "S-3"}]

    answer = await erp.client.post(f"{LIST}/batch", json={"items": items})

    assert answer.status_code == 207
    assert [each["status"] for each in answer.json()["results"]] == [201, 422, 200, 422]
    assert answer.json()["results"][0]["id"] == answer.json()["results"][2]["id"]
    assert answer.json()["results"][1]["problem"]["code"] == "order_unknown"


async def test_of_shipments_with_one_number_in_a_batch_the_first_is_kept(erp: Surface) -> None:
    order = await stored_order(erp)
    items = [
        body(order, erp_shipment_no=f"S-{number}", lines=[{"shopify_line_id": "11301", "quantity": f"{quantity}"}])
        for number in range(5)
        for quantity in range(1, 5)
    ]

    answer = await erp.client.post(f"{LIST}/batch", json={"items": items})

    assert [each["status"] for each in answer.json()["results"]] == [201, 409, 409, 409] * 5


async def test_shipments_are_listed_by_what_is_asked(erp: Surface) -> None:
    order = await stored_order(erp)
    for place, state in enumerate(("pending", "synchronised", "partially", "failed", "skipped"), 1):
        async with erp.rows() as uow:
            given: dict[str, Any] = {"state": state, "posting_date": NOW.date().replace(day=place)}
            await a_shipment(uow.driver, order, no=f"S-{place}", **given)
            await uow.commit()

    async def numbers(**filters: Any) -> list[str]:
        page = ShipmentList.model_validate(await erp.get(LIST, **filters))
        return [each.erp_shipment_no for each in page.data]

    assert await numbers() == ["S-1", "S-2", "S-3", "S-4", "S-5"]
    assert await numbers(state="failed") == ["S-4"]
    assert await numbers(has_errors="true") == ["S-3", "S-4"]
    assert await numbers(posting_date_from="2026-01-02", posting_date_to="2026-01-03") == ["S-2", "S-3"]
    assert await numbers(order_id=order, erp_shipment_no="S-5", shop="web") == ["S-5"]
    assert await numbers(shop="pos") == []


@pytest.mark.parametrize("state", ["partially", "failed", "skipped", "pending"])
async def test_what_was_not_sent_is_tried_again(erp: Surface, state: str) -> None:
    order = await stored_order(erp)
    async with erp.rows() as uow:
        shipment = await a_shipment(uow.driver, order, state=state, reason="refused_by_shopify", attempts=5)
        await uow.commit()

    answer = await erp.client.post(f"{LIST}/{shipment}/retry")

    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "pending", None)
    async with erp.rows() as uow:
        assert await uow.driver.fetchval("SELECT due_at IS NOT NULL AND attempts = 0 FROM shipments")


async def test_what_was_sent_whole_is_not_tried_again(erp: Surface) -> None:
    order = await stored_order(erp)
    async with erp.rows() as uow:
        shipment = await a_shipment(uow.driver, order, state="synchronised", results='[{"quantity_sent": 1}]')
        await uow.commit()

    answer = await erp.client.post(f"{LIST}/{shipment}/retry")

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "invalid_state", "synchronised")


async def test_tracking_is_replaced_and_the_same_again_changes_nothing(erp: Surface) -> None:
    order = await stored_order(erp)
    async with erp.rows() as uow:
        shipment = await a_shipment(uow.driver, order, state="synchronised", results='[{"quantity_sent": 1}]')
        await uow.commit()
    given = {"tracking": [{"number": "NEW", "company": "GLS"}], "notify_customer": True}

    first = await erp.client.put(f"{LIST}/{shipment}/tracking", json=given)
    again = await erp.client.put(f"{LIST}/{shipment}/tracking", json=given)
    old = await erp.client.put(
        f"{LIST}/{shipment}/tracking", json={"tracking": [{"number": "X"}]}, headers={"If-Match": '"1"'}
    )

    assert first.status_code == again.status_code == 200
    assert first.json()["tracking"] == [{"number": "NEW", "company": "GLS", "url": None}]
    assert first.headers["etag"] == again.headers["etag"] == '"2"'
    assert old.status_code == 412
    async with erp.rows() as uow:
        assert await uow.driver.fetchval("SELECT due_at IS NOT NULL AND tracking_changed FROM shipments")


async def test_an_agent_is_kept_under_its_code(erp: Surface) -> None:
    given = {"tracking_company": "DHL Express", "tracking_url_template": "https://track.example/{number}"}

    made = await erp.client.put("/v1/shipping-agents/D%2FHL", json=given)

    assert made.status_code == 201, made.text
    assert (await erp.get("/v1/shipping-agents/D%2FHL"))["tracking_company"] == "DHL Express"
    assert [each["code"] for each in (await erp.get("/v1/shipping-agents"))["data"]] == ["D/HL"]
    wrong = await erp.client.put("/v1/shipping-agents/X", json={"tracking_url_template": "https://track.example/"})
    assert wrong.json()["errors"][0]["pointer"] == "/tracking_url_template"
    assert (await erp.client.delete("/v1/shipping-agents/D%2FHL")).status_code == 204
