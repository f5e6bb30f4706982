"""Stock told over HTTP, and payouts and disputes read there (P71, P75)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId, StoreId
from app.domain.payouts import Dispute, Payout, PayoutTransaction
from app.services.payouts import ReadPayouts
from app.services.tell_stock import StockLevels
from tests.erp_surface import Surface, surface
from tests.stored_documents import an_order

BATCH = "/v1/inventory-levels/batch"
WHEN = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {StockLevels: StockLevels(uow, clock), ReadPayouts: ReadPayouts(uow)},
    ) as found:
        yield found


async def levels(erp: Surface) -> dict[tuple[str, str], Decimal]:
    async with erp.rows() as uow:
        rows = await uow.driver.fetch("SELECT item_no, location_code, quantity FROM inventory_levels")
    return {(row["item_no"], row["location_code"]): row["quantity"] for row in rows}


async def test_only_what_is_sent_changes_and_what_is_wrong_keeps_nothing_back(erp: Surface) -> None:
    """D19."""
    await erp.client.post(BATCH, json={"items": [{"item_no": "A", "location_code": "BLUE", "quantity": "5"}]})
    given: list[Any] = [
        {"item_no": "A", "quantity": "2.5"},
        {"item_no": "B", "location_code": "BLUE", "quantity": 7},
        {"item_no": "C", "location_code": "BLUE", "quantity": "-1"},
    ]

    answer = await erp.client.post(BATCH, json={"items": given})

    results = answer.json()["results"]
    assert answer.status_code == 207
    assert [(each["no"], each["status"]) for each in results] == [("A", 200), ("B", 422), ("C", 200)]
    assert results[1]["problem"]["errors"][0]["pointer"].endswith("/quantity")
    assert await levels(erp) == {("A", "BLUE"): Decimal(5), ("A", ""): Decimal("2.5"), ("C", "BLUE"): Decimal(-1)}


async def test_of_one_place_told_twice_the_last_counts(erp: Surface) -> None:
    given = [{"item_no": "A", "quantity": quantity} for quantity in ("1", "2")]

    await erp.client.post(BATCH, json={"items": given})

    assert await levels(erp) == {("A", ""): Decimal(2)}


async def kept(erp: Surface) -> StoreId:
    """A payout of 9.50 with one charge of an order behind it, a dispute, and a reason why disputes are not read."""
    async with erp.rows() as uow:
        await an_order(uow.driver)
        row = await uow.driver.fetchrow("SELECT store_id, shopify_id, name FROM orders")
        store = StoreId(row["store_id"])
        payout = Payout(
            shopify_id=ShopifyId("77"),
            status="paid",
            type="deposit",
            issued_at=WHEN,
            currency="EUR",
            net=Decimal("9.5"),
            trace_id="TR-1",
            summary=(("charges_gross", Decimal(10)),),
        )
        charge = PayoutTransaction(
            shopify_id=ShopifyId("901"),
            type="charge",
            source_type="charge",
            source_id="88",
            order_transaction_id=ShopifyId("1"),
            order_shopify_id=ShopifyId(row["shopify_id"]),
            order_name=row["name"],
            amount=Decimal(10),
            fee=Decimal("0.375"),
            net=Decimal("9.625"),
            currency="EUR",
            processed_at=WHEN,
            adjustment_reason=None,
            test=False,
        )
        dispute = Dispute(
            shopify_id=ShopifyId("5"),
            order_shopify_id=ShopifyId(row["shopify_id"]),
            status="needs_response",
            type="chargeback",
            reason="fraudulent",
            network_reason_code=None,
            amount=Decimal(10),
            currency="EUR",
            initiated_at=WHEN,
            evidence_due_by=WHEN,
            evidence_sent_on=None,
            finalized_on=None,
        )
        await uow.payouts.keep_payout(store, payout, [charge], now=WHEN)
        await uow.payouts.keep_disputes(store, [dispute], now=WHEN)
        await uow.payouts.note_access(store, code="scope_missing", detail="Grant it.", now=WHEN)
        await uow.commit()
    return store


async def test_a_payout_is_shown_with_what_is_behind_it(erp: Surface) -> None:
    await kept(erp)

    found = (await erp.client.get("/v1/payouts", params={"status": "paid"})).json()
    [shown] = found["data"]
    one = (await erp.client.get(f"/v1/payouts/{shown['id']}")).json()
    [behind] = (await erp.client.get(f"/v1/payouts/{shown['id']}/transactions")).json()["data"]

    assert (shown["net"], shown["difference"], shown["transactions"]) == ("9.50", "-0.125", 1)
    assert one == shown
    assert {each["code"] for each in found["unavailable"]} == {"scope_missing"}
    assert (behind["amount"], behind["fee"], behind["order"]["id"] is not None) == ("10.00", "0.375", True)


async def test_disputes_are_shown_with_the_day_evidence_is_due(erp: Surface) -> None:
    await kept(erp)

    [shown] = (await erp.client.get("/v1/disputes")).json()["data"]

    assert (shown["status"], shown["evidence_due_by"]) == ("needs_response", "2026-02-01T00:00:00Z")
    assert (await erp.client.get("/v1/disputes", params={"status": "won"})).json()["data"] == []


async def test_orders_of_a_shop_that_a_key_may_not_see_are_not_named_with_the_stores_money(erp: Surface) -> None:
    """S2: also where the database does not hold the key to its shops."""
    await kept(erp)
    neighbour = await erp.key(shops=["sho_next"])
    async with erp.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO shops (id, store_id, code, name, settings, version, created_at, updated_at)"
            " SELECT 'sho_next', store_id, 'next', '', '{}', 1, created_at, updated_at FROM shops WHERE id = 'sho_web'"
        )
        await uow.driver.execute("DROP POLICY seen_rows ON shops")
        await uow.commit()

    [payout] = (await erp.client.get("/v1/payouts", headers=neighbour)).json()["data"]
    at = f"/v1/payouts/{payout['id']}/transactions"
    [behind] = (await erp.client.get(at, headers=neighbour)).json()["data"]
    [dispute] = (await erp.client.get("/v1/disputes", headers=neighbour)).json()["data"]

    assert (behind["amount"], behind["order"]["id"], behind["document"]) == ("10.00", None, None)
    assert (dispute["order"]["id"], dispute["order"]["name"]) == (None, None)


async def test_a_payout_that_is_not_there_is_a_404(erp: Surface) -> None:
    assert (await erp.client.get("/v1/payouts/pay_nobody_1")).status_code == 404
