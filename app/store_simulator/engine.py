"""Answers one GraphQL request against one store: check, charge, run, report.

Everything between the body of a request and the body of its answer. Does not know HTTP or planted faults.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, OperationDefinitionNode

from app.store_simulator.answers import error_entry, max_cost_exceeded, throttled
from app.store_simulator.bulk_queries import BulkQueries
from app.store_simulator.context import RequestContext
from app.store_simulator.cost import MAXIMUM_QUERY_COST, CostModel
from app.store_simulator.documents import Document, Documents
from app.store_simulator.graphql_schema import AdminSchema
from app.store_simulator.loading import Loader
from app.store_simulator.plan import NullBubbleError, Planner, Selection
from app.store_simulator.resolvers import AdminResolvers
from app.store_simulator.state import Store, Values
from app.store_simulator.variables import coerce_variables

BOUND_OF_PLANS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    query: str
    variables: Values = field(default_factory=dict)
    operation_name: str | None = None
    api_version: str = ""
    request_id: str = ""
    # User errors that a planted fault puts into the payload of a mutation, by the mutation's name.
    planted_errors: dict[str, list[Values]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The body of the answer and what the store's journal and subscriptions want to know about it."""

    body: Values
    operation: str = ""
    kind: str = ""
    requested_cost: int | None = None
    actual_cost: int | None = None
    events: list[tuple[str, Values]] = field(default_factory=list)


class Engine:
    """Runs requests of all stores with one schema."""

    def __init__(self, schema: AdminSchema) -> None:
        self._schema = schema
        self._documents = Documents(schema.graphql)
        self._resolvers = AdminResolvers(schema)
        self._costs = CostModel(schema.graphql)
        self._plans: dict[tuple[Any, ...], Selection] = {}
        self._requested: dict[tuple[Any, ...], int] = {}
        self._bulk = BulkQueries(schema, self._documents, self._resolvers)
        self.loader = Loader(schema)

    def name_of(self, query: str, operation_name: str | None) -> str:
        """The name under which faults and the journal know a request."""
        operation = self._documents.get(query).operation(operation_name)
        if operation is None:
            return operation_name or ""
        return operation.name.value if operation.name else _first_field(operation)

    def context(self, store: Store, variables: Values) -> RequestContext:
        """What a request, or a bulk operation, carries through its plan."""
        context = RequestContext(store, self.loader, variables, self._resolvers.denied_types(store))
        context.carried_out = lambda text, given: self._carried_out(store, context, text, given)
        return context

    def _carried_out(self, store: Store, of: RequestContext, text: str, given: Values) -> Values:
        """The body of one line of a bulk mutation, which costs nothing; its webhooks are those of the operation."""
        document = self._documents.get(text)
        operation = document.operation(None)
        if document.errors or operation is None:
            return {"errors": document.errors or [_no_operation(None)]}
        variables, errors = coerce_variables(self._schema.graphql, operation, given)
        if errors:
            return {"errors": errors}
        context = self.context(store, variables)
        data: Values | None
        try:
            data = self._plan(document, operation, variables).answer({}, context)
        except NullBubbleError:
            data = None
        of.events.extend(context.events)
        return {"data": data, **({"errors": context.errors} if context.errors else {})}

    def answer(self, store: Store, request: Request) -> Outcome:
        document = self._documents.get(request.query)
        if document.errors:
            return Outcome(body={"errors": document.errors}, operation=request.operation_name or "")
        operation = document.operation(request.operation_name)
        if operation is None:
            return Outcome(body={"errors": [_no_operation(request.operation_name)]})
        name = operation.name.value if operation.name else _first_field(operation)
        outcome = Outcome(body={}, operation=name, kind=operation.operation.value)
        variables, errors = coerce_variables(self._schema.graphql, operation, request.variables)
        if errors:
            outcome.body = {"errors": errors}
            return outcome
        outcome.requested_cost = self._requested_cost(store, name, document, operation, variables)
        if outcome.requested_cost > MAXIMUM_QUERY_COST:
            outcome.body = {"errors": [max_cost_exceeded(outcome.requested_cost, MAXIMUM_QUERY_COST)]}
            return outcome
        if not store.bucket.try_take(outcome.requested_cost):
            outcome.body = {"errors": [throttled()], "extensions": {"cost": _cost(store, outcome)}}
            return outcome
        self._run(store, request, document, operation, variables, outcome)
        return outcome

    def _run(
        self,
        store: Store,
        request: Request,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Values,
        outcome: Outcome,
    ) -> None:
        context = self.context(store, variables)
        context.api_version = request.api_version
        context.planted_errors = request.planted_errors
        context.understood = self._bulk.understood
        plan = self._plan(document, operation, variables)
        root: Values = {}
        data: Values | None
        try:
            data = plan.answer(root, context)
        except NullBubbleError:
            data = None
        outcome.events = context.events
        requested = outcome.requested_cost or 0
        actual = self._costs.actual(operation, document.fragments, variables, data) if data else requested
        outcome.actual_cost = min(requested, actual)
        store.bucket.give_back(requested - outcome.actual_cost)
        outcome.body = {"data": data, "extensions": {"cost": _cost(store, outcome)}}
        if context.search_warnings:
            outcome.body["extensions"]["search"] = context.search_warnings
        if context.errors:
            outcome.body = {"errors": context.errors, **outcome.body}

    def _plan(self, document: Document, operation: OperationDefinitionNode, variables: Values) -> Selection:
        key = (document, operation, tuple(variables.get(name) for name in document.switches))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= BOUND_OF_PLANS:
                self._plans.clear()
            planner = Planner(self._schema.graphql, self._resolvers, document.fragments, variables)
            plan = self._plans[key] = planner.operation(operation)
        return plan

    def _requested_cost(
        self, store: Store, name: str, document: Document, operation: OperationDefinitionNode, variables: Values
    ) -> int:
        if name in store.query_costs:
            return store.query_costs[name]
        sizes = tuple(sorted((key, value) for key, value in variables.items() if isinstance(value, int)))
        key = (document, operation, sizes)
        if key not in self._requested:
            if len(self._requested) >= BOUND_OF_PLANS:
                self._requested.clear()
            self._requested[key] = self._costs.requested(operation, document.fragments, variables)
        return self._requested[key]


def _cost(store: Store, outcome: Outcome) -> Values:
    return {
        "requestedQueryCost": outcome.requested_cost,
        "actualQueryCost": outcome.actual_cost,
        "throttleStatus": store.bucket.status().as_answer(),
    }


def _first_field(operation: OperationDefinitionNode) -> str:
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else ""


def _no_operation(name: str | None) -> Values:
    message = f"No operation named '{name}'" if name else "An operation name is required"
    return error_entry(message, {"code": "BAD_REQUEST"})
