"""S24: what is installed is pinned by hash, was a week old when it was chosen, and is listed with a release."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from tests.architecture.source_files import CHECKOUT, files_of_the_project

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
TOOL = CHECKOUT / ".cache/tools/bin/cyclonedx-py"
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def locks() -> set[str]:
    found = (str(path.relative_to(CHECKOUT)) for path in files_of_the_project())
    return {name for name in found if name.endswith(".lock")}


def test_every_lock_pins_by_hash_and_names_no_address() -> None:
    for name in locks():
        text = (CHECKOUT / name).read_text()
        requirements = re.split(r"\n(?=\S)", text.strip())

        assert len(PINNED.findall(text)) == len(requirements) > 0, name
        assert [entry for entry in requirements if "--hash=sha256:" not in entry] == []
        assert "://" not in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_every_lock_is_resolved_without_releases_of_the_last_seven_days() -> None:
    said = subprocess.run(
        ["make", "--dry-run", "--always-make", "lock"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    commands = [line for line in said.stdout.splitlines() if "uv pip compile" in line]

    assert {re.findall(r" -o (\S+)", command)[-1] for command in commands} == locks()
    assert PROJECT["tool"]["uv"]["exclude-newer"] == "7 days"
    for command in commands:
        assert "--generate-hashes" in command
        assert not re.search("--exclude-newer|--no-config|--config-file", command), "what pyproject.toml says counts"


def test_what_is_taken_sooner_is_named_with_its_last_day() -> None:
    locked = {name for lock in locks() for name, _ in PINNED.findall((CHECKOUT / lock).read_text())}
    sooner = PROJECT["tool"]["uv"].get("exclude-newer-package", {})

    assert set(sooner) <= locked
    assert [day for day in sooner.values() if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)] == []


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not TOOL.exists():
        pytest.skip("`make sbom` brings the tool")
    folder: Path = tmp_path_factory.mktemp("bill")
    command = [sys.executable, "-m", "scripts.bill_of_materials", "--cyclonedx", str(TOOL), str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    made: dict[str, Any] = json.loads((folder / f"orderbridge-{__version__}.cdx.json").read_text())
    return made


@pytest.mark.long
def test_the_bill_of_materials_lists_what_the_image_installs_with_every_hash(bill: dict[str, Any]) -> None:
    lock = (CHECKOUT / "requirements-runtime.lock").read_text()
    hashes = {
        (each["name"], found["content"])
        for each in bill["components"]
        for reference in each["externalReferences"]
        for found in reference.get("hashes", ())
    }
    wanted = {
        (entry.partition("==")[0], digest)
        for entry in re.split(r"\n(?=\S)", lock.strip())
        for digest in re.findall(r"--hash=sha256:(\w+)", entry)
    }

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert {(each["name"], each["version"]) for each in bill["components"]} == set(PINNED.findall(lock))
    assert {each["purl"] for each in bill["components"]} >= {
        f"pkg:pypi/{name}@{version}" for name, version in PINNED.findall(lock) if "." not in name
    }
    assert hashes == wanted


@pytest.mark.long
def test_the_bill_of_materials_says_whose_it_is_and_what_we_ask_for_ourselves(bill: dict[str, Any]) -> None:
    ours = bill["metadata"]["component"]
    [root] = [each for each in bill["dependencies"] if each["ref"] == ours["bom-ref"]]
    names = {each["bom-ref"]: each["name"] for each in bill["components"]}

    assert (ours["name"], ours["version"], ours["type"]) == ("orderbridge", __version__, "application")
    assert {names[ref] for ref in root["dependsOn"]} == {
        re.split(r"[\[<>=]", each)[0].lower() for each in PROJECT["project"]["dependencies"]
    }
