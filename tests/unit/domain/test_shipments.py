"""Where a shipment stands, and how we know our own fulfilment again (api.md, Shipments; B6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.fulfilment_orders import FulfilmentOrder, FulfilmentOrderLine
from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import Part, Share
from app.domain.shipment_sights import SeenFulfilment
from app.domain.shipment_traces import left_open, open_at, recognised
from app.domain.shipments import LineResult, NotSent, ShipmentLine, ShipmentState, reason_of, state_of
from app.domain.shipping_agents import ShippingAgent
from tests.unit.domain.shipping_sights import HERE, seen_order

BEGUN = datetime(2026, 1, 20, 10, 0, tzinfo=UTC)
SENT = LineResult(quantity_sent=2)
PART = LineResult(quantity_sent=1, reason=NotSent.REFUSED_BY_SHOPIFY)


def not_sent(reason: NotSent) -> LineResult:
    return LineResult(reason=reason)


@pytest.mark.parametrize(
    ("results", "state", "reason"),
    [
        ([SENT, SENT], ShipmentState.SYNCHRONISED, None),
        ([SENT, not_sent(NotSent.NOT_ON_ORDER)], ShipmentState.SYNCHRONISED, NotSent.NOT_ON_ORDER),
        ([SENT, not_sent(NotSent.NOTHING_OPEN)], ShipmentState.PARTIALLY, NotSent.NOTHING_OPEN),
        ([PART], ShipmentState.PARTIALLY, NotSent.REFUSED_BY_SHOPIFY),
        ([not_sent(NotSent.NOTHING_OPEN)] * 2, ShipmentState.SKIPPED, NotSent.NOTHING_OPEN),
        (
            [not_sent(NotSent.NOT_ON_ORDER), not_sent(NotSent.THIRD_PARTY_LOCATION)],
            ShipmentState.SKIPPED,
            NotSent.THIRD_PARTY_LOCATION,
        ),
        ([not_sent(NotSent.NOT_ON_ORDER)], ShipmentState.SKIPPED, NotSent.NOT_ON_ORDER),
        (
            [not_sent(NotSent.NOTHING_OPEN), not_sent(NotSent.LOCATION_UNMAPPED)],
            ShipmentState.FAILED,
            NotSent.LOCATION_UNMAPPED,
        ),
        ([not_sent(NotSent.QUANTITY_EXCEEDS_OPEN)], ShipmentState.FAILED, NotSent.QUANTITY_EXCEEDS_OPEN),
    ],
)
def test_the_state_follows_from_the_lines(
    results: list[LineResult], state: ShipmentState, reason: NotSent | None
) -> None:
    lines = [ShipmentLine(quantity=2)] * len(results)

    assert state_of(lines, results) is state
    telling = reason_of(results)
    assert (telling.reason if telling else None) == reason


def part(line: str, quantity: int) -> Part:
    return Part(
        fulfilment_order_id=ShopifyId("10"),
        fulfilment_order_line_id=ShopifyId(f"1000{line}"),
        line_id=ShopifyId(line),
        shares=(Share(index=0, quantity=quantity),),
    )


def recorded(number: int = 1, **fields: Any) -> SeenFulfilment:
    usual: dict[str, Any] = {
        "shopify_id": ShopifyId(str(number)),
        "status": "success",
        "created_at": BEGUN + timedelta(seconds=1),
        "tracking_numbers": ("T1",),
        "quantities": ((ShopifyId("1"), 2), (ShopifyId("2"), 1)),
    }
    return SeenFulfilment(**(usual | fields))


def found(
    *fulfilments: SeenFulfilment, known: frozenset[ShopifyId] = frozenset(), looked_at: datetime | None = None
) -> str | None:
    parts = [part("1", 1), part("2", 1), part("1", 1)]
    each = recognised(
        fulfilments,
        parts=parts,
        tracking_numbers=["T1 "],
        begun_at=BEGUN,
        looked_at=looked_at,
        known=known,
    )
    return each.shopify_id if each else None


def test_our_fulfilment_is_known_again_by_its_pieces_and_numbers() -> None:
    assert found(recorded(7)) == "7"
    assert found(recorded(7, created_at=BEGUN - timedelta(minutes=11))) == "7", "a clock of ours ten minutes ahead"
    assert found(recorded(10), recorded(9)) == "9"


@pytest.mark.parametrize(
    "other",
    [
        {"status": "cancelled"},
        {"tracking_numbers": ()},
        {"tracking_numbers": ("T1", "T2")},
        {"quantities": ((ShopifyId("1"), 2),)},
        {"quantities": ((ShopifyId("1"), 3), (ShopifyId("2"), 1))},
        {"created_at": BEGUN - timedelta(minutes=16)},
    ],
    ids=["cancelled", "without numbers", "more numbers", "fewer lines", "more pieces", "from before"],
)
def test_another_fulfilment_is_not_taken_for_ours(other: dict[str, Any]) -> None:
    assert found(recorded(7, **other)) is None


def test_what_was_there_before_we_looked_is_not_taken_for_ours_whatever_our_clock_says() -> None:
    before = recorded(7, created_at=BEGUN - timedelta(minutes=5))
    looked = BEGUN - timedelta(minutes=4)

    assert found(before, looked_at=looked) is None
    assert found(before, recorded(8, created_at=looked), looked_at=looked) == "8"
    assert found(before, looked_at=BEGUN - timedelta(minutes=5, seconds=30)) == "7"


def test_what_another_shipment_left_is_not_taken_for_ours() -> None:
    assert found(recorded(7), known=frozenset({ShopifyId("7")})) is None


def test_what_was_seen_and_the_copy_of_it_tell_the_same_of_what_is_open() -> None:
    seen = seen_order(10, {"1": 3, "2": 0}, request_status="unsubmitted")
    copy = FulfilmentOrder(
        shopify_id=ShopifyId("10"),
        status="open",
        request_status="unsubmitted",
        location_id=HERE,
        lines=(
            FulfilmentOrderLine(
                shopify_id=ShopifyId("10001"), line_id=ShopifyId("1"), total_quantity=9, remaining_quantity=3
            ),
        ),
    )

    assert open_at([seen]) == open_at([copy])
    assert open_at([seen]) == open_at([seen_order(10, {"1": 3}, status="in_progress", request_status="unsubmitted")])
    assert open_at([seen]) != open_at([seen_order(10, {"1": 3}, status="on_hold")])
    assert open_at([seen]) != open_at([seen_order(11, {"1": 3})])


def test_what_was_sent_is_open_no_more() -> None:
    [after] = left_open([seen_order(10, {"1": 3})], [part("1", 2), part("1", 1)], accepted={ShopifyId("10")})

    assert (after.lines[0].remaining_quantity, after.request_status) == (0, "accepted")


@pytest.mark.parametrize(
    ("agent", "company", "address"),
    [
        (ShippingAgent(code="DHL"), "DHL", None),
        (ShippingAgent(code="DHL", name="DHL Freight"), "DHL Freight", None),
        (
            ShippingAgent(
                code="DHL",
                name="x",
                tracking_company="DHL Express",
                tracking_url_template="https://t.example/{number}/x",
            ),
            "DHL Express",
            "https://t.example/A%2FB%20%26/x",
        ),
    ],
)
def test_the_buyer_is_told_the_company_by_its_best_name(
    agent: ShippingAgent, company: str, address: str | None
) -> None:
    assert (agent.company, agent.address_of("A/B &")) == (company, address)
