"""Where the story is played: a service with its database, a simulated store, an ERP's endpoint, each a real one."""

import base64
import hashlib
import hmac
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx

from app.administration import openapi_document
from app.demo.processes import Running, free_port, said, together
from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from scripts.examples.recording import Json, Recorder

STORE = "example.myshopify.com"
PATIENCE_SECONDS = 60.0
AT_ONCE = {"maximumAvailable": 1_000_000, "restoreRate": 1_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service as its caller meets it, and the store as its merchant does."""

    http: httpx.Client
    stranger: httpx.Client
    merchant: httpx.Client
    endpoint: str
    recorder: Recorder

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Json:
        """A request that must be answered."""
        answer = self.http.request(method, path, json=body, params=_told(query))
        assert answer.status_code < 400, f"{method} {path} answered {answer.status_code}: {answer.text[:1000]}"
        found: Json = answer.json() if answer.content else {}
        return found

    def get(self, path: str, **query: object) -> Json:
        return self.ask("GET", path, **query)

    def put(self, path: str, body: Json) -> Json:
        return self.ask("PUT", path, body)

    def post(self, path: str, body: object = None) -> Json:
        return self.ask("POST", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self.ask("PATCH", path, body)

    def delete(self, path: str) -> None:
        self.ask("DELETE", path)

    def ends(self, run: Json) -> Json:
        """A run, after its end."""
        ended: Json = self.until(
            lambda: (
                (found := self.get(f"/v1/runs/{run['id']}", wait=20))["state"] not in {"queued", "running"} and found
            )
        )
        assert ended["state"] == "succeeded", ended
        return ended

    def runs(self, shop: str, task: str, **parameters: object) -> Json:
        return self.ends(self.post(f"/v1/shops/{shop}/tasks/{task}/runs", {"parameters": parameters}))

    def order(self, number: int) -> Json:
        """An order once it is here, looked up by its number as an ERP would."""
        row = self.until(lambda: next(iter(self.get("/v1/orders", name=f"#{number}")["data"]), None))
        return self.get(f"/v1/orders/{row['id']}")

    def document(self, number: int, **query: object) -> Json:
        """The newest document of an order once there is one."""
        wanted = {"order_name": f"#{number}", "include": "lines", **query}
        rows = self.until(lambda: self.get("/v1/sales-documents", **wanted)["data"])
        found: Json = rows[-1]
        return found

    def until(self, found: Callable[[], Any]) -> Any:
        """What is found once there is something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if got := found():
                return got
            time.sleep(0.05)
        raise AssertionError("What the story waits for did not come.")

    def store(self, method: str, path: str, body: Json) -> Json:
        """Something happens in the store."""
        answer = self.merchant.request(method, f"/control/{STORE}{path}", json=body)
        assert answer.status_code < 400, f"{path}: {answer.text[:1000]}"
        found: Json = answer.json()
        assert not found.get("unknown"), found["unknown"]
        return found

    def shopify_says(self, topic: str, body: Json) -> None:
        """A webhook that the store's app did not ask for."""
        content = json.dumps(body).encode()
        signature = hmac.digest(DEFAULT_CLIENT_SECRET.encode(), content, hashlib.sha256)
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": STORE,
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
            "X-Shopify-Webhook-Id": f"{topic}-1",
        }
        answer = self.stranger.post("/webhooks/shopify", content=content, headers=headers)
        assert answer.status_code == 200, answer.text


def _told(query: dict[str, object]) -> dict[str, str]:
    return {name: str(each).lower() if isinstance(each, bool) else str(each) for name, each in query.items()}


@contextmanager
def world() -> Iterator[World]:
    """Everything started, and ended with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="orderbridge-examples-")))
        folder.chmod(0o711)
        store_port, port = free_port(0), free_port(0)
        environment = {
            "ORDERBRIDGE_DATA_DIR": str(folder),
            "ORDERBRIDGE_DATABASE_URL": "",
            "ORDERBRIDGE_ENCRYPTION_KEYS": "",
            "ORDERBRIDGE_SHOPIFY_URL": f"http://127.0.0.1:{store_port}/{{store_domain}}",
            "ORDERBRIDGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ORDERBRIDGE_HOST": "127.0.0.1",
            "ORDERBRIDGE_PORT": str(port),
            "ORDERBRIDGE_WORKERS": "1",
            "ORDERBRIDGE_LOG_FORMAT": "json",
            "ORDERBRIDGE_ALLOW_PRIVATE_ENDPOINTS": "true",
        }
        service = Running(["serve"], environment=environment, log=folder / "service.log")
        simulator = Running(["simulator", "--port", str(store_port)], environment={}, log=folder / "simulator.log")
        stack.enter_context(together(service, simulator))
        store_url, url = simulator.address(), service.address()
        headers = {
            "Authorization": f"Bearer {said(folder, environment, 'keys', 'create', '--name', 'ERP, production')}"
        }
        clients = [
            stack.enter_context(httpx.Client(base_url=base, headers=known, timeout=60, trust_env=False))
            for base, known in ((url, headers), (url, {}), (store_url, {}))
        ]
        recorder = Recorder(openapi_document())
        for client in clients[:2]:
            recorder.listens_to(client)
        endpoint = stack.enter_context(_an_endpoint())
        yield World(http=clients[0], stranger=clients[1], merchant=clients[2], endpoint=endpoint, recorder=recorder)


class _Received(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def _an_endpoint() -> Iterator[str]:
    """An address where an ERP listens for events."""
    server = HTTPServer(("127.0.0.1", 0), _Received)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/orderbridge"
    finally:
        server.shutdown()
        server.server_close()
