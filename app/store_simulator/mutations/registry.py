"""The list of mutations the simulator carries out.

A mutation is a function of its coerced arguments and the request's context; it returns the payload in Shopify's names.
"""

from collections.abc import Callable
from typing import Any

from app.store_simulator.context import RequestContext
from app.store_simulator.orders.errors import ChangeRefused

Values = dict[str, Any]
Mutation = Callable[[Values, RequestContext], Values]

_MUTATIONS: dict[str, Mutation] = {}


def mutation(name: str) -> Callable[[Mutation], Mutation]:
    """Makes a function the one that carries out the mutation of that name."""

    def register(function: Mutation) -> Mutation:
        _MUTATIONS[name] = function
        return function

    return register


def find_mutation(name: str) -> Mutation | None:
    return _MUTATIONS.get(name)


def user_error(message: str, *field: str, code: str | None = None) -> Values:
    return {"field": list(field) or None, "message": message, "code": code}


def refused(refusal: ChangeRefused) -> Values:
    return {"field": refusal.field, "message": refusal.message, "code": refusal.code}
