"""Who changed what: told once, in the transaction of the change, without secrets and persons, and for good (S27)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest

from app.adapters.contact import ContactKeys
from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.postgres.audited_tables import AUDITED, trigger_definition
from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from app.adapters.postgres.ulid import Ulids
from app.api.auditing import EXCHANGED
from app.domain.console_roles import ConsoleRole
from app.domain.identifiers import ShopifyId, order_line_id
from app.jobs.recurrence import ApschedulerRecurrence
from app.ports.acting import Actor, ActorKind, Deed, acting
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.console_users import ConsoleUsers
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_audit_entries import ReadAuditEntries
from app.services.read_orders import ReadOrdersToImport
from app.services.runs import StartRun
from app.services.schedules import Schedules
from app.services.tasks import RunContext, TaskName
from tests.api.configuration import configuring
from tests.api.test_contract import rows as contract
from tests.erp_surface import RisingClock, Surface, surface
from tests.stored_documents import an_order, an_order_to_import

SECRET = "shpat_canary_0123456789"
CREDENTIALS = {"kind": "access_token", "access_token": SECRET, "api_secret": "shpss_canary_0123456789"}
LOCATION = "/v1/shops/web/location-mappings/77"
QUICK = Argon2Passwords(memory_kib=64, passes=1)


async def _never_run(_: RunContext) -> None:
    """Runs are only queued here."""


def services(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
    return {
        **configuring(uow, clock),
        ConsoleUsers: ConsoleUsers(unit_of_work=uow, clock=clock, ids=Ulids(), passwords=QUICK),
        OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
        ReadAuditEntries: ReadAuditEntries(uow),
        ReadOrdersToImport: ReadOrdersToImport(uow),
        Schedules: Schedules(uow, clock, ApschedulerRecurrence(), {TaskName.IMPORT_ORDERS: _never_run}),
        StartRun: StartRun(uow, clock, Ulids(), {TaskName.IMPORT_ORDERS: _never_run}),
    }


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, services) as found:
        yield found


async def entries(house: Surface, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.get("/v1/audit-entries", **filters))["data"]
    return found


async def patched(house: Surface, settings: dict[str, Any]) -> None:
    headers = {"content-type": "application/merge-patch+json"}
    answer = await house.client.patch("/v1/shops/web", json={"settings": settings}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_a_setting_is_told_from_what_to_what_with_the_key_that_changed_it(house: Surface) -> None:
    await patched(house, {"orders": {"release_documents": False}})
    await patched(house, {"orders": {"release_documents": False}, "accounts": {"tips": "4711"}})

    second, first = await entries(house, resource="shops")
    assert (first["actor"]["kind"], first["actor"]["name"], first["operation"]) == ("key", "k", "update_shop")
    assert (first["change"], first["resource_id"], first["shop"]) == ("changed", "web", "web")
    assert first["changes"] == [
        {"field": "settings.orders.release_documents", "before": None, "after": False, "withheld": False}
    ]
    assert [each["field"] for each in second["changes"]] == ["settings.accounts.tips"]


async def test_a_mapping_is_told_from_its_making_to_its_end(house: Surface) -> None:
    await house.client.put(LOCATION, json={"location_code": "BLUE"})
    await house.client.put(LOCATION, json={"location_code": "RED"})
    await house.client.put(LOCATION, json={"location_code": "RED"})
    await house.client.delete(LOCATION)

    told = [
        (each["change"], [(one["before"], one["after"]) for one in each["changes"] if one["field"] == "location_code"])
        for each in await entries(house, resource="location_mappings", resource_id="77")
    ]
    assert told == [("removed", [("RED", None)]), ("changed", [("BLUE", "RED")]), ("created", [(None, "BLUE")])]


async def test_of_secrets_and_persons_only_the_names_of_the_fields_are_told(house: Surface) -> None:
    await house.client.put("/v1/customers/C100", json={"name": "Canary Person"})
    await house.client.put("/v1/shops/web/credentials", json=CREDENTIALS)
    await house.client.put("/v1/shops/web/store-customers/9001", json={"customer_no": "C100"})
    await house.client.post("/v1/api-keys", json={"name": "till", "scopes": ["orders:read"]})
    users = house.application.state.container.service(ConsoleUsers)
    with acting(Actor(kind=ActorKind.COMMAND_LINE, id=None, name="command line")):
        password = (await users.create("ann", ConsoleRole.VIEWER)).password
        await users.renew_password("ann")

    told = {each["resource"]: each for each in reversed(await entries(house))}
    assert [each["field"] for each in told["stores"]["changes"] if each["withheld"]] == ["credentials"]
    assert [each["field"] for each in told["store_customers"]["changes"]] == ["customer_id", "store_customer_id"]
    assert told["store_customers"]["resource_id"] is None
    assert told["console_users"]["actor"]["kind"] == "command_line"
    assert told["console_users"]["changes"] == [
        {"field": "password_hash", "before": None, "after": None, "withheld": True}
    ]
    stored = str(await house.fetch("SELECT to_jsonb(audit_entries) FROM audit_entries"))
    for canary in (SECRET, "Canary Person", "9001", "C100", password, "argon2"):
        assert canary not in stored


async def test_keys_that_are_made_replaced_and_ended_are_told(house: Surface) -> None:
    made = (await house.client.post("/v1/api-keys", json={"name": "till", "scopes": ["orders:read"]})).json()
    await house.client.post(f"/v1/api-keys/{made['id']}/rotate", json={})
    await house.client.delete(f"/v1/api-keys/{made['id']}")

    told = [(each["operation"], each["change"]) for each in await entries(house, resource="api_keys")]
    assert told == [
        ("revoke_api_key", "changed"),
        ("rotate_api_key", "changed"),
        ("rotate_api_key", "created"),
        ("create_api_key", "created"),
    ]


async def test_a_schedule_and_a_run_by_hand_are_told(house: Surface) -> None:
    await house.client.put("/v1/shops/web/schedules/import_orders", json={"enabled": True, "every_minutes": 5})
    started = await house.client.post("/v1/shops/web/tasks/import_orders/runs", json={})
    assert started.status_code == 202, started.text

    run, schedule = await entries(house, shop="web")
    assert (schedule["resource"], schedule["resource_id"], schedule["change"]) == (
        "schedules",
        "import_orders",
        "created",
    )
    assert (run["operation"], run["resource"], run["resource_id"], run["change"], run["changes"]) == (
        "start_run",
        "tasks",
        "import_orders",
        "done",
        [],
    )


async def test_a_remedy_is_told_as_done_and_a_refused_one_is_not(house: Surface) -> None:
    async with house.rows() as uow:
        row = await an_order_to_import(uow.driver, "5501", error_code="x", error_detail="y")
        await uow.commit()
    queue = "/v1/shops/web/orders-to-import"
    assert (await house.client.post(f"{queue}/{row}/retry")).status_code < 300
    assert (await house.client.post(f"{queue}/oti_none/retry")).status_code == 404

    [told] = await entries(house)
    assert (told["operation"], told["resource"], told["resource_id"]) == (
        "retry_order_to_import",
        "orders_to_import",
        row,
    )


async def test_a_change_that_is_undone_leaves_no_entry(house: Surface) -> None:
    with acting(Actor(kind=ActorKind.USER, id="usr_1", name="ann")):
        async with house.rows() as uow:
            await uow.driver.execute("UPDATE shops SET name = 'Another'")

    assert await entries(house) == []


async def test_what_the_service_does_by_itself_is_no_entry(house: Surface) -> None:
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE shops SET name = 'Another'")
        await uow.commit()

    assert await entries(house) == []


async def test_what_an_erp_sends_all_day_is_no_entry(house: Surface) -> None:
    await house.client.put("/v1/items/ITEM-A", json={"description": "Teapot", "base_unit": "PCS"})

    assert await entries(house) == []


def test_what_counts_as_exchanged_is_all_there() -> None:
    assert {name for _, _, _, name in contract()} >= EXCHANGED


async def test_a_key_that_is_limited_to_a_shop_sees_what_was_changed_there(house: Surface) -> None:
    await patched(house, {"accounts": {"tips": "4711"}})
    await house.client.put("/v1/currency-mappings/EUR", json={"currency_code": "EURO"})
    [shop] = await house.fetch("SELECT id FROM shops WHERE code = 'web'")
    [other] = await house.fetch("SELECT id FROM shops WHERE code <> 'web'")

    answers = [
        await house.client.get("/v1/audit-entries", headers=await house.key(shops=[each["id"]]))
        for each in (shop, other)
    ]
    assert [[each["resource"] for each in answer.json()["data"]] for answer in answers] == [["shops"], []]


async def test_what_was_set_at_a_line_is_told_of_the_shop_of_its_order(house: Surface) -> None:
    async with house.rows() as uow:
        made = await an_order(uow.driver)
        await uow.commit()
    line = Deed(resource="lines", resource_id=order_line_id(made, ShopifyId("11301")), shop=None)
    with acting(Actor(kind=ActorKind.USER, id="usr_1", name="ann", operation="update_order_line", deed=line)):
        async with house.rows() as uow:
            await uow.commit()

    [told] = await entries(house, shop="web")
    assert (told["operation"], told["resource_id"], told["shop"]) == ("update_order_line", line.resource_id, "web")


async def test_pages_follow_one_another_with_the_newest_first(house: Surface) -> None:
    for code in ("A", "B", "C"):
        await house.client.put(LOCATION, json={"location_code": code})

    first = await house.get("/v1/audit-entries", limit=2)
    second = await house.get("/v1/audit-entries", limit=2, cursor=first["next_cursor"])
    ids = [each["id"] for each in first["data"] + second["data"]]
    assert (ids, second["next_cursor"]) == (sorted(ids, reverse=True), None)
    assert len(ids) == 3


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET actor_name = 'nobody'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
async def test_no_entry_is_changed_or_deleted_before_its_year_is_over(house: Surface, statement: str) -> None:
    await house.client.put(LOCATION, json={"location_code": "BLUE"})

    async with house.rows() as uow:
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await uow.driver.execute(statement)


async def test_an_entry_whose_year_is_over_ends(house: Surface) -> None:
    async with house.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO audit_entries (occurred_at, actor_kind, actor_name, change, resource, withheld)"
            " VALUES (now() - interval '400 days', 'key', 'k', 'done', 'runs', '{}'),"
            " (now(), 'key', 'k', 'done', 'runs', '{}')"
        )
        [now] = await uow.driver.fetch("SELECT now()")
        assert await uow.audit_entries.purge(before=now["now"], limit=10) == 1
        await uow.commit()

    assert len(await entries(house)) == 1


async def test_the_triggers_are_those_of_the_list(house: Surface) -> None:
    """S27."""
    stand = await house.fetch(
        "SELECT tgrelid::regclass::text AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger"
        " WHERE tgname = 'audit_change'"
    )

    def told(definition: str) -> tuple[bool, str]:
        """Whether somebody must act, and what the function is called with; the rest PostgreSQL words its own way."""
        return "orderbridge.actor" in definition, definition.rpartition("audit_change(")[2]

    assert {each["name"]: told(each["definition"]) for each in stand} == {
        each.table: told(trigger_definition(each)) for each in AUDITED
    }


def test_no_secret_and_no_person_is_told_and_no_secret_is_passed_over() -> None:
    for audited in AUDITED:
        columns = metadata.tables[audited.table].columns
        open_to_all = {name for name, column in columns.items() if column.info["holds"] is Holds.PLAIN}
        secret = {name for name, column in columns.items() if column.info["holds"] is Holds.SECRET}
        assert {*audited.told, *audited.key} <= open_to_all, audited.table
        assert secret <= {*audited.withheld}, audited.table
