"""How a document's content stands in its row: the JSON that the ERP will read, so that reading is copying.

Decimals are texts at the scale they are shown with. Knows nothing of numbers, states or the rest of the row.
"""

from dataclasses import fields
from typing import Any

import msgspec

from app.domain.decimal_text import plain, rate
from app.domain.money import minor_digits
from app.domain.sales_documents import DocumentContent, DocumentLine, DocumentTax, DocumentTotals

_HEADER = tuple(field.name for field in fields(DocumentContent) if field.name not in {"lines", "totals"})
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(DocumentContent)


def encode_header(content: DocumentContent) -> str:
    """Everything but the lines."""
    digits = minor_digits(content.currency)
    header: dict[str, Any] = {name: getattr(content, name) for name in _HEADER}
    header["totals"] = _totals(content.totals, digits)
    return _encoder.encode(header).decode()


def encode_lines(content: DocumentContent) -> str:
    """The lines, in their order."""
    digits = minor_digits(content.currency)
    return _encoder.encode([_line(line, digits) for line in content.lines]).decode()


def encode_snapshot(snapshot: object) -> str:
    """A snapshot as it is; its shape is the domain's affair."""
    return _encoder.encode(snapshot).decode()


def decode_content(header: str, lines: str) -> DocumentContent:
    """The content of one version, from its two columns as texts."""
    return _decoder.decode(f'{header[:-1]},"lines":{lines}}}')


def _totals(totals: DocumentTotals, digits: int) -> dict[str, str]:
    return {
        "amount": plain(totals.amount, digits),
        "tax": plain(totals.tax, digits),
        "amount_including_tax": plain(totals.amount_including_tax, digits),
        "charged_by_shopify": plain(totals.charged_by_shopify, digits),
    }


def _line(line: DocumentLine, digits: int) -> dict[str, Any]:
    return {
        "line_no": line.line_no,
        "type": line.type,
        "no": line.no,
        "variant_code": line.variant_code,
        "description": line.description,
        "unit": line.unit,
        "quantity": plain(line.quantity),
        "unit_price": plain(line.unit_price, digits),
        "discount_amount": plain(line.discount_amount, digits),
        "order_discount_amount": plain(line.order_discount_amount, digits),
        "amount": plain(line.amount, digits),
        "tax_amount": plain(line.tax_amount, digits),
        "taxes": [_tax(tax, digits) for tax in line.taxes],
        "location_code": line.location_code,
        "shipping_agent_code": line.shipping_agent_code,
        "shipping_agent_service_code": line.shipping_agent_service_code,
        "attributes": line.attributes,
        "source": line.source,
    }


def _tax(tax: DocumentTax, digits: int) -> dict[str, Any]:
    return {
        "title": tax.title,
        "rate": rate(tax.rate),
        "amount": plain(tax.amount, digits),
        "channel_liable": tax.channel_liable,
        "estimated": tax.estimated,
    }
