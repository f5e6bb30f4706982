"""How a shop works, as it is shown and set: its settings, mappings and schedules, and whether its days are complete."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from app.api.console.buttons import checked_form
from app.api.console.desk import Desk, filled
from app.api.console.forms import FormField, Kind, fields_of, replacing, sent, shown
from app.api.console.plot import plotted
from app.api.console.sessions import Said
from app.api.console.surface import Call, Told
from app.api.etag import etag
from app.api.schemas import links, mappings
from app.api.schemas.settings import SettingsGiven
from app.api.schemas.shipments import AgentGiven

DAYS = 14
"""Shown of the completeness unless others are asked for; the surface takes 31."""
WHOLE_LIST = {"limit": "250"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingTable:
    """A table of mappings: where it stands, what its rows are known by, and what is set in them."""

    path: str
    keys: tuple[str, ...]
    given: type[BaseModel]
    told: tuple[str, ...] = ()
    """What Shopify says of a row, for recognising it."""
    posted: bool = False
    """Whether new rows get an id of ours instead of being known by what was filled in."""

    @property
    def fields(self) -> list[FormField]:
        return fields_of(self.given)[""]


_IN_SHOP = "/shops/{shop}"
MAPPINGS: tuple[MappingTable, ...] = (
    MappingTable(
        path=f"{_IN_SHOP}/location-mappings", keys=("location_id",), given=mappings.LocationGiven, told=("name",)
    ),
    MappingTable(
        path=f"{_IN_SHOP}/shipment-method-mappings", keys=("id",), given=mappings.ShipmentMethodGiven, posted=True
    ),
    MappingTable(
        path=f"{_IN_SHOP}/payment-method-mappings", keys=("id",), given=mappings.PaymentMethodGiven, posted=True
    ),
    MappingTable(path=f"{_IN_SHOP}/payment-terms-mappings", keys=("terms_id",), given=mappings.PaymentTermsGiven),
    MappingTable(path=f"{_IN_SHOP}/staff-mappings", keys=("staff_id",), given=mappings.StaffGiven),
    MappingTable(
        path=f"{_IN_SHOP}/customer-templates", keys=("country_code", "province"), given=mappings.TemplateGiven
    ),
    MappingTable(path=f"{_IN_SHOP}/store-customers", keys=("store_customer_id",), given=links.CustomerLinkGiven),
    MappingTable(path=f"{_IN_SHOP}/store-companies", keys=("store_company_id",), given=links.CustomerLinkGiven),
    MappingTable(path=f"{_IN_SHOP}/company-locations", keys=("company_location_id",), given=links.CompanyLocationGiven),
    MappingTable(path=f"{_IN_SHOP}/store-variants", keys=("store_variant_id",), given=links.StoreVariantGiven),
    MappingTable(path="/shipping-agents", keys=("code",), given=AgentGiven),
    MappingTable(path="/tax-areas", keys=("country_code", "province"), given=mappings.TaxAreaGiven),
    MappingTable(path="/currency-mappings", keys=("iso",), given=mappings.CurrencyGiven),
)


async def shop(desk: Desk) -> Response:
    """A shop: where its pages are, and its tasks to be run now."""
    told, tasks = await asyncio.gather(desk.read(f"/v1{desk.address(_IN_SHOP)}"), desk.read("/v1/tasks"))
    return desk.page(
        "shop.html",
        title=told.body["name"],
        shown=told.body,
        tables=MAPPINGS,
        tasks=[each for each in tasks.body["data"] if each["available"]],
    )


async def settings(desk: Desk) -> Response:
    """All settings, part by part, each with its help."""
    told = await desk.read(f"/v1{desk.address(_IN_SHOP)}")
    parts = {
        name: (fields, shown(fields, told.body["settings"][name])) for name, fields in fields_of(SettingsGiven).items()
    }
    return desk.page(
        "settings.html",
        title=f"Settings of {told.body['name']}",
        shop=told.body,
        settings=parts,
        version=told.etag or "",
    )


async def save_settings(desk: Desk) -> Response:
    """One part, as its form says; filters are replaced as a whole."""
    address = desk.address(_IN_SHOP)
    given = await checked_form(desk)
    part = str(desk.request.path_params["part"])
    told = await desk.read(f"/v1{address}")
    before = told.body["settings"].get(part, {})
    try:
        after = sent(fields_of(SettingsGiven).get(part, []), given)
    except ValueError as error:
        return desk.go(f"/console{address}/settings", Said(good=False, sentences=[str(error)]))
    body = {"settings": {part: replacing(before, after)}}
    call = Call(method="PATCH", path=f"/v1{address}", body=body, guarded_by=given.text("version") or None)
    return await _saved(desk, call, f"/console{address}/settings", f"The settings of {part} are saved.")


async def mapping_table(desk: Desk, table: MappingTable) -> Response:
    """One page of a table, each row as a form."""
    told = await desk.read(f"/v1{desk.address(table.path)}", WHOLE_LIST | desk.filters)
    rows = [
        {
            "row": row,
            "at": desk.address(table.path) + "/" + _row_address(table, row),
            "values": shown(table.fields, row),
            "named": " ".join(str(row[name]) for name in (*table.keys, *table.told) if row.get(name) and name != "id"),
        }
        for row in told.body["data"]
    ]
    title = table.path.rpartition("/")[2].replace("-", " ").capitalize()
    return desk.page(
        "mappings.html",
        title=title,
        table=table,
        fields=table.fields,
        rows=rows,
        at=desk.address(table.path),
        next_cursor=told.body["next_cursor"],
        filters=desk.filters,
        shop=desk.request.path_params.get("shop"),
    )


async def save_mapping(desk: Desk, table: MappingTable) -> Response:
    """A row, new or there already; the button says which."""
    at = desk.address(table.path)
    given = await checked_form(desk)
    body = sent(table.fields, given)
    row = {name: given.text(f"key.{name}") for name in table.keys}
    if table.posted and not row["id"]:
        call = Call(method="POST", path=f"/v1{at}", body=body)
    else:
        call = Call(method="PUT", path=f"/v1{at}/{_row_address(table, row)}", body=body)
    if given.text("remove"):
        call = Call(method="DELETE", path=call.path)
    return await _saved(
        desk, call, f"/console{at}", "The mapping is removed." if given.text("remove") else "The mapping is saved."
    )


async def schedules(desk: Desk) -> Response:
    """When each task recurs."""
    address = desk.address(_IN_SHOP)
    tasks = [each for each in (await desk.read("/v1/tasks")).body["data"] if each["available"]]
    told = await asyncio.gather(*(desk.read(f"/v1{address}/schedules/{each['task']}") for each in tasks))
    return desk.page(
        "schedules.html",
        title=f"Schedules of {desk.request.path_params['shop']}",
        at=address,
        rows=[
            {"task": task, "shown": each.body, "version": _known_version(each), "asked": _as_text(each.body)}
            for task, each in zip(tasks, told, strict=True)
        ],
    )


async def save_schedule(desk: Desk) -> Response:
    """One schedule; what it filters by and asks for is kept as it stands in the form."""
    address = desk.address(_IN_SHOP)
    given = await checked_form(desk)
    fields = [
        FormField(name="every_minutes", kind=Kind.WHOLE),
        FormField(name="cron", kind=Kind.TEXT),
        FormField(name="category", kind=Kind.TEXT),
        FormField(name="filters", kind=Kind.JSON),
        FormField(name="parameters", kind=Kind.JSON),
    ]
    try:
        body = sent(fields, given) | {"enabled": given.text("enabled") == "true"}
    except ValueError as error:
        return desk.go(f"/console{address}/schedules", Said(good=False, sentences=[str(error)]))
    path = desk.address("/v1/shops/{shop}/schedules/{task}")
    call = Call(method="PUT", path=path, body=body, guarded_by=given.text("version") or None)
    return await _saved(desk, call, f"/console{address}/schedules", "The schedule is saved.")


async def completeness(desk: Desk) -> Response:
    """Days of the shop beside those of the store, as a plot and as a table."""
    today = desk.house.container.clock.now().date()
    first = (today - timedelta(days=DAYS - 1)).isoformat()
    asked = {"from": first, "to": today.isoformat()} | desk.filters
    told = await desk.read(f"/v1{desk.address('/shops/{shop}/completeness')}", asked)
    return desk.page(
        "completeness.html",
        title=f"Completeness of {desk.request.path_params['shop']}",
        shown=told.body,
        asked=asked,
        plot=plotted(told.body["data"]),
        at=desk.address(_IN_SHOP),
    )


async def _saved(desk: Desk, call: Call, back: str, said: str) -> Response:
    told = await desk.surface.ask(call)
    return desk.go(back, Said(good=not told.refused, sentences=told.sentences if told.refused else [said]))


def _row_address(table: MappingTable, row: Mapping[str, Any]) -> str:
    """The last parts of a row's address; a province that is none has no part."""
    given = {name: row[name] for name in table.keys if row.get(name)}
    return filled("/".join(f"{{{name}}}" for name in given), given)


def _known_version(schedule: Told) -> str:
    """None of a schedule that was never set: there is nothing to guard."""
    return "" if schedule.etag == etag(0) else schedule.etag or ""


def _as_text(schedule: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        name: json.dumps(schedule[name], ensure_ascii=False) if schedule[name] else ""
        for name in ("filters", "parameters")
    }
