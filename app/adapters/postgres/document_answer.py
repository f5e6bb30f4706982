"""A row of a document as the JSON that the ERP reads: the stored content is spliced in as it stands, not taken apart.

Only the customers are laid over it: a customer that the ERP numbered after the document was made has its number here.
"""

from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec

_Part = msgspec.Raw


class _Header(msgspec.Struct, kw_only=True):
    """The stored content, unread but for the three parties."""

    external_document_no: _Part
    document_date: _Part
    due_date: _Part
    currency: _Part
    currency_code: _Part
    currency_handling: _Part
    prices_include_tax: _Part
    sell_to: dict[str, Any]
    bill_to: dict[str, Any]
    ship_to: dict[str, Any]
    payment_method_code: _Part
    payment_terms_code: _Part
    shipment_method_code: _Part
    shipping_agent_code: _Part
    shipping_agent_service_code: _Part
    salesperson_code: _Part
    tax_area_code: _Part
    tax_liable: _Part
    work_description: _Part
    discount_codes: _Part
    attributes: _Part


class _Stored(_Header, kw_only=True):
    totals: _Part


class _OrderOf(msgspec.Struct):
    id: str
    shopify_id: str
    name: str


class _RefundOf(msgspec.Struct):
    id: str
    shopify_id: str


class _Life(msgspec.Struct, kw_only=True):
    """What stands beside the content, in the contract's order."""

    id: str
    kind: str
    number: str
    state: str
    version: int
    shop: str
    order: _OrderOf
    refund: _RefundOf | None
    replaces_id: str | None
    adjusts_id: str | None
    erp_document_no: str | None
    posted_document_no: str | None
    posting_date: date | None
    cancel_reason: str | None
    created_at: datetime
    updated_at: datetime
    released_at: datetime | None
    acknowledged_at: datetime | None
    posted_at: datetime | None
    cancelled_at: datetime | None
    unlinked_at: datetime | None


_decoder = msgspec.json.Decoder(_Stored)
_encoder = msgspec.json.Encoder()
_HEADER = _Header.__struct_fields__


def document_json(row: asyncpg.Record, *, lines: str | None) -> bytes:
    """A document; ``lines`` is their stored JSON, None leaves them out."""
    life = _encoder.encode(_life(row))
    return b"%b,%b}" % (life[:-1], content_json(row, lines=lines)[1:-1])


def content_json(row: asyncpg.Record, *, lines: str | None) -> bytes:
    """The content of one version."""
    stored = _decoder.decode(row["content"])
    _lay_customers_over(stored, row)
    content: dict[str, Any] = {name: getattr(stored, name) for name in _HEADER}
    if lines is not None:
        content["lines"] = msgspec.Raw(lines.encode())
    content["totals"] = stored.totals
    return _encoder.encode(content)


def _life(row: asyncpg.Record) -> _Life:
    refund = row["refund_id"]
    return _Life(
        id=row["id"],
        kind=row["kind"],
        number=row["number"],
        state=row["state"],
        version=row["version"],
        shop=row["shop"],
        order=_OrderOf(row["order_id"], row["order_shopify_id"], row["order_name"]),
        refund=None if refund is None else _RefundOf(refund, refund.rpartition("_")[2]),
        replaces_id=row["replaces_id"],
        adjusts_id=row["adjusts_id"],
        erp_document_no=row["erp_document_no"],
        posted_document_no=row["posted_document_no"],
        posting_date=row["posting_date"],
        cancel_reason=row["cancel_reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        released_at=row["released_at"],
        acknowledged_at=row["acknowledged_at"],
        posted_at=row["posted_at"],
        cancelled_at=row["cancelled_at"],
        unlinked_at=row["unlinked_at"],
    )


def _lay_customers_over(stored: _Stored, row: asyncpg.Record) -> None:
    """The customers by the row's links, which are kept true; the ship-to party is one of the other two."""
    sell_to = row["sell_to_customer_id"], row["sell_to_no"]
    bill_to = row["bill_to_customer_id"], row["bill_to_no"]
    ship_to_is = {stored.bill_to["customer_id"]: bill_to, stored.sell_to["customer_id"]: sell_to, None: (None, None)}
    ship_to = ship_to_is.get(stored.ship_to["customer_id"], (None, None))
    for party, (customer, no) in ((stored.sell_to, sell_to), (stored.bill_to, bill_to), (stored.ship_to, ship_to)):
        if customer is not None:
            party["customer_id"], party["customer_no"] = customer, no
