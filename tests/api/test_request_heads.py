"""A request whose address and headers do not end is ended by us (D6, S20)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.request_heads import LONGEST_HEAD, BoundedHeads

PATIENCE_SECONDS = 10


class Quick(BoundedHeads):
    seconds = 0.2


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body."""
    length, more = 0, scope["type"] == "http"
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%08d" % length})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(echo, http=Quick, port=0, log_config=None, lifespan="off"))
    serving = asyncio.ensure_future(server.serve())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not server.started:  # noqa: ASYNC110 - told by a flag only
            await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def says(port: int, *pieces: bytes) -> bytes:
    """Everything that is answered to these bytes, until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


async def test_what_is_within_the_limit_is_answered_one_after_another(port: int) -> None:
    long = b"X-Long: " + b"x" * (LONGEST_HEAD - 200) + b"\r\n"
    body = b"Content-Length: 200000\r\n\r\n" + b"b" * 200_000
    last = HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"

    answer = await says(port, HEAD + long, body, HEAD + b"Content-Length: 0\r\n\r\n", last)

    assert answer.count(b"200 OK") == 3
    assert [length in answer for length in (b"00200000", b"00000000", b"00000002")] == [True] * 3


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n",),
        (HEAD + b"X-Long: ", *[b"x" * 10_000] * 20),
        (HEAD, *[b"X-%d: y\r\n" % number * 100 for number in range(100)]),
        (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n\r\n",),
    ],
    ids=["at once", "in pieces", "many", "address"],
)
async def test_what_is_beyond_it_is_refused_however_it_comes(port: int, pieces: tuple[bytes, ...]) -> None:
    answer = await says(port, *pieces)

    assert answer == b"" or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    assert b"200 OK" not in answer


@pytest.mark.parametrize("pieces", [(), (HEAD,), (b"P",)], ids=["nothing", "half", "a letter"])
async def test_who_does_not_come_to_an_end_is_hung_up_on(port: int, pieces: tuple[bytes, ...]) -> None:
    assert await says(port, *pieces) == b""
