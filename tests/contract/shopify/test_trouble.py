"""A store in trouble, or one that refuses us (B1–B6, B10, B12, B14)."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from app.adapters.shopify.scopes import NEEDED_BY_ORDERS
from app.domain.identifiers import ShopifyId
from app.ports.errors import AccessRevoked, ScopeMissing, StoreRefused, StoreUnavailable, Throttled
from app.ports.store_gateway import OrderListing, OrderRead, OrderUnreadable
from tests.contract.shopify.odd_store import OddStore, answer, odd_store
from tests.contract.shopify.stores import ACCESS_TOKEN, STATIC, SimulatedStore, connected
from tests.contract.shopify.test_reading_orders import ids, order


@pytest.fixture
async def odd() -> AsyncIterator[OddStore]:
    async with odd_store() as running:
        yield running


@pytest.fixture
async def at_odd(odd: OddStore, doors: httpx.AsyncClient) -> AsyncIterator[SimulatedStore]:
    """The adapter, connected to a store that answers what a test says."""
    store = connected(odd.url, domain="odd.myshopify.com", credentials=STATIC, doors=doors)
    yield store
    await store.http.aclose()


async def listed(store: SimulatedStore, listing: OrderListing | None = None) -> list[str]:
    wanted = listing or OrderListing()
    return [each.name async for page in store.gateway.list_orders(store.ref, wanted) for each in page]


async def test_a_throttled_call_waits_for_its_points_and_succeeds(store: SimulatedStore) -> None:
    """Peers 39."""
    await store.put(orders=[order(1)], throttle={"maximumAvailable": 2000, "restoreRate": 100})
    await store.fail("throttled", operation="OrdersWhole", times=2)

    assert (await store.order(1)).name == "#1"
    assert len([pause for pause in store.pauses.taken if pause >= 1]) >= 2


async def test_a_store_that_throttles_for_ever_gets_its_call_back_later(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    await store.fail("throttled", operation="OrderListing", times=None)

    with pytest.raises(Throttled) as raised:
        await listed(store)

    assert raised.value.retry_after is not None
    assert len(await store.calls("OrderListing")) == 5


async def test_points_used_up_by_others_are_waited_for_before_the_call(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)], throttle={"maximumAvailable": 1000, "restoreRate": 50})
    await store.order(1)
    state = store.bucket.states[store.ref.id]
    assert (state.maximum, state.restore_rate) == (1000, 50)
    await store.bucket.reserve(store.ref.id, state.available)
    store.pauses.taken.clear()

    await store.order(1)

    assert sum(store.pauses.taken) > 1


async def test_one_store_out_of_points_does_not_slow_another(store: SimulatedStore, connect: Any) -> None:
    other = connect(STATIC)
    await store.put(orders=[order(1)])
    await other.put(orders=[order(1)])
    await store.fail("throttled", operation="OrdersWhole", times=None)

    with pytest.raises(Throttled):
        await store.gateway.read_orders(store.ref, ids(1))

    assert (await other.order(1)).name == "#1"
    assert other.pauses.taken == []


@pytest.mark.parametrize(("asked", "waited"), [("2.0", 2.0), ("7", 7.0)])
async def test_too_many_requests_are_repeated_when_the_store_says(
    store: SimulatedStore, asked: str, waited: float
) -> None:
    """Peers 39: 429 with Retry-After."""
    await store.put(orders=[order(1)])
    await store.fail("rate_limited", operation="OrdersWhole", retryAfter=asked)

    await store.order(1)

    assert any(waited <= pause < waited + 0.5 for pause in store.pauses.taken)


async def test_a_date_to_retry_after_is_understood(at_odd: SimulatedStore, odd: OddStore) -> None:
    when = format_datetime(at_odd.clock.now() + timedelta(seconds=5), usegmt=True)
    odd.answers = [answer(b"{}", status="429 Too Many Requests", retry_after=when), answer(listing_answer())]

    assert await listed(at_odd) == []
    assert 3 <= sum(at_odd.pauses.taken) <= 6


def listing_answer(**extensions: Any) -> bytes:
    data = {"orders": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}}
    return json.dumps({"data": data, "extensions": extensions}).encode()


async def test_an_absurd_wait_is_capped_and_handed_back(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    await store.fail("rate_limited", operation="OrdersWhole", retryAfter="1000000000")

    with pytest.raises(Throttled) as raised:
        await store.gateway.read_orders(store.ref, ids(1))

    assert raised.value.retry_after == timedelta(minutes=15)
    assert store.pauses.taken == []


@pytest.mark.parametrize("fault", [{"kind": "server_error", "status": 502}, {"kind": "cut_json"}])
async def test_a_passing_trouble_is_retried_with_growing_pauses(store: SimulatedStore, fault: dict[str, Any]) -> None:
    await store.put(orders=[order(1)])
    await store.fail(**fault, operation="OrdersWhole", times=3)

    assert (await store.order(1)).name == "#1"
    assert len(store.pauses.taken) == 3
    assert store.pauses.taken[2] > store.pauses.taken[0]


@pytest.mark.parametrize("fault", [{"kind": "server_error", "status": 500}, {"kind": "cut_json"}])
async def test_a_lasting_trouble_ends_after_a_few_attempts(store: SimulatedStore, fault: dict[str, Any]) -> None:
    await store.fail(**fault, operation="OrderListing", times=None)

    with pytest.raises(StoreUnavailable) as raised:
        await listed(store)

    assert raised.value.outcome_known
    assert len(await store.calls("OrderListing")) == 5


async def test_retries_stop_when_the_store_has_had_too_many_of_them(store: SimulatedStore) -> None:
    await store.fail("server_error", operation="OrderListing", times=None)

    for _ in range(12):
        with pytest.raises(StoreUnavailable):
            await listed(store)

    calls = len(await store.calls("OrderListing"))
    assert calls < 12 * 5
    assert calls <= 12 + 23


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b'{"data": {"orders"', b"\xff\xfe"])
async def test_an_answer_that_is_no_whole_json_is_the_stores_trouble(
    at_odd: SimulatedStore, odd: OddStore, body: bytes
) -> None:
    odd.answers = [answer(body)]

    with pytest.raises(StoreUnavailable):
        await listed(at_odd)

    assert len(odd.requests) == 5


async def test_a_lost_connection_is_retried(at_odd: SimulatedStore, odd: OddStore) -> None:
    odd.answers = [b"", answer(listing_answer())[:-30], answer(listing_answer())]

    assert await listed(at_odd) == []
    assert len(odd.requests) == 3


async def test_a_mutation_whose_answer_was_lost_is_looked_up_and_not_repeated(store: SimulatedStore) -> None:
    await store.fail("cut_json", operation="WebhookCreate")

    made = await store.gateway.create_webhook_subscription(store.ref, "orders/updated", "https://erp.example/hooks")

    assert (made.topic, made.uri) == ("orders/updated", "https://erp.example/hooks")
    assert len(await store.calls("WebhookCreate")) == 1
    assert len(await store.gateway.webhook_subscriptions(store.ref)) == 1


async def test_a_mutation_that_did_not_happen_is_told_as_unknown(store: SimulatedStore) -> None:
    await store.fail("server_error", operation="WebhookCreate", times=None)

    with pytest.raises(StoreUnavailable) as raised:
        await store.gateway.create_webhook_subscription(store.ref, "orders/updated", "https://erp.example/hooks")

    assert not raised.value.outcome_known
    assert len(await store.calls("WebhookCreate")) == 1


async def test_a_refusal_in_the_stores_own_words_is_not_repeated(store: SimulatedStore) -> None:
    refusals = [{"field": ["webhookSubscription", "uri"], "message": "Address is not allowed"}]
    await store.fail(
        "user_errors", operation="WebhookCreate", times=None, mutation="webhookSubscriptionCreate", userErrors=refusals
    )

    with pytest.raises(StoreRefused) as raised:
        await store.gateway.create_webhook_subscription(store.ref, "orders/updated", "https://erp.example/hooks")
    assert "Address is not allowed" in raised.value.detail

    assert len(await store.calls("WebhookCreate")) == 1


@pytest.mark.parametrize(
    ("status", "cause"),
    [(402, "store_frozen"), (403, "store_forbidden"), (404, "store_gone"), (423, "store_locked")],
)
async def test_a_closed_store_is_noted_once_and_not_asked_again(store: SimulatedStore, status: int, cause: str) -> None:
    await store.fail("answer", operation="OrdersWhole", times=None, status=status, body={"errors": "Unavailable Shop"})

    with pytest.raises(AccessRevoked) as raised:
        await store.gateway.read_orders(store.ref, ids(1))

    assert (raised.value.code, raised.value.facts["cause"]) == ("access_revoked", cause)
    assert str(status) in raised.value.detail
    assert [each for each, _ in store.vault.revoked] == [store.ref.id]
    assert len(await store.calls("OrdersWhole")) == 1


async def test_a_scope_that_was_taken_away_is_named_and_closes_no_store(store: SimulatedStore) -> None:
    await store.put(app={"scopes": ["read_products"]})

    with pytest.raises(ScopeMissing) as raised:
        await listed(store)

    assert raised.value.code == "scope_missing"
    assert "read_orders; read_customers; " in raised.value.detail
    assert store.vault.revoked == []


async def test_all_scopes_that_orders_lack_are_named_at_once_and_granting_them_is_enough(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)], app={"scopes": ["write_orders", "read_all_orders"]})

    with pytest.raises(ScopeMissing) as raised:
        await store.gateway.read_orders(store.ref, ids(1))

    lacking = [need for need in NEEDED_BY_ORDERS if need != ("read_orders",)]
    assert list(raised.value.facts["scopes"]) == lacking  # type: ignore[call-overload]
    assert all(scope in raised.value.detail for need in lacking for scope in need)
    await store.put(app={"scopes": ["write_orders", *(need[0] for need in lacking)]})
    assert (await store.order(1)).name == "#1"


@pytest.mark.parametrize("need", NEEDED_BY_ORDERS[1:], ids=lambda need: need[0])
async def test_an_order_that_one_scope_hides_waits_for_it_and_is_named_no_failure_of_its_own(
    store: SimulatedStore, need: tuple[str, ...]
) -> None:
    others = [each[0] for each in NEEDED_BY_ORDERS if each != need]
    retail = {"id": "gid://shopify/Location/7", "name": "Till"}
    await store.put(orders=[order(1, retailLocation=retail)], app={"scopes": others})

    try:
        [reading] = await store.gateway.read_orders(store.ref, ids(1))
    except ScopeMissing as missing:
        told = missing.detail
    else:
        assert isinstance(reading, OrderUnreadable)
        assert (reading.code, reading.retryable) == ("scope_missing", True)
        told = reading.detail

    assert " or ".join(need) in told
    assert not any(scope in told for scope in others)
    assert store.vault.revoked == []


async def test_a_token_that_may_know_less_than_was_granted_is_renewed_before_a_scope_is_said_to_be_missing(
    granting_store: SimulatedStore,
) -> None:
    await granting_store.put(orders=[order(1)], app={"scopes": ["read_orders"]})
    with pytest.raises(ScopeMissing):
        await granting_store.gateway.read_orders(granting_store.ref, ids(1))

    assert len(granting_store.vault.kept) == 2


async def test_a_redirect_is_not_followed_with_the_token(at_odd: SimulatedStore, odd: OddStore) -> None:
    odd.answers = [answer(b"", status="302 Found", location="https://elsewhere.example/")]

    with pytest.raises(StoreRefused):
        await listed(at_odd)

    assert len(odd.requests) == 1


async def test_an_answer_that_unpacks_to_too_much_is_not_read(at_odd: SimulatedStore, odd: OddStore) -> None:
    bomb = gzip.compress(b'{"data":"' + b" " * 60_000_000 + b'"}', compresslevel=9)
    odd.answers = [answer(bomb, content_encoding="gzip")]

    with pytest.raises(StoreRefused) as raised:
        await listed(at_odd)

    assert raised.value.code == "answer_too_large"


async def test_a_packed_answer_is_read(at_odd: SimulatedStore, odd: OddStore) -> None:
    odd.answers = [answer(gzip.compress(listing_answer()), content_encoding="gzip")]

    assert await listed(at_odd) == []


async def test_a_packing_that_was_not_asked_for_is_the_stores_trouble(at_odd: SimulatedStore, odd: OddStore) -> None:
    odd.answers = [answer(listing_answer(), content_encoding="br")]

    with pytest.raises(StoreUnavailable):
        await listed(at_odd)


async def test_another_version_that_answers_is_told_once_and_described(at_odd: SimulatedStore, odd: OddStore) -> None:
    """Peers 42."""
    description = {
        "shop": {
            "name": "Pots",
            "currencyCode": "EUR",
            "ianaTimezone": "Europe/Berlin",
            "plan": {"publicDisplayName": "Basic"},
            "shopAddress": {"countryCodeV2": "DE"},
        },
        "currentAppInstallation": {"accessScopes": [{"handle": "read_orders"}]},
        "publicApiVersions": [{"handle": "2027-01", "supported": True}, {"handle": "unstable", "supported": False}],
    }
    odd.answers = [answer(json.dumps({"data": description}).encode(), x_shopify_api_version="2027-01")]

    told = await at_odd.gateway.describe(at_odd.ref)
    await at_odd.gateway.describe(at_odd.ref)

    assert (told.api_version, told.supported_api_versions) == ("2027-01", ("2027-01",))
    assert [each["answered"] for each in at_odd.log.entries if each["event"] == "shopify_version_differs"] == [
        "2027-01"
    ]


async def test_a_deprecation_is_told(at_odd: SimulatedStore, odd: OddStore) -> None:
    odd.answers = [answer(listing_answer(), x_shopify_api_deprecated_reason="Order.old is going away")]

    await listed(at_odd)

    assert [each["reason"] for each in at_odd.log.entries if each["event"] == "shopify_deprecation"] == [
        "Order.old is going away"
    ]


async def test_each_call_is_logged_with_its_cost_and_without_secrets_or_persons(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, email="ada@example.com", note="private words")])

    await store.order(1)

    [call] = [each for each in store.log.entries if each.get("operation") == "OrdersWhole"]
    assert {"requested_cost", "actual_cost", "ms", "request_id", "status", "store_id"} <= set(call)
    told = repr(store.log.entries)
    assert not any(secret in told for secret in (ACCESS_TOKEN, "ada@example.com", "private words"))


async def test_a_store_that_fails_inside_over_one_order_tells_its_neighbours(store: SimulatedStore) -> None:
    await store.put(orders=[order(number) for number in range(1, 5)])
    failure = {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    await store.fail("answer", operation="OrdersWhole", times=5, body=failure)

    readings = await store.gateway.read_orders(store.ref, ids(1, 2, 3, 4))

    assert all(isinstance(each, OrderRead) for each in readings)


async def test_a_store_that_always_fails_inside_leaves_each_order_for_later(store: SimulatedStore) -> None:
    await store.put(orders=[order(1), order(2)])
    failure = {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    await store.fail("answer", operation="OrdersWhole", times=None, body=failure)

    readings = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert [isinstance(each, OrderUnreadable) and each.retryable for each in readings] == [True, True]


async def test_an_answer_of_another_shape_leaves_out_one_order(at_odd: SimulatedStore, odd: OddStore) -> None:
    """B11."""
    nodes = [{"id": "gid://shopify/Order/1", "name": "#1"}, None]
    scopes: dict[str, Any] = {"data": {"currentAppInstallation": {"accessScopes": []}}}
    odd.answers = [answer(json.dumps(scopes).encode()), answer(json.dumps({"data": {"nodes": nodes}}).encode())]

    first, second = await at_odd.gateway.read_orders(at_odd.ref, [ShopifyId("1"), ShopifyId("2")])

    assert isinstance(first, OrderUnreadable)
    assert first.code == "unexpected_answer"
    assert type(second).__name__ == "OrderNotThere"


async def test_a_domain_that_is_no_store_is_refused_before_anything_is_sent(
    at_odd: SimulatedStore, odd: OddStore
) -> None:
    """B13."""
    elsewhere = type(at_odd.ref)(id=at_odd.ref.id, domain="evil.example/.myshopify.com")

    with pytest.raises(StoreRefused) as raised:
        await at_odd.gateway.describe(elsewhere)

    assert raised.value.code == "invalid_store_domain"
    assert odd.requests == []
