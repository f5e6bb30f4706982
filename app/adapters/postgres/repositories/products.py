"""Items on their way to being products, on PostgreSQL: a page of items with all that decides what is sent of them."""

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
import msgspec

from app.adapters.postgres.repositories.items import item_of_row
from app.adapters.postgres.repositories.paging import page_of
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.products import DiscoveredProduct, ItemPrice, PriceKey
from app.ports.paging import Page, PageRequest
from app.ports.repositories.products import (
    DiscoveredItem,
    ExportOutcome,
    ExportPart,
    ExportState,
    ItemImage,
    ItemImages,
    ItemToExport,
    SentFile,
    ToldPrice,
)

TASK: Final = "sync_products"
"""By which the cursor of the listing is kept."""
AMOUNTS: Final = ("price", "compare_at_price", "unit_cost")

_PAGE: Final = """
SELECT i.*,
    (SELECT json_agg(json_build_array(variant_code, shop_id, price::text, compare_at_price::text, unit_cost::text))
        FROM item_prices WHERE item_no = i.no AND shop_id IN ('', $1)) AS prices,
    (SELECT json_agg(e) FROM product_exports AS e WHERE e.shop_id = $1 AND e.item_no = i.no) AS parts,
    (SELECT json_object_agg(store_variant_id, coalesce(variant_code, '')) FROM store_variant_links
        WHERE shop_id = $1 AND item_no = i.no) AS links,
    (SELECT images FROM item_images WHERE item_no = i.no) AS images
FROM items AS i WHERE i.no > $2 AND ($4::text[] IS NULL OR i.no = ANY($4::text[])) ORDER BY i.no LIMIT $3
"""

_BEGIN: Final = """
INSERT INTO product_exports AS e (shop_id, item_no, part, adopted, handle, attempts, updated_at)
SELECT $1, item_no, 'product', false, handle, 0, $4 FROM unnest($2::text[], $3::text[]) AS begun(item_no, handle)
ON CONFLICT (shop_id, item_no, part) DO UPDATE SET handle = excluded.handle, updated_at = excluded.updated_at
"""

_BEGIN_PICTURES: Final = """
INSERT INTO product_exports AS e (shop_id, item_no, part, adopted, files, attempts, updated_at)
SELECT $1, item_no, 'images', false, files, 0, $3 FROM jsonb_to_recordset($2::jsonb) AS begun(item_no text, files jsonb)
ON CONFLICT (shop_id, item_no, part) DO UPDATE SET files = excluded.files, sent = NULL, updated_at = excluded.updated_at
"""

_KEEP: Final = """
INSERT INTO product_exports AS e (
    shop_id, item_no, part, store_product_id, adopted, sent, files, error_code, error_detail, failed_at, attempts,
    updated_at
)
SELECT $1, item_no, part, store_product_id, adopted, sent, files, error_code, error_detail,
    CASE WHEN error_code IS NOT NULL THEN $3::timestamptz END, CASE WHEN error_code IS NULL THEN 0 ELSE 1 END, $3
FROM jsonb_to_recordset($2::jsonb) AS ended(
    item_no text, part text, store_product_id text, adopted boolean, sent text, files jsonb, error_code text,
    error_detail text
)
ON CONFLICT (shop_id, item_no, part) DO UPDATE SET
    store_product_id = coalesce(excluded.store_product_id, e.store_product_id),
    adopted = CASE WHEN excluded.store_product_id IS NULL THEN e.adopted ELSE excluded.adopted END,
    sent = CASE WHEN excluded.error_code IS NULL THEN excluded.sent ELSE coalesce(excluded.sent, e.sent) END,
    files = coalesce(excluded.files, e.files),
    error_code = excluded.error_code,
    error_detail = excluded.error_detail,
    failed_at = CASE WHEN e.error_code = excluded.error_code THEN e.failed_at ELSE excluded.failed_at END,
    attempts = CASE WHEN excluded.error_code IS NULL THEN 0 ELSE e.attempts + 1 END,
    updated_at = excluded.updated_at
"""

_SETTLE: Final = """
UPDATE product_exports SET handle = NULL WHERE shop_id = $1 AND part = 'product' AND item_no = ANY($2::text[])
"""

_FORGET: Final = """
UPDATE product_exports SET store_product_id = NULL, sent = NULL, files = NULL
WHERE shop_id = $1 AND item_no = ANY($2::text[])
"""

_LINK: Final = """
INSERT INTO store_variant_links (shop_id, store_variant_id, item_no, variant_code, unit, version, updated_at)
SELECT $1, made.*, NULL, 1, $5 FROM unnest($2::text[], $3::text[], $4::text[]) AS made
ON CONFLICT (shop_id, store_variant_id) DO NOTHING RETURNING store_variant_id
"""

_PRICE: Final = f"""
INSERT INTO item_prices (item_no, variant_code, shop_id, {", ".join(AMOUNTS)}, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (item_no, variant_code, shop_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in AMOUNTS)}, updated_at = excluded.updated_at
RETURNING xmax = 0
"""

_IMAGES: Final = """
INSERT INTO item_images AS i (item_no, images, version, updated_at) VALUES ($1, $2::jsonb, 1, $3)
ON CONFLICT (item_no) DO UPDATE SET images = excluded.images, version = i.version + 1, updated_at = excluded.updated_at
    WHERE i.images IS DISTINCT FROM excluded.images
RETURNING version
"""

_DISCOVER: Final = """
INSERT INTO discovered_items AS d (id, shop_id, store_product_id, product, known, version, created_at, updated_at)
VALUES ($1, $2, $3, $4::jsonb, false, 1, $5, $5)
ON CONFLICT (shop_id, store_product_id) DO UPDATE SET product = excluded.product, known = false,
    version = d.version + 1, updated_at = excluded.updated_at
    WHERE d.known OR d.product IS DISTINCT FROM excluded.product
RETURNING id, version
"""

_DISCOVERED: Final = """
SELECT d.*, shops.code AS shop FROM discovered_items AS d JOIN shops ON shops.id = d.shop_id
WHERE ($1::text[] IS NULL OR d.shop_id = ANY($1::text[]))
"""


class PostgresProducts:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(
        self, shop: ShopId, *, after: str, limit: int, nos: Collection[str] | None = None
    ) -> Sequence[ItemToExport]:
        rows = await self._driver.fetch(_PAGE, shop, after, limit, None if nos is None else sorted(nos))
        return [_to_export(row) for row in rows]

    async def begin(self, shop: ShopId, handles: Mapping[str, str], *, now: datetime) -> None:
        await self._driver.execute(_BEGIN, shop, list(handles), list(handles.values()), now)

    async def begin_pictures(self, shop: ShopId, files: Mapping[str, Sequence[SentFile]], *, now: datetime) -> None:
        rows = [{"item_no": no, "files": list(map(_row, each))} for no, each in files.items()]
        await self._driver.execute(_BEGIN_PICTURES, shop, json.dumps(rows), now)

    async def keep(self, shop: ShopId, outcomes: Sequence[ExportOutcome], *, now: datetime) -> None:
        if gone := [each.item_no for each in outcomes if each.gone]:
            await self._driver.execute(_FORGET, shop, gone)
        rows = list(map(_row, outcomes))
        await self._driver.execute(_KEEP, shop, json.dumps(rows), now)
        settled = [each.item_no for each in outcomes if each.part is ExportPart.PRODUCT and not each.in_doubt]
        if settled:
            await self._driver.execute(_SETTLE, shop, settled)

    async def link(self, shop: ShopId, links: Sequence[StoreVariantLink], *, now: datetime) -> Sequence[ShopifyId]:
        rows = await self._driver.fetch(
            _LINK,
            shop,
            [each.store_variant_id for each in links],
            [each.item_no for each in links],
            [each.variant_code for each in links],
            now,
        )
        return [ShopifyId(row["store_variant_id"]) for row in rows]

    async def unlink(self, shop: ShopId, item_no: str, variants: Collection[ShopifyId]) -> None:
        await self._driver.execute(
            "DELETE FROM store_variant_links WHERE shop_id = $1 AND item_no = $2"
            " AND store_variant_id = ANY($3::text[])",
            shop,
            item_no,
            list(variants),
        )

    async def tell_price(self, told: ToldPrice, *, now: datetime) -> bool:
        amounts = [getattr(told.price, name) for name in AMOUNTS]
        key = (told.item_no, told.key.variant_code, told.key.shop_id)
        if all(amount is None for amount in amounts):
            statement = "DELETE FROM item_prices WHERE item_no = $1 AND variant_code = $2 AND shop_id = $3"
            await self._driver.execute(statement, *key)
            return False
        made: bool = await self._driver.fetchval(_PRICE, *key, *amounts, now)
        return made

    async def images(self, item_no: str) -> ItemImages | None:
        row = await self._driver.fetchrow("SELECT images, version FROM item_images WHERE item_no = $1", item_no)
        return None if row is None else ItemImages(images=_images(row["images"]), version=row["version"])

    async def put_images(self, item_no: str, images: Sequence[ItemImage], *, now: datetime) -> ItemImages:
        text = json.dumps([dataclasses.asdict(each) for each in images])
        version = await self._driver.fetchval(_IMAGES, item_no, text, now)
        if version is None:
            version = await self._driver.fetchval("SELECT version FROM item_images WHERE item_no = $1", item_no)
        return ItemImages(images=tuple(images), version=version)

    async def delete_images(self, item_no: str) -> None:
        await self._driver.execute("DELETE FROM item_images WHERE item_no = $1", item_no)

    async def cursor(self, shop: ShopId) -> datetime | None:
        statement = "SELECT listed_at FROM task_cursors WHERE shop_id = $1 AND task = $2"
        found: datetime | None = await self._driver.fetchval(statement, shop, TASK)
        return found

    async def move_cursor(self, shop: ShopId, listed_at: datetime) -> None:
        await self._driver.execute(
            "INSERT INTO task_cursors (shop_id, task, listed_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (shop_id, task) DO UPDATE SET listed_at = excluded.listed_at",
            shop,
            TASK,
            listed_at,
        )

    async def discover(
        self, shop: ShopId, new_id: str, product: DiscoveredProduct, *, now: datetime
    ) -> tuple[str, int] | None:
        body = msgspec.json.encode(product).decode()
        row = await self._driver.fetchrow(_DISCOVER, new_id, shop, product.store_product_id, body, now)
        return None if row is None else (row["id"], row["version"])

    async def known(self, shop: ShopId, products: Collection[ShopifyId], *, now: datetime) -> None:
        await self._driver.execute(
            "UPDATE discovered_items SET known = true, version = version + 1, updated_at = $3"
            " WHERE shop_id = $1 AND store_product_id = ANY($2::text[]) AND NOT known",
            shop,
            list(products),
            now,
        )

    async def discovered(self, found: str, *, shop_ids: Collection[ShopId] | None) -> DiscoveredItem | None:
        row = await self._driver.fetchrow(f"{_DISCOVERED} AND d.id = $2", _listed(shop_ids), found)
        return None if row is None else _discovered(row)

    async def discovered_page(
        self, request: PageRequest, *, shop_ids: Collection[ShopId] | None, shop: str | None, known: bool | None
    ) -> Page[DiscoveredItem]:
        (after,) = request.after or ("",)
        rows = await self._driver.fetch(
            f"{_DISCOVERED} AND ($2::text IS NULL OR shops.code = $2) AND ($3::boolean IS NULL OR d.known = $3)"
            " AND d.id > $4 ORDER BY d.id LIMIT $5",
            _listed(shop_ids),
            shop,
            known,
            after,
            request.limit + 1,
        )
        return page_of(rows, request, shape=_discovered, key=lambda row: (row["id"],))


def _listed(shop_ids: Collection[ShopId] | None) -> list[str] | None:
    return None if shop_ids is None else sorted(shop_ids)


def _to_export(row: asyncpg.Record) -> ItemToExport:
    return ItemToExport(
        item=item_of_row(row),
        prices={PriceKey(code, shop): _price(amounts) for code, shop, *amounts in json.loads(row["prices"] or "[]")},
        parts={ExportPart(each["part"]): _state(each) for each in json.loads(row["parts"] or "[]")},
        links={ShopifyId(variant): code for variant, code in json.loads(row["links"] or "{}").items()},
        images=_images(row["images"] or "[]"),
    )


def _price(amounts: Sequence[str | None]) -> ItemPrice:
    price, compared, cost = (None if each is None else Decimal(each).normalize() + 0 for each in amounts)
    return ItemPrice(price=price, compare_at_price=compared, unit_cost=cost)


def _state(row: dict[str, Any]) -> ExportState:
    return ExportState(
        store_product_id=row["store_product_id"],
        adopted=row["adopted"],
        handle=row["handle"],
        sent=row["sent"],
        files=tuple(_file(each) for each in row["files"] or ()),
        error_code=row["error_code"],
    )


def _row(value: ExportOutcome | SentFile) -> dict[str, Any]:
    """As JSON without what is not there, so that a release before a field reads what does not need it."""
    return dataclasses.asdict(
        value, dict_factory=lambda pairs: {name: found for name, found in pairs if found is not None}
    )


def _file(row: dict[str, Any]) -> SentFile:
    return SentFile(**row | {"variants": tuple(row.get("variants") or ())})


def _images(text: str) -> tuple[ItemImage, ...]:
    return tuple(ItemImage(**each) for each in json.loads(text))


def _discovered(row: asyncpg.Record) -> DiscoveredItem:
    return DiscoveredItem(
        id=row["id"],
        shop=row["shop"],
        product=msgspec.json.decode(row["product"], type=DiscoveredProduct),
        known=row["known"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
