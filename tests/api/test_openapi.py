"""The OpenAPI document teaches: the gates it has to pass, and the committed snapshot that shows every change of it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from app.api.event_description import ABOUT, HEADERS, MEANINGS
from app.api.routes import ROUTERS
from app.api.shopify_door_description import EXAMPLES
from app.api.shopify_door_description import MEANINGS as DOOR_MEANINGS
from app.domain.events import EventType
from app.domain.identifiers import EventId
from app.domain.webhook_topics import (
    APP_TOPICS,
    MAPPING_TOPICS,
    ORDER_TOPICS,
    PRIVACY_TOPICS,
    TASK_OF,
    TASK_TOPICS,
    Wakes,
    wakes,
)
from app.ports.repositories.events import FeedEvent
from tests.api.openapi_document import (
    SNAPSHOT,
    answer_schemas,
    document,
    every_operation,
    parameters,
    parts,
    printed,
    request_schemas,
    resolved,
)

UNKEYED = {"/livez", "/metrics", "/readyz", "/webhooks/shopify"}
MEANT_OPEN = {
    "ProblemDetails": "some codes bring further members",
    "ScheduleShown.filters": "as they were given",
    "ScheduleShown.parameters": "as they were given",
    "RunShown.filters": "as they were given",
    "RunShown.parameters": "as they were given",
    "RunShown.counts": "named by the task",
    "PrivacyRequestShown.counts": "by table",
    "PrivacyExport.data": "by table",
    "PrivacyExport.data[][]": "columns of any table",
    "OrderConflict": "more may come with the comparison of orders",
    "ConflictChange": "more may come with the comparison of orders",
    "post /webhooks/shopify": "Shopify's",
}
ANYTHING = {
    "CaptureEntry.body": "the store's own answer",
    "AuditedField.before": "of any kind",
    "AuditedField.after": "of any kind",
    "ConflictChange.before": "of any kind",
    "ConflictChange.after": "of any kind",
    "ConflictChange.amount": "not computed yet",
    "OrderConflict.amount": "not computed yet",
    "post /webhooks/shopify": "Shopify's",
}


NOT_IN_THE_STORY = {
    f"{name} 202"
    for name in (
        "cancel_order",
        "capture_order_payment",
        "close_order",
        "mark_order_as_paid",
        "reopen_order",
    )
}
"""A store that takes more than ten seconds; the run that is answered then is shown at its schema."""


def types_of(schema: dict[str, Any]) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def shown() -> list[tuple[str, dict[str, Any], Any]]:
    """The examples of operations: where, of what, and which."""
    found = []
    for _, _, operation in every_operation():
        asked = operation.get("requestBody", {}).get("content", {})
        answered = {status: resolved(answer).get("content", {}) for status, answer in operation["responses"].items()}
        for place, contents in {"body": asked, **answered}.items():
            where = f"{operation['operationId']} {place}"
            found += [(where, each["schema"], each["example"]) for each in contents.values() if "example" in each]
    return found


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation["operationId"] for _, _, operation in every_operation()]

    assert len(ids) == len(set(ids))
    assert all(name.isidentifier() and name == name.lower() for name in ids)


def test_every_route_is_described() -> None:
    described = {(method.upper(), path) for path, method, _ in every_operation()}
    routes = {
        (method, route.path.replace(":path", ""))  # type: ignore[attr-defined]
        for router in ROUTERS
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]
        if route.include_in_schema  # type: ignore[attr-defined]
    }

    assert described == routes | {("POST", "/webhooks/shopify")}


def test_every_operation_stands_in_one_described_chapter() -> None:
    chapters = {tag["name"]: tag["description"] for tag in document()["tags"]}

    assert all(chapters.values())
    used = set()
    for path, method, operation in every_operation():
        [tag] = operation["tags"]
        assert tag in chapters, (method, path)
        used.add(tag)
    assert used == set(chapters)


def test_operations_and_parameters_say_what_they_are() -> None:
    for path, method, operation in every_operation():
        place = f"{method} {path}"
        assert 3 <= len(operation["summary"]) <= 60, place
        assert operation["summary"] != operation["description"], place
        assert len(operation["description"]) > 10, place
        for parameter in parameters(operation):
            assert parameter.get("description"), f"{place} {parameter['name']}"
        for status, response in operation["responses"].items():
            assert resolved(response)["description"], f"{place} {status}"


def test_every_field_is_described() -> None:
    undescribed = [
        f"{name}.{field}"
        for name, schema in document()["components"]["schemas"].items()
        for field, shape in schema.get("properties", {}).items()
        if not (shape.get("description") or resolved(shape).get("description"))
    ]
    nameless = [name for name, schema in document()["components"]["schemas"].items() if not schema.get("description")]

    assert undescribed == []
    assert [name for name in nameless if "enum" not in document()["components"]["schemas"][name]] == []


def test_every_schema_has_an_example_and_every_example_fits() -> None:
    schemas = document()["components"]["schemas"]

    assert [name for name, schema in schemas.items() if not (schema.get("examples") or "enum" in schema)] == []
    assert misfits((name, schema) for name, schema in schemas.items()) == []


def misfits(told: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Where an example is none of its schema."""
    registry = jsonschema_rs.Registry([("urn:surface", {"components": document()["components"]})])
    wrong = []
    for place, schema in told:
        if examples := schema.get("examples", []):
            plain = json.dumps({key: value for key, value in schema.items() if key != "examples"})
            shape = json.loads(plain.replace('"#/components/', '"urn:surface#/components/'))
            checker = jsonschema_rs.Draft202012Validator(shape, validate_formats=True, registry=registry)
            wrong += [
                f"{place}: {error.message} at {'/'.join(map(str, error.instance_path))}"
                for example in examples
                for error in checker.iter_errors(example)
            ]
    return wrong


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("get_order", "cancelled_at"),
        ("get_order", "conflict"),
        ("get_sales_document", "refund"),
        ("get_sales_document", "unlinked_at"),
        ("get_run", "cancel_requested_at"),
        ("get_webhook_endpoint", "disabled_at"),
    ],
)
def test_what_has_not_happened_is_null_in_an_example_and_not_left_out(operation: str, field: str) -> None:
    [example] = [value for place, _, value in shown() if place == f"{operation} 200"]

    assert field in example
    assert example[field] is None


def test_every_example_of_a_field_a_parameter_and_a_problem_fits() -> None:
    components = document()["components"]
    told = [*parts(request_schemas()), *parts(answer_schemas())]
    told += [
        (name, {**content["schema"], "examples": [each["value"] for each in content["examples"].values()]})
        for name, response in components["responses"].items()
        for content in response["content"].values()
    ]
    told += [(place, {**schema, "examples": [value]}) for place, schema, value in shown()]

    assert misfits(told) == []


def test_every_operation_shows_what_was_really_asked_and_answered() -> None:
    told = {place for place, _, _ in shown()}
    untold = [
        f"{operation['operationId']} {place}"
        for path, _, operation in every_operation()
        for place, node in (("body", operation.get("requestBody", {})), *operation["responses"].items())
        if place < "300" or place == "body"
        if "application/json" in resolved(node).get("content", {}) and path != "/webhooks/shopify"
        if f"{operation['operationId']} {place}" not in told
    ]

    assert sorted(untold) == sorted(NOT_IN_THE_STORY)


def test_every_refusal_is_listed_as_a_problem() -> None:
    for path, method, operation in every_operation():
        statuses = {status: resolved(response) for status, response in operation["responses"].items()}
        refusals = {status: response for status, response in statuses.items() if status >= "400"}
        for status, response in refusals.items():
            assert list(response["content"]) == ["application/problem+json"], (method, path, status)
            assert response["content"]["application/problem+json"]["schema"]["$ref"].endswith("/ProblemDetails")
        expected = {"503"} if path in UNKEYED else {"400", "401", "404", "429", "500", "503"}
        expected |= {"413", "415", "422"} if "requestBody" in operation and path not in UNKEYED else set()
        expected |= {"409"} if method != "get" and path not in UNKEYED else set()
        assert expected <= set(refusals), (method, path)


def test_every_operation_says_which_key_it_needs() -> None:
    for path, method, operation in every_operation():
        if path in UNKEYED:
            assert not operation.get("security"), path
            continue
        [[scopes]] = [list(each.values()) for each in operation["security"]]
        assert len(scopes) == (0 if path == "/v1/me" else 1), path
        assert all(f"`{scope}`" in operation["description"] for scope in scopes), (method, path)


def test_headers_are_declared() -> None:
    for path, method, operation in every_operation():
        sent = {parameter["name"] for parameter in parameters(operation) if parameter["in"] == "header"}
        if path.startswith("/v1/"):
            assert ("Idempotency-Key" in sent) == (method == "post"), (method, path)
            assert sent <= {"Idempotency-Key", "If-Match", "If-None-Match"}, (method, path, sent)
        for status, response in operation["responses"].items():
            headers = set(resolved(response).get("headers", {}))
            if path != "/webhooks/shopify":
                assert "Request-Id" in headers, (method, path, status)
            if path.startswith("/v1/") and (status < "400" or status == "429"):
                assert {"RateLimit-Policy", "RateLimit"} <= headers, (method, path, status)
            if status in {"201", "202"}:
                assert "Location" in headers, (method, path)
            if method == "post" and status < "300" and path.startswith("/v1/"):
                assert "Idempotent-Replayed" in headers, (method, path)
        if "If-None-Match" in sent:
            assert "ETag" in resolved(operation["responses"]["200"])["headers"], path
            assert "304" in operation["responses"], path


def test_every_event_is_described_as_the_webhook_that_tells_it() -> None:
    webhooks = document()["webhooks"]
    ids = [operation["operationId"] for _, _, operation in every_operation()]
    checker = jsonschema_rs.Draft202012Validator(
        {"$ref": "#/components/schemas/EventShown", "components": document()["components"]}, validate_formats=True
    )

    assert list(webhooks) == [kind.value for kind in EventType]
    for name, methods in webhooks.items():
        [(method, operation)] = methods.items()
        content = operation["requestBody"]["content"]["application/json"]
        assert method == "post"
        assert operation["operationId"] not in ids
        assert operation["summary"] == name
        assert operation["description"].startswith(MEANINGS[EventType(name)][1])
        assert content["schema"] == {"$ref": "#/components/schemas/EventShown"}
        assert content["example"]["type"] == name
        assert list(checker.iter_errors(content["example"])) == []
        assert [each["name"] for each in operation["parameters"]] == [name for name, _, _ in HEADERS]


def test_the_example_of_a_webhook_leads_where_the_event_itself_would() -> None:
    for about, (identifier, url) in ABOUT.items():
        number = "C100" if about == "customer" else None
        event = FeedEvent(
            id=EventId("evt_1"),
            position=1,
            type="order.imported",
            occurred_at=datetime(2026, 1, 15, tzinfo=UTC),
            shop="web",
            resource_type=about,
            resource_id=identifier,
            resource_version=1,
            customer_no=number,
        )
        assert event.url == url


def test_shopifys_door_tells_what_every_topic_that_comes_sets_going() -> None:
    """Those we subscribe to, and those that the app's configuration declares; the longest fitting beginning counts."""
    description = document()["paths"]["/webhooks/shopify"]["post"]["description"]
    rows = re.findall(r"^\| (`.*`) \| (.+) \|$", description, re.MULTILINE)
    told = {start.strip("`*"): meaning for starts, meaning in rows for start in starts.split(", ")}
    of_tasks = [topic for topics in TASK_TOPICS.values() for topic in topics]

    assert all(f"`{task}`" in DOOR_MEANINGS[meaning] for meaning, task in TASK_OF.items())
    for topic in (*APP_TOPICS, *MAPPING_TOPICS, *ORDER_TOPICS, *of_tasks, *PRIVACY_TOPICS):
        start = max((start for start in told if topic.startswith(start)), key=len)
        assert told[start] == DOOR_MEANINGS[wakes(topic)], topic
    assert {wakes(topic) for topic in EXAMPLES} == set(Wakes) - {Wakes.NOTHING, Wakes.UNKNOWN}


def test_what_is_answered_is_always_there() -> None:
    optional = [
        f"{place}.{name}"
        for place, schema in parts(answer_schemas())
        for name in schema.get("properties", {})
        if name not in schema.get("required", [])
    ]

    assert optional == ["ListedDocument.lines"]


def test_answers_may_grow_and_requests_may_not() -> None:
    for place, schema in parts(answer_schemas()):
        assert "enum" not in schema, place
        assert "const" not in schema, place
        assert schema.get("additionalProperties") is not False, place
        assert place in MEANT_OPEN or schema.get("additionalProperties") is not True, place
    for place, schema in parts(request_schemas()):
        if "object" in types_of(schema):
            assert place in MEANT_OPEN or schema.get("additionalProperties") is False, place


def test_nothing_sent_is_without_bounds() -> None:
    unbounded = [
        place
        for place, schema in parts(request_schemas())
        if ("string" in types_of(schema) and "maxLength" not in schema and not {"enum", "const"} & set(schema))
        or ("array" in types_of(schema) and "maxItems" not in schema)
        or ({"integer", "number"} & types_of(schema) and not {"minimum", "maximum"} <= set(schema))
    ]

    assert unbounded == []


def test_every_part_has_a_type() -> None:
    for place, schema in [*parts(request_schemas()), *parts(answer_schemas())]:
        known = types_of(schema) or {"anyOf", "oneOf", "enum", "const"} & set(schema)
        assert known or place in ANYTHING, place


def test_what_may_be_null_is_a_list_of_types_where_it_can_be() -> None:
    for place, schema in [*parts(request_schemas()), *parts(answer_schemas())]:
        match schema.get("anyOf"):
            case [{"type": str()} as first, {"type": "null"}]:
                pytest.fail(f"{place}: {first}")
            case [{"$ref": str()} as named, {"type": "null"}]:
                assert "properties" in resolved(named), f"{place}: {named} can be said without anyOf"


def test_settings_tell_their_defaults() -> None:
    schemas = document()["components"]["schemas"]

    for name, schema in schemas.items():
        if name.endswith("SettingsChange") and name != "ShopSettingsChange":
            for field, shape in schema["properties"].items():
                nullable = "null" in types_of(shape) or "anyOf" in shape
                assert "default" in shape or nullable or "$ref" in shape, f"{name}.{field}"
    assert schemas["OrderSettingsChange"]["properties"]["webhooks"]["default"] is True
    assert schemas["NumberSeriesChange"]["properties"]["sales_order"]["default"] == "SO-"


@pytest.mark.drift
def test_the_snapshot_is_the_document_of_the_code() -> None:
    assert SNAPSHOT.read_text() == printed(document()), "The surface changed: look at the diff, then `make openapi`."


def test_the_snapshot_is_plain_json() -> None:
    assert json.loads(SNAPSHOT.read_text())["openapi"].startswith("3.1")


@pytest.mark.parametrize(("code", "kept"), [(1, "as it was"), (0, "made anew")])
def test_a_description_that_cannot_be_made_leaves_the_one_before(tmp_path: Path, code: int, kept: str) -> None:
    shutil.copy(SNAPSHOT.parents[1] / "Makefile", tmp_path)
    for name in ("docs/openapi.json", "requirements.lock", ".venv/.installed"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("as it was")
    command = tmp_path / "orderbridge"
    command.write_text(f"#!/bin/sh\nprintf 'made anew'\nexit {code}\n")
    command.chmod(0o755)

    done = subprocess.run(["make", "-s", "openapi", f"BIN={tmp_path}"], cwd=tmp_path, check=False)

    assert (done.returncode == 0) == (code == 0)
    assert (tmp_path / "docs" / "openapi.json").read_text() == kept
    assert [path.name for path in (tmp_path / "docs").iterdir()] == ["openapi.json"]


def test_an_answer_says_what_comes_next_and_with_which_of_its_values() -> None:
    operations = {operation["operationId"]: (path, operation) for path, _, operation in every_operation()}

    for name, (path, operation) in operations.items():
        for status, answer in operation["responses"].items():
            for target, reference in answer.get("links", {}).items():
                link = resolved(reference)
                needed = set(re.findall(r"\{(\w+)\}", operations[target][0]))
                assert link["operationId"] == target
                assert set(link["parameters"]) == needed, (name, status, target)
                for value in link["parameters"].values():
                    if value.startswith("$request.path."):
                        assert f"{{{value.removeprefix('$request.path.')}}}" in path, (name, target)
                    else:
                        assert told_at(value.removeprefix("$response.body#"), answer), (name, target, value)


def told_at(pointer: str, answer: dict[str, Any]) -> bool:
    """Whether an answer's schema has something at this place."""
    [content] = answer["content"].values()
    schema = resolved(content["schema"])
    for part in pointer.strip("/").split("/"):
        shape = schema.get("items") if part == "0" else schema.get("properties", {}).get(part)
        if shape is None:
            return False
        schema = resolved(shape)
    return True


@pytest.mark.parametrize(
    ("operation", "following"),
    [
        ("list_orders", {"get_order", "create_order_document", "cancel_order"}),
        ("get_order", {"get_sales_document", "acknowledge_sales_document", "reread_order"}),
        ("list_sales_documents", {"get_sales_document", "acknowledge_sales_document"}),
        ("acknowledge_sales_document", {"get_order"}),
        ("post_shipment", {"get_shipment", "put_tracking", "retry_shipment", "get_order"}),
        ("start_run", {"get_run", "cancel_run"}),
        ("put_customer", {"get_customer", "delete_customer"}),
        ("create_shop", {"get_shop", "update_shop", "put_credentials", "start_connection_test"}),
    ],
)
def test_the_steps_of_an_integration_are_linked(operation: str, following: set[str]) -> None:
    [told] = [each for _, _, each in every_operation() if each["operationId"] == operation]
    links = [set(answer.get("links", {})) for status, answer in told["responses"].items() if status < "300"]

    assert all(following <= each for each in links)
