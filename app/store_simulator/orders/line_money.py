"""Money of one order line, read from the state: what any number of its units is worth, and the fields derived from it.

Follows the line fields of the Admin API (LineItem): allocations and tax lines "still count" refunded and removed units,
`priceAfterAllDiscountsBeforeTaxesSet` does not. A part of the units is worth the difference between what remains before
and after, so the parts of a line always add up to the line. Knows nothing of the order's header.
"""

from collections import Counter
from dataclasses import dataclass

from app.store_simulator.orders.money import Amounts, Currencies, JsonObject, total


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMoney:
    """The figures of a line that everything else follows from."""

    quantity: int
    current: int
    price: Amounts
    discount: Amounts
    taxes: tuple[Amounts, ...]
    taxes_included: bool

    def net(self, units: int) -> Amounts:
        """Worth of so many units after all discounts (with tax when prices include it)."""
        if units == self.quantity:
            return self.price * units - self.discount
        return self.price * units - self.discount.portion(units, self.quantity)

    def tax(self, units: int) -> Amounts:
        """Tax of so many units, every tax line rounded for itself."""
        if units == self.quantity:
            return total(self.taxes)
        return total(tax.portion(units, self.quantity) for tax in self.taxes)

    def discount_of(self, units: int) -> Amounts:
        """Discount of so many units."""
        return self.price * units - self.net(units)

    def charged(self, units: int) -> Amounts:
        """What so many units add to the order's total."""
        return self.net(units) if self.taxes_included else self.net(units) + self.tax(units)


def current_quantity(line: JsonObject) -> int:
    """Units of a line that were neither removed nor refunded."""
    current = line.get("currentQuantity")
    return int(line.get("quantity", 1) if current is None else current)


def is_tip(line: JsonObject) -> bool:
    """Whether a line is a tip; the words are those of the tip's own language, a product would settle it as goods."""
    return (
        line.get("product") is None
        and line.get("variant") is None
        and not line.get("requiresShipping")
        and str(line.get("title") or line.get("name")) in TIP_TITLES
    )


ODD_TIP_TITLES = ("Danke ♥", "For the team", "5 % on top", "Kaffeekasse", "🙏")
"""What shops call a tip that is no word for it."""
TIP_TITLES = frozenset({"Tip", "Trinkgeld", "Pourboire", "Fooi", "Dricks", "チップ", "إكرامية", *ODD_TIP_TITLES})


def money_of(line: JsonObject, order: JsonObject, currencies: Currencies | None = None) -> LineMoney:
    """Read a line of the state; a line that was only put partly into it counts what it has."""
    currencies = currencies or Currencies.of(order)
    quantity = int(line.get("quantity", 1))
    allocations = line.get("discountAllocations") or ()
    return LineMoney(
        quantity=quantity,
        current=current_quantity(line),
        price=currencies.read(line.get("originalUnitPriceSet")),
        discount=total(currencies.read(share["allocatedAmountSet"]) for share in allocations),
        taxes=tuple(currencies.read(tax["priceSet"]) for tax in line.get("taxLines") or ()),
        taxes_included=bool(order.get("taxesIncluded")),
    )


def is_order_level(share: JsonObject, order: JsonObject) -> bool:
    """Whether an allocation comes from an order discount, spread ACROSS ALL; every other one belongs to its line.

    A share put into the state by hand may name its application by index only.
    """
    application = share.get("discountApplication") or {}
    if "allocationMethod" not in application:
        known = order.get("discountApplications") or ()
        application = next((one for one in known if one.get("index") == application.get("index")), {})
    return application.get("allocationMethod") == "ACROSS" and application.get("targetSelection") == "ALL"


def refresh_line(line: JsonObject, order: JsonObject, currencies: Currencies) -> None:
    """Write the money and quantity fields that follow from price, quantities, allocations and tax lines."""
    money = money_of(line, order, currencies)
    gross = money.price * money.quantity
    own = [share for share in line["discountAllocations"] if not is_order_level(share, order)]
    line_discount = total(currencies.read(share["allocatedAmountSet"]) for share in own)
    without_codes = total(
        currencies.read(share["allocatedAmountSet"])
        for share in own
        if (share.get("discountApplication") or {}).get("__typename") != "DiscountCodeApplication"
    )
    units = max(money.quantity, 1)
    line["originalTotalSet"] = currencies.bag(gross)
    line["totalDiscountSet"] = currencies.bag(line_discount)
    line["discountedTotalSet"] = currencies.bag(gross - without_codes)
    line["discountedUnitPriceSet"] = currencies.bag((gross - without_codes).portion(1, units))
    line["discountedUnitPriceAfterAllDiscountsSet"] = currencies.bag(money.net(money.quantity).portion(1, units))
    refresh_quantities(line, money, currencies, 0, 0 if is_tip(line) else money.current)


def refresh_quantities(
    line: JsonObject, money: LineMoney, currencies: Currencies, shipped: int, open_units: int, held: int = 0
) -> None:
    """Write what follows from the quantities: left to refund, left to ship, and what those units are worth.

    Held units are left to ship, but cannot be shipped (recorded).
    """
    before_taxes = money.net(money.current)
    if money.taxes_included:
        before_taxes = before_taxes - money.tax(money.current)
    line["priceAfterAllDiscountsBeforeTaxesSet"] = currencies.bag(before_taxes)
    line["refundableQuantity"] = money.current
    line["unfulfilledQuantity"] = open_units
    line["fulfillableQuantity"] = open_units - held
    line["nonFulfillableQuantity"] = max(money.quantity - shipped - open_units, 0)
    line["unfulfilledOriginalTotalSet"] = currencies.bag(money.price * open_units)
    line["unfulfilledDiscountedTotalSet"] = currencies.bag(money.net(open_units))


def shipped_units(order: JsonObject) -> Counter[str]:
    """Units by line id in fulfilments that were not cancelled."""
    shipped: Counter[str] = Counter()
    for fulfilment in order.get("fulfillments") or ():
        if fulfilment.get("status") != "CANCELLED":
            for part in fulfilment.get("fulfillmentLineItems") or ():
                shipped[part["lineItem"]["id"]] += int(part["quantity"])
    return shipped
