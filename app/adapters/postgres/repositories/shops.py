"""Shops; their settings are stored as what differs from the defaults."""

import json
from collections.abc import Sequence

import asyncpg

from app.adapters.postgres.repositories.paging import page_of
from app.domain.identifiers import ShopId, StoreId
from app.domain.settings_values import settings_from_json, settings_to_json
from app.ports.paging import Page, PageRequest
from app.ports.repositories.shops import Shop, ShopRef

REF = "SELECT shops.id, shops.code, shops.store_id FROM shops"


class PostgresShops:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def by_code(self, code: str) -> ShopRef | None:
        row = await self._driver.fetchrow(f"{REF} WHERE code = $1", code)
        return _ref(row) if row else None

    async def ids(self) -> Sequence[ShopId]:
        rows = await self._driver.fetch("SELECT id FROM shops ORDER BY id")
        return [ShopId(row["id"]) for row in rows]

    async def by_codes(self, codes: Sequence[str]) -> Sequence[ShopRef]:
        rows = await self._driver.fetch(f"{REF} WHERE code = ANY($1) ORDER BY code", list(codes))
        return [_ref(row) for row in rows]

    async def find(self, shop: ShopId) -> Shop | None:
        row = await self._driver.fetchrow("SELECT * FROM shops WHERE id = $1", shop)
        return _shop(row) if row else None

    async def locked(self, shop: ShopId) -> Shop | None:
        row = await self._driver.fetchrow("SELECT * FROM shops WHERE id = $1 FOR UPDATE", shop)
        return _shop(row) if row else None

    async def page(self, request: PageRequest, *, only: Sequence[ShopId] | None) -> Page[Shop]:
        (after,) = request.after or ("",)
        rows = await self._driver.fetch(
            "SELECT * FROM shops WHERE code > $1 AND ($2::text[] IS NULL OR id = ANY($2)) ORDER BY code LIMIT $3",
            after,
            None if only is None else list(only),
            request.limit + 1,
        )
        return page_of(rows, request, shape=_shop, key=lambda row: (row["code"],))

    async def add(self, shop: Shop) -> bool:
        added = await self._driver.fetchval(
            "INSERT INTO shops (id, store_id, code, name, settings, version, created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code) DO NOTHING RETURNING true",
            shop.id,
            shop.store_id,
            shop.code,
            shop.name,
            json.dumps(settings_to_json(shop.settings, only_differences=True)),
            shop.version,
            shop.created_at,
            shop.updated_at,
        )
        return bool(added)

    async def save(self, shop: Shop) -> None:
        await self._driver.execute(
            "UPDATE shops SET name = $2, settings = $3, version = $4, updated_at = $5 WHERE id = $1",
            shop.id,
            shop.name,
            json.dumps(settings_to_json(shop.settings, only_differences=True)),
            shop.version,
            shop.updated_at,
        )

    async def of_store(self, store: StoreId) -> Sequence[ShopRef]:
        rows = await self._driver.fetch(f"{REF} WHERE store_id = $1 ORDER BY created_at, id", store)
        return [_ref(row) for row in rows]

    async def has_orders(self, shop: ShopId) -> bool:
        found: bool = await self._driver.fetchval(
            "SELECT EXISTS (SELECT FROM orders WHERE shop_id = $1)"
            " OR EXISTS (SELECT FROM sales_documents WHERE shop_id = $1)",
            shop,
        )
        return found

    async def delete(self, shop: ShopId) -> None:
        await self._driver.execute("DELETE FROM runs WHERE shop_id = $1", shop)
        await self._driver.execute("DELETE FROM shops WHERE id = $1", shop)


def _ref(row: asyncpg.Record) -> ShopRef:
    return ShopRef(id=ShopId(row["id"]), code=row["code"], store_id=StoreId(row["store_id"]))


def _shop(row: asyncpg.Record) -> Shop:
    return Shop(
        id=ShopId(row["id"]),
        code=row["code"],
        name=row["name"],
        store_id=StoreId(row["store_id"]),
        settings=settings_from_json(json.loads(row["settings"])),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
