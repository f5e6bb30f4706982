"""P10: what an app without the scope for all orders does not see is said, and only then."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.order_reach import out_of_reach

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BARELY = timedelta(days=60)
SCOPES = frozenset({"read_orders"})


def test_older_orders_than_the_app_may_see_are_told_with_the_day_and_the_remedy() -> None:
    told = out_of_reach(NOW - BARELY - timedelta(seconds=1), granted=SCOPES, now=NOW)

    assert told is not None
    assert "read_all_orders" in told
    assert "created before 2026-01-01" in told
    assert out_of_reach(None, granted=SCOPES, now=NOW) == told


@pytest.mark.parametrize(
    ("asked_from", "granted"),
    [(NOW - BARELY, SCOPES), (NOW, SCOPES), (None, SCOPES | {"read_all_orders"}), (None, None)],
)
def test_what_the_app_sees_or_what_is_not_known_is_not_complained_of(
    asked_from: datetime | None, granted: frozenset[str] | None
) -> None:
    assert out_of_reach(asked_from, granted=granted, now=NOW) is None
