"""Mapping rows as the store tells of its values: one statement a table, codes left alone.

Rows are written in the order of their keys, so that two who keep the same values never wait for each other in a circle.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from app.domain.identifiers import ShopId
from app.domain.mappings import LocationStatus
from app.domain.seen_values import SeenValues
from app.ports.clock import IdFactory
from app.ports.repositories.mapping_rows import KeptRows
from app.ports.store_values import StoreLocation, StoreProvince, StoreTerms

# A row that was just inserted has no other version of itself.
_TOLD = "RETURNING xmax = 0 AS added"

_LOCATIONS = f"""
INSERT INTO location_mappings AS t (shop_id, location_id, name, status, location_filter, version, updated_at)
SELECT $1, id, name, status, '{{}}', 1, $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS new(id, name, status) ORDER BY id
ON CONFLICT (shop_id, location_id) DO UPDATE
SET name = excluded.name, status = excluded.status, version = t.version + 1, updated_at = excluded.updated_at
WHERE (t.name, t.status) IS DISTINCT FROM (excluded.name, excluded.status)
{_TOLD}
"""

_GONE = """
UPDATE location_mappings SET status = $3, version = version + 1, updated_at = $5
WHERE shop_id = $1 AND location_id <> ALL($2::text[]) AND status IS DISTINCT FROM $3 AND updated_at < $4
"""

_TERMS = f"""
INSERT INTO payment_terms_mappings AS t (shop_id, terms_id, name, type, "primary", version, updated_at)
SELECT $1, id, name, type, false, 1, $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS new(id, name, type) ORDER BY id
ON CONFLICT (shop_id, terms_id) DO UPDATE
SET name = excluded.name, type = excluded.type, version = t.version + 1, updated_at = excluded.updated_at
WHERE (t.name, t.type) IS DISTINCT FROM (excluded.name, excluded.type)
{_TOLD}
"""

_TEMPLATES = f"""
INSERT INTO customer_templates (shop_id, country_code, province, version, updated_at)
SELECT $1, country, '', 1, $3 FROM unnest($2::text[]) AS new(country) ORDER BY country
ON CONFLICT DO NOTHING {_TOLD}
"""

_AREAS = f"""
INSERT INTO tax_areas AS t (country_code, province, province_name, tax_liable, version, updated_at)
SELECT country, province, name, false, 1, $4
FROM unnest($1::text[], $2::text[], $3::text[]) AS new(country, province, name) ORDER BY country, province
ON CONFLICT (country_code, province) DO UPDATE
SET province_name = excluded.province_name, version = t.version + 1, updated_at = excluded.updated_at
WHERE t.province_name IS NULL AND excluded.province_name IS NOT NULL
{_TOLD}
"""

_CURRENCIES = f"""
INSERT INTO currency_mappings (iso, version, updated_at)
SELECT iso, 1, $2 FROM unnest($1::text[]) AS new(iso) ORDER BY iso
ON CONFLICT DO NOTHING {_TOLD}
"""

_SEEN = """
WITH locations AS (
    INSERT INTO location_mappings (shop_id, location_id, name, location_filter, version, updated_at)
    SELECT shop, id, nullif(name, ''), '{}', 1, $1
    FROM unnest($2::text[], $3::text[], $4::text[]) AS new(shop, id, name) ORDER BY shop, id
    ON CONFLICT DO NOTHING RETURNING 1
), titles AS (
    INSERT INTO shipment_method_mappings (id, shop_id, title, title_key, version, updated_at)
    SELECT id, shop, title, key, 1, $1
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS new(id, shop, title, key) ORDER BY shop, key
    ON CONFLICT DO NOTHING RETURNING 1
), gateways AS (
    INSERT INTO payment_method_mappings
        (id, shop_id, gateway, gateway_key, card_company, card_company_key, version, updated_at)
    SELECT id, shop, gateway, gateway_key, nullif(card, ''), card_key, 1, $1
    FROM unnest($9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
        AS new(id, shop, gateway, gateway_key, card, card_key)
    ORDER BY shop, gateway_key, card_key
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM locations) + (SELECT count(*) FROM titles) + (SELECT count(*) FROM gateways)
"""


class PostgresMappingRows:
    def __init__(self, driver: asyncpg.Connection, ids: IdFactory) -> None:
        self._driver = driver
        self._ids = ids

    async def keep_locations(
        self, shop: ShopId, locations: Sequence[StoreLocation], *, read_from: datetime, now: datetime
    ) -> KeptRows:
        each_once = list({location.shopify_id: location for location in locations}.values())
        ids = [each.shopify_id for each in each_once]
        statuses = [LocationStatus.ACTIVE if each.active else LocationStatus.INACTIVE for each in each_once]
        kept = await self._kept(_LOCATIONS, shop, ids, [each.name for each in each_once], statuses, now)
        done: str = await self._driver.execute(_GONE, shop, ids, LocationStatus.NOT_AT_STORE, read_from, now)
        return kept + KeptRows(changed=int(done.rpartition(" ")[2]))

    async def keep_terms(self, shop: ShopId, terms: Sequence[StoreTerms], *, now: datetime) -> KeptRows:
        each_once = list({each.shopify_id: each for each in terms}.values())
        ids = [each.shopify_id for each in each_once]
        return await self._kept(
            _TERMS, shop, ids, [each.name for each in each_once], [each.type for each in each_once], now
        )

    async def keep_countries(self, shop: ShopId, countries: Sequence[str], *, now: datetime) -> KeptRows:
        codes = sorted(set(countries))
        whole = await self._kept(_AREAS, codes, [""] * len(codes), [None] * len(codes), now)
        return whole + await self._kept(_TEMPLATES, shop, codes, now)

    async def keep_provinces(self, provinces: Sequence[StoreProvince], *, now: datetime) -> KeptRows:
        each_once = list({(each.country_code, each.code): each for each in provinces}.values())
        return await self._kept(
            _AREAS,
            [each.country_code for each in each_once],
            [each.code for each in each_once],
            [each.name for each in each_once],
            now,
        )

    async def keep_currencies(self, currencies: Sequence[str], *, now: datetime) -> KeptRows:
        return await self._kept(_CURRENCIES, sorted(set(currencies)), now)

    async def keep_seen(self, seen: Mapping[ShopId, SeenValues], *, now: datetime) -> KeptRows:
        locations = [(shop, key, name) for shop, each in seen.items() for key, name in each.locations.items()]
        titles = [
            (self._ids.new("map"), shop, title, key)
            for shop, each in seen.items()
            for key, title in each.titles.items()
        ]
        gateways = [
            (self._ids.new("map"), shop, gateway, gateway_key, card, card_key)
            for shop, each in seen.items()
            for (gateway_key, card_key), (gateway, card) in each.gateways.items()
        ]
        columns = [*_columns(locations, 3), *_columns(titles, 4), *_columns(gateways, 6)]
        return KeptRows(added=await self._driver.fetchval(_SEEN, now, *columns))

    async def _kept(self, statement: str, *parameters: object) -> KeptRows:
        rows = await self._driver.fetch(statement, *parameters)
        added = sum(row["added"] for row in rows)
        return KeptRows(added=added, changed=len(rows) - added)


def _columns(rows: Sequence[tuple[str, ...]], width: int) -> list[list[str]]:
    """The rows turned into one list a column, as ``unnest`` takes them."""
    return [[row[place] for row in rows] for place in range(width)]
