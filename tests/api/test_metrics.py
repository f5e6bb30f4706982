"""``/metrics``: what it tells, to whom, and that it names no person and no end of labels."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.adapters.postgres.figures import PostgresFigures
from app.adapters.telemetry.metrics import MEANINGS, AckTimes, Metrics
from app.domain.access import Scope
from app.domain.activities import Cue
from tests.dashboard import figures_of, panels, rules
from tests.erp_surface import Surface, surface
from tests.machinery import RealClock
from tests.stored_documents import NOW, WEB, an_order, an_order_to_import

WITHOUT_A_PANEL = {
    "process_virtual_memory_bytes": "addresses, not memory in use, which has its panel",
    "process_start_time_seconds": "a restart is seen in the panel of processes that answer",
    "process_open_fds": "connections are bounded: by the pool to the database, by the server to the world",
    "process_max_fds": "a setting of the machine, no course of things",
}
"""Every other figure of the page has one."""


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, lambda _, __: {}) as found:
        yield found


def watched(erp: Surface, *, acks: AckTimes | None = None, need_key: bool = False) -> None:
    """The surface with figures, as the composition root makes it."""
    made = Metrics(PostgresFigures(erp.engine, RealClock()), acks or AckTimes(), process="host:1", spoken="2026-10")
    state = erp.application.state
    state.container = replace(state.container, metrics=made, metrics_need_key=need_key)


async def figures(erp: Surface) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels, these in the order of their names."""
    erp.client.headers.pop("Authorization", None)
    answer = await erp.client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return {
        (sample.name.removeprefix("orderbridge_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def arrange(erp: Surface) -> None:
    async with erp.rows() as uow:
        await an_order(uow.driver, state="blocked", problems=[{"code": "item_missing"}])
        await an_order_to_import(uow.driver, "1", due_at=NOW - timedelta(minutes=5))
        await an_order_to_import(uow.driver, "2", due_at=None, error_code="import_failed")
        await uow.driver.execute(
            "INSERT INTO store_points (store_id, maximum, restore_rate, available, measured_at, throttled_seconds)"
            " SELECT id, 2000, 100, 500, now() - interval '3 seconds', 7.5 FROM stores LIMIT 1"
        )
        await uow.driver.execute(
            "INSERT INTO runs (id, shop_id, task, category, filters, parameters, fingerprint, requested_by, state,"
            " progress_done, counts, errors, attempts, claim_no, queued_at, finished_at) SELECT 'run_' || n, $1,"
            " 'import_orders', 'c', '{}', '{}', '', 'x', 'failed', 0, '{}', '[]', 1, 1, now(), now() - n * interval"
            " '50 minutes' FROM generate_series(0, 2) AS n",
            WEB,
        )
        await uow.driver.execute(
            "INSERT INTO process_beats SELECT 'host:' || n, 'worker', now() - n * interval '40 s', 45, NULL, now()"
            " FROM generate_series(1, 2) AS n"
        )
        await uow.driver.execute("INSERT INTO refused_webhooks SELECT id, 4, now() FROM stores LIMIT 1")
        await uow.commit()


async def test_depths_ages_points_outcomes_and_cues_are_told(erp: Surface) -> None:
    """Peers 50: where no worker works, what is due grows old, and says so. A20, F7: how clocks stand."""
    watched(erp)
    await arrange(erp)

    found = await figures(erp)

    assert found["queue_depth", "orders_to_import"] == 1
    assert found["queue_depth", "shipments"] == found["queue_depth", "stock"] == 0
    assert found["queue_age_seconds", "orders_to_import"] > 300
    assert found["orders_to_import_parked",] == 1
    assert 750 < next(value for name, value in found.items() if name[0] == "store_points") <= 2000
    assert next(value for name, value in found.items() if name[0] == "store_throttled_seconds_total") == 7.5
    assert found["runs_ended_last_hour", "failed", "import_orders"] == 2
    assert (found["processes", "worker"], found["processes", "api"]) == (1, 0)
    assert [(name[1:], value) for name, value in found.items() if name[0] == "clock_ahead_seconds"] == [
        (("database", "host:1"), 45)
    ]
    assert [value for name, value in found.items() if name[0] == "webhooks_refused"] == [4]
    assert found["cue", "unmapped_products", "web"] == 1
    assert {name[1] for name in found if name[0] == "cue"} == set(Cue)


async def test_the_door_s_answers_are_counted_by_outcome_in_buckets(erp: Surface) -> None:
    acks = AckTimes()
    watched(erp, acks=acks)
    for seconds in (0.0004, 0.003, 0.003, 9.0):
        acks("stored", seconds)

    found = await figures(erp)

    def within(bound: str) -> float:
        return found["webhook_ack_seconds_bucket", bound, "stored", "host:1"]

    assert [within(bound) for bound in ("0.001", "0.0025", "0.005", "5.0", "+Inf")] == [1, 1, 3, 3, 4]
    assert found["webhook_ack_seconds_sum", "stored", "host:1"] == pytest.approx(9.0064)


async def test_the_end_of_shopifys_version_is_told_long_before_it_comes(erp: Surface) -> None:
    """B14: an alarm is raised 90 days before it."""
    watched(erp)

    found = await figures(erp)

    assert found["shopify_version_ends_timestamp_seconds", "2026-10"] == datetime(2027, 10, 16, tzinfo=UTC).timestamp()


async def test_the_database_is_asked_once_a_second_however_many_ask(erp: Surface) -> None:
    asked = 0

    class Counted:
        async def read(self) -> list[Any]:
            nonlocal asked
            asked += 1
            return []

    made = Metrics(Counted(), AckTimes(), process="host:1", spoken="2026-10")
    for _ in range(5):
        await made()

    assert asked == 1


async def test_the_figures_may_be_off_or_need_a_key(erp: Surface) -> None:
    assert (await erp.client.get("/metrics")).status_code == 404
    watched(erp, need_key=True)

    statuses = [
        (await erp.client.get("/metrics", headers=headers)).status_code
        for headers in (await erp.key(scopes=[Scope.LOGS_READ]), await erp.key(scopes=[Scope.ORDERS_READ]))
    ]
    erp.client.headers.pop("Authorization")

    assert (statuses, (await erp.client.get("/metrics")).status_code) == ([200, 403], 401)


async def test_every_figure_of_the_database_says_what_it_means(erp: Surface) -> None:
    await arrange(erp)

    found = await PostgresFigures(erp.engine, RealClock()).read()

    assert {figure.name for figure in found} <= set(MEANINGS)
    assert all(MEANINGS[name].endswith(".") for name in MEANINGS)


async def test_every_figure_of_the_page_has_its_panel_and_panels_and_alarms_ask_for_no_other(erp: Surface) -> None:
    watched(erp)

    page = (await erp.client.get("/metrics")).text
    told = set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))

    assert figures_of(panels()) == told - set(WITHOUT_A_PANEL)
    assert set(WITHOUT_A_PANEL) <= told
    assert figures_of([rule["expr"] for rule in rules()]) <= told
