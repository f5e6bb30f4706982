"""One operation for hundreds of changes: gone on with after a crash, ended when somebody cancels, read as it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.adapters.shopify.bulk_changes import BulkChanges
from app.adapters.shopify.product_catalogue import PRODUCT_SET
from tests.contract.shopify.stores import SimulatedStore

LINES: list[dict[str, Any]] = [
    {"identifier": {"handle": f"pot-{number}"}, "input": {"title": f"Pot {number}", "handle": f"pot-{number}"}}
    for number in range(30)
]


class Dies(Exception):
    """The process, as far as this test is concerned."""


def changes(
    store: SimulatedStore, *, sleep: Callable[[float], Any] | None = None, http: httpx.AsyncClient | None = None
) -> BulkChanges:
    return BulkChanges(store.gateway.transport, http or store.http, sleep=sleep or store.pauses)


async def begun(store: SimulatedStore) -> int:
    return len(await store.calls("BulkChangeStart"))


async def test_each_line_has_its_result_at_its_place(store: SimulatedStore) -> None:
    lines = [*LINES[:2], {"identifier": None, "input": {"title": "x" * 256}}, LINES[2]]

    found = await changes(store).results(store.ref, PRODUCT_SET, lines)

    assert sorted(found) == [0, 1, 2, 3]
    assert [b'"userErrors":[{' in bytes(found[place].data).replace(b" ", b"") for place in sorted(found)] == [
        False,
        False,
        True,
        False,
    ]


async def test_whoever_takes_it_up_again_goes_on_with_its_operation_and_begins_none(store: SimulatedStore) -> None:
    async def dies(_: float) -> None:
        raise Dies

    await store.put(bulk={"hold": True})
    with pytest.raises(Dies):
        await changes(store, sleep=dies).results(store.ref, PRODUCT_SET, LINES, mark="run_1")
    await store.put(bulk={"hold": False})

    found = await changes(store).results(store.ref, PRODUCT_SET, LINES, mark="run_1")
    once_more = await changes(store).results(store.ref, PRODUCT_SET, LINES, mark="run_1")

    assert (len(found), found.keys(), await begun(store)) == (len(LINES), once_more.keys(), 1)


async def test_another_undertaking_waits_for_the_one_under_way_and_begins_its_own(store: SimulatedStore) -> None:
    async def lets_go(_: float) -> None:
        await store.put(bulk={"hold": False})
        await asyncio.sleep(0.01)

    async def dies(_: float) -> None:
        raise Dies

    await store.put(bulk={"hold": True})
    with pytest.raises(Dies):
        await changes(store, sleep=dies).results(store.ref, PRODUCT_SET, LINES, mark="run_1")

    found = await changes(store, sleep=lets_go).results(store.ref, PRODUCT_SET, LINES[:3], mark="run_2")

    assert (len(found), await begun(store)) == (3, 2)


async def test_who_is_cancelled_while_another_is_under_way_leaves_that_alone(store: SimulatedStore) -> None:
    async def dies(_: float) -> None:
        raise Dies

    await store.put(bulk={"hold": True})
    with pytest.raises(Dies):
        await changes(store, sleep=dies).results(store.ref, PRODUCT_SET, LINES, mark="run_1")
    asked = iter([False])

    found = await changes(store).results(
        store.ref, PRODUCT_SET, LINES[:3], mark="run_2", cancelled=lambda: next(asked, True)
    )
    await store.put(bulk={"hold": False})
    other = await changes(store).results(store.ref, PRODUCT_SET, LINES, mark="run_1")

    assert (found, len(other), await begun(store)) == ({}, len(LINES), 1)
    assert await store.calls("BulkCancel") == []


async def test_a_cancelled_one_ends_its_operation_and_waits_no_longer(store: SimulatedStore) -> None:
    await store.put(bulk={"hold": True})
    asked = iter([False])

    found = await changes(store).results(
        store.ref, PRODUCT_SET, LINES, mark="run_1", cancelled=lambda: next(asked, True)
    )

    assert len(await store.calls("BulkCancel")) == 1
    assert len(found) < len(LINES)


async def test_what_is_cancelled_before_it_began_sends_nothing(store: SimulatedStore) -> None:
    assert await changes(store).results(store.ref, PRODUCT_SET, LINES, cancelled=lambda: True) == {}
    assert await begun(store) == 0


class Breaking(httpx.AsyncByteStream):
    """A file that comes in pieces which end anywhere, and breaks off behind the last."""

    def __init__(self, content: bytes, *, breaks: bool) -> None:
        self._content = content
        self._breaks = breaks

    async def __aiter__(self) -> Any:
        for start in range(0, len(self._content), 7):
            yield self._content[start : start + 7]
        if self._breaks:
            raise httpx.ReadError("gone")


@asynccontextmanager
async def file_served(*, times_broken: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client to which everything is the simulator's, but the file of results."""
    asked = iter(range(100))

    async def answer(request: httpx.Request) -> httpx.Response:
        if "/bulk/" not in request.url.path:
            return await simulator.handle_async_request(request)
        lines = b"".join(b'{"data":null,"__lineNumber":%d}\n' % number for number in range(3))
        return httpx.Response(200, stream=Breaking(lines, breaks=next(asked) < times_broken))

    async with (
        httpx.AsyncHTTPTransport() as simulator,
        httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http,
    ):
        yield http


@pytest.mark.parametrize("times_broken", [0, 1, 99])
async def test_a_file_that_breaks_off_is_read_again_and_what_was_read_counts(
    store: SimulatedStore, times_broken: int
) -> None:
    async with file_served(times_broken=times_broken) as http:
        found = await changes(store, http=http).results(store.ref, PRODUCT_SET, LINES[:3])

    assert sorted(found) == [0, 1, 2]
