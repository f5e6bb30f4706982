"""What the changes of one order edit share: order, lines and charges by id, prices as given, what was taken away.

Decides nothing about any single change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.money import Amounts, Currencies, JsonObject, portion, to_minor
from app.store_simulator.orders.nodes import ChildIds, id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSession:
    """An edit that has begun and is not yet committed."""

    order: JsonObject
    at: datetime
    currencies: Currencies
    ids: ChildIds
    removed_lines: list[JsonObject] = field(default_factory=list)
    removed_charges: list[JsonObject] = field(default_factory=list)

    @classmethod
    def begin(cls, order: JsonObject, at: datetime) -> "EditSession":
        """Begin on an order."""
        return cls(order=order, at=at, currencies=Currencies.of(order), ids=ChildIds.continuing(order))

    def line(self, line_id: str) -> JsonObject:
        """A line by global or plain id."""
        for line in self.order["lineItems"]:
            if line_id in (line.get("id"), id_of("LineItem", line).rsplit("/", 1)[-1]):
                found: JsonObject = line
                return found
        raise ChangeRefused("The line item does not exist on the order.", field=["lineItemId"])

    def charge(self, charge_id: str) -> JsonObject:
        """A charge that was not removed, by id."""
        for charge in self.order.get("shippingLines") or ():
            if charge.get("id") == charge_id and not charge.get("isRemoved"):
                found: JsonObject = charge
                return found
        raise ChangeRefused("The shipping line does not exist on the order.", field=["shippingLineId"])

    def price(self, price: object) -> Amounts:
        """A price as MoneyBag, as money, or as text in the shop's currency, the other at the order's rate."""
        if isinstance(price, Mapping):
            bag = dict(price) if "shopMoney" in price else {"shopMoney": dict(price)}
            return self.currencies.read(bag)
        shop = to_minor(str(price), self.currencies.shop)
        placed = self.currencies.read(self.order.get("totalPriceSet"))
        if placed.shop:
            return Amounts(shop, portion(shop, placed.presentment, placed.shop))
        return self.currencies.convert(shop)
