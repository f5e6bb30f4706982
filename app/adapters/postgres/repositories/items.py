"""Items, and their codes made anew with each writing."""

import json
from datetime import datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres.repositories.paging import Numbered, numbered_page
from app.adapters.postgres.searched_words import ITEM_WORDS
from app.domain.catalogue import Item, ItemVariant, codes_of
from app.ports.paging import Page, PageRequest
from app.ports.repositories.items import Items, KeptItem

NUMBERED: Final = Numbered(table="items", select="SELECT * FROM items", words=ITEM_WORDS)
PLAIN: Final = (
    "no",
    "description",
    "base_unit",
    "sku",
    "vendor_item_no",
    "unit_price",
    "blocked",
    "vendor",
    "category",
    "text_html",
    "net_weight",
    "hs_code",
    "origin_country_code",
)
"""Columns that are fields of an item as they are."""
_CHANGING: Final = (*PLAIN[1:], "variants", "barcodes")
_NOW: Final = f"${len(PLAIN) + 3}"
_SAVE: Final = f"""
INSERT INTO items AS i ({", ".join(PLAIN)}, variants, barcodes, version, created_at, updated_at)
VALUES ({", ".join(f"${place}" for place in range(1, len(PLAIN) + 3))}, 1, {_NOW}, {_NOW})
ON CONFLICT (no) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)},
    version = i.version + 1, updated_at = excluded.updated_at
RETURNING *
"""


class PostgresItems(Items):
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def find(self, no: str) -> KeptItem | None:
        row = await self._driver.fetchrow("SELECT * FROM items WHERE no = $1", no)
        return _kept(row) if row else None

    async def locked(self, no: str) -> KeptItem | None:
        row = await self._driver.fetchrow("SELECT * FROM items WHERE no = $1 FOR UPDATE", no)
        return _kept(row) if row else None

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptItem]:
        return await numbered_page(
            self._driver, NUMBERED, request, updated_from=updated_from, search=search, shape=_kept
        )

    async def save(self, item: Item, *, now: datetime) -> KeptItem:
        row = await self._driver.fetchrow(
            _SAVE,
            *(getattr(item, name) for name in PLAIN),
            json.dumps([_variant_json(variant) for variant in item.variants]),
            list(item.barcodes),
            now,
        )
        codes = sorted(codes_of(item))
        await self._driver.execute("DELETE FROM item_codes WHERE item_no = $1", item.no)
        await self._driver.execute(
            "INSERT INTO item_codes (item_no, variant_code, kind, code)"
            " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])",
            item.no,
            [code.variant_code for code in codes],
            [code.kind.value for code in codes],
            [code.code for code in codes],
        )
        return _kept(row)

    async def links(self, no: str) -> int:
        found: int = await self._driver.fetchval("SELECT count(*) FROM store_variant_links WHERE item_no = $1", no)
        return found

    async def unlink(self, no: str) -> None:
        await self._driver.execute("DELETE FROM store_variant_links WHERE item_no = $1", no)

    async def delete(self, no: str) -> None:
        await self._driver.execute("DELETE FROM items WHERE no = $1", no)


def _variant_json(variant: ItemVariant) -> dict[str, Any]:
    return {
        "code": variant.code,
        "description": variant.description,
        "sku": variant.sku,
        "barcodes": list(variant.barcodes),
        "options": [list(option) for option in variant.options],
    }


def _kept(row: asyncpg.Record) -> KeptItem:
    return KeptItem(
        item=item_of_row(row), version=row["version"], created_at=row["created_at"], updated_at=row["updated_at"]
    )


def item_of_row(row: asyncpg.Record) -> Item:
    """The item of a row that has every column of ``items``."""
    variants = tuple(
        ItemVariant(
            code=each["code"],
            description=each["description"],
            sku=each["sku"],
            barcodes=tuple(each["barcodes"]),
            options=tuple((name, value) for name, value in each.get("options") or ()),
        )
        for each in json.loads(row["variants"])
    )
    plain = {name: row[name] for name in PLAIN}
    for name in ("unit_price", "net_weight"):
        plain[name] = None if row[name] is None else row[name].normalize() + 0
    return Item(**plain, barcodes=tuple(row["barcodes"]), variants=variants)
