"""``make sbom``: a release's bill of materials in CycloneDX: what the runtime lock installs, with its hashes.

The list is cyclonedx-py's. It cannot know our version, which stands in the code, nor which packages we ask for
ourselves and which only came along: both are added.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import __version__

LOCK, PROJECT = Path("requirements-runtime.lock"), Path("pyproject.toml")
ROOT = f"orderbridge@{__version__}"


def listed(cyclonedx: Path) -> dict[str, Any]:
    """The packages of the lock, the same bytes for the same lock."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "bom.json"
        command = [str(cyclonedx), "requirements", "--pyproject", str(PROJECT), "--mc-type", "application"]
        command += ["--output-reproducible", "--validate", "--output-file", str(output), str(LOCK)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{cyclonedx.name} made no bill of materials: {done.stderr.strip()}")
        made: dict[str, Any] = json.loads(output.read_text())
    return made


def completed(bill: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    """With our version, and with what we depend on directly."""
    ours = bill["metadata"]["component"]
    before, ours["version"], ours["bom-ref"] = ours["bom-ref"], __version__, ROOT
    asked_for = {re.split(r"[\[<>=~! ]", each)[0].lower() for each in project["project"]["dependencies"]}
    direct = sorted(each["bom-ref"] for each in bill["components"] if each["name"].lower() in asked_for)
    rest = [each for each in bill["dependencies"] if each["ref"] != before]
    return bill | {"dependencies": [{"ref": ROOT, "dependsOn": direct}, *rest]}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cyclonedx", type=Path, required=True)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    bill = completed(listed(given.cyclonedx), tomllib.loads(PROJECT.read_text()))
    given.folder.mkdir(parents=True, exist_ok=True)
    target = given.folder / f"orderbridge-{__version__}.cdx.json"
    target.write_text(json.dumps(bill, indent=2) + "\n")
    print(f"{target}: {len(bill['components'])} packages")


if __name__ == "__main__":
    main()
