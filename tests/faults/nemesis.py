"""Random misfortune by a seed: processes die, the database dies, the store misbehaves, clocks jump, while orders come.

``python -m tests.faults.nemesis --minutes 30`` goes on for that long with seeds of its own and says what it counted;
``--seed N`` plays one again. What must be true afterwards is the checker's to say.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
import httpx

from tests.acceptance.clients import Erp
from tests.acceptance.database import rows
from tests.acceptance.harness import simulated_stores
from tests.acceptance.processes import until
from tests.faults.checker import Account, at_work, violations
from tests.faults.house import FaultyHouse, faulty_house
from tests.faults.small_disk import FILLS_THE_LOG_OF_CHANGES
from tests.faults.story import EVERYTHING, FIRST_ORDER, History, Robot, buy, open_shop, told
from tests.webhook_receiver import receiving

SEEDS = Path(__file__).parent / "seeds"
SHOPS = ("north", "south")
ORDERS_EACH = 2
MISFORTUNES = 6
SCARCITY = 0.5
"""Of schedules, the share in which something is used up, too."""
MOST_KILLS = 3
"""Of one schedule: work whose workers die five times is rightly parked."""
DURING_SECONDS = 5.0
REST_SECONDS = 240.0
A_JUMP = 600.0
PAST_EVERYTHING = 1500.0
SCHEDULES_PER_HOUSE = 20

KILLS = ("kill_api", "kill_worker", "kill_both")
DATABASE = ("stop_database", "cut_connections", "hold_tables")
READINGS = ["OrderListing", "OrdersWhole"]
"""A search index lags behind; what is looked at before a write does not."""
STORE: dict[str, dict[str, object]] = {
    "rate_limited": {"times": 2},
    "throttled": {"times": 2},
    "server_error": {"status": 500, "times": 2},
    "bad_gateway": {"kind": "server_error", "status": 502},
    "timeout_before": {"seconds": 1.5},
    "timeout_after": {"seconds": 1.5},
    "cut_json": {},
    "partial_data": {},
    "latency": {"seconds": 2.0, "times": 3},
    "stale_page": {"operation": READINGS, "times": 3},
    "repeated_page": {"operation": READINGS, "times": 2},
}
WEBHOOKS: dict[str, dict[str, object]] = {
    "doubled": {"duplicates": 2},
    "disordered": {"shuffle": True},
    "dropped": {"drop_every": 3},
    "late": {"delay_seconds": 2.0},
}
CLOCK = ("clock_forward", "clock_back")
SCARCE = ("starve_pool", "fill_disk")
"""Drawn beside the others, so that a seed still means what it meant before there were these."""
ALL = (*KILLS, *DATABASE, *STORE, *WEBHOOKS, *CLOCK)
ORDERS_A_PAGE = 10
"""Of the store's answers, so that a listing has pages that can come twice."""
HELD_SECONDS = 2.0
HOLD = f"DO $$ BEGIN LOCK TABLE orders_to_import, events; PERFORM pg_sleep({HELD_SECONDS}); END $$"
STARVED_SECONDS = 3.0
"""Longer than anybody waits for a connection."""
STARVE = f"DO $$ BEGIN LOCK TABLE sales_documents; PERFORM pg_sleep({STARVED_SECONDS}); END $$"
CALLERS_AT_ONCE = 16
"""More than a pool has connections."""
ROOM = "800m"
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfortune:
    kind: str
    after: float
    """Seconds from the beginning of its schedule."""
    choice: float
    """Between 0 and 1: which of several it meets."""


def schedule(seed: int, kinds: Sequence[str] = ALL) -> list[Misfortune]:
    """The same for the same seed, in the order in which it happens."""
    chance = random.Random(seed)
    drawn = [
        Misfortune(kind=chance.choice(kinds), after=chance.uniform(0, DURING_SECONDS), choice=chance.random())
        for _ in range(MISFORTUNES)
    ]
    kills = [each for each in drawn if each.kind in (*KILLS, "stop_database")][MOST_KILLS:]
    if chance.random() < SCARCITY:
        drawn.append(Misfortune(kind=chance.choice(SCARCE), after=chance.uniform(0, DURING_SECONDS), choice=0.0))
    return sorted((each for each in drawn if each not in kills), key=lambda each: each.after)


@dataclass(slots=True, kw_only=True)
class Scene:
    """A house with two shops, and what has happened there so far."""

    house: FaultyHouse
    accounts: Sequence[Account]
    robots: Sequence[Robot]
    history: History
    orders: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    seeds: list[int] = field(default_factory=list)
    holders: list[threading.Thread] = field(default_factory=list)

    def play(self, seed: int) -> list[str]:
        """Orders come while its misfortunes happen; answers what is wrong when all has come to rest."""
        self.seeds.append(seed)
        self.buy(ORDERS_EACH)
        began, left = time.monotonic(), schedule(seed)

        def all_happened() -> bool:
            while left and time.monotonic() - began >= left[0].after:
                self.befall(left.pop(0))
            self.step()
            return not left

        until(all_happened, what="all misfortunes have happened", seconds=DURING_SECONDS * 10)
        return self.settled()

    def endure(self, seconds: float, seed: int) -> list[str]:
        """Orders come all the time, and again and again one process of each kind dies; what is wrong at the end."""
        chance, ends = random.Random(seed), time.monotonic() + seconds
        while time.monotonic() < ends:
            self.buy(ORDERS_EACH)
            self._kill("kill_both", chance.random())
            until(self._all_up, what="all processes are there again", seconds=REST_SECONDS)
        return self.settled()

    def buy(self, number: int) -> None:
        """So many orders in each shop."""
        first = FIRST_ORDER + self.orders
        for account in self.accounts:
            buy(account.desk, range(first, first + number))
        self.orders += number

    def settled(self) -> list[str]:
        """What is wrong when nothing more happens and all has come to rest."""
        self._calm()
        until(self.at_rest, what="all has come to rest", seconds=REST_SECONDS)
        self.house.set_clock(0)
        return violations(self.house, self.accounts, self.history)

    def summary(self) -> str:
        """What was played, in figures."""
        befell = ", ".join(f"{kind} {count}" for kind, count in sorted(self.happened.items()))
        return (
            f"seeds {', '.join(map(str, self.seeds))}: {self.orders * len(self.accounts)} orders,"
            f" {self.house.kills} processes died; {befell}"
        )

    def befall(self, misfortune: Misfortune) -> None:
        kind, account = misfortune.kind, self.accounts[int(misfortune.choice * len(self.accounts))]
        self.happened[kind] += 1
        if kind in KILLS:
            self._kill(kind, misfortune.choice)
        elif kind in DATABASE:
            self._trouble_database(kind)
        elif kind in SCARCE:
            self._use_up(kind)
        elif kind in STORE:
            account.desk.fault(**{"kind": kind} | STORE[kind])
        elif kind in WEBHOOKS:
            account.desk.set_webhooks(**WEBHOOKS[kind])
        else:
            self.house.set_clock(A_JUMP if kind == "clock_forward" else -A_JUMP)

    def _kill(self, kind: str, choice: float) -> None:
        for role in ("api", "worker"):
            names = [name for name in self.house.names if name.startswith(role)]
            if kind in (f"kill_{role}", "kill_both"):
                self.house.kill(names[int(choice * len(names))])

    def _trouble_database(self, kind: str) -> None:
        if kind == "stop_database":
            self.house.kill_database()
        elif kind == "cut_connections":
            with suppress(*AWAY):
                rows(self.house, CUT)
        else:
            self._beside(self._hold, HOLD)

    def _use_up(self, kind: str) -> None:
        if kind == "fill_disk":
            self._beside(self._fill_disk)
            return
        self._beside(self._hold, STARVE)
        for caller in self.robots[0].callers:
            for _ in range(CALLERS_AT_ONCE):
                self._beside(self._call, caller)

    def _beside(self, work: Callable[..., None], *given: object) -> None:
        """While everything else goes on."""
        self.holders.append(threading.Thread(target=work, args=given))
        self.holders[-1].start()

    def _hold(self, statement: str) -> None:
        with suppress(*AWAY):
            rows(self.house, statement)

    def _call(self, caller: Erp) -> None:
        with suppress(httpx.TransportError):
            answer = caller.http.get("/v1/sales-documents")
            self.happened[f"(answered {answer.status_code} when starved)"] += 1

    def _fill_disk(self) -> None:
        """Until a write is refused for it; then there is room again."""
        disk = self.house.disk
        if disk is None:
            self.happened["(no disk to fill: nobody here may mount one)"] += 1
            return
        try:
            disk.fill()
            rows(self.house, FILLS_THE_LOG_OF_CHANGES)
        except AWAY:
            self.happened["(refused a write for want of room)"] += 1
        finally:
            disk.make_room()

    def _calm(self) -> None:
        """Nothing more goes wrong; what webhooks did not tell is asked for, as the schedules of a shop do."""
        for holder in self.holders:
            holder.join()
        self.holders.clear()
        self.house.keep_up()
        # Past all leases, also those taken while the clock was ahead.
        self.house.put_clock_forward(PAST_EVERYTHING)
        for account, robot in zip(self.accounts, self.robots, strict=True):
            account.desk.mend()
            account.desk.set_webhooks(duplicates=0, shuffle=False, drop_every=0, delay_seconds=0.0)
            until(partial(robot.asks_for_a_run, EVERYTHING), what="a run is asked for", seconds=60)

    def step(self) -> None:
        """Who is dead is started, and each ERP does what it can do now."""
        self.house.keep_up()
        for robot in self.robots:
            robot.step()

    def _all_up(self) -> bool:
        self.step()
        return self.house.is_up()

    def at_rest(self) -> bool:
        """Whether all that was bought is done, nothing waits, and every process is there to be asked."""
        if not self._all_up() or not all(robot.done(self.orders) for robot in self.robots):
            return False
        if not all(account.desk.deliveries()["idle"] for account in self.accounts):
            return False
        self.house.put_clock_forward(10)
        return not at_work(self.house)


@contextmanager
def scene(*, apis: int = 1, workers: int = 1, shops: Sequence[str] = SHOPS) -> Iterator[Scene]:
    """Shops, each of a store of its own and with an ERP and an endpoint of its own."""
    with ExitStack() as stack:
        simulator = stack.enter_context(simulated_stores())
        house = stack.enter_context(faulty_house(simulator.url, apis=apis, workers=workers, room=ROOM))
        history, callers = History(house.folder / "history.jsonl"), house.callers()
        accounts, robots = [], []
        for shop in shops:
            desk = simulator.desk(f"{shop}.myshopify.com")
            open_shop(callers[0], desk, shop)
            desk.put(page_sizes={"orders": ORDERS_A_PAGE})
            told(callers[0], stack.enter_context(receiving()), history, shop)
            accounts.append(Account(shop=shop, desk=desk, erp=house.erp(shops=shop), told_from=0))
            robots.append(Robot(callers=callers, shop=shop, history=history))
        yield Scene(house=house, accounts=accounts, robots=robots, history=history)


def keep(seed: int, wrong: Sequence[str]) -> None:
    """A seed that failed is played in every run from now on."""
    (SEEDS / f"{seed}.txt").write_text("\n".join([f"seed {seed}", *map(str, schedule(seed)), *wrong]) + "\n")


def kept_seeds() -> list[int]:
    return sorted(int(path.stem) for path in SEEDS.glob("*.txt"))


def run(seeds: Iterator[int], goes_on: Callable[[], bool]) -> int:
    """Play one seed after the other; the number of those that failed."""
    failed = played = 0
    while goes_on():
        with scene(apis=2, workers=2) as stage:
            for seed in (next(seeds) for _ in range(SCHEDULES_PER_HOUSE)):
                wrong = _played(stage, seed)
                played += 1
                failed += bool(wrong)
                if wrong or not goes_on():
                    break
            print(stage.summary(), flush=True)
    print(f"{played} schedules, {failed} of them failed")
    return failed


def _played(stage: Scene, seed: int) -> list[str]:
    try:
        wrong = stage.play(seed)
    except (AssertionError, httpx.TransportError) as error:
        done = [(len(robot.acknowledged), len(robot.shipped), len(robot.paid)) for robot in stage.robots]
        wrong = [str(error), f"at work: {at_work(stage.house)}", f"of {stage.orders} orders each: {done}"]
    print(f"seed {seed}: {'; '.join(wrong) if wrong else 'nothing lost, nothing doubled'}", flush=True)
    if wrong:
        keep(seed, wrong)
    return wrong


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=30)
    given.add_argument("--seed", type=int, help="play this one, once")
    asked = given.parse_args()
    if asked.seed is not None:
        turns = iter([True, False])
        return run(iter([asked.seed] * SCHEDULES_PER_HOUSE), lambda: next(turns, False))
    first = random.SystemRandom().randrange(1_000, 1_000_000_000)
    print(f"seeds from {first} on", flush=True)
    ends = time.monotonic() + asked.minutes * 60
    return run(iter(range(first, sys.maxsize)), lambda: time.monotonic() < ends)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
