"""The links of the OpenAPI document: which operation comes next, and which value of an answer is its parameter.

Most follow from the addresses: what a list or a creation at `/v1/things` answers is what `/v1/things/{id}` and all
below it is about. The few that lead from one resource to another are named. Knows no words for people.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.api.openapi_schemas import REFERENCE, Schemas

FIELDS: Mapping[str, str] = {"shop": "code", "country": "country_code"}
"""Parameters that answers call by another name; others are called the same there, or `id`."""
ELSEWHERE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "RunShown": (("get_run", "run_id", "/id"), ("cancel_run", "run_id", "/id")),
    "Order": (
        ("get_sales_document", "document_id", "/documents/0/id"),
        ("acknowledge_sales_document", "document_id", "/documents/0/id"),
    ),
    "SalesDocument": (("get_order", "order_id", "/order/id"),),
    "Shipment": (("get_order", "order_id", "/order/id"),),
    "Refund": (
        ("get_order", "order_id", "/order/id"),
        ("get_sales_document", "document_id", "/documents/0/id"),
    ),
}
"""By what is answered: the operation, its parameter, and where its value stands."""

Json = dict[str, Any]
Operations = Iterable[tuple[str, str, Json]]


def link(document: Json, operations: Operations) -> None:
    """Add them to every answer that something follows from."""
    every, schemas = list(operations), document["components"]["schemas"]
    shared: Json = document["components"].setdefault("links", {})
    for path, method, operation in every:
        for status, answer in operation["responses"].items():
            if not (name := _answered(status, answer)):
                continue
            found = {
                **dict(_onward(path, method, name, every, schemas)),
                **{target: _to(target, {parameter: place}) for target, parameter, place in ELSEWHERE.get(name, ())},
            }
            found.pop(operation["operationId"], None)
            if found:
                answer["links"] = {target: _shared(shared, target, each) for target, each in found.items()}
    document["components"]["links"] = dict(sorted(shared.items()))


def _answered(status: str, answer: Json) -> str:
    content = answer.get("content", {}).get("application/json", {}) if status < "300" else {}
    return str(content.get("schema", {}).get("$ref", "")).removeprefix(REFERENCE)


def _onward(path: str, method: str, name: str, every: Operations, schemas: Schemas) -> Iterator[tuple[str, Json]]:
    """The operations below the one thing that is answered, or the first of a list."""
    single = re.fullmatch(r".+/\{(\w+)\}", path)
    for target, _, operation in every:
        if single and (target == path or target.startswith(f"{path}/")):
            parameter, known = single[1], _parameters(path)
        elif not single and method in {"get", "post"} and target.startswith(f"{path}/{{"):
            parameter = target[len(path) + 2 :].partition("}")[0]
            known = _parameters(path) | {parameter}
        else:
            continue
        place = _place(name, parameter, schemas)
        if _parameters(target) <= known and (place or single):
            values = {each: f"$request.path.{each}" for each in _parameters(target)}
            yield (
                operation["operationId"],
                _to(operation["operationId"], values | ({parameter: place} if place else {})),
            )


def _parameters(path: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", path))


def _place(name: str, parameter: str, schemas: Schemas) -> str | None:
    """Where an answer tells the value of a parameter."""
    fields = schemas.get(name, {}).get("properties", {})
    start = ""
    if "data" in fields and "items" in fields["data"]:
        start = "/data/0"
        fields = schemas[str(fields["data"]["items"].get("$ref", "")).removeprefix(REFERENCE)].get("properties", {})
    field = next((each for each in (FIELDS.get(parameter, parameter), "id") if each in fields), None)
    return None if field is None else f"{start}/{field}"


def _to(target: str, values: Mapping[str, str]) -> Json:
    parameters = {
        name: value if value.startswith("$") else f"$response.body#{value}" for name, value in sorted(values.items())
    }
    return {"operationId": target, "parameters": parameters}


def _shared(shared: Json, target: str, told: Json) -> Json:
    """Equal links stand once."""
    same = (name for name, known in shared.items() if known == told)
    name = next(same, None)
    if name is None:
        number = sum(known["operationId"] == target for known in shared.values())
        name = f"{target}_{number + 1}" if number else target
        shared[name] = told
    return {"$ref": f"#/components/links/{name}"}
