"""A bulk query: what the platform refuses about it, and what it lists, level by level.

Made once from the query's text; ``bulk_lines`` runs it over a store. Knows the schema, no store and no file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
)

from app.store_simulator.documents import Document, Documents
from app.store_simulator.exports import BulkQueryRefused
from app.store_simulator.graphql_schema import AdminSchema
from app.store_simulator.plan import FieldUse, Planner, Selection
from app.store_simulator.resolvers import AdminResolvers

Values = dict[str, Any]

MOST_CONNECTIONS = 5
MOST_LEVELS = 2
MOST_BYTES = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkList:
    """A connection of the query: how its items are found, what is told of each, and which lists each has."""

    field: str
    type_name: str
    find: Callable[[Values, Values, Any], Values]
    arguments: Values
    selection: Selection
    lists: "tuple[BulkList, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A field of a selection that is a connection, and how it was come by."""

    node: FieldNode
    owner: GraphQLObjectType
    definition: GraphQLField
    direct: bool
    """Not by way of another object."""


class BulkQueries:
    def __init__(self, schema: AdminSchema, documents: Documents, resolvers: AdminResolvers) -> None:
        self._schema: GraphQLSchema = schema.graphql
        self._documents = documents
        self._resolvers = resolvers

    def understood(self, text: str) -> BulkList:
        """The one list at the root. Raises BulkQueryRefused."""
        document = self._document(text)
        operation = next(iter(document.operations.values()))
        root = self._schema.query_type
        assert root is not None, "every schema has queries"
        reader = _Reader(self._schema, document.fragments)
        connections = list(reader.connections(root, operation.selection_set))
        _check(reader, connections, operation.selection_set)
        planner = Planner(self._schema, self._resolvers, document.fragments, {})
        return self._list(planner, reader, connections[0])

    def _document(self, text: str) -> Document:
        if (size := len(text.encode())) > MOST_BYTES:
            raise BulkQueryRefused([f"Query is too large ({size} bytes; maximum is {MOST_BYTES} bytes)"])
        document = self._documents.get(text)
        if document.errors:
            said = str(document.errors[0]["message"]).partition(" at [")[0]
            raise BulkQueryRefused([f"Invalid bulk query: {said}"])
        if any(each.operation is not OperationType.QUERY for each in document.operations.values()):
            raise BulkQueryRefused(["Invalid operation type. Only `query` operations are supported."])
        return document

    def _list(self, planner: Planner, reader: "_Reader", use: _Use) -> BulkList:
        kind, inner = reader.node_of(use)
        name = use.node.name.value
        plain = FieldUse(children=frozenset({"nodes"}), directives=frozenset())
        found = self._resolvers.resolver(use.owner.name, name, use.definition, plain)
        assert found is not None, "a connection is always resolved"
        return BulkList(
            field=name,
            type_name=kind.name,
            find=found,
            arguments=get_argument_values(use.definition, use.node, {}),
            selection=planner.select(kind, [reader.without_lists(kind, inner)]),
            lists=tuple(self._list(planner, reader, each) for each in reader.connections(kind, inner)),
        )


class _Reader:
    """Looks through selections and the fragments they name."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for each in selections.selections:
            match each:
                case FieldNode():
                    yield each
                case InlineFragmentNode():
                    yield from self.fields(each.selection_set)
                case FragmentSpreadNode():
                    yield from self.fields(self._fragments[each.name.value].selection_set)

    def connections(self, owner: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[_Use]:
        """The connections of an object and of objects in it, not those of the items of these connections."""
        for node in self.fields(selections):
            definition = owner.fields.get(node.name.value)
            if definition is None:
                continue
            named = get_named_type(definition.type)
            if is_connection(named):
                yield _Use(node=node, owner=owner, definition=definition, direct=True)
            elif isinstance(named, GraphQLObjectType) and node.selection_set:
                if _is_list(definition) and any(self.connections(named, node.selection_set)):
                    text = "Queries that contain a connection field within a list field are not currently supported."
                    raise BulkQueryRefused([text])
                for inner in self.connections(named, node.selection_set):
                    yield _Use(node=inner.node, owner=inner.owner, definition=inner.definition, direct=False)

    def node_of(self, use: _Use) -> tuple[GraphQLObjectType, SelectionSetNode]:
        """The type of a connection's items, and what is asked of each."""
        named = get_named_type(use.definition.type)
        assert isinstance(named, GraphQLObjectType), "a connection is an object"
        kind = get_named_type(named.fields["nodes"].type)
        sets = [
            node.selection_set
            for edges in self._named(use.node, "edges")
            for node in self._named(edges, "node")
            if node.selection_set
        ]
        if not sets or not isinstance(kind, GraphQLObjectType):
            text = (
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
                f"'{use.node.name.value} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. "
                f"Invalid connection fields: '{use.node.name.value}'."
            )
            raise BulkQueryRefused([text])
        return kind, SelectionSetNode(selections=tuple(each for one in sets for each in one.selections))

    def without_lists(self, owner: GraphQLObjectType, selections: SelectionSetNode) -> SelectionSetNode:
        """The same without connections, which become lines of their own."""
        kept: list[Any] = []
        for each in selections.selections:
            match each:
                case FieldNode():
                    definition = owner.fields.get(each.name.value)
                    if definition is None or not is_connection(get_named_type(definition.type)):
                        kept.append(each)
                case InlineFragmentNode():
                    inner = self.without_lists(owner, each.selection_set)
                    kept.append(InlineFragmentNode(type_condition=each.type_condition, selection_set=inner))
                case FragmentSpreadNode():
                    fragment = self._fragments[each.name.value]
                    inner = self.without_lists(owner, fragment.selection_set)
                    kept.append(InlineFragmentNode(type_condition=fragment.type_condition, selection_set=inner))
        return SelectionSetNode(selections=tuple(kept))

    def _named(self, node: FieldNode, name: str) -> Iterator[FieldNode]:
        if node.selection_set:
            yield from (each for each in self.fields(node.selection_set) if each.name.value == name)


def is_connection(kind: object) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields and "edges" in kind.fields


def _is_list(definition: GraphQLField) -> bool:
    kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    return isinstance(kind, GraphQLList)


def _check(reader: _Reader, roots: list[_Use], selections: SelectionSetNode) -> None:
    messages = []
    if any(field.name.value in ("node", "nodes") for field in reader.fields(selections)):
        messages.append("Bulk queries cannot contain a top level `node` field.")
    if not roots:
        raise BulkQueryRefused([*messages, "Bulk queries must contain at least one connection."])
    connections = [(use, level) for root in roots for use, level in _all_of(reader, root, 0)]
    if len(connections) > MOST_CONNECTIONS:
        messages.append(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if any(level > MOST_LEVELS for _use, level in connections):
        messages.append(f"Bulk queries cannot contain connections with a nesting depth greater than {MOST_LEVELS}.")
    nameless = [use.node.name.value for use, _level in connections if _lacks_id(reader, use)]
    if nameless:
        messages.append(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be"
            f" of 'ID' return type. Connection fields without 'id': {', '.join(nameless)}."
        )
    if len(roots) > 1 or any(not use.direct for use, _level in connections):
        messages.append("The simulator exports one list, and lists of its items alone.")
    if messages:
        raise BulkQueryRefused(messages)


def _all_of(reader: _Reader, use: _Use, level: int) -> Iterator[tuple[_Use, int]]:
    yield use, level
    kind, inner = reader.node_of(use)
    for each in reader.connections(kind, inner):
        yield from _all_of(reader, each, level + 1)


def _lacks_id(reader: _Reader, use: _Use) -> bool:
    kind, inner = reader.node_of(use)
    if not any(True for _each in reader.connections(kind, inner)):
        return False
    return not any(field.name.value == "id" and field.alias is None for field in reader.fields(inner))
