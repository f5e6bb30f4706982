"""Mutations of an order as a whole: update, close, open, mark as paid, capture, cancel, tags.

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


@mutation("orderCapture")
def order_capture(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    order = _order(given["id"], context)
    if order is None:
        return {"transaction": None, "userErrors": [user_error("Order does not exist", "id")]}
    try:
        _refuse_capture(order, given)
        topics = life.capture(
            order, given["amount"], context.store.clock.now(), parent_transaction_id=given["parentTransactionId"]
        )
    except life.ChangeRefused as refusal:
        return {"transaction": None, "userErrors": [refused(refusal)]}
    context.settle(order, topics)
    return {"transaction": order["transactions"][-1], "userErrors": []}


def _refuse_capture(order: Values, given: Values) -> None:
    """What is recorded of captures before their amount is looked at."""
    parent = next((one for one in order["transactions"] if one["id"] == given["parentTransactionId"]), None)
    if parent is None:
        raise life.ChangeRefused("Unable to find parent transaction")
    if parent["status"] != "SUCCESS":
        raise life.ChangeRefused("Can only capture successful authorizations")
    if parent["kind"] != "AUTHORIZATION":
        raise life.ChangeRefused("Parent transaction should be a successful authorization")
    currency, wanted = order["presentmentCurrencyCode"], given.get("currency")
    if wanted != currency and (wanted is not None or currency != order["currencyCode"]):
        text = f"Currency Currency must match parent transaction {currency}"
        raise life.ChangeRefused(text, field=["currency"])
    if given.get("finalCapture") is not None and parent["gateway"] != "shopify_payments":
        text = "Setting final capture is not supported for this transaction's payment gateway. Please remove the "
        raise life.ChangeRefused(text + "parameter or set it to null, then try again.")


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
    refusal = _refused_credit(order, method, context) or _refused_cancel(order, context)
    if refusal is not None:
        return _not_cancelled(refusal)
    job_id = gid("Job", context.store.new_number())
    job: Values = {"id": job_id, "done": False}
    context.store.put("Job", job)

    def work() -> list[tuple[str, Values]]:
        return _cancelled(arguments, method, context)

    if context.store.jobs.requests:
        context.store.jobs.begin(job_id, order["id"], work)
    else:
        context.events.extend(work())
    return {"job": job, "orderCancelUserErrors": [], "userErrors": []}


def _cancelled(arguments: Values, method: Values | None, context: RequestContext) -> list[tuple[str, Values]]:
    """Does it, unless the order has become one that cannot be cancelled: then the job ends with nothing done."""
    order, note = context.store.find(arguments["orderId"]), arguments.get("staffNote")
    if order is None:
        return []
    try:
        now = context.store.clock.now()
        topics = life.cancel(order, arguments["reason"], arguments["restock"], method, now, staff_note=note)
    except life.ChangeRefused:
        return []
    context.loader.settle(context.store, order)
    return [(topic, order) for topic in topics]


def _refused_cancel(order: Values, context: RequestContext) -> Values | None:
    if context.store.jobs.is_about(order["id"]):
        return user_error("Cancellation is already in progress", code="INVALID")
    try:
        life.refuse_cancel(order)
    except life.ChangeRefused as refusal:
        return refused(refusal)
    return None


def _refused_credit(order: Values, method: Values | None, context: RequestContext) -> Values | None:
    """Store credit belongs to a customer and is no matter of companies. The codes are Shopify's, the words ours."""
    credit = (method or {}).get("storeCreditRefund")
    if credit is None:
        return None
    path = ("refundMethod", "storeCreditRefund")
    if (order.get("purchasingEntity") or {}).get("company"):
        text = "Store credit refunds are not supported for B2B orders."
        return user_error(text, *path, code="STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED")
    if not order.get("customer"):
        text = "An order without a customer cannot be refunded to store credit."
        return user_error(text, *path, code="STORE_CREDIT_REFUND_MISSING_CUSTOMER")
    expires = credit.get("expiresAt")
    if expires and datetime.fromisoformat(expires) <= context.store.clock.now():
        text = "The expiration date of the store credit is in the past."
        return user_error(text, *path, "expiresAt", code="STORE_CREDIT_REFUND_EXPIRATION_IN_PAST")
    return None


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
