"""S24: what is installed is pinned by hash, was a week old when it was chosen, and is listed with a release."""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from tests.architecture.source_files import CHECKOUT, files_of_the_project
from tests.missing_tools import AUDITOR, CYCLONEDX, needs, require

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
LEAKS = "PYSEC-2026-4711"
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


@needs("make")
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
    require("cyclonedx-py")
    folder: Path = tmp_path_factory.mktemp("bill")
    command = [sys.executable, "-m", "scripts.bill_of_materials", "--cyclonedx", str(CYCLONEDX), str(folder)]
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


@contextmanager
def an_advisory_service(*, knows_a_hole_in: str) -> Iterator[str]:
    """Where a service listens that answers as OSV does."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            hole = {"id": LEAKS, "aliases": [], "affected": [{"package": {"name": asked, "ecosystem": "PyPI"}}]}
            answer = json.dumps({"vulns": [hole]} if asked == knows_a_hole_in else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        finally:
            server.shutdown()
            thread.join()


def audited(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """The audit by the real tool of one pin, where nothing but this machine can be reached."""
    lock = folder / "throwaway.lock"
    lock.write_text(f"jinja2==2.4.1 \\\n    --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "scripts/audit.py", "--pip-audit", str(AUDITOR), *options, str(lock)]
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:1")
    environment = {**os.environ, **nowhere, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
@needs("pip-audit")
def test_a_pin_with_a_known_hole_fails_the_audit(tmp_path: Path) -> None:
    """S24."""
    with an_advisory_service(knows_a_hole_in="jinja2") as address:
        said = audited(tmp_path, "--unreachable-passes", "--osv-url", address)
    with an_advisory_service(knows_a_hole_in="another") as address:
        clean = audited(tmp_path, "--osv-url", address)

    assert (said.returncode, clean.returncode) == (1, 0), said.stderr + clean.stderr
    assert f"jinja2 2.4.1: {LEAKS}" in said.stdout
    assert "no known vulnerability; packages looked up at osv: 1." in clean.stdout


@pytest.mark.long
@needs("pip-audit")
def test_where_no_advisories_can_be_reached_the_audit_passes_only_when_told_to_and_says_so(tmp_path: Path) -> None:
    """S24."""
    strict, lenient = audited(tmp_path), audited(tmp_path, "--unreachable-passes")

    assert (strict.returncode, lenient.returncode) == (2, 0)
    assert "was NOT audited" in strict.stderr
    assert lenient.stderr == strict.stderr
    assert "no known vulnerability" not in lenient.stdout


def test_ci_audits_every_lock_and_fails_for_what_is_known() -> None:
    """S24."""
    dry_run = ["make", "--dry-run", "--always-make", "audit", "UNREACHABLE=passes"]
    said = subprocess.run(dry_run, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    looked_at = set(re.findall(r"\S+\.lock", said.partition("scripts/audit.py")[2]))

    assert "\nmake audit UNREACHABLE=passes\n" in (CHECKOUT / ".ci/run").read_text()
    pins = {name: set(PINNED.findall((CHECKOUT / name).read_text())) for name in locks()}
    everything = set().union(*(pins[name] for name in looked_at))
    assert {name for name in pins if not pins[name] <= everything} == set()
