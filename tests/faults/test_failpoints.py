"""Killed at every instant that has a name, the story comes to the same end: nothing lost, nothing doubled.

A1–A10, A23b, B6, C5, E1, E3: each point stands for the checks its name says; see docs/checks.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

import pytest

from app.failpoints import Act, Side, point
from tests.acceptance.harness import simulated_stores
from tests.acceptance.processes import until
from tests.faults.checker import Account, at_work, violations
from tests.faults.exchanges import ACTS_OF_EXCHANGES
from tests.faults.house import FaultyHouse, faulty_house
from tests.faults.story import EVERYTHING, FIRST_ORDER, History, Robot, buy, open_shop, told
from tests.webhook_receiver import receiving

SHOP = "failing"
SECONDS = 200
ROUNDS = 3
ACTS = [act for act in Act if act not in ACTS_OF_EXCHANGES]
"""Those of the story of orders; the others are died at in ``test_killed_tasks``."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@dataclass(slots=True, kw_only=True)
class Stage:
    """A running house with one shop whose ERP works."""

    house: FaultyHouse
    account: Account
    robot: Robot
    history: History
    orders: int = 0
    listed: bool = False
    """Whether this round's orders were asked for, too: a webhook that found nobody at home may be given up."""

    def play(self, *points: str) -> None:
        """The story, dying at each of these points once; to its end."""
        self.house.arm(*points)
        for _ in range(ROUNDS):
            buy(self.account.desk, range(FIRST_ORDER + self.orders, FIRST_ORDER + self.orders + 2))
            self.orders, self.listed = self.orders + 2, False
            until(self._moved_on, what="the story ends", seconds=SECONDS)
            self.house.set_clock(0)
            if not self.house.armed():
                break

    def _moved_on(self) -> bool:
        self.house.keep_up()
        self.robot.step()
        if not self.account.desk.deliveries()["idle"]:
            return False
        self.listed = self.listed or self.robot.asks_for_a_run(EVERYTHING)
        if not self.robot.done(self.orders):
            return False
        return not at_work(self.house) and not self.house.keep_up()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with simulated_stores() as simulator, faulty_house(simulator.url) as house, receiving() as receiver:
        desk, history = simulator.desk("failing.myshopify.com"), History(house.folder / "history.jsonl")
        callers = house.callers()
        open_shop(callers[0], desk, SHOP)
        told(callers[0], receiver, history, SHOP)
        account = Account(shop=SHOP, desk=desk, erp=house.erp(shops=SHOP), told_from=0)
        yield Stage(
            house=house, account=account, robot=Robot(callers=callers, shop=SHOP, history=history), history=history
        )


def one_of_each_kind() -> list[list[Act]]:
    """All acts, in groups in which no piece of work dies so often that it would rightly be parked."""
    kinds = [list(acts) for _, acts in groupby(ACTS, key=lambda act: act.value.partition("_")[0])]
    return [[act for act in group if act is not None] for group in zip_longest(*kinds)]


@pytest.mark.parametrize("side", [Side.BEFORE, Side.AFTER])
@pytest.mark.parametrize("group", range(len(one_of_each_kind())))
def test_killed_at_several_points_of_one_story_nothing_is_lost_or_doubled(stage: Stage, group: int, side: Side) -> None:
    points = [point(act, side) for act in one_of_each_kind()[group]]

    stage.play(*points)

    assert stage.house.armed() == []
    assert violations(stage.house, [stage.account], stage.history) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("side", [Side.BEFORE, Side.AFTER])
@pytest.mark.parametrize("act", ACTS)
def test_killed_at_one_point_nothing_is_lost_or_doubled(stage: Stage, act: Act, side: Side) -> None:
    stage.play(point(act, side))

    assert stage.house.armed() == []
    assert violations(stage.house, [stage.account], stage.history) == []
