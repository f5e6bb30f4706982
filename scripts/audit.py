"""``make audit``: the known vulnerabilities of what a lock installs, by the first source of advisories that tells all.

The looking up is pip-audit's. What could not be looked up is not without vulnerabilities: the audit then fails, and
says what to do. With ``--unreachable-passes``, for machines without a way to any source, it says so and passes; what is
known to be vulnerable fails with it, too.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCES = ("pypi", "osv")
BANNER = "!" * 100
FOUND, NOT_KNOWN = 1, 2
"""Exit statuses: a vulnerability is known; none is, but of some package nobody could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What one source said of the packages of a lock."""

    clean: Sequence[str] = ()
    vulnerable: Sequence[str] = ()
    """A line for each vulnerability."""
    unknown: Sequence[str] = ()
    """The packages that it could not be asked about."""
    trouble: str = ""
    """Why it answered nothing at all."""

    @property
    def tells_all(self) -> bool:
        return not self.trouble and not self.unknown

    def in_words(self) -> str:
        if self.trouble:
            return self.trouble
        return f"knows nothing of {len(self.unknown)} of {len(self.unknown) + len(self.clean)} packages"


def asked(pip_audit: Path, lock: Path, source: str, osv_url: str | None) -> Audit:
    """One source about every package of the lock."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "audit.json"
        command = [str(pip_audit), "--progress-spinner=off", "--disable-pip", "--require-hashes", "-r", str(lock)]
        command += ["--vulnerability-service", source, "--format", "json", "--aliases", "on", "--output", str(output)]
        command += ["--osv-url", osv_url] if osv_url and source == "osv" else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not output.exists():
            said = done.stderr.strip().splitlines() or ["it said nothing"]
            return Audit(trouble=f"could not be asked: {said[-1][:200]}")
        told = json.loads(output.read_text())["dependencies"]
    return Audit(
        clean=[each["name"] for each in told if "skip_reason" not in each],
        vulnerable=[_line(each, hole) for each in told for hole in each.get("vulns", ())],
        unknown=[each["name"] for each in told if "skip_reason" in each],
    )


def _line(package: dict[str, str], hole: dict[str, list[str]]) -> str:
    names = " ".join([str(hole["id"]), *hole.get("aliases", ())])
    mended = ", ".join(hole["fix_versions"]) or "no release yet"
    return f"{package['name']} {package['version']}: {names}; mended in {mended}"


def audited(pip_audit: Path, lock: Path, osv_url: str | None) -> int:
    """The exit status, after everything was told."""
    audits: dict[str, Audit] = {}
    # A service that somebody named is what he has.
    for source in sorted(SOURCES, key=lambda each: osv_url is None or each != "osv"):
        audits[source] = found = asked(pip_audit, lock, source, osv_url)
        if found.tells_all:
            break
    vulnerable = sorted({line for audit in audits.values() for line in audit.vulnerable})
    for line in vulnerable:
        print(line)
    if not any(audit.tells_all for audit in audits.values()):
        _tell_what_to_do(lock, audits)
        return FOUND if vulnerable else NOT_KNOWN
    source, answer = next((name, audit) for name, audit in audits.items() if audit.tells_all)
    known = f"known vulnerabilities: {len(vulnerable)}" if vulnerable else "no known vulnerability"
    print(f"{lock}: {known}; packages looked up at {source}: {len(answer.clean)}.")
    return FOUND if vulnerable else 0


def _tell_what_to_do(lock: Path, audits: dict[str, Audit]) -> None:
    reasons = "".join(f"  {source}: {audit.in_words()}\n" for source, audit in audits.items())
    print(
        f"{BANNER}\n{lock} was NOT audited: no source of advisories told of all of its packages.\n{reasons}"
        "Run it where one of them can be reached, through HTTPS_PROXY if need be, or name a service that answers as\n"
        f"OSV does: make audit OSV_URL=…  Until then nothing is known about what is installed.\n{BANNER}",
        file=sys.stderr,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pip-audit", type=Path, required=True)
    parser.add_argument("--osv-url")
    parser.add_argument("--unreachable-passes", action="store_true")
    parser.add_argument("locks", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    found = {audited(given.pip_audit, lock, given.osv_url) for lock in given.locks}
    if FOUND in found:
        return FOUND
    return NOT_KNOWN if NOT_KNOWN in found and not given.unreachable_passes else 0


if __name__ == "__main__":
    sys.exit(main())
