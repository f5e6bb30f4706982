"""Worker, API and database server killed with -9 in the middle of an import: nothing is lost, nothing is doubled."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.charges import differences
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import rows, wait_until_quiet
from tests.acceptance.harness import (
    Installation,
    Simulator,
    all_documents,
    installation,
    is_live,
    place_orders,
    prepare_for_orders,
)
from tests.acceptance.processes import until, workers_of

ORDERS = 300
SEED = 13
SHOP = "killed"
EVERYTHING = {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}
A_CALL_TAKES = {"kind": "latency", "seconds": 1.5, "times": None}
"""So slow that there is a middle to be killed in."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@dataclass(slots=True, kw_only=True)
class Survivor:
    """A service that was killed again and again, after it has finished its work."""

    service: Installation
    erp: Erp
    desk: StoreDesk
    stored_when_killed: dict[str, int]
    answers_without_database: set[int]
    last_run: Json


@pytest.fixture(scope="module")
def survivor(simulator: Simulator) -> Iterator[Survivor]:
    desk = simulator.desk("kill-nine.myshopify.com")
    with installation(simulator.url) as service:
        service.start()
        erp = service.erp()
        _announce_orders(erp, desk)
        run = erp.post(f"/v1/shops/{SHOP}/tasks/import_orders/runs", {"parameters": EVERYTHING})
        stored: dict[str, int] = {}
        answers = _kill_one_after_another(service, erp, stored)
        desk.mend()
        ended = erp.end_of(run["id"])
        # Webhooks that found nobody at home are lost; the next listing has what they told of.
        last_run = erp.finished_run(SHOP, "import_orders", EVERYTHING)
        wait_until_quiet(service)
        assert ended["state"] in ("succeeded", "failed")
        yield Survivor(
            service=service,
            erp=erp,
            desk=desk,
            stored_when_killed=stored,
            answers_without_database=answers,
            last_run=last_run,
        )


def _announce_orders(erp: Erp, desk: StoreDesk) -> None:
    prepare_for_orders(erp, desk, SHOP, seed=SEED)
    desk.fault(**A_CALL_TAKES)
    place_orders(desk, ORDERS, seed=SEED, lines=(1, 30), emit=True)


def _kill_one_after_another(service: Installation, erp: Erp, stored: dict[str, int]) -> set[int]:
    """Each in the middle of the work; what the API answers while the database is away."""
    stored["worker"] = _more_orders_than(service, 0)
    (worker,) = workers_of(service.process("all").pid)
    os.kill(worker, signal.SIGKILL)

    stored["api"] = _more_orders_than(service, stored["worker"])
    service.process("all").kill()
    service.start()

    stored["postmaster"] = _more_orders_than(service, stored["api"])
    os.kill(service.postmaster_pid(), signal.SIGKILL)
    answers = {erp.send("GET", "/v1/orders", limit=1).status_code for _ in range(3)}
    service.process("all").kill()
    service.start()
    return answers


def _more_orders_than(service: Installation, number: int) -> int:
    def more() -> int:
        found = int(rows(service, "SELECT count(*) FROM orders")[0][0])
        return found if found > number else 0

    return until(more, what=f"more than {number} orders are stored", seconds=60)


def test_each_was_killed_in_the_middle_of_the_work(survivor: Survivor) -> None:
    assert all(0 < number < ORDERS for number in survivor.stored_when_killed.values()), survivor.stored_when_killed


def test_without_its_database_the_api_says_so_instead_of_hanging(survivor: Survivor) -> None:
    assert survivor.answers_without_database <= {200, 503}
    assert 503 in survivor.answers_without_database


def test_the_import_ends_well(survivor: Survivor) -> None:
    assert (survivor.last_run["state"], survivor.last_run["problem"], survivor.last_run["errors"]) == (
        "succeeded",
        None,
        [],
    )


def test_every_order_is_there_once_with_one_document_of_the_right_total(survivor: Survivor) -> None:
    """A4."""
    originals = {order["legacyResourceId"]: order for order in survivor.desk.state("orders")["orders"]}
    orders = [order["shopify_id"] for order in survivor.erp.every("/v1/orders", shop=SHOP)]
    assert sorted(orders) == sorted(originals)
    documents = all_documents(survivor.erp, SHOP)
    assert all(is_live(document) for document in documents)
    per_order = Counter(document["order"]["shopify_id"] for document in documents)
    assert set(per_order.values()) == {1}
    assert len(per_order) > 0.95 * ORDERS
    assert differences(documents, originals.values()) == []


def test_no_number_was_given_twice(survivor: Survivor) -> None:
    numbers = Counter((document["kind"], document["number"]) for document in all_documents(survivor.erp, SHOP))
    assert set(numbers.values()) == {1}


def test_the_feed_has_no_gap_and_tells_everything_once(survivor: Survivor) -> None:
    events = survivor.erp.events()
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["id"] for event in events}) == len(events)
    told = Counter((event["type"], event["resource"]["id"]) for event in events)
    for kind, rest in (
        ("order.imported", survivor.erp.every("/v1/orders", shop=SHOP)),
        ("sales_document.created", all_documents(survivor.erp, SHOP)),
    ):
        expected = Counter(row["id"] for row in rest)
        assert Counter({key[1]: number for key, number in told.items() if key[0] == kind}) == expected
