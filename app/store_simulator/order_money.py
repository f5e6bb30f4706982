"""Amounts of an order in its two currencies: reading, adding, and the totals of the header.

Knows money sets and how Shopify's totals hang together; does not know the schema or the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Values = dict[str, Any]

WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
WITH_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount as the shop and as the buyer sees it."""

    shop: Decimal
    presentment: Decimal

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.shop + other.shop, self.presentment + other.presentment)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.shop - other.shop, self.presentment - other.presentment)

    def times(self, factor: Decimal | int) -> "Amount":
        return Amount(self.shop * factor, self.presentment * factor)


ZERO = Amount(Decimal(0), Decimal(0))


def total(amounts: Iterable[Amount]) -> Amount:
    result = ZERO
    for amount in amounts:
        result += amount
    return result


def text(value: Decimal, currency: str) -> str:
    digits = 0 if currency in WITHOUT_DECIMALS else 3 if currency in WITH_THREE_DECIMALS else 2
    return str(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def read(bag: Values | None) -> Amount:
    """What a money set says; a missing presentment amount counts as the same figure."""
    if not bag:
        return ZERO
    shop = Decimal((bag.get("shopMoney") or bag.get("presentmentMoney") or {}).get("amount") or 0)
    presentment = bag.get("presentmentMoney")
    return Amount(shop, Decimal(presentment["amount"]) if presentment else shop)


class OrderMoney:
    """Writes amounts into one order."""

    def __init__(self, order: Values) -> None:
        self.order = order
        self.shop_currency = str(order["currencyCode"])
        self.presentment_currency = str(order["presentmentCurrencyCode"])

    def bag(self, amount: Amount) -> Values:
        return {
            "shopMoney": {"amount": text(amount.shop, self.shop_currency), "currencyCode": self.shop_currency},
            "presentmentMoney": {
                "amount": text(amount.presentment, self.presentment_currency),
                "currencyCode": self.presentment_currency,
            },
        }

    def part(self, owner: Values, name: str, otherwise: Amount) -> Amount:
        """An amount of a part of the order: as given, else the derived one."""
        if owner.get(name) is None:
            owner[name] = self.bag(otherwise)
        else:
            self.complete(owner[name])
        return read(owner[name])

    def header(self, name: str, parts: Amount) -> Amount:
        """A total of the header: as given, its presentment side being the sum of its parts.

        Where the given shop amount is not what the parts come to, the unexplained rest counts the same in both
        currencies, so that a partial order stays coherent.
        """
        given = self.order.get(name)
        if given is None:
            self.order[name] = self.bag(parts)
        elif given.get("presentmentMoney") is None:
            shop = read(given).shop
            rest = shop - parts.shop
            presentment = parts.presentment + rest if shop else Decimal(0)
            self.order[name] = self.bag(Amount(shop, presentment))
            self.order[name]["shopMoney"] = given["shopMoney"]
        return read(self.order[name])

    def complete(self, bag: Values) -> None:
        if "presentmentMoney" not in bag and "shopMoney" in bag:
            bag["presentmentMoney"] = {
                "amount": bag["shopMoney"]["amount"],
                "currencyCode": self.presentment_currency,
            }
        elif "shopMoney" not in bag and "presentmentMoney" in bag:
            bag["shopMoney"] = {"amount": bag["presentmentMoney"]["amount"], "currencyCode": self.shop_currency}

    def complete_all(self, value: Any) -> None:
        """Every money set inside a part of the order that names only one side."""
        if isinstance(value, dict):
            if "shopMoney" in value or "presentmentMoney" in value:
                self.complete(value)
                return
            for item in value.values():
                self.complete_all(item)
        elif isinstance(value, list):
            for item in value:
                self.complete_all(item)


def taxes_of(part: Values) -> Amount:
    return total(read(line.get("priceSet")) for line in part.get("taxLines") or [])


def allocations_of(part: Values) -> Amount:
    return total(read(share.get("allocatedAmountSet")) for share in part.get("discountAllocations") or [])
