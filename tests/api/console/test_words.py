"""How the console says things: where a problem is mended, what a cue asks for, money, days, rights, and the plot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app.api.console.forms import whole
from app.api.console.labels import CUES, SHIPMENT_REMEDIES, TASKS
from app.api.console.mending import place_of
from app.api.console.plot import plotted
from app.api.console.rendering import instant, money, rights
from app.api.console.sessions import Said, keep_said
from app.domain.access import Scope
from app.domain.activities import Cue
from app.domain.problems import ProblemCode
from app.domain.shipments import NotSent
from app.services.tasks import TaskName

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_leads_to_where_it_is_mended(code: ProblemCode) -> None:
    place = place_of({"code": code.value, "pointer": "/lines/11804/item_no"}, "ord_1", "web")

    assert place is not None
    assert place.address.startswith(("/console/orders/ord_1#", "/console/shops/web/", "/console/currency-mappings"))


def test_a_setting_that_is_missing_is_led_to_itself_and_a_later_code_nowhere() -> None:
    tips = place_of({"code": "account_missing", "pointer": "/settings/accounts/tips"}, "ord_1", "web")

    assert tips is not None
    assert tips.address == "/console/shops/web/settings#f-accounts-tips"
    assert place_of({"code": "of_a_later_release", "pointer": ""}, "ord_1", "web") is None


def test_a_day_is_as_high_as_its_orders_are_many_and_tells_what_differs() -> None:
    def day(date: str, there: int, here: int) -> dict[str, Any]:
        return {
            "date": date,
            "complete": there == here,
            "orders": {"shopify": {"count": there}, "here": {"count": here}},
            "differences": ["x"] * (there - here),
        }

    plot = plotted([day("2026-01-14", 10, 10), day("2026-01-15", 5, 4)])

    full, half = plot.bars
    assert (full.there, full.here) == (plot.floor - plot.top, plot.floor - plot.top)
    assert half.there == full.there / 2
    assert half.tells == "2026-01-15: 5 at Shopify, 4 here, 1 differ"
    assert plotted([]).bars == []


def test_every_cue_task_and_reason_of_a_shipment_is_said_in_words() -> None:
    assert set(CUES) == set(Cue)
    assert set(TASKS) == set(TaskName)
    assert set(SHIPMENT_REMEDIES) == set(NotSent)


@pytest.mark.parametrize(
    ("presentment", "told"), [("USD", "12.50 EUR (13.10 USD)"), ("EUR", "12.50 EUR"), (None, "12.50 EUR")]
)
def test_money_is_told_with_its_currency_and_the_buyers_where_it_is_another(presentment: str | None, told: str) -> None:
    assert money({"shop": "12.50", "presentment": "13.10"}, "EUR", presentment) == told


def test_money_of_which_no_currency_is_known_is_the_shops_alone() -> None:
    assert money({"shop": "12.50", "presentment": "13.10"}) == "12.50"


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(days=13), "13 d ago"),
        (timedelta(days=14), "2026-01-06"),
    ],
    ids=["now", "minutes", "days", "long"],
)
def test_what_is_long_ago_is_told_by_its_day(ago: timedelta, told: str) -> None:
    assert f">{told}<" in instant((NOW - ago).isoformat(), NOW)


def test_scopes_are_told_as_what_may_be_seen_and_changed() -> None:
    assert rights(["orders:read", "orders:write", "events:read"]) == "see and change orders; see events"
    assert rights([scope.value for scope in Scope]) == "everything"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("12", 12), ("-3", -3), ("--3", "--3"), ("1_000", "1_000"), ("9" * 5000, "9" * 5000), ("x", "x")],
)
def test_a_number_is_what_could_be_one(typed: str, meant: object) -> None:
    assert whole(typed) == meant


def test_what_is_said_next_fits_a_cookie_in_any_writing() -> None:
    asked = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "server": ("console", 80)})
    answer = Response()

    keep_said(asked, answer, Said(good=False, sentences=["请" * 1500]), key=b"k")

    assert len(answer.headers["set-cookie"]) < 4096
