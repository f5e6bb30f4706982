"""What is installed can find everything it reads: migrations, GraphQL documents, the simulator's schema."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source_files import CHECKOUT

DATA_FILES = {".graphql", ".gz", ".mako", ".typed"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel, away from the checkout."""
    if not (CHECKOUT / "README.md").exists():
        pytest.skip("the wheel's description is the README")
    folder = tmp_path_factory.mktemp("wheel")
    build = (
        "import sys; from hatchling.builders.wheel import WheelBuilder as B; list(B('.').build(directory=sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=CHECKOUT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_every_file_that_is_read_at_run_time_is_installed(installed: Path) -> None:
    wanted = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "app").rglob("*")
        if path.suffix in DATA_FILES and path.is_file()
    }

    assert {name for name in wanted if not (installed / name).is_file()} == set()


def test_the_migrations_are_found_where_the_package_is_installed(installed: Path) -> None:
    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from app.adapters.postgres import database as d; print(d.MIGRATIONS, d.head_revision())",
        ],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert asked[0] == str(installed / "app" / "alembic")
    assert asked[1] != "None"


def test_the_command_is_installed(installed: Path) -> None:
    entry_points = next(installed.glob("*.dist-info/entry_points.txt")).read_text()

    assert "orderbridge = app.cli:main" in entry_points
