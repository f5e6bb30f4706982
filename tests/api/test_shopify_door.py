"""Shopify's door over HTTP: what is answered to whom, and that it answers before anything is looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.api.shopify_door import BODY_SECONDS, LONGEST_BODY, PATH, ShopifyDoor
from app.api.shopify_door_description import describe
from app.ports.errors import DatabaseUnavailable, Unavailable
from app.services.receive_webhook import Delivery, Receipt
from tests.machinery import Machinery, delivery, door, headers, machinery


@dataclass(slots=True)
class Caller:
    house: Machinery
    client: httpx.AsyncClient

    async def send(self, one: Delivery) -> httpx.Response:
        return await self.client.post(PATH, content=one.body, headers=headers(one))


async def the_rest(scope: Any, receive: Any, send: Any) -> None:
    """Stands for the application behind the door."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def shopify(database_url: str) -> AsyncIterator[Caller]:
    async with machinery(database_url) as house, door(house.url) as receive:
        transport = httpx.ASGITransport(app=ShopifyDoor(the_rest, receive))
        async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge") as client:
            yield Caller(house, client)


def answering(answer: Callable[[], Receipt]) -> httpx.AsyncClient:
    async def receive(_: Delivery) -> Receipt:
        return answer()

    transport = httpx.ASGITransport(app=ShopifyDoor(the_rest, receive))
    return httpx.AsyncClient(transport=transport, base_url="http://orderbridge")


async def test_a_signed_webhook_is_stored_and_answered_with_an_empty_200(shopify: Caller) -> None:
    answer = await shopify.send(delivery(webhook_id="w-1"))

    assert (answer.status_code, answer.content) == (200, b"")
    assert await shopify.house.inbox() == [("w-1", "waiting")]


async def test_a_repeat_is_a_200_too(shopify: Caller) -> None:
    one = delivery(webhook_id="w-1")

    assert [(await shopify.send(one)).status_code for _ in range(2)] == [200, 200]
    assert len(await shopify.house.inbox()) == 1


async def test_every_stranger_gets_the_same_answer(shopify: Caller) -> None:
    """A17."""
    one = delivery()
    strangers = [
        delivery(secret=b"wrong"),
        delivery(domain="unknown.myshopify.com"),
        replace(one, signature=None),
        replace(one, signature=b"short"),
        replace(one, domain=None),
        replace(one, domain=b"first.myshopify.com.evil.example"),
    ]

    answers = [await shopify.send(stranger) for stranger in strangers]

    assert {answer.status_code for answer in answers} == {401}
    assert len({(answer.content, tuple(answer.headers.items())) for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert answers[0].json()["code"] == "unauthorized"
    assert await shopify.house.inbox() == []


async def test_a_signature_that_is_no_ascii_is_a_401_and_no_fault(shopify: Caller) -> None:
    """A17."""
    one = delivery()
    raw = [(name.encode(), value.encode()) for name, value in headers(one).items() if "Hmac" not in name]

    answer = await shopify.client.post(PATH, content=one.body, headers=[*raw, (b"X-Shopify-Hmac-Sha256", b"\xff\xfe")])

    assert answer.status_code == 401


@pytest.mark.parametrize("doubled", ["X-Shopify-Hmac-Sha256", "X-Shopify-Shop-Domain"])
async def test_a_header_given_twice_proves_nothing(shopify: Caller, doubled: str) -> None:
    """A17."""
    one = delivery()
    given = [*headers(one).items(), (doubled, headers(one)[doubled])]

    assert (await shopify.client.post(PATH, content=one.body, headers=given)).status_code == 401


async def test_the_newer_family_of_headers_is_understood(shopify: Caller) -> None:
    """A24."""
    one = delivery(webhook_id="w-1")
    given = {name.removeprefix("X-"): value for name, value in headers(one).items()}

    assert (await shopify.client.post(PATH, content=one.body, headers=given)).status_code == 200


async def test_a_body_of_ten_mebibytes_is_taken_and_one_more_byte_is_not(shopify: Caller) -> None:
    """A22."""
    largest = delivery(b" " * LONGEST_BODY, webhook_id="largest")

    assert (await shopify.send(largest)).status_code == 200
    too_large = await shopify.send(delivery(b" " * (LONGEST_BODY + 1)))
    assert too_large.status_code == 413
    assert too_large.json()["code"] == "body_too_large"


async def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_limit() -> None:
    """A22."""
    read = 0

    async def endless() -> dict[str, Any]:
        nonlocal read
        read += 1024 * 1024
        return {"type": "http.request", "body": b" " * 1024 * 1024, "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def never(_: Delivery) -> Receipt:
        raise AssertionError("nothing complete arrived")

    scope = {"type": "http", "path": PATH, "method": "POST", "headers": []}
    await ShopifyDoor(the_rest, never)(scope, endless, send)  # type: ignore[arg-type]

    assert sent[0]["status"] == 413
    assert read <= LONGEST_BODY + 2 * 1024 * 1024


@pytest.mark.long
async def test_a_sender_of_a_few_bytes_a_second_is_let_go_and_holds_up_nobody(shopify: Caller) -> None:
    """A22."""
    more = asyncio.Event()

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await more.wait()

    slow = asyncio.ensure_future(shopify.client.post(PATH, content=dripping(), headers=headers(delivery())))
    quick = await shopify.send(delivery(webhook_id="w-1"))

    answer = await asyncio.wait_for(slow, 2 * BODY_SECONDS)
    assert (quick.status_code, slow.done()) == (200, True)
    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")
    assert await shopify.house.inbox() == [("w-1", "waiting")]


async def test_a_sender_that_hangs_up_is_not_answered() -> None:
    async def hung_up() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: dict[str, Any]) -> None:
        raise AssertionError("nobody is there")

    async def never(_: Delivery) -> Receipt:
        raise AssertionError("nothing arrived")

    scope = {"type": "http", "path": PATH, "method": "POST", "headers": []}
    await ShopifyDoor(the_rest, never)(scope, hung_up, send)  # type: ignore[arg-type]


async def test_a_database_that_is_away_is_a_503_with_retry_after() -> None:
    """A23."""

    def away() -> Receipt:
        raise DatabaseUnavailable("The database cannot be reached.", retry_after=timedelta(seconds=3))

    async with answering(away) as client:
        answer = await client.post(PATH, content=b"{}")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["retryable"] is True


async def test_a_full_queue_is_a_503() -> None:
    def full() -> Receipt:
        raise Unavailable("More is arriving.", code="busy")

    async with answering(full) as client:
        answer = await client.post(PATH, content=b"{}")

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


async def test_other_methods_are_told_what_is_allowed(shopify: Caller) -> None:
    answer = await shopify.client.get(PATH)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/shopify/", "/v1/orders"])
async def test_everything_else_goes_to_the_application(shopify: Caller, path: str) -> None:
    assert (await shopify.client.post(path)).status_code == 204


def test_the_door_is_described_by_hand() -> None:
    document: dict[str, Any] = {"paths": {}}

    describe(document)

    operation = document["paths"][PATH]["post"]
    assert operation["security"] == []
    assert set(operation["responses"]) == {"200", "401", "405", "408", "413", "503"}
