"""The lines of open orders that lack an item, gathered by product: over the index of undocumented orders."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from app.adapters.postgres.repositories.cue_conditions import CUES_OF_ORDERS
from app.domain.activities import Cue
from app.domain.identifiers import OrderId, ShopId, ShopifyId, order_line_id
from app.domain.problems import ProblemCode
from app.ports.paging import Page, PageRequest
from app.ports.repositories.unmapped_products import UnmappedProduct, WaitingLine

LINES_SHOWN: Final = 20

# Problems and lines of an order meet by the pointer, so that an order of many of both is read once. A line without
# variant, SKU and barcode is a text of the merchant's and no product.
_STATEMENT: Final = f"""
WITH lacking AS (
    SELECT o.id, o.name, o.created_at, found.line, found.code, CASE
        WHEN found.line ->> 'store_variant_id' IS NOT NULL THEN 'v:' || (found.line ->> 'store_variant_id')
        WHEN coalesce(found.line ->> 'sku', '') <> '' THEN 's:' || lower(found.line ->> 'sku')
        WHEN coalesce(found.line ->> 'barcode', '') <> '' THEN 'b:' || lower(found.line ->> 'barcode')
    END AS key
    FROM (
        SELECT id, name, created_at, body, problems FROM orders
        WHERE shop_id = $1 AND {CUES_OF_ORDERS[Cue.UNMAPPED_PRODUCTS]}
    ) AS o CROSS JOIN LATERAL (
        SELECT lines.value AS line, problems.value ->> 'code' AS code
        FROM jsonb_array_elements(o.body -> 'lines') AS lines(value)
        JOIN jsonb_array_elements(o.problems) AS problems(value)
            ON problems.value ->> 'pointer' = '/lines/' || (lines.value ->> 'shopify_id') || '/item_no'
        WHERE problems.value ->> 'code' IN ('{ProblemCode.ITEM_MISSING}', '{ProblemCode.ITEM_AMBIGUOUS}')
    ) AS found
)
SELECT key,
    (array_agg(line ORDER BY created_at DESC, id DESC))[1]::text AS line,
    bool_or(code = '{ProblemCode.ITEM_AMBIGUOUS}') AS ambiguous,
    count(DISTINCT id) AS order_count,
    min(created_at) AS oldest_at,
    to_json((array_agg(ARRAY[id, name, line ->> 'shopify_id'] ORDER BY created_at, id))[1:{LINES_SHOWN}])::text AS lines
FROM lacking WHERE key COLLATE "C" > $2
GROUP BY key ORDER BY key COLLATE "C" LIMIT $3
"""


class _Line(msgspec.Struct):
    """What is read of the copy of an order line."""

    store_product_id: ShopifyId | None = None
    store_variant_id: ShopifyId | None = None
    title: str = ""
    variant_title: str = ""
    sku: str = ""
    barcode: str = ""


_line = msgspec.json.Decoder(_Line)
_lines = msgspec.json.Decoder(list[tuple[str, str, str]])


async def unmapped_products(driver: asyncpg.Connection, shop: ShopId, request: PageRequest) -> Page[UnmappedProduct]:
    """By product; what no order of the shop waits for is not among them."""
    (after,) = request.after or ("",)
    rows = await driver.fetch(_STATEMENT, shop, after, request.limit + 1)
    shown = rows[: request.limit]
    return Page(rows=_products(shown), next_after=(shown[-1]["key"],) if len(rows) > len(shown) else None)


def _products(rows: Sequence[asyncpg.Record]) -> Sequence[UnmappedProduct]:
    return [_product(row, _line.decode(row["line"])) for row in rows]


def _product(row: asyncpg.Record, line: _Line) -> UnmappedProduct:
    return UnmappedProduct(
        store_product_id=line.store_product_id,
        store_variant_id=line.store_variant_id,
        title=line.title,
        variant_title=line.variant_title,
        sku=line.sku,
        barcode=line.barcode,
        ambiguous=row["ambiguous"],
        order_count=row["order_count"],
        oldest_at=row["oldest_at"],
        lines=[
            WaitingLine(
                order_id=order,
                order_name=name,
                line_id=order_line_id(OrderId(order), ShopifyId(number)),
                shopify_line_id=ShopifyId(number),
            )
            for order, name, number in _lines.decode(row["lines"])
        ],
    )
