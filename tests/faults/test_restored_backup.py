"""C17, S18: last night's backup on a new server: the service goes on, nobody misses an event, the difference is
repaired, and who was forgotten since is forgotten again.

The commands are those of ``docs/howto/run-it.md``.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from app.adapters.postgres.embedded import FAST_AND_FORGETFUL, EmbeddedPostgres
from app.adapters.postgres.embedded_binaries import find_programs
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import columns_with, wait_until_quiet
from tests.acceptance.harness import (
    GENEROUS_SETTINGS,
    Installation,
    all_documents,
    installation,
    is_live,
    scratch_folder,
    set_up_shop,
    simulated_stores,
    wait_for_subscriptions,
)
from tests.acceptance.processes import command, until
from tests.acceptance.queue_orders import an_order, names, open_store, run_import
from tests.acceptance.searched import searched_at_its_end
from tests.acceptance.test_privacy import a_customer, an_order_of, asked_for, shopify_says
from tests.docs.papers import paper
from tests.webhook_receiver import receiving

SHOP = "restored"
PROGRAMS = find_programs(choice=None, major=None).postgres.parent
AFTER_A_RESTORE = "UPDATE event_positions SET last = last + 1000000"
"""Positions that were given after the backup are not given again: whoever stands at one would miss what has it now."""
THE_ROLE = "CREATE ROLE orderbridge_limited NOLOGIN"
"""The dump names it, and roles are of a server."""
NOTED = ("-a", "-t", "forgotten_orders", "--inserts", "--on-conflict-do-nothing")

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@contextmanager
def new_server() -> Iterator[EmbeddedPostgres]:
    with scratch_folder() as folder:
        server = EmbeddedPostgres(folder / "server", settings=FAST_AND_FORGETFUL)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def backed_up(lost: Installation, folder: Path) -> Path:
    """A dump of the installation while it runs."""
    dump = folder / "orderbridge.dump"
    url = EmbeddedPostgres(lost.folder / "data" / "postgres").url()
    do("pg_dump", "-d", url, "-Fc", "-f", dump)
    return dump


def restored_to(server: EmbeddedPostgres, dump: Path, lost: Installation, folder: Path) -> Installation:
    """An installation at the same address, with a database and a folder of its own; of before only dump and keys."""
    url = server.url(database="restored")
    for statement in ("CREATE DATABASE restored", THE_ROLE):
        do("psql", "-d", server.url(database="postgres"), "-c", statement)
    do("pg_restore", "-d", url, dump)
    do("psql", "-d", url, "-c", AFTER_A_RESTORE)
    made = Installation(folder, shopify_url="")
    made.environment = lost.environment | {
        "ORDERBRIDGE_DATA_DIR": str(folder / "data"),
        "ORDERBRIDGE_DATABASE_URL": url,
        "ORDERBRIDGE_ENCRYPTION_KEYS": (lost.folder / "data" / "encryption-keys").read_text().strip(),
    }
    made.port, made.url = lost.port, lost.url
    return made


def do(program: str, *arguments: object) -> None:
    done = subprocess.run([PROGRAMS / program, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def bought(desk: StoreDesk, number: int, *, emit: bool = True) -> None:
    """An order of now."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    desk.put(orders=[an_order(number, createdAt=now, updatedAt=now)], emit=emit)


def wait_for(erp: Erp, *wanted: str) -> None:
    def all_documented() -> bool:
        documented = {each["order"]["name"] for each in all_documents(erp, SHOP) if is_live(each)}
        return set(wanted) <= documented

    until(all_documented, what=f"{wanted} are documented", seconds=60)


def a_working_shop(erp: Erp, desk: StoreDesk) -> None:
    open_store(erp, desk, restored={})
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"orders": {"webhooks": True}}})
    wait_for_subscriptions(desk)


def note_of(erp: Erp, name: str) -> str | None:
    [order] = [each for each in erp.every("/v1/orders", shop=SHOP) if each["name"] == name]
    note: str | None = erp.get(f"/v1/orders/{order['id']}")["note"]
    return note


def last_position(erp: Erp) -> int:
    return max(int(event["position"]) for event in erp.events())


def complete(erp: Erp) -> Json:
    today = datetime.now(UTC)
    days = {"from": f"{today - timedelta(days=1):%Y-%m-%d}", "to": f"{today + timedelta(days=1):%Y-%m-%d}"}
    return erp.get(f"/v1/shops/{SHOP}/completeness", **days)


def test_a_backup_on_a_new_server_goes_on_where_the_store_stands_and_no_reader_misses_anything() -> None:
    with (
        simulated_stores() as simulator,
        installation(simulator.url) as lost,
        receiving() as receiver,
        new_server() as server,
        scratch_folder() as folder,
    ):
        desk = simulator.desk("restored.myshopify.com")
        lost.start()
        erp = lost.erp()
        a_working_shop(erp, desk)
        endpoint = erp.post("/v1/webhook-endpoints", {"url": receiver.url, "shops": [SHOP]})
        bought(desk, 7001)
        bought(desk, 7002)
        wait_for(erp, "#7001", "#7002")
        wait_until_quiet(lost)
        dump, held = backed_up(lost, folder), last_position(erp)
        bought(desk, 7003)
        desk.change_order("7001", note="after the backup")
        wait_for(erp, "#7003")
        until(lambda: note_of(erp, "#7001") == "after the backup", what="the change is here")
        wait_until_quiet(lost)
        seen = last_position(erp)
        lost.stop("all")
        bought(desk, 7004, emit=False)
        restored = restored_to(server, dump, lost, folder)
        checked = command("check", environment=restored.environment)
        assert checked.returncode == 0, checked.stderr
        with searched_at_its_end(restored):
            restored.start()
            assert names(erp, SHOP) == ["#7001", "#7002"]
            assert erp.get("/v1/events", after=seen)["data"] == []

            assert erp.finished_run(SHOP, "reconcile_orders")["state"] == "succeeded"

            wait_for(erp, "#7001", "#7002", "#7003", "#7004")
            until(lambda: note_of(erp, "#7001") == "after the backup", what="the change is here again")
            bought(desk, 7005)
            wait_for(erp, "#7005")
            documents = [each for each in all_documents(erp, SHOP) if is_live(each)]
            assert len(documents) == len({each["order"]["id"] for each in documents}) == 5
            assert complete(erp)["complete"]
            news = erp.events(seen)
            positions = [event["position"] for event in news]
            assert positions == list(range(positions[0], positions[0] + len(positions)))
            assert positions[0] > seen > held
            imported = [event for event in news if event["type"] == "order.imported"]
            assert len(imported) == 3
            until(lambda: {each["id"] for each in news} <= set(receiver.ids()), what="the endpoint is told them")
            for received in receiver.received:
                Webhook(endpoint["secret"]).verify(received.body, received.headers)


def test_who_was_forgotten_after_the_backup_is_forgotten_again() -> None:
    """S18."""
    with (
        simulated_stores() as simulator,
        installation(simulator.url) as lost,
        new_server() as server,
        scratch_folder() as folder,
    ):
        desk = simulator.desk("restored.myshopify.com")
        lost.start()
        erp = lost.erp()
        settings = GENEROUS_SETTINGS | {"orders": {"auto_create_documents": True, "webhooks": False}}
        open_store(erp, desk)
        set_up_shop(erp, desk, SHOP, settings=settings)
        bodies = [an_order_of("vergeetmij", 7101, 71), an_order_of("onthoudmij", 7102, 72)]
        desk.put(customers=[a_customer("vergeetmij", 71), a_customer("onthoudmij", 72)], orders=bodies)
        run_import(erp, SHOP)
        dump = backed_up(lost, folder)
        acknowledged_and_forgotten(lost, erp, desk.domain)
        assert columns_with(lost, ["vergeetmij"]) == set()
        url = EmbeddedPostgres(lost.folder / "data" / "postgres").url()
        noted = folder / "forgotten.sql"
        do("pg_dump", "-d", url, *NOTED, "-f", noted)
        lost.stop("all")
        desk.put(orders=[], customers=[])

        restored = restored_to(server, dump, lost, folder)
        assert "orders.body" in columns_with(restored, ["vergeetmij"])
        again = folder / "forget-again.sql"
        again.write_text(page_block("sql", "INSERT INTO privacy_requests"))
        for script in (noted, again):
            do("psql", "-v", "ON_ERROR_STOP=1", "-d", server.url(database="restored"), "-f", script)
        with searched_at_its_end(restored):
            restored.start()
            until(lambda: columns_with(restored, ["vergeetmij"]) == set(), what="it is done again", seconds=90)
            assert {each["state"] for each in erp.every("/v1/privacy-requests")} == {"done"}
            assert "orders.body" in columns_with(restored, ["onthoudmij"])


def acknowledged_and_forgotten(lost: Installation, erp: Erp, domain: str) -> None:
    for each in all_documents(erp, SHOP):
        body = {"erp_document_no": f"ERP-{each['number']}", "version": each["version"]}
        erp.post(f"/v1/sales-documents/{each['id']}/acknowledge", body)
    customer = {"id": 71, "email": "vergeetmij@example.com"}
    about = {"shop_domain": domain, "customer": customer, "orders_to_redact": [7101]}
    shopify_says(lost, domain, "customers/redact", about, delivery="redact")
    asked_for(erp, domain, "customer_redact", "done")


def page_block(language: str, begins: str) -> str:
    """The page's own statement."""
    found = paper("docs/howto/run-it.md").path.read_text().partition(f"```{language}\n{begins}")[2].partition("```")[0]
    return begins + found


def test_the_page_notes_the_forgotten_as_the_test_does() -> None:
    """S18."""
    assert " ".join(NOTED) in paper("docs/howto/run-it.md").path.read_text()


def test_the_page_tells_whoever_restores_to_leave_the_given_positions_behind() -> None:
    """C17."""
    assert AFTER_A_RESTORE in paper("docs/howto/run-it.md").path.read_text()


def test_the_page_tells_whoever_restores_elsewhere_to_make_the_role() -> None:
    """C17."""
    assert f"(`{THE_ROLE}`" in paper("docs/howto/run-it.md").path.read_text()
