"""Tokens, access scopes and API versions."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.contract.simulator.client import ShopClient, an_order

SHOP = "{ shop { name } }"
CREDENTIALS = {
    "client_id": "orderbridge-simulator",
    "client_secret": "shpss_simulator_secret",
    "grant_type": "client_credentials",
}


async def grant(shop: ShopClient, **changes: str) -> httpx.Response:
    return await shop.http.post(f"/{shop.domain}/admin/oauth/access_token", json={**CREDENTIALS, **changes})


@pytest.mark.parametrize("token", [None, "shpat_of_somebody_else"])
async def test_a_wrong_token_is_answered_401(shop: ShopClient, token: str | None) -> None:
    answer = await shop.post(SHOP, token=token)
    assert answer.status_code == 401
    assert "Invalid API key or access token" in answer.json()["errors"]


async def test_client_credentials_buy_a_token_for_a_day(shop: ShopClient) -> None:
    answer = (await grant(shop)).json()
    assert answer["expires_in"] == 86399
    assert "read_orders" in answer["scope"].split(",")
    assert (await shop.post(SHOP, token=answer["access_token"])).status_code == 200


async def test_a_token_dies_when_its_day_is_over(shop: ShopClient) -> None:
    token = (await grant(shop)).json()["access_token"]
    await shop.put(clock={"advance_seconds": 86_400})
    assert (await shop.post(SHOP, token=token)).status_code == 401


async def test_an_answer_says_what_time_it_is_at_the_store(shop: ShopClient) -> None:
    await shop.put(clock={"advance_seconds": 86_400})
    told = [parsedate_to_datetime(date) for date in (await shop.post(SHOP)).headers.get_list("date")]
    ahead = [moment - datetime.now(UTC) for moment in told]
    assert [timedelta(hours=23) < each <= timedelta(days=1) for each in ahead] == [True]


async def test_wrong_credentials_buy_nothing(shop: ShopClient) -> None:
    answer = await grant(shop, client_secret="guessed")
    assert answer.status_code == 401
    assert "access_token" not in answer.json()


async def test_the_token_endpoint_takes_forms_too(shop: ShopClient) -> None:
    answer = await shop.http.post(f"/{shop.domain}/admin/oauth/access_token", data=CREDENTIALS)
    assert answer.status_code == 200


async def test_an_unknown_grant_is_refused(shop: ShopClient) -> None:
    assert (await grant(shop, grant_type="password")).status_code == 400


async def test_the_app_of_a_store_can_be_chosen(shop: ShopClient) -> None:
    await shop.put(app={"client_id": "mine", "client_secret": "shpss_mine", "access_token": "shpat_mine"})
    assert (await shop.post(SHOP, token="shpat_mine")).status_code == 200
    assert (await shop.post(SHOP)).status_code == 401
    assert (await grant(shop, client_id="mine", client_secret="shpss_mine")).status_code == 200


async def test_a_field_whose_scope_is_missing_is_null_beside_an_error(shop: ShopClient) -> None:
    customer = {"legacyResourceId": "7", "firstName": "Anna"}
    await shop.put(orders=[an_order(1, customer=customer)], app={"scopes": ["read_orders"]})
    body = await shop.ask('{ order(id: "gid://shopify/Order/1") { name customer { firstName } } }')
    assert body["data"]["order"] == {"name": "WEB1", "customer": None}
    error = body["errors"][0]
    assert error["path"] == ["order", "customer"]
    assert error["message"] == "Access denied for customer field. Required access: `read_customers` access scope."
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["documentation"] == "https://shopify.dev/api/usage/access-scopes"


async def test_a_list_whose_scope_is_missing_takes_the_whole_answer_with_it(shop: ShopClient) -> None:
    await shop.put(app={"scopes": ["read_products"]})
    body = await shop.ask("{ orders(first: 1) { nodes { id } } }")
    assert body["data"] is None
    assert body["errors"][0]["path"] == ["orders"]


async def test_a_mutation_needs_the_right_to_write(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)], app={"scopes": ["read_orders"]})
    query = """mutation { orderClose(input: {id: "gid://shopify/Order/1"}) { order { closed } } }"""
    body = await shop.ask(query)
    assert body["data"] == {"orderClose": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_who_may_write_may_read(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)], app={"scopes": ["write_orders"]})
    assert (await shop.data('{ order(id: "gid://shopify/Order/1") { name } }'))["order"]["name"] == "WEB1"


@pytest.mark.parametrize(("plan", "told"), [("Basic", False), ("Advanced", True)])
async def test_staff_is_told_to_advanced_shops_only(shop: ShopClient, plan: str, told: bool) -> None:
    member = {"id": "gid://shopify/StaffMember/3", "name": "Sales"}
    await shop.put(orders=[an_order(1, staffMember=member)], shop={"plan": {"publicDisplayName": plan}})
    body = await shop.ask('{ order(id: "gid://shopify/Order/1") { staffMember { id } } }')
    assert (body["data"]["order"]["staffMember"] is not None) is told
    assert ("errors" in body) is not told


async def test_the_app_learns_its_scopes(shop: ShopClient) -> None:
    await shop.put(app={"scopes": ["read_orders", "write_customers"]})
    query = "{ currentAppInstallation { accessScopes { handle } } }"
    scopes = (await shop.data(query))["currentAppInstallation"]["accessScopes"]
    assert [scope["handle"] for scope in scopes] == ["read_customers", "read_orders", "write_customers"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2025-10", "2026-01"), ("2019-04", "2026-01")],
)
async def test_a_version_that_has_ended_falls_forward_to_the_oldest_one(
    shop: ShopClient, asked: str, answered: str
) -> None:
    await shop.put(clock="2026-11-20T12:00:00Z")
    answer = await shop.post(SHOP, version=asked)
    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == answered
    assert answer.headers["X-Request-Id"]


async def test_what_never_was_a_version_is_not_found(shop: ShopClient) -> None:
    assert (await shop.post(SHOP, version="latest")).status_code == 404


async def test_the_versions_of_today_are_listed(shop: ShopClient) -> None:
    await shop.put(clock="2026-11-20T12:00:00Z")
    versions = (await shop.data("{ publicApiVersions { handle supported } }"))["publicApiVersions"]
    supported = [version["handle"] for version in versions if version["supported"]]
    assert supported == ["2026-01", "2026-04", "2026-07", "2026-10"]
    assert {"handle": "2027-01", "supported": False} in versions
