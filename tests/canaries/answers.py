"""Which answers of the service tell of nobody, and what an answer gives away once that is a secret from then on."""

import json

import httpx

from tests.canaries.watch import Watch, tell

TELL_OF_NOBODY = ("/metrics", "/v1/events", "/v1/audit-entries", "/v1/log-entries", "/v1/activities", "/readyz")
"""Read by monitoring, or kept for long: figures, facts, audit, log and cues."""
SHOWN_ONCE = frozenset({"key", "secret", "password"})


def heard(answer: httpx.Response) -> None:
    """A hook of a client: searches what must tell of nobody, among it every refusal, and learns secrets."""
    if is_searched(answer):
        answer.read()
        search(answer)
    elif answer.request.method in {"POST", "PUT", "PATCH"} and answer.headers.get("content-type") == "application/json":
        _learn(answer.read())


async def heard_in_process(answer: httpx.Response) -> None:
    """The same for a service of this process, whose secrets are known by value."""
    if is_searched(answer):
        await answer.aread()
        search(answer)


def is_searched(answer: httpx.Response) -> bool:
    refused = answer.headers.get("content-type", "").startswith("application/problem+json")
    return refused or answer.request.url.path.startswith(TELL_OF_NOBODY)


def search(answer: httpx.Response) -> None:
    asked = f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}"
    Watch().said({asked: answer.content})


def _learn(body: bytes) -> None:
    told = json.loads(body) if body else None
    if isinstance(told, dict):
        shown = [value for name, value in told.items() if name in SHOWN_ONCE and isinstance(value, str)]
        tell(*(core(value) for value in shown))


def core(secret: str) -> str:
    """The part of it that is secret: an API key's name before it is shown to everybody."""
    return secret.split("_", 2)[2] if secret.startswith("ob_") else secret
