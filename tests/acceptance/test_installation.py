"""The app is installed by OAuth, and nobody but the merchant's browser ends what it began (P02, S23, AU)."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from app.store_simulator.state import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.harness import Installation, Simulator, set_up_shop
from tests.acceptance.queue_orders import an_order, open_store, run_import, shop_settings

APP = {"kind": "oauth", "client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_CLIENT_SECRET}


@pytest.fixture
def browser(running_service: Installation) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_service.url, trust_env=False) as client:
        yield client


def a_shop_to_install(erp: Erp, simulator: Simulator, code: str) -> StoreDesk:
    desk = simulator.desk(f"{code}.myshopify.com")
    open_store(erp, desk)
    desk.put(app={"access_token": None})
    set_up_shop(erp, desk, code, settings=shop_settings(), credentials=APP)
    return desk


def callback_of(browser: httpx.Client, domain: str) -> str:
    """Where the browser is sent back to after the merchant agreed."""
    sent = browser.get("/oauth/shopify/install", params={"shop": domain})
    assert sent.status_code == 302, sent.text
    consented = browser.get(sent.headers["Location"])
    assert consented.status_code == 302, consented.text
    return consented.headers["Location"]


def changed(url: str, **values: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | values)))


def signed(url: str, **values: str) -> str:
    """The same with other values, signed as Shopify signs for whoever installs the app elsewhere."""
    query = dict(parse_qsl(urlsplit(url).query)) | values
    del query["hmac"]
    told = urlencode(sorted(query.items()))
    return changed(
        url, **values, hmac=hmac.new(DEFAULT_CLIENT_SECRET.encode(), told.encode(), hashlib.sha256).hexdigest()
    )


def refused(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 403, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == "not_genuine"
    return problem


def test_an_installation_connects_the_store_and_its_orders_come(
    erp: Erp, simulator: Simulator, browser: httpx.Client
) -> None:
    desk = a_shop_to_install(erp, simulator, "installed")
    desk.put(orders=[an_order(880001)])
    before = erp.finished_run("installed", "import_orders")

    done = browser.get(callback_of(browser, desk.domain))

    assert (before["state"], before["problem"]["code"]) == ("failed", "access_revoked")
    assert done.status_code == 200
    assert desk.domain in done.text
    assert "no-store" in done.headers["Cache-Control"]
    run_import(erp, "installed")
    assert [order["name"] for order in erp.every("/v1/orders", shop="installed")] == ["#880001"]

    erp.ask("PUT", "/v1/shops/installed/credentials", APP)
    run_import(erp, "installed")


def test_a_callback_is_good_once_in_one_browser_as_it_was_signed(
    erp: Erp, simulator: Simulator, browser: httpx.Client, running_service: Installation
) -> None:
    desk = a_shop_to_install(erp, simulator, "guarded")
    a_shop_to_install(erp, simulator, "guarded-too")
    back = callback_of(browser, desk.domain)

    with httpx.Client(base_url=running_service.url, trust_env=False) as another:
        refused(another.get(back))
    refused(browser.get(changed(back, shop="guarded-too.myshopify.com")))
    refused(browser.get(changed(back, hmac="0" * 64)))
    refused(browser.get(changed(back, timestamp="1700000000")))
    refused(browser.get(f"{back}&code=another"))
    assert browser.get(changed(back, shop="evil.example.com")).status_code == 404
    assert browser.get(back).status_code == 200
    refused(browser.get(back))


def test_what_was_begun_for_one_store_ends_nothing_of_another(
    erp: Erp, simulator: Simulator, browser: httpx.Client
) -> None:
    desk, other = (a_shop_to_install(erp, simulator, code) for code in ("begun", "begun-too"))

    refused(browser.get(signed(callback_of(browser, desk.domain), shop=other.domain)))


def test_a_browser_ends_only_what_it_began_itself(
    erp: Erp, simulator: Simulator, browser: httpx.Client, running_service: Installation
) -> None:
    desk = a_shop_to_install(erp, simulator, "enticed")
    with httpx.Client(base_url=running_service.url, trust_env=False) as stranger:
        enticing = callback_of(stranger, desk.domain)
    own = callback_of(browser, desk.domain)

    refused(browser.get(enticing))
    assert browser.get(own).status_code == 200


def test_what_a_browser_keeps_of_an_installation_is_good_once(
    erp: Erp, simulator: Simulator, browser: httpx.Client
) -> None:
    desk = a_shop_to_install(erp, simulator, "once-only")
    back = callback_of(browser, desk.domain)
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 200

    browser.cookies.update(kept)
    answer = browser.get(back)

    assert refused(answer)["detail"].startswith("This does not come from an installation that was begun here")


def test_an_installation_is_begun_for_stores_that_wait_for_one_only(
    erp: Erp, simulator: Simulator, browser: httpx.Client
) -> None:
    desk = simulator.desk("not-oauth.myshopify.com")
    open_store(erp, desk, not_oauth={})

    for shop in (desk.domain, "nobody.myshopify.com", "https://evil.example.com", ""):
        answer = browser.get("/oauth/shopify/install", params={"shop": shop})
        assert (answer.status_code, "credentials of kind oauth" in answer.json()["detail"]) == (404, True)


def test_a_forged_request_to_install_is_refused(erp: Erp, simulator: Simulator, browser: httpx.Client) -> None:
    desk = a_shop_to_install(erp, simulator, "forged")

    refused(browser.get("/oauth/shopify/install", params={"shop": desk.domain, "hmac": "0" * 64}))
