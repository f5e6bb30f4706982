"""Turns a validated operation into a plan of closures and runs it over plain dictionaries.

graphql-core parses, validates and coerces; walking thousands of order fields with its general executor would be far
too slow for a shop that has to answer in milliseconds, so the walk itself is prepared once per document here.
Knows the schema and the context it is handed; where the objects live is the context's matter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_directive_values,
    visit,
)

from app.store_simulator.answers import FieldFailure, error_entry
from app.store_simulator.scalars import EMPTY, leave_as_is, serializer

Values = dict[str, Any]
Completer = Callable[[Any, "Context"], Any]
Resolver = Callable[[Values, Values, "Context"], Any]


class NullBubbleError(Exception):
    """A field that must not be null has failed; the nearest nullable parent turns null instead."""


class Context(Protocol):
    """What one request carries through its plan."""

    variables: Values
    errors: list[Values]
    path: list[str | int]

    def default(self, type_name: str) -> Any: ...
    def follow(self, type_name: str, value: Values) -> Values: ...
    def concrete_type(self, abstract: str, value: Values) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldUse:
    """How a document uses a field: what it selects below it, and the directives on it."""

    children: frozenset[str]
    directives: frozenset[str]


class ResolverSource(Protocol):
    """Where the plan finds what answers a field; None means: the key of the same name."""

    def resolver(self, parent: str, field: str, definition: GraphQLField, use: "FieldUse") -> Resolver | None: ...


class PlannedField(NamedTuple):
    """One field of one selection, ready to be answered.

    A safe field cannot fail, nor can anything below it, so nobody has to keep track of where it stands.
    """

    key: str
    run: Callable[[Values, Context], Any]
    safe: bool


class Completion(NamedTuple):
    """Turns a raw value into an answer; safe as a field is."""

    run: Completer
    safe: bool


class Selection:
    """The fields wanted of one concrete type."""

    __slots__ = ("fields", "safe")

    def __init__(self, fields: list[PlannedField]) -> None:
        self.fields = [(field.key, field.run) for field in fields]
        self.safe = all(field.safe for field in fields)

    def answer(self, source: Values, context: Context) -> Values:
        return {key: run(source, context) for key, run in self.fields}


class Planner:
    """Prepares the selections of one operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        resolvers: ResolverSource,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Values,
    ) -> None:
        self.schema = schema
        self.resolvers = resolvers
        self.fragments = fragments
        self.variables = variables

    def operation(self, operation: OperationDefinitionNode) -> Selection:
        root = self.schema.get_root_type(operation.operation)
        assert root is not None, "both roots exist in every schema we load"
        return self.select(root, [operation.selection_set])

    def select(self, parent: GraphQLObjectType, sets: list[SelectionSetNode]) -> Selection:
        grouped: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            self._collect(parent, selection_set, grouped)
        return Selection([self._field(parent, key, nodes) for key, nodes in grouped.items()])

    def _collect(
        self, parent: GraphQLObjectType, selection_set: SelectionSetNode, grouped: dict[str, list[FieldNode]]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                grouped.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                condition = cast("NamedTypeNode | None", node.type_condition)
                if condition is None or self._applies(parent, condition.name.value):
                    self._collect(parent, node.selection_set, grouped)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self._applies(parent, fragment.type_condition.name.value):
                    self._collect(parent, fragment.selection_set, grouped)

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _applies(self, parent: GraphQLObjectType, condition: str) -> bool:
        kind = self.schema.type_map[condition]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return self.schema.is_sub_type(kind, parent)
        return kind is parent

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> PlannedField:
        name = nodes[0].name.value
        if name == "__typename":
            return PlannedField(key, lambda _source, _context: parent.name, safe=True)
        definition = parent.fields[name]
        sets = [node.selection_set for node in nodes if node.selection_set]
        resolver = self.resolvers.resolver(parent.name, name, definition, self._use(nodes[0], sets))
        if resolver is None and not sets:
            return PlannedField(key, _leaf_reader(name, definition.type), safe=True)
        nullable = not isinstance(definition.type, GraphQLNonNull)
        completion = self._completer(definition.type, sets)
        if resolver is not None:
            arguments = _arguments(definition, nodes[0])
            run = _resolving(key, resolver, arguments, completion.run, nodes[0], nullable=nullable)
            return PlannedField(key, run, safe=False)
        if completion.safe:
            return PlannedField(key, _safe_reader(name, completion.run), safe=True)
        return PlannedField(key, _reader(key, name, completion.run, nullable=nullable), safe=False)

    def _use(self, node: FieldNode, sets: list[SelectionSetNode]) -> FieldUse:
        return FieldUse(
            children=frozenset(name for group in sets for name in self._names(group)),
            directives=frozenset(directive.name.value for directive in node.directives),
        )

    def _names(self, group: SelectionSetNode) -> Iterator[str]:
        for item in group.selections:
            if isinstance(item, FieldNode):
                yield item.name.value
            elif isinstance(item, InlineFragmentNode):
                yield from self._names(item.selection_set)
            elif isinstance(item, FragmentSpreadNode):
                yield from self._names(self.fragments[item.name.value].selection_set)

    def _completer(self, kind: GraphQLOutputType, sets: list[SelectionSetNode]) -> Completion:
        if isinstance(kind, GraphQLNonNull):
            inner = self._completer(kind.of_type, sets)
            return Completion(_never_null(inner, _default_maker(kind.of_type)), inner.safe)
        if isinstance(kind, GraphQLList):
            inner = self._completer(kind.of_type, sets)
            return Completion(_safe_list(inner.run) if inner.safe else _list(inner.run), inner.safe)
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return Completion(_leaf(serializer(kind.name)), safe=True)
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, sets)
        return self._abstract(cast("GraphQLInterfaceType | GraphQLUnionType", kind), sets)

    def _object(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> Completion:
        selection = self.select(kind, sets)
        fields, name = selection.fields, kind.name

        def complete(value: Any, context: Context) -> Any:
            if value is None:
                return None
            return {key: run(value, context) for key, run in fields}

        def complete_followed(value: Any, context: Context) -> Any:
            if value is None:
                return None
            source = context.follow(name, value)
            return {key: run(source, context) for key, run in fields}

        return Completion(complete_followed if "id" in kind.fields else complete, selection.safe)

    def _abstract(self, kind: GraphQLInterfaceType | GraphQLUnionType, sets: list[SelectionSetNode]) -> Completion:
        prepared: dict[str, Completer] = {}
        abstract = kind.name

        def complete(value: Any, context: Context) -> Any:
            if value is None:
                return None
            name = context.concrete_type(abstract, value)
            if name not in prepared:
                prepared[name] = self._object(cast("GraphQLObjectType", self.schema.type_map[name]), sets).run
            return prepared[name](value, context)

        return Completion(complete, safe=False)


def _default_maker(kind: Any) -> Callable[[Context], Any]:
    """What stands in where Shopify promises a value and the state has none."""
    if isinstance(kind, GraphQLList):
        return lambda _context: ()
    if isinstance(kind, GraphQLScalarType):
        name = kind.name
        if name in EMPTY:
            value = EMPTY[name]
            return lambda _context: value
        return lambda context: context.default(name)
    if isinstance(kind, GraphQLEnumType):
        if kind.name == "CurrencyCode":
            return lambda context: context.default("CurrencyCode")
        first = next(iter(kind.values))
        return lambda _context: first
    return lambda _context: {}


def _leaf(serialize: Callable[[Any], Any]) -> Completer:
    return lambda value, _context: None if value is None else serialize(value)


def _never_null(inner: Completion, default: Callable[[Context], Any]) -> Completer:
    run = inner.run
    if inner.safe:
        return lambda value, context: run(default(context) if value is None else value, context)

    def complete(value: Any, context: Context) -> Any:
        result = run(default(context) if value is None else value, context)
        if result is None:
            raise NullBubbleError
        return result

    return complete


def _safe_list(inner: Completer) -> Completer:
    return lambda value, context: None if value is None else [inner(item, context) for item in value]


def _list(inner: Completer) -> Completer:
    def complete(value: Any, context: Context) -> Any:
        if value is None:
            return None
        path = context.path
        result = []
        for index, item in enumerate(value):
            path.append(index)
            result.append(inner(item, context))
            path.pop()
        return result

    return complete


def _leaf_reader(name: str, kind: GraphQLOutputType) -> Callable[[Values, Context], Any]:
    """Reads a scalar, an enumeration or a list of them: by far the most frequent thing a plan does."""
    required = isinstance(kind, GraphQLNonNull)
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    serialize = leave_as_is if isinstance(bare, GraphQLList) else serializer(bare.name)  # type: ignore[union-attr]
    default = _default_maker(bare)
    if not required and serialize is leave_as_is:
        return lambda source, _context: source.get(name)

    def run(source: Values, context: Context) -> Any:
        value = source.get(name)
        if value is None:
            return default(context) if required else None
        return serialize(value)

    def run_plain(source: Values, context: Context) -> Any:
        value = source.get(name)
        return default(context) if value is None else value

    return run_plain if required and serialize is leave_as_is else run


def _safe_reader(name: str, complete: Completer) -> Callable[[Values, Context], Any]:
    return lambda source, context: complete(source.get(name), context)


def _reader(key: str, name: str, complete: Completer, *, nullable: bool) -> Callable[[Values, Context], Any]:
    def run(source: Values, context: Context) -> Any:
        path = context.path
        depth = len(path)
        path.append(key)
        try:
            return complete(source.get(name), context)
        except NullBubbleError:
            if not nullable:
                raise
            return None
        finally:
            del path[depth:]

    return run


def _resolving(
    key: str,
    resolve: Resolver,
    arguments: Callable[[Context], Values],
    complete: Completer,
    node: FieldNode,
    *,
    nullable: bool,
) -> Callable[[Values, Context], Any]:
    start = node.loc.start_token if node.loc else None
    line, column = (start.line, start.column) if start else (1, 1)

    def run(source: Values, context: Context) -> Any:
        path = context.path
        depth = len(path)
        path.append(key)
        try:
            return complete(resolve(source, arguments(context), context), context)
        except FieldFailure as failure:
            context.errors.append(error_entry(failure.message, failure.extensions, line=line, column=column, path=path))
            if not nullable:
                raise NullBubbleError from failure
            return None
        except NullBubbleError:
            if not nullable:
                raise
            return None
        finally:
            del path[depth:]

    return run


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, _node: VariableNode, *_rest: Any) -> None:
        self.found = True


def _arguments(definition: GraphQLField, node: FieldNode) -> Callable[[Context], Values]:
    finder = _VariableFinder()
    for argument in node.arguments:
        visit(argument, finder)
    if finder.found:
        return lambda context: get_argument_values(definition, node, context.variables)
    fixed = get_argument_values(definition, node, {})
    return lambda _context: fixed
