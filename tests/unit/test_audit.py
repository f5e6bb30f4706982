"""S24: an audit says what is known of each package, and never calls clean what nobody could look up.

In place of pip-audit runs a program that answers as it does.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import BANNER, FOUND, NOT_KNOWN, main

CLEAN = {"name": "pot", "version": "1.0", "vulns": []}
HOLED = {
    "name": "pan",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": ["CVE-2026-1"], "description": "It leaks."}],
}
UNHEARD_OF = {"name": "lid", "skip_reason": "Dependency not found and could not be audited: lid (1.0)"}

Told = Mapping[str, list[dict[str, Any]] | str]
"""What each source says of the packages; a text = why it says nothing."""


def a_pip_audit(folder: Path, told: Told) -> Path:
    program = folder / "pip-audit"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, pathlib, sys\n"
        f"told = json.loads({json.dumps(json.dumps(told))})\n"
        "given = dict(zip(sys.argv, sys.argv[1:]))\n"
        "said = told[given['--vulnerability-service']]\n"
        "with pathlib.Path(__file__).with_name('asked').open('a') as asked:\n"
        "    print(given['--vulnerability-service'], given.get('--osv-url', '-'), file=asked)\n"
        "if isinstance(said, str):\n"
        "    sys.exit(said)\n"
        "pathlib.Path(given['--output']).write_text(json.dumps({'dependencies': said}))\n"
        "sys.exit(any(each.get('vulns') for each in said))\n"
    )
    program.chmod(0o755)
    return program


def audited(folder: Path, told: Told, *options: str) -> tuple[int, list[str]]:
    """The exit status, and which sources were asked."""
    status = main(["--pip-audit", str(a_pip_audit(folder, told)), *options, "requirements.lock"])
    return status, (folder / "asked").read_text().splitlines()


def test_what_the_first_source_knows_to_be_clean_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(tmp_path, {"pypi": [CLEAN]}) == (0, ["pypi -"])
    assert "no known vulnerability; packages looked up at pypi: 1." in capsys.readouterr().out


def test_a_vulnerability_fails_with_its_names_and_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = audited(tmp_path, {"pypi": [CLEAN, HOLED]})

    assert status == FOUND
    assert "pan 2.0: PYSEC-1 CVE-2026-1; mended in 2.1" in capsys.readouterr().out


@pytest.mark.parametrize("first", ["Connection refused", [CLEAN, UNHEARD_OF]], ids=["silent", "ignorant"])
def test_where_one_source_cannot_tell_the_next_one_is_asked(tmp_path: Path, first: list[dict[str, Any]] | str) -> None:
    assert audited(tmp_path, {"pypi": first, "osv": [CLEAN, HOLED]}) == (FOUND, ["pypi -", "osv -"])


def test_a_service_that_somebody_names_is_asked_first(tmp_path: Path) -> None:
    named = "https://osv.example/v1/query"

    assert audited(tmp_path, {"osv": [CLEAN]}, "--osv-url", named) == (0, [f"osv {named}"])


def test_what_nobody_could_look_up_is_not_called_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _ = audited(tmp_path, {"pypi": [CLEAN, UNHEARD_OF], "osv": "Connection refused"})

    told = capsys.readouterr()
    assert status == NOT_KNOWN
    assert "was NOT audited" in told.err
    assert "pypi: knows nothing of 1 of 2 packages" in told.err
    assert "osv: could not be asked: Connection refused" in told.err
    assert "OSV_URL" in told.err
    assert "no known vulnerability" not in told.out


@pytest.mark.parametrize("options", [(), ("--unreachable-passes",)], ids=["strict", "where no source is"])
def test_a_known_vulnerability_fails_though_not_all_could_be_looked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    status, _ = audited(tmp_path, {"pypi": [HOLED, UNHEARD_OF], "osv": "Connection refused"}, *options)

    assert status == FOUND
    assert "PYSEC-1" in capsys.readouterr().out


def test_where_no_source_can_be_reached_it_may_pass_but_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: Told = {"pypi": "Connection refused", "osv": "Connection refused"}

    status, _ = audited(tmp_path, told, "--unreachable-passes")

    assert status == 0
    assert f"{BANNER}\nrequirements.lock was NOT audited" in capsys.readouterr().err
