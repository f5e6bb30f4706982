"""docs/document-rules.md is complete, and what it names is there."""

import re
from functools import cache

from tests.docs.papers import CHECKOUT, paper

PAGE = paper("docs/document-rules.md")
_ROW = re.compile(r"^\| ([45G][\d.]+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)

MAPPING = [*(f"4.{number}" for number in range(20, 33)), "4.40", "4.41", "4.42"]
DOCUMENTS = [f"5.{number:02}" for number in range(1, 38)]
WEAK_POINTS = [f"G{number}" for number in range(1, 32)]


def rows() -> list[tuple[str, str, str, str]]:
    return _ROW.findall(PAGE.text)


@cache
def names_of_tests() -> frozenset[str]:
    sources = [path.read_text() for path in (CHECKOUT / "tests").rglob("test_*.py")]
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", "\n".join(sources), re.MULTILINE))


def test_every_rule_has_one_row_in_its_order() -> None:
    assert [rule for rule, *_ in rows()] == [*MAPPING, *DOCUMENTS, *WEAK_POINTS]


def test_the_tests_of_a_rule_are_there() -> None:
    lost = [(rule, name) for rule, _, _, told in rows() for name in re.findall(r"`(\w+)`", told)]
    assert [(rule, name) for rule, name in lost if name not in names_of_tests()] == []


def test_a_rule_without_a_test_says_why() -> None:
    untested = {rule: told for rule, _, _, told in rows() if "`" not in told}
    assert [rule for rule, why in untested.items() if not re.match(r"none needed|kept: ", why)] == []


def test_the_module_of_a_rule_is_there() -> None:
    named = {rule: re.findall(r"`([\w/.]+)`", where) for rule, _, where, _ in rows()}
    assert [each for each in named.items() if not all((CHECKOUT / "app" / name).is_file() for name in each[1])] == []
    without = {where for rule, _, where, _ in rows() if not named[rule]}
    assert without == {"the ERP's"}
