"""Parses and validates documents once, and words what is wrong with them the way Shopify does.

Built on graphql-core's rules; only their wording and form are translated. Does not execute or charge anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    Source,
    TokenKind,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.language import FragmentSpreadNode

from app.store_simulator.answers import error_entry

Values = dict[str, Any]


@dataclass(slots=True, eq=False)
class Document:
    """A document that was looked at: usable, or with the errors that stand against it."""

    text: str
    node: DocumentNode | None
    errors: list[Values]
    operations: dict[str, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    # Variables on @include and @skip: with other values the same document needs another plan.
    switches: tuple[str, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        if name:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Documents:
    """Keeps every document it has seen, up to a bound."""

    def __init__(self, schema: GraphQLSchema, *, bound: int = 500) -> None:
        self._schema = schema
        self._bound = bound
        self._known: dict[str, Document] = {}

    def get(self, text: str) -> Document:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= self._bound:
                self._known.clear()
            known = self._known[text] = self._look_at(text)
        return known

    def _look_at(self, text: str) -> Document:
        try:
            node = parse(text)
        except GraphQLSyntaxError as error:
            return Document(text, None, [_syntax_error(error, text)], {}, {})
        found = validate(self._schema, node)
        definitions = node.definitions
        operations = {
            (item.name.value if item.name else ""): item
            for item in definitions
            if isinstance(item, OperationDefinitionNode)
        }
        fragments = {item.name.value: item for item in definitions if isinstance(item, FragmentDefinitionNode)}
        errors = [_translated(error, node) for error in found]
        finder = _SwitchFinder()
        visit(node, finder)
        return Document(text, node, errors, operations, fragments, tuple(sorted(finder.names)))


class _SwitchFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_rest: Any) -> None:
        if node.name.value in ("include", "skip"):
            values = [argument.value for argument in node.arguments]
            self.names.update(value.name.value for value in values if isinstance(value, VariableNode))


def _syntax_error(error: GraphQLSyntaxError, text: str) -> Values:
    line, column = (error.locations[0].line, error.locations[0].column) if error.locations else (1, 1)
    unexpected = re.search(r"(?:found|character:?) (.*?)\.?$", error.message.splitlines()[0])
    what = unexpected.group(1) if unexpected else ""
    if what.startswith("<EOF>"):
        line, column = _last_token(text)
        message = "syntax error, unexpected end of file"
    else:
        message = f"syntax error, unexpected {what}" if what else "syntax error"
    return error_entry(f"{message} at [{line}, {column}]", {"code": "PARSE_ERROR"}, line=line, column=column)


def _last_token(text: str) -> tuple[int, int]:
    lexer = Lexer(Source(text))
    last = lexer.token
    while last.kind is not TokenKind.EOF:
        following = lexer.advance()
        if following.kind is TokenKind.EOF:
            break
        last = following
    return max(last.line, 1), max(last.column, 1)


# What graphql-core says, what Shopify says instead, its code, and the names of the pieces in extensions.
RULES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        r"Cannot query field '(\w+)' on type '(\w+)'",
        "Field '{0}' doesn't exist on type '{1}'",
        "undefinedField",
        ("fieldName", "typeName"),
    ),
    (
        r"Unknown argument '(\w+)' on field '\w+\.(\w+)'",
        "Field '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Unknown argument '(\w+)' on directive '@(\w+)'",
        "Directive '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Field '(\w+)' argument '(\w+)' of type '[^']+' is required",
        "Field '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
        ("name", "arguments"),
    ),
    (
        r"Directive '@(\w+)' argument '(\w+)' of type '[^']+' is required",
        "Directive '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
        ("name", "arguments"),
    ),
    (
        r"Field '(\w+)' of type '([^']+)' must have a selection of subfields",
        "Field must have selections (field '{0}' returns {1} but has no selections. Did you mean '{0} {{ ... }}'?)",
        "selectionMismatch",
        ("nodeName", "typeName"),
    ),
    (
        r"Field '(\w+)' must not have a selection since type '([^']+)' has no subfields",
        "Selections can't be made on scalars (field '{0}' returns {1} but has selections)",
        "selectionMismatch",
        ("nodeName", "typeName"),
    ),
    (r"Unknown fragment '(\w+)'", "Fragment {0} was used, but not defined", "useAndDefineFragment", ("fragmentName",)),
    (
        r"Fragment '(\w+)' is never used",
        "Fragment {0} was defined, but not used",
        "useAndDefineFragment",
        ("fragmentName",),
    ),
    (
        r"Variable '\$(\w+)' is not defined",
        "Variable ${0} is used by {operation} but not declared",
        "variableNotDefined",
        ("variableName",),
    ),
    (
        r"Variable '\$(\w+)' is never used",
        "Variable ${0} is declared by {operation} but not used",
        "variableNotUsed",
        ("variableName",),
    ),
    (
        r"Variable '\$(\w+)' of type '([^']+)' used in position expecting type '([^']+)'",
        "Type mismatch on variable ${0} and argument {argument} ({1} / {2})",
        "variableMismatch",
        ("variableName", "typeName"),
    ),
    (
        r"Field '(\w+)' is not defined by type '(\w+)'",
        "InputObject '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Field '(\w+)\.(\w+)' of required type '([^']+)' was not provided",
        "Argument '{1}' on InputObject '{0}' is required. Expected type {2}",
        "missingRequiredInputObjectAttribute",
        ("inputObjectType", "argumentName"),
    ),
    (r"Unknown type '(\w+)'", "No such type {0}, so it can't be a fragment condition", "undefinedType", ("typeName",)),
    (r"Unknown directive '@(\w+)'", "Directive @{0} is not defined", "undefinedDirective", ("directiveName",)),
)


def _translated(error: GraphQLError, document: DocumentNode) -> Values:
    node = error.nodes[0] if error.nodes else None
    line, column = (error.locations[0].line, error.locations[0].column) if error.locations else (1, 1)
    trail = _trail(document, node) if node else []
    path = [name for _node, name in trail]
    for pattern, wording, code, names in RULES:
        found = re.search(pattern, error.message)
        if found:
            pieces = [piece.rstrip("!") if code == "selectionMismatch" else piece for piece in found.groups()]
            message = wording.format(*pieces, operation=path[0] if path else "", argument=path[-1] if path else "")
            extensions = {"code": code, **dict(zip(names, pieces, strict=False)), **_further(code, found)}
            return error_entry(message, extensions, line=line, column=column, path=path)
    return _literal_mismatch(error, trail) or error_entry(
        error.message, {"code": "graphqlError"}, line=line, column=column, path=path
    )


def _further(code: str, found: re.Match[str]) -> Values:
    if code == "selectionMismatch":
        return {"nodeName": f"field '{found.group(1)}'"}
    if code == "missingRequiredArguments":
        return {"className": "Directive" if found.group(0).startswith("Directive") else "Field"}
    return {}


LITERALS = (
    r"Expected value of type '(?P<type>[^']+)', found (?P<value>.+?)[.;]",
    r"Value '(?P<value>[^']+)' does not exist in '(?P<type>\w+)' enum",
    r"Enum '(?P<type>\w+)' cannot represent (?:non-enum )?value: (?P<value>.+?)\.",
    r"(?P<type>\w+) cannot represent (?:a |an )?[\w -]+ value: (?P<value>.+?)\.?$",
)


def _literal_mismatch(error: GraphQLError, trail: list[tuple[Node, str]]) -> Values | None:
    """Shopify names the argument and the value it was given; graphql-core only says what it expected."""
    found = next((match for match in (re.search(pattern, error.message) for pattern in LITERALS) if match), None)
    if found is None:
        return None
    argument = trail[-1][1] if trail else ""
    field = next((node for node, _name in reversed(trail) if isinstance(node, FieldNode)), None)
    name = field.name.value if field else ""
    start = field.loc.start_token if field and field.loc else None
    return error_entry(
        f"Argument '{argument}' on Field '{name}' has an invalid value ({found.group('value')}). "
        f"Expected type '{found.group('type')}'.",
        {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": argument},
        line=start.line if start else 1,
        column=start.column if start else 1,
        path=[name for _node, name in trail],
    )


def _trail(document: DocumentNode, target: Node) -> list[tuple[Node, str]]:
    """The names from the operation down to a node, the way Shopify writes the path of a validation error."""
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            name = (
                f"{definition.operation.value} {definition.name.value}"
                if definition.name
                else (definition.operation.value)
            )
        elif isinstance(definition, FragmentDefinitionNode):
            name = f"fragment {definition.name.value}"
        else:
            continue
        found = _search(definition, target, [(definition, name)])
        if found is not None:
            return found
    return []


def _search(node: Node, target: Node, trail: list[tuple[Node, str]]) -> list[tuple[Node, str]] | None:
    if node is target:
        return trail
    for child in _children(node):
        label = _label(child)
        found = _search(child, target, [*trail, (child, label)] if label else trail)
        if found is not None:
            return found
    return None


def _children(node: Node) -> Iterator[Node]:
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, list | tuple):
            yield from (item for item in value if isinstance(item, Node))


def _label(node: Node) -> str:
    if isinstance(node, FieldNode):
        return node.alias.value if node.alias else node.name.value
    if isinstance(node, InlineFragmentNode):
        condition = cast("NamedTypeNode | None", node.type_condition)
        return f"... on {condition.name.value}" if condition else "..."
    if isinstance(node, FragmentSpreadNode):
        return f"... {node.name.value}"
    if node.kind in ("argument", "object_field"):
        return str(getattr(node, "name").value)  # noqa: B009 - both kinds have a name, their base has not
    return ""
