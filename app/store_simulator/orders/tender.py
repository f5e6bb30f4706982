"""How a generated order is paid when it is placed: which transactions its plan leaves.

Plans are words of `GeneratorOptions.payments`. Gift cards redeemed are transactions of the gateway `gift_card`, never
lines. Cash is rounded to the smallest coin beside the amount (`amountRoundingSet`, `totalCashRoundingAdjustment`).
"""

import random
from datetime import datetime, timedelta

from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, scale_of
from app.store_simulator.orders.nodes import ChildIds
from app.store_simulator.orders.options import GeneratorOptions, weighted
from app.store_simulator.orders.payments import TransactionWriter, cash_rounding, refresh_payment


class Till:
    """Takes the payment of one order."""

    def __init__(self, rng: random.Random, options: GeneratorOptions, ids: ChildIds, currencies: Currencies) -> None:
        self._rng = rng
        self._options = options
        self._writer = TransactionWriter(ids, currencies)
        self._currencies = currencies

    def take(self, order: JsonObject, at: datetime, *, in_person: bool) -> None:
        """Add the transactions and write the header fields that follow."""
        due = self._currencies.read(order["totalPriceSet"])
        order["transactions"] = []
        order["totalCashRoundingAdjustment"] = self._rounding(ZERO)
        if due.presentment > 0:
            if order["test"]:
                self._add(order, "SALE", "bogus", due, at)
            elif in_person:
                self._in_person(order, due, at)
            else:
                self._online(order, due, at)
        refresh_payment(order, self._currencies)

    def _rounding(self, payment: Amounts) -> JsonObject:
        return {"paymentSet": self._currencies.bag(payment), "refundSet": self._currencies.bag(ZERO)}

    def _in_person(self, order: JsonObject, due: Amounts, at: datetime) -> None:
        if self._rng.random() < 0.5:
            self._add(order, "SALE", "shopify_payments", due, at)
            return
        rounding = cash_rounding(due, self._currencies) if self._options.cash_rounding else ZERO
        self._add(order, "SALE", "cash", due, at, rounding=rounding)
        order["totalCashRoundingAdjustment"] = self._rounding(rounding)

    def _online(self, order: JsonObject, due: Amounts, at: datetime) -> None:
        if self._rng.random() < self._options.gift_card_payments:
            due = self._redeem_gift_card(order, due, at)
            if not due:
                return
        if self._rng.random() < 0.03:
            self._add(order, "SALE", "shopify_payments", due, at, status="FAILURE")
        if order["paymentTerms"] and self._rng.random() < 0.7:
            return
        plan = weighted(self._rng, self._options.payments)
        if plan == "paid":
            gateway = self._rng.choice(("shopify_payments", "shopify_payments", "paypal"))
            self._add(order, "SALE", gateway, due, at)
        elif plan in ("authorized", "captured"):
            hold = self._add(order, "AUTHORIZATION", "shopify_payments", due, at)
            if plan == "captured":
                self._add(order, "CAPTURE", "shopify_payments", due, at + timedelta(minutes=2), parent=hold)
        elif plan == "partial":
            self._add(order, "SALE", "shopify_payments", due.portion(3, 10), at)
        elif self._rng.random() < 0.6:
            self._add(order, "SALE", "Bank Deposit", due, at, status="PENDING")

    def _redeem_gift_card(self, order: JsonObject, due: Amounts, at: datetime) -> Amounts:
        card = Currencies("EUR", self._currencies.shop).convert(self._rng.choice((1000, 2500, 5000))).presentment
        balance = self._currencies.convert(card)
        covers = balance.shop >= due.shop or balance.presentment >= due.presentment
        paid = due if covers else balance
        self._add(order, "SALE", "gift_card", paid, at)
        return due - paid

    def _add(
        self,
        order: JsonObject,
        kind: str,
        gateway: str,
        amount: Amounts,
        at: datetime,
        *,
        status: str = "SUCCESS",
        parent: JsonObject | None = None,
        rounding: Amounts | None = None,
    ) -> JsonObject:
        made = self._writer.write(
            kind=kind, gateway=gateway, amount=amount, at=at, status=status, parent=parent, rounding=rounding
        )
        if self._currencies.shop != self._currencies.presentment:
            made["settlementCurrency"] = self._currencies.shop
            made["settlementCurrencyRate"] = f"{_rate(amount, self._currencies):.6f}"
        order["transactions"].append(made)
        return made


def _rate(amount: Amounts, currencies: Currencies) -> float:
    """Shop currency for one unit of the customer's currency."""
    step = 10.0 ** (scale_of(currencies.presentment) - scale_of(currencies.shop))
    return amount.shop * step / max(amount.presentment, 1)
