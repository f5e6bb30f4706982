"""Tax lines of an order: what a rate yields on an amount, in or out of the price, and their sum by rate and title.

Shopify rounds every tax line of every order line for itself and adds the rounded amounts up (`Order.taxLines` are
"summed by rate + title"); so the header tax is always the sum of the lines. Knows no countries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.store_simulator.orders.markets import TaxRate
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject

_MILLIONTHS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Whether a channel remits the taxes of an order, as `channelLiable` says it: unknown is null."""

    first: bool | None = False
    """Of the first tax of every line."""
    others: bool | None = False
    """Of every other tax, and those on charges, duties and fees."""

    @property
    def beside_lines(self) -> "Liability":
        """The same for what is no line."""
        return Liability(first=self.others, others=self.others)


SHOPS_OWN = Liability()


def tax_amounts(net: Amounts, rates: Sequence[float], *, included: bool) -> list[Amounts]:
    """The tax of each rate on an amount after discounts; taken out of it when prices include taxes."""
    parts = [round(rate * _MILLIONTHS) for rate in rates]
    whole = _MILLIONTHS + (sum(parts) if included else 0)
    return [net.portion(part, whole) for part in parts]


def tax_lines(
    net: Amounts,
    rates: Sequence[TaxRate],
    currencies: Currencies,
    *,
    included: bool,
    liability: Liability = SHOPS_OWN,
    source: str = "Shopify",
) -> list[JsonObject]:
    """The tax lines of one order line or charge."""
    amounts = tax_amounts(net, [rate.rate for rate in rates], included=included)
    return [
        tax_line(
            rate.title,
            rate.rate,
            amount,
            currencies,
            channel_liable=liability.others if place else liability.first,
            source=source,
        )
        for place, (rate, amount) in enumerate(zip(rates, amounts, strict=True))
    ]


def tax_line(
    title: str,
    rate: float | None,
    amount: Amounts,
    currencies: Currencies,
    *,
    channel_liable: bool | None,
    source: str | None,
) -> JsonObject:
    """One tax line in Shopify's fields."""
    return {
        "title": title,
        "rate": rate,
        "ratePercentage": None if rate is None else round(rate * 100, 6),
        "source": source,
        "channelLiable": channel_liable,
        "priceSet": currencies.bag(amount),
    }


def recomputed(lines: Sequence[JsonObject], old: Amounts, new: Amounts, order: JsonObject) -> list[JsonObject]:
    """The tax lines after the taxed amount moved from `old` to `new`: by their rates, without a rate in proportion."""
    currencies = Currencies.of(order)
    rates = [line.get("rate") for line in lines]
    if all(rate is not None for rate in rates):
        known = [float(rate) for rate in rates if rate is not None]
        amounts = tax_amounts(new, known, included=bool(order.get("taxesIncluded")))
    else:
        amounts = [_in_proportion(currencies.read(line["priceSet"]), old, new) for line in lines]
    return [{**line, "priceSet": currencies.bag(amount)} for line, amount in zip(lines, amounts, strict=True)]


def _in_proportion(tax: Amounts, old: Amounts, new: Amounts) -> Amounts:
    return Amounts(tax.portion(new.shop, old.shop).shop, tax.portion(new.presentment, old.presentment).presentment)


def summed(lines: Iterable[JsonObject], currencies: Currencies) -> list[JsonObject]:
    """Tax lines of the whole order: one for each title and rate, in the order of first appearance."""
    first: dict[tuple[str, float | None], JsonObject] = {}
    sums: dict[tuple[str, float | None], Amounts] = {}
    for line in lines:
        key = (line.get("title", ""), line.get("rate"))
        first.setdefault(key, line)
        sums[key] = sums.get(key, ZERO) + currencies.read(line["priceSet"])
    return [{**line, "priceSet": currencies.bag(sums[key])} for key, line in first.items()]
