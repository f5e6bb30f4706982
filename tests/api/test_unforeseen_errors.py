"""S26: an error nobody foresaw is a plain problem with the request's id, which stands in the log beside the error."""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from app.adapters.clock import SystemClock
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.ulid import Ulids
from app.api.app import create_app
from app.api.container import Container
from app.api.problems import MEDIA_TYPE

pytestmark = pytest.mark.prints_canaries("what an error says that nobody foresaw is the log's alone")


class Broken(Exception):
    """What no handler knows."""


async def broken() -> Sequence[str]:
    raise Broken("relation customers of Kanarinsky at /srv/bridge")


def no_database() -> Any:
    raise Broken("no database")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    container = Container(
        unit_of_work=no_database,
        clock=SystemClock(),
        ids=Ulids(),
        keyring=AesGcmKeyring([bytes(32)]),
        signing_key=bytes(32),
        unready=broken,
        services={},
    )
    transport = httpx.ASGITransport(app=create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge") as made:
        yield made


async def test_an_unforeseen_error_tells_the_caller_its_id_and_nothing_else(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/readyz")

    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["instance"] == f"/requests/{answer.headers['request-id']}"
    for part in ("Kanarinsky", "relation", "/srv", "Broken", "Traceback"):
        assert part not in answer.text
    [entry] = [record for record in caplog.records if record.name == "orderbridge.api"]
    assert vars(entry)["request_id"] == answer.headers["request-id"]
    assert entry.exc_info is not None
    assert entry.exc_info[0] is Broken


async def test_after_an_unforeseen_error_the_next_request_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 500
    assert (await client.get("/livez")).status_code == 200
