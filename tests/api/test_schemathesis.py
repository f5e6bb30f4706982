"""The running service against its own description: no 5xx, no undocumented status, no breach of a schema (E10).

Schemathesis makes the requests, in a process of its own; what it finds is in the failed test's text, as curl lines.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.api.live_service import KEY, live_service

HERE = Path(__file__).parent
NOT_ASKED = {
    "reread_order": "waits ten seconds for a worker that is not there",
    "mark_order_as_paid": "as reread_order",
    "cancel_order": "as reread_order",
    "capture_order_payment": "as reread_order",
    "close_order": "as reread_order",
    "reopen_order": "as reread_order",
    "revoke_api_key": "would end keys that other requests use",
    "list_webhook_subscriptions": "asks the store, which is nowhere: 503",
    "prove_completeness": "as list_webhook_subscriptions",
    "receive_shopify_webhook": "takes signed bodies only: 401",
}
ADVERTISES_MORE = "allow_header_conformance"
"""`batch` and `import` are also numbers and ids that a resource may have, and `Allow` says so."""
EVERY_SHAPE = (
    "list_sales_documents",
    "list_events",
    "get_order",
    "create_shop",
    "update_shop",
    "put_customer",
    "put_items",
    "post_payment_method_mapping",
    "put_schedule",
    "start_run",
    "acknowledge_sales_document",
)
"""One operation of each shape, for the phase that tries every bound of every field."""


async def schemathesis(url: str, folder: Path, *wanted: str) -> tuple[int, str]:
    """Its exit code and what it says."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [f"{url}/openapi.json", "--header", f"Authorization: Bearer {KEY}", "--no-color", "--warnings", "off"]
    command += ["--exclude-checks", ADVERTISES_MORE, "--generation-deterministic", "--continue-on-failure", *wanted]
    # The description is made when it is first asked for.
    command += ["--wait-for-schema", "60"]
    for name in NOT_ASKED:
        command += ["--exclude-operation-id", name]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ
        | {"SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py"), "PYTHONPATH": str(HERE.parents[1])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


def complaints(said: str) -> str:
    """From the first failure on, for the person who reads the test."""
    return said[max(0, said.find("= FAILURES")) :][:20_000]


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_examples_and_a_few_random_requests_are_answered_as_described(database_url: str, tmp_path: Path) -> None:
    async with live_service(database_url, tmp_path) as url:
        code, said = await schemathesis(url, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "1")

    assert code == 0, complaints(said)


@pytest.mark.long
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
async def test_every_bound_of_one_operation_of_each_shape_is_kept(database_url: str, tmp_path: Path) -> None:
    shapes = [word for name in EVERY_SHAPE for word in ("--include-operation-id", name)]
    async with live_service(database_url, tmp_path) as url:
        code, said = await schemathesis(url, tmp_path, "--phases", "coverage", *shapes)

    assert code == 0, complaints(said)


@pytest.mark.long
@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
async def test_all_phases_find_nothing(database_url: str, tmp_path: Path) -> None:
    """Ten minutes, with a worker beside the service."""
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "50")
    async with live_service(database_url, tmp_path, role="all") as url:
        code, said = await schemathesis(url, tmp_path, *phases, "--max-time", "600")

    assert code == 0, complaints(said)
