"""Every route against a key that is limited to another shop: of what it may not see it learns and changes nothing (S1).

Made from the route table and the description: a route with an id of a new kind fails until it is said whose it is.
"""

import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.access import Scope
from app.domain.identifiers import OrderId, ShopifyId, refund_id
from app.domain.products import DiscoveredProduct
from tests.api.live_service import DOCUMENT, KEY, ORDER, live_service
from tests.api.openapi_document import body_of, operation_of, resolved
from tests.api.test_every_route import routes
from tests.builders import refund
from tests.stored_documents import NOW, WEB, a_shipment

SHARED = {"country", "province", "iso", "no", "code", "name"}
"""Of all shops: the ERP's customers, items, taxes, currencies and carriers, and who signs in to the console."""
REFUND = refund_id(OrderId(ORDER), ShopifyId("701"))
OWNED = {
    "key_id": "webskey1",
    "discovered_id": "itd_01kf0ccccccccccccccccccccc",
    "customer_id": "cus_01kf0bbbbbbbbbbbbbbbbbbbbb",
    "run_id": "run_01kf0ccccccccccccccccccccc",
    "endpoint_id": "whe_01kf0ccccccccccccccccccccc",
    "document_id": DOCUMENT,
    "order_id": ORDER,
    "line_id": f"orl_{ORDER[4:]}_11301",
    "refund_id": REFUND,
    "payout_id": "pay_01k9_77",
    "request_id": "prv_01kf0ccccccccccccccccccccc",
    "shipment_id": "shp_01kf0fffffffffffffffffffff",
}
"""By the name of an id in an address: one that belongs to the shop `web`, and is there."""
NOT_THERE = {name: f"{owned[:-1]}9" for name, owned in OWNED.items()}
NOT_THERE["line_id"] = f"orl_{NOT_THERE['order_id'][4:]}_11301"
IN_A_BODY = {"<shop>": "web", "<row>": "oti_01kf0ddddddddddddddddddddd"}
NOT_THERE_EITHER = {"<shop>": "nowhere", "<row>": "oti_01kf0eeeeeeeeeeeeeeeeeeeee"}

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """One who sees everything, one who sees the shop of another store alone."""

    everything: httpx.AsyncClient
    elsewhere: httpx.AsyncClient


@pytest.fixture
async def callers(database_url: str, tmp_path: Path) -> AsyncIterator[Callers]:
    async with live_service(database_url, tmp_path) as url:
        secret = secrets.token_urlsafe(32)
        everything = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)
        elsewhere = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer ob_awaycall_{secret}"}, timeout=30
        )
        async with everything, elsewhere:
            shop = {"code": "away", "name": "Away", "store_domain": "two.myshopify.com"}
            away = (await everything.post("/v1/shops", json=shop)).json()["id"]
            await belonging_to_web(database_url, hashlib.sha256(secret.encode()).digest(), away)
            yield Callers(everything=everything, elsewhere=elsewhere)


async def belonging_to_web(database_url: str, secret_hash: bytes, away: str) -> None:
    """What the service is seeded with, and one of each kind that it is not."""
    engine = create_engine(database_url)
    async with PostgresUnitOfWork(engine) as uow:
        driver = uow.driver
        for key, shop in (("webskey1", str(WEB)), ("awaycall", away)):
            await driver.execute(
                "INSERT INTO api_keys (id, name, secret_hash, scopes, shop_ids, created_at)"
                " VALUES ($1, 'k', $2, $3, $4, $5)",
                *(key, secret_hash if key == "awaycall" else b"\0" * 32, list(Scope), [shop], NOW),
            )
        await driver.execute("UPDATE customers SET shop_id = $1 WHERE no IS NULL", WEB)
        await driver.execute("UPDATE webhook_endpoints SET shop_ids = $1", [str(WEB)])
        await a_shipment(driver, OrderId(ORDER), id=OWNED["shipment_id"])
        await _a_refund(driver)
        await _a_discovered_item(driver)
        await driver.execute(
            "INSERT INTO privacy_requests (id, store_id, webhook_id, kind, person, state, detail, counts, received_at,"
            " due_at) VALUES ($1, 'sto_1', 'w', 'data_request', '{}'::text::jsonb, 'done', '', '{}'::text::jsonb,"
            " $2, $2)",
            *(OWNED["request_id"], NOW),
        )
        await uow.commit()
    await engine.dispose()


async def _a_refund(driver: asyncpg.Connection) -> None:
    await driver.execute(
        "INSERT INTO refunds (id, order_id, shop_id, shopify_id, body, state, problems, waits_for,"
        " document_on_request, version, created_at, updated_at)"
        " VALUES ($1, $2, $3, '701', $4::text::jsonb, 'open', '[]'::text::jsonb, '{}', false, 1, $5, $5)",
        *(REFUND, ORDER, WEB, msgspec.json.encode(refund(number=701)).decode(), NOW),
    )


async def _a_discovered_item(driver: asyncpg.Connection) -> None:
    product = DiscoveredProduct(
        store_product_id="8001", title="Pot", text_html="", vendor="", category="", status="active", variants=()
    )
    await driver.execute(
        "INSERT INTO discovered_items (id, shop_id, store_product_id, product, known, version, created_at, updated_at)"
        " VALUES ($1, $2, '8001', $3::text::jsonb, false, 1, $4, $4)",
        *(OWNED["discovered_id"], WEB, msgspec.json.encode(product).decode(), NOW),
    )


def names_of(path: str) -> list[str]:
    return [name.partition(":")[0] for name in re.findall(r"\{([^}]+)\}", path)]


def of_one_shop() -> Iterator[tuple[str, str]]:
    """The routes whose address holds an id that belongs to a shop, and names no shop itself."""
    for method, path, _ in routes():
        names = names_of(path)
        if path.startswith("/v1/") and "shop" not in names and not set(names) <= SHARED:
            yield method, path


async def said(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **sent: str) -> tuple[int, Any]:
    """Status and body, without the request's own id."""
    answer = await client.request(method, path, json=body, params=sent or None)
    text = answer.text.replace(answer.headers["request-id"], "")
    return answer.status_code, json.loads(text) if text else None


def without_ids(told: Any) -> str:
    """What was said of one that is there and of one that is not, apart from the id that the caller sent."""
    text = json.dumps(told)
    for known in (OWNED, NOT_THERE, IN_A_BODY, NOT_THERE_EITHER):
        for name, value in known.items():
            text = text.replace(value, name)
    return text


def test_it_is_known_of_every_id_in_an_address_whose_it_is() -> None:
    names = {name for _, path in of_one_shop() for name in names_of(path)}

    assert names - SHARED == set(OWNED)


async def test_what_belongs_to_another_shop_is_not_there_on_any_route(callers: Callers) -> None:
    """It is there for whoever may see it, and is the same afterwards."""
    readable = [path for method, path in of_one_shop() if method == "GET"]
    before = {path: await said(callers.everything, "GET", path.format(**OWNED)) for path in readable}
    assert {path: status for path, (status, _) in before.items() if status != 200} == {}

    for method, path in of_one_shop():
        body = body_of(method, path)
        foreign = await said(callers.elsewhere, method, path.format(**OWNED), body)
        missing = await said(callers.elsewhere, method, path.format(**NOT_THERE), body)
        assert foreign[0] == missing[0] == 404, (method, path, foreign, missing)
        assert without_ids(foreign) == without_ids(missing), (method, path)

    assert {path: await said(callers.everything, "GET", path.format(**OWNED)) for path in readable} == before


async def test_no_list_shows_or_counts_what_belongs_to_another_shop(callers: Callers) -> None:
    """E5: neither by itself, nor with the other shop as its filter, nor with a cursor of somebody who sees it."""
    for method, path, _ in routes():
        if method != "GET" or names_of(path) or not path.startswith("/v1/") or path == "/v1/me":
            continue
        status, told = await said(callers.elsewhere, "GET", path)
        assert status == 200, (path, told)
        found = [owned for owned in OWNED.values() if owned in json.dumps(told)]
        assert found == [], path
        assert '"web"' not in json.dumps(told), path
        parameters = {resolved(each)["name"] for each in operation_of(method, path).get("parameters", [])}
        if "shop" in parameters:
            foreign = await said(callers.elsewhere, "GET", path, shop="web")
            assert foreign == await said(callers.elsewhere, "GET", path, shop="nowhere"), path
            assert foreign[0] == 404, path
        if "cursor" in parameters:
            _, first = await said(callers.everything, "GET", path, limit="1")
            if first["next_cursor"]:
                _, on = await said(callers.elsewhere, "GET", path, limit="1", cursor=first["next_cursor"])
                assert not [owned for owned in OWNED.values() if owned in json.dumps(on)], path


PIECE = [{"item_no": "ITEM-A", "quantity": "1"}]
NAMING: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "/v1/sales-documents/acknowledge/batch",
        {"items": [{"id": "<document_id>", "erp_document_no": "1", "version": 1}]},
    ),
    ("/v1/shipments", {"erp_shipment_no": "S-9", "order_id": "<order_id>", "lines": PIECE}),
    ("/v1/shipments", {"erp_shipment_no": "S-9", "document_id": "<document_id>", "lines": PIECE}),
    ("/v1/shipments", {"erp_shipment_no": "S-9", "shop": "<shop>", "order_name": "#1001", "lines": PIECE}),
    ("/v1/shipments/batch", {"items": [{"erp_shipment_no": "S-9", "order_id": "<order_id>", "lines": PIECE}]}),
    ("/v1/prices/batch", {"items": [{"shop": "<shop>", "item_no": "ITEM-A", "price": "1.00"}]}),
    ("/v1/api-keys", {"name": "mine", "scopes": ["orders:read"], "shops": ["<shop>"]}),
    ("/v1/webhook-endpoints", {"url": "https://erp.example.com/", "shops": ["<shop>"]}),
    ("/v1/shops/away/orders-to-import/import", {"ids": ["<row>"]}),
)


async def test_what_belongs_to_another_shop_cannot_be_named_in_a_body(callers: Callers) -> None:
    """It is refused as what is not there is, word for word."""
    for path, body in NAMING:
        foreign = await said(callers.elsewhere, "POST", path, filled(body, OWNED, IN_A_BODY))
        missing = await said(callers.elsewhere, "POST", path, filled(body, NOT_THERE, NOT_THERE_EITHER))

        assert without_ids(foreign) == without_ids(missing), path
        assert foreign[0] >= 400 or refused_in_a_batch(foreign[1]), (path, foreign)


def filled(body: Any, ids: dict[str, str], others: dict[str, str]) -> Any:
    text = json.dumps(body)
    for place, value in {**{f"<{name}>": owned for name, owned in ids.items()}, **others}.items():
        text = text.replace(place, value)
    return json.loads(text)


def refused_in_a_batch(told: Any) -> bool:
    return all(result["status"] >= 400 for result in told["results"])
