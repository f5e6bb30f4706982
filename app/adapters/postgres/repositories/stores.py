"""Stores on PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import asyncpg

from app.domain.identifiers import StoreId
from app.domain.webhook_topics import PRIVACY_TOPICS
from app.ports.repositories.stores import Store, Stores

FORGOTTEN_AFTER = timedelta(hours=1)
"""Of installations that were begun: longer than any of them may take."""

COLUMNS = (
    "id, store_domain, credentials, name, plan, currency, time_zone, country_code, granted_scopes,"
    " access_revoked_at, access_revoked_reason, deleted_at"
)


class PostgresStores(Stores):
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def made(self, store_domain: str, *, new_id: StoreId, now: datetime) -> Store:
        await self._driver.execute(
            "INSERT INTO stores AS s (id, store_domain, created_at, updated_at) VALUES ($1, $2, $3, $3)"
            " ON CONFLICT (store_domain) DO UPDATE SET deleted_at = NULL, updated_at = $3"
            " WHERE s.deleted_at IS NOT NULL",
            new_id,
            store_domain,
            now,
        )
        row = await self._driver.fetchrow(
            f"SELECT {COLUMNS} FROM stores WHERE store_domain = $1 FOR UPDATE", store_domain
        )
        return _store(row)

    async def locked(self, store: StoreId) -> Store:
        return _store(await self._driver.fetchrow(f"SELECT {COLUMNS} FROM stores WHERE id = $1 FOR UPDATE", store))

    async def of(self, stores: Collection[StoreId]) -> Mapping[StoreId, Store]:
        rows = await self._driver.fetch(f"SELECT {COLUMNS} FROM stores WHERE id = ANY($1)", list(stores))
        return {StoreId(row["id"]): _store(row) for row in rows}

    async def set_credentials(
        self,
        store: StoreId,
        sealed: bytes,
        *,
        previous: bytes | None,
        previous_until: datetime,
        keep_token: bool,
        now: datetime,
    ) -> None:
        await self._driver.execute(
            "UPDATE stores SET credentials = $2, credentials_set_at = $5, updated_at = $5, access_revoked_at = NULL,"
            " access_revoked_reason = NULL, described_at = NULL, subscriptions_checked_at = NULL,"
            " previous_webhook_secret = coalesce($3, previous_webhook_secret),"
            " previous_webhook_secret_until ="
            " CASE WHEN $3::bytea IS NULL THEN previous_webhook_secret_until ELSE $4 END"
            " WHERE id = $1",
            store,
            sealed,
            previous,
            previous_until,
            now,
        )
        if not keep_token:
            await self._driver.execute("DELETE FROM store_tokens WHERE store_id = $1", store)

    async def by_domain(self, store_domain: str) -> Store | None:
        row = await self._driver.fetchrow(
            f"SELECT {COLUMNS} FROM stores WHERE store_domain = $1 AND deleted_at IS NULL", store_domain
        )
        return _store(row) if row else None

    async def begin_installation(self, store: StoreId, state_hash: bytes, *, now: datetime) -> None:
        await self._driver.execute("DELETE FROM installations_begun WHERE begun_at < $1", now - FORGOTTEN_AFTER)
        await self._driver.execute("INSERT INTO installations_begun VALUES ($1, $2, $3)", state_hash, store, now)

    async def end_installation(self, state_hash: bytes, *, since: datetime) -> StoreId | None:
        row = await self._driver.fetchrow(
            "DELETE FROM installations_begun WHERE state_hash = $1 RETURNING store_id, begun_at", state_hash
        )
        return StoreId(row["store_id"]) if row and row["begun_at"] >= since else None

    async def connected(self, store: StoreId, *, now: datetime) -> None:
        await self._driver.execute(
            "UPDATE stores SET credentials_set_at = $2, updated_at = $2, access_revoked_at = NULL,"
            " access_revoked_reason = NULL, described_at = NULL, subscriptions_checked_at = NULL WHERE id = $1",
            store,
            now,
        )

    async def delete(self, store: StoreId, *, now: datetime) -> None:
        for table in ("orders_to_import", "number_write_backs", "store_tokens", "store_points"):
            await self._driver.execute(f"DELETE FROM {table} WHERE store_id = $1", store)
        await self._driver.execute(
            "DELETE FROM webhook_inbox WHERE store_id = $1 AND topic <> ALL($2::text[])", store, list(PRIVACY_TOPICS)
        )
        await self._driver.execute(
            "UPDATE stores SET deleted_at = $2, updated_at = $2, name = NULL, plan = NULL, currency = NULL,"
            " time_zone = NULL, country_code = NULL, granted_scopes = NULL, described_at = NULL,"
            " orders_listed_at = NULL, orders_swept_at = NULL, orders_swept_widely_at = NULL,"
            " subscriptions_checked_at = NULL, subscriptions_good_at = NULL, webhooks_missed_since = NULL"
            " WHERE id = $1",
            store,
            now,
        )


def _store(row: asyncpg.Record) -> Store:
    values = dict(row)
    scopes = values.pop("granted_scopes")
    return Store(granted_scopes=None if scopes is None else tuple(scopes), **values)
