"""What schemathesis is told in code: a key for repeats is used once, and nobody waits for what will not come."""

import itertools
import re
from typing import Any

import schemathesis

EXAMPLE = "import-2026-01-15-C100"
WAITS = re.compile(r"(1?[0-9]|2[0-5])(\.[0-9]+)?")
_numbers = itertools.count(1)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """The example of an Idempotency-Key belongs to one request; a long poll is asked for, not sat through."""
    headers = case.headers or {}
    if headers.get("Idempotency-Key") == EXAMPLE:
        headers["Idempotency-Key"] = f"{EXAMPLE}-{next(_numbers)}"
    query = case.query or {}
    if WAITS.fullmatch(str(query.get("wait", ""))):
        query["wait"] = 0
