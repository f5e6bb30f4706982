"""Mutations of webhook subscriptions, with the refusals Shopify was recorded to give.

Delivering to a subscription is not done here.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]

LONGEST_ADDRESS = 65_535
LONGEST_NAME = 50
NAME = re.compile(r"^[A-Za-z0-9_-]+$")
AWS_ARN = re.compile(r"^arn:aws:events:[a-z0-9-]+::event-source/aws\.partner/shopify\.com/\d+/.+$")
PUBSUB = re.compile(r"^pubsub://([a-z][a-z0-9-]{4,28}[a-z0-9]):([A-Za-z][\w.~+%-]{2,254})$")


@mutation("webhookSubscriptionCreate")
def create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["webhookSubscription"]
    uri = _address(given)
    errors = _address_errors(uri) + _other_errors(arguments["topic"], uri, given, context, None)
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    now = context.store.now_text()
    number = context.store.new_number()
    subscription = {
        **{key: value for key, value in given.items() if value is not None},
        "id": gid("WebhookSubscription", number),
        "legacyResourceId": str(number),
        "topic": arguments["topic"],
        "uri": uri,
        "callbackUrl": uri,
        "createdAt": now,
        "updatedAt": now,
        "apiVersion": {
            "handle": context.api_version,
            "displayName": context.api_version,
            "supported": True,
        },
    }
    kept, _unknown = context.loader.put(context.store, "WebhookSubscription", subscription)
    return {"webhookSubscription": kept, "userErrors": []}


@mutation("webhookSubscriptionUpdate")
def update(arguments: Values, context: RequestContext) -> Values:
    known = context.wanted(arguments["id"], "WebhookSubscription")
    if known is None:
        return {"webhookSubscription": None, "userErrors": [user_error("Webhook subscription does not exist", "id")]}
    given = arguments["webhookSubscription"]
    renewed = "uri" in given or "callbackUrl" in given
    uri = _address(given) if renewed else known["uri"]
    errors = _address_errors(uri) if renewed else []
    errors += _other_errors(known["topic"], uri, given, context, known)
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    known.update({key: value for key, value in given.items() if value is not None})
    known["uri"] = known["callbackUrl"] = uri
    known["endpoint"] = {"__typename": "WebhookHttpEndpoint", "callbackUrl": uri}
    context.store.touch(known)
    return {"webhookSubscription": known, "userErrors": []}


@mutation("webhookSubscriptionDelete")
def delete(arguments: Values, context: RequestContext) -> Values:
    known = context.wanted(arguments["id"], "WebhookSubscription")
    if known is None:
        errors = [user_error("Webhook subscription does not exist", "id")]
        return {"deletedWebhookSubscriptionId": None, "userErrors": errors}
    context.store.remove(known["id"])
    return {"deletedWebhookSubscriptionId": known["id"], "userErrors": []}


def _address(given: Values) -> str:
    return str(given.get("uri") or given.get("callbackUrl") or "").strip()


def _address_errors(uri: str) -> list[Values]:
    def refused(text: str) -> list[Values]:
        return [user_error(f"Address {text}", "webhookSubscription", "callbackUrl")]

    if not uri:
        return refused("can't be blank")
    if len(uri.encode()) > LONGEST_ADDRESS:
        return refused("is too big (maximum is 64 KB)")
    if uri.startswith("arn:"):
        return [] if AWS_ARN.match(uri) else refused("is not a valid AWS ARN")
    scheme, separator, rest = uri.partition("://")
    if scheme == "pubsub":
        if rest.count(":") != 1:
            return refused("is not a valid GCP pub/sub format. Format should be pubsub://project:topic")
        return [] if PUBSUB.match(uri) else refused("is not a valid GCP topic id.")
    if scheme == "http" and _is_nearby(urlsplit(uri).hostname or ""):
        return []
    if separator and scheme != "https":
        return refused(f"protocol {scheme}:// is not supported")
    return [] if separator and urlsplit(uri).hostname else refused("is invalid")


def _is_nearby(host: str) -> bool:
    """Shopify takes https alone; the simulator runs beside the service it talks to, where plain http is usual."""
    return host in ("127.0.0.1", "::1", "host.docker.internal") or (bool(host) and "." not in host)


def _other_errors(topic: str, uri: str, given: Values, context: RequestContext, known: Values | None) -> list[Values]:
    errors: list[Values] = []
    others = [item for item in context.store.all("WebhookSubscription") if item is not known]
    name = given.get("name")
    filtered = given.get("filter", (known or {}).get("filter"))
    if name is not None:
        errors += _name_errors(name, others)
    same = [item for item in others if item["topic"] == topic and item["uri"] == uri and item.get("filter") == filtered]
    if same and not name:
        text = "Address for this topic has already been taken"
        errors.append(user_error(text, "webhookSubscription", "callbackUrl"))
    if given.get("format") == "XML" and topic.startswith(("RETURNS_", "FULFILLMENT_ORDERS_", "BULK_")):
        text = "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
        errors.append(user_error(text, "webhookSubscription", "format"))
    if given.get("filter") and ":" not in given["filter"]:
        text = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
        errors.append(user_error(text, "webhookSubscription"))
    return errors


def _name_errors(name: str, others: list[Values]) -> list[Values]:
    place = ("webhookSubscription", "name")
    if not name:
        return [user_error("Name is too short (minimum is 1 character)", *place)]
    if len(name) > LONGEST_NAME:
        return [user_error(f"Name is too long (maximum is {LONGEST_NAME} characters)", *place)]
    if not NAME.match(name):
        text = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
        return [user_error(text, *place)]
    if any(item.get("name") == name for item in others):
        return [user_error("Name already exists, no duplicate allowed", *place)]
    return []
