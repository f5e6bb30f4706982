"""Where a tool is missing, tests say so: a line for who runs them here, a failure in CI, which brings every tool."""

import re
from pathlib import Path

import pytest

from tests.architecture.source_files import CHECKOUT, python_modules
from tests.missing_tools import TOOLS, Tool, require, told

DEBIAN = re.compile(r"^apt-get install (\S+)$")
GONE = {"saw": Tool(is_there=lambda: False, had_by="apt-get install saw")}
BUILT_BY_ITS_OWN_TEST = {"Tryton"}


def test_without_its_tool_a_test_is_skipped_with_the_command_that_brings_it() -> None:
    with pytest.raises(pytest.skip.Exception, match="saw is missing: apt-get install saw"):
        require("saw", environment={}, tools=GONE)


def test_in_ci_a_test_without_its_tool_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match="saw is missing: apt-get install saw"):
        require("saw", environment={"CI": "true"}, tools=GONE)


def test_a_tool_that_is_there_ends_no_test() -> None:
    require("saw", environment={"CI": "true"}, tools={"saw": Tool(is_there=lambda: True, had_by="")})


def test_one_line_names_every_missing_tool_with_how_often_and_how_it_is_had() -> None:
    skipped = ["Skipped: saw is missing: make saw", "Skipped: only root", "Skipped: saw is missing: make saw"]

    assert told([*skipped, "Skipped: axe is missing: make axe"]) == (
        "Not tried for want of a tool: axe (1 skipped): make axe; saw (2 skipped): make saw."
    )
    assert told(["Skipped: only root"]) is None


def test_ci_brings_every_tool_before_the_tests_that_need_it() -> None:
    before = (CHECKOUT / ".ci/run").read_text().partition("-m pytest -q -n 2")[0]

    for name, tool in TOOLS.items():
        debian = DEBIAN.match(tool.had_by)
        wanted = f"need {name} {debian.group(1)}" if debian else tool.had_by
        assert name in BUILT_BY_ITS_OWN_TEST or re.search(rf"^{re.escape(wanted)}\b", before, re.MULTILINE), name


def test_no_test_decides_for_itself_to_do_without_a_program() -> None:
    by_itself = re.compile(r"skipif\([^\n]*(which|\.cache|_[A-Z]+\.exists)|brings the tool")

    assert [
        path.name for path in python_modules("tests") if path != Path(__file__) and by_itself.search(path.read_text())
    ] == []
