"""Amounts of money: scale of a currency, rounding, and allocation to the cent.

An amount is a ``Decimal`` in major units; its currency stands beside it (one per document, two per order). Nothing here
knows exchange rates: they are the ERP's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO = Decimal(0)

_MINOR_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class CurrencyHandling(StrEnum):
    """Which money of an order a document is made of: the shop's books, or what the buyer saw."""

    SHOP = "shop"
    PRESENTMENT = "presentment"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in both currencies of an order."""

    shop: Decimal
    presentment: Decimal

    def of(self, handling: CurrencyHandling) -> Decimal:
        """The side that a document in this mode uses."""
        return self.shop if handling is CurrencyHandling.SHOP else self.presentment

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.shop + other.shop, self.presentment + other.presentment)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.shop - other.shop, self.presentment - other.presentment)

    def __neg__(self) -> "Amount":
        return Amount(-self.shop, -self.presentment)

    def __bool__(self) -> bool:
        return bool(self.shop or self.presentment)


NOTHING = Amount(ZERO, ZERO)


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum of amounts, both sides."""
    shop, presentment = ZERO, ZERO
    for amount in amounts:
        shop += amount.shop
        presentment += amount.presentment
    return Amount(shop, presentment)


def minor_digits(currency: str) -> int:
    """Decimals of an ISO 4217 currency: JPY 0, EUR 2, KWD 3."""
    return _MINOR_DIGITS.get(currency, 2)


_UNITS = tuple(Decimal(1).scaleb(-digits) for digits in range(5))


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 1 JPY, 0.01 EUR, 0.001 KWD."""
    return _UNITS[minor_digits(currency)]


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount at its currency's scale, halves away from zero as Shopify rounds."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def written(amount: Decimal, currency: str) -> str:
    """The amount as a person reads it: ``12.50 EUR``. Digits finer than the currency are shown, not rounded away."""
    shown = rounded(amount, currency)
    return f"{shown if shown == amount else amount:f} {currency}"


def allocate(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Share an amount by weight so that the shares add up to it exactly (largest remainder).

    Each share is at the currency's scale and differs from its exact value by less than one minor unit; equal
    remainders go to the earlier place. Weights of zero take nothing, unless all are zero: then they share alike.
    Weights must not be negative. An amount finer than the currency keeps its extra digits on the share with the
    largest remainder.
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be allocated to nothing")
        return []
    whole = sum(weights, ZERO)
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    unit = minor_unit(currency)
    exact = [amount * weight / whole for weight in weights]
    shares = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
    rest = amount - sum(shares, ZERO)
    step = unit if rest > 0 else -unit
    by_remainder = sorted(range(len(weights)), key=lambda place: (-abs(exact[place] - shares[place]), place))
    for place in by_remainder:
        if abs(rest) < unit:
            break
        shares[place] += step
        rest -= step
    shares[by_remainder[0]] += rest
    return shares
