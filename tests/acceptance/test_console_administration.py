"""The console in a real browser: stores, keys, users, endpoints and privacy requests, by an admin (P02, P82, P83).

What is secret is shown on the page after its making, and on no other.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from app.store_simulator.state import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.console_operator import IN_A_BROWSER, Operator, Share
from tests.acceptance.harness import CLIENT_CREDENTIALS, CREDENTIALS, Installation, Simulator
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import an_order, in_country, run_import
from tests.acceptance.test_privacy import shopify_says
from tests.webhook_receiver import receiving

SHOP = "console-admin"
BUYER = 9_300_001

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def desk(console_desk: StoreDesk) -> StoreDesk:
    return console_desk


def shown_once(operator: Operator, label: str) -> str:
    """The secret on the page; gone from the page that one goes on to."""
    operator.look()
    secret = operator.page.get_by_label(label, exact=True).input_value()
    operator.page.get_by_role("link", name="I have it: go on").click()
    expect(operator.page.get_by_text("It is shown this once.")).to_have_count(0)
    operator.look()
    assert secret not in operator.page.content()
    return secret


def row(operator: Operator, text: str) -> None:
    """Open what can be done in the row that says this."""
    operator.page.get_by_role("row").filter(has_text=text).locator("summary").click()


def make_user(operator: Operator, name: str, *, role: str) -> str:
    """The password that the user is given."""
    operator.open("/console/console-users")
    operator.fill("Name", name)
    operator.page.locator("form[action='/console/console-users'] select").select_option(role)
    operator.press("Make the user")
    return shown_once(operator, "Password")


@contextmanager
def another_browser(operator: Operator) -> Iterator[Operator]:
    """Somebody else, who has opened the console and is not signed in."""
    browser = operator.page.context.browser
    assert browser is not None
    context = browser.new_context()
    somebody = Operator(page=context.new_page(), url=operator.url)
    somebody.open("/console")
    yield somebody
    context.close()


def of_key(operator: Operator, key: str) -> httpx.Response:
    return httpx.get(f"{operator.url}/v1/me", headers={"Authorization": f"Bearer {key}"}, trust_env=False)


def test_a_key_is_made_with_what_is_ticked_shown_once_replaced_and_revoked(desk: StoreDesk, operator: Operator) -> None:
    operator.open("/console/api-keys")
    operator.fill("What it is for", "A poller")
    operator.page.get_by_label("Change documents").uncheck()
    operator.page.get_by_label(SHOP, exact=True).check()
    operator.fill("Last day", "2099-12-31")
    operator.press("Make the key")
    first = shown_once(operator, "API key")

    me = of_key(operator, first).json()
    assert ("documents:read" in me["scopes"], "documents:write" in me["scopes"]) == (True, False)
    assert (me["shops"], me["expires_at"]) == ([SHOP], "2099-12-31T23:59:59Z")

    row(operator, "A poller")
    operator.press("Replace it")
    second = shown_once(operator, "API key")
    assert of_key(operator, second).status_code == 200
    row(operator, second.split("_")[1])
    operator.presses("Revoke it", "The key is revoked")
    assert of_key(operator, second).status_code == 401


def test_a_key_that_was_shown_is_not_shown_again_by_sending_the_form_again(operator: Operator) -> None:
    operator.open("/console/api-keys")
    operator.fill("What it is for", "Twice")
    operator.press("Make the key")
    expect(operator.page.get_by_text("It is shown this once.")).to_be_visible()

    operator.page.reload()

    operator.is_told("It was shown once already")
    expect(operator.page.get_by_role("row").filter(has_text="Twice")).to_have_count(1)


def test_a_user_is_made_given_a_role_and_a_new_password_signed_out_and_removed(operator: Operator) -> None:
    first = make_user(operator, "Nora", role="viewer")
    row(operator, "nora")
    operator.page.get_by_label("Role of nora").select_option("operator")
    operator.press("Give the role")
    expect(operator.page.get_by_text("nora is operator now.")).to_be_visible()
    shown_once(operator, "Password")
    row(operator, "nora")
    operator.press("New password")
    second = shown_once(operator, "Password")

    with another_browser(operator) as nora:
        nora.sign_in("nora", first)
        expect(nora.page.get_by_text("Name or password is wrong.")).to_be_visible()
        nora.complaints.clear()
        nora.sign_in("nora", second)
        expect(nora.page.get_by_role("heading", level=1)).to_have_text("What waits")
        row(operator, "nora")
        operator.presses("Sign out everywhere", "nora is signed out everywhere.")
        nora.open("/console/orders")
        expect(nora.page.get_by_label("Password")).to_be_visible()
    row(operator, "nora")
    operator.presses("Switch off", "nora is switched off, and signed out everywhere.")
    row(operator, "nora")
    operator.presses("Switch on", "nora is switched on: the password is the same as before.")
    row(operator, "nora")
    operator.presses("Remove", "nora is no user any more.")

    expect(operator.page.get_by_role("row").filter(has_text="nora")).to_have_count(0)


def test_an_operator_is_offered_neither_keys_nor_users_nor_privacy_requests(operator: Operator) -> None:
    password = make_user(operator, "otto", role="operator")
    with another_browser(operator) as otto:
        otto.sign_in("otto", password)

        otto.page.get_by_text("Set-up").click()
        expect(otto.page.get_by_role("link", name="Webhook endpoints")).to_be_visible()
        for address in ("api-keys", "console-users", "privacy-requests"):
            expect(otto.page.locator(f"a[href='/console/{address}']")).to_have_count(0)
            otto.page.goto(f"{otto.url}/console/{address}")
            expect(otto.page.get_by_text("Your role may not do this.")).to_be_visible()


def test_a_shop_is_added_and_its_store_connected_by_oauth(erp: Erp, simulator: Simulator, operator: Operator) -> None:
    store = simulator.desk("console-oauth.myshopify.com")
    store.put(shop={"currencyCode": "EUR", "ianaTimezone": "UTC"}, app={"access_token": None})
    operator.open("/console/shops")
    operator.fill("Name", "By OAuth")
    operator.fill("Code", "console-oauth")
    operator.fill("Store at Shopify", "https://Console-OAuth.myshopify.com/")
    operator.presses("Add the shop", "The shop By OAuth is made. Connect its store.")
    expect(operator.page.get_by_text("/oauth/shopify/callback")).to_be_visible()
    operator.fill("Client id", DEFAULT_CLIENT_ID)
    operator.fill("Client secret", DEFAULT_CLIENT_SECRET)
    operator.presses("Keep them, then install", "The credentials are kept, and never shown again.")
    expect(operator.page.get_by_text("One step is left")).to_be_visible()
    assert DEFAULT_CLIENT_SECRET not in operator.page.content()

    operator.page.get_by_role("link", name="Install the app in the store").click()
    expect(operator.page.get_by_text("Orderbridge is connected to console-oauth.myshopify.com.")).to_be_visible()
    operator.complaints.clear()
    operator.page.get_by_role("link", name="the console").click()
    operator.open("/console/shops/console-oauth/connection")
    operator.press("Test the connection")
    expect(operator.page.locator(".state.succeeded")).to_be_visible(timeout=20_000)
    operator.look()

    assert erp.get("/v1/shops/console-oauth")["store"]["granted_scopes"]


@pytest.mark.parametrize(
    ("way", "fields", "button"),
    [
        ("A client of the Dev Dashboard", CLIENT_CREDENTIALS, "Set the client"),
        ("The token of a custom app", CREDENTIALS, "Set the token"),
    ],
    ids=["client", "token"],
)
def test_new_credentials_are_set_and_never_shown(
    erp: Erp, operator: Operator, way: str, fields: Json, button: str
) -> None:
    operator.open(f"/console/shops/{SHOP}/connection")
    operator.page.get_by_text(way).click()
    form = operator.page.locator("form").filter(has=operator.page.get_by_role("button", name=button))
    for name, value in fields.items():
        if name != "kind":
            form.locator(f"[name={name}]").fill(value)
    operator.presses(button, "The credentials are kept, and never shown again.")

    secrets = [value for name, value in fields.items() if name != "kind"]
    assert not any(secret in operator.page.content() for secret in secrets)
    assert erp.get(f"/v1/shops/{SHOP}")["credentials"]["kind"] == fields["kind"]


def test_the_connection_test_says_what_stands_in_the_way(simulator: Simulator, operator: Operator) -> None:
    simulator.desk("console-oauth.myshopify.com").put(app={"scopes": ["read_orders"]})
    operator.open("/console/shops/console-oauth/connection")
    operator.press("Test the connection")

    expect(operator.page.get_by_role("heading", name="What stands in the way")).to_be_visible(timeout=20_000)
    expect(operator.page.get_by_text("Grant the app").first).to_be_visible()
    operator.look()


def test_a_webhook_endpoint_is_made_tried_changed_replayed_and_deleted(
    erp: Erp, desk: StoreDesk, operator: Operator
) -> None:
    desk.put(orders=[an_order(9301)])
    with receiving() as receiver:
        operator.open("/console/webhook-endpoints")
        operator.fill("Address", receiver.url)
        operator.page.get_by_label("order.*", exact=True).check()
        operator.page.get_by_label(SHOP, exact=True).check()
        operator.press("Make the endpoint")
        assert shown_once(operator, "Secret").startswith("whsec_")
        operator.page.get_by_role("link", name=receiver.url).click()
        operator.presses("Send a test", "The test got through: 200")

        run_import(erp, SHOP, order_shopify_ids=["9301"])
        until(lambda: len(receiver.received) >= 2, what="the order's event is delivered")
        before = len(receiver.received)
        operator.open(operator.page.url.removeprefix(operator.url))
        operator.page.get_by_role("button", name="Send again from here").last.click()
        operator.is_told("are sent again.")
        until(lambda: len(receiver.received) > before, what="the event is delivered again")

        operator.page.get_by_text("New secret", exact=True).click()
        operator.press("Make a new secret")
        assert shown_once(operator, "Secret").startswith("whsec_")
        operator.page.get_by_text("Address, events and shops").click()
        operator.fill("What it is for", "The ERP in test")
        operator.presses("Save", "The endpoint is changed.")
        operator.presses("Disable", "Nothing is sent to the endpoint")
        operator.presses("Enable", "The endpoint is told events again")
    operator.presses("Send a test", "The test did not get through")
    operator.page.get_by_text("Delete", exact=True).click()
    operator.presses("Delete the endpoint", "The endpoint is deleted.")

    assert [each for each in erp.every("/v1/webhook-endpoints") if each["url"] == receiver.url] == []


def a_buyer(number: int) -> Json:
    address = in_country("NL") | {"id": f"gid://shopify/MailingAddress/{number}"}
    return {
        "id": f"gid://shopify/Customer/{number}",
        "firstName": "Pia",
        "lastName": "Persoon",
        "defaultAddress": address,
        "addressesV2": [address],
    }


def test_what_is_held_of_a_person_is_downloaded_and_the_person_forgotten(
    erp: Erp, desk: StoreDesk, operator: Operator, running_service: Installation, tmp_path: Path
) -> None:
    desk.put(orders=[an_order(9302, email="pia@persoon.example", customer=a_buyer(BUYER))])
    run_import(erp, SHOP, order_shopify_ids=["9302"])
    domain = desk.domain
    person = {"shop_domain": domain, "customer": {"id": BUYER, "email": "pia@persoon.example"}}
    asks = person | {"orders_requested": [9302]}
    shopify_says(running_service, domain, "customers/data_request", asks, delivery="console-data")
    forget = person | {"orders_to_redact": [9302]}
    shopify_says(running_service, domain, "customers/redact", forget, delivery="console-redact")

    def told() -> bool:
        mine = {each["kind"]: each for each in erp.every("/v1/privacy-requests") if each["store_domain"] == domain}
        return len(mine) == 2 and bool(mine["customer_redact"]["detail"])

    until(told, what="both requests are there, and the second waits for the ERP")

    operator.open("/console/privacy-requests")
    operator.page.get_by_role("row").filter(has_text=domain).get_by_role("link", name="asks what is held").click()
    operator.look()
    with operator.page.expect_download() as downloading:
        operator.page.get_by_role("link", name="Download what is held").click()
    downloading.value.save_as(tmp_path / "held.json")
    held = json.loads((tmp_path / "held.json").read_text())
    assert "pia@persoon.example" in json.dumps(held["orders"])

    operator.open("/console/privacy-requests")
    operator.page.get_by_role("row").filter(has_text=domain).get_by_role("link", name="to be forgotten").click()
    expect(operator.page.get_by_text("not acknowledged by the ERP yet")).to_be_visible()
    operator.presses("Carry it out now", "The request is carried out.")

    [order] = erp.every("/v1/orders", shop=SHOP, name="#9302")
    assert not erp.get(f"/v1/orders/{order['id']}")["email"]
    expect(operator.page.locator(".state.done")).to_be_visible()


def test_who_did_all_this_stands_in_the_audit(operator: Operator) -> None:
    """S27."""
    operator.open(f"/console/audit-entries?actor=olga-{SHOP}")

    for done in (
        "api keys created",
        "console users removed",
        "sign console user out",
        "stores changed",
        "privacy requests changed",
    ):
        expect(operator.page.get_by_text(done).first).to_be_visible()


def test_a_menu_is_opened_and_a_user_made_by_keyboard_alone(operator: Operator) -> None:
    operator.open("/console/")
    operator.tab_to("Set-up")
    operator.page.keyboard.press("Enter")
    operator.tab_to("Users")
    operator.page.keyboard.press("Enter")
    expect(operator.page.get_by_role("heading", level=1)).to_have_text("Users of the console")
    operator.tab_to("name")
    operator.page.keyboard.type("tab")
    operator.tab_to("Make the user")
    with operator.page.expect_navigation():
        operator.page.keyboard.press("Enter")

    assert shown_once(operator, "Password")


def test_every_button_of_this_share_was_pressed_by_the_tests_before_it(operator: Operator) -> None:
    """Of no use alone: it looks at what the tests before it did."""
    operator.pressed_all(Share.ADMINISTRATION)
