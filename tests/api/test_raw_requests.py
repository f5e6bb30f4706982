"""What no HTTP library would send, and what many do at once, against the running service (D6, S8, S20, E13)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.api.live_service import KEY, live_service
from tests.api.openapi_document import every_operation, parameters

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

STRICT = {"ORDERBRIDGE_FAILED_SIGN_INS_PER_MINUTE": "3", "ORDERBRIDGE_TRUSTED_PROXIES": "198.51.100.99"}
POLLS = 500
PATIENCE_SECONDS = 10
INJECTIONS = (
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    '" OR ""="',
    "1); DELETE FROM customers; --",
    "$1",
    ":no",
    "%(no)s",
    "\\'; SELECT pg_sleep(30); --",
    "x' UNION SELECT secret_hash FROM api_keys --",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    url: str
    database_url: str

    async def says(self, request: bytes) -> tuple[int, bytes]:
        """The status of the answer to these very bytes, and the answer; 0 = it hung up without one."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                writer.write(request)
                await writer.drain()
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                return int(head.split(b" ", 2)[1]), head + await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, b""
        finally:
            writer.close()

    async def count(self, what: str) -> int:
        connection = await asyncpg.connect(self.database_url)
        try:
            return int(await connection.fetchval(what))
        finally:
            await connection.close()


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with live_service(database_url, tmp_path, **STRICT) as url:
        yield Service(url=url, database_url=database_url)


def request(method: str = "GET", path: str = "/v1/me", *lines: str, body: str = "", version: str = "HTTP/1.1") -> bytes:
    head = [f"{method} {path} {version}", "Host: orderbridge", f"Authorization: Bearer {KEY}", *lines]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1")


async def test_requests_that_two_servers_could_read_differently_are_refused(service: Service) -> None:
    """S20, D6: nothing is smuggled behind a body, no method is another one, no header is without end."""
    put = ("PUT", "/v1/customers/SMUGGLED")
    inner = "0\r\n\r\nDELETE /v1/shops/web HTTP/1.1\r\nHost: x\r\n\r\n"
    refused = {
        "both lengths": request(*put, "Content-Length: 4", "Transfer-Encoding: chunked", body=inner),
        "two lengths": request(*put, "Content-Length: 2", "Content-Length: 40", body="{}"),
        "a length that is none": request(*put, "Content-Length: +2", body="{}"),
        "another coding": request(*put, "Transfer-Encoding: gzip, chunked", body=inner),
        "a folded header": request("GET", "/v1/me", "X-One: a\r\n b: c"),
        "a space before the colon": request("GET", "/v1/me", "X-One : a"),
        "a header without end": request("GET", "/v1/me", "X-Long: " + "x" * 200_000),
        "an address without end": request("GET", "/v1/me?" + "x" * 200_000),
        "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "trace": request("TRACE"),
        "connect": request("CONNECT", "orderbridge:443"),
        "an unheard-of method": request("BREW"),
    }
    for name, sent in refused.items():
        status, answer = await service.says(sent)
        assert status == 0 or 400 <= status < 500, (name, answer[:500])
        assert KEY.encode() not in answer, name
    assert await service.count("SELECT count(*) FROM customers WHERE no = 'SMUGGLED'") == 0
    assert await service.count("SELECT count(*) FROM shops WHERE code = 'web'") == 1
    overridden = request("GET", "/v1/shops/web", "X-HTTP-Method-Override: DELETE", "X-Method-Override: DELETE")
    assert (await service.says(overridden))[0] == 200
    assert await service.count("SELECT count(*) FROM shops WHERE code = 'web'") == 1


async def test_nobody_is_believed_who_says_for_whom_he_asks(service: Service) -> None:
    """S20, S4: wrong keys are counted by the connection's address; `Host` and `X-Forwarded-*` lead nowhere."""
    body = json.dumps({"url": "https://erp.example.com/"})
    made = request(
        "POST",
        "/v1/webhook-endpoints",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: javascript",
        body=body,
    ).replace(b"Host: orderbridge", b"Host: evil.example", 1)
    status, answer = await service.says(made)
    assert status == 201, answer
    assert b"evil.example" not in answer

    statuses = []
    for number in range(5):
        wrong = (
            f"GET /v1/me HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 198.51.100.{number}\r\n"
            f"Forwarded: for=198.51.100.{number}\r\nAuthorization: Bearer ob_aaaaaaaa_{'a' * 43}\r\n\r\n"
        )
        statuses.append((await service.says(wrong.encode()))[0])
    assert statuses == [401] * 3 + [429] * 2


async def test_what_is_sent_is_never_part_of_a_statement(service: Service) -> None:
    """S8: in every filter and every address, and in a body; tables and rows are there afterwards, nothing sleeps."""
    before = await service.count("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
    customers = await service.count("SELECT count(*) FROM customers")
    began = time.monotonic()
    async with httpx.AsyncClient(
        base_url=service.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=PATIENCE_SECONDS
    ) as client:
        for path, method, operation in every_operation():
            if method != "get" or not path.startswith("/v1/") or "webhook-subscriptions" in path:
                continue
            texts = [each["name"] for each in parameters(operation) if each["in"] == "query" and each["name"] != "wait"]
            for place, name in enumerate(texts):
                injection = INJECTIONS[place % len(INJECTIONS)]
                answer = await client.get(path.replace("{shop}", "web"), params={name: injection})
                assert answer.status_code in {200, 400, 404}, (path, name, answer.text)
        for injection in INJECTIONS:
            for path in ("/v1/customers", "/v1/items"):
                answer = await client.get(path, params={"search": injection})
                assert (answer.status_code, answer.json()["data"]) == (200, []), (path, injection)
            for path in ("orders", "sales-documents", "runs", "shops"):
                address = str(httpx.URL(f"/v1/{path}/").copy_with(path=f"/v1/{path}/{injection}"))
                assert (await client.get(address)).status_code == 404, (path, injection)
            answer = await client.put("/v1/items/ODD", json={"description": injection, "sku": injection[:40]})
            assert answer.json()["description"] == injection
            assert (await client.delete("/v1/items/ODD")).status_code == 204
    assert time.monotonic() - began < 120
    assert await service.count("SELECT count(*) FROM customers") == customers
    assert before == await service.count("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")


async def test_five_hundred_who_wait_hold_no_connection_and_are_let_go_when_they_vanish(service: Service) -> None:
    """E13: others are answered meanwhile, and what the waiting held is free soon after their going."""
    connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    before = await service.count(connections)
    address = urlsplit(service.url)
    async with AsyncExitStack() as waiting:
        for _ in range(POLLS):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            waiting.callback(writer.close)
            writer.write(request("GET", "/v1/events?wait=25"))
        async with asyncio.timeout(120):
            while await open_files(service) < POLLS:  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(0.05)
            status, _ = await service.says(request())
        assert status == 200
        assert await service.count(connections) <= before + 20
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await open_files(service) > POLLS // 10:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    assert (await service.says(request()))[0] == 200


async def open_files(service: Service) -> int:
    """The sockets that are connected to the service, as the kernel knows them."""
    port = f":{urlsplit(service.url).port:04X}"
    lines = await asyncio.to_thread(Path("/proc/net/tcp").read_text)
    # Established, as seen from the service's own end.
    return sum(1 for line in lines.splitlines()[1:] if line.split()[1].endswith(port) and line.split()[3] == "01")
