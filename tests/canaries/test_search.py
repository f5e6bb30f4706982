"""S10, S11: whatever is planted in a database or said is found, else the search of all that tests make means nothing.

What is planted here is taken out again, since these databases are searched at their end as all others are.
"""

import base64
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from tests.canaries import drawn
from tests.canaries.answers import heard
from tests.canaries.databases import search
from tests.canaries.marks import SECRET_MARK, Kind, canaries_in
from tests.canaries.watch import TALLY, CanaryFoundError, Watch
from tests.stored_documents import NOW

TOKEN, KEY, SIGNING = "shpat_0123456789abcdef", f"ob_abcd2345_{'x' * 43}", f"whsec_{'x' * 32}"
EVERYWHERE: dict[str, tuple[str, str | None, Callable[[str], object]]] = {
    "text": ("planted_texts.said", "CREATE TABLE planted_texts (said text)", str),
    "list": ("planted_lists.said", "CREATE TABLE planted_lists (said text[])", lambda said: [said]),
    "json": (
        "planted_json.said",
        "CREATE TABLE planted_json (said jsonb)",
        lambda said: f'{{"a": [{{"b": "{said}"}}]}}',
    ),
    "bytes": ("planted_bytes.said", "CREATE TABLE planted_bytes (said bytea)", lambda said: f"<{said}>".encode()),
    "library": ("pgqueuer_log.entrypoint", None, str),
}
"""A column of each kind that no map of ours knows: the column, what makes it, and how a text is put there."""

IDEMPOTENT = {
    "api_key_id": "key00001",
    "operation": "PUT /v1/x",
    "key": "k",
    "fingerprint": b"",
    "status": 200,
    "headers": "{}",
    "created_at": NOW,
}


@dataclass(slots=True, kw_only=True)
class Planting:
    """A database in which things are planted."""

    url: str
    connection: Any

    async def found(self, *values: bytes) -> dict[str, set[Kind]]:
        searched = await search(self.url, secrets=values)
        return {column: {each.kind for each in canaries} for column, canaries in searched.found.items()}

    @asynccontextmanager
    async def holding(self, table: str, made_by: str | None, **values: object) -> AsyncIterator[None]:
        """A row with these values, until the block ends."""
        if made_by:
            await self.connection.execute(made_by)
        names = ", ".join(values)
        places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        await self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values.values())
        yield
        await self.connection.execute(f"DROP TABLE {table}" if made_by else f"DELETE FROM {table}")


@pytest.fixture
async def planting(module_database_url: str) -> AsyncIterator[Planting]:
    connection = await asyncpg.connect(module_database_url)
    yield Planting(url=module_database_url, connection=connection)
    await connection.close()


@pytest.mark.parametrize("kind", EVERYWHERE)
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (TOKEN, Kind.SECRET),
        (KEY, Kind.SECRET),
        (SIGNING, Kind.SECRET),
        (SECRET_MARK, Kind.SECRET),
        ("Anna Buyer", Kind.PERSON),
        ("anna@example.com", Kind.PERSON),
        ("+31201234567", Kind.PERSON),
        ("Frau Groß", Kind.PERSON),
        ("Kanarimia BV", Kind.PERSON),
    ],
)
async def test_what_stands_where_nothing_may_stand_is_found(
    planting: Planting, kind: str, said: str, expected: Kind
) -> None:
    column, made_by, written = EVERYWHERE[kind]
    table, _, name = column.partition(".")
    more: dict[str, object] = {} if made_by else {"job_id": 1, "status": "queued", "priority": 0}

    async with planting.holding(table, made_by, **{name: written(said)}, **more):
        assert await planting.found() == {column: {expected}}
    assert await planting.found() == {}


async def test_a_person_may_stand_where_the_map_says_so_and_a_secret_may_not(planting: Planting) -> None:
    for said, expected in (("Anna Buyer", {}), (TOKEN, {"idempotency_keys.body": {Kind.SECRET}})):
        async with planting.holding("idempotency_keys", None, **IDEMPOTENT, body=said.encode()):
            assert await planting.found() == expected


def _ways_to_write(value: bytes) -> dict[str, str]:
    return {
        "hexadecimal": value.hex(),
        "base64": base64.b64encode(value).decode(),
        "base64 for addresses": base64.urlsafe_b64encode(value).decode().rstrip("="),
    }


@pytest.mark.parametrize("way", ["hexadecimal", "base64", "base64 for addresses"])
async def test_what_the_program_drew_is_known_however_it_is_written(planting: Planting, way: str) -> None:
    first = drawn.how_many()
    written = _ways_to_write(secrets.token_bytes(32))[way]

    async with planting.holding("planted", "CREATE TABLE planted (said text)", said=f"key {written} here"):
        assert await planting.found(*drawn.forms_since(first)) == {"planted.said": {Kind.SECRET}}
        assert await planting.found(*drawn.forms_since(drawn.how_many())) == {}


async def test_a_failure_names_column_kind_and_the_tests_that_used_the_database(
    planting: Planting, request: pytest.FixtureRequest
) -> None:
    watch = Watch(fixture="module_database_url")
    async with planting.holding("planted", "CREATE TABLE planted (said text)", said=f"{TOKEN} of Anna Buyer"):
        with pytest.raises(CanaryFoundError) as raised:
            await watch.database(planting.url)

    told = str(raised.value)
    assert "planted.said holds a secret: " in told
    assert "planted.said holds a person: " in told
    assert request.node.nodeid in told


def test_what_was_said_is_searched_and_counted() -> None:
    before = TALLY.outputs
    watch = Watch()
    watch.said({"here": b"nothing", "there": b"shpat_[redacted] of [redacted]"})

    with pytest.raises(CanaryFoundError, match="there holds a secret"):
        watch.said({"here": b"nothing", "there": TOKEN.encode()})
    assert TALLY.outputs == before + 4


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_another_process_showed_once_is_a_secret_from_then_on(method: str) -> None:
    watch, password = Watch(), f"{method:k<20}"
    asked = httpx.Request(method, "http://orderbridge/v1/console-users/ann")
    watch.said({"before": password.encode()})

    heard(httpx.Response(200, request=asked, json={"name": "ann", "password": password}))

    with pytest.raises(CanaryFoundError, match="afterwards holds a secret"):
        watch.said({"afterwards": password.encode()})


@pytest.mark.parametrize(
    "said",
    [
        "shpat_[redacted]",
        "ob_abcd2345_[redacted]",
        "whsec_[redacted]",
        "orl_01m80v1dw04x4fhzw28anshpaz_1",
        "buyer",
        "2026-11-22T04:00:00+00:00",
        "x@y.zz",
    ],
)
def test_what_only_looks_alike_is_not_found(said: str) -> None:
    assert canaries_in(said.encode()) == []
