"""The commands of the pages, run in their order against the demonstration; a ``bash`` block is one that runs.

Blocks of other languages are for places that a test has not: a server, a container, another shell.
"""

import base64
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.adapters.webhooks_out.sending import signatures
from tests.acceptance.searched import search_home
from tests.canaries.watch import Watch
from tests.docs.papers import CHECKOUT, Paper, paper
from tests.missing_tools import needs

PAGES = (
    "README.md",
    "docs/tutorial/first-integration.md",
    "docs/howto/poll-documents.md",
    "docs/howto/send-master-data.md",
    "docs/howto/set-up-a-shop.md",
    "docs/howto/when-an-order-makes-no-document.md",
    "docs/howto/act-on-orders.md",
    "docs/howto/send-shipments.md",
    "docs/howto/tell-stock.md",
    "docs/howto/reconcile-payouts.md",
    "docs/howto/exchange-customers.md",
    "docs/howto/receive-events.md",
    "docs/howto/send-items.md",
    "docs/howto/price-catalogs.md",
    "docs/howto/develop-against-the-simulator.md",
)
START_SECONDS = 100.0
STOP_SECONDS = 30.0
PAGE_SECONDS = 60.0
READY = "Ctrl-C ends it."
# A refusal of any call ends the page.
STRICT = 'set -euo pipefail\ncurl() { command curl --fail-with-body --show-error "$@"; }\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    said: str

    @property
    def variables(self) -> dict[str, str]:
        """What a reader exports before trying the commands."""
        return {
            "URL": self._found(r"'(http://[^/']+)/v1/"),
            "KEY": self._found(r"Bearer (ob_[\w-]+)"),
            "SIMULATOR": self._found(r"store listens on (http://[\w.:]+\d)"),
        }

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found is not None, f"the demonstration said nothing like {pattern}:\n{self.said}"
        return found.group(1)


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """`orderbridge demo --keep` for as long as the block runs."""
    log, watch = folder / "demo.log", Watch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRIDGE_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "demo", "--keep"],
            cwd=CHECKOUT,
            env={**environment, "ORDERBRIDGE_DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while READY not in log.read_text():
            assert process.poll() is None, f"the demonstration ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"the demonstration was not ready: {log.read_text()}"
            time.sleep(0.1)
        yield Demonstration(said=log.read_text())
        for home in (folder / "data").glob("demo-*"):
            search_home(watch, home)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def trouble_of(page: Paper, folder: Path, variables: dict[str, str]) -> str | None:
    """What went wrong with the commands of a page; None = nothing."""
    folder.mkdir()
    for language, command in (("bash", ["bash", "-c"]), ("python", [sys.executable, "-c"])):
        code = "\n".join(page.blocks(language))
        done = subprocess.run(
            [*command, STRICT + code if language == "bash" else code],
            cwd=folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=PAGE_SECONDS,
            check=False,
        )
        if done.returncode:
            return f"{page.name}, {language}: {done.stdout[-2000:]}\n{done.stderr[-1000:]}"
    return None


def shape(line: str) -> str:
    """A line without its figures, and only as far as the README tells it."""
    return re.sub(r"[\d.]+", "0", line).partition("…")[0].strip()


@pytest.mark.long
@pytest.mark.timeout(START_SECONDS + STOP_SECONDS + PAGE_SECONDS * len(PAGES))
@needs("curl")
def test_the_commands_of_the_pages_do_what_the_pages_say(tmp_path: Path) -> None:
    with demonstration(tmp_path) as demo:
        told = [shape(line) for line in paper("README.md").blocks("text")[0].splitlines() if line.strip()]
        troubles = [
            trouble
            for number, name in enumerate(PAGES)
            if (trouble := trouble_of(paper(name), tmp_path / str(number), demo.variables)) is not None
        ]

    said = [shape(line) for line in demo.said.splitlines()]
    assert [line for line in told if not any(other.startswith(line) for other in said)] == []
    assert troubles == []


def test_what_the_page_of_events_checks_a_delivery_by_is_what_signs_it() -> None:
    page = paper("docs/howto/receive-events.md")
    told: dict[str, Any] = {}
    exec(page.blocks("python")[0], told)
    body, now = page.blocks("json")[0].encode(), datetime.now(UTC)
    secrets = [b"a secret of this endpoint", b"the one before it"]
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(body, message_id="evt_1", secrets=secrets, now=now),
    }
    shown = ["whsec_" + base64.b64encode(secret).decode() for secret in (*secrets, b"another one")]

    assert [told["is_ours"](secret, headers, body) for secret in shown] == [True, True, False]
    assert not told["is_ours"](shown[0], headers, body + b" ")
