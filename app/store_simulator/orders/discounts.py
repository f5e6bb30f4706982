"""Discounts of a generated order: which applications it has and what each leaves on every line and charge.

Covers the ways the Admin API can say it (DiscountApplication): code, automatic or manual; on lines or shipping;
ACROSS all, EACH entitled or explicit line; percentage or fixed amount. Applied one after another, as Shopify does:
line discounts first, the order discount on what is left, and never more than the line. Gift cards and tips take none.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.store_simulator.orders.money import (
    ZERO,
    Amounts,
    Currencies,
    JsonObject,
    allocate_amounts,
    to_text,
    total,
)

_PERCENTAGES = (5.0, 10.0, 12.5, 15.0, 20.0, 25.0, 33.33, 50.0)
_CODES = ("WELCOME", "AUTUMN", "FRIENDS", "CLUB", "SORRY")


@dataclass(slots=True, kw_only=True)
class Discountable:
    """A line or a charge on its way into an order."""

    price: Amounts
    quantity: int = 1
    eligible: bool = True
    allocations: list[tuple[JsonObject, Amounts]] = field(default_factory=list)

    @property
    def discount(self) -> Amounts:
        """Everything taken off so far."""
        return total(amount for _, amount in self.allocations)

    @property
    def net(self) -> Amounts:
        """Worth after discounts."""
        return self.price * self.quantity - self.discount

    def take(self, application: JsonObject, amount: Amounts) -> None:
        """Take off an amount, at most what is left."""
        amount = amount.at_most(self.net)
        if amount:
            self.allocations.append((application, amount))

    def as_state(self, currencies: Currencies) -> list[JsonObject]:
        """The `discountAllocations` of the line or charge."""
        return [
            {"allocatedAmountSet": currencies.bag(amount), "discountApplication": application}
            for application, amount in self.allocations
        ]


class Discounts:
    """The discount applications of one order in the making."""

    __slots__ = ("_currencies", "_rng", "applications")

    def __init__(self, rng: random.Random, currencies: Currencies) -> None:
        self._rng = rng
        self._currencies = currencies
        self.applications: list[JsonObject] = []

    def on_goods(self, lines: Sequence[Discountable]) -> None:
        """One to three discounts of varied kinds on the lines."""
        eligible = [line for line in lines if line.eligible]
        if not eligible:
            return
        kind = self._rng.choice(("each", "each-fixed", "across", "across-fixed", "across", "manual", "stacked"))
        if kind in ("each", "stacked"):
            self._each_percentage(self._some(eligible), "AutomaticDiscountApplication", "ENTITLED")
        if kind == "each-fixed":
            self._each_fixed(self._some(eligible))
        if kind in ("manual", "stacked"):
            self._each_percentage([self._rng.choice(eligible)], "ManualDiscountApplication", "EXPLICIT")
        if kind in ("across", "stacked"):
            type_name = self._rng.choice(("DiscountCodeApplication", "AutomaticDiscountApplication"))
            self._across_percentage(eligible, self._rng.choice(_PERCENTAGES), type_name)
        if kind == "across-fixed":
            self._across_fixed(eligible)

    def one_for_nothing(self, lines: Sequence[Discountable]) -> None:
        """100 % off a single line."""
        eligible = [line for line in lines if line.eligible]
        if eligible:
            line = self._rng.choice(eligible)
            type_name = self._rng.choice(("DiscountCodeApplication", "ManualDiscountApplication"))
            line.take(self._application(type_name, "EACH", "EXPLICIT", _percentage(100.0)), line.net)

    def on_shipping(self, charges: Sequence[Discountable]) -> None:
        """Free shipping, or something off each charge."""
        if not charges:
            return
        percentage = self._rng.choice((100.0, 100.0, 50.0, 30.0))
        if self._rng.random() < 0.7:
            application = self._application(
                "DiscountCodeApplication", "EACH", "ALL", _percentage(percentage), target="SHIPPING_LINE"
            )
            for charge in charges:
                charge.take(application, _percent_of(charge.net, percentage))
        else:
            amount = self._currencies.convert(self._minor(1, 4))
            application = self._application(
                "ManualDiscountApplication", "EACH", "ALL", self._fixed(amount), target="SHIPPING_LINE"
            )
            for charge in charges:
                charge.take(application, amount)

    def everything_free(self, lines: Sequence[Discountable], charges: Sequence[Discountable]) -> None:
        """100 % off goods and shipping, as merchants give replacements away."""
        eligible = [line for line in lines if line.eligible]
        if eligible:
            self._across_percentage(eligible, 100.0, "ManualDiscountApplication")
        if charges:
            application = self._application(
                "ManualDiscountApplication", "EACH", "ALL", _percentage(100.0), target="SHIPPING_LINE"
            )
            for charge in charges:
                charge.take(application, charge.net)

    def _some(self, lines: list[Discountable]) -> list[Discountable]:
        return self._rng.sample(lines, self._rng.randint(1, len(lines)))

    def _each_percentage(self, lines: Sequence[Discountable], type_name: str, selection: str) -> None:
        percentage = self._rng.choice(_PERCENTAGES)
        application = self._application(type_name, "EACH", selection, _percentage(percentage))
        for line in lines:
            line.take(application, _percent_of(line.net, percentage))

    def _each_fixed(self, lines: Sequence[Discountable]) -> None:
        amount = self._currencies.convert(self._minor(1, 8))
        type_name = self._rng.choice(("DiscountCodeApplication", "AutomaticDiscountApplication"))
        application = self._application(type_name, "EACH", "ENTITLED", self._fixed(amount))
        for line in lines:
            line.take(application, amount * line.quantity)

    def _across_percentage(self, lines: Sequence[Discountable], percentage: float, type_name: str) -> None:
        application = self._application(type_name, "ACROSS", "ALL", _percentage(percentage))
        worth = [line.net for line in lines]
        self._spread(application, _percent_of(total(worth), percentage), lines, worth)

    def _across_fixed(self, lines: Sequence[Discountable]) -> None:
        worth = [line.net for line in lines]
        amount = self._currencies.convert(self._minor(3, 30))
        application = self._application("DiscountCodeApplication", "ACROSS", "ALL", self._fixed(amount))
        self._spread(application, amount.at_most(total(worth)), lines, worth)

    def _spread(
        self, application: JsonObject, amount: Amounts, lines: Sequence[Discountable], worth: Sequence[Amounts]
    ) -> None:
        for line, share in zip(lines, allocate_amounts(amount, worth), strict=True):
            line.take(application, share)

    def _application(
        self, type_name: str, method: str, selection: str, value: JsonObject, target: str = "LINE_ITEM"
    ) -> JsonObject:
        application: JsonObject = {
            "__typename": type_name,
            "index": len(self.applications),
            "allocationMethod": method,
            "targetSelection": selection,
            "targetType": target,
            "value": value,
        }
        if type_name == "DiscountCodeApplication":
            application["code"] = f"{self._rng.choice(_CODES)}{self._rng.randint(5, 50)}"
        else:
            application["title"] = "Loyalty" if type_name == "AutomaticDiscountApplication" else "Goodwill"
        if type_name == "ManualDiscountApplication":
            application["description"] = "Agreed on the phone"
        self.applications.append(application)
        return application

    def _minor(self, least_euros: int, most_euros: int) -> int:
        euros = Currencies("EUR", self._currencies.shop).convert(
            self._rng.randint(least_euros * 4, most_euros * 4) * 25
        )
        return euros.presentment

    def _fixed(self, amount: Amounts) -> JsonObject:
        currency = self._currencies.presentment
        return {
            "__typename": "MoneyV2",
            "amount": to_text(amount.presentment, currency),
            "currencyCode": currency,
        }


def _percentage(percentage: float) -> JsonObject:
    return {"__typename": "PricingPercentageValue", "percentage": percentage}


def _percent_of(amount: Amounts, percentage: float) -> Amounts:
    return amount.portion(round(percentage * 100), 10_000) if amount else ZERO
