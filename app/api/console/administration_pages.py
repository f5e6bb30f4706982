"""What an admin looks at: API keys, webhook endpoints and what was sent, privacy requests, a store's connection."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from app.api.console.desk import Desk
from app.domain.access import Scope
from app.domain.events import EventType
from app.domain.privacy import PrivacyKind
from app.services.install_app import InstallApp

OF_AN_ERP = frozenset({"documents", "events", "master_data", "orders", "shipments"})
"""What is ticked before anybody ticks: an ERP that collects documents and sends customers, items and shipments."""


async def api_keys(desk: Desk) -> Response:
    """The keys, and the form for another."""
    return await _listed(
        desk,
        "api-keys",
        title="API keys",
        scopes=_scopes(),
        ticked=OF_AN_ERP,
        now=desk.house.container.clock.now().isoformat(),
    )


async def webhook_endpoints(desk: Desk) -> Response:
    """Where events are sent, and the form for another place."""
    return await _listed(desk, "webhook-endpoints", title="Webhook endpoints", types=_families())


async def webhook_endpoint(desk: Desk) -> Response:
    """One of them with its deliveries, the latest first."""
    at = f"/v1{desk.address('/webhook-endpoints/{endpoint_id}')}"
    told, deliveries, shops = await asyncio.gather(
        desk.read(at), desk.read(f"{at}/deliveries", desk.filters), _shops(desk)
    )
    return desk.page(
        "webhook_endpoint.html",
        title="Webhook endpoint",
        shown=told.body,
        rows=deliveries.body["data"],
        next_cursor=deliveries.body["next_cursor"],
        filters=desk.filters,
        shops=_with(shops, told.body["shops"] or ()),
        types=list(dict.fromkeys([*_families(), *told.body["types"]])),
    )


async def privacy_request(desk: Desk) -> Response:
    """One of them: what is held of the person who asks, counted, or what was done."""
    at = f"/v1{desk.address('/privacy-requests/{request_id}')}"
    told = await desk.read(at)
    asks = told.body["kind"] == PrivacyKind.DATA_REQUEST
    held = (await desk.read(f"{at}/export")).body["data"] if asks else {}
    return desk.page(
        "privacy_request.html",
        title="Privacy request",
        shown=told.body,
        asks=asks,
        counts={table: len(rows) for table, rows in held.items() if rows} if asks else told.body["counts"],
    )


async def privacy_export(desk: Desk) -> Response:
    """What is held of the person, as a file to hand over."""
    told = await desk.read(f"/v1{desk.address('/privacy-requests/{request_id}/export')}")
    name = f"{desk.request.path_params['request_id']}.json"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return JSONResponse(told.body["data"], headers=headers)


async def connection(desk: Desk) -> Response:
    """How a shop's store is reached, and the ways to have it reached."""
    told = await desk.read(f"/v1{desk.address('/shops/{shop}')}")
    return desk.page(
        "connection.html",
        title=f"Connect {told.body['name']}",
        shown=told.body,
        callback=desk.house.container.service(InstallApp).callback,
    )


async def _listed(desk: Desk, resource: str, **facts: Any) -> Response:
    """A page of things that may be of some shops alone, with all shops to choose from."""
    told, shops = await asyncio.gather(desk.read(f"/v1/{resource}", desk.filters), _shops(desk))
    return desk.page(
        f"{resource.replace('-', '_')}.html",
        rows=told.body["data"],
        next_cursor=told.body["next_cursor"],
        filters=desk.filters,
        shops=shops,
        **facts,
    )


async def _shops(desk: Desk) -> Sequence[Mapping[str, Any]]:
    shops: Sequence[Mapping[str, Any]] = (await desk.read("/v1/shops", {"limit": "250"})).body["data"]
    return shops


def _with(shops: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Also shops that are ticked already, however many there are."""
    known = {each["code"] for each in shops}
    return [*shops, *({"code": code} for code in codes if code not in known)]


def _scopes() -> Mapping[str, Sequence[str]]:
    """What can be done with each resource."""
    found: dict[str, list[str]] = {}
    for scope in Scope:
        resource, _, action = scope.value.partition(":")
        found.setdefault(resource, []).append(action)
    return found


def _families() -> Sequence[str]:
    return list(dict.fromkeys(f"{kind.value.partition('.')[0]}.*" for kind in EventType))
