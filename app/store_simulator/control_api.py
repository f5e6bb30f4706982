"""The simulator's own doors, which no real shop has: state, journal, faults, webhooks, the passing of time.

Every door answers JSON and refuses what it does not understand with 400 or 404 and a sentence. Does not know GraphQL.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from app.store_simulator.admin_api import json_response
from app.store_simulator.faults import FaultError, parse_fault
from app.store_simulator.fulfilment_deeds import note_shipped
from app.store_simulator.fulfilment_order_deeds import DEEDS, do
from app.store_simulator.generating import GenerateError, generate
from app.store_simulator.ids import gid, number_of
from app.store_simulator.loading import order_gid
from app.store_simulator.order_actions import ActionError, act, plain_fields
from app.store_simulator.orders import life
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.return_actions import CHANGED_PART
from app.store_simulator.simulator import Shop, Simulator
from app.store_simulator.state import KINDS, Values
from app.store_simulator.store_settings import SettingError, apply_settings, settings_of
from app.store_simulator.webhook_bodies import edit_between, quantities

Door = Callable[[HttpRequest], Awaitable[Response]]


class BadRequestError(Exception):
    """The caller's words make no sense to the simulator."""


def explained(door: Door) -> Door:
    """Turns what a door refuses into an answer."""

    async def open_door(http: HttpRequest) -> Response:
        try:
            return await door(http)
        except (BadRequestError, FaultError, SettingError, ActionError, GenerateError) as error:
            return json_response({"error": str(error)}, 400)
        except ChangeRefused as refusal:
            answer = {"error": refusal.message, "field": refusal.field, "code": refusal.code}
            return json_response(answer, 409)
        except LookupError as error:
            return json_response({"error": str(error).strip("'\"")}, 404)

    return open_door


async def body_of(http: HttpRequest) -> Values:
    content = await http.body()
    if not content:
        return {}
    try:
        decoded = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise BadRequestError("the body must be a JSON object")
    return decoded


class ControlApi:
    """The endpoints below /control."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def _shop(self, http: HttpRequest) -> Shop:
        return self._simulator.shop(http.path_params["store_domain"])

    async def put_state(self, http: HttpRequest) -> Response:
        shop, given = self._shop(http), await body_of(http)
        emit, replace = bool(given.pop("emit", False)), bool(given.pop("replace", False))
        objects = {kind: given.pop(kind) for kind in [*KINDS] if kind in given}
        shop_fields = given.pop("shop", None)
        unknown = apply_settings(shop, given)
        loader = self._simulator.engine.loader
        if shop_fields is not None:
            unknown.extend(loader.put_shop(shop.store, shop_fields))
        put: dict[str, int] = {}
        # Orders last: what they mention may come with them.
        for kind in sorted(objects, key=lambda name: name == "orders"):
            if replace:
                for known in shop.store.all(KINDS[kind]):
                    shop.store.remove(known["id"])
            loaded, names = self._put_objects(shop, kind, objects[kind], emit=emit)
            put[kind] = loaded
            unknown.extend(names)
        return json_response({"put": put, "unknown": sorted(set(unknown))})

    def _put_objects(self, shop: Shop, kind: str, items: Any, *, emit: bool) -> tuple[int, list[str]]:
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise BadRequestError(f"{kind} must be a list of objects")
        loader = self._simulator.engine.loader
        unknown: list[str] = []
        for index, item in enumerate(items):
            before = set(shop.store.by_type.get("Order", {})) if emit else set()
            try:
                value, names = loader.put(shop.store, KINDS[kind], item)
            except (ValueError, TypeError, ArithmeticError, KeyError, AttributeError) as error:
                raise BadRequestError(f"{kind}[{index}] cannot be understood: {error!r}") from error
            unknown.extend(f"{kind}.{name}" for name in names)
            if emit and kind == "orders":
                topics = ["ORDERS_UPDATED"] if value["id"] in before else life.create(value)
                self._simulator.emit(shop, [(topic, value) for topic in topics])
        return len(items), unknown

    async def get_state(self, http: HttpRequest) -> Response:
        shop = self._shop(http)
        wanted = http.query_params.get("kinds")
        kinds = wanted.split(",") if wanted else list(KINDS)
        state: Values = {"domain": shop.store.domain, "shop": shop.store.shop, **settings_of(shop)}
        for kind in kinds:
            if kind not in KINDS:
                raise BadRequestError(f"there is no kind {kind}")
            state[kind] = shop.store.all(KINDS[kind])
        return json_response(state)

    async def patch_order(self, http: HttpRequest) -> Response:
        shop, fields = self._shop(http), await body_of(http)
        order = self._order(shop, http)
        emit = fields.pop("emit", True)
        topics = fields.pop("topics", ["ORDERS_UPDATED"])
        changed, unknown = self._simulator.engine.loader.change_order(shop.store, order, fields)
        sent = self._simulator.emit(shop, [(topic, changed) for topic in topics]) if emit else 0
        return json_response({"order": changed, "unknown": unknown, "webhooks": sent})

    async def get_order(self, http: HttpRequest) -> Response:
        return json_response(self._order(self._shop(http), http))

    async def delete_order(self, http: HttpRequest) -> Response:
        shop = self._shop(http)
        order = self._order(shop, http)
        shop.store.remove(order["id"])
        shop.store.given.pop(order["id"], None)
        return json_response({"webhooks": self._simulator.emit(shop, [("ORDERS_DELETE", order)])})

    async def act_on_order(self, http: HttpRequest) -> Response:
        shop, given = self._shop(http), await body_of(http)
        order = self._order(shop, http)
        before, shipped = quantities(order), len(order.get("fulfillments") or [])
        action = http.path_params["action"]
        topics = act(action, order, given, shop.store.clock.now())
        note_shipped(shop.store, order, (order.get("fulfillments") or [])[shipped:], given)
        self._simulator.engine.loader.settle(shop.store, order, plain_fields(action, given))
        told = {**order, "edit": edit_between(before, quantities(order)), CHANGED_PART: given.get(CHANGED_PART)}
        sent = self._simulator.emit(shop, [(topic, told) for topic in topics]) if given.get("emit", True) else 0
        return json_response({"order": order, "topics": topics, "webhooks": sent})

    async def act_on_fulfilment_order(self, http: HttpRequest) -> Response:
        """What a mutation would do, whatever the app's scopes are, and what others do: a third party, the warehouse."""
        shop, given = self._shop(http), await body_of(http)
        node = shop.store.find(gid("FulfillmentOrder", number_of(http.path_params["id"])))
        if node is None:
            raise LookupError(f"there is no fulfilment order {http.path_params['id']}")
        action = http.path_params["action"]
        if action not in DEEDS:
            raise BadRequestError(f"unknown action {action}; known are {', '.join(sorted(DEEDS))}")
        try:
            answer, events = do(action, shop.store, self._simulator.engine.loader, node, given)
        except KeyError as error:
            raise BadRequestError(f"{action} needs {error}") from error
        sent = self._simulator.emit(shop, events) if given.get("emit", True) else 0
        return json_response({**answer, "topics": [topic for topic, _ in events], "webhooks": sent})

    async def generate_orders(self, http: HttpRequest) -> Response:
        shop, given = self._shop(http), await body_of(http)
        made = generate(shop.store, self._simulator.engine.loader, given)
        sent = self._simulator.emit(shop, made.events) if given.get("emit", False) else 0
        return json_response({**made.summary, "webhooks": sent})

    async def calls(self, http: HttpRequest) -> Response:
        shop = self._shop(http)
        since = int(http.query_params.get("since", "0"))
        operation = http.query_params.get("operation")
        chosen = [
            call
            for call in shop.calls
            if call["number"] > since and (operation is None or call["operation"] == operation)
        ]
        totals = {
            "calls": shop.calls_made,
            "requestedQueryCost": sum(call.get("requestedQueryCost") or 0 for call in shop.calls),
            "actualQueryCost": sum(call.get("actualQueryCost") or 0 for call in shop.calls),
        }
        return json_response({"calls": chosen, "totals": totals})

    async def shipped(self, http: HttpRequest) -> Response:
        """Every fulfilment ever recorded, of one order if it is named, those of orders that are gone included."""
        wanted = http.query_params.get("order")
        chosen = [
            each
            for each in self._shop(http).store.shipped
            if wanted is None or wanted in (each["orderName"], each["orderId"], number_of(each["orderId"]))
        ]
        return json_response({"fulfillments": chosen})

    async def delete_calls(self, http: HttpRequest) -> Response:
        shop = self._shop(http)
        shop.calls.clear()
        shop.calls_made = 0
        return json_response({})

    async def add_faults(self, http: HttpRequest) -> Response:
        shop, given = self._shop(http), await body_of(http)
        wanted = given.get("faults", [given] if given else [])
        faults = [parse_fault(item) for item in wanted]
        for fault in faults:
            shop.faults.add(fault)
        return json_response({"faults": [fault.as_answer() for fault in shop.faults.waiting()]})

    async def get_faults(self, http: HttpRequest) -> Response:
        return json_response({"faults": [fault.as_answer() for fault in self._shop(http).faults.waiting()]})

    async def delete_faults(self, http: HttpRequest) -> Response:
        self._shop(http).faults.clear()
        return json_response({"faults": []})

    async def webhooks(self, http: HttpRequest) -> Response:
        """Options, repeats and deliveries by hand, in this order."""
        shop, given = self._shop(http), await body_of(http)
        try:
            shop.webhooks.configure(given.pop("options", {}))
        except ValueError as error:
            raise BadRequestError(str(error)) from error
        answer: Values = {}
        if "redeliver" in given:
            wanted = given.pop("redeliver")
            answer["redelivered"] = shop.webhooks.redeliver(None if wanted == "all" else list(wanted))
        if "emit" in given:
            event = given.pop("emit")
            value = shop.store.find(event["id"]) or {"id": event["id"]}
            answer["emitted"] = self._simulator.emit(shop, [(topic, value) for topic in event["topics"]])
        if "send" in given:
            order = given.pop("send")
            answer["sent"] = shop.webhooks.send(order["topic"], order.get("body") or {}, order["uri"]).as_answer()
        if given:
            raise BadRequestError(f"unknown: {', '.join(given)}")
        return json_response(answer)

    async def deliveries(self, http: HttpRequest) -> Response:
        sender = self._shop(http).webhooks
        return json_response(
            {
                "idle": sender.idle,
                "options": msgspec.to_builtins(sender.options),
                "deliveries": [delivery.as_answer() for delivery in sender.deliveries],
            }
        )

    async def stores(self, _http: HttpRequest) -> Response:
        found = [
            {"domain": name, "orders": len(shop.store.all("Order")), "calls": shop.calls_made}
            for name, shop in self._simulator.shops.items()
        ]
        return json_response({"stores": found})

    async def reset(self, http: HttpRequest) -> Response:
        await self._simulator.reset(http.path_params.get("store_domain"))
        return json_response({})

    def _order(self, shop: Shop, http: HttpRequest) -> Values:
        """By number, by global id, or by the order's name."""
        wanted = http.path_params["order_id"]
        found = shop.store.find(order_gid(wanted))
        if found is None:
            found = next((item for item in shop.store.all("Order") if item.get("name") == wanted), None)
        if found is None:
            raise LookupError(f"there is no order {wanted}")
        return found
