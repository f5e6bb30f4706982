"""What a query costs in points, by the rule that recorded answers of real stores come closest to.

Shopify does not publish the rule for connections; this one was measured: a connection costs 2 plus a number that grows
with the logarithm of its page times (1 + the cost of one node). Knows the schema; does not know stores or buckets.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

Values = dict[str, Any]

MAXIMUM_QUERY_COST = 1000
MUTATION_COST = 10
FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})
FREE_FIELDS = frozenset(
    {
        ("Location", "address"),
        ("Customer", "defaultAddress"),
        ("Shop", "shopAddress"),
        ("InventoryItem", "measurement"),
        ("Product", "options"),
        ("WebhookSubscription", "apiVersion"),
        ("WebhookSubscription", "endpoint"),
    }
)
# Leaves that are worked out elsewhere and therefore cost something.
DEAR_LEAVES = frozenset({("Location", "hasUnfulfilledOrders")})
DEAR_FIELDS = {("ProductOption", "optionValues"): 2, ("DeliveryProfile", "productVariantsCount"): 10}
MUTATION_COSTS = {
    "deliveryProfileUpdate": 100,
    "fileCreate": 20,
    "flowTriggerReceive": 1,
    "fulfillmentTrackingInfoUpdate": 50,
    "orderCapture": 20,
    "productCreateMedia": 20,
    "refundCreate": 20,
}
COUNT_AT_ROOT = 10
COUNT_NESTED = 1


@lru_cache(maxsize=512)
def page_weight(size: int) -> int:
    return max(1, math.floor(2 * math.log(size))) if size > 0 else 0


def answered_weight(size: int, found: int) -> int:
    """Points are given back for the part of a page that stayed empty, except when nothing was found at all."""
    if found == 0 or found >= size:
        return page_weight(size)
    return math.ceil(page_weight(size) * found / size)


class CostModel:
    """Adds up operations; with an answer at hand, what it really came to."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def requested(
        self, operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode], variables: Values
    ) -> int:
        return self._operation(operation, fragments, variables, None)

    def actual(
        self,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: Values,
        data: Values,
    ) -> int:
        return self._operation(operation, fragments, variables, data)

    def _operation(
        self,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: Values,
        data: Values | None,
    ) -> int:
        walk = _Walk(self._schema, fragments, variables)
        root = self._schema.get_root_type(operation.operation)
        assert root is not None, "both roots exist in every schema we load"
        if operation.operation is OperationType.MUTATION:
            return walk.mutations(root, operation.selection_set, data)
        return max(walk.children(root, [operation.selection_set], data), 0)


class _Walk:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode], variables: Values) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def mutations(self, root: Any, selection: SelectionSetNode, data: Values | None) -> int:
        points = 0
        for key, nodes in self._fields(root, [selection]).items():
            payload = get_named_type(root.fields[nodes[0].name.value].type)
            points += MUTATION_COSTS.get(nodes[0].name.value, MUTATION_COST)
            answer = None if data is None else data.get(key)
            for inner_key, inner in self._fields(payload, _sets(nodes)).items():
                name = inner[0].name.value
                if name == "__typename" or name.endswith("UserErrors") or name == "userErrors":
                    continue
                target = get_named_type(payload.fields[name].type)
                held = _held(answer, inner_key)
                if _sets(inner) and not (data is not None and held is None):
                    points += self._below(target, _sets(inner), held)
        return points

    def _below(self, target: Any, sets: list[SelectionSetNode], data: Any) -> int:
        if isinstance(data, list):
            data = data[0] if data else {}
        return self.children(target, sets, data)

    def children(self, parent: Any, sets: list[SelectionSetNode], data: Any) -> int:
        """The points of everything below one object; of an abstract type the dearest of its possibilities."""
        if isinstance(parent, GraphQLInterfaceType | GraphQLUnionType):
            named = self._conditions(sets) & {item.name for item in self._schema.get_possible_types(parent)}
            options = [self._schema.type_map[name] for name in named]
            shared = self._object(parent, sets, data) if isinstance(parent, GraphQLInterfaceType) else 0
            return max([self._object(option, sets, data) for option in options] + [shared])
        return self._object(parent, sets, data)

    def _object(self, parent: Any, sets: list[SelectionSetNode], data: Any) -> int:
        points = 0
        for key, nodes in self._fields(parent, sets).items():
            if nodes[0].name.value != "__typename":
                points += self._field(parent, nodes, _held(data, key), answered=data is not None)
        return points

    def _field(self, parent: Any, nodes: list[FieldNode], data: Any, *, answered: bool) -> int:
        name = nodes[0].name.value
        definition = parent.fields[name]
        target = get_named_type(definition.type)
        sets = _sets(nodes)
        if not sets:
            return 1 if (parent.name, name) in DEAR_LEAVES else 0
        if target.name in FREE_TYPES:
            return 0
        if target.name == "Count":
            nested = DEAR_FIELDS.get((parent.name, name), COUNT_NESTED)
            return COUNT_AT_ROOT if parent.name == "QueryRoot" else nested
        if isinstance(target, GraphQLObjectType) and "pageInfo" in target.fields and "edges" in target.fields:
            return self._connection(target, nodes[0], sets, data, answered=answered)
        if answered and data is None:
            # Looking a thing up costs its point even when it is not there; an empty reference costs nothing.
            return 1 if parent.name == "QueryRoot" else 0
        own = 0 if (parent.name, name) in FREE_FIELDS else DEAR_FIELDS.get((parent.name, name), 1)
        if isinstance(data, list):
            return own + max((self.children(target, sets, item) for item in data[:3] if item is not None), default=0)
        return own + self.children(target, sets, data if answered else None)

    def _connection(
        self, target: Any, node: FieldNode, sets: list[SelectionSetNode], data: Any, *, answered: bool
    ) -> int:
        size = self._size(node)
        found = _answered_nodes(data) if answered else None
        weight = page_weight(size) if found is None else answered_weight(size, len(found))
        samples: list[Any] = found[:3] if found else [None]
        each = max(self._node_points(target, sets, sample) for sample in samples)
        return 2 + weight * each

    def _node_points(self, target: Any, sets: list[SelectionSetNode], sample: Any) -> int:
        """The points of one element; who asks for nodes and for edges pays for both."""
        points = 0
        for nodes in self._fields(target, sets).values():
            name = nodes[0].name.value
            if name == "nodes":
                points += 1 + self.children(get_named_type(target.fields[name].type), _sets(nodes), sample)
            elif name == "edges":
                edge = get_named_type(target.fields[name].type)
                points += 1 + self._edge_points(edge, _sets(nodes), sample)
        return max(points, 1)

    def _edge_points(self, edge: Any, sets: list[SelectionSetNode], sample: Any) -> int:
        return sum(
            self.children(get_named_type(edge.fields["node"].type), _sets(nodes), sample)
            for nodes in self._fields(edge, sets).values()
            if nodes[0].name.value == "node"
        )

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    given = self._variables.get(value.name.value)
                    if given is not None:
                        return int(given)
        return 10

    def _fields(self, parent: Any, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        grouped: dict[str, list[FieldNode]] = {}
        for selection in sets:
            self._collect(parent, selection, grouped)
        return grouped

    def _collect(self, parent: Any, selection: SelectionSetNode, grouped: dict[str, list[FieldNode]]) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                if node.name.value == "__typename" or node.name.value in getattr(parent, "fields", {}):
                    grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                condition = cast("NamedTypeNode | None", node.type_condition)
                if condition is None or self._applies(parent, condition.name.value):
                    self._collect(parent, node.selection_set, grouped)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                if self._applies(parent, fragment.type_condition.name.value):
                    self._collect(parent, fragment.selection_set, grouped)

    def _applies(self, parent: Any, condition: str) -> bool:
        kind = self._schema.type_map[condition]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType) and isinstance(parent, GraphQLObjectType):
            return self._schema.is_sub_type(kind, parent)
        return kind is parent

    def _conditions(self, sets: list[SelectionSetNode]) -> set[str]:
        return {name for selection in sets for name in self._named(selection)}

    def _named(self, selection: SelectionSetNode) -> Iterator[str]:
        for node in selection.selections:
            if isinstance(node, InlineFragmentNode):
                condition = cast("NamedTypeNode | None", node.type_condition)
                if condition is not None:
                    yield condition.name.value
                yield from self._named(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield fragment.type_condition.name.value
                yield from self._named(fragment.selection_set)


def _sets(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]


def _held(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _answered_nodes(data: Any) -> list[Any] | None:
    if not isinstance(data, dict):
        return None
    if "nodes" in data:
        return list(data["nodes"])
    if "edges" in data:
        return [edge.get("node") for edge in data["edges"]]
    return None
