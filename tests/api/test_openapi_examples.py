"""The examples of the OpenAPI document are what a real service says: the story they come from is played again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.openapi_examples import harvest
from scripts.examples.stable import stable
from scripts.examples.story import play
from scripts.examples.world import world

NAMED_BY_CHANCE = re.compile(r".*/(counts|data/[a-z_]+|before|after|body)(/.*)?")
"""What is counted, stored or sent differs from one telling to the next."""


@pytest.mark.long
@pytest.mark.timeout(420)
def test_played_again_the_story_of_the_examples_is_answered_in_the_same_form() -> None:
    with world() as played:
        play(played)
        again = stable(played.recorder.harvest(), played.recorder.stand_ins)

    assert list(differences(harvest(), again)) == []


def differences(before: Any, now: Any, at: str = "") -> Iterator[str]:
    """Where two answers differ in their keys or in the kinds of their values; nothing is as good as anything."""
    if before is None or now is None or NAMED_BY_CHANCE.fullmatch(at):
        return
    if type(before) is not type(now):
        yield f"{at}: was {before!r}, is {now!r}"
    elif isinstance(before, dict):
        yield from (f"{at}/{name}: gone" for name in sorted(before.keys() - now.keys()))
        yield from (f"{at}/{name}: new" for name in sorted(now.keys() - before.keys()))
        for name in before.keys() & now.keys():
            yield from differences(before[name], now[name], f"{at}/{name}")
    elif isinstance(before, list):
        for ours, theirs in zip(before, now, strict=False):
            yield from differences(ours, theirs, f"{at}[]")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"a": "2", "b": None, "c": [{"d": 2}, {"d": 3}]}, []),
        ({"a": 1, "b": "x", "c": []}, ["/a: was '1', is 1"]),
        ({"a": "1", "c": [{"e": 1}]}, ["/b: gone", "/c[]/d: gone", "/c[]/e: new"]),
    ],
)
def test_a_key_or_a_kind_that_differs_is_told(now: Any, told: list[str]) -> None:
    assert sorted(differences({"a": "1", "b": None, "c": [{"d": 1}]}, now)) == told
