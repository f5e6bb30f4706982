"""What can be looked at: each page reads what stands at the same address of ``/v1`` and shows it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.api.console.desk import Desk, filled
from app.api.console.labels import CUES
from app.api.console.surface import Told
from app.domain.order_actions import CancelReason, CancelRefund

LISTS: Mapping[str, tuple[str, str]] = {
    "/orders": ("orders.html", "Orders"),
    "/refunds": ("refunds.html", "Refunds"),
    "/shipments": ("shipments.html", "Shipments"),
    "/sales-documents": ("sales_documents.html", "Sales documents"),
    "/runs": ("runs.html", "Runs"),
    "/new-customers": ("new_customers.html", "New customers"),
    "/log-entries": ("log_entries.html", "What happened"),
    "/audit-entries": ("audit_entries.html", "Who changed what"),
    "/skipped-records": ("skipped_records.html", "Skipped records"),
    "/console-users": ("console_users.html", "Users of the console"),
    "/privacy-requests": ("privacy_requests.html", "Privacy requests"),
    "/shops": ("shops.html", "Shops"),
    "/shops/{shop}/orders-to-import": ("orders_to_import.html", "Orders to import"),
    "/shops/{shop}/unmapped-products": ("unmapped_products.html", "Products without an item"),
}
"""Template and title of each list."""

NEWEST_FIRST = frozenset({"/orders", "/refunds", "/shipments", "/sales-documents"})
"""Lists that the surface tells oldest first, for whoever collects them, and that people read from their end."""

SINGLE: Mapping[str, tuple[str, str]] = {
    "/shipments/{shipment_id}": ("shipment.html", "Shipment"),
    "/sales-documents/{document_id}": ("sales_document.html", "Sales document"),
    "/runs/{run_id}": ("run.html", "Run"),
}
"""Template and title of each single thing."""


SEARCHED: Mapping[str, tuple[str, ...]] = {
    "customers": ("name", "name2", "city", "email"),
    "items": ("description", "sku"),
}
"""What can be looked for, and what of it is told."""


SOLD = {"sales_order", "sales_invoice"}
"""Kinds of documents of orders; the first one of an order is what later ones adjust."""

PLACES = {cue: place for place, cue in enumerate(CUES)}


async def overview(desk: Desk) -> Response:
    """What waits, shop by shop, what stands still first."""
    activities, shops = await asyncio.gather(
        desk.read("/v1/activities", desk.filters), desk.read("/v1/shops", {"limit": "250"})
    )
    waiting = [each for each in activities.body["data"] if each["count"]]
    waiting.sort(key=lambda each: PLACES.get(each["cue"], len(PLACES)))
    return desk.page("overview.html", title="What waits", waiting=waiting, shops=shops.body["data"])


async def listing(desk: Desk, path: str) -> Response:
    """One page of a list, with the filters of the address."""
    template, title = LISTS[path]
    told, shops = await asyncio.gather(_rows(desk, path), desk.read("/v1/shops", {"limit": "250"}))
    return desk.page(
        template,
        title=title,
        shops=shops.body["data"],
        rows=told.body["data"],
        next_cursor=told.body["next_cursor"],
        filters=desk.filters,
        shop=desk.request.path_params.get("shop"),
    )


async def _rows(desk: Desk, path: str) -> Told:
    """An order is also found by its number without the sign that most stores put before it."""
    at = f"/v1{desk.address(path)}"
    wanted = ({"newest_first": "true"} if path in NEWEST_FIRST else {}) | desk.filters
    told = await desk.read(at, wanted)
    name = desk.filters.get("name", "")
    if path == "/orders" and name.isdecimal() and not told.body["data"]:
        told = await desk.read(at, wanted | {"name": f"#{name}"})
    return told


async def single(desk: Desk, path: str) -> Response:
    """One thing with everything that is told of it."""
    template, title = SINGLE[path]
    told = await desk.read(f"/v1{desk.address(path)}", desk.filters)
    return desk.page(template, title=title, shown=told.body, version=told.etag or "")


async def refund(desk: Desk) -> Response:
    """A refund, in the currency and with the articles of its order."""
    told = await desk.read(f"/v1{desk.address('/refunds/{refund_id}')}")
    of = (await desk.read(filled("/v1/orders/{id}", told.body["order"]))).body
    return desk.page(
        "refund.html",
        title="Refund",
        shown=told.body,
        order=of,
        articles={line["id"]: line for line in of["lines"]},
    )


async def search(desk: Desk) -> Response:
    """Customers or items that hold the words, for fields that offer them while one types."""
    kind = desk.request.path_params["kind"]
    if kind not in SEARCHED:
        raise HTTPException(404)
    told = await desk.read(f"/v1/{kind}", {"limit": "20", "search": desk.request.query_params.get("text", "")})
    found = [
        {"no": each["no"], "label": " – ".join([each["no"], *_labels(each, SEARCHED[kind])])}
        for each in told.body["data"]
    ]
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


def _labels(row: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    values = {**row, "city": (row.get("address") or {}).get("city")}
    return [str(values[name]) for name in names if values.get(name)]


async def order(desk: Desk) -> Response:
    """An order: what is wrong with it first, with what can be done; then what it is."""
    path = f"/v1{desk.address('/orders/{order_id}')}"
    told, refunds, history = await asyncio.gather(
        desk.read(path),
        desk.read("/v1/refunds", {"order_id": desk.request.path_params["order_id"]}),
        desk.read(f"{path}/history", {"limit": "250"}),
    )
    shown = told.body
    live = [each for each in shown["documents"] if each["state"] != "cancelled" and each["unlinked_at"] is None]
    pointed = {str(each["pointer"]) for each in shown["problems"]}
    return desk.page(
        "order.html",
        title=f"Order {shown['name']}",
        shown=shown,
        version=told.etag or "",
        live=live,
        not_taken=[each["state"] for each in live if each["kind"] in SOLD][:1] in (["open"], ["released"]),
        lines_to_mend={line["id"] for line in shown["lines"] if f"/lines/{line['shopify_id']}/item_no" in pointed},
        about_customer=any(
            each["code"].startswith(("customer_", "company_", "template_")) for each in shown["problems"]
        ),
        refunds=refunds.body["data"],
        history=list(reversed(history.body["data"])),
        cancel_reasons=[each.value for each in CancelReason],
        cancel_refunds=[each.value for each in CancelRefund],
    )
