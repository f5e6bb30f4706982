"""What kills processes on purpose does so only where it was armed, only once, and never where orders are real."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import failpoints
from app.settings import SettingsError, load_settings

PROCESS = """
import asyncio, sys
from pathlib import Path
from app.failpoints import Act, arm, through

async def work():
    print("done", flush=True)
    return "answer"

async def story():
    arm(Path(sys.argv[1]))
    return await through(Act.IMPORT_WRITE, work())

print(asyncio.run(story()))
"""


def lived(folder: Path) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROCESS, folder], capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(("side", "done"), [("before", ""), ("after", "done\n")])
def test_a_process_dies_once_where_a_file_says_so(tmp_path: Path, side: str, done: str) -> None:
    armed = tmp_path / f"import_write.{side}"
    armed.touch()

    assert lived(tmp_path) == (-signal.SIGKILL, done)

    assert not armed.exists()
    assert lived(tmp_path) == (0, "done\nanswer\n")


async def test_without_a_folder_the_work_is_only_awaited() -> None:
    async def work() -> str:
        return "answer"

    assert await failpoints.through(failpoints.Act.IMPORT_WRITE, work()) == "answer"


def test_every_act_is_announced_somewhere_in_the_product() -> None:
    app = Path(failpoints.__file__).parent
    code = "".join(path.read_text() for path in app.rglob("*.py") if path.name != "failpoints.py")
    assert [act for act in failpoints.Act if f"Act.{act.name}," not in code] == []


@pytest.mark.parametrize("url", ["https://{store_domain}", "https://shops.example/{store_domain}"])
def test_failpoints_are_refused_where_the_store_is_not_a_simulated_one(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ORDERBRIDGE_FAILPOINTS"):
        load_settings(failpoints=tmp_path, shopify_url=url, data_dir=tmp_path)


def test_failpoints_are_accepted_beside_a_simulated_store(tmp_path: Path) -> None:
    settings = load_settings(failpoints=tmp_path, shopify_url="http://127.0.0.1:9010/{store_domain}", data_dir=tmp_path)
    assert settings.failpoints == tmp_path
