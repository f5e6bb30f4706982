"""What the Dockerfile says, done without a container: its build in clean environments, then what it starts, as nobody.

Left out is what Debian's packages do, and the walls of a container.
"""

import base64
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import __version__
from app.adapters.postgres.embedded_binaries import find_programs
from tests.acceptance.harness import scratch_folder
from tests.acceptance.processes import free_port, until
from tests.architecture.source_files import CHECKOUT
from tests.architecture.test_containers import BUILD, COMPOSE, IMAGE, environment, texts

SECONDS = 120.0
OF_DEBIAN = ("apt-get ", "rm -rf /var/", "useradd ")
DEBIANS = Path("/usr/bin/python3")
"""The image has Debian's Python, which every account can reach; that of these tests may stand in somebody's home."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def _fits(python: Path) -> bool:
    asked = [str(python), "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"]
    return python.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0


PYTHON = DEBIANS if _fits(DEBIANS) else Path(sys.executable)
NOBODY = "nobody" if os.geteuid() == 0 and PYTHON == DEBIANS else None
"""Without Debian's Python the steps are done as whoever runs the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder in place of the image's root."""

    folder: Path

    def moved(self, text: str) -> str:
        """A command with the image's places below this folder, and a Python that is here."""
        places = re.sub(r"(?<![\w./])/(?=(?:src|build|wheels|opt)\b)", f"{self.folder}/", text)
        return re.sub(r"(?<![\w/.-])python3(?= )", str(PYTHON), places)

    def build(self) -> None:
        at = self.folder
        for step in BUILD:
            match step.word:
                case "WORKDIR":
                    at = Path(self.moved(step.text))
                    at.mkdir()
                case "COPY":
                    *sources, target = step.text.split()
                    for source in sources:
                        _copied(CHECKOUT / source, at / target / (source if target.endswith("/") else ""))
                case "RUN":
                    self._run(step.text, at)

    def _run(self, text: str, at: Path) -> None:
        commands = [each.strip() for each in text.split("&&") if not each.strip().startswith(OF_DEBIAN)]
        script = self.moved(" && ".join(commands) or "true")
        done = subprocess.run(
            ["bash", "-euc", script], cwd=at, env=_clean(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

    def started(self, command: list[str], settings: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """What the image runs, as it runs it: nobody's process in the root folder, with the image's settings."""
        given = {name: self.moved(value) for name, value in environment(IMAGE).items()} | dict(settings)
        given["PATH"] = given["PATH"].replace("$PATH", os.environ["PATH"])
        with log.open("ab") as output:
            program = shutil.which(command[0], path=given["PATH"]) or command[0]
            return subprocess.Popen(
                [program, *command[1:]], cwd="/", env=given, stdout=output, stderr=output, user=NOBODY
            )


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def _normal(requirement: str) -> str:
    return re.sub(r"[-_]", "-", requirement).lower()


def _clean() -> dict[str, str]:
    """No virtual environment and no settings of ours; how pip finds packages here is kept."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return kept | {
        name: value for name, value in os.environ.items() if re.match(r"PIP_|https?_proxy|SSL_", name, re.IGNORECASE)
    }


def _takes_orders(programs: Path, port: int) -> bool:
    command = [str(programs / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "orderbridge", "-c", "", "postgres"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def database_server(folder: Path) -> Iterator[str]:
    """PostgreSQL on a port of this machine, as compose.yaml has it beside us."""
    programs, port, data = find_programs(choice=None, major=None).postgres.parent, free_port(), folder / "database"
    data.mkdir(mode=0o700)
    if NOBODY:
        shutil.chown(data, NOBODY)
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "orderbridge", "-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, capture_output=True, user=NOBODY, cwd="/")
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=NOBODY,
        cwd="/",
    )
    try:
        until(lambda: _takes_orders(programs, port), what="the database is ready", seconds=SECONDS)
        yield f"postgresql://orderbridge@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(SECONDS)


@pytest.fixture(scope="module")
def root() -> Iterator[Root]:
    with scratch_folder() as folder:
        made = Root(folder=folder)
        made.build()
        yield made


def test_the_build_makes_an_installation_that_says_its_release(root: Root) -> None:
    program = root.folder / "opt/orderbridge/bin/orderbridge"

    said = subprocess.run([program, "--version"], cwd="/", env=_clean(), capture_output=True, text=True, check=True)

    assert __version__ in said.stdout
    installed = subprocess.run(
        [program.with_name("python"), "-m", "pip", "freeze", "--exclude", "orderbridge"],
        env=_clean(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    locked = re.findall(r"^(\S+==\S+)", (CHECKOUT / "requirements-runtime.lock").read_text(), re.MULTILINE)
    assert {_normal(each) for each in installed} <= {_normal(each) for each in locked}


def test_the_services_of_the_compose_file_run_as_nobody_and_the_image_tells_their_health(root: Root) -> None:
    """P92."""
    logs = {name: root.folder / f"{name}.log" for name in ("migrate", "api", "worker", "health")}
    with database_server(root.folder) as url:
        keys = base64.b64encode(secrets.token_bytes(32)).decode()
        settings = {"ORDERBRIDGE_DATABASE_URL": url, "ORDERBRIDGE_ENCRYPTION_KEYS": keys}
        settings["ORDERBRIDGE_PORT"] = str(free_port())
        entry = json.loads(texts(IMAGE, "ENTRYPOINT")[0])
        health = json.loads(texts(IMAGE, "HEALTHCHECK")[0].partition("CMD ")[2])

        def runs(service: str) -> subprocess.Popen[bytes]:
            return root.started([*entry, *COMPOSE["services"][service]["command"]], settings, logs[service])

        def is_well() -> bool:
            return root.started(health, settings, logs["health"]).wait(SECONDS) == 0

        assert not is_well()
        assert runs("migrate").wait(SECONDS) == 0, logs["migrate"].read_text()
        running = {name: runs(name) for name in ("api", "worker")}
        try:
            until(is_well, what="the image tells that the API is well", seconds=SECONDS)
            until(lambda: "worker_started" in logs["worker"].read_text(), what="the worker works", seconds=SECONDS)
            assert not NOBODY or {Path(f"/proc/{each.pid}").owner() for each in running.values()} == {NOBODY}
        finally:
            for each in running.values():
                each.terminate()
        assert {name: each.wait(SECONDS) for name, each in running.items()} == {"api": 0, "worker": 0}
        assert not is_well()
