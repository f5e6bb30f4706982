"""The description of the surface: what the framework cannot know is added here (problems, headers, examples)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.api import event_description, openapi_examples, openapi_links, shopify_door_description
from app.api.openapi_schemas import (
    REFERENCE,
    Schemas,
    add_examples,
    component,
    join_named_words,
    merge_patch_of,
    nodes,
    open_answers,
    tidy,
)
from app.api.openapi_texts import DESCRIPTION, PROBLEMS, TAGS, problem_example
from app.api.problems import MEDIA_TYPE, TITLES, ProblemDetails
from app.api.schemas.inventory_levels import InventoryLevelInBatch
from app.api.schemas.master_data import CustomerInBatch, ItemInBatch
from app.api.schemas.prices import PriceInBatch
from app.api.schemas.sales_documents import AcknowledgementItem
from app.api.schemas.settings import OrderFiltersModel
from app.api.schemas.shops import ShopChanged
from app.api.schemas.webhook_endpoints import WebhookEndpointGiven

ALWAYS = (400, 401, 404, 429, 500, 503)
"""Any operation with a key may answer these."""
WITH_BODY = (408, 413, 415)
WITH_CHANGE = (409, 422)
PLAIN = (500, 503)
METHODS = frozenset({"get", "put", "post", "patch", "delete"})
BY_HAND: dict[str, type[BaseModel]] = {
    "CustomerInBatch": CustomerInBatch,
    "ItemInBatch": ItemInBatch,
    "AcknowledgementItem": AcknowledgementItem,
    "InventoryLevelInBatch": InventoryLevelInBatch,
    "PriceInBatch": PriceInBatch,
    "OrderFilters": OrderFiltersModel,
}
"""Models that the framework does not see: what is made of them is validated by ourselves."""
SHARED_PARAMETERS = {
    "if-match": "If-Match",
    "idempotency-key": "Idempotency-Key",
    "cursor": "cursor",
    "shop": "shop",
    "order_id": "order_id",
    "document_id": "document_id",
}
MERGE_PATCH = "application/merge-patch+json"
PATCHES = {"update_shop": "ShopPatch", "update_webhook_endpoint": "WebhookEndpointPatch"}
"""What is patched as a whole: the body is not a model, the result is."""
PATCHED: dict[type[BaseModel], str] = {ShopChanged: "ShopPatch", WebhookEndpointGiven: "WebhookEndpointPatch"}
HEADERS = {
    "Request-Id": "The id of this request, for questions about it.",
    "ETag": "The version of what is answered: give it as `If-Match` with a change, as `If-None-Match` with a GET.",
    "Location": "Where the result is.",
    "Idempotent-Replayed": "`true` when this is the answer given to an earlier request with the same Idempotency-Key.",
    "Retry-After": "Seconds after which a repeat may succeed.",
    "RateLimit-Policy": "How often a key may ask: `q` requests in `w` seconds. Not sent where nothing is limited.",
    "RateLimit": "What is left to this key: `r` requests now, all of them again after `t` seconds.",
    "WWW-Authenticate": "How to say who you are.",
}
LIMITS = ("RateLimit-Policy", "RateLimit")
"""Of every answer to a known key: draft-ietf-httpapi-ratelimit-headers, which may still change."""
PROBLEM_HEADERS = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    412: ("ETag",),
    429: ("Retry-After", *LIMITS),
    503: ("Retry-After",),
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you have: 304 without a body while it is still that.",
    "schema": {"type": "string", "maxLength": 500, "examples": ['"7"']},
}

Document = dict[str, Any]
Operation = dict[str, Any]


def describe(app: FastAPI) -> Document:
    """The OpenAPI 3.1 document; made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS],
    )
    _add_components(document["components"])
    for path, method, operation in operations(document):
        _complete(operation, method, keyed=path.startswith("/v1/"))
    shopify_door_description.describe(document)
    event_description.describe(document)
    schemas = document["components"]["schemas"]
    tidy([*schemas.values(), document["paths"]])
    join_named_words(list(schemas.values()), schemas)
    _separate(document, schemas)
    openapi_links.link(document, operations(document))
    _share_parameters(document)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    app.openapi_schema = document
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Operation]]:
    """Path, method and operation of everything in a document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def _add_components(components: Document) -> None:
    schemas: Schemas = components["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(component(ProblemDetails, "ProblemDetails"))
    for name, model in BY_HAND.items():
        schemas.update(component(model, name))
    for model, patched in PATCHED.items():
        for name, schema in merge_patch_of(model, patched).items():
            schemas.setdefault(name, schema)
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()
    }
    components["responses"] = {f"Problem{status}": _problem(status, TITLES[status]) for status in PROBLEMS}


def _problem(status: int, title: str) -> Document:
    known = openapi_examples.harvest()["problems"].get(str(status)) or problem_example(status, title)
    examples = {code: {"summary": example["detail"], "value": example} for code, example in known.items()}
    return {
        "description": f"{title}: for example {', '.join(f'`{code}`' for code in examples)}.",
        "headers": _headers("Request-Id", *PROBLEM_HEADERS.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE + "ProblemDetails"}, "examples": examples}},
    }


def _headers(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _complete(operation: Operation, method: str, *, keyed: bool) -> None:
    known = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _problems_of(operation, method, known, keyed=keyed):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    _same_content(responses)
    tagged = _answers_one(responses) and keyed
    if tagged and method == "get":
        operation.setdefault("parameters", []).append(dict(IF_NONE_MATCH))
        responses["304"] = {"description": "Still what you have.", "headers": _headers("Request-Id", "ETag", *LIMITS)}
    for status, response in responses.items():
        if status < "300":
            _complete_answer(status, response, known, tagged=tagged, keyed=keyed)
    operation["responses"] = dict(sorted(responses.items()))
    if method == "patch":
        _complete_patch(operation)
    scopes = [scope for each in operation.get("security", []) for scope in each.get("ApiKey", [])]
    if scopes:
        operation["description"] += f"\n\nNeeds the scope {', '.join(f'`{scope}`' for scope in scopes)}."


def _problems_of(operation: Operation, method: str, known: set[str], *, keyed: bool) -> set[int]:
    told = {int(status) for status in operation["responses"] if status >= "400"}
    if not keyed:
        return {*PLAIN, *told}
    found = {*ALWAYS, *told}
    if any(each.get("ApiKey") for each in operation.get("security", [])):
        found.add(403)
    if "requestBody" in operation:
        found.update(WITH_BODY)
    if method != "get":
        found.update(WITH_CHANGE)
    if "if-match" in known:
        found.add(412)
    return found


def _same_content(responses: Document) -> None:
    """A status told without its content has that of the others: what was made, what was replaced."""
    content: Document = next(
        (answer["content"] for status, answer in responses.items() if status < "300" and "content" in answer), {}
    )
    for status, answer in responses.items():
        if status in {"200", "201", "202"} and content:
            answer.setdefault("content", content)


def _answers_one(responses: Document) -> bool:
    """Whether it answers a single resource: those have a version."""
    names = [
        str(each["$ref"]).removeprefix(REFERENCE)
        for status, answer in responses.items()
        if status in {"200", "201", "202"}
        for each in nodes(answer.get("content", {}))
        if "$ref" in each
    ]
    return bool(names) and not any("List" in name or name.endswith("Page") for name in names)


def _complete_answer(status: str, response: Operation, known: set[str], *, tagged: bool, keyed: bool) -> None:
    names = ["Request-Id", *(LIMITS if keyed else ())]
    if tagged:
        names.append("ETag")
    if status in {"201", "202"}:
        names.append("Location")
    if "idempotency-key" in known:
        names.append("Idempotent-Replayed")
    response["headers"] = _headers(*names)
    if response["description"] == "Successful Response":
        response["description"] = "Done." if status == "204" else "As asked."


def _complete_patch(operation: Operation) -> None:
    """A merge patch may come under its own name or as plain JSON."""
    content = operation["requestBody"]["content"]
    [body] = content.values()
    if name := PATCHES.get(operation["operationId"]):
        body = {"schema": {"$ref": REFERENCE + name}}
    operation["requestBody"]["content"] = {MERGE_PATCH: body, "application/json": body}


def _separate(document: Document, schemas: Schemas) -> None:
    requests, answers, inline = [], [document["components"]["responses"]], []
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            _plain_parameter(parameter)
        requests += [operation.get("parameters", []), operation.get("requestBody", {})]
        answers.append(operation["responses"])
        inline += [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values()]
    _name_lists(schemas, answers)
    open_answers(schemas, requests, answers)
    for _, _, operation in operations(document):
        openapi_examples.show(operation, schemas)
    add_examples(schemas, inline)


def _plain_parameter(parameter: Document) -> None:
    """Nothing in an address is null; what is not given is absent."""
    parameter["name"] = {"if-match": "If-Match", "idempotency-key": "Idempotency-Key"}.get(
        parameter["name"], parameter["name"]
    )
    schema = parameter["schema"]
    schema.pop("description", None)
    if isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
    if "anyOf" in schema:
        schema.update(schema.pop("anyOf")[0])


def _name_lists(schemas: Schemas, answers: list[Any]) -> None:
    """``ListOf_RunShown_`` is a name for Python only."""
    names = {
        name: f"{name.removeprefix('ListOf_').strip('_').removesuffix('Shown')}List" for name in schemas if "_" in name
    }
    for old, new in names.items():
        schemas[new] = {"description": "A page of this list.", **schemas.pop(old)}
    for each in nodes([answers, *schemas.values()]):
        reference = each.get("$ref")
        if isinstance(reference, str) and reference.removeprefix(REFERENCE) in names:
            each["$ref"] = REFERENCE + names[reference.removeprefix(REFERENCE)]


def _share_parameters(document: Document) -> None:
    """Parameters that are the same everywhere stand once."""
    shared = document["components"].setdefault("parameters", {})
    for _, _, operation in operations(document):
        for place, parameter in enumerate(operation.get("parameters", [])):
            name = parameter["name"]
            if (
                name.lower() in {*SHARED_PARAMETERS, "if-none-match"}
                and shared.setdefault(name, parameter) == parameter
            ):
                operation["parameters"][place] = {"$ref": f"#/components/parameters/{name}"}
