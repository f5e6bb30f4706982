"""Sends webhooks as fast as they are answered, over a number of connections. Reads its orders from standard input."""

import asyncio
import json
import sys
import time
import uuid
from itertools import count
from typing import cast

import uvloop

from bench.figures import percentile


class _Connection(asyncio.Protocol):
    """One request after another; an answer is whole when its head is, for ours carry no body worth waiting for."""

    def __init__(self, driver: "_Driver") -> None:
        self._driver = driver
        self._began = 0.0
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do what asyncio's do without descending from them.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._received = b""
        self._driver.answered(time.perf_counter() - self._began, took=b" 200 " in head[:20])
        if self._driver.goes_on:
            self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._driver.lost()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        assert self._transport is not None
        self._began = time.perf_counter()
        self._transport.write(self._driver.request())


class _Driver:
    """What all connections share: the request, and what was seen."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self._head, self._body = head, body
        self._run, self._numbers = uuid.uuid4().hex[:12], count()
        self.goes_on = True
        self.seconds: list[float] = []
        self.refused = 0

    def request(self) -> bytes:
        return self._head + f"X-Shopify-Webhook-Id: {self._run}-{next(self._numbers)}\r\n\r\n".encode() + self._body

    def answered(self, seconds: float, *, took: bool) -> None:
        self.refused += not took
        if self.goes_on:
            self.seconds.append(seconds)

    def lost(self) -> None:
        self.refused += self.goes_on


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _drive(port: int, connections: int, seconds: float, driver: _Driver) -> float:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        (await loop.create_connection(lambda: _Connection(driver), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    driver.goes_on = False
    elapsed = time.perf_counter() - began
    for connection in made:
        connection.close()
    return elapsed


def main() -> None:
    wish = json.load(sys.stdin)
    body = wish["body"].encode()
    headers = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **wish["headers"]}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    driver = _Driver(f"POST /webhooks/shopify HTTP/1.1\r\n{head}".encode(), body)
    elapsed = uvloop.run(_drive(wish["port"], wish["connections"], wish["seconds"], driver))
    milliseconds = [each * 1000 for each in driver.seconds]
    told = {
        "per_second": len(milliseconds) / elapsed,
        "p50": percentile(milliseconds, 0.5),
        "p99": percentile(milliseconds, 0.99),
        "refused": driver.refused,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
