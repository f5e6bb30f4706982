"""Mutations of an order as a whole: update, close, open, mark as paid, cancel, tags.

The consequences live in app.store_simulator.orders.life; here stand the refusals and the payloads.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from app.store_simulator.answers import invalid_id
from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid, is_gid, number_of, type_of
from app.store_simulator.mutations.registry import mutation, refused, user_error
from app.store_simulator.orders import life

Values = dict[str, Any]

LONGEST_STAFF_NOTE = 255
UPDATABLE = ("note", "tags", "customAttributes", "email", "phone", "poNumber", "shippingAddress")


CLOSING = ("closed", "closedAt")

Change = Callable[[Values, datetime], list[str]]


def _order(identifier: str, context: RequestContext) -> Values | None:
    if not is_gid(identifier) or type_of(identifier) != "Order" or number_of(identifier) == "0":
        raise invalid_id()
    return context.store.find(identifier)


def _live(identifier: str, context: RequestContext, change: Change, plain: Iterable[str] | None = None) -> Values:
    """Lets an order live on, and answers with it or with what Shopify has against it."""
    order = _order(identifier, context)
    if order is None:
        return {"order": None, "userErrors": [user_error("Order does not exist", "id")]}
    try:
        topics = change(order, context.store.clock.now())
    except life.ChangeRefused as refusal:
        return {"order": order, "userErrors": [refused(refusal)]}
    context.settle(order, topics, plain)
    return {"order": order, "userErrors": []}


@mutation("orderUpdate")
def order_update(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    changes = {name: given[name] for name in UPDATABLE if name in given}
    if len(given) == 1:
        return {"order": None, "userErrors": [user_error("No valid update parameters have been provided")]}

    def change(order: Values, at: datetime) -> list[str]:
        if "tags" in changes:
            changes["tags"] = sorted({tag.strip() for tag in changes["tags"] or [] if tag.strip()}, key=str.casefold)
        if changes.get("shippingAddress"):
            changes["shippingAddress"] = _merged_address(order, changes["shippingAddress"], context)
        if given.get("localizedFields"):
            changes["localizedFields"] = _localized_fields(order, given["localizedFields"])
        if given.get("metafields"):
            changes["metafields"] = _metafields(order, given["metafields"], context)
        return life.change(order, changes, at)

    return _live(given["id"], context, change, plain=[name for name in given if name != "id"])


def _merged_address(order: Values, given: Values, context: RequestContext) -> Values:
    address = {**(order.get("shippingAddress") or {}), **given}
    if given.get("countryCode"):
        address["countryCodeV2"] = given["countryCode"]
    address["id"] = gid("MailingAddress", context.store.new_number())
    return address


def _localized_fields(order: Values, given: list[Values]) -> list[Values]:
    changed = {field["key"]: field["value"] for field in given}
    kept = [item for item in order.get("localizedFields") or [] if item.get("key") not in changed]
    return [*kept, *({"key": key, "value": value} for key, value in changed.items())]


def _metafields(order: Values, given: list[Values], context: RequestContext) -> list[Values]:
    """Each given one takes the place of the one with its namespace and key, or of the one with its id."""
    kept = [dict(item) for item in order.get("metafields") or []]
    for wish in given:
        name = (wish.get("namespace", "custom"), wish.get("key"))
        found = [item for item in kept if item["id"] == wish.get("id") or (item["namespace"], item["key"]) == name]
        if found:
            found[0].update({key: value for key, value in wish.items() if key != "id"})
        else:
            number = context.store.new_number()
            fresh = {"id": gid("Metafield", number), "legacyResourceId": str(number), "type": "single_line_text_field"}
            kept.append({**fresh, "namespace": name[0], **wish})
    return kept


@mutation("orderClose")
def order_close(arguments: Values, context: RequestContext) -> Values:
    return _live(arguments["input"]["id"], context, life.close, plain=CLOSING)


@mutation("orderOpen")
def order_open(arguments: Values, context: RequestContext) -> Values:
    return _live(arguments["input"]["id"], context, life.reopen, plain=CLOSING)


@mutation("orderMarkAsPaid")
def order_mark_as_paid(arguments: Values, context: RequestContext) -> Values:
    return _live(arguments["input"]["id"], context, life.mark_as_paid)


@mutation("orderCancel")
def order_cancel(arguments: Values, context: RequestContext) -> Values:
    order = _order(arguments["orderId"], context)
    if order is None:
        return _not_cancelled(user_error("Order does not exist", "orderId", code="NOT_FOUND"))
    if len(arguments.get("staffNote") or "") > LONGEST_STAFF_NOTE:
        text = f"Staff note is too long. Maximum length is {LONGEST_STAFF_NOTE} characters."
        return _not_cancelled(user_error(text, "staffNote", code="INVALID"))
    if arguments.get("refund") is not None and arguments.get("refundMethod") is not None:
        text = "Only one of the arguments `refund` or `refund_method` is allowed."
        return _not_cancelled(user_error(text, "refund", code="INVALID"))
    method = arguments.get("refundMethod")
    if arguments.get("refund"):
        method = {"originalPaymentMethodsRefund": True}
    try:
        topics = life.cancel(
            order,
            arguments["reason"],
            arguments["restock"],
            method,
            context.store.clock.now(),
            staff_note=arguments.get("staffNote"),
        )
    except life.ChangeRefused as refusal:
        return _not_cancelled(refused(refusal))
    context.settle(order, topics)
    # The answer says "not done" although the work is: as at Shopify the job is something to ask about again.
    job = {"id": gid("Job", context.store.new_number()), "done": False}
    context.store.put("Job", job)
    return {"job": job, "orderCancelUserErrors": [], "userErrors": []}


def _not_cancelled(error: Values) -> Values:
    return {"job": None, "orderCancelUserErrors": [error], "userErrors": [error]}


@mutation("tagsAdd")
def tags_add(arguments: Values, context: RequestContext) -> Values:
    return _retag(arguments, context, lambda tags, given: tags | given)


@mutation("tagsRemove")
def tags_remove(arguments: Values, context: RequestContext) -> Values:
    return _retag(arguments, context, lambda tags, given: tags - given)


def _retag(arguments: Values, context: RequestContext, combine: Any) -> Values:
    node = context.store.find(arguments["id"])
    if node is None:
        return {"node": None, "userErrors": [user_error(f"{type_of(arguments['id'])} does not exist", "id")]}
    before = set(node.get("tags") or [])
    after = combine(before, {tag.strip() for tag in arguments["tags"] if tag.strip()})
    if after != before:
        _tag(node, sorted(after, key=str.casefold), context)
    return {"node": node, "userErrors": []}


def _tag(node: Values, tags: list[str], context: RequestContext) -> None:
    if type_of(node["id"]) == "Order":
        context.settle(node, life.change(node, {"tags": tags}, context.store.clock.now()), plain=["tags"])
        return
    node["tags"] = tags
    context.store.touch(node)
    topic = {"Customer": "CUSTOMERS_UPDATE", "Product": "PRODUCTS_UPDATE"}.get(type_of(node["id"]))
    context.emit([topic] if topic else [], node)
