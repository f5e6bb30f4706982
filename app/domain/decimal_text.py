"""How amounts, quantities and rates are written as texts, for people and for programs.

Plain notation, never an exponent, no minus before zero. What the numbers mean is not known here.
"""

from decimal import Decimal

RATE_DIGITS = 6


def plain(value: Decimal, digits: int = 0) -> str:
    """The number with at least ``digits`` decimals; finer digits stay unless they are zeros.

    ``plain(Decimal("1E+1"), 2)`` is ``"10.00"``, ``plain(Decimal("2.500"))`` is ``"2.5"``.
    """
    text = f"{value:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    text = f"{whole}.{fraction}" if fraction else whole
    return text if value else text.lstrip("-")


def rate(value: Decimal) -> str:
    """A tax rate as a fraction with six decimals: ``"0.190000"``."""
    return plain(value, RATE_DIGITS)
