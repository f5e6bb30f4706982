"""docs/checks.md tells the truth: every check has its tests, each of which exists and says what it is for."""

import ast
import re
from functools import cache

import pytest

from tests.docs.papers import CHECKOUT, paper

PAGE = paper("docs/checks.md")
TEXT = PAGE.path.read_text()
SHOWN, _, NOT_SHOWN = TEXT.partition("## Not shown by a test yet")
ROW = re.compile(r"^\| ([ABCDEFS]\d+b?) \| [^|]+ \| (.+) \|$", re.MULTILINE)
PEERS_ROW = re.compile(r"^\| peers (\d+) \| [^|]+ \| (.+) \|$", re.MULTILINE)
PEERS_CLAIMS = [(case, test) for case, tests in PEERS_ROW.findall(SHOWN) for test in re.findall(r"`([^`]+)`", tests)]
CLAIMS = [(check, test) for check, tests in ROW.findall(SHOWN) for test in re.findall(r"`([^`]+)`", tests)]
ASKED = {
    *(f"A{number}" for number in range(1, 28)),
    "A23b",
    *(f"B{number}" for number in range(1, 15)),
    *(f"C{number}" for number in range(1, 18)),
    "C16b",
    *(f"D{number}" for number in range(1, 21)),
    *(f"E{number}" for number in range(1, 14)),
    "E12b",
    *(f"F{number}" for number in range(1, 8)),
    *(f"S{number}" for number in range(1, 28)),
}


@cache
def texts_of(file: str) -> dict[str, str]:
    """What the tests of a file say about themselves, with what the file says about all of them."""
    module = ast.parse((CHECKOUT / file).read_text())
    about = ast.get_docstring(module) or ""
    return {
        each.name: about + "\n" + (ast.get_docstring(each) or "")
        for each in module.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def names_check(text: str, check: str) -> bool:
    """By its id, or within a range such as A1–A10."""
    letter, number = check[0], check[1:]
    ranges = re.findall(rf"\b{letter}(\d+)[–-]{letter}(\d+)\b", text)
    within = number.isdigit() and any(int(low) <= int(number) <= int(high) for low, high in ranges)
    return within or re.search(rf"\b{check}\b", text) is not None


@pytest.mark.parametrize(("check", "test"), CLAIMS)
def test_a_test_named_for_a_check_exists_and_names_it(check: str, test: str) -> None:
    file, _, name = test.partition("::")
    texts = texts_of(file)
    assert name in texts, f"{file} has no {name}"
    assert names_check(texts[name], check), f"neither {name} nor its file says that it is for {check}"


def names_case(text: str, case: str) -> bool:
    """By its number behind the word, or within a range such as cases 34 to 37."""
    ranges = re.findall(r"cases (\d+) to (\d+)", text)
    within = any(int(low) <= int(case) <= int(high) for low, high in ranges)
    return within or re.search(rf"(?i)\b(peers|cases?)\b[^.]*\b{case}\b", text) is not None


@pytest.mark.parametrize(("case", "test"), PEERS_CLAIMS)
def test_a_test_named_for_a_case_of_the_peers_exists_and_names_it(case: str, test: str) -> None:
    file, _, name = test.partition("::")
    texts = texts_of(file)
    assert name in texts, f"{file} has no {name}"
    assert names_case(texts[name], case), f"neither {name} nor its file says that it is for case {case}"


def test_every_check_has_a_test_or_is_said_to_have_none() -> None:
    assert ASKED - {check for check, _ in CLAIMS} == {check for check in ASKED if names_check(NOT_SHOWN, check)} - {
        check for check, _ in CLAIMS
    }
