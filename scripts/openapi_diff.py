"""What a change of the HTTP surface breaks for a client of the description before: nothing, or it waits for `/v2`.

`python -m scripts.openapi_diff OLD NEW` prints every difference that a strict client would notice, and ends with 1 when
there is one. What is sent may only be asked less of, what is answered may only tell more. Words are not compared.
"""

import json
import operator
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
METHODS = frozenset({"get", "put", "post", "patch", "delete"})
LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum", "minProperties")
MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum", "maxProperties")


@dataclass(frozen=True, slots=True)
class Side:
    """A description, whose references can be followed."""

    document: Json

    def resolved(self, node: Any) -> Json:
        while isinstance(node, Mapping) and "$ref" in node:
            found: Any = self.document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node if isinstance(node, Mapping) else {}

    def operations(self, section: str) -> Iterator[tuple[str, Json]]:
        for path, methods in self.document.get(section, {}).items():
            for method, operation in methods.items():
                if method in METHODS:
                    yield f"{method.upper()} {path}", operation

    def parameters(self, operation: Json) -> dict[str, Json]:
        found = [self.resolved(each) for each in operation.get("parameters", [])]
        return {f"{each['in']} {each['name']}": each for each in found}


@dataclass(slots=True)
class Comparison:
    """Of one description with the one before it."""

    old: Side
    new: Side
    _seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def breaking(self) -> Iterator[str]:
        """Every difference that breaks a client, as a sentence that begins with its place."""
        for section, sent_by_us in (("paths", False), ("webhooks", True)):
            now = dict(self.new.operations(section))
            for place, operation in self.old.operations(section):
                if place not in now:
                    yield f"{place}: is gone"
                else:
                    yield from self._operation(place, operation, now[place], sent_by_us=sent_by_us)

    def _operation(self, place: str, old: Json, new: Json, *, sent_by_us: bool) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{place}: its operationId was {old.get('operationId')} and is {new.get('operationId')}"
        if _scopes(new) - _scopes(old):
            yield f"{place}: needs another scope, {', '.join(sorted(_scopes(new) - _scopes(old)))}"
        yield from self._parameters(place, old, new, sent_by_us=sent_by_us)
        before, now = (side.resolved(each.get("requestBody")) for side, each in ((self.old, old), (self.new, new)))
        if now.get("required") and not before.get("required") and not sent_by_us:
            yield f"{place}: its body is required now"
        yield from self._contents(f"{place} body", before, now, told=sent_by_us)
        if not sent_by_us:
            yield from self._answers(place, old["responses"], new["responses"])

    def _parameters(self, place: str, old: Json, new: Json, *, sent_by_us: bool) -> Iterator[str]:
        before, now = self.old.parameters(old), self.new.parameters(new)
        for name, parameter in before.items():
            if name not in now:
                yield f"{place}: its parameter {name} is gone"
            elif now[name].get("required") and not parameter.get("required") and not sent_by_us:
                yield f"{place}: its parameter {name} is required now"
            else:
                yield from self._schema(f"{place} {name}", parameter["schema"], now[name]["schema"], told=sent_by_us)
        for name, parameter in now.items():
            if name not in before and parameter.get("required") and not sent_by_us:
                yield f"{place}: its new parameter {name} is required"

    def _answers(self, place: str, old: Json, new: Json) -> Iterator[str]:
        for status, answer in old.items():
            if status in new:
                before, now = self.old.resolved(answer), self.new.resolved(new[status])
                yield from self._contents(f"{place} {status}", before, now, told=True)
                for name in before.get("headers", {}):
                    if name not in now.get("headers", {}):
                        yield f"{place} {status}: its header {name} is gone"
            elif status < "400":
                yield f"{place}: does not answer {status} any more"
        for status in new:
            if status not in old and status < "400":
                yield f"{place}: answers {status} now"

    def _contents(self, place: str, old: Json, new: Json, *, told: bool) -> Iterator[str]:
        after = new.get("content", {})
        for kind, content in old.get("content", {}).items():
            if kind not in after:
                yield f"{place}: is not {kind} any more"
            elif "schema" in content:
                yield from self._schema(place, content["schema"], after[kind].get("schema", {}), told=told)

    def _schema(self, place: str, old: Any, new: Any, *, told: bool) -> Iterator[str]:
        """``told``: we say it, and clients understand it; else they say it, and we accept it."""
        if isinstance(old, Mapping) and isinstance(new, Mapping) and "$ref" in old and "$ref" in new:
            pair = (str(old["$ref"]), str(new["$ref"]), told)
            if pair in self._seen:
                return
            self._seen.add(pair)
            place = pair[0].rsplit("/", 1)[-1] + (" (answered)" if told else " (sent)")
        before, now = self.old.resolved(old), self.new.resolved(new)
        yield from _kinds(place, before, now, told=told)
        yield from _values(place, before, now, told=told)
        if not told:
            yield from _bounds(place, before, now)
        yield from self._properties(place, before, now, told=told)
        for key in ("items", "additionalProperties"):
            if isinstance(before.get(key), Mapping) and isinstance(now.get(key), Mapping):
                yield from self._schema(f"{place}[]", before[key], now[key], told=told)
        yield from self._alternatives(place, before, now, told=told)

    def _properties(self, place: str, old: Json, new: Json, *, told: bool) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        required_before, required_now = set(old.get("required", [])), set(new.get("required", []))
        for name, schema in before.items():
            if name in now:
                yield from self._schema(f"{place}.{name}", schema, now[name], told=told)
            else:
                yield f"{place}.{name}: is gone"
        if told:
            for name in sorted((required_before - required_now) & now.keys()):
                yield f"{place}.{name}: may be left out now"
        else:
            for name in sorted(required_now - required_before):
                yield f"{place}.{name}: is required now"
            if old.get("additionalProperties", True) is not False and new.get("additionalProperties", True) is False:
                yield f"{place}: takes no other fields any more"

    def _alternatives(self, place: str, old: Json, new: Json, *, told: bool) -> Iterator[str]:
        for key in ("anyOf", "oneOf", "allOf"):
            before, now = old.get(key, []), new.get(key, [])
            if len(now) > len(before) > 0 and told:
                yield f"{place}: has another alternative now"
            if len(now) < len(before) and not told:
                yield f"{place}: has an alternative less"
            for one, another in zip(before, now, strict=False):
                yield from self._schema(place, one, another, told=told)


def _scopes(operation: Json) -> set[str]:
    return {scope for each in operation.get("security", []) for scopes in each.values() for scope in scopes}


def _kinds(place: str, old: Json, new: Json, *, told: bool) -> Iterator[str]:
    before, now = _types(old), _types(new)
    strange = now - before if told else before - now
    if strange and before and now:
        yield f"{place}: was {_named(before)} and is {_named(now)}"
    if old.get("format") != new.get("format") and (told or new.get("format")):
        yield f"{place}: its format was {old.get('format')} and is {new.get('format')}"


def _types(schema: Json) -> frozenset[str]:
    kind = schema.get("type", [])
    return frozenset([kind] if isinstance(kind, str) else kind)


def _named(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds))


def _values(place: str, old: Json, new: Json, *, told: bool) -> Iterator[str]:
    """Values of a closed list; the lists of answers are open, and stand in words."""
    before, now = _listed(old), _listed(new)
    if before is None and now is None:
        return
    if told and (now is None or (before is not None and not now <= before)):
        yield f"{place}: may be another value now"
    if not told and now is not None and (before is None or not before <= now):
        yield f"{place}: takes fewer values now"


def _listed(schema: Json) -> set[str] | None:
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(value) for value in schema["enum"]} if "enum" in schema else None


def _bounds(place: str, old: Json, new: Json) -> Iterator[str]:
    for keys, narrower in ((LEAST, operator.gt), (MOST, operator.lt)):
        for key in keys:
            if key in new and (key not in old or narrower(new[key], old[key])):
                yield f"{place}: its {key} was {old.get(key, 'open')} and is {new[key]}"
    if new.get("pattern") not in {None, old.get("pattern")}:
        yield f"{place}: its pattern was {old.get('pattern', 'open')} and is {new['pattern']}"


def breaking_changes(old: Json, new: Json) -> Sequence[str]:
    """Each once, in the order of the old description."""
    return list(dict.fromkeys(Comparison(Side(old), Side(new)).breaking()))


def main(before: str, now: str) -> int:
    found = breaking_changes(*(json.loads(Path(path).read_text()) for path in (before, now)))
    sys.stdout.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
