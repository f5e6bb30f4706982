"""What one GraphQL request knows while it is answered: its store, variables, errors, and how to follow references.

The bridge between a plan and a store; does not parse, charge or transport anything.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from app.store_simulator.ids import gid, number_of, timestamp, type_of
from app.store_simulator.loading import Loader
from app.store_simulator.state import Store, Values

VISIBLE_DAYS = 60


class RequestContext:
    """Implements the plan's context over one store."""

    def __init__(self, store: Store, loader: Loader, variables: Values, denied: frozenset[str]) -> None:
        self.store = store
        self.loader = loader
        self.variables = variables
        self.denied = denied
        self.errors: list[Values] = []
        self.path: list[str | int] = []
        self.search_warnings: list[Values] = []
        # Webhooks that the request's mutations cause: topic and the object it is about.
        self.events: list[tuple[str, Values]] = []
        self.api_version = ""
        self.planted_errors: dict[str, list[Values]] = {}
        # Reads the query of a bulk operation; handed in, since it takes everything that a request takes.
        self.understood: Callable[[str], Any] = _unread
        # Carries a mutation out with variables, as a line of a bulk operation; handed in for the same reason.
        self.carried_out: Callable[[str, Values], Values] = _not_carried_out

    def default(self, type_name: str) -> Any:
        match type_name:
            case "CurrencyCode":
                return self.store.shop["currencyCode"]
            case "URL":
                return f"https://{self.store.domain}"
            case "Date":
                return self.store.now_text()[:10]
            case _:
                return self.store.now_text()

    def follow(self, type_name: str, value: Values) -> Values:
        """The object a reference means; what the reference itself says stays where the object says nothing."""
        identifier = value.get("id")
        if identifier is None:
            number = value.get("legacyResourceId")
            if number is None:
                return value
            identifier = gid(type_name, number)
            value = {**value, "id": identifier}
        stored = self.store.by_gid.get(identifier)
        if stored is None or stored is value:
            return value
        return {**value, **stored} if len(value) > 1 else stored

    def concrete_type(self, abstract: str, value: Values) -> str:
        return self.loader.shaper.concrete(abstract, value)

    def oldest_order(self) -> str | None:
        """How far back orders are seen: sixty days, unless the app may read all of them."""
        if "read_all_orders" in self.store.app.scopes:
            return None
        return timestamp(self.store.clock.now() - timedelta(days=VISIBLE_DAYS))

    def number(self, value: Values) -> str:
        return str(value.get("legacyResourceId") or number_of(value.get("id", "")))

    def emit(self, topics: list[str], value: Values) -> None:
        self.events.extend((topic, value) for topic in topics)

    def take_planted_errors(self, mutation: str) -> list[Values] | None:
        return self.planted_errors.get(mutation)

    def settle(self, order: Values, topics: list[str], plain: Iterable[str] | None = None) -> None:
        """An order has moved on by a mutation, perhaps in plain fields only."""
        self.loader.settle(self.store, order, plain)
        self.emit(topics, order)

    def wanted(self, identifier: str, type_name: str) -> Values | None:
        return self.store.find(identifier) if type_of(identifier) == type_name else None


def _unread(_query: str) -> Any:
    raise LookupError("nobody here reads the queries of bulk operations")


def _not_carried_out(_query: str, _variables: Values) -> Values:
    raise LookupError("nobody here carries out the lines of bulk operations")
