"""Changes of an order edit to charges: added, replaced and removed shipping lines.

A removed charge stays in the order with `isRemoved` and no current price; like a lowered line it leaves the totals
before returns as they were. What was refunded of it before is not taken away again. Knows nothing of goods.
"""

from collections.abc import Mapping
from typing import Any

from app.store_simulator.orders.edit_session import EditSession
from app.store_simulator.orders.header import difference, given_back, move, shipping_share
from app.store_simulator.orders.money import ZERO, Amounts, JsonObject
from app.store_simulator.orders.taxes import recomputed


class ChargeEdits:
    """Makes the changes to charges of one edit session."""

    def __init__(self, session: EditSession) -> None:
        self._session = session

    def add(self, wanted: Mapping[str, Any]) -> None:
        """Add a charge, taxed like the others."""
        price = self._session.price(wanted["price"])
        models = [one["taxLines"] for one in self._session.order.get("shippingLines") or () if one.get("taxLines")]
        bag = self._session.currencies.bag(price)
        charge: JsonObject = {
            "id": self._session.ids.next("ShippingLine"),
            "title": wanted["title"],
            "code": wanted.get("code") or "custom",
            "source": "shopify",
            "carrierIdentifier": None,
            "deliveryCategory": None,
            "custom": True,
            "isRemoved": False,
            "phone": None,
            "shippingRateHandle": None,
            "originalPriceSet": bag,
            "discountedPriceSet": bag,
            "currentDiscountedPriceSet": bag,
            "discountAllocations": [],
            "taxLines": recomputed(models[0], price, price, self._session.order) if models else [],
        }
        self._session.order.setdefault("shippingLines", []).append(charge)
        share = shipping_share(charge, self._session.order, self._session.currencies)
        move(self._session.order, self._session.currencies, share, before=True, after=True)

    def replace(self, wanted: Mapping[str, Any]) -> None:
        """A committed charge is replaced: the old one is marked removed, the new one carries the price."""
        charge = self._session.charge(wanted["shippingLineId"])
        self.remove(wanted)
        self.add({"title": wanted.get("title") or charge["title"], **wanted, "code": charge.get("code")})

    def remove(self, wanted: Mapping[str, Any]) -> None:
        """Mark a charge as removed."""
        charge = self._session.charge(wanted["shippingLineId"])
        share = self._left_of(charge)
        nothing = dict.fromkeys(share, ZERO)
        move(self._session.order, self._session.currencies, difference(nothing, share), before=False, after=True)
        charge["isRemoved"] = True
        charge["currentDiscountedPriceSet"] = self._session.currencies.bag(ZERO)
        if not (share["shipping"] or share["tax"]):
            return
        self._session.removed_charges.append(
            {
                "id": self._session.ids.next("RefundShippingLine"),
                "shippingLine": {"id": charge["id"]},
                "subtotalAmountSet": self._session.currencies.bag(share["shipping"]),
                "taxAmountSet": self._session.currencies.bag(share["tax"]),
            }
        )

    def _left_of(self, charge: JsonObject) -> dict[str, Amounts]:
        """What a charge still contributes; what refunds gave back of it is out of the current totals already."""
        order, currencies = self._session.order, self._session.currencies
        share = shipping_share(charge, order, currencies)
        back, back_tax = given_back(charge, order.get("refunds") or (), currencies)
        gone = back if order.get("taxesIncluded") else back + back_tax
        return difference(share, {"shipping": back, "tax": back_tax, "total": gone})
