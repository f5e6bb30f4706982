"""Whatever goes wrong, by a seed: nothing is lost, nothing is doubled, nothing of one shop is in another's answers.

B1–B4, B6, B7, B9, C1–C3, C5, C6, A14, A15, A23: what a schedule is made of stands in ``nemesis``.
"""

from collections.abc import Iterator

import pytest

from tests.faults.nemesis import Scene, kept_seeds, scene

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with scene() as made:
        yield made
        capture = request.config.pluginmanager.getplugin("capturemanager")
        assert capture is not None
        with capture.global_and_fixture_disabled():
            print(f"\nrandom schedules by {made.summary()}")


@pytest.mark.parametrize("seed", [*range(1, 11), *kept_seeds()])
def test_after_a_random_schedule_everything_is_right(stage: Scene, seed: int) -> None:
    assert stage.play(seed) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(11, 201))
def test_after_many_random_schedules_everything_is_right(stage: Scene, seed: int) -> None:
    assert stage.play(seed) == []
