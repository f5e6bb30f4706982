"""Webhook endpoints and their secrets as rows."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.paging import page_of
from app.domain.identifiers import ShopId, WebhookEndpointId
from app.domain.webhook_deliveries import LATE_AFTER, DisabledReason
from app.ports.paging import Page, PageRequest
from app.ports.repositories.webhook_endpoints import EndpointFilter, SealedSecret, WebhookEndpoint

NEEDS_A_PERSON = "(disabled_reason IN ('gone', 'failing') OR (enabled AND failing_since < {late}))"
"""The endpoints that a person should look at; ``late`` is an instant."""

_COLUMNS = (
    "id, url, description, types, shop_ids, enabled, disabled_at, disabled_reason, position, failing_since,"
    " paused_until, delivered_at, version, created_at, updated_at"
)
_ADD = f"INSERT INTO webhook_endpoints ({_COLUMNS}) VALUES ({', '.join(f'${n}' for n in range(1, 16))})"
_SAVE = """
UPDATE webhook_endpoints SET url = $2, description = $3, types = $4, shop_ids = $5, enabled = $6, disabled_at = $7,
    disabled_reason = $8, position = $9, failing_since = $10, paused_until = $11, delivered_at = $12, version = $13,
    created_at = $14, updated_at = $15
WHERE id = $1
"""
_PAGE = f"""
SELECT {_COLUMNS} FROM webhook_endpoints
WHERE id > $1 AND ($2::text[] IS NULL OR shop_ids <@ $2)
  AND ($3::text IS NULL OR shop_ids IS NULL OR shop_ids && (SELECT array_agg(id) FROM shops WHERE code = $3))
  AND (NOT $4::boolean OR {NEEDS_A_PERSON.format(late="$5")})
ORDER BY id LIMIT $6
"""
_SECRETS = """
SELECT id, secret, created_at, expires_at FROM webhook_endpoint_secrets
WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > $2)
ORDER BY expires_at DESC NULLS FIRST, created_at DESC
"""
_END_OTHERS = """
UPDATE webhook_endpoint_secrets SET expires_at = least(coalesce(expires_at, $2), $2) WHERE endpoint_id = $1
"""
_ADD_SECRET = """
INSERT INTO webhook_endpoint_secrets (endpoint_id, id, secret, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
"""
_KEEP_NEWEST = """
DELETE FROM webhook_endpoint_secrets WHERE endpoint_id = $1 AND id NOT IN (
    SELECT id FROM webhook_endpoint_secrets WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > $3)
    ORDER BY created_at DESC, id DESC LIMIT $2
)
"""


class PostgresWebhookEndpoints:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def find(self, endpoint: WebhookEndpointId) -> WebhookEndpoint | None:
        row = await self._driver.fetchrow(f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE id = $1", endpoint)
        return _endpoint(row) if row else None

    async def locked(self, endpoint: WebhookEndpointId) -> WebhookEndpoint | None:
        row = await self._driver.fetchrow(
            f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE id = $1 FOR UPDATE", endpoint
        )
        return _endpoint(row) if row else None

    async def page(
        self, request: PageRequest, wanted: EndpointFilter, *, within: Sequence[ShopId] | None, now: datetime
    ) -> Page[WebhookEndpoint]:
        (after,) = request.after or ("",)
        given = (after, None if within is None else list(within), wanted.shop, wanted.failing, now - LATE_AFTER)
        rows = await self._driver.fetch(_PAGE, *given, request.limit + 1)
        return page_of(rows, request, shape=_endpoint, key=lambda row: (row["id"],))

    async def add(self, endpoint: WebhookEndpoint) -> None:
        await self._driver.execute(_ADD, *_values(endpoint))

    async def save(self, endpoint: WebhookEndpoint) -> None:
        await self._driver.execute(_SAVE, *_values(endpoint))

    async def delete(self, endpoint: WebhookEndpointId) -> None:
        await self._driver.execute("DELETE FROM webhook_endpoints WHERE id = $1", endpoint)

    async def listening(self) -> Sequence[WebhookEndpointId]:
        rows = await self._driver.fetch("SELECT id FROM webhook_endpoints WHERE enabled ORDER BY id")
        return [WebhookEndpointId(row["id"]) for row in rows]

    async def secrets(self, endpoint: WebhookEndpointId, *, now: datetime) -> Sequence[SealedSecret]:
        return [
            SealedSecret(id=row["id"], secret=row["secret"], created_at=row["created_at"], expires_at=row["expires_at"])
            for row in await self._driver.fetch(_SECRETS, endpoint, now)
        ]

    async def add_secret(
        self, endpoint: WebhookEndpointId, secret: SealedSecret, *, others_until: datetime, most: int
    ) -> None:
        await self._driver.execute(_END_OTHERS, endpoint, others_until)
        values = (secret.id, secret.secret, secret.created_at, secret.expires_at)
        await self._driver.execute(_ADD_SECRET, endpoint, *values)
        await self._driver.execute(_KEEP_NEWEST, endpoint, most, secret.created_at)


def _values(endpoint: WebhookEndpoint) -> tuple[object, ...]:
    return (
        endpoint.id,
        endpoint.url,
        endpoint.description,
        list(endpoint.types),
        None if endpoint.shop_ids is None else list(endpoint.shop_ids),
        endpoint.enabled,
        endpoint.disabled_at,
        endpoint.disabled_reason,
        endpoint.position,
        endpoint.failing_since,
        endpoint.paused_until,
        endpoint.delivered_at,
        endpoint.version,
        endpoint.created_at,
        endpoint.updated_at,
    )


def _endpoint(row: asyncpg.Record) -> WebhookEndpoint:
    shops, reason = row["shop_ids"], row["disabled_reason"]
    return WebhookEndpoint(
        id=WebhookEndpointId(row["id"]),
        url=row["url"],
        description=row["description"],
        types=tuple(row["types"]),
        shop_ids=None if shops is None else tuple(ShopId(shop) for shop in shops),
        enabled=row["enabled"],
        disabled_at=row["disabled_at"],
        disabled_reason=None if reason is None else DisabledReason(reason),
        position=row["position"],
        failing_since=row["failing_since"],
        paused_until=row["paused_until"],
        delivered_at=row["delivered_at"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
