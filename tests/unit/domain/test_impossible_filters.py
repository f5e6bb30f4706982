"""P11: filters by which nothing can come in are told; empty lists and what leaves something are fine."""

from typing import Any

import pytest

from app.domain.impossible_filters import impossible_filters


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"total": {"min": "10.01", "max": "10"}}, ("min", "max")),
        ({"tax": {"min": "0", "max": "-0.01"}}, ("min", "max")),
        ({"channel": {"in": ["pos"], "not_in": ["POS "]}}, ("in", "not_in")),
        ({"name": {"in": ["#1", "#2"], "not_in": ["#2", "#3", "#1"]}}, ("in", "not_in")),
        ({"tags": {"contains": ["gift", "vip"], "not_contains": ["VIP"]}}, ("contains", "not_contains")),
        ({"attribute": {"has": ["gift"], "has_not": ["gift"]}}, ("has", "has_not")),
    ],
)
def test_a_filter_that_no_order_can_pass_is_told_with_both_its_keys(
    filters: dict[str, Any], keys: tuple[str, str]
) -> None:
    [found] = impossible_filters(filters)

    assert (found.name, found.keys) == (next(iter(filters)), keys)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"total": None, "channel": {}},
        {"total": {"min": "10", "max": "10.00"}},
        {"total": {"max": "-1"}, "tax": {"min": "5"}},
        {"channel": {"in": [], "not_in": []}},
        {"channel": {"in": [], "not_in": ["pos"]}, "risk": {"in": ["low"], "not_in": None}},
        {"name": {"in": ["#1", "#2"], "not_in": ["#2"]}},
        {"tags": {"contains": ["gift"], "not_contains": ["vip"]}},
        {"test": False, "action": "new"},
    ],
)
def test_a_filter_that_leaves_something_is_fine(filters: dict[str, Any]) -> None:
    assert list(impossible_filters(filters)) == []


def test_what_excludes_each_other_is_named() -> None:
    [found] = impossible_filters({"tags": {"contains": ["gift", "vip"], "not_contains": ["VIP"]}})

    assert found.detail == "No order passes tags: contains asks for what not_contains excludes (vip)."
