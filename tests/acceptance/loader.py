"""Reads ``cases.yaml`` and merges its defaults as its own conventions say, so that a case is complete by itself.

Knows the file's form and Shopify's field names; does not know Orderbridge.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

FILE = Path(__file__).with_name("cases.yaml")
PREFIX = "BC-"
NATURAL_KEYS = ("no", "code", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, with everything it inherits from the defaults."""

    id: str
    title: str
    settings: Json
    master_data: Json
    state: Json
    actions: list[Json]
    expected: Json

    @property
    def store_domain(self) -> str:
        """A store of its own, so that no case sees another's orders."""
        return f"case-{self.id.lower()}.myshopify.com"

    @property
    def shop(self) -> str:
        return f"case-{self.id.lower()}"


def load_cases() -> dict[str, Case]:
    """All cases by their id without the peer's prefix, in the file's order."""
    document = yaml.safe_load(FILE.read_text())
    cases = [_case(raw, document["defaults"]) for raw in document["cases"]]
    return {case.id: case for case in cases}


def _case(raw: Json, defaults: Json) -> Case:
    state = copy.deepcopy(raw["shopify_state"])
    state.setdefault("customers", copy.deepcopy(defaults["shopify_customers"]))
    if "orders" in state:
        state["orders"] = [_order(order, defaults) for order in state["orders"]]
    if "generate_orders" in state:
        made = [_generated_order(wish, defaults) for wish in state.pop("generate_orders")]
        state["orders"] = [*state.get("orders", []), *made]
    return Case(
        id=raw["id"].removeprefix(PREFIX),
        title=raw["title"],
        settings={**defaults["shop_settings"], **raw["shop_settings"]},
        master_data=_master_data(defaults["erp_master_data"], raw["erp_master_data"]),
        state=_as_stored(state),
        actions=[_action(action, defaults) for action in copy.deepcopy(raw["actions"])],
        expected=raw["expected"],
    )


def _action(action: Json, defaults: Json) -> Json:
    added = action.get("shopify_add")
    if added is None:
        return action
    if "orders" in added:
        added["orders"] = [_order(order, defaults) for order in added["orders"]]
    return {**action, "shopify_add": _as_stored(added)}


def _order(order: Json, defaults: Json) -> Json:
    """Default fields under those of the case; a key given in the case wins as a whole."""
    return {**copy.deepcopy(defaults["order"]), **order}


def _master_data(default: Json, given: Json) -> Json:
    merged: Json = copy.deepcopy({**default, **given})
    for name, value in default.items():
        if isinstance(value, list) and name in given:
            merged[name] = _joined(value, given[name])
    merged["links"] = {**default["links"], **given.get("links", {})}
    return merged


def _joined(default: list[Json], given: list[Json]) -> list[Json]:
    """Both lists; of two with the same key the case's own counts."""
    rows = {_natural_key(row): row for row in default}
    return list((rows | {_natural_key(row): row for row in given}).values())


def _natural_key(row: Mapping[str, Any]) -> str:
    return next(str(row[name]) for name in NATURAL_KEYS if name in row)


def _as_stored(state: Json) -> Json:
    """In the names that the schema has by now: ``addressesV2``, ``uri``, ``taxSettings``."""
    for customer in state.get("customers", []):
        if "addresses" in customer:
            customer["addressesV2"] = customer.pop("addresses")
    for subscription in state.get("webhookSubscriptions", []):
        if "callbackUrl" in subscription:
            subscription["uri"] = subscription.pop("callbackUrl")
    for company in state.get("companies", []):
        # Every contact of the case has the same id; in a store an id is one thing.
        company["mainContact"]["id"] = (
            f"gid://shopify/CompanyContact/{company['mainContact']['customer']['legacyResourceId']}"
        )
        for location in company.get("locations", []):
            if "taxRegistrationId" in location:
                location["taxSettings"] = {"taxRegistrationId": location.pop("taxRegistrationId")}
    return state


def _generated_order(wish: Json, defaults: Json) -> Json:
    """An order of many equal lines, and its fulfilment order where one is wished for."""
    numbers = range(wish["line_ids_from"], wish["line_ids_from"] + wish["lines"])
    lines = [
        {
            "id": f"gid://shopify/LineItem/{number}",
            "name": "Item A",
            "title": "Item A",
            "quantity": wish["quantity_each"],
            "currentQuantity": wish["quantity_each"],
            "product": {"legacyResourceId": "8001"},
            "variant": {"legacyResourceId": "9001"},
            "originalUnitPriceSet": {"shopMoney": {"amount": wish["unit_price"]}},
        }
        for number in numbers
    ]
    order: Json = {"legacyResourceId": wish["legacyResourceId"], "name": wish["name"], "lineItems": lines}
    if at := wish.get("fulfillment_order"):
        order["fulfillmentOrders"] = [_generated_fulfilment_order(at, lines)]
    return _order({**order, "shippingLines": []}, defaults)


def _generated_fulfilment_order(wish: Json, lines: list[Json]) -> Json:
    return {
        "id": wish["id"],
        "status": "OPEN",
        "assignedLocation": {"location": {"legacyResourceId": str(wish["location"])}},
        "lineItems": [
            {
                "id": f"gid://shopify/FulfillmentOrderLineItem/{number}",
                "lineItem": {"id": line["id"]},
                "totalQuantity": line["quantity"],
                "remainingQuantity": line["quantity"],
            }
            for number, line in enumerate(lines, wish["line_ids_from"])
        ],
    }
