"""What a generated order is charged beside goods and shipping: duties on its lines, and additional fees.

Admin API, LineItem.duties and Order.additionalFees: duties belong to lines that cross a border, may be inside the
prices (`dutiesIncluded`) and may be taxed themselves; fees stand in the header. Where they end up in the totals is
decided in `header`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.store_simulator.orders.markets import TaxRate
from app.store_simulator.orders.money import Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds
from app.store_simulator.orders.options import GeneratorOptions, happens
from app.store_simulator.orders.taxes import Liability, tax_lines

_FEES = (("Packaging fee", 300), ("Bottle deposit", 25), ("Evening delivery", 415))
_DUTY_PERCENT = 4


@dataclass(slots=True, kw_only=True)
class Levies:
    """Draws the duties and fees of one order."""

    rng: random.Random
    options: GeneratorOptions
    ids: ChildIds
    currencies: Currencies
    rates: Sequence[TaxRate]
    """What is taxed is taxed at these; none where the order is not taxed."""
    liability: Liability

    def add_to(self, order: JsonObject) -> None:
        """Write them into an order that has its lines and charges."""
        if order["shippingLines"] and happens(self.rng, self.options.duties):
            self._add_duties(order)
        if happens(self.rng, self.options.additional_fees):
            names = self.rng.sample(_FEES, self.rng.choice((1, 1, 2)))
            order["additionalFees"] = [self._fee(order, name, cents) for name, cents in names]

    def _add_duties(self, order: JsonObject) -> None:
        included = happens(self.rng, self.options.duties_included)
        taxed = not included and happens(self.rng, self.options.duty_taxes)
        order["dutiesIncluded"] = included
        for line in order["lineItems"]:
            if line["requiresShipping"]:
                line["duties"] = [self._duty(order, line, taxed=taxed)]

    def _duty(self, order: JsonObject, line: JsonObject, *, taxed: bool) -> JsonObject:
        price = self.currencies.read(line["originalTotalSet"]).portion(_DUTY_PERCENT, 100)
        return {
            "id": self.ids.next("Duty"),
            "harmonizedSystemCode": "620520",
            "countryCodeOfOrigin": "PT",
            "price": self.currencies.bag(price),
            "taxLines": tax_lines(
                price,
                self.rates if taxed else (),
                self.currencies,
                included=order["taxesIncluded"],
                liability=self.liability.beside_lines,
            ),
        }

    def _fee(self, order: JsonObject, name: str, euro_cents: int) -> JsonObject:
        shop = Currencies("EUR", self.currencies.shop).convert(euro_cents).presentment
        price = self.currencies.convert(shop)
        return {
            "id": self.ids.next("AdditionalFee"),
            "name": name,
            "price": self.currencies.bag(price),
            "taxLines": tax_lines(
                price,
                self.rates,
                self.currencies,
                included=order["taxesIncluded"],
                liability=self.liability.beside_lines,
            ),
        }
