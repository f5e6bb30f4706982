"""P34 and the contract's table of states: documents as the ERP lists, acknowledges, posts, cancels and rejects them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from app.api.schemas.sales_documents import DocumentVersionList, SalesDocument, SalesDocumentList
from app.domain.identifiers import OrderId
from app.domain.sales_documents import DocumentKind
from app.ports.repositories.documents import NewDocument
from app.services.document_actions import DocumentActions
from app.services.read_documents import ReadDocuments
from tests.erp_surface import Surface, surface
from tests.stored_documents import POS, a_copy, a_customer, a_document, a_line, an_order, content


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {ReadDocuments: ReadDocuments(uow), DocumentActions: DocumentActions(uow, clock)},
    ) as found:
        yield found


async def order(erp: Surface, **telling: Any) -> OrderId:
    async with erp.rows() as uow:
        made = await an_order(uow.driver, **({"state": "processed"} | telling))
        await uow.commit()
    return made


async def document(erp: Surface, **telling: Any) -> NewDocument:
    made = a_document(await order(erp), **telling)
    await erp.stored(made)
    return made


async def do(erp: Surface, one: NewDocument, action: str, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
    path = f"/v1/sales-documents/{one.id}/{action}"
    return await erp.client.post(path, json=body or None, headers=headers)


async def acknowledge(erp: Surface, one: NewDocument, *, number: str = "S-1", version: int = 1) -> Any:
    return await do(erp, one, "acknowledge", erp_document_no=number, version=version)


async def state_of_order(erp: Surface, one: NewDocument) -> tuple[str, bool, list[str]]:
    [row] = await erp.fetch(
        "SELECT state, documents_on_request,"
        " ARRAY(SELECT value ->> 'code' FROM jsonb_array_elements(problems)) AS codes FROM orders WHERE id = $1",
        one.order_id,
    )
    return row["state"], row["documents_on_request"], row["codes"]


async def test_a_document_is_shown_as_the_contract_says(erp: Surface) -> None:
    one = await document(erp)

    shown = await erp.get(f"/v1/sales-documents/{one.id}")

    SalesDocument.model_validate(shown)
    assert shown["order"] == {"id": one.order_id, "shopify_id": shown["order"]["shopify_id"], "name": "#1001"}
    assert (shown["number"], shown["state"], shown["version"], shown["shop"]) == ("SO-000001", "released", 1, "web")
    assert shown["totals"] == {
        "amount": "30.00",
        "tax": "4.79",
        "amount_including_tax": "30.00",
        "charged_by_shopify": "30.00",
    }
    [line] = shown["lines"]
    assert (line["quantity"], line["unit_price"], line["amount"]) == ("2", "15.50", "30.00")
    assert line["taxes"][0]["rate"] == "0.190000"
    assert shown["created_at"].endswith("Z")


async def test_the_list_has_lines_only_when_they_are_asked_for(erp: Surface) -> None:
    await document(erp)

    [bare] = (await erp.get("/v1/sales-documents"))["data"]
    listed = await erp.get("/v1/sales-documents", include="lines")

    SalesDocumentList.model_validate(listed)
    assert "lines" not in bare
    assert listed["data"] == [await erp.get(f"/v1/sales-documents/{bare['id']}")]


async def test_a_poller_collects_every_document_once_and_what_it_acknowledged_leaves_its_list(erp: Surface) -> None:
    made = [await document(erp) for _ in range(7)]
    collected, cursor = [], None

    while True:
        page = await erp.get(
            "/v1/sales-documents", state="released", include="lines", limit=3, **({"cursor": cursor} if cursor else {})
        )
        collected += [each["id"] for each in page["data"]]
        for each in made[:3]:
            await acknowledge(erp, each)
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert collected == [each.id for each in made]
    left = await erp.get("/v1/sales-documents", state="released")
    assert [each["id"] for each in left["data"]] == [each.id for each in made[3:]]


@pytest.mark.long
async def test_a_page_with_lines_ends_early_before_it_grows_too_large_and_nothing_is_left_out(erp: Surface) -> None:
    long = content(lines=tuple(a_line(10000 * (place + 1)) for place in range(12_000)))
    made = [await document(erp, content=long) for _ in range(3)]

    first = await erp.get("/v1/sales-documents", include="lines")
    second = await erp.get("/v1/sales-documents", include="lines", cursor=first["next_cursor"])

    assert [each["id"] for each in first["data"] + second["data"]] == [each.id for each in made]
    assert [len(each["lines"]) for each in first["data"] + second["data"]] == [12_000] * 3
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "sales_order"},
        {"state": "released"},
        {"shop": "web"},
        {"order_name": "#1001"},
        {"number": "SO-000001"},
        {"external_document_no": "PO-7"},
        {"customer_no": "C100"},
        {"updated_from": "2026-01-15T12:00:00Z"},
    ],
    ids=lambda wanted: next(iter(wanted)),
)
async def test_a_filter_finds_what_it_names_and_nothing_else(erp: Surface, wanted: dict[str, str]) -> None:
    async with erp.rows() as uow:
        sell_to = replace(content().sell_to, customer_id=await a_customer(uow.driver, no="C100"))
        await uow.commit()
    one = await document(erp, content=content(external_document_no="PO-7", sell_to=sell_to))
    other = a_document(
        await order(erp, shop=POS, copy=a_copy(name="#2002")), shop=POS, series_prefix="P-", released=False
    )
    await erp.stored(replace(other, content=content(kind=DocumentKind.SALES_INVOICE)))
    async with erp.rows() as uow:
        await uow.driver.execute("UPDATE sales_documents SET updated_at = '2025-01-01Z' WHERE id = $1", other.id)
        await uow.commit()

    found = await erp.get("/v1/sales-documents", **wanted)

    assert [each["id"] for each in found["data"]] == [one.id]


async def test_documents_are_found_by_their_order_in_both_tongues(erp: Surface) -> None:
    one = await document(erp)
    await document(erp)
    shown = await erp.get(f"/v1/sales-documents/{one.id}")

    by_ours = await erp.get("/v1/sales-documents", order_id=one.order_id)
    by_shopify = await erp.get("/v1/sales-documents", shopify_order_id=shown["order"]["shopify_id"])

    assert [[each["id"] for each in found["data"]] for found in (by_ours, by_shopify)] == [[one.id]] * 2


@pytest.mark.parametrize("parameters", [{"state": "lost"}, {"kind": "x"}, {"updated_from": "1"}, {"colour": "red"}])
async def test_a_filter_that_cannot_be_is_refused(erp: Surface, parameters: dict[str, str]) -> None:
    answer = await erp.client.get("/v1/sales-documents", params=parameters)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_lines_of_a_long_document_are_paged(erp: Surface) -> None:
    one = await document(erp, content=content(lines=tuple(a_line(10000 * place) for place in range(1, 6))))

    first = await erp.get(f"/v1/sales-documents/{one.id}/lines", limit=3)
    second = await erp.get(f"/v1/sales-documents/{one.id}/lines", limit=3, cursor=first["next_cursor"])

    assert [line["line_no"] for line in first["data"] + second["data"]] == [10000, 20000, 30000, 40000, 50000]
    assert second["next_cursor"] is None


async def test_the_versions_of_a_document_are_kept_and_shown_oldest_first(erp: Surface) -> None:
    one = await document(erp)
    async with erp.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO sales_document_versions SELECT id, 1, content, lines, snapshot, now() FROM sales_documents"
        )
        await uow.driver.execute("UPDATE sales_documents SET version = 2")
        await uow.commit()

    found = await erp.get(f"/v1/sales-documents/{one.id}/versions")

    DocumentVersionList.model_validate(found)
    assert [(each["version"], each["replaced_at"] is None) for each in found["data"]] == [(1, False), (2, True)]


async def test_a_customer_that_the_erp_numbered_later_is_on_the_document(erp: Surface) -> None:
    async with erp.rows() as uow:
        customer = await a_customer(uow.driver, no=None)
        await uow.commit()
    party = replace(content().sell_to, customer_id=customer, customer_no=None)
    one = await document(erp, content=content(sell_to=party, bill_to=party, ship_to=party))
    before = await erp.get(f"/v1/sales-documents/{one.id}")
    async with erp.rows() as uow:
        await uow.driver.execute("UPDATE customers SET no = 'C777' WHERE id = $1", customer)
        await uow.commit()

    after = await erp.get(f"/v1/sales-documents/{one.id}")

    sides = ("sell_to", "bill_to", "ship_to")
    assert [before[side]["customer_no"] for side in sides] == [None] * 3
    assert [(after[side]["customer_id"], after[side]["customer_no"]) for side in sides] == [(customer, "C777")] * 3


async def test_the_whole_life_of_a_document_is_announced_with_each_step(erp: Surface) -> None:
    one = await document(erp, released=False)

    answers = [
        await do(erp, one, "release"),
        await acknowledge(erp, one),
        await do(erp, one, "post", posted_document_no="INV-1", posting_date="2026-01-16"),
    ]

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [
        (200, "released"),
        (200, "acknowledged"),
        (200, "posted"),
    ]
    last = answers[-1].json()
    assert (last["erp_document_no"], last["posted_document_no"], last["posting_date"]) == ("S-1", "INV-1", "2026-01-16")
    assert last["released_at"] < last["acknowledged_at"] < last["posted_at"] == last["updated_at"]
    assert await erp.events() == [
        (f"sales_document.{state}", one.id, 1) for state in ("released", "acknowledged", "posted")
    ]


async def test_the_same_number_again_is_the_same_answer_and_no_second_event(erp: Surface) -> None:
    one = await document(erp)

    first, second = await acknowledge(erp, one), await acknowledge(erp, one)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.headers["etag"] == second.headers["etag"]
    assert len(await erp.events()) == 1


async def test_two_acknowledgements_at_once_leave_one_number(erp: Surface) -> None:
    one = await document(erp)

    answers = await asyncio.gather(*(acknowledge(erp, one, number=f"S-{place}") for place in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await erp.events()) == 1


REFUSED = [
    ("open", "acknowledge", {"erp_document_no": "S-1", "version": 1}, "not_released"),
    ("open", "post", {"posted_document_no": "I", "posting_date": "2026-01-16"}, "invalid_state"),
    ("released", "release", {}, "invalid_state"),
    ("released", "post", {"posted_document_no": "I", "posting_date": "2026-01-16"}, "invalid_state"),
    ("released", "acknowledge", {"erp_document_no": "S-1", "version": 2}, "version_superseded"),
    ("acknowledged", "release", {}, "invalid_state"),
    ("acknowledged", "acknowledge", {"erp_document_no": "S-2", "version": 1}, "invalid_state"),
    ("acknowledged", "cancel", {"reason": "no"}, "invalid_state"),
    ("acknowledged", "reject", {"reason": "no"}, "invalid_state"),
    ("posted", "cancel", {"reason": "no", "erp_deleted": True}, "invalid_state"),
    ("posted", "reject", {"reason": "no"}, "invalid_state"),
    ("posted", "post", {"posted_document_no": "other", "posting_date": "2026-01-16"}, "invalid_state"),
    ("cancelled", "acknowledge", {"erp_document_no": "S-1", "version": 1}, "invalid_state"),
    ("cancelled", "cancel", {"reason": "no"}, "invalid_state"),
    ("cancelled", "release", {}, "invalid_state"),
]


@pytest.mark.parametrize(("state", "action", "body", "code"), REFUSED)
async def test_what_the_state_does_not_allow_is_a_409_that_says_what_is_allowed(
    erp: Surface, state: str, action: str, body: dict[str, Any], code: str
) -> None:
    one = await document(erp)
    async with erp.rows() as uow:
        await uow.driver.execute(
            "UPDATE sales_documents SET state = $1, erp_document_no = 'S-1', posted_document_no = 'I-1'", state
        )
        await uow.commit()

    answer = await do(erp, one, action, **body)

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["state"]) == (409, code, state)
    assert isinstance(problem["allowed"], list)
    assert await erp.events() == []


async def test_a_superseded_version_is_told_with_the_current_one(erp: Surface) -> None:
    one = await document(erp)
    async with erp.rows() as uow:
        await uow.driver.execute("UPDATE sales_documents SET version = 3")
        await uow.commit()

    problem = (await acknowledge(erp, one, version=2)).json()

    assert (problem["code"], problem["current_version"]) == ("version_superseded", 3)


@pytest.mark.parametrize("action", ["cancel", "reject"])
@pytest.mark.parametrize("released", [True, False])
async def test_cancelling_and_rejecting_set_the_order_back_until_somebody_asks(
    erp: Surface, action: str, released: bool
) -> None:
    one = a_document(await order(erp, conflict={"detail": "x"}), released=released)
    await erp.stored(one)

    answer = await do(erp, one, action, reason="Item ITEM-A is blocked")

    shown = answer.json()
    assert (shown["state"], shown["cancel_reason"]) == ("cancelled", "Item ITEM-A is blocked")
    assert await state_of_order(erp, one) == ("unprocessed", True, ["document_rejected"])
    [row] = await erp.fetch("SELECT problems::text, conflict FROM orders WHERE id = $1", one.order_id)
    assert "Item ITEM-A is blocked" in row["problems"]
    assert row["conflict"] is None
    assert [event[:2] for event in await erp.events()] == [
        ("sales_document.cancelled", one.id),
        ("order.updated", one.order_id),
        ("order.conflict_resolved", one.order_id),
    ]


async def test_an_acknowledged_document_is_cancelled_when_the_erp_deleted_its_own(erp: Surface) -> None:
    one = await document(erp)
    await acknowledge(erp, one)

    answer = await do(erp, one, "cancel", reason="Ordered twice", erp_deleted=True)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert await state_of_order(erp, one) == ("unprocessed", True, ["document_rejected"])


async def test_a_cancelled_credit_memo_leaves_its_order_as_it_is(erp: Surface) -> None:
    one = await document(erp)
    memo = a_document(one.order_id, kind=DocumentKind.CREDIT_MEMO, series_prefix="CM-", refund_id="ref_1_701")
    await erp.stored(memo)

    answer = await do(erp, memo, "reject", reason="no")

    assert answer.json()["refund"] == {"id": "ref_1_701", "shopify_id": "701"}
    assert await state_of_order(erp, one) == ("processed", False, [])


async def test_an_old_etag_is_refused_with_the_current_version(erp: Surface) -> None:
    one = await document(erp, released=False)
    seen = (await erp.client.get(f"/v1/sales-documents/{one.id}")).headers["etag"]
    await do(erp, one, "release", headers={"If-Match": seen})

    answer = await do(erp, one, "cancel", headers={"If-Match": seen}, reason="no")

    assert (answer.status_code, answer.json()["current_version"]) == (412, 2)
    assert (await erp.get(f"/v1/sales-documents/{one.id}"))["state"] == "released"


async def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer(erp: Surface) -> None:
    one = await document(erp, released=False)
    headers = {"Idempotency-Key": "abc"}

    first = await do(erp, one, "release", headers=headers)
    second = await do(erp, one, "release", headers=headers)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["idempotent-replayed"] == "true"
    assert first.content == second.content


async def test_a_batch_of_acknowledgements_succeeds_and_fails_item_by_item(erp: Surface) -> None:
    good, superseded, unread = await document(erp), await document(erp), await document(erp, released=False)
    items: list[dict[str, Any]] = [
        {"id": good.id, "erp_document_no": "S-1", "version": 1},
        {"id": superseded.id, "erp_document_no": "S-2", "version": 9},
        {"id": unread.id, "erp_document_no": "S-3", "version": 1},
        {"id": "doc_unknown", "erp_document_no": "S-4", "version": 1},
        {"id": good.id, "erp_document_no": "S-1"},
    ]

    answer = await erp.client.post("/v1/sales-documents/acknowledge/batch", json={"items": items})

    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [(each["status"], each["problem"] and each["problem"]["code"]) for each in results] == [
        (200, None),
        (409, "version_superseded"),
        (409, "not_released"),
        (404, "not_found"),
        (422, "invalid_input"),
    ]
    assert [each["id"] for each in results] == [item["id"] for item in items]
    assert results[1]["problem"]["current_version"] == 1


@pytest.mark.parametrize("items", [[], [{}] * 251, "x", None])
async def test_a_batch_of_nothing_or_of_too_much_is_refused(erp: Surface, items: Any) -> None:
    answer = await erp.client.post("/v1/sales-documents/acknowledge/batch", json={"items": items})

    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["", "/lines", "/versions"])
async def test_what_a_key_may_not_see_is_not_there(erp: Surface, path: str) -> None:
    one = await document(erp)
    headers = await erp.key(shops=[POS])

    answer = await erp.client.get(f"/v1/sales-documents/{one.id}{path}", headers=headers)
    unknown = await erp.client.get(f"/v1/sales-documents/doc_unknown{path}", headers=headers)

    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.json()["detail"] == unknown.json()["detail"]
    assert (await erp.client.get("/v1/sales-documents", headers=headers)).json()["data"] == []


@pytest.mark.parametrize("action", ["release", "acknowledge", "post", "cancel", "reject"])
async def test_what_a_key_may_not_see_it_cannot_change(erp: Surface, action: str) -> None:
    one = await document(erp)
    bodies: dict[str, Any] = {
        "acknowledge": {"erp_document_no": "S", "version": 1},
        "post": {"posted_document_no": "I", "posting_date": "2026-01-16"},
        "cancel": {"reason": "no"},
        "reject": {"reason": "no"},
    }

    answer = await do(erp, one, action, headers=await erp.key(shops=[POS]), **bodies.get(action, {}))

    assert answer.status_code == 404
    assert await erp.events() == []
