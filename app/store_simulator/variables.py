"""Coerces the variables of a request and words what is wrong with them the way Shopify does.

Knows input types only.
"""

from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    print_ast,
    type_from_ast,
    value_from_ast,
)
from graphql.error import GraphQLError

from app.store_simulator.answers import error_entry
from app.store_simulator.ids import is_gid

Values = dict[str, Any]
Problem = Values


def coerce_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Values
) -> tuple[Values, list[Values]]:
    """The variables as the resolvers get them, or one entry of errors[] for each that is wrong."""
    coerced: Values = {}
    errors: list[Values] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if name not in given and definition.default_value is not None:
            coerced[name] = value_from_ast(definition.default_value, cast("GraphQLInputType", kind))
            continue
        if name not in given and not isinstance(kind, GraphQLNonNull):
            continue
        value = given.get(name)
        problems: list[Problem] = []
        coerced[name] = _coerce(kind, value, [], problems)
        if problems:
            start = definition.loc.start_token if definition.loc else None
            errors.append(_refusal(name, print_ast(definition.type), value, problems, start))
    return coerced, errors


def _refusal(name: str, type_text: str, value: Any, problems: list[Problem], start: Any) -> Values:
    first = problems[0]
    where = ".".join(str(step) for step in first["path"])
    detail = f" for {where} ({first['explanation']})" if where else ""
    return error_entry(
        f"Variable ${name} of type {type_text} was provided invalid value{detail}",
        {"code": "INVALID_VARIABLE", "value": value, "problems": problems},
        line=start.line if start else 1,
        column=start.column if start else 1,
    )


def _coerce(kind: Any, value: Any, path: list[str | int], problems: list[Problem]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            return _problem(path, "Expected value to not be null", problems)
        return _coerce(kind.of_type, value, path, problems)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [_coerce(kind.of_type, item, [*path, index], problems) for index, item in enumerate(items)]
    if isinstance(kind, GraphQLInputObjectType):
        return _coerce_object(kind, value, path, problems)
    if isinstance(kind, GraphQLEnumType):
        if not isinstance(value, str) or value not in kind.values:
            options = ", ".join(kind.values)
            return _problem(path, f'Expected "{value}" to be one of: {options}', problems)
        return value
    return _coerce_scalar(kind, value, path, problems)


def _coerce_object(kind: GraphQLInputObjectType, value: Any, path: list[str | int], problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _problem(path, f"Expected {value!r} to be a key-value object.", problems)
    coerced: Values = {}
    for name in value:
        if name not in kind.fields:
            _problem([*path, name], f"Field is not defined on {kind.name}", problems)
    for name, field in kind.fields.items():
        if name in value:
            coerced[name] = _coerce(field.type, value[name], [*path, name], problems)
        elif field.default_value is not Undefined:
            coerced[name] = field.default_value
        elif isinstance(field.type, GraphQLNonNull):
            _problem([*path, name], "Expected value to not be null", problems)
    return coerced


def _coerce_scalar(kind: GraphQLScalarType, value: Any, path: list[str | int], problems: list[Problem]) -> Any:
    if kind.name == "ID":
        return value if is_gid(value) else _problem(path, f"Invalid global id '{value}'", problems, spoken=True)
    try:
        return kind.parse_value(value)
    except GraphQLError as error:
        text = f"Could not coerce value {_quoted(value)} to {kind.name}"
        builtin = kind.name in ("Int", "Float", "String", "Boolean")
        return _problem(path, text if builtin else error.message, problems, spoken=not builtin)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _problem(path: list[str | int], explanation: str, problems: list[Problem], *, spoken: bool = False) -> None:
    """Notes a problem; those a scalar raised itself carry their sentence a second time, as message."""
    problem = {"path": list(path), "explanation": explanation}
    problems.append({**problem, "message": explanation} if spoken else problem)
