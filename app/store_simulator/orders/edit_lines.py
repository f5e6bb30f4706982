"""Changes of an order edit to lines: quantities, added goods, discounts.

Recorded: lowering leaves `quantity`, tax lines and totals before returns and shrinks the fulfilment order in place;
adding moves both kinds of totals, and an added line gets a fulfilment order of its own. Not recorded, decided here: a
raised line grows in place, its own discounts with it, a share of an order discount stays.
"""

from collections.abc import Mapping
from typing import Any

from app.store_simulator.orders.edit_session import EditSession
from app.store_simulator.orders.fulfilment_orders import (
    AT_THE_SERVICE,
    fulfilment_order,
    is_open,
    reduce_open_units,
    refresh_fulfilment_order,
)
from app.store_simulator.orders.header import difference, line_share, move
from app.store_simulator.orders.line_money import current_quantity, is_order_level, money_of, refresh_line
from app.store_simulator.orders.money import Amounts, JsonObject, to_text
from app.store_simulator.orders.taxes import recomputed


class LineEdits:
    """Makes the changes to lines of one edit session."""

    def __init__(self, session: EditSession) -> None:
        self._session = session

    def set_quantity(self, wanted: Mapping[str, Any]) -> None:
        """Set what is current of a line: fewer, more, or 0 to remove it."""
        line, quantity = self._session.line(wanted["lineItemId"]), int(wanted["quantity"])
        current = current_quantity(line)
        if quantity < current:
            self._lower(line, current, quantity, restock=bool(wanted.get("restock")))
        elif quantity > current:
            self._raise(line, current, quantity)

    def _lower(self, line: JsonObject, current: int, quantity: int, *, restock: bool) -> None:
        money = money_of(line, self._session.order, self._session.currencies)
        share = difference(self._share(line, quantity), self._share(line, current))
        move(self._session.order, self._session.currencies, share, before=False, after=True)
        line["currentQuantity"] = quantity
        reduce_open_units(self._session.order, line["id"], current - quantity, self._session.at)
        self._session.removed_lines.append(
            {
                "id": self._session.ids.next("RefundLineItem"),
                "lineItem": {"id": line["id"]},
                "quantity": current - quantity,
                "restockType": "CANCEL" if restock else "NO_RESTOCK",
                "restocked": restock,
                "location": None,
                "priceSet": line.get("discountedUnitPriceSet") or line["originalUnitPriceSet"],
                "subtotalSet": self._session.currencies.bag(money.net(current) - money.net(quantity)),
                "totalTaxSet": self._session.currencies.bag(money.tax(current) - money.tax(quantity)),
            }
        )
        self._refresh(line)

    def _raise(self, line: JsonObject, current: int, quantity: int) -> None:
        """More units: at the line's price and its own discounts; a share of an order discount stays what it was."""
        ordered, more = int(line["quantity"]), quantity - current
        before, after = self._share(line, ordered), self._share(line, current)
        old = money_of(line, self._session.order, self._session.currencies)
        self._grow_discounts(line, ordered, ordered + more)
        line["quantity"], line["currentQuantity"] = ordered + more, quantity
        self._recompute_taxes(line, old.net(ordered))
        move(
            self._session.order,
            self._session.currencies,
            difference(self._share(line, ordered + more), before),
            before=True,
            after=False,
        )
        move(
            self._session.order,
            self._session.currencies,
            difference(self._share(line, quantity), after),
            before=False,
            after=True,
        )
        self._ask_for(line, more)
        self._refresh(line)

    def _grow_discounts(self, line: JsonObject, ordered: int, wanted: int) -> None:
        """The line's own discounts grow with it; rounded one by one, they may not come to more than the line."""
        currencies = self._session.currencies
        left = currencies.read(line["originalUnitPriceSet"]) * wanted
        for share in line.get("discountAllocations") or ():
            amount = currencies.read(share["allocatedAmountSet"])
            if not is_order_level(share, self._session.order):
                amount = amount.portion(wanted, ordered)
            amount = amount.at_most(left)
            left = left - amount
            share["allocatedAmountSet"] = currencies.bag(amount)

    def _share(self, line: JsonObject, units: int) -> dict[str, Amounts]:
        return line_share(line, self._session.order, self._session.currencies, units)

    def _recompute_taxes(self, line: JsonObject, old_net: Amounts) -> None:
        if line.get("taxLines"):
            money = money_of(line, self._session.order, self._session.currencies)
            line["taxLines"] = recomputed(line["taxLines"], old_net, money.net(money.quantity), self._session.order)

    def _refresh(self, line: JsonObject) -> None:
        line.setdefault("discountAllocations", [])
        refresh_line(line, self._session.order, self._session.currencies)

    def _ask_for(self, line: JsonObject, units: int) -> None:
        """Ask for more units: in an open fulfilment order that has the line and is at no service, else in a new one."""
        for node in self._session.order.get("fulfillmentOrders") or ():
            if not is_open(node) or node.get("requestStatus") in AT_THE_SERVICE:
                continue
            for part in node["lineItems"]:
                if part["lineItem"]["id"] == line["id"]:
                    part["totalQuantity"] += units
                    part["remainingQuantity"] += units
                    refresh_fulfilment_order(node)
                    return
        self._new_fulfilment_order(line, units, None)

    def _new_fulfilment_order(self, line: JsonObject, units: int, location_id: str | None) -> None:
        nodes = self._session.order.get("fulfillmentOrders") or []
        if not nodes:
            return
        places = [node for node in nodes if node["assignedLocation"].get("location")]
        wanted = [node for node in places if node["assignedLocation"]["location"]["id"] == location_id]
        model = (wanted or places or nodes)[0]
        location = model["assignedLocation"].get("location") or {"id": None, "legacyResourceId": None}
        location = {"name": model["assignedLocation"]["name"], **location}
        method = {"methodType": "SHIPPING"} if line.get("requiresShipping") else {"methodType": "NONE"}
        made = fulfilment_order(
            self._session.ids, self._session.order, [(line, units)], location, method, self._session.at
        )
        made["assignedLocation"] = model["assignedLocation"]
        nodes.append(made)

    def add_variant(self, wanted: Mapping[str, Any]) -> None:
        """Add goods of the catalogue."""
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

    def add_custom_item(self, wanted: Mapping[str, Any]) -> None:
        """Add a line without product."""
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
            "id": self._session.ids.next("LineItem"),
            **goods,
            "quantity": quantity,
            "currentQuantity": quantity,
            "merchantEditable": True,
            "customAttributes": [],
            "originalUnitPriceSet": self._session.currencies.bag(self._session.price(price)),
            "discountAllocations": [],
            "taxLines": [],
            "duties": [],
            "lineItemGroup": None,
            "sellingPlan": None,
        }
        if goods["taxable"] and not self._session.order.get("taxExempt"):
            line["taxLines"] = self._taxes_like_others(self._session.price(price) * quantity)
        self._session.order["lineItems"].append(line)
        move(self._session.order, self._session.currencies, self._share(line, quantity), before=True, after=True)
        self._refresh(line)
        self._new_fulfilment_order(line, quantity, wanted.get("locationId"))

    def _taxes_like_others(self, net: Amounts) -> list[JsonObject]:
        models = [line["taxLines"] for line in self._session.order["lineItems"] if line.get("taxLines")]
        rated = [lines for lines in models if all(tax.get("rate") is not None for tax in lines)]
        return recomputed(rated[0], net, net, self._session.order) if rated else []

    def add_discount(self, wanted: Mapping[str, Any]) -> None:
        """Take a percentage, or an amount off each unit, off a line."""
        line = self._session.line(wanted["lineItemId"])
        ordered, current = int(line["quantity"]), current_quantity(line)
        before, after = self._share(line, ordered), self._share(line, current)
        old_net = money_of(line, self._session.order, self._session.currencies).net(ordered)
        if wanted.get("percentValue") is not None:
            percentage = float(wanted["percentValue"])
            amount = old_net.portion(round(percentage * 100), 10_000)
            value: JsonObject = {"__typename": "PricingPercentageValue", "percentage": percentage}
        else:
            unit = self._session.price(wanted["fixedValue"])
            amount = (unit * ordered).at_most(old_net)
            currency = self._session.currencies.presentment
            value = {
                "__typename": "MoneyV2",
                "amount": to_text(unit.presentment, currency),
                "currencyCode": currency,
            }
        application = self._edit_discount(value, str(wanted.get("description") or "Discount"))
        line.setdefault("discountAllocations", []).append(
            {"allocatedAmountSet": self._session.currencies.bag(amount), "discountApplication": application}
        )
        self._recompute_taxes(line, old_net)
        move(
            self._session.order,
            self._session.currencies,
            difference(self._share(line, ordered), before),
            before=True,
            after=False,
        )
        move(
            self._session.order,
            self._session.currencies,
            difference(self._share(line, current), after),
            before=False,
            after=True,
        )
        self._refresh(line)

    def _edit_discount(self, value: JsonObject, title: str) -> JsonObject:
        """A manual discount of an edit; `Order.discountApplications` leaves those out, so only lines know it."""
        used = [one["index"] for one in self._session.order.get("discountApplications") or ()]
        for line in self._session.order["lineItems"]:
            shares = line.get("discountAllocations") or ()
            used.extend((share.get("discountApplication") or {}).get("index", -1) for share in shares)
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


def _product_reference(product: Mapping[str, Any] | None) -> JsonObject | None:
    names = ("id", "legacyResourceId", "title", "vendor", "isGiftCard")
    return {name: product[name] for name in names if name in product} if product else None
