"""An installation whose processes may die at any moment, and are started again by a keeper as a supervisor would.

API and workers are processes of their own, with a folder of failpoints and a clock that can be put forward. Knows how
they die and come back; does not know what they do.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import asyncpg

from tests.acceptance.clients import Erp
from tests.acceptance.database import rows
from tests.acceptance.harness import Installation, scratch_folder
from tests.acceptance.processes import OrderbridgeProcess, free_port
from tests.acceptance.searched import searched_at_its_end
from tests.faults.small_disk import SmallDisk, small_disk

LISTENING, WORKING = "listening on", "worker_started"
PAST_ALL_LEASES = 65.0
"""Seconds; the longest is a minute."""


class FaultyHouse(Installation):
    """``apis`` and ``workers`` processes of each kind; a database of its own unless the environment names one."""

    def __init__(self, folder: Path, *, shopify_url: str, apis: int = 1, workers: int = 1) -> None:
        super().__init__(folder, shopify_url=shopify_url)
        self.points = folder / "failpoints"
        self.points.mkdir()
        self.environment["ORDERBRIDGE_FAILPOINTS"] = str(self.points)
        self.ports = [self.port, *(free_port() for _ in range(apis - 1))]
        self.kills = 0
        self.disk: SmallDisk | None = None
        self._worker_numbers = range(workers)
        self._running: dict[str, OrderbridgeProcess] = {}
        self._shift = 0.0

    @property
    def names(self) -> list[str]:
        """Of all processes there ought to be."""
        return [*(f"api-{port}" for port in self.ports), *(f"worker-{number}" for number in self._worker_numbers)]

    def start_all(self) -> None:
        for name in self.names:
            self._start(name)
            if name.startswith("api"):
                self._running[name].address()

    def keep_up(self) -> int:
        """Start again what has died; the number of dead."""
        dead = [name for name, process in self._running.items() if process.ended is not None]
        for name in dead:
            self.kills += 1
            self._start(name)
        if dead:
            self.put_clock_forward(PAST_ALL_LEASES)
            self._age_jobs()
        return len(dead)

    def is_up(self) -> bool:
        """Whether every process runs and has said that it does its work."""
        return all(
            process.ended is None and (LISTENING if name.startswith("api") else WORKING) in process.said
            for name, process in self._running.items()
        )

    def kill(self, name: str) -> None:
        self._running[name].kill()

    def kill_database(self) -> None:
        """As ``pg_ctl stop -m immediate`` does it: no checkpoint, no goodbye; recovery is the next start's."""
        with suppress(ProcessLookupError, StopIteration, FileNotFoundError, ValueError, IndexError):
            os.kill(self.postmaster_pid(), signal.SIGQUIT)

    def put_clock_forward(self, seconds: float) -> None:
        """For all processes at once."""
        self.set_clock(self._shift + seconds)

    def set_clock(self, seconds: float) -> None:
        """So many seconds ahead of the store's."""
        self._shift = seconds
        draft = self.folder / "clock"
        draft.write_text(str(self._shift))
        draft.rename(self.points / "clock")

    def arm(self, *points: str) -> None:
        for name in points:
            (self.points / name).touch()

    def armed(self) -> list[str]:
        """The points nobody has reached yet."""
        return sorted(path.name for path in self.points.iterdir() if path.name != "clock")

    def disarm(self) -> None:
        for name in self.armed():
            (self.points / name).unlink(missing_ok=True)

    def callers(self) -> list[Erp]:
        """An ERP at each API process, with one key."""
        first = self.erp()
        key = first.http.headers["Authorization"].removeprefix("Bearer ")
        others = [Erp(f"http://127.0.0.1:{port}", key) for port in self.ports[1:]]
        self._erps.extend(others)
        return [first, *others]

    def stop_all(self) -> None:
        self.disarm()
        for erp in self._erps:
            erp.close()
        for name in sorted(self._running, reverse=True):
            self._running.pop(name).stop()

    def said(self, name: str) -> str:
        """The end of a process's log, for whoever looks why."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def _age_jobs(self) -> None:
        """The library of the jobs goes by the database's clock: what the dead worked on is given up at once."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            rows(self, "UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 hour' WHERE status = 'picked'")

    def _start(self, name: str) -> None:
        role, _, number = name.partition("-")
        port = {"ORDERBRIDGE_PORT": number} if role == "api" else {}
        self._running[name] = OrderbridgeProcess(
            "serve", "--role", role, environment={**self.environment, **port}, log=self.folder / f"{name}.log"
        )


@contextmanager
def faulty_house(
    shopify_url: str, *, apis: int = 1, workers: int = 1, room: str | None = None
) -> Iterator[FaultyHouse]:
    """All of its processes run; all end with the block. With ``room`` its database has a disk of that size, where one
    may be mounted.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        house = FaultyHouse(folder, shopify_url=shopify_url, apis=apis, workers=workers)
        if room is not None:
            data = Path(house.environment["ORDERBRIDGE_DATA_DIR"])
            data.mkdir()
            house.disk = stack.enter_context(small_disk(data, room))
        with searched_at_its_end(house):
            house.start_all()
            yield house
