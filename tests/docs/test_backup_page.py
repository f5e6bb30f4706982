"""The commands by which an embedded database is backed up and restored, run as the page gives them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.harness import scratch_folder
from tests.acceptance.processes import free_port, until
from tests.acceptance.searched import search_home
from tests.canaries.watch import Watch
from tests.docs.papers import paper

PAGE = paper("docs/howto/run-it.md")
SECONDS = 90.0
STRICT = "set -euo pipefail\n"


def commands(section: str) -> str:
    """The shell block of a section."""
    body = PAGE.text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    [block] = [each.partition("\n```")[0] for each in body.split("```sh\n")[1:]]
    return block + "\n"


def environment(port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRIDGE_")}
    return {**kept, "ORDERBRIDGE_PORT": str(port)}


def run(script: str, folder: Path, port: int) -> str:
    """What the script printed. Into a file: whatever it leaves running holds no pipe that we would wait for."""
    said = folder / "commands.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", STRICT + script],
            cwd=folder,
            env=environment(port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        assert process.wait(SECONDS) == 0, said.read_text()[-4000:]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail(f"not done within {SECONDS:g} s:\n{said.read_text()[-4000:]}")
    return said.read_text()


@contextmanager
def serving(folder: Path, port: int) -> Iterator[httpx.Client]:
    """The API of the installation in this folder."""
    with (folder / "service.log").open("ab") as log:
        program = folder / ".venv/bin/orderbridge"
        command = [str(program), "serve", "--role", "api"]
        process = subprocess.Popen(command, cwd=folder, env=environment(port), stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            until(lambda: process.poll() is not None or ready(client), what="the API answers", seconds=SECONDS)
            yield client
    finally:
        process.terminate()
        process.wait(SECONDS)


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def home(folder: Path) -> Path:
    """A working directory as the page takes for granted: our programs in ``.venv``."""
    folder.mkdir(mode=0o711)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_the_page_backs_up_is_there_again_after_what_it_restores() -> None:
    """C17, of an embedded database."""
    port, watch = free_port(), Watch()
    with scratch_folder() as scratch:
        old, new = home(scratch / "old"), home(scratch / "new")
        with serving(old, port) as client:
            key = run(".venv/bin/orderbridge keys create --name erp", old, port).strip()
            client.headers["Authorization"] = f"Bearer {key}"
            assert client.put("/v1/customers/C1", json={"name": "Ann"}).status_code == 201
            programs = run(f"{commands('Backup')}echo $PROGRAMS", old, port).strip()

        run(
            f"cp ../old/orderbridge.dump ../old/orderbridge.keys .\nPROGRAMS={programs}\n{commands('Restore')}",
            new,
            port,
        )

        with serving(new, port) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            assert client.get("/v1/customers/C1").json()["name"] == "Ann"
        for folder in (old, new):
            search_home(watch, folder / ".orderbridge")
