"""F5: Shopify's door against ``pgbench`` doing the same insert, on the same server in the same minutes."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import asyncpg

from app.adapters.postgres.embedded_binaries import find_programs
from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from bench.figures import Figure, percentile
from bench.stage import DOMAIN, Service, Stage, serving, set_up_shop

CONNECTIONS = 128
BODY_BYTES = 6 * 1024
TOPIC = "carts/update"
"""Nothing acts on it: the door treats all topics alike, and what follows is not to be measured here."""

LOG_MEGABYTES = 1024
"""As much as ``KEPT_LOG`` of the stage keeps: more than the three loads write."""

INSERT = """\\set n random(1, 9000000000000000)
INSERT INTO webhook_inbox (store_id, webhook_id, topic, event_id, api_version, triggered_at, body)
VALUES (:store::text, :n::text, 'carts/update', NULL, '2026-10', NULL, :body::text::bytea) ON CONFLICT DO NOTHING;
"""
_RATE = re.compile(r"tps = ([0-9.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """What the driver saw."""

    per_second: float
    p50: float
    p99: float
    refused: int


def measured(stage: Stage, *, seconds: float) -> list[Figure]:
    """Twice ``pgbench``, and the door between: the machine's mood shows in the difference of the two."""
    with serving(stage, "door", role="api") as service:
        set_up_shop(service)
        body = _body()
        asyncio.run(_settle(service.database))
        before = _pgbench(stage, service, body, seconds)
        load = _load(service, body, seconds)
        after = _pgbench(stage, service, body, seconds)
    if load.refused:
        raise RuntimeError(f"The door did not take {load.refused} webhooks.")
    reference = (before.per_second + after.per_second) / 2
    return [
        Figure(
            name="F5",
            what=f"webhooks durable and answered, against pgbench's inserts ({CONNECTIONS} connections, 6 KB)",
            value=load.per_second / reference,
            unit="× pgbench",
            bar=0.6,
            goal=0.9,
            less_is_better=False,
            notes=[
                f"{load.per_second:.0f} webhooks/s, p50 {load.p50:.1f} ms; the load driver shares the cores",
                f"pgbench {before.per_second:.0f} inserts/s before and {after.per_second:.0f} after",
            ],
        ),
        Figure(
            name="F5",
            what="the same, p99 of the answers",
            value=load.p99,
            unit="ms",
            bar=100,
            goal=40,
            notes=[f"p99 of pgbench's inserts {before.p99:.0f} ms before and {after.p99:.0f} ms after"],
        ),
    ]


async def _settle(database: str) -> None:
    """Let the server's log reach its steady state: it uses its files again from now on.

    A new server makes a file for each 16 MB, which it fills with zeros first while every commit waits: that is its
    first minute and not its life.
    """
    connection = await asyncpg.connect(database)
    try:
        for _ in range(LOG_MEGABYTES // 16):
            await connection.execute("SELECT pg_logical_emit_message(false, 'bench', repeat('x', 16 * 1024 * 1024))")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _body() -> bytes:
    """JSON of the wanted size that does not compress to nothing."""
    filler = base64.b64encode(os.urandom(BODY_BYTES)).decode()
    return json.dumps({"id": 1, "note": filler})[: BODY_BYTES - 2].encode() + b'"}'


def _load(service: Service, body: bytes, seconds: float) -> _Load:
    """The driver is a process of its own, as Shopify is."""
    signature = base64.b64encode(hmac.new(DEFAULT_CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()
    wish = {
        "port": int(service.environment["ORDERBRIDGE_PORT"]),
        "connections": CONNECTIONS,
        "seconds": seconds,
        "body": body.decode(),
        "headers": {
            "Content-Type": "application/json",
            "X-Shopify-Topic": TOPIC,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-API-Version": "2026-10",
        },
    }
    told = subprocess.run(
        [sys.executable, "-m", "bench.door_load"], input=json.dumps(wish), stdout=subprocess.PIPE, text=True, check=True
    )
    return _Load(**json.loads(told.stdout))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inserts:
    """What ``pgbench`` told."""

    per_second: float
    p99: float


def _pgbench(stage: Stage, service: Service, body: bytes, seconds: float) -> _Inserts:
    script, log = stage.folder / "insert.sql", stage.folder / f"pgbench-{time.monotonic_ns()}"
    script.write_text(INSERT)
    socket = parse_qs(urlsplit(service.database).query)["host"][0]
    store = asyncio.run(_store(service.database))
    told = subprocess.run(
        [
            str(find_programs(choice=None, major=None).prefix / "bin" / "pgbench"),
            *("--no-vacuum", "--protocol=prepared", f"--file={script}", f"--client={CONNECTIONS}", "--jobs=2"),
            *("--log", f"--log-prefix={log}"),
            *(
                f"--time={max(int(seconds), 1)}",
                f"--define=store={store}",
                f"--define=body={body.decode()}",
            ),
            *("-h", socket, "-p", "5432", "-U", "postgres", urlsplit(service.database).path.lstrip("/")),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        cwd="/",
    )
    found = _RATE.search(told.stdout)
    if found is None:
        raise RuntimeError(f"pgbench told no rate: {told.stdout[-300:]} {told.stderr[:300]}")
    # The third of each line is how long the insert took, in microseconds.
    took = [int(line.split()[2]) for file in log.parent.glob(f"{log.name}.*") for line in file.read_text().splitlines()]
    return _Inserts(per_second=float(found.group(1)), p99=percentile(took, 0.99) / 1000)


async def _store(database: str) -> str:
    """The store that the webhooks are of, as the inbox knows it."""
    connection = await asyncpg.connect(database)
    try:
        found: str = await connection.fetchval("SELECT id FROM stores WHERE store_domain = $1", DOMAIN)
    finally:
        await connection.close()
    return found
