"""What happened, in words, with the newest first; nothing of a body, nothing of another shop (P81)."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.postgres.call_journal import CallJournal
from app.adapters.postgres.ulid import Ulids
from app.domain.events import EventType
from app.domain.log_words import WORDS, event_words
from app.ports.tracing import NO_SPANS
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.read_log_entries import ReadLogEntries
from tests.erp_surface import RisingClock, Surface, surface
from tests.stored_documents import NOW, POS, WEB

CALL: dict[str, Any] = {"store_id": "sto_1", "operation": "OrderCancel", "attempt": 1}


def services(uow: UnitOfWorkFactory, _: RisingClock) -> Mapping[type, object]:
    return {ReadLogEntries: ReadLogEntries(uow)}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, services) as found:
        yield found


async def happened(house: Surface, event: EventType, *, minutes: int = 0, shop: str = WEB) -> None:
    async with house.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO events (id, type, occurred_at, shop_id, resource_type, resource_id, resource_version)"
            " VALUES ($1, $2, $3, $4, $5, 'x_1', 1)",
            Ulids().new("evt"),
            event.value,
            NOW + timedelta(minutes=minutes),
            shop,
            event.value.partition(".")[0],
        )
        await uow.commit()


async def ended(house: Surface, state: str, **telling: Any) -> None:
    async with house.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO runs (id, shop_id, task, category, filters, parameters, fingerprint, requested_by, state,"
            " progress_done, counts, errors, problem, attempts, claim_no, queued_at, finished_at)"
            " VALUES ($1, $2, 'import_orders', 'c', '{}', '{}', 'f', 'k', $3, 0, '{}', '[]', $4, 1, 1, $5, $5)",
            Ulids().new("run"),
            WEB,
            state,
            telling.get("problem"),
            NOW + timedelta(minutes=telling.get("minutes", 0)),
        )
        await uow.commit()


async def entries(house: Surface, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.get("/v1/log-entries", **filters))["data"]
    return found


def journal(house: Surface) -> CallJournal:
    return CallJournal(house.rows, RisingClock(), Ulids(), NO_SPANS, seconds=0)


async def test_events_runs_and_calls_stand_in_one_list_with_the_newest_first(house: Surface) -> None:
    await happened(house, EventType.ORDER_BLOCKED, minutes=-2)
    await ended(house, "failed", problem='{"code": "x", "detail": "Shopify cannot be reached."}', minutes=-1)
    calls = journal(house)
    calls.done("shopify call", seconds=0.25, writes=True, status=200, points=10, **CALL)
    await calls.aclose()

    found = await entries(house, shop="web")
    assert [(each["kind"], each["level"], each["message"]) for each in found] == [
        ("store_call", "info", "OrderCancel (writes): HTTP 200. 250 ms, 10 points, attempt 1"),
        ("run", "error", "Import orders: failed. Shopify cannot be reached."),
        ("event", "warning", "Order cannot be documented: something is missing."),
    ]
    assert [each["kind"] for each in await entries(house, level="error")] == ["run"]
    assert [each["kind"] for each in await entries(house, kind="event")] == ["event"]


async def test_the_stores_own_words_are_the_runs_to_tell(house: Surface) -> None:
    """S11: they may name a buyer."""
    await ended(house, "failed", problem='{"code": "store_refused", "detail": "Shopify refused: no order: of Jansen"}')
    await ended(house, "failed", problem='{"code": "x", "detail": "Nothing fits: A1."}', minutes=-1)

    assert [each["message"] for each in await entries(house)] == [
        "Import orders: failed. Shopify refused.",
        "Import orders: failed. Nothing fits: A1.",
    ]


async def test_of_calls_those_are_noted_that_write_or_fail(house: Surface) -> None:
    calls = journal(house)
    calls.done("shopify call", seconds=0.1, writes=False, status=200, points=3, **CALL)
    calls.done("shopify call", seconds=0.1, writes=False, status=503, **CALL)
    calls.done("shopify call", seconds=0.1, writes=False, failed=True, **CALL)
    calls.done("another thing", seconds=0.1, failed=True)
    calls.done("shopify call", seconds=0.1, failed=True, **CALL | {"store_id": "sto_gone"})
    await calls.aclose()

    assert [each["message"].partition(".")[0] for each in await entries(house)] == [
        "OrderCancel: no answer",
        "OrderCancel: HTTP 503",
    ]


async def test_a_page_follows_the_one_before(house: Surface) -> None:
    for minute in range(3):
        await happened(house, EventType.ORDER_IMPORTED, minutes=minute)

    first = await house.get("/v1/log-entries", limit=2)
    second = await house.get("/v1/log-entries", limit=2, cursor=first["next_cursor"])
    times = [each["occurred_at"] for each in first["data"] + second["data"]]
    assert (len(times), times, second["next_cursor"]) == (3, sorted(times, reverse=True), None)


async def test_a_key_that_is_limited_to_a_shop_sees_what_happened_there(house: Surface) -> None:
    await happened(house, EventType.ORDER_IMPORTED, shop=POS)
    await happened(house, EventType.ORDER_CANCELLED, shop=WEB)

    answer = await house.client.get("/v1/log-entries", headers=await house.key(shops=[POS]))
    assert [each["shop"] for each in answer.json()["data"]] == ["pos"]


async def test_calls_end_after_their_time(house: Surface) -> None:
    calls = journal(house)
    calls.done("shopify call", seconds=0.1, failed=True, **CALL)
    await calls.aclose()

    async with house.rows() as uow:
        assert await uow.log_entries.purge(before=NOW, limit=10) == 0
        assert await uow.log_entries.purge(before=NOW + timedelta(days=1), limit=10) == 1


def test_every_event_has_its_words_and_a_later_one_its_name() -> None:
    assert set(WORDS) == set(EventType)
    assert event_words("order.on_hold", "#1") == "order on hold"
