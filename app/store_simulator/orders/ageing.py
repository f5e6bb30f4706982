"""What becomes of generated orders after checkout: shipped, edited, exchanged, refunded, cancelled, closed.

Only decides; the changes themselves are those of `life`. Edits come before money is paid back, as an order that was
refunded can hardly be edited at Shopify.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.store_simulator.orders import life, return_life
from app.store_simulator.orders.catalogue import Catalogue
from app.store_simulator.orders.line_money import is_tip, shipped_units
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.options import GeneratorOptions, happens, weighted
from app.store_simulator.orders.people import CARRIERS
from app.store_simulator.orders.returns import RETURN_REASONS, closed_return, returnable_units


def age(
    order: JsonObject, *, rng: random.Random, options: GeneratorOptions, catalogue: Catalogue, at: datetime
) -> None:
    """Let some of an order's life pass."""
    till = order["retailLocation"] is not None
    if not till and rng.random() < options.cancelled:
        _cancel(order, rng, at + timedelta(hours=1))
        return
    if not till and order["lineItems"] and rng.random() < options.edited:
        _edit(order, rng, catalogue, at + timedelta(minutes=20))
    _fulfil(order, rng, options, at + timedelta(hours=3), till=till)
    if happens(rng, options.exchanged):
        _exchange(order, rng, catalogue, at + timedelta(days=1))
    if happens(rng, options.returned):
        _return(order, rng, at + timedelta(days=1, hours=6))
    refund_due = rng.random() < options.refunded
    if refund_due and order["displayFinancialStatus"] == "PAID":
        _refund(order, rng, options, at + timedelta(days=2))
    done = order["displayFulfillmentStatus"] == "FULFILLED" and order["fullyPaid"]
    if done and rng.random() < options.closed:
        life.close(order, at + timedelta(days=3))


def _cancel(order: JsonObject, rng: random.Random, at: datetime) -> None:
    reason = rng.choice(("CUSTOMER", "INVENTORY", "FRAUD", "OTHER"))
    life.cancel(order, reason, rng.random() < 0.8, {"originalPaymentMethodsRefund": True}, at)


def _edit(order: JsonObject, rng: random.Random, catalogue: Catalogue, at: datetime) -> None:
    goods = [line for line in order["lineItems"] if not is_tip(line) and not line["isGiftCard"]]
    if not goods:
        return
    changes: list[JsonObject] = []
    line = rng.choice(goods)
    kind = rng.choice(("less", "remove", "more", "add", "less"))
    if kind == "less" and line["currentQuantity"] > 1:
        changes.append({"setQuantity": {"lineItemId": line["id"], "quantity": line["currentQuantity"] - 1}})
    elif kind == "remove" and len(goods) > 1:
        changes.append({"setQuantity": {"lineItemId": line["id"], "quantity": 0}})
    elif kind == "more":
        changes.append({"setQuantity": {"lineItemId": line["id"], "quantity": line["currentQuantity"] + 1}})
    else:
        chosen = rng.choice(catalogue.goods)
        changes.append({"addVariant": {"variant": chosen.variant, "product": chosen.product, "quantity": 1}})
    life.edit(order, changes, at, refunds=rng.choice(("lines", "lines", "none")))


def _fulfil(order: JsonObject, rng: random.Random, options: GeneratorOptions, at: datetime, *, till: bool) -> None:
    virtual = [node for node in order["fulfillmentOrders"] if node["deliveryMethod"]["methodType"] == "NONE"]
    cards = {line["id"] for line in order["lineItems"] if line["isGiftCard"]}
    plan = "full" if till else weighted(rng, options.fulfilments)
    if plan == "full" and order["fulfillable"]:
        if happens(rng, options.parcels):
            life.fulfil(order, list(_some_parcels(order, virtual, rng).items()), _tracking(rng), at)
        if order["fulfillable"]:
            life.fulfil(order, None, None if till else _tracking(rng), at + timedelta(hours=1))
        return
    wanted: dict[str, int] = {}
    if order["fullyPaid"]:
        for node in virtual:
            wanted.update(_remaining(line for line in node["lineItems"] if line["lineItem"]["id"] in cards))
    if plan == "partial":
        wanted.update(_some_parcels(order, virtual, rng))
    if wanted:
        life.fulfil(order, list(wanted.items()), _tracking(rng) if plan == "partial" else None, at)


def _some_parcels(order: JsonObject, virtual: list[JsonObject], rng: random.Random) -> dict[str, int]:
    parcels = [line for node in order["fulfillmentOrders"] if node not in virtual for line in node["lineItems"]]
    half = parcels[: max(1, len(parcels) // 2)]
    return {line["id"]: rng.randint(1, line["remainingQuantity"]) for line in half if line["remainingQuantity"]}


def _remaining(lines: Iterable[JsonObject]) -> dict[str, int]:
    return {line["id"]: line["remainingQuantity"] for line in lines if line["remainingQuantity"]}


def _tracking(rng: random.Random) -> JsonObject:
    company, _ = rng.choice(CARRIERS)
    number = f"{rng.randint(10**11, 10**12 - 1)}"
    return {"company": company, "number": number, "url": f"https://track.example.com/{number}"}


def _exchange(order: JsonObject, rng: random.Random, catalogue: Catalogue, at: datetime) -> None:
    shipped = shipped_units(order)
    goods = [line for line in order["lineItems"] if line["requiresShipping"] and shipped[line["id"]]]
    if not goods:
        return
    line, other = rng.choice(goods), rng.choice(catalogue.goods)
    quantity = rng.randint(1, min(shipped[line["id"]], line["currentQuantity"]))
    wanted = {"variant": other.variant, "product": other.product, "quantity": rng.randint(1, quantity)}
    life.exchange(order, [(line["id"], quantity)], [wanted], at)


def _return(order: JsonObject, rng: random.Random, at: datetime) -> None:
    """A return without its refund: asked for, declined, on its way, or arrived."""
    goods = [line for line in order["lineItems"] if line["requiresShipping"] and returnable_units(order, line)]
    if not goods:
        return
    line = rng.choice(goods)
    quantity = rng.randint(1, returnable_units(order, line))
    reason, _ = rng.choice(RETURN_REASONS)
    note = rng.choice((None, "It does not suit me"))
    wanted = {"id": line["id"], "quantity": quantity, "reason": reason, "customerNote": note}
    return_life.request(order, {"lines": [wanted]}, at)
    steps = (("decline",), (), ("approve",), ("approve", "ship_back", "dispose", "process", "close"))
    for hour, step in enumerate(rng.choice(steps), start=1):
        _take_return_step(order, step, quantity, at + timedelta(hours=hour))


def _take_return_step(order: JsonObject, step: str, quantity: int, at: datetime) -> None:
    back = order["returns"][-1]["reverseFulfillmentOrders"]
    place = order["fulfillments"][0]["location"]
    disposed = {"type": "NOT_RESTOCKED", "quantity": quantity, "location": place and place["id"]}
    given: dict[str, JsonObject] = {
        "ship_back": {"tracking": {"carrierName": CARRIERS[0][0], "number": f"R{quantity}"}},
        "dispose": {"dispositions": [disposed]},
    }
    if back or step not in given:
        getattr(return_life, step)(order, given.get(step, {}), at)


def _refund(order: JsonObject, rng: random.Random, options: GeneratorOptions, at: datetime) -> None:
    goods = [line for line in order["lineItems"] if line["refundableQuantity"] and not is_tip(line)]
    if not goods:
        return
    line = rng.choice(goods)
    quantity = rng.randint(1, line["refundableQuantity"])
    part = {"lineItem": {"id": line["id"]}, "quantity": quantity, "restockType": "RETURN"}
    note = rng.choice((None, "Arrived damaged", "Wrong size"))
    back = None
    if quantity <= returnable_units(order, line) and line["requiresShipping"] and rng.random() < 0.5:
        back = closed_return(order, [(line, quantity)], at)
    stub = {name: back[name] for name in ("id", "name", "status")} if back else None
    given: JsonObject = {"note": note, "return": stub, "refundLineItems": [part]}
    # Whether the tax of a duty goes back with it is not recorded, so only untaxed ones are given back.
    plain = [duty for duty in line["duties"] if not duty["taxLines"]]
    if plain and not order["dutiesIncluded"] and happens(rng, options.refunded_duties):
        given["duties"] = [{"originalDuty": {"id": duty["id"]}} for duty in plain]
    life.refund(order, given, at)
    if back:
        back["refunds"] = [{"id": order["refunds"][-1]["id"]}]
        life.change(order, {"returns": [*order["returns"], back]}, at)
