"""What of a shipment fits onto which fulfilment orders (P60, FUL-6, FUL-7, FUL-13; api.md, Shipments)."""

from collections.abc import Sequence

import pytest

from app.domain.shipment_fitting import MOST_LINES, ErpLocations, Fitting, Wanted, fit
from app.domain.shipment_sights import SeenFulfilmentOrder
from app.domain.shipments import NotSent
from tests.unit.domain.shipping_sights import HERE, MAPPED, THERE, held, seen_order, wanted

OURS, THEIRS = "Our warehouse", "Their warehouse"


def fitted(
    lines: Sequence[Wanted],
    *seen: SeenFulfilmentOrder,
    locations: ErpLocations = MAPPED,
    own_service: str | None = None,
) -> Fitting:
    return fit(lines, seen, locations=locations, own_service=own_service)


def sent(fitting: Fitting) -> list[list[tuple[str, str, int]]]:
    """By fulfilment: fulfilment order, order line, pieces."""
    return [[(part.fulfilment_order_id, part.line_id, part.quantity) for part in each] for each in fitting.fulfilments]


def reasons(fitting: Fitting) -> dict[int, NotSent]:
    return {index: misfit.reason for index, misfit in fitting.misfits.items()}


def test_what_is_open_is_sent_by_the_fulfilment_order_that_has_it() -> None:
    found = fitted([wanted(0, 2)], seen_order(10, {"1": 3}))

    assert sent(found) == [[("10", "1", 2)]]
    assert not found.misfits


def test_a_line_takes_from_several_fulfilment_orders_in_their_order() -> None:
    found = fitted([wanted(0, 4)], seen_order(10, {"1": 3}), seen_order(11, {"1": 3}))

    assert sent(found) == [[("10", "1", 3), ("11", "1", 1)]]


def test_two_locations_are_two_fulfilments() -> None:
    found = fitted([wanted(0, 4)], seen_order(10, {"1": 3}), seen_order(11, {"1": 3}, location_id=THERE))

    assert sent(found) == [[("10", "1", 3)], [("11", "1", 1)]]


def test_fulfilment_orders_of_a_deleted_location_go_one_by_one() -> None:
    gone = [seen_order(number, {"1": 1}, location_id=None) for number in (10, 11)]

    assert sent(fitted([wanted(0, 2)], *gone)) == [[("10", "1", 1)], [("11", "1", 1)]]


def test_the_location_that_the_erp_names_is_emptied_first() -> None:
    seen = seen_order(10, {"1": 3}), seen_order(11, {"1": 3}, location_id=THERE)

    assert sent(fitted([wanted(0, 2, location="RED")], *seen)) == [[("11", "1", 2)]]
    assert sent(fitted([wanted(0, 4, location="red")], *seen)) == [[("10", "1", 1)], [("11", "1", 3)]]


def test_a_fulfilment_has_250_lines_at_most() -> None:
    left = {str(line): 1 for line in range(1, 302)}
    found = fitted([wanted(place, 1, line) for place, line in enumerate(left)], seen_order(10, left))

    assert [len(each) for each in sent(found)] == [MOST_LINES, 51]
    assert len({part.line_id for each in found.fulfilments for part in each}) == 301


def test_more_than_is_open_is_not_sent_and_the_other_lines_are() -> None:
    found = fitted([wanted(0, 4), wanted(1, 1, "2")], seen_order(10, {"1": 3, "2": 1}))

    assert reasons(found) == {0: NotSent.QUANTITY_EXCEEDS_OPEN}
    assert found.misfits[0].detail == "4 were shipped, 3 are open at Shopify."
    assert sent(found) == [[("10", "2", 1)]]


def test_two_lines_of_a_shipment_share_what_is_open_of_an_order_line() -> None:
    found = fitted([wanted(0, 2), wanted(1, 2), wanted(2, 1)], seen_order(10, {"1": 3}))

    assert reasons(found) == {1: NotSent.QUANTITY_EXCEEDS_OPEN}
    [[part]] = found.fulfilments
    assert [(share.index, share.quantity) for share in part.shares] == [(0, 2), (2, 1)]


def test_a_line_of_the_order_is_filled_before_an_item_that_may_be_on_others() -> None:
    found = fitted([wanted(0, 1, "1", "2"), wanted(1, 1)], seen_order(10, {"1": 1, "2": 1}))

    assert sent(found) == [[("10", "1", 1), ("10", "2", 1)]]
    assert not found.misfits


def test_an_item_is_taken_from_the_location_that_the_erp_names_on_whatever_line_it_is() -> None:
    seen = seen_order(10, {"1": 1}), seen_order(11, {"2": 1}, location_id=THERE)

    assert sent(fitted([wanted(0, 1, "1", "2", location="RED")], *seen)) == [[("11", "2", 1)]]


def test_an_item_on_several_order_lines_fills_them_in_their_order() -> None:
    found = fitted([wanted(0, 3, "2", "1")], seen_order(10, {"1": 2, "2": 2}))

    assert sorted(sent(found)[0]) == [("10", "1", 1), ("10", "2", 2)]


@pytest.mark.parametrize("status", ["on_hold", "scheduled", "cancelled", "closed", "incomplete"])
def test_a_fulfilment_order_that_takes_no_shipment_has_nothing_open(status: str) -> None:
    found = fitted([wanted(0, 1)], held(10, {"1": 3}, status))

    assert reasons(found) == {0: NotSent.NOTHING_OPEN}
    assert sent(found) == []


def test_what_is_on_hold_is_told_and_does_not_count_as_open() -> None:
    found = fitted([wanted(0, 2)], held(10, {"1": 3}), seen_order(11, {"1": 1}))

    assert reasons(found) == {0: NotSent.QUANTITY_EXCEEDS_OPEN}
    assert "3 stand in fulfilment order 10, which is on hold." in found.misfits[0].detail


def test_a_third_partys_fulfilment_order_is_left_alone() -> None:
    found = fitted([wanted(0, 1)], seen_order(10, {"1": 3}, service_name=THEIRS), own_service=OURS)

    assert reasons(found) == {0: NotSent.THIRD_PARTY_LOCATION}
    assert THEIRS in found.misfits[0].detail


def test_a_request_to_our_own_service_is_accepted_first() -> None:
    ours = seen_order(10, {"1": 3}, service_name=OURS, request_status="submitted", actions=frozenset())

    found = fitted([wanted(0, 1)], ours, own_service=OURS.upper())

    assert (found.to_accept, sent(found)) == (("10",), [[("10", "1", 1)]])


def test_our_own_service_ships_nothing_that_nobody_asked_it_for() -> None:
    ours = seen_order(10, {"1": 3}, service_name=OURS, actions=frozenset({"request_fulfillment"}))

    assert reasons(fitted([wanted(0, 1)], ours, own_service=OURS)) == {0: NotSent.NOTHING_OPEN}


@pytest.mark.parametrize(
    ("code", "locations", "refused"),
    [
        ("GREEN", MAPPED, True),
        ("Blue", MAPPED, False),
        ("", MAPPED, True),
        ("", ErpLocations(by_code={"blue": frozenset({HERE})}, blank=frozenset({THERE})), False),
        ("", ErpLocations(by_code={}, blank=frozenset()), False),
        (None, MAPPED, False),
    ],
    ids=["on no mapping", "in any case", "blank, all mapped", "blank, one is blank", "blank, none kept", "not said"],
)
def test_a_location_is_checked_when_it_is_said(code: str | None, locations: ErpLocations, refused: bool) -> None:
    found = fitted([wanted(0, 1, location=code)], seen_order(10, {"1": 3}), locations=locations)

    assert reasons(found) == ({0: NotSent.LOCATION_UNMAPPED} if refused else {})


def test_a_line_on_no_order_line_is_named_so() -> None:
    nowhere = Wanted(index=0, line_ids=(), quantity=1, location_code="GREEN")

    assert reasons(fitted([nowhere], seen_order(10, {"1": 3}))) == {0: NotSent.NOT_ON_ORDER}
