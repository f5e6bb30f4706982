"""Until when a version of Shopify's interface is supported (B14)."""

from datetime import date

import pytest

from app.adapters.shopify.endpoints import API_VERSION
from app.domain.api_versions import supported_until


@pytest.mark.parametrize(
    ("version", "last"),
    [
        ("2026-10", date(2027, 10, 16)),
        ("2027-01", date(2028, 1, 16)),
        ("unstable", None),
        ("2026-13", None),
        ("2026-", None),
        ("", None),
    ],
)
def test_a_version_is_supported_for_a_year_and_a_fortnight_and_a_name_that_is_none_for_no_time_known(
    version: str, last: date | None
) -> None:
    assert supported_until(version) == last


def test_the_end_of_the_version_that_we_speak_is_known() -> None:
    assert supported_until(API_VERSION) is not None
