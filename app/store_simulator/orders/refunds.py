"""Writes refunds into an order: completes what was given, takes it out of the current figures, moves the money.

Admin API, Refund: `refundLineItems` (NO_RESTOCK, CANCEL, RETURN), `refundShippingLines`, `duties`, `orderAdjustments`,
`transactions`. Recorded: a refund changes neither `totalPriceSet` nor the fulfilment status, takes its gateway from the
parent transaction, may have money without lines or lines without money, and is refused above the net payment.
A line's part is worth what the line is worth before less what it is worth after, so refunds add up to the line.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_orders import open_units_by_line, reduce_open_units
from app.store_simulator.orders.header import difference, given_back, line_share, move, shipping_share
from app.store_simulator.orders.line_money import current_quantity, is_tip, money_of, shipped_units
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, to_text, total
from app.store_simulator.orders.nodes import ChildIds, gid, id_of, timestamp
from app.store_simulator.orders.payments import TransactionWriter, cash_rounding, fix_received, received, refunded


@dataclass(slots=True, kw_only=True)
class RefundEntry:
    """One refund on its way into an order."""

    order: JsonObject
    at: datetime
    node: JsonObject
    currencies: Currencies
    ids: ChildIds
    suggested: Amounts = ZERO
    topics: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, order: JsonObject, given: JsonObject, at: datetime) -> "RefundEntry":
        """Start from what was given; nothing in the order has changed yet."""
        ids, written = ChildIds.continuing(order), timestamp(at)
        number = ids.next_number()
        node: JsonObject = {
            "id": gid("Refund", given.get("legacyResourceId") or number),
            "legacyResourceId": str(given.get("legacyResourceId") or number),
            "createdAt": written,
            "processedAt": written,
            "updatedAt": written,
            "note": None,
            "return": None,
            **given,
            "duties": [],
            "orderAdjustments": list(given.get("orderAdjustments") or ()),
            "transactions": [],
            "refundLineItems": [],
            "refundShippingLines": [],
        }
        return cls(order=order, at=at, node=node, currencies=Currencies.of(order), ids=ids)

    def take_lines(self, given: list[JsonObject]) -> None:
        """Take refunded units out of their lines and out of the current figures."""
        wanted = self._matched(given)
        shipped = shipped_units(self.order)
        for line, part in wanted:
            if line is not None:
                self._take_line(line, part, shipped[line["id"]])

    def _matched(self, given: list[JsonObject]) -> list[tuple[JsonObject | None, JsonObject]]:
        lines = {id_of("LineItem", line): line for line in self.order["lineItems"]}
        return [(lines.get(id_of("LineItem", part["lineItem"])), part) for part in given]

    def check(self, given: JsonObject) -> None:
        """Refuse the whole refund before anything is changed."""
        _refuse_too_much(self, given)
        self._check_quantities(self._matched(given.get("refundLineItems") or []))
        for part in given.get("refundShippingLines") or ():
            self._charge(part)
        self._check_duties(given.get("duties") or [])

    def _charge(self, part: JsonObject) -> JsonObject:
        for charge in self.order.get("shippingLines") or ():
            if charge["id"] == part["shippingLine"]["id"]:
                found: JsonObject = charge
                return found
        raise ChangeRefused("Shipping line does not exist", field=["shipping"])

    def _check_duties(self, given: list[JsonObject]) -> None:
        """Those inside the prices go back with their lines, and no more than is still owed goes back at all."""
        if given and self.order.get("dutiesIncluded"):
            raise ChangeRefused("Duties are included in the prices", field=["refundDuties"])
        back = total(self._duty_amount(part) for part in given)
        owed = self.currencies.read(self.order.get("currentTotalDutiesSet"))
        if back.presentment > owed.presentment:
            raise ChangeRefused("Duties cannot be refunded beyond what is left of them", field=["refundDuties"])

    def _duty_amount(self, part: JsonObject) -> Amounts:
        return self.currencies.read(part.get("amountSet") or self._duty(part)["price"])

    def _duty(self, part: JsonObject) -> JsonObject:
        for line in self.order["lineItems"]:
            for duty in line.get("duties") or ():
                if duty["id"] == part["originalDuty"]["id"]:
                    found: JsonObject = duty
                    return found
        raise ChangeRefused("Duty does not exist", field=["refundDuties"])

    def _check_quantities(self, wanted: list[tuple[JsonObject | None, JsonObject]]) -> None:
        left: dict[str, int] = {}
        for index, (line, part) in enumerate(wanted):
            where = ["refundLineItems", str(index)]
            if line is None:
                raise ChangeRefused("Line item does not exist", field=[*where, "lineItemId"])
            known = left.setdefault(line["id"], current_quantity(line))
            if int(part["quantity"]) > known:
                message = "Quantity cannot refund more items than were purchased"
                raise ChangeRefused(message, field=[*where, "quantity"])
            left[line["id"]] = known - int(part["quantity"])

    def _take_line(self, line: JsonObject, part: JsonObject, shipped: int) -> None:
        quantity = int(part["quantity"])
        money = money_of(line, self.order, self.currencies)
        after = money.current - quantity
        restock = part.get("restockType", "NO_RESTOCK")
        subtotal = money.net(money.current) - money.net(after)
        tax = money.tax(money.current) - money.tax(after)
        self._reduce_shipping(line, quantity, restock, shipped)
        share = difference(
            line_share(line, self.order, self.currencies, after),
            line_share(line, self.order, self.currencies, money.current),
        )
        written = {
            "id": self.ids.next("RefundLineItem"),
            "restockType": restock,
            "restocked": restock in ("RETURN", "CANCEL"),
            "location": self._restock_location(restock),
            "priceSet": line.get("discountedUnitPriceSet") or line["originalUnitPriceSet"],
            "subtotalSet": self.currencies.bag(subtotal),
            "totalTaxSet": self.currencies.bag(tax),
            **part,
            "lineItem": {"id": line["id"]},
            "quantity": quantity,
        }
        given_subtotal = self.currencies.read(written["subtotalSet"])
        given_tax = self.currencies.read(written["totalTaxSet"])
        worth = given_subtotal if money.taxes_included else given_subtotal + given_tax
        share.update({"subtotal": ZERO if is_tip(line) else -given_subtotal, "tax": -given_tax, "total": -worth})
        move(self.order, self.currencies, share, before=False, after=True)
        line["currentQuantity"] = after
        self.suggested = self.suggested + worth
        self.node["refundLineItems"].append(written)

    def _reduce_shipping(self, line: JsonObject, quantity: int, restock: str, shipped: int) -> None:
        """Units that come back were shipped as far as any were; all others were still to ship."""
        returned = sum(
            int(part["quantity"])
            for refund in self.order.get("refunds") or ()
            for part in refund.get("refundLineItems") or ()
            if part["lineItem"]["id"] == line["id"] and part.get("restockType") == "RETURN"
        )
        back = min(quantity, max(shipped - returned, 0)) if restock == "RETURN" else 0
        open_units = open_units_by_line(self.order)[line["id"]]
        reduce_open_units(self.order, line["id"], min(quantity - back, open_units), self.at)

    def _restock_location(self, restock: str) -> JsonObject | None:
        if restock == "NO_RESTOCK":
            return None
        for node in self.order.get("fulfillmentOrders") or ():
            location: JsonObject | None = (node.get("assignedLocation") or {}).get("location")
            if location:
                return location
        return None

    def take_shipping(self, given: list[JsonObject]) -> None:
        """Take refunded shipping out of the charges and out of the current figures."""
        for part in given:
            charge = self._charge(part)
            now = self.currencies.read(charge.get("currentDiscountedPriceSet") or charge["originalPriceSet"])
            subtotal = self.currencies.read(part["subtotalAmountSet"]) if part.get("subtotalAmountSet") else now
            tax = self._shipping_tax(charge, part, subtotal)
            worth = subtotal if self.order.get("taxesIncluded") else subtotal + tax
            share = {"shipping": -subtotal, "tax": -tax, "total": -worth}
            move(self.order, self.currencies, share, before=False, after=True)
            charge["currentDiscountedPriceSet"] = self.currencies.bag(now - subtotal)
            so_far = self.currencies.read(self.order.get("totalRefundedShippingSet"))
            self.order["totalRefundedShippingSet"] = self.currencies.bag(so_far + subtotal)
            self.suggested = self.suggested + worth
            self.node["refundShippingLines"].append(
                {
                    "id": part.get("id") or self.ids.next("RefundShippingLine"),
                    "shippingLine": {"id": charge["id"]},
                    "subtotalAmountSet": self.currencies.bag(subtotal),
                    "taxAmountSet": self.currencies.bag(tax),
                }
            )

    def _shipping_tax(self, charge: JsonObject, part: JsonObject, subtotal: Amounts) -> Amounts:
        if part.get("taxAmountSet"):
            return self.currencies.read(part["taxAmountSet"])
        back, back_tax = given_back(charge, [*(self.order.get("refunds") or ()), self.node], self.currencies)
        full = self.currencies.read(charge.get("discountedPriceSet") or charge["originalPriceSet"])
        if back and subtotal == full - back:
            return shipping_share(charge, self.order, self.currencies)["tax"] - back_tax
        taxes = [self.currencies.read(tax["priceSet"]) for tax in charge.get("taxLines") or ()]
        return total(
            Amounts(
                tax.portion(subtotal.shop, full.shop).shop,
                tax.portion(subtotal.presentment, full.presentment).presentment,
            )
            for tax in taxes
        )

    def take_duties(self, given: list[JsonObject]) -> None:
        """Give duties back, wholly unless an amount is given."""
        for part in given:
            duty, amount = self._duty(part), self._duty_amount(part)
            owed = self.currencies.read(self.order.get("currentTotalDutiesSet"))
            self.order["currentTotalDutiesSet"] = self.currencies.bag(owed - amount)
            move(self.order, self.currencies, {"total": -amount}, before=False, after=True)
            self.suggested = self.suggested + amount
            self.node["duties"].append({"amountSet": self.currencies.bag(amount), "originalDuty": {"id": duty["id"]}})

    @property
    def _writer(self) -> TransactionWriter:
        return TransactionWriter(self.ids, self.currencies)

    def net_payment(self) -> Amounts:
        """Money received and not yet paid back."""
        return received(self.order, self.currencies) - refunded(self.order, self.currencies)

    def pay_back(self, amount: Amounts) -> None:
        """Add REFUND transactions for an amount, newest payment first, each at most what it brought."""
        for parent, left in self._refundable_payments():
            paid = amount.at_most(left)
            if paid.presentment <= 0:
                continue
            rounding = cash_rounding(paid, self.currencies) if parent.get("amountRoundingSet") else None
            self._add(
                self._writer.write(
                    kind="REFUND",
                    gateway=parent["gateway"],
                    amount=paid,
                    at=self.at,
                    parent=parent,
                    rounding=rounding,
                )
            )
            amount = amount - paid

    def credit(self, amount: Amounts) -> None:
        """Pay an amount back as store credit, whatever it was paid with."""
        self._add(self._writer.write(kind="REFUND", gateway="shopify_store_credit", amount=amount, at=self.at))

    def _refundable_payments(self) -> list[tuple[JsonObject, Amounts]]:
        everything = self.order.get("transactions") or []
        payments = [one for one in everything if one["kind"] in ("SALE", "CAPTURE") and one["status"] == "SUCCESS"]
        return [(payment, self._left_of(payment)) for payment in reversed(payments)]

    def _left_of(self, payment: JsonObject) -> Amounts:
        back = total(
            self.currencies.read(one["amountSet"])
            for one in self.order["transactions"]
            if one["kind"] == "REFUND"
            and one["status"] == "SUCCESS"
            and (one.get("parentTransaction") or {}).get("id") == payment["id"]
        )
        return self.currencies.read(payment["amountSet"]) - back

    def take_transactions(self, given: list[JsonObject]) -> None:
        """Add the transactions that were given, completed; the gateway is the parent's whatever was said (recorded)."""
        for one in given:
            amount = self.currencies.read(one["amountSet"])
            parents = [p for p, _ in self._refundable_payments()]
            wanted = (one.get("parentTransaction") or {}).get("id")
            parent = next((p for p in parents if p["id"] == wanted), parents[0] if parents else None)
            made = self._writer.write(
                kind="REFUND",
                gateway=parent["gateway"] if parent else one.get("gateway", "manual"),
                amount=amount,
                at=self.at,
                status=one.get("status", "SUCCESS"),
                parent=parent,
            )
            self._add({**made, **one, "gateway": made["gateway"], "parentTransaction": made["parentTransaction"]})

    def _add(self, made: JsonObject) -> None:
        self.order.setdefault("transactions", []).append(made)
        self.node["transactions"].append(made)
        if made["status"] != "PENDING":
            self.topics.append("ORDER_TRANSACTIONS_CREATE")
        if made.get("amountRoundingSet") and made["status"] == "SUCCESS":
            self._add_rounding(self.currencies.read(made["amountRoundingSet"]))

    def _add_rounding(self, rounding: Amounts) -> None:
        adjustment = self.order.get("totalCashRoundingAdjustment") or {}
        so_far = self.currencies.read(adjustment.get("refundSet"))
        self.order["totalCashRoundingAdjustment"] = {
            "paymentSet": adjustment.get("paymentSet") or self.currencies.bag(ZERO),
            "refundSet": self.currencies.bag(so_far + rounding),
        }

    def finish(self, *, balanced: bool) -> None:
        """Fix the refunded amount, record what was paid beyond or short of the lines, and add the refund."""
        paid = total(
            self.currencies.read(one["amountSet"]) for one in self.node["transactions"] if one["status"] == "SUCCESS"
        )
        if not self.node["transactions"] and self.node.get("totalRefundedSet"):
            paid = self.currencies.read(self.node["totalRefundedSet"])
        self.node["totalRefundedSet"] = self.currencies.bag(paid)
        gap = self.suggested - paid
        if gap and not balanced:
            self._record_gap(gap)
        self.order.setdefault("refunds", []).append(self.node)
        self.topics.insert(0, "REFUNDS_CREATE")

    def _record_gap(self, gap: Amounts) -> None:
        so_far = self.currencies.read(self.order.get("refundDiscrepancySet"))
        self.order["refundDiscrepancySet"] = self.currencies.bag(so_far + gap)
        if self.node["orderAdjustments"]:
            return
        pending = any(one["status"] == "PENDING" for one in self.node["transactions"])
        self.node["orderAdjustments"].append(
            {
                "id": self.ids.next("OrderAdjustment"),
                "reason": "PENDING_REFUND_DISCREPANCY" if pending else "REFUND_DISCREPANCY",
                "amountSet": self.currencies.bag(-gap),
                "taxAmountSet": self.currencies.bag(ZERO),
            }
        )


def record_refund(order: JsonObject, given: JsonObject, at: datetime) -> list[str]:
    """Refund as given; amounts not given are Shopify's suggestion. Refused above the net payment.

    Without `transactions` the suggested amount (or the given `totalRefundedSet`) is paid back; with an empty list no
    money moves, which is what an edit or a waiting payment leaves.
    """
    entry = RefundEntry.begin(order, given, at)
    entry.check(given)
    fix_received(order, entry.currencies)
    entry.take_lines(given.get("refundLineItems") or [])
    entry.take_shipping(given.get("refundShippingLines") or [])
    entry.take_duties(given.get("duties") or [])
    net = entry.net_payment()
    if "transactions" in given:
        entry.take_transactions(given["transactions"] or [])
    elif order.get("transactions"):
        stated = entry.currencies.read(given["totalRefundedSet"]) if given.get("totalRefundedSet") else None
        entry.pay_back(stated if stated is not None else entry.suggested.at_most(net))
    elif not given.get("totalRefundedSet"):
        entry.node["totalRefundedSet"] = entry.currencies.bag(entry.suggested.at_most(net))
    entry.finish(balanced=_only_takes_away(entry))
    return entry.topics


def _only_takes_away(entry: RefundEntry) -> bool:
    """Lines without money and without goods coming back: the order just got smaller, nobody kept or gave anything."""
    kept = entry.node["transactions"] or entry.currencies.read(entry.node.get("totalRefundedSet"))
    returned = any(part["restockType"] == "RETURN" for part in entry.node["refundLineItems"])
    return not kept and not returned and entry.node.get("return") is None


def _refuse_too_much(entry: RefundEntry, given: JsonObject) -> None:
    asked = total(
        entry.currencies.read(one["amountSet"])
        for one in given.get("transactions") or ()
        if one.get("status", "SUCCESS") == "SUCCESS"
    )
    if "transactions" not in given:
        asked = entry.currencies.read(given.get("totalRefundedSet"))
    net = entry.net_payment()
    if asked.presentment > net.presentment:
        currency = entry.currencies.presentment
        sums = to_text(asked.presentment, currency), to_text(net.presentment, currency)
        raise ChangeRefused(f"Refund amount ${sums[0]} is greater than net payment received ${sums[1]}")
