"""Programs that some tests cannot do without: skipped with the command that brings them, failed where CI runs.

Knows how each is found and had, not what a test does with it.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

CACHE: Final = Path(__file__).parents[1] / ".cache"
AXE: Final = CACHE / "console/node_modules/axe-core/axe.min.js"
CYCLONEDX: Final = CACHE / "tools/bin/cyclonedx-py"
AUDITOR: Final = CYCLONEDX.with_name("pip-audit")
_MISSING: Final = " is missing: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    is_there: Callable[[], bool]
    had_by: str


def _of_debian(command: str, package: str) -> Tool:
    return Tool(is_there=lambda: shutil.which(command) is not None, had_by=f"apt-get install {package}")


TOOLS: Final[Mapping[str, Tool]] = {
    "make": _of_debian("make", "make"),
    "curl": _of_debian("curl", "curl"),
    "chromium": _of_debian("chromium", "chromium"),
    "promtool": _of_debian("promtool", "prometheus"),
    "systemd-analyze": _of_debian("systemd-analyze", "systemd"),
    "axe-core": Tool(is_there=AXE.exists, had_by="make console-tools"),
    "the generators of clients": Tool(is_there=(CACHE / "clients/ready").exists, had_by="make client-tools"),
    "cyclonedx-py": Tool(is_there=CYCLONEDX.exists, had_by="make sbom"),
    "pip-audit": Tool(is_there=AUDITOR.exists, had_by="make audit"),
    "Tryton": Tool(is_there=(CACHE / "tryton/ready").exists, had_by="make example-tryton"),
}


def needs(*names: str) -> pytest.MarkDecorator:
    """A mark for a test, or a file of tests, that these tools are needed by."""
    unknown = set(names) - set(TOOLS)
    assert not unknown, unknown
    return pytest.mark.needs.with_args(*names)


def require(*names: str, environment: Mapping[str, str] = os.environ, tools: Mapping[str, Tool] = TOOLS) -> None:
    """Ends the test where one of these is not there: in CI a test that was not run would be called good."""
    for name in names:
        if tools[name].is_there():
            continue
        reason = f"{name}{_MISSING}{tools[name].had_by}"
        if environment.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


def told(reasons: Iterable[str]) -> str | None:
    """One line about all that was skipped for want of a tool, of the reasons of all that was skipped."""
    wanting: dict[str, int] = {}
    for reason in reasons:
        if _MISSING in reason:
            said = reason.removeprefix("Skipped: ")
            wanting[said] = wanting.get(said, 0) + 1
    if not wanting:
        return None
    listed = "; ".join(
        f"{name} ({count} skipped): {had_by}"
        for said, count in sorted(wanting.items())
        for name, _, had_by in [said.partition(_MISSING)]
    )
    return f"Not tried for want of a tool: {listed}."


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(names): tools without which the test is skipped, or in CI fails")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        require(*mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = (
        each.longrepr[2] for each in terminalreporter.stats.get("skipped", []) if isinstance(each.longrepr, tuple)
    )
    if line := told(reasons):
        terminalreporter.write_line(line)
