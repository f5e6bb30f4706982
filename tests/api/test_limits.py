"""Who asks too often is told when to come again; strangers cannot hold up those whose key is known (S4)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.api.limits import MOST_KNOWN, Buckets, CallLimits, TooOften
from tests.api.test_conventions import problem
from tests.erp_surface import Surface

HERE, THERE = "203.0.113.7", "203.0.113.8"


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def limit(house: Surface, seconds: Seconds, *, requests: int = 0, failures: int = 0) -> None:
    limits = CallLimits(requests_per_minute=requests, failed_sign_ins_per_minute=failures, seconds=seconds)
    house.application.state.container = replace(house.application.state.container, limits=limits)


def without_a_database(house: Surface) -> None:
    def gone() -> Any:
        raise AssertionError("nobody may look into the database now")

    house.application.state.container = replace(house.application.state.container, unit_of_work=gone)


@asynccontextmanager
async def calling(
    house: Surface, address: str, key: dict[str, str]
) -> AsyncIterator[Callable[[], Awaitable[httpx.Response]]]:
    transport = httpx.ASGITransport(app=house.application, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge", headers=key) as client:
        yield lambda: client.get("/v1/me")


def wrong(key: dict[str, str]) -> dict[str, str]:
    secret = key["Authorization"]
    return {"Authorization": secret[:-1] + ("A" if secret[-1] != "A" else "B")}


def waits(answer: httpx.Response) -> int:
    assert problem(answer, 429, "rate_limited")["retryable"]
    return int(answer.headers["retry-after"])


def test_a_bucket_holds_a_minutes_worth_and_fills_evenly(seconds: Seconds) -> None:
    buckets = Buckets(6, seconds=seconds)

    assert [buckets.take("a") for _ in range(7)] == [0.0] * 6 + [10.0]
    seconds.now += 4
    assert buckets.wait("a") == 6.0
    assert buckets.take("b") == 0.0
    seconds.now += 6
    assert [buckets.take("a"), buckets.take("a")] == [0.0, 10.0]
    seconds.now += 3600
    assert [buckets.take("a") for _ in range(7)][5:] == [0.0, 10.0]


def test_without_a_limit_nothing_is_counted(seconds: Seconds) -> None:
    buckets = Buckets(0, seconds=seconds)

    assert {buckets.take("a") for _ in range(10_000)} == {0.0}


def test_only_so_many_are_remembered(seconds: Seconds) -> None:
    buckets = Buckets(1, seconds=seconds)
    for number in range(MOST_KNOWN + 1):
        buckets.take(str(number))

    assert buckets.wait("0") == 0.0
    assert buckets.wait("1") > 0.0


async def test_a_key_that_asks_too_often_waits_and_no_other_does(house: Surface, seconds: Seconds) -> None:
    limit(house, seconds, requests=3)
    greedy, other = await house.key(), await house.key()

    async with calling(house, HERE, greedy) as ask, calling(house, HERE, other) as ask_too:
        assert [(await ask()).status_code for _ in range(3)] == [200] * 3
        assert waits(await ask()) == 20
        assert (await ask_too()).status_code == 200
        seconds.now += 20
        assert (await ask()).status_code == 200


async def test_every_answer_to_a_known_key_says_what_is_left_of_its_limit(house: Surface, seconds: Seconds) -> None:
    limit(house, seconds, requests=3)
    key = await house.key()

    async with calling(house, HERE, key) as ask:
        first = await ask()
        missing = await house.client.get("/v1/customers/nobody", headers=key)
        await ask()
        refused = await ask()
        seconds.now += 21
        later = await ask()

    answers = [first, missing, refused, later]
    assert [answer.status_code for answer in answers] == [200, 404, 429, 200]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"default";q=3;w=60'}
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"default";r=2;t=20',
        '"default";r=1;t=40',
        '"default";r=0;t=60',
        '"default";r=0;t=59',
    ]


async def test_strangers_and_keys_without_a_limit_are_told_nothing_of_limits(house: Surface, seconds: Seconds) -> None:
    unlimited = await house.client.get("/v1/me")
    limit(house, seconds, requests=3, failures=1)
    async with calling(house, HERE, wrong(await house.key())) as guess:
        strangers = [await guess(), await guess()]

    assert [answer.status_code for answer in (unlimited, *strangers)] == [200, 401, 429]
    assert not [answer for answer in (unlimited, *strangers) if "ratelimit" in answer.headers]


async def test_a_limited_key_costs_no_look_into_the_database(house: Surface, seconds: Seconds) -> None:
    limit(house, seconds, requests=1)
    async with calling(house, HERE, await house.key()) as ask:
        assert (await ask()).status_code == 200
        without_a_database(house)
        assert waits(await ask()) == 60


async def test_who_tries_keys_is_stopped_before_the_database_and_others_are_not(
    house: Surface, seconds: Seconds
) -> None:
    limit(house, seconds, failures=2)
    key = await house.key()

    async with calling(house, HERE, wrong(key)) as guess, calling(house, THERE, wrong(key)) as guess_elsewhere:
        assert [(await guess()).status_code for _ in range(2)] == [401] * 2
        assert (await guess_elsewhere()).status_code == 401
        database = house.application.state.container
        without_a_database(house)
        assert waits(await guess()) == 30
        house.application.state.container = database
        seconds.now += 30
        assert (await guess()).status_code == 401


async def test_a_known_key_is_served_at_an_address_where_strangers_guess(house: Surface, seconds: Seconds) -> None:
    limit(house, seconds, failures=1)
    key = await house.key()

    async with calling(house, HERE, key) as ask, calling(house, HERE, wrong(key)) as guess:
        assert (await ask()).status_code == 200
        assert [(await guess()).status_code for _ in range(2)] == [401, 429]
        assert (await ask()).status_code == 200


async def test_a_revoked_key_is_a_stranger_again(house: Surface, seconds: Seconds) -> None:
    limit(house, seconds, failures=1)
    async with calling(house, HERE, await house.key()) as ask:
        assert (await ask()).status_code == 200
        async with house.rows() as uow:
            await uow.driver.execute("UPDATE api_keys SET revoked_at = created_at")
            await uow.commit()
        assert [(await ask()).status_code for _ in range(2)] == [401, 429]


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.7", HERE, True),
        (HERE, THERE, False),
        ("", "", True),
    ],
)
def test_addresses_that_one_caller_can_choose_from_count_as_one(
    seconds: Seconds, one: str, another: str, same: bool
) -> None:
    limits = CallLimits(failed_sign_ins_per_minute=1, seconds=seconds)
    limits.failed("id", b"digest", address=one)

    if same:
        with pytest.raises(TooOften, match="Ask again in 60 s"):
            limits.before("id", b"digest", address=another)
    else:
        limits.before("id", b"digest", address=another)
