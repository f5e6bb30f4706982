"""P80: behind every cue is a list with just the rows that it counts."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.ulid import Ulids
from app.domain.activities import OF_THE_SHOP_ITSELF, Cue
from app.domain.identifiers import RefundId
from app.domain.problems import Problem, ProblemCode
from app.domain.refund_states import RefundState
from app.domain.webhook_deliveries import Attempt
from app.ports.repositories.refunds import SavedRefund
from app.services.read_activities import ReadActivities
from app.services.read_documents import ReadDocuments
from app.services.read_orders import ReadOrders, ReadOrdersToImport
from app.services.read_skipped_records import ReadSkippedRecords
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.shipments import Shipments
from app.services.shops import ShopAdministration
from app.services.webhook_endpoints import WebhookEndpoints
from tests.api.test_skipped_records import a_write_back
from tests.builders import order, refund
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, POS, WEB, a_document, a_shipment, an_order, an_order_to_import

CONFLICT = {
    "detected_at": "2026-01-15T12:00:00Z",
    "detail": "Something changed.",
    "changes": [],
    "amount": {"shop": "0", "presentment": "0"},
    "proposed": "review",
}


class NoSender:
    """Nothing is sent here."""

    async def refusal(self, url: str) -> str | None:
        raise NotImplementedError

    async def send(self, url: str, body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime) -> Attempt:
        raise NotImplementedError


YESTERDAY = NOW - timedelta(days=1, minutes=1)


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            ReadActivities: ReadActivities(uow, clock),
            ReadOrders: ReadOrders(uow),
            ReadSkippedRecords: ReadSkippedRecords(uow),
            Shipments: Shipments(uow, clock, Ulids()),
            ReadOrdersToImport: ReadOrdersToImport(uow),
            ReadDocuments: ReadDocuments(uow),
            WebhookEndpoints: WebhookEndpoints(
                uow=uow, clock=clock, ids=Ulids(), keyring=AesGcmKeyring([b"k" * 32]), sender=NoSender()
            ),
            RefundRequests: RefundRequests(uow, RefundDocuments(Ulids()), clock),
            ShopAdministration: ShopAdministration(
                unit_of_work=uow, clock=clock, ids=Ulids(), keyring=AesGcmKeyring([b"k" * 32])
            ),
        },
    ) as found:
        yield found


def problems(*codes: str) -> list[Mapping[str, Any]]:
    return [{"code": code, "pointer": "", "detail": "Found.", "remedy": "Do."} for code in codes]


async def everything_waits(erp: Surface) -> None:
    """Rows of every cue in ``web``, beside others that look much like them, and a few in ``pos``."""
    company, consumer = order(b2b=True), order()
    async with erp.rows() as uow:
        blocked = [
            (consumer, ("customer_missing",)),
            (consumer, ("customer_ambiguous", "item_missing")),
            (consumer, ("customer_no_address",)),
            (consumer, ("template_missing",)),
            (consumer, ("item_ambiguous", "account_missing")),
            (company, ("company_missing",)),
            (company, ("customer_ambiguous",)),
        ]
        for copy, codes in blocked:
            await an_order(uow.driver, copy=copy, state="blocked", problems=problems(*codes))
        await an_order(uow.driver, copy=consumer)
        await an_order(uow.driver, copy=consumer, problems=problems("nothing_to_document"))
        skipped = await an_order(uow.driver, copy=consumer, state="processed", conflict=CONFLICT)
        await a_write_back(uow.driver, skipped, error_code="outgoing_not_allowed", due_at=NOW)
        for reason in ("store_declined", None):
            processed = await an_order(uow.driver, copy=consumer, state="processed")
            await a_write_back(uow.driver, processed, error_code=reason)
        await an_order(uow.driver, copy=consumer, shop=POS, state="blocked", problems=problems("customer_missing"))
        taken_back = await an_order(uow.driver, copy=consumer, problems=problems("document_rejected", "item_missing"))
        await uow.driver.execute("UPDATE orders SET documents_on_request = true WHERE id = $1", taken_back)
        for place, state in enumerate(("pending", "partially", "failed", "skipped", "skipped", "synchronised")):
            await a_shipment(uow.driver, skipped, no=f"S-{place}", state=state)
        await uow.driver.execute(
            "INSERT INTO stock_to_tell (shop_id, item_no, variant_code, wanted, attempts, reason, claim_no, updated_at)"
            " VALUES ($1, 'A', '', 1, 1, 'not_tracked', 0, $3), ($1, 'B', '', 1, 1, NULL, 0, $3),"
            " ($2, 'A', '', 1, 1, 'unit_differs', 0, $3)",
            WEB,
            POS,
            NOW,
        )
        await uow.driver.execute(
            "INSERT INTO product_exports (shop_id, item_no, part, adopted, attempts, error_code, updated_at)"
            " VALUES ($1, 'A', 'product', false, 1, 'no_description', $2), ($1, 'A', 'images', false, 1, NULL, $2)",
            WEB,
            NOW,
        )
        await uow.driver.execute("UPDATE stores SET access_revoked_at = $1", NOW)
        failed = {"error_code": "import_failed"}
        await an_order_to_import(uow.driver, "1", **failed)
        await an_order_to_import(uow.driver, "2", shop_id=None, **failed)
        await an_order_to_import(uow.driver, "3", left_out_at=NOW, **failed)
        await an_order_to_import(uow.driver, "4", shop_id=POS, **failed)
        await an_order_to_import(uow.driver, "5")
        await uow.commit()
    for number, state in enumerate(("waiting", "blocked", "blocked", "open", "failed", "done", "not_needed")):
        await refunded(erp, number, state)
    await refunded(erp, 90, "done", "refund_changed")
    await released(erp, YESTERDAY)
    await released(erp, YESTERDAY)
    await released(erp, NOW)
    await endpoints(erp)


async def endpoints(erp: Surface) -> None:
    """Two that a person should look at, beside one that began to fail just now and one that was switched off."""
    async with erp.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO webhook_endpoints (id, url, description, types, shop_ids, enabled, disabled_at,"
            " disabled_reason, position, failing_since, version, created_at, updated_at)"
            " SELECT 'whe_' || row_number() OVER (), 'https://erp.example.com/', '', '{}', shops, reason IS NULL,"
            " CASE WHEN reason IS NOT NULL THEN $1::timestamptz END, reason, 0, since, 1, $1, $1"
            " FROM (VALUES (ARRAY[$2], 'gone', NULL), (NULL, NULL, $1::timestamptz - interval '11 minutes'),"
            " (NULL, NULL, $1), (NULL, 'on_request', NULL)) AS t (shops, reason, since)",
            NOW,
            WEB,
        )
        await uow.commit()


async def refunded(erp: Surface, number: int, state: str, *codes: str) -> None:
    async with erp.rows() as uow:
        saved = SavedRefund(
            id=RefundId(f"ref_{number}"),
            order_id=await an_order(uow.driver, state="processed"),
            shop_id=WEB,
            refund=refund(number=number),
            state=RefundState(state),
            problems=tuple(
                Problem(code=ProblemCode(code), pointer="", detail="Found.", remedy="Do.") for code in codes
            ),
            version=1,
        )
        await uow.refunds.save([saved], now=NOW)
        await uow.commit()


async def released(erp: Surface, moment: datetime) -> None:
    async with erp.rows() as uow:
        made = a_document(await an_order(uow.driver, state="processed"))
        await uow.documents.insert_many([made], now=moment)
        await uow.commit()


async def rows_behind(erp: Surface, url: str) -> int:
    """All rows of a list, over all its pages."""
    number, page = 0, f"{url}&limit=2"
    while True:
        answer = await erp.client.get(page)
        assert answer.status_code == 200, answer.text
        number += len(answer.json()["data"])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return number
        page = f"{url}&limit=2&cursor={cursor}"


async def test_every_cue_counts_the_rows_of_its_list(erp: Surface) -> None:
    await everything_waits(erp)

    cues = (await erp.get("/v1/activities"))["data"]

    listed = [cue for cue in cues if cue["cue"] not in OF_THE_SHOP_ITSELF]
    behind = {(cue["shop"], cue["cue"]): await rows_behind(erp, cue["list_url"]) for cue in listed}
    assert behind == {(cue["shop"], cue["cue"]): cue["count"] for cue in listed}
    assert {cue: number for (shop, cue), number in behind.items() if shop == "web"} == {
        "unmapped_customers": 4,
        "unmapped_companies": 2,
        "unmapped_products": 2,
        "unprocessed_orders": 8,
        "orders_in_conflict": 1,
        "orders_to_import_with_errors": 2,
        "synchronisation_errors": 6,
        "unprocessed_shipments": 1,
        "shipment_errors": 2,
        "refunds_waiting": 2,
        "refunds_blocked": 4,
        "erp_not_collecting": 2,
        "webhook_endpoints_failing": 2,
    }
    assert behind["pos", "unmapped_customers"] == behind["pos", "unprocessed_orders"] == 1


async def test_a_revoked_access_counts_the_shop_itself(erp: Surface) -> None:
    await everything_waits(erp)

    cues = (await erp.get("/v1/activities", shop="web"))["data"]

    [revoked] = [cue for cue in cues if cue["cue"] == Cue.ACCESS_REVOKED]
    assert revoked["count"] == 1
    assert (await erp.get(revoked["list_url"]))["code"] == "web"


async def test_a_cue_that_is_none_of_orders_is_no_filter_of_orders(erp: Surface) -> None:
    answer = await erp.client.get("/v1/orders", params={"cue": "access_revoked"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "cue")
