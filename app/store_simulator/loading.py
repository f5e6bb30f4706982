"""Takes objects given from outside into a store: shaped by the schema, completed, indexed.

The one door through which state enters, whether by the control API, the generator or a mutation.
Does not know HTTP, and sends no webhooks.
"""

import copy
from collections.abc import Iterable
from datetime import timedelta

from app.store_simulator.graphql_schema import AdminSchema, load_schema
from app.store_simulator.ids import gid, is_gid, moment_of, timestamp
from app.store_simulator.object_defaults import fill_object, fill_shop
from app.store_simulator.order_defaults import fill_order
from app.store_simulator.shaping import Currencies, Shaper
from app.store_simulator.state import KINDS, Store, Values

# Fields of an order through which it mentions people and things that then exist in the shop as well.
MENTIONED = {"customer": "Customer"}


class Loader:
    """Puts objects into stores, all by one schema."""

    def __init__(self, schema: AdminSchema | None = None) -> None:
        self._shaper = Shaper((schema or load_schema()).graphql)

    @property
    def shaper(self) -> Shaper:
        return self._shaper

    def put_shop(self, store: Store, given: Values) -> list[str]:
        currency = given.get("currencyCode") or store.shop.get("currencyCode") or "EUR"
        currencies = Currencies(shop=currency, presentment=currency)
        shop, unknown = self._shaper.shape("Shop", {**store.shop, **given}, currencies, store.new_number)
        fill_shop(shop, store.domain)
        store.shop = shop
        store.put("Shop", shop)
        return unknown

    def put_objects(self, store: Store, kind: str, given: list[Values]) -> tuple[list[Values], list[str]]:
        type_name = KINDS[kind]
        loaded: list[Values] = []
        unknown: list[str] = []
        for item in given:
            value, names = self.put(store, type_name, item)
            loaded.append(value)
            unknown.extend(f"{kind}.{name}" for name in names)
        return loaded, sorted(set(unknown))

    def put(self, store: Store, type_name: str, given: Values) -> tuple[Values, list[str]]:
        if type_name == "Order":
            return self.put_order(store, given)
        shop_currency = store.shop["currencyCode"]
        currencies = Currencies(shop=shop_currency, presentment=shop_currency)
        value, unknown = self._shaper.shape(type_name, given, currencies, store.new_number)
        fill_object(type_name, value, now=store.now_text())
        store.put(type_name, value)
        return value, unknown

    def put_order(self, store: Store, given: Values) -> tuple[Values, list[str]]:
        shop_currency = given.get("currencyCode") or store.shop["currencyCode"]
        currencies = Currencies(shop=shop_currency, presentment=given.get("presentmentCurrencyCode") or shop_currency)
        order, unknown = self._shaper.shape("Order", copy.deepcopy(given), currencies, store.new_number)
        self._meet_mentioned(store, order)
        locations = store.all("Location")
        fill_order(
            order,
            now=store.now_text(),
            shop_currency=store.shop["currencyCode"],
            new_number=store.new_number,
            location=locations[0] if locations else None,
        )
        store.put("Order", order)
        store.given[order["id"]] = {**given, "id": order["id"]}
        return order, unknown

    def put_finished_order(self, store: Store, order: Values) -> None:
        """An order that was made whole, as the generator makes them: nothing to shape, nothing to derive."""
        store.put("Order", order)

    def change_order(self, store: Store, order: Values, fields: Values) -> tuple[Values, list[str]]:
        """Sets fields and derives everything that was not given afresh; updatedAt moves unless it is set."""
        base = store.given.get(order["id"], order)
        fields = dict(fields)
        if "transaction" in fields:
            base = _with_transaction(base, fields.pop("transaction"))
        before = moment_of(order["updatedAt"])
        wanted = fields.get("updatedAt")
        if isinstance(wanted, str) and wanted.startswith("+"):
            fields["updatedAt"] = timestamp(before + timedelta(minutes=float(wanted[1:])))
        elif not wanted:
            fields["updatedAt"] = timestamp(max(store.clock.now(), before + timedelta(seconds=1)))
        kept = {"createdAt": order["createdAt"], "processedAt": order["processedAt"]}
        if "fulfillmentOrders" not in base and order["fulfillmentOrders"] and "lineItems" not in fields:
            kept["fulfillmentOrders"] = order["fulfillmentOrders"]
        return self.put_order(store, {**kept, **base, **fields})

    def settle(self, store: Store, order: Values, plain: Iterable[str] | None = None) -> None:
        """After an order's life has moved on, what it is now is what counts as given.

        When only plain fields changed, from which no amount follows, the rest goes on to be derived.
        """
        given = store.given.get(order["id"])
        if given is not None and plain is not None:
            followers = {"displayAddress"} & given.keys()
            given.update({name: order.get(name) for name in (*plain, *followers, "updatedAt")})
        else:
            store.given.pop(order["id"], None)
        store.reindex("Order", order)

    def _meet_mentioned(self, store: Store, order: Values) -> None:
        for name, type_name in MENTIONED.items():
            value = order.get(name)
            if not value:
                continue
            known = store.find(value["id"])
            if known is None or known.get("mentionedOnly"):
                merged = {key: item for key, item in (known or {}).items() if key in _plain_fields(known)}
                self.put(store, type_name, {**merged, **value, "updatedAt": order.get("updatedAt")})
                store.by_gid[value["id"]]["mentionedOnly"] = True
                order[name] = {"id": value["id"]}


def _with_transaction(order: Values, change: Values) -> Values:
    """The order with one transaction changed, wherever in it that transaction stands."""
    order = copy.deepcopy(order)
    number = str(change.get("id") or change.get("legacyResourceId"))
    wanted = number if is_gid(number) else gid("OrderTransaction", number)
    places = [order, *(order.get("refunds") or [])]
    found = [item for place in places for item in place.get("transactions") or [] if item.get("id") == wanted]
    if not found:
        raise LookupError(f"there is no transaction {number} in the order")
    for item in found:
        item.update({name: value for name, value in change.items() if name not in ("id", "legacyResourceId")})
    return order


def _plain_fields(known: Values | None) -> set[str]:
    return {"firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber", "addresses"} & set(known or {})


def order_gid(number: str) -> str:
    return number if number.startswith("gid://") else gid("Order", number)
