"""Tells the watch which test runs, looks through what each test printed, and says at the end how much was searched."""

import dataclasses
from collections.abc import Generator
from typing import Any

import pytest

from tests.canaries import drawn
from tests.canaries.watch import TALLY, CanaryFoundError, Watch, begins

_COUNTS = "canaries"
_of_workers: list[dict[str, int]] = []

drawn.watch()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "prints_canaries(why): the test itself makes a secret or a person be printed")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    begins(item.nodeid, getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # What is printed while fixtures end is part of the last report, which repeats all that was printed before.
    searched = call.when == "teardown" and report.passed and not item.get_closest_marker("prints_canaries")
    if searched and report.sections:
        try:
            Watch().said({f"{item.nodeid} ({title})": said.encode(errors="replace") for title, said in report.sections})
        except CanaryFoundError as found:
            report.outcome, report.longrepr = "failed", str(found)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output[_COUNTS] = TALLY.counts()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _of_workers.append(getattr(node, "workeroutput", {}).get(_COUNTS, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total = dataclasses.replace(TALLY)
    for counts in _of_workers:
        total.add(counts)
    terminalreporter.write_line(
        f"Searched for secrets and persons: {total.databases} databases ({total.columns} columns with"
        f" {total.bytes_stored} bytes), {total.outputs} outputs ({total.bytes_said} bytes)."
    )
