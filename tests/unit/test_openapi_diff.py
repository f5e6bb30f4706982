"""The surface only grows: what a client of the last release relies on stays (E11)."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.openapi_diff import breaking_changes, main

CHECKOUT = Path(__file__).parents[2]
PRESENT = CHECKOUT / "docs" / "openapi.json"
RELEASED = CHECKOUT / "docs" / "openapi-released.json"

Json = dict[str, Any]
OLD: Json = {
    "paths": {
        "/v1/pots/{no}": {
            "put": {
                "operationId": "put_pot",
                "security": [{"ApiKey": ["pots:write"]}],
                "parameters": [
                    {"name": "no", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 20}},
                    {"name": "quick", "in": "query", "schema": {"type": "string", "enum": ["yes", "no"]}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pot"}}}},
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PotShown"}}},
                    },
                    "404": {},
                },
            }
        }
    },
    "webhooks": {"pot.made": {"post": {"operationId": "on_pot_made", "responses": {}}}},
    "components": {
        "schemas": {
            "Pot": {
                "type": "object",
                "additionalProperties": False,
                "required": ["colour"],
                "properties": {
                    "colour": {"type": "string"},
                    "size": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
                    "lids": {"type": "array", "items": {"type": "string", "format": "uri"}},
                },
            },
            "PotShown": {
                "type": "object",
                "required": ["colour", "size", "next"],
                "properties": {
                    "colour": {"type": "string"},
                    "size": {"type": ["integer", "null"]},
                    "next": {"anyOf": [{"$ref": "#/components/schemas/PotShown"}, {"type": "null"}]},
                },
            },
        }
    },
}
Change = Callable[[Json], Any]


def operation(new: Json) -> Json:
    found: Json = new["paths"]["/v1/pots/{no}"]["put"]
    return found


def sent(new: Json) -> Json:
    found: Json = new["components"]["schemas"]["Pot"]
    return found


def shown(new: Json) -> Json:
    found: Json = new["components"]["schemas"]["PotShown"]
    return found


def after(change: Change) -> Json:
    new = copy.deepcopy(OLD)
    change(new)
    return new


GROWTH: dict[str, Change] = {
    "another operation": lambda new: new["paths"].update({"/v1/lids": {"get": {"responses": {}}}}),
    "another event": lambda new: new["webhooks"].update({"pot.broken": {"post": {"responses": {}}}}),
    "another field to send": lambda new: sent(new)["properties"].update(weight={"type": "string"}),
    "another field answered": lambda new: shown(new)["properties"].update(weight={"type": "string"}),
    "a field that need not be sent": lambda new: sent(new).update(required=[]),
    "a field always answered": lambda new: shown(new).update(required=["colour", "size", "next", "weight"]),
    "a wider bound": lambda new: sent(new)["properties"]["size"].update(maximum=99),
    "another value to send": lambda new: operation(new)["parameters"][1]["schema"]["enum"].append("perhaps"),
    "null may be sent": lambda new: sent(new)["properties"]["colour"].update(type=["string", "null"]),
    "null is not answered": lambda new: shown(new)["properties"]["size"].update(type="integer"),
    "another refusal": lambda new: operation(new)["responses"].update({"409": {}}),
    "an optional parameter": lambda new: operation(new)["parameters"].append(
        {"name": "loud", "in": "query", "schema": {"type": "string"}}
    ),
    "a scope less": lambda new: operation(new).update(security=[{"ApiKey": []}]),
    "other words": lambda new: operation(new).update(summary="Put a pot"),
}
BREACHES: dict[str, tuple[Change, str]] = {
    "a path gone": (lambda new: new["paths"].clear(), "PUT /v1/pots/{no}: is gone"),
    "an event gone": (lambda new: new["webhooks"].clear(), "POST pot.made: is gone"),
    "renamed": (
        lambda new: operation(new).update(operationId="replace_pot"),
        "PUT /v1/pots/{no}: its operationId was put_pot and is replace_pot",
    ),
    "another scope": (
        lambda new: operation(new).update(security=[{"ApiKey": ["pots:admin"]}]),
        "PUT /v1/pots/{no}: needs another scope, pots:admin",
    ),
    "a parameter gone": (
        lambda new: operation(new)["parameters"].pop(),
        "PUT /v1/pots/{no}: its parameter query quick is gone",
    ),
    "a parameter required": (
        lambda new: operation(new)["parameters"][1].update(required=True),
        "PUT /v1/pots/{no}: its parameter query quick is required now",
    ),
    "a new parameter required": (
        lambda new: operation(new)["parameters"].append(
            {"name": "loud", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        "PUT /v1/pots/{no}: its new parameter query loud is required",
    ),
    "a value less": (
        lambda new: operation(new)["parameters"][1]["schema"]["enum"].pop(),
        "PUT /v1/pots/{no} query quick: takes fewer values now",
    ),
    "a body required": (
        lambda new: operation(new)["requestBody"].update(required=True),
        "PUT /v1/pots/{no}: its body is required now",
    ),
    "another kind of body": (
        lambda new: operation(new)["requestBody"].update(content={"application/xml": {}}),
        "PUT /v1/pots/{no} body: is not application/json any more",
    ),
    "a field that may not be sent": (lambda new: sent(new)["properties"].pop("size"), "Pot (sent).size: is gone"),
    "a field that must be sent": (
        lambda new: sent(new).update(required=["colour", "size"]),
        "Pot (sent).size: is required now",
    ),
    "a narrower bound": (
        lambda new: sent(new)["properties"]["size"].update(maximum=5),
        "Pot (sent).size: its maximum was 9 and is 5",
    ),
    "a first bound": (
        lambda new: sent(new)["properties"]["colour"].update(maxLength=5),
        "Pot (sent).colour: its maxLength was open and is 5",
    ),
    "a pattern": (
        lambda new: sent(new)["properties"]["colour"].update(pattern="^r"),
        "Pot (sent).colour: its pattern was open and is ^r",
    ),
    "null may not be sent": (
        lambda new: sent(new)["properties"]["size"].update(type="integer"),
        "Pot (sent).size: was integer or null and is integer",
    ),
    "another kind within a list": (
        lambda new: sent(new)["properties"]["lids"]["items"].update(type="integer"),
        "Pot (sent).lids[]: was string and is integer",
    ),
    "a field not answered": (lambda new: shown(new)["properties"].pop("size"), "PotShown (answered).size: is gone"),
    "a field not always answered": (
        lambda new: shown(new).update(required=["colour", "next"]),
        "PotShown (answered).size: may be left out now",
    ),
    "null is answered": (
        lambda new: shown(new)["properties"]["colour"].update(type=["string", "null"]),
        "PotShown (answered).colour: was string and is null or string",
    ),
    "another alternative": (
        lambda new: shown(new)["properties"]["next"]["anyOf"].append({"type": "string"}),
        "PotShown (answered).next: has another alternative now",
    ),
    "another status": (
        lambda new: operation(new)["responses"].update({"202": {}}),
        "PUT /v1/pots/{no}: answers 202 now",
    ),
    "a status gone": (
        lambda new: operation(new)["responses"].pop("200"),
        "PUT /v1/pots/{no}: does not answer 200 any more",
    ),
    "a header gone": (
        lambda new: operation(new)["responses"]["200"]["headers"].clear(),
        "PUT /v1/pots/{no} 200: its header ETag is gone",
    ),
}


@pytest.mark.parametrize("change", GROWTH.values(), ids=GROWTH)
def test_what_adds_to_the_surface_breaks_nobody(change: Change) -> None:
    assert breaking_changes(OLD, after(change)) == []


@pytest.mark.parametrize(("change", "told"), BREACHES.values(), ids=BREACHES)
def test_what_a_client_would_notice_is_told_with_its_place(change: Change, told: str) -> None:
    assert breaking_changes(OLD, after(change)) == [told]


def test_the_command_tells_what_breaks_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, now = tmp_path / "before.json", tmp_path / "now.json"
    before.write_text(json.dumps(OLD))
    now.write_text(json.dumps(after(lambda new: new["webhooks"].clear())))

    assert main(str(before), str(before)) == 0
    assert main(str(before), str(now)) == 1
    assert capsys.readouterr().out == "POST pot.made: is gone\n"


@pytest.mark.drift
def test_the_surface_keeps_what_the_last_release_promised() -> None:
    """E11. With a release, `docs/openapi.json` is copied over what was released before it."""
    assert breaking_changes(json.loads(RELEASED.read_text()), json.loads(PRESENT.read_text())) == []
