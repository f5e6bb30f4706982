"""How long Shopify supports a version of its interface: a year and a fortnight from its quarter's first day."""

from datetime import date

LAST_DAY = 16


def supported_until(version: str) -> date | None:
    """The last day of a version such as ``2026-10``; None for a name that is no quarter (``unstable``)."""
    year, dash, month = version.partition("-")
    if not dash or not (year.isdigit() and month.isdigit()) or not 1 <= int(month) <= 12:
        return None
    return date(int(year) + 1, int(month), LAST_DAY)
