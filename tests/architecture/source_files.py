"""The files of the project as git knows them, or would after the next commit."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def files_of_the_project() -> list[Path]:
    """Tracked files and new ones that are not ignored; skips where the tests run without a git checkout."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("needs the git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


def python_modules(*folders: str) -> Iterator[Path]:
    """The Python files below these folders of the checkout."""
    for folder in folders:
        yield from sorted((CHECKOUT / folder).rglob("*.py"))
