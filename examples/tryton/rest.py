"""The little of HTTP that the adapter needs of Orderbridge: JSON in, JSON out, pages, refusals as values.

Does not know Tryton, nor what any document means.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Json = dict[str, Any]
SECONDS = 60.0


class Refused(Exception):
    """Orderbridge answered with a problem; ``code`` is the word to decide by."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.code: str | None = problem.get("code")


class Orderbridge:
    """Orderbridge at ``url``, asked with one API key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def send(self, method: str, path: str, body: Json | None = None, **query: str | int) -> Json:
        """One call; raises ``Refused``."""
        address = f"{self._url}{path}{'?' + urlencode(query) if query else ''}"
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(address, data, headers, method=method), timeout=SECONDS) as answer:  # noqa: S310 - ours
                found: Json = json.load(answer)
        except HTTPError as refusal:
            raise Refused(refusal.code, json.load(refusal)) from None
        return found

    def every(self, path: str, **query: str | int) -> Iterator[Json]:
        """All elements of a list. It is read to its end first: what is acknowledged leaves the list."""
        found: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.send("GET", path, None, **query, **({"cursor": cursor} if cursor else {}))
            found += page["data"]
            cursor = page["next_cursor"]
        return iter(found)
