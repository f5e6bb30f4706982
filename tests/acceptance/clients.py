"""Who talks to the processes: an ERP over the public API, and somebody who moves the simulated store.

Neither knows what a test expects.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from tests.canaries.answers import heard

Json = dict[str, Any]

TIMEOUT_SECONDS = 55.0
RUN_WAIT_SECONDS = 25
PAGE = 250


class Erp:
    """A caller of the service with an API key."""

    def __init__(self, url: str, key: str | None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        hooks = {"response": [heard]}
        self.http = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False, event_hooks=hooks
        )

    def send(self, method: str, path: str, body: object = None, **query: object) -> httpx.Response:
        """Any request; whatever is answered."""
        parameters = {name: _text(value) for name, value in query.items()}
        return self.http.request(method, path, json=body, params=parameters)

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Json:
        """A request that must not be refused."""
        answer = self.send(method, path, body, **query)
        assert answer.status_code < 400, f"{method} {path} answered {answer.status_code}: {answer.text[:1500]}"
        found: Json = answer.json() if answer.content else {}
        return found

    def get(self, path: str, **query: object) -> Json:
        return self.ask("GET", path, **query)

    def put(self, path: str, body: Json) -> Json:
        return self.ask("PUT", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self.ask("PATCH", path, body)

    def post(self, path: str, body: object = None) -> Json:
        return self.ask("POST", path, {} if body is None else body)

    def every(self, path: str, **query: object) -> Iterator[Json]:
        """All elements of a list, page by page."""
        cursor: dict[str, object] = {}
        while True:
            page = self.get(path, limit=PAGE, **query, **cursor)
            yield from page["data"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def events(self, after: int = 0) -> list[Json]:
        """The feed behind a position, to its end."""
        found: list[Json] = []
        while True:
            page = self.get("/v1/events", after=after, limit=PAGE)
            found += page["data"]
            if not page["has_more"]:
                return found
            after = page["next_position"]

    def finished_run(self, shop: str, task: str, parameters: Json | None = None) -> Json:
        """A run of a task, after its end."""
        run = self.post(f"/v1/shops/{shop}/tasks/{task}/runs", {"parameters": parameters or {}})
        return self.end_of(run["id"])

    def end_of(self, run_id: str) -> Json:
        """The run once it has ended."""
        run: Json = {}
        for _ in range(4):
            run = self.get(f"/v1/runs/{run_id}", wait=RUN_WAIT_SECONDS)
            if run["state"] not in ("queued", "running"):
                return run
        raise AssertionError(f"The run did not end: {run}")

    def close(self) -> None:
        self.http.close()


class StoreDesk:
    """The control door of one simulated store."""

    def __init__(self, url: str, domain: str) -> None:
        self.domain = domain
        self._http = httpx.Client(base_url=f"{url}/control/{domain}", timeout=TIMEOUT_SECONDS, trust_env=False)

    def put(self, **state: Any) -> Json:
        """Objects in Shopify's field names; a name the simulator does not know fails here, not later."""
        answer = self._ask("PUT", "/state", state)
        assert not answer["unknown"], f"the simulator does not know {answer['unknown']}"
        return answer

    def change_order(self, order: str, **fields: Any) -> Json:
        return self._ask("PATCH", f"/orders/{order}", fields)

    def act(self, order: str, action: str, **given: Any) -> Json:
        """What happens to an order, with all its consequences: pay, edit, refund, exchange and so on."""
        return self._ask("POST", f"/orders/{order}/{action}", given)

    def generate(self, **wish: Any) -> Json:
        return self._ask("POST", "/orders/generate", wish)

    def state(self, *kinds: str) -> Json:
        return self._ask("GET", "/state", kinds=",".join(kinds))

    def calls(self, since: int = 0) -> list[Json]:
        found: list[Json] = self._ask("GET", "/calls", since=since)["calls"]
        return found

    def fulfilments(self) -> list[Json]:
        """Every one that was ever recorded."""
        found: list[Json] = self._ask("GET", "/fulfillments")["fulfillments"]
        return found

    def spent(self) -> Json:
        """How many calls were made since the journal was emptied, and their points."""
        totals: Json = self._ask("GET", "/calls", since=2**31)["totals"]
        return totals

    def forget_calls(self) -> None:
        self._ask("DELETE", "/calls")

    def fault(self, **fault: Any) -> None:
        self._ask("POST", "/faults", fault)

    def faults(self) -> list[Json]:
        """Those that nobody has met yet."""
        found: list[Json] = self._ask("GET", "/faults")["faults"]
        return found

    def mend(self) -> None:
        self._ask("DELETE", "/faults")

    def set_webhooks(self, **options: Any) -> None:
        self._ask("POST", "/webhooks", {"options": options})

    def announce(self, gid: str, *topics: str) -> None:
        """Send webhooks about something that stands in the store."""
        self._ask("POST", "/webhooks", {"emit": {"id": gid, "topics": list(topics)}})

    def redeliver(self, webhook_ids: Sequence[str]) -> None:
        self._ask("POST", "/webhooks", {"redeliver": list(webhook_ids)})

    def deliveries(self) -> Json:
        return self._ask("GET", "/webhooks")

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: Json | None = None, **query: object) -> Json:
        parameters = {name: str(value) for name, value in query.items()}
        answer = self._http.request(method, path, json=body, params=parameters)
        assert answer.status_code < 400, f"control {method} {path} answered {answer.status_code}: {answer.text[:1500]}"
        found: Json = answer.json()
        return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
