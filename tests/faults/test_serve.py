"""``orderbridge serve`` as whoever runs it meets it: its database dies, it is stopped, it is killed, it runs twice."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.harness import (
    CREDENTIALS,
    UNLIMITED,
    Installation,
    Simulator,
    installation,
    receive_everything,
    simulated_stores,
    wait_for_subscriptions,
)
from tests.acceptance.processes import OrderbridgeProcess, free_port, until, workers_of

STOP_SECONDS = 20
RECOVERY_SECONDS = 10
NO_STORE = "http://127.0.0.1:1"

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc"),
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated_stores() as running:
        yield running


@pytest.fixture
def service() -> Iterator[Installation]:
    with installation(NO_STORE) as made:
        made.start()
        yield made


def is_alive(pid: int) -> bool:
    """A zombie has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(*pids: int) -> Callable[[], bool]:
    return lambda: not any(map(is_alive, pids))


def is_ready(erp: Erp) -> bool:
    return erp.send("GET", "/readyz").status_code == 200


def worker_of(service: Installation) -> int:
    found = until(lambda: workers_of(service.process("all").pid), what="a worker runs")
    return found[0]


@pytest.mark.long
def test_a_database_killed_under_it_comes_back_and_all_processes_go_on(service: Installation) -> None:
    """C1."""
    erp = service.erp()
    service.process("all").wait_until_said("worker_started")
    server, serving, worker = service.postmaster_pid(), service.process("all").pid, worker_of(service)
    erp.put("/v1/customers/BEFORE", {"name": "Before"})
    erp.post("/v1/shops", {"code": "web", "name": "Web", "store_domain": "w.myshopify.com", "credentials": CREDENTIALS})

    os.kill(server, signal.SIGKILL)

    answers: set[int] = set()

    def written() -> bool:
        answer = erp.send("PUT", "/v1/customers/AFTER", {"name": "After"})
        answers.add(answer.status_code)
        return answer.status_code == 201

    until(written, what="the API writes again", seconds=RECOVERY_SECONDS)
    assert answers <= {201, 503}
    assert is_ready(erp)
    assert erp.get("/v1/customers/BEFORE")["name"] == "Before"
    assert service.postmaster_pid() != server
    assert (service.process("all").pid, worker_of(service)) == (serving, worker)
    assert erp.finished_run("web", "create_documents")["state"] == "succeeded"


@pytest.mark.long
def test_told_to_stop_in_the_middle_of_work_it_ends_in_time_and_leaves_nothing_running(simulator: Simulator) -> None:
    """C10."""
    with installation(simulator.url) as service:
        serving = service.start()
        erp, desk = service.erp(), simulator.desk("stopped.myshopify.com")
        desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
        receive_everything(erp, desk, "stopped")
        wait_for_subscriptions(desk)
        desk.generate(seed=1, count=20, preset="day", start="2025-06-01T08:00:00Z", emit=False)
        desk.fault(kind="latency", seconds=3, times=None)
        run = erp.post("/v1/shops/stopped/tasks/import_orders/runs", {"parameters": {"include_closed": True}})
        until(lambda: erp.get(f"/v1/runs/{run['id']}")["state"] == "running", what="the run has begun")
        answers: list[int] = []
        poller, sending = service.erp(), threading.Event()
        # Over a connection that is there already, so that nothing has to be opened in the moment of the stop.
        end = max((event["position"] for event in poller.events()), default=0)
        polling = threading.Thread(target=_poll, args=(poller, end, sending, answers))
        polling.start()
        assert sending.wait(10)
        pids = [service.postmaster_pid(), *workers_of(serving.pid)]

        began = time.monotonic()
        assert service.stop("all") == 0

        assert time.monotonic() - began < STOP_SECONDS
        until(gone(*pids), what="worker and database server are gone", seconds=1)
        polling.join(10)
        assert answers == [200]
        desk.close()


def _poll(erp: Erp, end: int, sending: threading.Event, answers: list[int]) -> None:
    """A poller that waits for events which do not come."""
    sending.set()
    with suppress(httpx.HTTPError):
        answers.append(erp.send("GET", "/v1/events", after=end, wait=25).status_code)


@pytest.mark.long
def test_after_kill_9_its_worker_and_its_database_end_and_the_next_start_works(service: Installation) -> None:
    service.erp().put("/v1/customers/KEPT", {"name": "Kept"})
    pids = [service.postmaster_pid(), worker_of(service)]
    service.process("all").wait_until_said("worker_started")

    service.process("all").kill()

    until(gone(*pids), what="worker and database server end with it", seconds=STOP_SECONDS)
    service.start()
    assert service.erp().get("/v1/customers/KEPT")["name"] == "Kept"


@pytest.mark.long
def test_two_of_them_share_a_database_until_the_last_one_ends(service: Installation) -> None:
    erp = service.erp()
    server, port = service.postmaster_pid(), str(free_port())
    other = OrderbridgeProcess(
        "serve",
        environment={**service.environment, "ORDERBRIDGE_PORT": port},
        log=service.folder / "other.log",
    )
    try:
        second = Erp(other.address(), None)
        second.http.headers = erp.http.headers
        erp.put("/v1/customers/SHARED", {"name": "Shared"})
        assert second.get("/v1/customers/SHARED")["name"] == "Shared"

        assert service.stop("all") == 0
        assert second.get("/v1/customers/SHARED")["name"] == "Shared"
        assert service.postmaster_pid() == server
        second.close()
    finally:
        assert other.stop() == 0
    until(gone(server), what="the database server ends with its last user", seconds=1)
