"""Makes a generated order one that a company placed: who buys for whom, its own order number, when it must pay.

Admin API, Order.purchasingEntity, poNumber and paymentTerms: terms with one schedule, due some days after the order, on
a fixed day, at once, or with the shipment (then without a date). What a store holds of the companies is made elsewhere.
"""

import random
from datetime import datetime, timedelta

from app.store_simulator.orders.companies import buyers
from app.store_simulator.orders.money import Currencies, JsonObject, to_text
from app.store_simulator.orders.nodes import ChildIds, timestamp

_TERMS: tuple[tuple[str, str, int | None], ...] = (
    ("NET", "Net 15", 15),
    ("NET", "Net 30", 30),
    ("NET", "Net 60", 60),
    ("FIXED", "Fixed", None),
    ("RECEIPT", "Due on receipt", None),
    ("FULFILLMENT", "Due on fulfillment", None),
)
_FIXED_DAYS = 45


def sell_to_company(
    order: JsonObject, rng: random.Random, ids: ChildIds, currencies: Currencies, placed_at: datetime
) -> None:
    """Write company, order number and, mostly, terms into an order whose total is known."""
    buyer = rng.choice(buyers())
    order["purchasingEntity"] = buyer
    name = buyer["company"]["name"]
    order["poNumber"] = _order_number(rng)
    for address in (order["shippingAddress"], order["billingAddress"], order["displayAddress"]):
        if address:
            address["company"] = name
    if rng.random() < 0.8:
        order["paymentTerms"] = _terms(order, rng, ids, currencies, placed_at)


def _order_number(rng: random.Random) -> str | None:
    """None, short, or longer than most systems allow."""
    digits = str(rng.randint(1, 99_999))
    return rng.choice((None, digits, f"PO-{digits}/2026", f"Bestellung {digits} Abt. Einkauf/Möbel " * 3))


def _terms(
    order: JsonObject, rng: random.Random, ids: ChildIds, currencies: Currencies, placed_at: datetime
) -> JsonObject:
    kind, name, days = rng.choice(_TERMS)
    after = {"NET": days, "FIXED": _FIXED_DAYS, "RECEIPT": 0}.get(kind)
    currency = currencies.presentment
    owed = to_text(currencies.read(order["totalPriceSet"]).presentment, currency)
    money = {"amount": owed, "currencyCode": currency}
    return {
        "id": ids.next("PaymentTerms"),
        "paymentTermsName": name,
        "paymentTermsType": kind,
        "translatedName": name,
        "dueInDays": days,
        "due": False,
        "overdue": False,
        "paymentSchedules": [
            {
                "id": ids.next("PaymentSchedule"),
                "issuedAt": timestamp(placed_at),
                "dueAt": None if after is None else timestamp(placed_at + timedelta(days=after)),
                "completedAt": None,
                "due": False,
                "balanceDue": money,
                "totalBalance": money,
            }
        ],
    }
