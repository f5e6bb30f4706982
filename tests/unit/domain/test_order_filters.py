"""P11: which orders pass a filter, and which shop claims an order."""

from typing import Any

import pytest

from app.domain.identifiers import ShopId
from app.domain.order_filters import ImportAction, claiming_shop, matches, risk_level
from app.domain.orders import Attribute, Channel, Order, Risk
from app.domain.shop_settings import OrderFilters
from tests.builders import address, order, tax, totals

ORDER = order(
    name="#1001",
    financial_status="paid",
    fulfilment_status="unfulfilled",
    channel=Channel(handle="pos", name="Point of Sale"),
    tags=("VIP", "Gift"),
    risks=(Risk(level="low"), Risk(level="medium")),
    attributes=(Attribute(key="gift", value="yes"),),
    ship_to_address=address(country_code="NL"),
    sell_to_address=address(country_code="DE"),
    bill_to_address=address(country_code="BE"),
    totals=totals("100.00", tax="19.00"),
    tax_lines=(tax(channel_liable=True),),
)


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ({}, True),
        ({"financial_status": {"in": ["PAID", "pending"]}}, True),
        ({"financial_status": {"in": ["pending"]}}, False),
        ({"financial_status": {"not_in": ["paid"]}}, False),
        ({"financial_status": {"in": ["paid"], "not_in": []}}, True),
        ({"financial_status": {"in": []}}, True),
        ({"fulfilment_status": {"in": ["Unfulfilled"]}}, True),
        ({"channel": {"in": ["POS"]}}, True),
        ({"channel": {"not_in": ["pos"]}}, False),
        ({"tags": {"contains": ["vip"]}}, True),
        ({"tags": {"contains": ["vip", "other"]}}, False),
        ({"tags": {"not_contains": ["gift"]}}, False),
        ({"tags": {"contains": ["vip"], "not_contains": ["other"]}}, True),
        ({"risk": {"in": ["medium"]}}, True),
        ({"risk": {"in": ["low"]}}, False),
        ({"test": False}, True),
        ({"test": True}, False),
        ({"confirmed": True}, True),
        ({"confirmed": False}, False),
        ({"ship_to_country": {"in": ["nl"]}}, True),
        ({"sell_to_country": {"in": ["NL"]}}, False),
        ({"bill_to_country": {"not_in": ["NL"]}}, True),
        ({"total": {"min": "100", "max": "100.00"}}, True),
        ({"total": {"min": "100.01"}}, False),
        ({"total": {"max": "99.99"}}, False),
        ({"tax": {"max": "19"}}, True),
        ({"attribute": {"has": ["Gift"]}}, True),
        ({"attribute": {"has_not": ["gift"]}}, False),
        ({"name": {"in": ["#1001"]}}, True),
        ({"name": {"not_in": ["#1001"]}}, False),
        ({"channel_liable": True}, True),
        ({"channel_liable": False}, False),
        ({"tags": {"contains": ["vip"]}, "test": True}, False),
    ],
)
def test_an_order_passes_when_everything_that_is_given_holds(rule: dict[str, Any], passes: bool) -> None:
    assert matches(ORDER, OrderFilters(**rule)) is passes


UNKNOWN = order(financial_status=None, ship_to_address=None, source_name="")


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ({"financial_status": {"in": ["paid"]}}, False),
        ({"financial_status": {"not_in": ["paid"]}}, True),
        ({"ship_to_country": {"in": ["NL"]}}, False),
        ({"ship_to_country": {"not_in": ["NL"]}}, True),
        ({"channel": {"in": ["web"]}}, False),
        ({"channel": {"not_in": ["pos"]}}, True),
    ],
)
def test_what_is_unknown_is_never_in_and_never_excluded(rule: dict[str, Any], passes: bool) -> None:
    assert matches(UNKNOWN, OrderFilters(**rule)) is passes


def test_without_a_channel_the_source_name_is_asked() -> None:
    assert matches(order(source_name="web"), OrderFilters(channel={"in": ["WEB"]}))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((), "none"), (("low", "high", "medium"), "high"), (("none", "low"), "low"), (("pending",), "pending")],
)
def test_the_risk_of_an_order_is_its_highest(levels: tuple[str, ...], expected: str) -> None:
    assert risk_level(order(risks=tuple(Risk(level=level) for level in levels))) == expected


def test_the_action_is_asked_of_runs_and_left_out_of_claims() -> None:
    new_only = OrderFilters(action="new")
    assert matches(ORDER, new_only, action=ImportAction.NEW)
    assert not matches(ORDER, new_only, action=ImportAction.UPDATE)
    assert claiming_shop(ORDER, [(ShopId("sho_1"), new_only)]) == "sho_1"


@pytest.mark.parametrize(
    ("made", "shop"),
    [
        (order(source_name="pos"), "sho_pos"),
        (order(source_name="web"), "sho_web"),
        (order(source_name="web", test=True), None),
    ],
)
def test_the_first_shop_in_order_of_creation_whose_filters_hold_claims_the_order(made: Order, shop: str | None) -> None:
    """1.16, 1.17: the web/POS split; what no shop matches stays unclaimed."""
    shops = [
        (ShopId("sho_pos"), OrderFilters(channel={"in": ["pos"]})),
        (ShopId("sho_web"), OrderFilters(test=False)),
        (ShopId("sho_late"), OrderFilters(test=False)),
    ]
    assert claiming_shop(made, shops) == shop
