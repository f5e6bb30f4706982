"""Order edits: the changes of one edit session and what committing them does to the order.

Recorded consequences: a lowered line keeps `quantity`, its tax lines and the totals before returns, only what is current
goes down; an added line or discount moves the totals before returns too; the changed line's fulfilment order shrinks in
place, an added line gets one of its own; a paid order edited down owes the customer (negative outstanding), edited up it
is PARTIALLY_PAID. Whether Shopify writes a refund without money for units taken away is not recorded, so the caller says.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment import (
    fulfilment_order,
    is_open,
    open_units_by_line,
    reduce_open_units,
    refresh_fulfilment_order,
    refresh_shipping,
)
from app.store_simulator.orders.header import (
    difference,
    line_share,
    move,
    refresh_counts,
    refresh_tax_lines,
    shipping_share,
)
from app.store_simulator.orders.line_money import is_order_level, money_of, refresh_line, shipped_units
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, to_minor, to_text
from app.store_simulator.orders.nodes import ChildIds, gid, id_of, timestamp
from app.store_simulator.orders.payments import refresh_payment
from app.store_simulator.orders.taxes import recomputed

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
        self._order = order
        self._at = at
        self._currencies = Currencies.of(order)
        self._ids = ChildIds.continuing(order)
        self._removed: list[JsonObject] = []
        self._removed_charges: list[JsonObject] = []
        self._appliers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "setQuantity": self._set_quantity,
            "addVariant": self._add_variant,
            "addCustomItem": self._add_custom_item,
            "addLineItemDiscount": self._add_discount,
            "addShippingLine": self._add_shipping,
            "updateShippingLine": self._update_shipping,
            "removeShippingLine": self._remove_shipping,
        }

    def check(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Refuse the whole session before anything is changed."""
        for change in changes:
            if len(change) != 1 or next(iter(change)) not in self._appliers:
                known = ", ".join(self._appliers)
                raise ChangeRefused(f"An edit is an object with one of the keys {known}.", field=["changes"])
            name, wanted = next(iter(change.items()))
            if "lineItemId" in wanted:
                self._line(wanted["lineItemId"])
            if "shippingLineId" in wanted:
                self._charge(wanted["shippingLineId"])
            if name == "setQuantity":
                self._check_quantity(wanted)
            elif "quantity" in wanted and int(wanted["quantity"]) <= 0:
                raise ChangeRefused("must be greater than 0", field=["quantity"])

    def _check_quantity(self, wanted: Mapping[str, Any]) -> None:
        quantity = int(wanted["quantity"])
        if quantity < 0:
            raise ChangeRefused("must be greater than or equal to 0", field=["quantity"])
        line = self._line(wanted["lineItemId"])
        shipped = shipped_units(self._order)[line["id"]]
        open_units = open_units_by_line(self._order)[line["id"]]
        if shipped and int(line["currentQuantity"]) - quantity > open_units:
            raise ChangeRefused("The quantity of fulfilled items cannot be reduced.", field=["quantity"])

    def apply(self, change: Mapping[str, Any]) -> None:
        """Make one change; totals before and after returns move with it."""
        name, wanted = next(iter(change.items()))
        self._appliers[name](wanted)

    def commit(self, refunds: str) -> list[str]:
        """Finish: quantities, tax lines, payment status; a refund without money if wanted. Answers extra topics."""
        if refunds not in REFUNDS:
            raise ValueError(f"refunds must be one of {REFUNDS}, not {refunds!r}")
        order, currencies = self._order, self._currencies
        order["edited"] = True
        written = self._write_refund(refunds)
        refresh_shipping(order, currencies)
        refresh_counts(order)
        if any(line.get("taxLines") for line in (*order["lineItems"], *(order.get("shippingLines") or ()))):
            refresh_tax_lines(order, currencies)
        refresh_payment(order, currencies)
        return ["REFUNDS_CREATE"] if written else []

    def _write_refund(self, refunds: str) -> bool:
        if refunds == "none" or not (self._removed or self._removed_charges):
            return False
        written, number = timestamp(self._at), self._ids.next_number()
        self._order.setdefault("refunds", []).append(
            {
                "id": gid("Refund", number),
                "legacyResourceId": str(number),
                "createdAt": written,
                "processedAt": written,
                "updatedAt": written,
                "note": None,
                "return": None,
                "totalRefundedSet": self._currencies.bag(ZERO),
                "refundLineItems": self._removed if refunds == "lines" else [],
                "refundShippingLines": self._removed_charges if refunds == "lines" else [],
                "orderAdjustments": [],
                "duties": [],
                "transactions": [],
            }
        )
        return True

    def _line(self, line_id: str) -> JsonObject:
        for line in self._order["lineItems"]:
            if line_id in (line.get("id"), id_of("LineItem", line).rsplit("/", 1)[-1]):
                found: JsonObject = line
                return found
        raise ChangeRefused("The line item does not exist on the order.", field=["lineItemId"])

    def _charge(self, charge_id: str) -> JsonObject:
        for charge in self._order.get("shippingLines") or ():
            if charge.get("id") == charge_id and not charge.get("isRemoved"):
                found: JsonObject = charge
                return found
        raise ChangeRefused("The shipping line does not exist on the order.", field=["shippingLineId"])

    def _set_quantity(self, wanted: Mapping[str, Any]) -> None:
        line, quantity = self._line(wanted["lineItemId"]), int(wanted["quantity"])
        current = int(line.get("currentQuantity", line["quantity"]))
        if quantity < current:
            self._lower(line, current, quantity, restock=bool(wanted.get("restock")))
        elif quantity > current:
            self._raise(line, current, quantity)

    def _lower(self, line: JsonObject, current: int, quantity: int, *, restock: bool) -> None:
        money = money_of(line, self._order, self._currencies)
        share = difference(self._share(line, quantity), self._share(line, current))
        move(self._order, self._currencies, share, before=False, after=True)
        line["currentQuantity"] = quantity
        reduce_open_units(self._order, line["id"], current - quantity, self._at)
        self._removed.append(
            {
                "id": self._ids.next("RefundLineItem"),
                "lineItem": {"id": line["id"]},
                "quantity": current - quantity,
                "restockType": "CANCEL" if restock else "NO_RESTOCK",
                "restocked": restock,
                "location": None,
                "priceSet": line.get("discountedUnitPriceSet") or line["originalUnitPriceSet"],
                "subtotalSet": self._currencies.bag(money.net(current) - money.net(quantity)),
                "totalTaxSet": self._currencies.bag(money.tax(current) - money.tax(quantity)),
            }
        )
        self._refresh(line)

    def _raise(self, line: JsonObject, current: int, quantity: int) -> None:
        """More units: at the line's price and its own discounts; a share of an order discount stays what it was."""
        ordered, more = int(line["quantity"]), quantity - current
        before, after = self._share(line, ordered), self._share(line, current)
        old = money_of(line, self._order, self._currencies)
        for share in line.get("discountAllocations") or ():
            if not is_order_level(share["discountApplication"]):
                grown = self._currencies.read(share["allocatedAmountSet"]).portion(ordered + more, ordered)
                share["allocatedAmountSet"] = self._currencies.bag(grown)
        line["quantity"], line["currentQuantity"] = ordered + more, quantity
        self._recompute_taxes(line, old.net(ordered))
        move(
            self._order,
            self._currencies,
            difference(self._share(line, ordered + more), before),
            before=True,
            after=False,
        )
        move(self._order, self._currencies, difference(self._share(line, quantity), after), before=False, after=True)
        self._ask_for(line, more)
        self._refresh(line)

    def _share(self, line: JsonObject, units: int) -> dict[str, Amounts]:
        return line_share(line, self._order, self._currencies, units)

    def _recompute_taxes(self, line: JsonObject, old_net: Amounts) -> None:
        if line.get("taxLines"):
            money = money_of(line, self._order, self._currencies)
            line["taxLines"] = recomputed(line["taxLines"], old_net, money.net(money.quantity), self._order)

    def _refresh(self, line: JsonObject) -> None:
        line.setdefault("discountAllocations", [])
        refresh_line(line, self._order, self._currencies)

    def _ask_for(self, line: JsonObject, units: int) -> None:
        """Ask for more units: in an open fulfilment order that has the line, else in a new one."""
        for node in self._order.get("fulfillmentOrders") or ():
            for part in node["lineItems"]:
                if is_open(node) and part["lineItem"]["id"] == line["id"]:
                    part["totalQuantity"] += units
                    part["remainingQuantity"] += units
                    refresh_fulfilment_order(node)
                    return
        self._new_fulfilment_order(line, units, None)

    def _new_fulfilment_order(self, line: JsonObject, units: int, location_id: str | None) -> None:
        nodes = self._order.get("fulfillmentOrders") or []
        if not nodes:
            return
        places = [node for node in nodes if node["assignedLocation"].get("location")]
        wanted = [node for node in places if node["assignedLocation"]["location"]["id"] == location_id]
        model = (wanted or places or nodes)[0]
        location = model["assignedLocation"].get("location") or {"id": None, "legacyResourceId": None}
        location = {"name": model["assignedLocation"]["name"], **location}
        method = {"methodType": "SHIPPING"} if line.get("requiresShipping") else {"methodType": "NONE"}
        made = fulfilment_order(self._ids, self._order, [(line, units)], location, method, self._at)
        made["assignedLocation"] = model["assignedLocation"]
        nodes.append(made)

    def _price(self, price: object) -> Amounts:
        if isinstance(price, Mapping):
            bag = dict(price) if "shopMoney" in price else {"shopMoney": dict(price)}
            return self._currencies.read(bag)
        return self._currencies.convert(to_minor(str(price), self._currencies.shop))

    def _add_variant(self, wanted: Mapping[str, Any]) -> None:
        variant = dict(wanted["variant"])
        product = wanted.get("product") or variant.get("product")
        gift_card = bool((product or {}).get("isGiftCard"))
        variant_title = variant.get("title") if variant.get("title") != "Default Title" else None
        title = (product or {}).get("title") or variant.get("displayName") or variant_title or "Variant"
        item = variant.get("inventoryItem") or {}
        names = ("id", "legacyResourceId", "title", "displayName", "sku", "barcode", "price", "taxable")
        self._add_line(
            wanted,
            {
                "name": f"{title} - {variant_title}" if variant_title else title,
                "title": title,
                "variantTitle": variant_title,
                "sku": variant.get("sku"),
                "vendor": (product or {}).get("vendor"),
                "requiresShipping": bool(item.get("requiresShipping", not gift_card)),
                "taxable": bool(variant.get("taxable", not gift_card)),
                "isGiftCard": gift_card,
                "restockable": not gift_card,
                "variant": {name: variant[name] for name in names if name in variant},
                "product": _product_reference(product),
            },
            price=wanted.get("price", variant.get("price", "0")),
        )

    def _add_custom_item(self, wanted: Mapping[str, Any]) -> None:
        self._add_line(
            wanted,
            {
                "name": wanted["title"],
                "title": wanted["title"],
                "variantTitle": None,
                "sku": wanted.get("sku"),
                "vendor": None,
                "requiresShipping": bool(wanted.get("requiresShipping", False)),
                "taxable": bool(wanted.get("taxable", False)),
                "isGiftCard": False,
                "restockable": False,
                "variant": None,
                "product": None,
            },
            price=wanted["price"],
        )

    def _add_line(self, wanted: Mapping[str, Any], goods: JsonObject, *, price: object) -> None:
        quantity = int(wanted.get("quantity", 1))
        line: JsonObject = {
            "id": self._ids.next("LineItem"),
            **goods,
            "quantity": quantity,
            "currentQuantity": quantity,
            "merchantEditable": True,
            "customAttributes": [],
            "originalUnitPriceSet": self._currencies.bag(self._price(price)),
            "discountAllocations": [],
            "taxLines": [],
            "duties": [],
            "lineItemGroup": None,
            "sellingPlan": None,
        }
        if goods["taxable"] and not self._order.get("taxExempt"):
            line["taxLines"] = self._taxes_like_others(self._price(price) * quantity)
        self._order["lineItems"].append(line)
        move(self._order, self._currencies, self._share(line, quantity), before=True, after=True)
        self._refresh(line)
        self._new_fulfilment_order(line, quantity, wanted.get("locationId"))

    def _taxes_like_others(self, net: Amounts) -> list[JsonObject]:
        models = [line["taxLines"] for line in self._order["lineItems"] if line.get("taxLines")]
        rated = [lines for lines in models if all(tax.get("rate") is not None for tax in lines)]
        return recomputed(rated[0], net, net, self._order) if rated else []

    def _add_discount(self, wanted: Mapping[str, Any]) -> None:
        line = self._line(wanted["lineItemId"])
        ordered, current = int(line["quantity"]), int(line.get("currentQuantity", line["quantity"]))
        before, after = self._share(line, ordered), self._share(line, current)
        old_net = money_of(line, self._order, self._currencies).net(ordered)
        if wanted.get("percentValue") is not None:
            percentage = float(wanted["percentValue"])
            amount = old_net.portion(round(percentage * 100), 10_000)
            value: JsonObject = {"__typename": "PricingPercentageValue", "percentage": percentage}
        else:
            unit = self._price(wanted["fixedValue"])
            amount = (unit * ordered).at_most(old_net)
            currency = self._currencies.presentment
            value = {
                "__typename": "MoneyV2",
                "amount": to_text(unit.presentment, currency),
                "currencyCode": currency,
            }
        application = self._edit_discount(value, str(wanted.get("description") or "Discount"))
        line.setdefault("discountAllocations", []).append(
            {"allocatedAmountSet": self._currencies.bag(amount), "discountApplication": application}
        )
        self._recompute_taxes(line, old_net)
        move(self._order, self._currencies, difference(self._share(line, ordered), before), before=True, after=False)
        move(self._order, self._currencies, difference(self._share(line, current), after), before=False, after=True)
        self._refresh(line)

    def _edit_discount(self, value: JsonObject, title: str) -> JsonObject:
        """A manual discount of an edit; `Order.discountApplications` leaves those of edits out, so only lines know it."""
        used = [one["index"] for one in self._order.get("discountApplications") or ()]
        for line in self._order["lineItems"]:
            used.extend(share["discountApplication"]["index"] for share in line.get("discountAllocations") or ())
        return {
            "__typename": "ManualDiscountApplication",
            "index": max(used, default=-1) + 1,
            "allocationMethod": "EACH",
            "targetSelection": "EXPLICIT",
            "targetType": "LINE_ITEM",
            "value": value,
            "title": title,
            "description": title,
        }

    def _add_shipping(self, wanted: Mapping[str, Any]) -> None:
        price = self._price(wanted["price"])
        models = [one["taxLines"] for one in self._order.get("shippingLines") or () if one.get("taxLines")]
        bag = self._currencies.bag(price)
        charge: JsonObject = {
            "id": self._ids.next("ShippingLine"),
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
            "taxLines": recomputed(models[0], price, price, self._order) if models else [],
        }
        self._order.setdefault("shippingLines", []).append(charge)
        share = shipping_share(charge, self._order, self._currencies)
        move(self._order, self._currencies, share, before=True, after=True)

    def _update_shipping(self, wanted: Mapping[str, Any]) -> None:
        """A committed charge is replaced: the old one is marked removed, the new one carries the price."""
        charge = self._charge(wanted["shippingLineId"])
        self._remove_shipping(wanted)
        self._add_shipping({"title": wanted.get("title") or charge["title"], **wanted, "code": charge.get("code")})

    def _remove_shipping(self, wanted: Mapping[str, Any]) -> None:
        charge = self._charge(wanted["shippingLineId"])
        share = shipping_share(charge, self._order, self._currencies)
        nothing = dict.fromkeys(share, ZERO)
        move(self._order, self._currencies, difference(nothing, share), before=False, after=True)
        charge["isRemoved"] = True
        charge["currentDiscountedPriceSet"] = self._currencies.bag(ZERO)
        self._removed_charges.append(
            {
                "id": self._ids.next("RefundShippingLine"),
                "shippingLine": {"id": charge["id"]},
                "subtotalAmountSet": self._currencies.bag(share["shipping"]),
                "taxAmountSet": self._currencies.bag(share["tax"]),
            }
        )


def _product_reference(product: Mapping[str, Any] | None) -> JsonObject | None:
    names = ("id", "legacyResourceId", "title", "vendor", "isGiftCard")
    return {name: product[name] for name in names if name in product} if product else None
