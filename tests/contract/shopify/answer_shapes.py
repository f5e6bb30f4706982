"""Compares the type of an answer with what a document selects from a schema. Knows GraphQL and msgspec, not Shopify."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Union, get_args, get_origin

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_enum_type,
    is_leaf_type,
)

_LEAVES: Mapping[str, tuple[Any, ...]] = {
    "String": (str,),
    "ID": (str,),
    "URL": (str,),
    "HTML": (str,),
    "Money": (Decimal,),
    "Int": (int,),
    "Float": (Decimal,),
    "Decimal": (Decimal,),
    "Boolean": (bool,),
    "UnsignedInt64": (str,),
    "BigInt": (str,),
    "DateTime": (datetime,),
    "JSON": (msgspec.Raw,),
}


@dataclass(frozen=True)
class Selected:
    """A field as it is selected: its type, what is selected below it, and whether it may be absent."""

    type: GraphQLOutputType
    below: SelectionSetNode | None
    optional: bool


class ShapeCheck:
    """Says in sentences where a struct and a document disagree."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, nodes: type | None = None) -> None:
        self._schema = schema
        self._nodes = nodes
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        [self._operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]

    def problems(self, struct: Any) -> list[str]:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None
        return list(self._compare(struct, self._operation.selection_set, root.name, "data"))

    def _compare(self, struct: Any, selection: SelectionSetNode, type_name: str, place: str) -> Iterator[str]:
        selected = self._selected(selection, type_name, only=_tag(struct))
        for field in msgspec.structs.fields(struct):
            found = selected.pop(field.encode_name, None)
            where = f"{place}.{field.encode_name}"
            if found is None:
                yield f"{where} is read but not asked for"
                continue
            may_be_none, wanted = _without_none(field.type)
            if not isinstance(found.type, GraphQLNonNull) and not may_be_none:
                yield f"{where} may be null"
            if found.optional and field.required:
                yield f"{where} may be absent"
            yield from self._compare_value(wanted, found.type, found.below, where)
        yield from (f"{place}.{name} is asked for but not read" for name in selected if name != "__typename")

    def _compare_value(
        self, wanted: Any, given: GraphQLOutputType, below: SelectionSetNode | None, where: str
    ) -> Iterator[str]:
        if isinstance(given, GraphQLNonNull):
            given = given.of_type
        if isinstance(given, GraphQLList):
            if get_origin(wanted) is not list:
                yield f"{where} is a list"
                return
            yield from self._compare_value(get_args(wanted)[0], given.of_type, below, where + "[]")
            return
        name = get_named_type(given).name
        if is_leaf_type(given):
            allowed = (str,) if is_enum_type(given) else _LEAVES.get(name, ())
            if wanted not in allowed:
                yield f"{where} is a {name}, read as {wanted}"
            return
        assert below is not None
        if wanted is msgspec.Raw:
            assert self._nodes is not None
            wanted = self._nodes
        for struct in _alternatives(wanted):
            yield from self._compare(struct, below, name, where)

    def _selected(self, selection: SelectionSetNode, type_name: str, only: str | None) -> dict[str, Selected]:
        found: dict[str, Selected] = {}
        for each in selection.selections:
            if isinstance(each, FieldNode):
                if each.name.value == "__typename":
                    continue
                fields = self._schema.get_type(type_name).fields  # type: ignore[union-attr]
                key = each.alias.value if each.alias else each.name.value
                found[key] = Selected(fields[each.name.value].type, each.selection_set, bool(each.directives))
            elif isinstance(each, FragmentSpreadNode):
                fragment = self._fragments[each.name.value]
                found |= self._selected(fragment.selection_set, fragment.type_condition.name.value, only)
            elif isinstance(each, InlineFragmentNode):
                name = each.type_condition.name.value
                if only is None or only == name:
                    inner = self._selected(each.selection_set, name, only)
                    found |= inner
        return found


def _tag(struct: Any) -> str | None:
    """The type name by which a union tells this struct from the others."""
    tag = (get_origin(struct) or struct).__struct_config__.tag
    return tag if isinstance(tag, str) else None


def _alternatives(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) in (Union, types.UnionType) else (wanted,)


def _without_none(wanted: Any) -> tuple[bool, Any]:
    """Whether None is allowed, and the type apart from it."""
    members = _alternatives(wanted)
    rest = tuple(member for member in members if member is not type(None))
    kept = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - made of values
    return len(rest) < len(members) or kept is msgspec.Raw, kept
