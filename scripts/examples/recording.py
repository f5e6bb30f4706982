"""What was asked and answered, by operation: of each the fullest request and, by status, the fullest answer.

What was read by itself is shown as it was read last: whoever tells the story decides what is seen of it.

Listens to an HTTP client; the description of the surface says which operation an address is. Knows no story.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.api.openapi import operations
from app.api.openapi_examples import fullness

Json = dict[str, Any]
MOST_ROWS = 2
"""Of a list that is still read by somebody; what is not read by pages is cut."""


def _cut(body: Json) -> Json:
    return {**body, "data": body["data"][:MOST_ROWS]} if _is_list(body) else body


def _is_list(body: Json) -> bool:
    return isinstance(body.get("data"), list)


@dataclass(slots=True)
class Recorder:
    """Of a document, and of whoever lets it listen."""

    document: Json
    stand_ins: dict[str, str] = field(default_factory=dict)
    """Ids of the story, and those that the examples of parameters name instead of them."""
    _asked: dict[str, Any] = field(default_factory=dict)
    _answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    _problems: dict[str, dict[str, Json]] = field(default_factory=dict)
    _events: dict[str, Json] = field(default_factory=dict)
    _addresses: list[tuple[str, re.Pattern[str], Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for path, method, operation in operations(self.document):
            form = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
            self._addresses.append((method, re.compile(form), operation))
        # What is spelled out is meant before what is anything: `/batch` is no id.
        self._addresses.sort(key=lambda each: each[1].groups)

    def listens_to(self, http: httpx.Client) -> None:
        http.event_hooks["response"].append(self._heard)

    def harvest(self) -> Json:
        """All of it, as JSON."""
        told: dict[str, Json] = {name: {"answers": answers} for name, answers in self._answered.items()}
        for name, body in self._asked.items():
            told.setdefault(name, {"answers": {}})["body"] = body
        return {"operations": told, "problems": self._problems, "events": self._events}

    def _heard(self, answer: httpx.Response) -> None:
        request, content = answer.request, answer.read()
        found = self._operation(request.method.lower(), request.url.path)
        body = answer.json() if answer.headers.get("content-type", "").endswith("json") else None
        if body is not None and answer.status_code >= 400:
            self._problems.setdefault(str(answer.status_code), {}).setdefault(body["code"], body)
        elif content or answer.status_code == 204:
            self._told(request, answer.status_code, body, None if found is None else found["operationId"])

    def _told(self, request: httpx.Request, status: int, body: Any, name: str | None) -> None:
        if name is None or (status == 202 and request.url.path.startswith("/v1/orders/")):
            # The store took its time: that depends on the machine.
            return
        if request.content and request.headers.get("content-type") == "application/json":
            self._keep(self._asked, name, json.loads(request.content))
        if body is not None:
            last = request.method == "GET" and not _is_list(body)
            self._keep(self._answered.setdefault(name, {}), str(status), _cut(body), whatever=last)
        if name == "list_events":
            for event in body["data"]:
                self._events.setdefault(event["type"], event)

    @staticmethod
    def _keep(known: dict[str, Any], name: str, body: Any, *, whatever: bool = False) -> None:
        if whatever or name not in known or fullness(body) > fullness(known[name]):
            known[name] = body

    def _operation(self, method: str, path: str) -> Json | None:
        for known, form, operation in self._addresses:
            if method == known and (match := form.fullmatch(path)):
                self._stand_in(operation, match.groupdict())
                return operation
        return None

    def _stand_in(self, operation: Json, given: dict[str, str]) -> None:
        for parameter in map(self._resolved, operation.get("parameters", [])):
            examples = parameter["schema"].get("examples")
            if parameter["in"] == "path" and examples and parameter["name"] in given:
                self.stand_ins.setdefault(given[parameter["name"]], str(examples[0]))

    def _resolved(self, node: Json) -> Json:
        if "$ref" not in node:
            return node
        found: Any = self.document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        assert isinstance(found, dict)
        return found
