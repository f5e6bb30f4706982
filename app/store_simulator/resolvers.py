"""Decides how each field of the schema is answered from the store: roots, connections, back references, access.

Fields without an entry here are simply read from the object under their own name.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from app.store_simulator.answers import FieldFailure, access_denied, invalid_global_id, not_found
from app.store_simulator.context import RequestContext
from app.store_simulator.graphql_schema import AccessRule, AdminSchema
from app.store_simulator.idempotency import IDEMPOTENT_ONLY, KEY_MISSING
from app.store_simulator.ids import is_gid, type_of
from app.store_simulator.lists import count_of, nested_list, root_list
from app.store_simulator.mutations.registry import Mutation, find_mutation
from app.store_simulator.paging import encode_cursor
from app.store_simulator.plan import FieldUse
from app.store_simulator.roots import ROOTS
from app.store_simulator.state import OWNED, Store, Values
from app.store_simulator.virtual_fields import EVERYWHERE, VIRTUAL

Resolver = Callable[[Values, Values, Any], Any]

ADVANCED_PLANS = ("advanced", "plus", "enterprise")
# Back references: the field leads to the object that contains this one.
CONTAINERS = frozenset(
    {"Order", "Product", "ProductVariant", "Company", "FulfillmentOrder", "Fulfillment", "Refund", "Return"}
)


class AdminResolvers:
    """Finds the resolver of a field while a plan is made."""

    def __init__(self, schema: AdminSchema) -> None:
        self._schema: GraphQLSchema = schema.graphql
        self._access = schema.access

    def denied_types(self, store: Store) -> frozenset[str]:
        """Types that the app of a store may not read."""
        scopes = store.app.scopes
        denied = {name for name, rule in self._access.items() if "." not in name and not rule.scopes & scopes}
        plan = store.shop.get("plan") or {}
        name = str(plan.get("publicDisplayName") or "").lower()
        if not plan.get("shopifyPlus") and not any(word in name for word in ADVANCED_PLANS):
            denied.add("StaffMember")
        return frozenset(denied)

    def resolver(self, parent: str, field: str, definition: GraphQLField, use: FieldUse) -> Resolver | None:
        target = self._target(definition)
        inner = self._plain(parent, field, definition, target, use)
        rule = self._access.get(target)
        if parent == "Mutation":
            return _guarded_mutation(field, self._access.get(f"Mutation.{field}"), inner)
        if rule is None:
            return inner
        return _guarded(field, target, rule, inner or _reading(field))

    def _plain(self, parent: str, field: str, definition: GraphQLField, target: str, use: FieldUse) -> Resolver | None:
        if parent == "Mutation":
            return _mutation(find_mutation(field), self._schema, field, keyed="idempotent" in use.directives)
        if parent == "QueryRoot":
            return self._root(field, definition, target, use.children)
        virtual = VIRTUAL.get((parent, field)) or EVERYWHERE.get(field)
        if self._is_connection(definition):
            return _with_edges(_connection(parent, field, virtual), use.children)
        if virtual is not None:
            return virtual
        if field == "legacyResourceId":
            return lambda source, _arguments, context: context.number(source)
        if target in CONTAINERS and parent in _contained(target) and not _is_list(definition):
            return _back_reference(field, target)
        if "first" in definition.args and _is_list(definition):
            return _shortened(field)
        if target in ("Money", "MoneyV2") and self._has(parent, f"{field}Set"):
            return _shop_side(field, plain=target == "Money")
        if target == "Count":
            return _counted(field)
        return None

    def _root(self, field: str, definition: GraphQLField, target: str, children: frozenset[str]) -> Resolver:
        special = ROOTS.get(field)
        if special is not None:
            return _with_edges(special, children) if self._is_connection(definition) else special
        if self._is_connection(definition):

            def listed(_source: Values, arguments: Values, context: RequestContext) -> Values:
                return root_list(target, field, arguments, context)

            return _with_edges(listed, children)
        if target == "Count":
            counted = _singular(field.removesuffix("Count"))
            return lambda _source, arguments, context: count_of(counted, arguments, context)
        if "id" in definition.args:
            return _by_id(self._possible(target))
        return lambda _source, _arguments, _context: None

    def _target(self, definition: GraphQLField) -> str:
        """The type a field is about: of a connection, that of its nodes."""
        named = get_named_type(definition.type)
        if self._is_connection(definition) and isinstance(named, GraphQLObjectType) and "nodes" in named.fields:
            return str(get_named_type(named.fields["nodes"].type).name)
        return str(named.name)

    def _possible(self, target: str) -> frozenset[str]:
        kind = self._schema.type_map[target]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return frozenset(option.name for option in self._schema.get_possible_types(kind))
        return frozenset({target})

    @staticmethod
    def _is_connection(definition: GraphQLField) -> bool:
        named = get_named_type(definition.type)
        return isinstance(named, GraphQLObjectType) and "pageInfo" in named.fields and "edges" in named.fields

    def _has(self, parent: str, field: str) -> bool:
        kind = self._schema.type_map[parent]
        return isinstance(kind, GraphQLObjectType) and field in kind.fields


def _is_list(definition: GraphQLField) -> bool:
    kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    return isinstance(kind, GraphQLList)


def _contained(container: str) -> set[str]:
    """Types whose objects are kept inside a container, at any depth."""
    found: set[str] = set()
    pending = [container]
    while pending:
        for part in OWNED.get(pending.pop(), {}).values():
            if part not in found:
                found.add(part)
                pending.append(part)
    return found | ({"CompanyContact", "CompanyLocation"} if container == "Company" else set())


def _singular(plural: str) -> str:
    stem = plural[:-3] + "y" if plural.endswith("ies") else plural.removesuffix("s")
    return stem[:1].upper() + stem[1:]


def _reading(field: str) -> Resolver:
    return lambda source, _arguments, _context: source.get(field)


def _guarded(field: str, target: str, rule: AccessRule, inner: Resolver) -> Resolver:
    def resolve(source: Values, arguments: Values, context: RequestContext) -> Any:
        if target in context.denied:
            raise access_denied(field, rule.sentence)
        return inner(source, arguments, context)

    return resolve


def _guarded_mutation(field: str, rule: AccessRule | None, inner: Resolver | None) -> Resolver | None:
    if rule is None or inner is None:
        return inner

    def resolve(source: Values, arguments: Values, context: RequestContext) -> Any:
        if not rule.scopes & context.store.app.scopes:
            raise access_denied(field, rule.sentence)
        return inner(source, arguments, context)

    return resolve


def _mutation(mutation: Mutation | None, schema: GraphQLSchema, field: str, *, keyed: bool) -> Resolver:
    payload = get_named_type(schema.mutation_type.fields[field].type) if schema.mutation_type else None
    names = set(payload.fields) if isinstance(payload, GraphQLObjectType) else set()
    errors = next((name for name in sorted(names) if name.lower().endswith("usererrors")), "userErrors")

    def resolve(_source: Values, arguments: Values, context: RequestContext) -> Any:
        if not keyed and field in IDEMPOTENT_ONLY:
            raise FieldFailure(KEY_MISSING, "BAD_REQUEST")
        planted = context.take_planted_errors(field)
        if planted is not None:
            return {errors: planted}
        if mutation is None:
            message = f"The simulator does not carry out {field} yet."
            return {errors: [{"field": None, "message": message, "code": None}]}
        return mutation(arguments, context)

    return resolve


def _by_id(possible: frozenset[str]) -> Resolver:
    def resolve(_source: Values, arguments: Values, context: RequestContext) -> Any:
        identifier = arguments.get("id")
        if identifier is None:
            return None
        if not is_gid(identifier):
            raise invalid_global_id(identifier)
        if type_of(identifier) not in possible:
            raise not_found(identifier)
        return context.store.find(identifier)

    return resolve


def _connection(parent: str, field: str, virtual: Resolver | None) -> Resolver:
    def resolve(source: Values, arguments: Values, context: RequestContext) -> Values:
        items = virtual(source, arguments, context) if virtual else source.get(field)
        return nested_list(field, items or [], arguments, context, parent)

    return resolve


def _with_edges(inner: Resolver, children: frozenset[str]) -> Resolver:
    if "edges" not in children:
        return inner

    def resolve(source: Values, arguments: Values, context: RequestContext) -> Any:
        answer = inner(source, arguments, context)
        position = answer["cursor_of"]
        answer["edges"] = [{"cursor": encode_cursor(position(item)), "node": item} for item in answer["nodes"]]
        return answer

    return resolve


def _shortened(field: str) -> Resolver:
    def resolve(source: Values, arguments: Values, _context: RequestContext) -> Any:
        items = source.get(field)
        first = arguments.get("first")
        return items if items is None or first is None else items[:first]

    return resolve


def _back_reference(field: str, target: str) -> Resolver:
    def resolve(source: Values, _arguments: Values, context: RequestContext) -> Any:
        known = source.get(field)
        return known if known is not None else context.store.owner(source.get("id", ""), target)

    return resolve


def _shop_side(field: str, *, plain: bool) -> Resolver:
    """Deprecated single-currency fields say what the shop's side of the money set says."""

    def resolve(source: Values, _arguments: Values, _context: RequestContext) -> Any:
        if source.get(field) is not None:
            return source[field]
        money = (source.get(f"{field}Set") or {}).get("shopMoney")
        return money and (money["amount"] if plain else money)

    return resolve


def _counted(field: str) -> Resolver:
    plural = field.removesuffix("Count")

    def resolve(source: Values, _arguments: Values, _context: RequestContext) -> Any:
        return source.get(field) or {"count": len(source.get(plural) or []), "precision": "EXACT"}

    return resolve
