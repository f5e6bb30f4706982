"""Random lives of orders in the store and here: whatever happens, nothing is missed, raised for nothing or lost.

Fifty sequences, always the same ones, in `make test`; two thousand others, new ones each time, in
`make test-faults`.
"""

import os
import secrets
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.order_machine import machine_in
from tests.property.trials import Trials, trials

SHARES, SEQUENCES_A_SHARE = 8, 250
THE_SAME = settings(
    max_examples=50,
    stateful_step_count=7,
    deadline=None,
    derandomize=True,
    database=None,
    # To shorten a sequence takes minutes, and they are short: what failed is shown as it is.
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
OTHERS = settings(THE_SAME, max_examples=SEQUENCES_A_SHARE, stateful_step_count=10, derandomize=False)


@pytest.fixture
def houses(database_url: str, module_database_url: str) -> Iterator[Trials]:
    with trials(database_url, module_database_url) as made:
        yield made


@pytest.mark.timeout(240)
def test_whatever_happens_to_orders_their_documents_can_be_put_right(houses: Trials) -> None:
    run_state_machine_as_test(machine_in(houses), settings=THE_SAME)


@pytest.mark.long
@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("share", range(1, SHARES + 1))
def test_whatever_else_happens_by_chance(houses: Trials, share: int) -> None:
    chance = int(os.environ.get("ORDERBRIDGE_SEED") or secrets.randbelow(2**32))
    print(f"share {share}: these sequences come again with ORDERBRIDGE_SEED={chance}")
    run_state_machine_as_test(seed(chance)(machine_in(houses)), settings=OTHERS)
