"""Keys by their public part."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.paging import page_of
from app.domain.access import Scope
from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest
from app.ports.repositories.api_keys import ApiKey

KNOWN_SCOPES = frozenset(Scope)


class PostgresApiKeys:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def find(self, key_id: str) -> ApiKey | None:
        row = await self._driver.fetchrow("SELECT * FROM api_keys WHERE id = $1", key_id)
        return _key(row) if row else None

    async def locked(self, key_id: str) -> ApiKey | None:
        row = await self._driver.fetchrow("SELECT * FROM api_keys WHERE id = $1 FOR UPDATE", key_id)
        return _key(row) if row else None

    async def page(self, request: PageRequest, *, within: Sequence[ShopId] | None) -> Page[ApiKey]:
        (after,) = request.after or ("",)
        rows = await self._driver.fetch(
            "SELECT * FROM api_keys WHERE id > $1 AND ($2::text[] IS NULL OR shop_ids <@ $2) ORDER BY id LIMIT $3",
            after,
            None if within is None else list(within),
            request.limit + 1,
        )
        return page_of(rows, request, shape=_key, key=lambda row: (row["id"],))

    async def add(self, key: ApiKey) -> None:
        await self._driver.execute(
            "INSERT INTO api_keys (id, name, secret_hash, scopes, shop_ids, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            key.id,
            key.name,
            key.secret_hash,
            list(key.scopes),
            None if key.shop_ids is None else list(key.shop_ids),
            key.created_at,
            key.expires_at,
        )

    async def end(self, key_id: str, *, expires_at: datetime | None, revoked_at: datetime | None) -> None:
        await self._driver.execute(
            "UPDATE api_keys SET expires_at = $2, revoked_at = $3 WHERE id = $1", key_id, expires_at, revoked_at
        )

    async def used(self, key_id: str, at: datetime) -> None:
        await self._driver.execute("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", key_id, at)

    async def shop_codes(self, ids: Sequence[ShopId]) -> Sequence[str]:
        rows = await self._driver.fetch("SELECT code FROM shops WHERE id = ANY($1) ORDER BY code", list(ids))
        return [row["code"] for row in rows]


def _key(row: asyncpg.Record) -> ApiKey:
    shops = row["shop_ids"]
    return ApiKey(
        id=row["id"],
        name=row["name"],
        secret_hash=row["secret_hash"],
        scopes=tuple(Scope(scope) for scope in row["scopes"] if scope in KNOWN_SCOPES),
        shop_ids=None if shops is None else tuple(ShopId(shop) for shop in shops),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )
