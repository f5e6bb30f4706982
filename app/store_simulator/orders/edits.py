"""Order edits: the session, what it refuses, and what committing it does to the order.

Recorded consequences: totals before returns stay on lowering and move on adding; a paid order edited down owes the
customer (negative outstanding), edited up it is PARTIALLY_PAID; a session without a change is refused. Whether Shopify
writes a refund without money for units taken away is not recorded, so the caller says. The changes themselves are in
`edit_lines` and `edit_charges`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store_simulator.orders.edit_charges import ChargeEdits
from app.store_simulator.orders.edit_lines import LineEdits
from app.store_simulator.orders.edit_session import EditSession
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment import refresh_shipping
from app.store_simulator.orders.fulfilment_orders import open_units_by_line
from app.store_simulator.orders.header import refresh_counts, refresh_tax_lines
from app.store_simulator.orders.line_money import current_quantity, shipped_units
from app.store_simulator.orders.money import ZERO, JsonObject
from app.store_simulator.orders.nodes import gid, timestamp
from app.store_simulator.orders.payments import refresh_payment

REFUNDS = ("none", "empty", "lines")


class OrderEdit:
    """One edit session on an order.

    Changes are objects with one key, as the `orderEdit…` mutations name them:
    `setQuantity {lineItemId, quantity, restock?}` (0 removes the line),
    `addVariant {variant, product?, quantity, price?, locationId?}`,
    `addCustomItem {title, quantity, price, requiresShipping?, taxable?, sku?}`,
    `addLineItemDiscount {lineItemId, percentValue | fixedValue, description?}` (a fixed value is off each unit),
    `addShippingLine {title, price}`, `updateShippingLine {shippingLineId, price, title?}`,
    `removeShippingLine {shippingLineId}`. A price is a MoneyBag or a decimal text in the shop's currency.
    """

    def __init__(self, order: JsonObject, at: datetime) -> None:
        self._session = EditSession.begin(order, at)
        lines, charges = LineEdits(self._session), ChargeEdits(self._session)
        self._appliers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "setQuantity": lines.set_quantity,
            "addVariant": lines.add_variant,
            "addCustomItem": lines.add_custom_item,
            "addLineItemDiscount": lines.add_discount,
            "addShippingLine": charges.add,
            "updateShippingLine": charges.replace,
            "removeShippingLine": charges.remove,
        }

    def check(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Refuse the whole session before anything is changed."""
        for change in changes:
            if len(change) != 1 or next(iter(change)) not in self._appliers:
                known = ", ".join(self._appliers)
                raise ChangeRefused(f"An edit is an object with one of the keys {known}.", field=["changes"])
            name, wanted = next(iter(change.items()))
            if "lineItemId" in wanted:
                self._session.line(wanted["lineItemId"])
            if "shippingLineId" in wanted:
                self._session.charge(wanted["shippingLineId"])
            if name == "setQuantity":
                self._check_quantity(wanted)
            elif "quantity" in wanted and int(wanted["quantity"]) <= 0:
                raise ChangeRefused("must be greater than 0", field=["quantity"])

    def _check_quantity(self, wanted: Mapping[str, Any]) -> None:
        quantity = int(wanted["quantity"])
        if quantity < 0:
            raise ChangeRefused("must be greater than or equal to 0", field=["quantity"])
        line = self._session.line(wanted["lineItemId"])
        shipped = shipped_units(self._session.order)[line["id"]]
        open_units = open_units_by_line(self._session.order)[line["id"]]
        if shipped and current_quantity(line) - quantity > open_units:
            raise ChangeRefused("The quantity of fulfilled items cannot be reduced.", field=["quantity"])

    def apply(self, change: Mapping[str, Any]) -> None:
        """Make one change; totals before and after returns move with it."""
        name, wanted = next(iter(change.items()))
        self._appliers[name](wanted)

    def commit(self, refunds: str) -> list[str]:
        """Finish: quantities, tax lines, payment status; a refund without money if wanted. Answers extra topics."""
        if refunds not in REFUNDS:
            raise ValueError(f"refunds must be one of {REFUNDS}, not {refunds!r}")
        order, currencies = self._session.order, self._session.currencies
        order["edited"] = True
        written = self._write_refund(refunds)
        refresh_shipping(order, currencies)
        refresh_counts(order)
        if any(line.get("taxLines") for line in (*order["lineItems"], *(order.get("shippingLines") or ()))):
            refresh_tax_lines(order, currencies)
        refresh_payment(order, currencies)
        return ["REFUNDS_CREATE"] if written else []

    def _write_refund(self, refunds: str) -> bool:
        if refunds == "none" or not (self._session.removed_lines or self._session.removed_charges):
            return False
        written, number = timestamp(self._session.at), self._session.ids.next_number()
        self._session.order.setdefault("refunds", []).append(
            {
                "id": gid("Refund", number),
                "legacyResourceId": str(number),
                "createdAt": written,
                "processedAt": written,
                "updatedAt": written,
                "note": None,
                "return": None,
                "totalRefundedSet": self._session.currencies.bag(ZERO),
                "refundLineItems": self._session.removed_lines if refunds == "lines" else [],
                "refundShippingLines": self._session.removed_charges if refunds == "lines" else [],
                "orderAdjustments": [],
                "duties": [],
                "transactions": [],
            }
        )
        return True
