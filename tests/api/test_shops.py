"""P01, P02: shops and stores, settings with their defaults and contradictions, credentials that never come out."""

import json
from typing import Any

import httpx
import pytest

from app.adapters.crypto.keyring import AesGcmKeyring
from app.domain.identifiers import StoreId
from app.domain.shop_settings import paths
from app.ports.store_credentials import open_credentials
from tests.erp_surface import Surface

SECRET = "shpat_canary_0123456789"
CREDENTIALS = {"kind": "access_token", "access_token": SECRET, "api_secret": "shpss_canary_0123456789"}
NEW = {"code": "de", "name": "Germany", "store_domain": "second.myshopify.com"}


async def make(house: Surface, **telling: Any) -> httpx.Response:
    return await house.client.post("/v1/shops", json=NEW | telling)


async def patch(house: Surface, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await house.client.patch(
        "/v1/shops/web", json=body, headers={"content-type": "application/merge-patch+json"} | headers
    )


def leaf(settings: Any, path: str) -> Any:
    for part in path.split("."):
        settings = settings[part]
    return settings


async def test_a_store_is_made_with_its_first_shop_and_joined_by_the_second(house: Surface) -> None:
    first = await make(house, credentials=CREDENTIALS)
    second = await make(house, code="de-pos")

    assert (first.status_code, first.headers["location"], first.headers["etag"]) == (201, "/v1/shops/de", '"1"')
    assert second.json()["credentials"] == {"kind": "access_token", "set": True}
    [count] = await house.fetch("SELECT count(*) FROM stores WHERE store_domain = 'second.myshopify.com'")
    assert count["count"] == 1


async def test_every_setting_is_answered_with_its_default(house: Surface) -> None:
    settings = (await make(house)).json()["settings"]

    for path in paths():
        leaf(settings, path)
    assert leaf(settings, "customers.import") == "with_orders"
    assert leaf(settings, "companies.mapping") == ["by_email_phone"]
    assert leaf(settings, "orders.number_series.sales_order") == "SO-"
    assert leaf(settings, "items.sku_separator") == "|"


@pytest.mark.parametrize(
    "domain",
    ["Second.myshopify.com", "second.myshopify.com.evil.example", "-a.myshopify.com", "a.myshopify.com\n", "x"],
)
async def test_other_domains_are_refused(house: Surface, domain: str) -> None:
    answer = await make(house, store_domain=domain)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/store_domain"


async def test_secrets_go_in_and_never_come_out(house: Surface) -> None:
    answers = [await make(house, credentials=CREDENTIALS)]
    wrong = (CREDENTIALS | {"nonsense": SECRET}, {"kind": "client_credentials", "client_id": SECRET})
    answers += [await house.client.put("/v1/shops/de/credentials", json=body) for body in (CREDENTIALS, *wrong)]
    answers += [await house.client.get("/v1/shops/de"), await house.client.get("/v1/shops")]

    assert [answer.status_code for answer in answers] == [201, 204, 422, 422, 200, 200]
    assert all(SECRET not in answer.text for answer in answers)
    assert {error["pointer"] for error in answers[3].json()["errors"]} == {"/client_secret"}
    [row] = await house.fetch("SELECT credentials FROM stores WHERE store_domain = 'second.myshopify.com'")
    assert SECRET.encode() not in row["credentials"]


async def test_new_credentials_end_the_revocation_and_keep_the_secret_before_for_a_day(house: Surface) -> None:
    await make(house, credentials=CREDENTIALS)
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE stores SET access_revoked_at = now(), access_revoked_reason = 'x'")
        await uow.commit()

    await house.client.put(
        "/v1/shops/de/credentials",
        json={"kind": "client_credentials", "client_id": "a" * 8, "client_secret": "shpss_bbbbbbbb"},
    )

    [row] = await house.fetch("SELECT * FROM stores WHERE store_domain = 'second.myshopify.com'")
    ring = AesGcmKeyring([b"k" * 32])
    assert open_credentials(ring, StoreId(row["id"]), row["credentials"]).webhook_secret == "shpss_bbbbbbbb"
    previous = ring.decrypt(row["previous_webhook_secret"], context=f"stores.previous_webhook_secret:{row['id']}")
    assert previous.decode() == CREDENTIALS["api_secret"]
    assert (row["previous_webhook_secret_until"] - row["updated_at"]).total_seconds() == 24 * 3600
    assert row["access_revoked_at"] is None


async def test_a_patch_leaves_what_it_does_not_name_and_null_brings_the_default_back(house: Surface) -> None:
    """E9."""
    await patch(house, {"settings": {"accounts": {"tips": "4100"}, "orders": {"webhooks": False}}})
    changed = await patch(
        house, {"name": "Shop", "settings": {"accounts": {"refunds": "4200"}, "orders": {"webhooks": None}}}
    )

    body = changed.json()
    assert (body["name"], changed.headers["etag"]) == ("Shop", '"3"')
    assert leaf(body["settings"], "accounts.tips") == "4100"
    assert leaf(body["settings"], "accounts.refunds") == "4200"
    assert leaf(body["settings"], "orders.webhooks") is True
    [row] = await house.fetch("SELECT settings FROM shops WHERE code = 'web'")
    assert json.loads(row["settings"])["accounts"] == {"tips": "4100", "refunds": "4200"}


async def test_a_patch_that_changes_nothing_writes_nothing(house: Surface) -> None:
    assert (await patch(house, {"settings": {"orders": {"webhooks": True}}})).headers["etag"] == '"1"'


@pytest.mark.parametrize(
    ("patched", "pointer", "code"),
    [
        ({"nonsense": None}, "/nonsense", "unknown_field"),
        ({"code": "other"}, "/code", "unknown_field"),
        ({"name": None}, "/name", "required"),
        ({"settings": {"orders": {"nonsense": 1}}}, "/settings/orders/nonsense", "unknown_field"),
        ({"settings": {"orders": {"webhooks": "yes"}}}, "/settings/orders/webhooks", "wrong_value"),
        ({"settings": {"customers": {"import": "some"}}}, "/settings/customers/import", "not_one_of"),
        ({"settings": {"general": {"time_zone": "Mars/Base"}}}, "/settings/general/time_zone", "wrong_value"),
        (
            {"settings": {"refunds": {"remainder_limit": 5}}},
            "/settings/refunds/remainder_limit",
            "money_must_be_a_string",
        ),
        ({"settings": {"orders": {"filters": {"tag": {}}}}}, "/settings/orders/filters/tag", "unknown_field"),
        (
            {"settings": {"orders": {"filters": {"total": {"min": 1}}}}},
            "/settings/orders/filters/total/min",
            "money_must_be_a_string",
        ),
        (
            {"settings": {"orders": {"filters": {"tax": {"min": "5", "max": "4.99"}}}}},
            "/settings/orders/filters/tax/max",
            "settings_contradict",
        ),
        ({"settings": {"refunds": {"process": "auto_create"}}}, "/settings/refunds/process", "settings_contradict"),
    ],
)
async def test_what_is_wrong_is_named(house: Surface, patched: dict[str, Any], pointer: str, code: str) -> None:
    """E9."""
    answer = await patch(house, patched)

    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]], answer.text


async def test_settings_that_contradict_are_both_named(house: Surface) -> None:
    answer = await patch(house, {"settings": {"refunds": {"process": "auto_create"}}})

    assert answer.json()["code"] == "settings_contradict"
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/settings/refunds/process",
        "/settings/orders/auto_create_documents",
    }


async def test_filters_that_no_order_passes_are_refused_with_both_keys(house: Surface) -> None:
    rule = {"in": ["pos", "web"], "not_in": ["WEB", "pos"]}
    answer = await patch(house, {"settings": {"orders": {"filters": {"channel": rule}}}})

    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/settings/orders/filters/channel/in",
        "/settings/orders/filters/channel/not_in",
    }
    assert answer.json()["detail"] == "No order passes channel: in asks for what not_in excludes (pos, web)."


async def test_filters_and_lists_survive_the_way_there_and_back(house: Surface) -> None:
    settings = {
        "orders": {
            "filters": {"channel": {"not_in": ["pos"]}, "total": {"max": "100.00"}, "test": False, "action": "new"},
            "tax_area_priority": ["ship_to", "bill_to"],
        },
        "companies": {"mapping": "by_tax_id"},
        "refunds": {"remainder_limit": "5.00"},
    }

    await patch(house, {"settings": settings})
    shown = (await house.get("/v1/shops/web"))["settings"]

    assert shown["orders"]["filters"]["channel"] == {"in": None, "not_in": ["pos"]}
    assert shown["orders"]["filters"]["total"] == {"min": None, "max": "100.00"}
    assert shown["orders"]["tax_area_priority"] == ["ship_to", "bill_to"]
    assert shown["companies"]["mapping"] == ["by_tax_id"]
    assert shown["refunds"]["remainder_limit"] == "5.00"
    assert (await patch(house, {"settings": shown})).headers["etag"] == '"2"'


async def test_a_shop_without_orders_goes_and_the_last_one_ends_its_store(house: Surface) -> None:
    await make(house, credentials=CREDENTIALS)

    assert (await house.client.delete("/v1/shops/de")).status_code == 204

    assert (await house.client.get("/v1/shops/de")).status_code == 404
    [row] = await house.fetch("SELECT deleted_at, credentials FROM stores WHERE store_domain = 'second.myshopify.com'")
    assert row["deleted_at"] is not None
    assert row["credentials"] is not None
    assert (await make(house)).json()["credentials"]["set"] is True


async def test_a_key_limited_to_shops_makes_none_and_does_not_touch_shared_credentials(house: Surface) -> None:
    web = (await house.get("/v1/shops/web"))["id"]
    headers = await house.key(shops=[web])

    assert (await house.client.post("/v1/shops", json=NEW, headers=headers)).status_code == 403
    answer = await house.client.put("/v1/shops/web/credentials", json=CREDENTIALS, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "store_shared")
