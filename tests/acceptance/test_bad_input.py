"""Bad input and dead neighbours: a problem that says what and where for each, and nothing half-written."""

import base64
import hashlib
import hmac
import json
import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import fingerprints, rows, wait_until_quiet
from tests.acceptance.harness import (
    CREDENTIALS,
    UNLIMITED,
    Installation,
    Simulator,
    installation,
    receive_everything,
    send_items,
    set_up_shop,
    simulated_stores,
)
from tests.acceptance.processes import until

SHOP = "strict"
DOMAIN = "strict.myshopify.com"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def shop(simulator: Simulator, erp: Erp) -> StoreDesk:
    desk = simulator.desk(DOMAIN)
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
    set_up_shop(erp, desk, SHOP, settings={})
    return desk


def problem_of(answer: httpx.Response, status: int) -> Json:
    """The problem that every refusal is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem: Json = answer.json()
    wanted = {"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}
    assert wanted <= problem.keys()
    assert problem["status"] == status
    return problem


def pointers(problem: Json) -> set[str]:
    return {error["pointer"] for error in problem["errors"]}


# What the caller got wrong.


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("PUT", "/v1/items/STRICT-1", {"description": "A", "colour": "blue"}, "/colour"),
        ("PUT", "/v1/customers/STRICT-1", {"name": "A", "address": {"street": "Damrak 1"}}, "/address/street"),
        ("PATCH", f"/v1/shops/{SHOP}", {"settings": {"orders": {"webhook": True}}}, "/settings/orders/webhook"),
        ("POST", f"/v1/shops/{SHOP}/tasks/import_orders/runs", {"parameters": {"since": "x"}}, "/parameters/since"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_an_unknown_field_is_named_and_nothing_is_written(
    erp: Erp, running_service: Installation, method: str, path: str, body: Json, pointer: str
) -> None:
    wait_until_quiet(running_service)
    before = fingerprints(running_service)
    problem = problem_of(erp.send(method, path, body), 422)
    assert pointer in pointers(problem)
    assert fingerprints(running_service) == before


@pytest.mark.parametrize("price", [12.5, 12, 1e400, [], {}])
def test_money_as_a_json_number_is_refused_and_the_item_is_not_there(erp: Erp, price: object) -> None:
    content = json.dumps({"description": "A", "unit_price": price})
    answer = erp.http.put("/v1/items/STRICT-2", content=content, headers={"Content-Type": "application/json"})
    problem = problem_of(answer, 400 if "Infinity" in content else 422)
    if isinstance(price, int | float) and "Infinity" not in content:
        found = {(error["pointer"], error["code"]) for error in problem["errors"]}
        assert ("/unit_price", "money_must_be_a_string") in found
    problem_of(erp.send("GET", "/v1/items/STRICT-2"), 404)


def test_one_bad_item_of_a_batch_spoils_none_of_the_others(erp: Erp) -> None:
    items = [
        {"no": "STRICT-3", "unit_price": "12.50"},
        {"no": "STRICT-4", "unit_price": 12.5},
        {"no": "STRICT-5", "unit_price": "0.10"},
    ]
    answer = erp.send("POST", "/v1/items/batch", {"items": items})
    assert answer.status_code == 207
    assert [result["status"] for result in answer.json()["results"]] == [201, 422, 201]
    assert [erp.send("GET", f"/v1/items/STRICT-{number}").status_code for number in (3, 4, 5)] == [200, 404, 200]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (
            {"refunds": {"process": "auto_create"}, "orders": {"auto_create_documents": False}},
            {"/settings/refunds/process", "/settings/orders/auto_create_documents"},
        ),
        (
            {"customers": {"update_from_store": True, "update_store": True}},
            {"/settings/customers/update_from_store", "/settings/customers/update_store"},
        ),
        (
            {"customers": {"mapping": "always_default", "default_customer_no": None}},
            {"/settings/customers/mapping", "/settings/customers/default_customer_no"},
        ),
    ],
)
@pytest.mark.usefixtures("shop")
def test_settings_that_contradict_name_both_fields_and_change_nothing(
    erp: Erp, settings: Json, named: set[str]
) -> None:
    before = erp.get(f"/v1/shops/{SHOP}")
    problem = problem_of(erp.send("PATCH", f"/v1/shops/{SHOP}", {"settings": settings}), 422)
    assert problem["code"] == "settings_contradict"
    assert named <= pointers(problem)
    assert erp.get(f"/v1/shops/{SHOP}") == before


@pytest.mark.parametrize(
    "domain", ["a.example.com", "https://a.myshopify.com", "-a.myshopify.com", "A.myshopify.com", ".myshopify.com", ""]
)
def test_a_wrong_store_domain_makes_no_shop(erp: Erp, domain: str) -> None:
    body = {"code": "wrong", "name": "Wrong", "store_domain": domain, "credentials": CREDENTIALS}
    assert "/store_domain" in pointers(problem_of(erp.send("POST", "/v1/shops", body), 422))
    problem_of(erp.send("GET", "/v1/shops/wrong"), 404)


def test_credentials_that_the_store_refuses_end_the_run_with_the_remedy(simulator: Simulator, erp: Erp) -> None:
    desk = simulator.desk("refusing.myshopify.com")
    desk.put(app={"access_token": "shpat_another_token"})
    set_up_shop(erp, desk, "refusing", settings={})
    run = erp.finished_run("refusing", "import_orders")
    assert (run["state"], run["problem"]["code"]) == ("failed", "access_revoked")
    assert "credentials" in run["problem"]["detail"]
    # From then on it is known, and the store is not asked in vain.
    again = erp.finished_run("refusing", "import_orders")
    assert (again["state"], again["problem"]["code"]) == ("failed", "access_revoked")
    cues = {each["cue"]: each["count"] for each in erp.get("/v1/activities", shop="refusing")["data"]}
    assert cues["access_revoked"] == 1
    assert list(erp.every("/v1/orders", shop="refusing")) == []


def test_a_missing_scope_ends_the_run_by_name_and_its_grant_is_all_it_takes(simulator: Simulator, erp: Erp) -> None:
    desk = simulator.desk("unscoped.myshopify.com")
    granted = ["write_orders", "read_products", "read_all_orders"]
    desk.put(app={"scopes": granted}, orders=[{"legacyResourceId": str(each)} for each in range(7001, 7071)])
    set_up_shop(erp, desk, "unscoped", settings={})

    run = erp.finished_run("unscoped", "import_orders")

    assert (run["state"], run["problem"]["code"]) == ("failed", "scope_missing")
    lacking = ("read_customers", "read_locations", "read_third_party_fulfillment_orders")
    assert all(scope in run["problem"]["detail"] for scope in lacking)
    assert erp.get("/v1/shops/unscoped")["store"]["access_revoked_at"] is None
    desk.put(app={"scopes": [*granted, *lacking]})
    again = erp.finished_run("unscoped", "import_orders")
    assert (again["state"], again["problem"]) == ("succeeded", None)
    assert len(list(erp.every("/v1/orders", shop="unscoped"))) == 70


@pytest.mark.parametrize("key", [None, "", "ob_nobody00_secret", "not a key"])
def test_without_a_valid_key_nothing_is_told(running_service: Installation, erp: Erp, key: str | None) -> None:
    stranger = running_service.caller(key)
    problem = problem_of(stranger.send("GET", "/v1/orders"), 401)
    assert problem["code"] == "unauthorized"


# Shopify's door.


@pytest.mark.parametrize(
    ("secret", "domain"),
    [("another secret", DOMAIN), (DEFAULT_CLIENT_SECRET, "nobody-knows-it.myshopify.com"), ("", DOMAIN)],
)
@pytest.mark.usefixtures("shop")
def test_a_webhook_with_a_wrong_signature_or_of_an_unknown_store_is_a_401_and_not_kept(
    running_service: Installation, secret: str, domain: str
) -> None:
    before = _stored_webhooks(running_service)
    answer = _deliver(running_service, secret=secret, domain=domain)
    assert answer.status_code == 401
    assert _stored_webhooks(running_service) == before


@pytest.mark.usefixtures("shop")
def test_a_webhook_that_is_rightly_signed_is_kept_even_if_it_cannot_be_read(running_service: Installation) -> None:
    before = _stored_webhooks(running_service)
    answer = _deliver(running_service, secret=DEFAULT_CLIENT_SECRET, domain=DOMAIN, body=b"{not json")
    assert answer.status_code == 200
    assert _stored_webhooks(running_service) == before + 1


def _deliver(service: Installation, *, secret: str, domain: str, body: bytes = b'{"id": 1}') -> httpx.Response:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    headers = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Webhook-Id": os.urandom(8).hex(),
        "X-Shopify-API-Version": "2026-10",
        "Content-Type": "application/json",
    }
    return httpx.post(f"{service.url}/webhooks/shopify", content=body, headers=headers, trust_env=False, timeout=10)


def _stored_webhooks(service: Installation) -> int:
    return int(rows(service, "SELECT count(*) FROM webhook_inbox")[0][0])


# Neighbours that die.


@pytest.fixture(scope="module")
def own_stores() -> Iterator[Simulator]:
    with simulated_stores() as running:
        yield running


@pytest.fixture(scope="module")
def own_service(own_stores: Simulator) -> Iterator[Installation]:
    """A service whose neighbours a test may kill."""
    with installation(own_stores.url) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def own_erp(own_service: Installation) -> Erp:
    return own_service.erp()


@pytest.mark.long
def test_a_dead_store_ends_the_run_with_a_problem_and_the_next_one_makes_up_for_it(
    own_stores: Simulator, own_erp: Erp
) -> None:
    desk = own_stores.desk("mortal.myshopify.com")
    receive_everything(own_erp, desk, "mortal")
    own_stores.kill()
    run = own_erp.finished_run("mortal", "import_orders")
    assert (run["state"], run["problem"]["code"]) == ("failed", "store_unavailable")
    assert run["problem"]["detail"]
    assert list(own_erp.every("/v1/orders")) == []
    own_stores.start_again()
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
    options = {"custom_lines": 0, "unlinked_products": 0}
    desk.generate(seed=1, count=20, preset="typical", start="2025-06-01T08:00:00Z", options=options)
    send_items(own_erp, desk)
    run = own_erp.finished_run("mortal", "import_orders", {"include_closed": True})
    assert (run["state"], run["counts"]["imported"], run["counts"]["documents"]) == ("succeeded", 20, 20)


@pytest.mark.long
def test_a_dead_database_is_a_503_that_says_when_to_come_back_and_nothing_is_half_there(
    own_service: Installation, own_erp: Erp
) -> None:
    body = {"code": "late", "name": "Late", "store_domain": "late.myshopify.com", "credentials": CREDENTIALS}
    os.kill(own_service.postmaster_pid(), signal.SIGKILL)
    for method, path, given in (
        ("GET", "/v1/orders", None),
        ("PUT", "/v1/items/LATE", {"description": "Late"}),
        ("POST", "/v1/shops", body),
        ("POST", "/v1/shops/mortal/tasks/import_orders/runs", {}),
    ):
        problem = problem_of(own_erp.send(method, path, given), 503)
        assert problem["retryable"] is True
    unsigned = _deliver(own_service, secret=DEFAULT_CLIENT_SECRET, domain="mortal.myshopify.com")
    assert unsigned.status_code == 503
    assert int(unsigned.headers["Retry-After"]) > 0
    alive, ready = (own_erp.send("GET", path).status_code for path in ("/livez", "/readyz"))
    assert (alive, ready) == (200, 503)

    own_service.stop("all")
    own_service.start()
    assert own_erp.send("GET", "/v1/items/LATE").status_code == 404
    assert own_erp.send("GET", "/v1/shops/late").status_code == 404
    run = own_erp.finished_run("mortal", "import_orders")
    assert (run["state"], run["counts"]["documents"]) == ("succeeded", 0)
    until(lambda: own_erp.send("GET", "/readyz").status_code == 200, what="the service is ready again")
