"""Small orders for the tests of the simulated order's life: a test names the telling fields, the rest is plain."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.store_simulator.orders.fulfilment import refresh_shipping
from app.store_simulator.orders.fulfilment_orders import fulfilment_order
from app.store_simulator.orders.header import open_header
from app.store_simulator.orders.line_money import refresh_line
from app.store_simulator.orders.markets import TaxRate
from app.store_simulator.orders.money import Currencies
from app.store_simulator.orders.nodes import ChildIds, gid
from app.store_simulator.orders.payments import TransactionWriter, refresh_payment
from app.store_simulator.orders.taxes import tax_lines

Order = dict[str, Any]

PLACED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = PLACED_AT + timedelta(hours=1)
WAREHOUSE: Order = {"id": gid("Location", 61), "legacyResourceId": "61", "name": "Warehouse"}
SHOP: Order = {"id": gid("Location", 62), "legacyResourceId": "62", "name": "Shop"}


def money(bag: Order | None) -> str:
    """A MoneyBag as one word: shop amount, and the customer's where it differs."""
    assert bag is not None
    shop, presentment = bag["shopMoney"], bag["presentmentMoney"]
    if shop == presentment:
        return str(shop["amount"])
    return f"{shop['amount']} {shop['currencyCode']} = {presentment['amount']} {presentment['currencyCode']}"


def line(price: str = "10.00", quantity: int = 1, **fields: Any) -> Order:
    """Goods; `discount`, `tax` (rate), `at` (location) and any field of a LineItem may be given."""
    return {"price": price, "quantity": quantity, **fields}


def placed(
    *lines: Order,
    shipping: str | None = None,
    payment: str = "paid",
    taxes_included: bool = False,
    currency: str = "EUR",
    presentment: str | None = None,
    gateway: str = "shopify_payments",
) -> Order:
    """An order right after checkout; `payment` is paid, authorized, pending or none."""
    currencies = Currencies(currency, presentment or currency)
    ids = ChildIds(5001)
    order = _head(currencies, taxes_included)
    for given in lines or (line(),):
        order["lineItems"].append(_line(given, order, ids, currencies))
    if shipping:
        order["shippingLines"].append(_charge(shipping, ids, currencies))
    open_header(order, currencies)
    for location in (WAREHOUSE, SHOP):
        units = [
            (made, made["quantity"])
            for given, made in zip(lines or (line(),), order["lineItems"], strict=True)
            if given.get("at", WAREHOUSE) is location and made["requiresShipping"]
        ]
        if units:
            made = fulfilment_order(ids, order, units, location, {"methodType": "SHIPPING"}, PLACED_AT)
            order["fulfillmentOrders"].append(made)
    refresh_shipping(order, currencies)
    _pay(order, payment, gateway, ids, currencies)
    return order


def _head(currencies: Currencies, taxes_included: bool) -> Order:
    written = "2026-11-20T09:00:00Z"
    return {
        "id": gid("Order", 5001),
        "legacyResourceId": "5001",
        "name": "#1001",
        "createdAt": written,
        "processedAt": written,
        "updatedAt": written,
        "closed": False,
        "closedAt": None,
        "cancelledAt": None,
        "edited": False,
        "taxesIncluded": taxes_included,
        "taxExempt": False,
        "returnStatus": "NO_RETURN",
        "currencyCode": currencies.shop,
        "presentmentCurrencyCode": currencies.presentment,
        "discountApplications": [],
        "lineItems": [],
        "shippingLines": [],
        "additionalFees": [],
        "fulfillmentOrders": [],
        "fulfillments": [],
        "transactions": [],
        "refunds": [],
        "returns": [],
    }


def _line(given: Order, order: Order, ids: ChildIds, currencies: Currencies) -> Order:
    fields = {key: value for key, value in given.items() if key not in ("price", "discount", "tax", "at")}
    made: Order = {
        "id": ids.next("LineItem"),
        "title": "Goods",
        "name": "Goods",
        "currentQuantity": given["quantity"],
        "requiresShipping": True,
        "product": {"id": gid("Product", 1)},
        "variant": {"id": gid("ProductVariant", 2)},
        "originalUnitPriceSet": currencies.bag(currencies.convert(_minor(given["price"]))),
        "discountAllocations": [],
        "taxLines": [],
        "duties": [],
        **fields,
    }
    net = currencies.read(made["originalUnitPriceSet"]) * given["quantity"]
    if given.get("discount"):
        off = currencies.convert(_minor(given["discount"]))
        net = net - off
        application = {"__typename": "ManualDiscountApplication", "index": 0, "allocationMethod": "EACH"}
        made["discountAllocations"] = [
            {"allocatedAmountSet": currencies.bag(off), "discountApplication": application},
        ]
    if given.get("tax"):
        rates = [TaxRate(title="VAT", rate=given["tax"])]
        made["taxLines"] = tax_lines(net, rates, currencies, included=order["taxesIncluded"])
    refresh_line(made, order, currencies)
    return made


def _minor(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def _charge(price: str, ids: ChildIds, currencies: Currencies) -> Order:
    bag = currencies.bag(currencies.convert(_minor(price)))
    return {
        "id": ids.next("ShippingLine"),
        "title": "Standard",
        "isRemoved": False,
        "originalPriceSet": bag,
        "discountedPriceSet": bag,
        "currentDiscountedPriceSet": bag,
        "discountAllocations": [],
        "taxLines": [],
    }


def _pay(order: Order, payment: str, gateway: str, ids: ChildIds, currencies: Currencies) -> None:
    kind, status = {"authorized": ("AUTHORIZATION", "SUCCESS"), "pending": ("SALE", "PENDING")}.get(
        payment, ("SALE", "SUCCESS")
    )
    if payment != "none":
        due = currencies.read(order["totalPriceSet"])
        made = TransactionWriter(ids, currencies).write(
            kind=kind, gateway=gateway, amount=due, at=PLACED_AT, status=status
        )
        order["transactions"].append(made)
    refresh_payment(order, currencies)
