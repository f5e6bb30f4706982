"""The console as a browser meets it: signing in, forms from elsewhere, roles, pages and remedies (P82, S8)."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
import pytest

from app.adapters.contact import ContactKeys
from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.api.console.mending import place_of
from app.api.console.plot import plotted
from app.domain.console_roles import ConsoleRole
from app.domain.problems import ProblemCode
from app.jobs.recurrence import ApschedulerRecurrence
from app.ports.errors import Conflict
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.console_users import ConsoleUsers
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_activities import ReadActivities
from app.services.read_audit_entries import ReadAuditEntries
from app.services.read_orders import ReadOrders, ReadOrdersToImport
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.schedules import Schedules
from app.services.tasks import AvailableTasks, RunContext, TaskName
from tests.api.configuration import configuring
from tests.builders import line, order
from tests.erp_surface import RisingClock, Surface, surface
from tests.stored_documents import NOW, an_order, an_order_to_import

QUICK = Argon2Passwords(memory_kib=64, passes=1)
QUEUE = "/console/shops/web/orders-to-import"


async def _never_run(_: RunContext) -> None:
    """Runs are only queued here."""


def services(uow: UnitOfWorkFactory, clock: RisingClock, *, signals: PostgresSignals) -> Mapping[type, object]:
    return {
        **configuring(uow, clock),
        ConsoleUsers: ConsoleUsers(unit_of_work=uow, clock=clock, ids=Ulids(), passwords=QUICK),
        ReadActivities: ReadActivities(uow, clock),
        ReadAuditEntries: ReadAuditEntries(uow),
        ReadOrdersToImport: ReadOrdersToImport(uow),
        OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
        ReadRuns: ReadRuns(uow, signals),
        CancelRun: CancelRun(uow, clock),
        AvailableTasks: AvailableTasks(frozenset({TaskName.IMPORT_ORDERS})),
        Schedules: Schedules(uow, clock, ApschedulerRecurrence(), {TaskName.IMPORT_ORDERS: _never_run}),
        ReadOrders: ReadOrders(uow),
        RefundRequests: RefundRequests(uow, RefundDocuments(Ulids()), clock),
        StartRun: StartRun(uow, clock, Ulids(), {TaskName.IMPORT_ORDERS: _never_run}),
    }


@dataclass(slots=True, kw_only=True)
class Browser:
    """Follows no redirect by itself; keeps cookies."""

    client: httpx.AsyncClient
    password: str = ""

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.get(path, params=parameters or None)

    async def sign_in(self, name: str, password: str, **more: str) -> httpx.Response:
        return await self.client.post("/console/sign-in", data={"name": name, "password": password, **more})

    async def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', (await self.get("/console/")).text)
        assert found
        return found[1]

    async def press(self, path: str, **fields: str) -> httpx.Response:
        """A button of a page that was shown to this browser; answers the page it leads to."""
        data = {"form_token": await self.form_token(), "back": QUEUE, **fields}
        answer = await self.client.post(path, data=data)
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    signals = PostgresSignals(database_url)
    async with surface(database_url, lambda uow, clock: services(uow, clock, signals=signals)) as found:
        yield found


@pytest.fixture
async def stranger(house: Surface) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(app=house.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge") as client:
        yield Browser(client=client)


async def a_user(house: Surface, name: str, role: ConsoleRole) -> str:
    """The password of a new user."""
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    return (await users.create(name, role)).password


@pytest.fixture
async def operator(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "ann", ConsoleRole.OPERATOR)
    assert (await stranger.sign_in("ann", password)).status_code == 303
    return Browser(client=stranger.client, password=password)


@pytest.fixture
async def viewer(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "vera", ConsoleRole.VIEWER)
    assert (await stranger.sign_in("vera", password)).status_code == 303
    return Browser(client=stranger.client, password=password)


async def queued(house: Surface, name: str, **telling: Any) -> str:
    async with house.rows() as uow:
        row = await an_order_to_import(uow.driver, name, **telling)
        await uow.commit()
    return row


def said(page: httpx.Response) -> str:
    """What the page says came of the button before it."""
    found = re.search(r'<div class="said [^>]*>(.*?)</div>', page.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>|\s+", " ", found[1])).strip() if found else ""


async def test_a_stranger_is_led_to_the_form_and_from_there_to_the_page_that_was_wanted(
    house: Surface, stranger: Browser
) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    led = await stranger.get(QUEUE, has_error="true")
    assert led.status_code == 303
    form = await stranger.get(led.headers["location"])
    following = re.search(r'name="next" value="([^"]+)"', form.text)
    assert following
    answer = await stranger.sign_in("Ann ", password, next=unescape(following[1]))

    assert answer.headers["location"] == f"{QUEUE}?has_error=true"
    assert (await stranger.get(QUEUE, has_error="true")).status_code == 200


async def test_without_its_last_slash_the_address_leads_to_the_first_page(stranger: Browser) -> None:
    answer = await stranger.get("/console")

    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "/v1/orders", "/console/\\evil", ""])
async def test_nobody_is_led_elsewhere_after_signing_in(house: Surface, stranger: Browser, following: str) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    answer = await stranger.sign_in("ann", password, next=following)

    assert answer.headers["location"] == "/console/"


async def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(house: Surface, stranger: Browser) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    plain = (await stranger.sign_in("ann", password)).headers["set-cookie"]
    transport = httpx.ASGITransport(app=house.application)
    async with httpx.AsyncClient(transport=transport, base_url="https://orderbridge") as client:
        secure = (await Browser(client=client).sign_in("ann", password)).headers["set-cookie"]

    assert {"HttpOnly", "SameSite=strict", "Path=/console"} <= set(plain.split("; "))
    assert "Secure" in secure.split("; ")
    assert "Secure" not in plain.split("; ")


async def test_of_passwords_and_sessions_the_database_has_hashes_only(house: Surface, operator: Browser) -> None:
    [row] = await house.fetch("SELECT * FROM console_users JOIN console_sessions ON user_id = id")

    assert row["password_hash"].startswith("$argon2id$")
    kept = " ".join(str(each) for each in row.values())
    assert operator.password not in kept
    assert operator.client.cookies["orderbridge_session"] not in kept


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", "wrong"), ("ann", ""), ("ann", "x" * 9999)]
)
async def test_wrong_names_and_wrong_passwords_are_the_same(
    house: Surface, stranger: Browser, name: str, password: str
) -> None:
    await a_user(house, "ann", ConsoleRole.ADMIN)

    answer = await stranger.sign_in(name, password)

    assert answer.status_code == 401
    assert said(answer) == "Name or password is wrong."
    assert "set-cookie" not in answer.headers


async def test_attempts_are_limited_also_for_the_right_password_until_time_has_passed(
    house: Surface, stranger: Browser
) -> None:
    password = await a_user(house, "ann", ConsoleRole.ADMIN)

    answers = [(await stranger.sign_in("ann", "wrong")).status_code for _ in range(10)]
    limited = await stranger.sign_in("ann", password)

    assert set(answers) == {401}
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) >= 1


async def test_a_form_of_another_site_signs_nobody_in(house: Surface, stranger: Browser) -> None:
    password = await a_user(house, "ann", ConsoleRole.ADMIN)
    given = {"name": "ann", "password": password}

    for header in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = await stranger.client.post("/console/sign-in", data=given, headers=header)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(house: Surface, operator: Browser) -> None:
    token = operator.client.cookies["orderbridge_session"]

    await operator.client.post("/console/sign-out", data={"form_token": await operator.form_token()})
    operator.client.cookies.set("orderbridge_session", token, domain="orderbridge", path="/console")

    assert (await operator.get("/console/")).status_code == 303
    assert await house.fetch("SELECT * FROM console_sessions") == []


async def test_a_new_password_and_a_removal_end_every_session(house: Surface, operator: Browser) -> None:
    users = house.application.state.container.service(ConsoleUsers)

    renewed = await users.renew_password("ann")
    assert (await operator.get("/console/")).status_code == 303
    assert (await operator.sign_in("ann", operator.password)).status_code == 401
    assert (await operator.sign_in("ann", renewed.password)).status_code == 303
    await users.remove("ann")

    assert (await operator.get("/console/")).status_code == 303


async def test_a_session_that_nobody_used_for_half_a_day_is_over(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE console_sessions SET seen_at = seen_at - interval '13 hours'")
        await uow.commit()

    assert (await operator.get("/console/")).status_code == 303


async def test_a_button_needs_the_token_of_a_page_that_this_session_was_shown(
    house: Surface, operator: Browser
) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y", attempts=3)

    for given in ({}, {"form_token": ""}, {"form_token": "x" * 44}):
        answer = await operator.client.post(f"{QUEUE}/{row}/leave-out", data={**given, "back": QUEUE})
        assert said(await operator.get(answer.headers["location"])).startswith("The form was too old")
    good = {"form_token": await operator.form_token(), "back": QUEUE}
    elsewhere = await operator.client.post(
        f"{QUEUE}/{row}/leave-out", data=good, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert said(await operator.get(elsewhere.headers["location"])).startswith("The form was too old")
    assert (await house.fetch("SELECT left_out_at FROM orders_to_import"))[0]["left_out_at"] is None


async def test_no_page_runs_or_loads_what_is_not_ours(operator: Browser) -> None:
    """S25."""
    page = await operator.get("/console/")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|https?://", page.text) == []


async def test_what_came_from_a_store_is_shown_as_text(house: Surface, operator: Browser) -> None:
    """S25."""
    await queued(house, "<script>alert(1)</script>", error_code="x", error_detail="<img src=x onerror=alert(1)>")

    page = await operator.get(QUEUE)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<img" not in page.text
    assert "<script>" not in page.text


async def test_the_first_page_leads_to_what_waits(house: Surface, operator: Browser) -> None:
    await queued(house, "1", error_code="store_refused", error_detail="The store did not answer.", failed_at=NOW)

    [address] = re.findall(
        r'href="(/console/shops/web/orders-to-import\?[^"]+)"', (await operator.get("/console/")).text
    )

    assert "The store did not answer." in (await operator.get(unescape(address))).text


async def test_an_order_to_import_is_tried_again_left_out_and_imported_by_id(house: Surface, operator: Browser) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y", attempts=9, parked_at=NOW)

    tried = await operator.press(f"{QUEUE}/{row}/retry")
    [after] = await house.fetch("SELECT parked_at, attempts FROM orders_to_import")
    assert said(tried) == "The order is imported as soon as possible."
    assert (after["parked_at"], after["attempts"]) == (None, 0)

    left = await operator.press(f"{QUEUE}/{row}/leave-out")
    assert said(left) == "The order is left out until it changes at Shopify."
    assert "Nothing is to be imported" in left.text

    run = await operator.press(f"{QUEUE}/import", shopify_ids="5501, 5502")
    assert said(run) == "The import runs."
    assert "Import orders of web" in run.text
    [kept] = await house.fetch("SELECT parameters, requested_by FROM runs")
    assert "5502" in str(kept["parameters"])
    assert kept["requested_by"] == "ann"


async def test_a_run_is_cancelled_and_says_so(house: Surface, operator: Browser) -> None:
    page = await operator.press("/console/shops/web/tasks/import_orders/runs")
    [run] = await house.fetch("SELECT id FROM runs")

    cancelled = await operator.press(f"/console/runs/{run['id']}/cancel", back=f"/console/runs/{run['id']}")

    assert "data-live" in page.text
    assert "cancelled" in cancelled.text
    assert "data-live" not in cancelled.text


async def test_a_refusal_is_told_in_the_words_of_the_surface(operator: Browser) -> None:
    page = await operator.press(f"{QUEUE}/oti_none/retry")

    assert said(page) == "There is no order to import 'oti_none' in this shop."


async def test_what_was_said_is_said_once_and_cannot_be_made_up(operator: Browser) -> None:
    await operator.press(f"{QUEUE}/oti_none/retry")

    assert said(await operator.get(QUEUE)) == ""
    operator.client.cookies.set("orderbridge_said", "bWFkZSB1cA==" * 9, domain="orderbridge", path="/console")
    assert said(await operator.get(QUEUE)) == ""


async def test_a_viewer_sees_everything_and_has_no_button_that_works(house: Surface, viewer: Browser) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y")

    page = await viewer.get(QUEUE)
    refused = await viewer.press(f"{QUEUE}/{row}/leave-out")

    assert "/leave-out" not in page.text
    assert said(refused) == "This key lacks the scope orders:write."
    assert (await house.fetch("SELECT left_out_at FROM orders_to_import"))[0]["left_out_at"] is None


async def test_a_page_that_is_not_there_says_so_as_a_page(operator: Browser) -> None:
    for path in ("/console/nothing", "/console/shops/none/orders-to-import", "/console/runs/run_none"):
        page = await operator.get(path)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")


async def test_a_mistyped_filter_is_told_not_ignored(operator: Browser) -> None:
    page = await operator.get(QUEUE, colour="red")

    assert page.status_code == 400
    assert "There is no parameter" in said(page)


async def test_a_session_is_no_key_and_a_key_no_session(house: Surface, operator: Browser) -> None:
    assert (await operator.get("/v1/shops")).status_code == 401
    assert (await house.client.get("/console/")).status_code == 303


async def test_two_users_cannot_have_one_name(house: Surface) -> None:
    await a_user(house, "ann", ConsoleRole.VIEWER)

    with pytest.raises(Conflict, match="ann already"):
        await a_user(house, " ANN", ConsoleRole.ADMIN)


@pytest.fixture
async def admin(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "ada", ConsoleRole.ADMIN)
    assert (await stranger.sign_in("ada", password)).status_code == 303
    return Browser(client=stranger.client, password=password)


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them untouched."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert found, page.text
    inputs = re.findall(r'<input(?=[^>]*name="([^"]+)")(?:[^>]*value="([^"]*)")?', found[0])
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', found[0], re.DOTALL)
    fields = {name: unescape(value) for name, value in [*inputs, *areas]}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', found[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    said = {name: without_nulls(each) if isinstance(each, dict) else each for name, each in values.items()}
    return {name: each for name, each in said.items() if each is not None}


async def test_a_form_of_settings_that_is_sent_untouched_changes_nothing(house: Surface, admin: Browser) -> None:
    before = (await house.get("/v1/shops/web"))["settings"]
    page = await admin.get("/console/shops/web/settings")

    for part in before:
        sent = await admin.press(
            f"/console/shops/web/settings/{part}",
            **form_of(await admin.get("/console/shops/web/settings"), f"/console/shops/web/settings/{part}"),
        )
        assert said(sent) == f"The settings of {part} are saved."

    assert (await house.get("/v1/shops/web"))["settings"] == before
    assert "Write the ERP" in page.text or "document" in page.text


async def test_a_setting_is_changed_with_its_help_beside_it_and_filters_are_replaced(
    house: Surface, admin: Browser
) -> None:
    action = "/console/shops/web/settings/orders"
    for filters, kept in [
        ('{"tags": {"contains": ["b2b"]}}', {"tags": {"contains": ["b2b"]}}),
        ('{"tags": {"not_contains": ["b2b"]}, "test": false}', {"tags": {"not_contains": ["b2b"]}, "test": False}),
        ("", {}),
    ]:
        fields = form_of(await admin.get("/console/shops/web/settings"), action)
        page = await admin.press(action, **(fields | {"filters": filters, "number_series.sales_order": "X-"}))

        orders = (await house.get("/v1/shops/web"))["settings"]["orders"]
        assert said(page) == "The settings of orders are saved."
        assert without_nulls(orders["filters"]) == kept
        assert orders["number_series"]["sales_order"] == "X-"


async def test_what_is_wrong_with_a_setting_is_told(house: Surface, admin: Browser) -> None:
    action = "/console/shops/web/settings/orders"
    fields = form_of(await admin.get("/console/shops/web/settings"), action)

    assert "not JSON" in said(await admin.press(action, **(fields | {"filters": "{"})))
    wrong = said(await admin.press(action, **(fields | {"cursor_overlap_minutes": "soon"})))

    assert "cursor_overlap_minutes" in wrong


async def test_a_setting_that_somebody_else_changed_meanwhile_is_not_overwritten(
    house: Surface, admin: Browser
) -> None:
    action = "/console/shops/web/settings/accounts"
    fields = form_of(await admin.get("/console/shops/web/settings"), action)
    await house.client.patch("/v1/shops/web", json={"settings": {"accounts": {"tips": "4711"}}})

    refused = await admin.press(action, **(fields | {"tips": "0815"}))

    assert said(refused) == "Version 2 is the current one. Read it again and decide anew."
    assert (await house.get("/v1/shops/web"))["settings"]["accounts"]["tips"] == "4711"


async def test_mappings_are_added_changed_and_removed(house: Surface, operator: Browser) -> None:
    terms = "/console/shops/web/shipment-method-mappings"
    await operator.press(terms, **{"key.id": "", "title": "Standard", "shipment_method_code": "POST", "back": terms})
    [added] = (await house.get("/v1/shops/web/shipment-method-mappings"))["data"]
    assert added["shipment_method_code"] == "POST"

    changed = form_of(await operator.get(terms), terms) | {"shipment_method_code": "DHL"}
    assert said(await operator.press(terms, **changed)) == "The mapping is saved."
    [after] = (await house.get("/v1/shops/web/shipment-method-mappings"))["data"]
    assert (after["id"], after["shipment_method_code"]) == (added["id"], "DHL")

    removed = await operator.press(terms, **(changed | {"remove": "yes"}))
    assert said(removed) == "The mapping is removed."
    assert (await house.get("/v1/shops/web/shipment-method-mappings"))["data"] == []


@pytest.mark.parametrize(
    ("table", "key", "given", "address"),
    [
        ("/shops/web/location-mappings", {"location_id": "71"}, {"location_code": "BLUE"}, "/71"),
        ("/shops/web/staff-mappings", {"staff_id": "5"}, {"salesperson_code": "AB"}, "/5"),
        ("/shops/web/customer-templates", {"country_code": "NL", "province": ""}, {"template_code": "T"}, "/NL"),
        ("/shops/web/customer-templates", {"country_code": "US", "province": "CA"}, {"template_code": "T"}, "/US/CA"),
        ("/tax-areas", {"country_code": "NL", "province": ""}, {"tax_area_code": "EU"}, "/NL"),
        ("/currency-mappings", {"iso": "USD"}, {"currency_code": "DOL"}, "/USD"),
    ],
    ids=["location", "staff", "country", "province", "tax_area", "currency"],
)
async def test_every_table_of_mappings_takes_a_row(
    house: Surface, operator: Browser, table: str, key: dict[str, str], given: dict[str, str], address: str
) -> None:
    keys = {f"key.{name}": value for name, value in key.items()}
    page = await operator.press(f"/console{table}", **keys, **given, back=f"/console{table}")

    assert said(page) == "The mapping is saved."
    stored = await house.get(f"/v1{table}{address}")
    assert {name: stored[name] for name in given} == given


async def test_a_schedule_is_set_and_keeps_what_it_asks_for(house: Surface, operator: Browser) -> None:
    action = "/console/shops/web/schedules/import_orders"
    pages = "/console/shops/web/schedules"
    fields = form_of(await operator.get(pages), action)
    given = {"enabled": "true", "every_minutes": "10", "cron": "", "filters": '{"test": false}', "parameters": ""}
    page = await operator.press(action, **(fields | given))

    assert said(page) == "The schedule is saved."
    again = form_of(await operator.get(pages), action)
    await operator.press(action, **(again | {"every_minutes": "20"}))
    stored = await house.get("/v1/shops/web/schedules/import_orders")
    assert (stored["every_minutes"], stored["filters"]) == (20, {"test": False})


async def test_the_page_of_a_shop_leads_to_all_others_and_each_opens(house: Surface, operator: Browser) -> None:
    page = await operator.get("/console/shops/web")

    leads = set(re.findall(r'href="(/console/(?:shops/web/|tax|curr)[^"]*)"', page.text))
    assert len(leads) >= 12
    lists = {
        "/console/orders",
        "/console/orders?cue=unmapped_products",
        "/console/audit-entries?shop=web",
        "/console/new-customers",
        "/console/refunds",
        "/console/runs",
        "/console/shops",
    }
    for address in sorted((leads | lists) - {"/console/shops/web/completeness"}):
        assert (await operator.get(address)).status_code == 200, address


async def test_fields_offer_customers_and_items_that_hold_the_words(house: Surface, operator: Browser) -> None:
    await house.client.put("/v1/customers/C1", json={"name": "Jansen", "address": {"city": "Delft"}})
    await house.client.put("/v1/items/I1", json={"description": "Cap", "base_unit": "PCS", "sku": "CAP-1"})

    found = (await operator.get("/console/search/customers", text="jans")).json()
    items = (await operator.get("/console/search/items", text="cap")).json()

    assert found == [{"no": "C1", "label": "C1 – Jansen – Delft"}]
    assert items == [{"no": "I1", "label": "I1 – Cap – CAP-1"}]
    assert (await operator.get("/console/search/keys", text="x")).status_code == 404


async def test_an_order_is_shown_and_its_refusals_are_told(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        made = await an_order(uow.driver, copy=order(line(11301)))
        await uow.commit()
    at = f"/console/orders/{made}"

    page = await operator.get(at)
    refused = await operator.press(f"{at}/assign-customer", sell_to_customer_no="C404", back=at)

    assert page.status_code == 200
    assert "There is no customer C404." in said(refused) or "processed" in said(refused)


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_leads_to_where_it_is_mended(code: ProblemCode) -> None:
    place = place_of({"code": code.value, "pointer": "/lines/11804/item_no"}, "ord_1", "web")

    assert place is not None
    assert place.address.startswith(("/console/orders/ord_1#", "/console/shops/web/", "/console/currency-mappings"))


def test_a_setting_that_is_missing_is_led_to_itself_and_a_later_code_nowhere() -> None:
    tips = place_of({"code": "account_missing", "pointer": "/settings/accounts/tips"}, "ord_1", "web")

    assert tips is not None
    assert tips.address == "/console/shops/web/settings#f-accounts-tips"
    assert place_of({"code": "of_a_later_release", "pointer": ""}, "ord_1", "web") is None


async def test_a_person_is_told_of_in_the_audit_with_what_they_pressed(house: Surface, operator: Browser) -> None:
    """S27."""
    row = await queued(house, "5501")
    await operator.press(f"{QUEUE}/{row}/retry")

    page = unescape((await operator.get("/console/audit-entries", actor="ann")).text)
    assert "retry order to import" in page
    assert row in page


def test_a_day_is_as_high_as_its_orders_are_many_and_tells_what_differs() -> None:
    def day(date: str, there: int, here: int) -> dict[str, Any]:
        return {
            "date": date,
            "complete": there == here,
            "orders": {"shopify": {"count": there}, "here": {"count": here}},
            "differences": ["x"] * (there - here),
        }

    plot = plotted([day("2026-01-14", 10, 10), day("2026-01-15", 5, 4)])

    full, half = plot.bars
    assert (full.there, full.here) == (plot.floor - plot.top, plot.floor - plot.top)
    assert half.there == full.there / 2
    assert half.tells == "2026-01-15: 5 at Shopify, 4 here, 1 differ"
    assert plotted([]).bars == []
