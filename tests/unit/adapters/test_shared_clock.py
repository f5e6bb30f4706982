"""C9: the clock that all processes share is the database's, counted on without a look at any machine's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.clock import SharedClock

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@dataclass(slots=True)
class Machine:
    """Its clock on the wall, and what it counts."""

    ahead: timedelta = timedelta(0)
    counted: float = 100.0

    def now(self) -> datetime:
        return self.true() + self.ahead

    def true(self) -> datetime:
        return NOON + timedelta(seconds=self.counted - 100.0)

    def ticks(self) -> float:
        return self.counted


def hear(clock: SharedClock, machine: Machine, *, there: float = 0.0, back: float = 0.0) -> None:
    """The database is asked, and so many seconds pass on the way there and back."""
    asked = clock.ticks()
    machine.counted += there
    told = machine.true()
    machine.counted += back
    clock.hear(told, asked=asked)


@pytest.mark.parametrize("minutes", [10, -10, 60, -60])
def test_a_machine_whose_clock_jumps_is_not_noticed(minutes: int) -> None:
    machine = Machine()
    clock = SharedClock(machine, machine.ticks)

    machine.ahead = timedelta(minutes=minutes)
    machine.counted += 7

    assert clock.now() == NOON + timedelta(seconds=7)


@pytest.mark.parametrize("minutes", [10, -10])
def test_processes_on_machines_whose_clocks_differ_agree_once_they_have_heard(minutes: int) -> None:
    right, wrong = Machine(), Machine(ahead=timedelta(minutes=minutes))
    clocks = [SharedClock(machine, machine.ticks) for machine in (right, wrong)]

    for clock, machine in zip(clocks, (right, wrong), strict=True):
        hear(clock, machine)

    assert clocks[0].now() == clocks[1].now()


def test_a_long_way_to_the_database_does_not_make_it_tremble() -> None:
    machine = Machine()
    clock = SharedClock(machine, machine.ticks)

    for there, back in ((3.0, 0.0), (0.0, 3.0), (1.0, 2.0)):
        hear(clock, machine, there=there, back=back)

    assert clock.now() == machine.true()


def test_a_clock_that_is_off_is_put_no_further_than_is_certain() -> None:
    machine = Machine(ahead=timedelta(minutes=10))
    clock = SharedClock(machine, machine.ticks)

    hear(clock, machine, there=2.0, back=1.0)

    assert clock.now() == machine.true() + timedelta(seconds=2)


@pytest.mark.parametrize("minutes", [60, -60])
def test_it_follows_the_databases_clock_when_that_is_set(minutes: int) -> None:
    machine = Machine()
    clock = SharedClock(machine, machine.ticks)

    clock.hear(machine.true() + timedelta(minutes=minutes), asked=clock.ticks())
    machine.counted += 5

    assert clock.now() == machine.true() + timedelta(minutes=minutes)
