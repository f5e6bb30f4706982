"""The page of all calls in a real browser: found, filled in, sent, and told again as a command that does the same."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from tests.acceptance.clients import Erp
from tests.acceptance.console_operator import ARGUMENTS, CHROMIUM, IN_A_BROWSER, axe_complaints
from tests.acceptance.harness import Installation

pytestmark = IN_A_BROWSER

CUSTOMER = "O'Neil & Sons"


@pytest.fixture
def key(erp: Erp) -> str:
    return erp.http.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def page(running_service: Installation) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = browser.new_page()
        found.set_default_timeout(20_000)
        complaints: list[str] = []
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on("console", lambda said: complaints.append(said.text) if unforeseen(said) else None)
        found.goto(f"{running_service.url}/docs")
        expect(found.locator("#waiting")).to_have_count(0, timeout=60_000)
        yield found
        browser.close()
    assert complaints == []


def unforeseen(said: ConsoleMessage) -> bool:
    """Whether the browser has something against the page; a call that is refused is none of that."""
    return said.type == "error" and "status of 40" not in said.text


def run(command: str, key: str) -> str:
    """What a shell makes of a command that the page shows."""
    done = subprocess.run(
        ["bash", "-c", f"{command} --silent --show-error --fail-with-body"],
        env={**os.environ, "KEY": key},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_a_call_is_found_sent_and_told_as_a_command_that_does_the_same(erp: Erp, key: str, page: Page) -> None:
    page.get_by_label("API key, to try calls with").fill(key)
    page.get_by_label("Find").fill("put_customer")
    call = page.locator("details#put_customer")
    call.locator("summary").first.click()
    call.get_by_label("no", exact=True).fill(CUSTOMER)
    call.get_by_label("Body").fill(json.dumps({"name": "O'Neil's \\ $HOME `id`"}))
    call.get_by_role("button", name="Send").click()

    expect(call.locator(".status")).to_have_text("201 Created")
    shown = call.locator("pre").filter(has_text="curl -X PUT").inner_text()
    assert key not in shown
    before = erp.get("/v1/customers/O%27Neil%20%26%20Sons")
    assert before["name"] == "O'Neil's \\ $HOME `id`"
    again = json.loads(run(shown, key))
    assert (again["no"], again["name"]) == (CUSTOMER, before["name"])
    assert axe_complaints(page) == []


def test_a_refusal_and_a_filter_are_shown_as_they_are(page: Page, key: str) -> None:
    page.get_by_label("Find").fill("list_orders")
    call = page.locator("details#list_orders")
    call.locator("summary").first.click()
    call.get_by_label("name", exact=True).fill("it's #1001")
    call.get_by_role("button", name="Send").click()
    expect(call.locator(".status")).to_contain_text("401")

    page.get_by_label("API key, to try calls with").fill(key)
    call.get_by_role("button", name="Send").click()
    expect(call.locator(".status")).to_contain_text("200")
    shown = call.locator("pre").filter(has_text="curl -X GET").inner_text()
    assert json.loads(run(shown, key)) == {"data": [], "next_cursor": None}
