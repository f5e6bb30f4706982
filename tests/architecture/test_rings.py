"""The rings hold in the code as it is, and each contract really breaks when it is broken.

The planted imports go into an empty skeleton of the package, checked by the contracts of `pyproject.toml` themselves.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_files import CHECKOUT, python_modules

MODULES = [
    *("demo/__init__", "demo/story", "__init__", "main", "cli", "bootstrap/__init__", "settings"),
    *(
        "domain/__init__",
        "domain/money",
        "ports/__init__",
        "ports/clock",
        "services/__init__",
        "services/make_documents",
    ),
    *(
        "api/__init__",
        "api/app",
        "jobs/__init__",
        "jobs/schedules",
        "store_simulator/__init__",
        "store_simulator/server",
    ),
    *("adapters/__init__", "adapters/postgres/__init__", "adapters/shopify/__init__", "adapters/crypto/__init__"),
]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
RULES = PROJECT["tool"]["importlinter"]["contracts"]
CONTRACTS = [contract["name"] for contract in RULES]

PLANTED = [
    ("domain/money", "import app.ports.clock", "The rings"),
    ("ports/clock", "import app.services.make_documents", "The rings"),
    ("services/make_documents", "import app.adapters.postgres", "The rings"),
    ("services/make_documents", "import app.api.app", "The rings"),
    ("api/app", "import app.adapters.postgres", "The rings"),
    ("api/app", "import app.jobs.schedules", "The rings"),
    ("jobs/schedules", "import app.bootstrap", "The rings"),
    ("bootstrap/__init__", "import app.cli", "The rings"),
    ("main", "import app.cli", "The rings"),
    (
        "adapters/postgres/__init__",
        "import app.services.make_documents",
        "Adapters know ports and domain, never services",
    ),
    ("adapters/postgres/__init__", "import app.adapters.shopify", "Adapters do not know each other"),
    ("domain/money", "import pydantic", "Domain and ports are the standard library only"),
    ("ports/clock", "import sqlalchemy", "Domain and ports are the standard library only"),
    ("services/make_documents", "import asyncpg", "Services know no framework"),
    ("store_simulator/server", "import app.domain.money", "The store simulator imports nothing of ours"),
    ("api/app", "import app.store_simulator.server", "Nobody inside imports the store simulator"),
    ("services/make_documents", "import app.settings", "Settings are read by the composition root only"),
    ("demo/story", "import app.services.make_documents", "The demo sees the service from outside"),
    ("settings", "import app.domain.money", "Settings know nothing of ours"),
]


def modules_of_the_layers() -> set[str]:
    """The outermost modules, as far as they are single files: lint-imports insists that every layer exists."""
    layers = " | ".join(next(contract for contract in RULES if contract["type"] == "layers")["layers"]).split(" | ")
    names = {layer.removeprefix("app.") for layer in layers}
    return {name for name in names if f"{name}/__init__" not in MODULES}


def a_skeleton(folder: Path, *, planted: tuple[str, str] | None = None) -> Path:
    for module in {*MODULES, *modules_of_the_layers()}:
        path = folder / "app" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('"""Nothing."""\n')
    if planted is not None:
        (folder / "app" / f"{planted[0]}.py").write_text(f"{planted[1]}\n")
    (folder / "pyproject.toml").write_text((CHECKOUT / "pyproject.toml").read_text())
    return folder


def broken_contracts(folder: Path) -> list[str]:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    assert ("Contracts: " in done.stdout) or done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"^(.+?) BROKEN", done.stdout, re.MULTILINE)


def test_every_contract_is_kept_by_the_code_as_it_is() -> None:
    assert broken_contracts(CHECKOUT) == []


@pytest.mark.long
def test_every_contract_is_kept_by_a_right_skeleton(tmp_path: Path) -> None:
    assert broken_contracts(a_skeleton(tmp_path)) == []


@pytest.mark.long
@pytest.mark.parametrize(("module", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(tmp_path: Path, module: str, line: str, contract: str) -> None:
    assert contract in broken_contracts(a_skeleton(tmp_path, planted=(module, line)))


def test_every_contract_has_a_planted_import_that_breaks_it() -> None:
    assert {contract for _, _, contract in PLANTED} == set(CONTRACTS)


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


@pytest.mark.parametrize(("ring", "ours"), [("domain", ("app.domain",)), ("ports", ("app.ports", "app.domain"))])
def test_the_inner_rings_import_the_standard_library_and_themselves_only(ring: str, ours: tuple[str, ...]) -> None:
    foreign = {
        f"{module.relative_to(CHECKOUT)}: {name}"
        for module in python_modules(f"app/{ring}")
        for name in imported(module)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(ours)
    }

    assert foreign == set()
