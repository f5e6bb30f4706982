"""Claiming orders to import: what is due next, or chosen orders, each with what the run that wanted it is about."""

from datetime import datetime

import asyncpg
import msgspec

from app.domain.identifiers import RunId, ShopId, ShopifyId
from app.ports.repositories.orders_to_import import AskingRun, ImportClaim

_CLAIMED = """
UPDATE orders_to_import SET
    claimed_by = $2, claim_no = claim_no + 1, claimed_until = $4::timestamptz + $5::interval, attempts = attempts + 1
"""

_CLAIM_TOLD = """
RETURNING id, shopify_id, claim_no, wanted, attempts, shop_id, claim_by_id, run_id, source = 'listing' AS catch_up,
    (SELECT json_build_object('shop', runs.shop_id, 'filters', runs.filters,
        'created_from', runs.parameters ->> 'created_from', 'created_to', runs.parameters ->> 'created_to') FROM runs
     WHERE runs.id = run_id AND source <> 'webhook'
       AND (runs.filters <> '{}' OR runs.parameters ?| ARRAY['created_from', 'created_to'])) AS asked_by
"""

# What was announced or asked for goes before what a listing found, however long that has been waiting.
CLAIM = f"""
WITH prompt AS (
    SELECT id FROM orders_to_import
    WHERE store_id = $1 AND source <> 'listing' AND due_at <= $6 AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
), catch_up AS (
    SELECT id FROM orders_to_import
    WHERE store_id = $1 AND source = 'listing' AND due_at <= $6 AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY due_at, id LIMIT $3 - (SELECT count(*) FROM prompt) FOR UPDATE SKIP LOCKED
)
{_CLAIMED} WHERE id IN (SELECT id FROM prompt UNION ALL SELECT id FROM catch_up) {_CLAIM_TOLD}
"""

CLAIM_THESE = f"""
WITH told AS (
    SELECT id FROM orders_to_import
    WHERE store_id = $1 AND shopify_id = ANY($3::text[]) AND due_at <= $4 AND attempts < $6
      AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY shopify_id FOR UPDATE SKIP LOCKED
)
{_CLAIMED} WHERE id IN (SELECT id FROM told) {_CLAIM_TOLD}
"""


def claim_of(row: asyncpg.Record) -> ImportClaim:
    """A row that was claimed."""
    return ImportClaim(
        id=row["id"],
        shopify_id=ShopifyId(row["shopify_id"]),
        claim_no=row["claim_no"],
        wanted=row["wanted"],
        attempts=row["attempts"],
        shop_id=ShopId(row["shop_id"]) if row["shop_id"] else None,
        claim_by_id=row["claim_by_id"],
        run_id=RunId(row["run_id"]) if row["run_id"] else None,
        asked_by=_asked_by(row["asked_by"]) if row["asked_by"] else None,
        catch_up=row["catch_up"],
    )


def _asked_by(json: str) -> AskingRun:
    found = msgspec.json.decode(json)
    first, last = (found[name] and datetime.fromisoformat(found[name]) for name in ("created_from", "created_to"))
    return AskingRun(shop=ShopId(found["shop"]), filters=found["filters"], created_from=first, created_to=last)
