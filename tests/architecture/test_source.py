"""House rules that a machine can check: names, sizes, docstrings, words, and what no file may contain."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_files import CHECKOUT, files_of_the_project, python_modules

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

# Written in pieces, so that this file does not find itself.
REGISTRIES = re.compile(
    "|".join(
        [
            "(?<!no-emit-)index" + "-url",
            "find" + "-links",
            "files." + "pythonhosted",
            "pypi" + r"\.org",
            "registry" + r"\.npmjs",
        ]
    )
)
LOCAL_PLACES = re.compile("|".join(["/ro" + "ot/", r"/ho" + r"me/[a-z]", "/Us" + "ers/[A-Za-z]", "/wo" + "rk/"]))
REAL_SECRETS = re.compile(
    r"shp(?:at|ss|ca|pa)_(?!0123456789abcdef)[0-9a-f]{32}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"
)


def texts() -> Iterator[tuple[str, str]]:
    for path in files_of_the_project():
        try:
            yield str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("pattern", [REGISTRIES, LOCAL_PLACES, REAL_SECRETS], ids=["registry", "machine", "secret"])
def test_no_file_names_a_package_registry_a_machine_or_a_secret(pattern: re.Pattern[str]) -> None:
    assert lines_with(pattern) == []


def test_what_the_runtime_installs_is_what_was_tested() -> None:
    tested = set(re.findall(r"^\S+==\S+", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE))

    for lock in ("requirements-runtime.lock", "requirements-build.lock"):
        assert set(re.findall(r"^\S+==\S+", (CHECKOUT / lock).read_text(), re.MULTILINE)) <= tested


def packages(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def test_what_the_project_asks_for_stands_in_the_locks() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    needed = packages(project["project"]["dependencies"])
    extras = packages([name for extra in project["project"]["optional-dependencies"].values() for name in extra])
    tools = packages([name for name in project["dependency-groups"]["dev"] if isinstance(name, str)])

    runtime, everything = (
        packages(re.findall(r"^\S+==\S+", (CHECKOUT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements-runtime.lock", "requirements.lock")
    )
    assert needed <= runtime
    assert needed | extras | tools <= everything
    assert not extras & runtime


def test_no_module_is_named_after_nothing() -> None:
    assert [str(path) for path in python_modules("app", "tests") if path.stem in FORBIDDEN_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(CHECKOUT))
        for path in python_modules("app", "alembic", "scripts", "bench")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert silent == []


def test_no_module_of_the_product_outgrows_its_meaning() -> None:
    lengths = {str(path.relative_to(CHECKOUT)): len(path.read_text().splitlines()) for path in python_modules("app")}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From the name to the end; a docstring may be as long as the promise it makes."""
    first = function.body[0]
    said = ast.get_docstring(function) is not None
    described = (first.end_lineno or first.lineno) - first.lineno + 1 if said else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - described


def test_no_function_of_the_product_outgrows_a_screen() -> None:
    lengths = {
        f"{path.relative_to(CHECKOUT)} {node.name}": lines_of_code(node)
        for path in python_modules("app")
        for node in functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_test_is_named_by_a_sentence_and_waits_for_conditions_not_for_time() -> None:
    short = [
        f"{path.relative_to(CHECKOUT)}: {node.name}"
        for path in python_modules("tests")
        for node in functions(path)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]

    assert short == []


def test_our_own_code_is_never_patched_in_tests() -> None:
    assert lines_with(re.compile(r"mock" + r"er\.|unittest\.mo" + r"ck|monkeypatch\.seta" + r"ttr")) == []


def names_given(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)) | ast.Attribute(attr=name):
                yield name


def test_our_names_are_spelt_our_way_where_the_provider_is_not_spoken_to() -> None:
    foreign = {
        f"{path.relative_to(CHECKOUT)}: {name}"
        for path in python_modules("app/domain", "app/ports", "app/services", "app/jobs")
        for name in names_given(path)
        if re.search("fulfill", name, re.IGNORECASE) and not re.search("fulfilled|fulfilling", name, re.IGNORECASE)
    }

    assert foreign == set()


def test_nothing_is_called_just_sync() -> None:
    alone = {"sync", "synced", "syncing", "do_sync", "run_sync_job", "sync_all"}

    assert [str(path) for path in python_modules("app") for name in names_given(path) if name.lower() in alone] == []
