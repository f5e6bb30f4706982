"""F13: how long `make demo` takes where the environment is installed already, processes and database from nothing."""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Figure


def measured(folder: Path) -> Figure:
    """The whole command, its processes' end included."""
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo"],
        env={**os.environ, "ORDERBRIDGE_DATA_DIR": str(folder / "demo"), "ORDERBRIDGE_DATABASE_URL": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    seconds = time.monotonic() - began
    return Figure(
        name="F13",
        what="`make demo` again",
        value=seconds,
        unit="s",
        bar=10,
        goal=3,
        notes=[line.strip() for line in told.splitlines() if " orders in " in line or " points at Shopify" in line],
    )
