"""Exact money in two currencies: what an amount is, how it is written into a MoneyBag and shared out to the minor unit.

Every amount of an order exists twice at Shopify, in the shop's and in the customer's currency (`MoneyBag`); both are
counted here as whole minor units, so nothing is ever rounded by accident. Knows nothing of orders, taxes or discounts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

_WITHOUT_DECIMALS = (
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
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_SCALES = {**dict.fromkeys(_WITHOUT_DECIMALS, 0), **dict.fromkeys(_THREE_DECIMALS, 3)}

_EUROS_TO: dict[str, Decimal] = {
    "EUR": Decimal(1),
    "USD": Decimal("1.0835"),
    "GBP": Decimal("0.8471"),
    "CHF": Decimal("0.9512"),
    "CAD": Decimal("1.4876"),
    "JPY": Decimal("161.37"),
    "KWD": Decimal("0.3327"),
    "AUD": Decimal("1.6541"),
    "CZK": Decimal("24.62"),
    "DKK": Decimal("7.4604"),
    "NOK": Decimal("11.69"),
    "PLN": Decimal("4.2538"),
    "SEK": Decimal("11.14"),
}


def euros_to(currency: str) -> Decimal:
    """What one euro is worth; only a plausible ratio between the currencies of generated orders, 1 where unknown."""
    return _EUROS_TO.get(currency, Decimal(1))


def scale_of(currency: str) -> int:
    """Number of decimals of a currency (ISO 4217): JPY 0, KWD 3, most 2."""
    return _SCALES.get(currency, 2)


def to_minor(amount: str | float | Decimal, currency: str) -> int:
    """Whole minor units of a decimal amount; half up where the text has more decimals than the currency."""
    scale = scale_of(currency)
    if isinstance(amount, str):
        whole, _, fraction = amount.partition(".")
        if len(fraction) == scale and whole.isdecimal() and (fraction or "0").isdecimal():
            return int(whole + fraction)
    return int(Decimal(str(amount)).scaleb(scale).to_integral_value(ROUND_HALF_UP))


def to_text(minor: int, currency: str) -> str:
    """The amount as Shopify's decimal text, at the currency's scale."""
    scale = scale_of(currency)
    if not scale:
        return str(minor)
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    whole, fraction = divmod(digits, 10**scale)
    return f"{sign}{whole}.{fraction:0{scale}d}"


def portion(amount: int, part: int, whole: int) -> int:
    """The part of an amount that falls on `part` of `whole`, rounded half up away from zero."""
    if whole == 0:
        return 0
    numerator = amount * part
    rounded = (2 * abs(numerator) + whole) // (2 * whole)
    return rounded if numerator >= 0 else -rounded


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total by weights so that the shares add up exactly; odd units go to the largest remainders.

    Shopify leaves the odd cents of an order discount on single lines in the same way; which line is not documented.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    short = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:short]:
        shares[i] += 1
    return shares


@dataclass(frozen=True, slots=True)
class Amounts:
    """One amount in minor units of the shop's and of the customer's currency."""

    shop: int
    presentment: int

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.shop + other.shop, self.presentment + other.presentment)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.shop - other.shop, self.presentment - other.presentment)

    def __mul__(self, factor: int) -> "Amounts":
        return Amounts(self.shop * factor, self.presentment * factor)

    def __neg__(self) -> "Amounts":
        return Amounts(-self.shop, -self.presentment)

    def __bool__(self) -> bool:
        return bool(self.shop or self.presentment)

    def portion(self, part: int, whole: int) -> "Amounts":
        """The part of both amounts that falls on `part` of `whole`, each rounded for itself."""
        return Amounts(portion(self.shop, part, whole), portion(self.presentment, part, whole))

    def at_most(self, other: "Amounts") -> "Amounts":
        """The smaller amount in each currency."""
        return Amounts(min(self.shop, other.shop), min(self.presentment, other.presentment))


ZERO = Amounts(0, 0)


def total(amounts: Iterable[Amounts]) -> Amounts:
    """The sum in both currencies."""
    shop = presentment = 0
    for amount in amounts:
        shop += amount.shop
        presentment += amount.presentment
    return Amounts(shop, presentment)


def allocate_amounts(amount: Amounts, weights: Sequence[Amounts]) -> list[Amounts]:
    """Share an amount out in each currency for itself, by the weights of that currency."""
    shop = allocate(amount.shop, [weight.shop for weight in weights])
    presentment = allocate(amount.presentment, [weight.presentment for weight in weights])
    return [Amounts(a, b) for a, b in zip(shop, presentment, strict=True)]


class Currencies:
    """The two currencies of one order; reads and writes its MoneyBags.

    Bags written by one instance are shared where amounts are equal, so a bag in the state is replaced, never changed.
    """

    __slots__ = ("_known", "_written", "presentment", "shop")

    def __init__(self, shop: str, presentment: str) -> None:
        self.shop = shop
        self.presentment = presentment
        self._written: dict[tuple[int, int], JsonObject] = {}
        self._known: dict[int, Amounts] = {}

    @classmethod
    def of(cls, order: JsonObject) -> "Currencies":
        """The currencies of an order in the state."""
        shop = order.get("currencyCode") or "EUR"
        return cls(shop, order.get("presentmentCurrencyCode") or shop)

    def bag(self, amounts: Amounts) -> JsonObject:
        """Write a MoneyBag."""
        key = (amounts.shop, amounts.presentment)
        bag = self._written.get(key)
        if bag is None:
            bag = {
                "shopMoney": {"amount": to_text(amounts.shop, self.shop), "currencyCode": self.shop},
                "presentmentMoney": {
                    "amount": to_text(amounts.presentment, self.presentment),
                    "currencyCode": self.presentment,
                },
            }
            self._written[key] = bag
            self._known[id(bag)] = amounts
        return bag

    def read(self, bag: JsonObject | None) -> Amounts:
        """Read a MoneyBag; none is zero, a missing presentment amount is the shop amount."""
        if not bag:
            return ZERO
        known = self._known.get(id(bag))
        if known is not None:
            return known
        shop = bag["shopMoney"]["amount"]
        presentment = (bag.get("presentmentMoney") or bag["shopMoney"])["amount"]
        return Amounts(to_minor(shop, self.shop), to_minor(presentment, self.presentment))

    def convert(self, shop_minor: int) -> Amounts:
        """An amount in shop currency with its counterpart at the plausible rate."""
        if self.shop == self.presentment:
            return Amounts(shop_minor, shop_minor)
        rate = euros_to(self.presentment) / euros_to(self.shop)
        amount = Decimal(shop_minor).scaleb(-scale_of(self.shop)) * rate
        return Amounts(shop_minor, to_minor(amount, self.presentment))
