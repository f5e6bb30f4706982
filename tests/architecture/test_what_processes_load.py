"""Starting is quick because a process loads only what it needs. Modules are counted here, not seconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
HTTP = {"fastapi", "uvicorn", "starlette"}
MIGRATIONS = {"alembic", "mako", "sqlmodel"}
COMMAND_LINE = {"typer"}
SIMULATOR = {"graphql"}
WATCHING = {"prometheus_client", "opentelemetry"}


def packages_loaded_with(module: str) -> set[str]:
    """The names of all packages that are there once ``module`` is."""
    told = subprocess.run(
        [sys.executable, "-c", f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(told.stdout)}


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("app.main", {"sqlalchemy", "asyncpg", "httpx"} | HTTP | MIGRATIONS | COMMAND_LINE | SIMULATOR),
        ("app.worker_process", HTTP | MIGRATIONS | COMMAND_LINE | SIMULATOR | WATCHING),
        ("app.http_process", MIGRATIONS | SIMULATOR | {"prometheus_client"}),
        ("app.administration", HTTP | MIGRATIONS | SIMULATOR),
        ("app.key_administration", {"httpx", "phonenumbers"} | HTTP | MIGRATIONS | SIMULATOR | WATCHING),
    ],
)
def test_a_starting_process_loads_only_what_it_needs(module: str, spared: set[str]) -> None:
    assert packages_loaded_with(module) & spared == set()


@pytest.mark.long
def test_no_process_loads_what_sends_traces_unless_it_is_asked_to() -> None:
    """FastAPI brings OpenTelemetry's interface; what costs is behind it."""
    assert {"google", "requests"} & (
        packages_loaded_with("app.http_process") | packages_loaded_with("app.main")
    ) == set()
