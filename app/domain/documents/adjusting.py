"""What an acknowledged document needs beside it when its order changed (P42): a credit memo for what went, an
additional order for what came.

The document itself stays as the ERP has it. Works on the two states of the order, so that several rounds add up; the
ERP's side of each part (item, account, unit, location) is taken from document lines that show it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from app.domain.documents.lines import LINE_STEP
from app.domain.money import ZERO, CurrencyHandling, allocate, rounded
from app.domain.sales_documents import DocumentContent, DocumentKind, DocumentLine, DocumentTax, DocumentTotals
from app.domain.snapshots import PartSnapshot, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustments:
    """Each is None where nothing went, or nothing came. Their totals differ by what the order's totals differ."""

    credit_memo: DocumentContent | None
    additional_order: DocumentContent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A part, or some pieces of it, that went or came; amounts in the currency of the document."""

    part: PartSnapshot
    quantity: int
    amount: Decimal
    tax: Decimal


def adjustments(
    booked: Snapshot, now: Snapshot, *, header: DocumentContent, shown: Iterable[DocumentLine]
) -> Adjustments:
    """The documents that bring a booked state to the state now.

    ``header`` is the document that is adjusted; ``shown`` are the lines of all documents of the order, and last those
    of the one that would be made now.
    """
    templates = {_key(line.source.kind.value, line.source.shopify_id): line for line in shown}
    went, came = [], []
    for key in dict.fromkeys((*booked.parts, *now.parts)):
        before, after = booked.parts.get(key), now.parts.get(key)
        gone, new = _difference(before, after, header.currency_handling)
        went += [(key, piece) for piece in gone]
        came += [(key, piece) for piece in new]
    return Adjustments(
        credit_memo=_document(went, templates, header, DocumentKind.CREDIT_MEMO),
        additional_order=_document(came, templates, header, DocumentKind.SALES_ORDER),
    )


def _key(kind: str, shopify_id: str | None) -> str:
    return f"{kind}:{shopify_id or ''}" if kind != "cash_rounding" else kind


def _difference(
    before: PartSnapshot | None, after: PartSnapshot | None, side: CurrencyHandling
) -> tuple[list[_Piece], list[_Piece]]:
    """Pieces that went and pieces that came. Where the same piece costs something else now, all of it went and came."""
    if before is None or after is None:
        gone, new = ([_whole(each, side)] if each else [] for each in (before, after))
        return gone, new
    amount, tax = (getattr(after, name).of(side) - getattr(before, name).of(side) for name in ("amount", "tax"))
    more = after.quantity - before.quantity
    if not (amount or tax or more):
        return [], []
    if more and before.unit_price == after.unit_price and _fits(after, more, amount, side):
        piece = _Piece(part=after, quantity=abs(more), amount=abs(amount), tax=abs(tax))
        return ([], [piece]) if more > 0 else ([piece], [])
    return [_whole(before, side)], [_whole(after, side)]


def _fits(part: PartSnapshot, more: int, amount: Decimal, side: CurrencyHandling) -> bool:
    """Whether the difference is that of some pieces at their price, less a discount that is none or positive."""
    full = part.unit_price.of(side) * more
    return ZERO <= amount <= full if more > 0 else full <= amount <= ZERO


def _whole(part: PartSnapshot, side: CurrencyHandling) -> _Piece:
    return _Piece(part=part, quantity=part.quantity, amount=part.amount.of(side), tax=part.tax.of(side))


def _document(
    pieces: list[tuple[str, _Piece]],
    templates: Mapping[str, DocumentLine],
    header: DocumentContent,
    kind: DocumentKind,
) -> DocumentContent | None:
    lines = list(_lines(pieces, templates, header))
    if not lines:
        return None
    net, tax = sum((each.amount for each in lines), ZERO), sum((each.tax_amount for each in lines), ZERO)
    whole = net if header.prices_include_tax else net + tax
    return replace(
        header,
        kind=kind,
        lines=tuple(replace(line, line_no=(place + 1) * LINE_STEP) for place, line in enumerate(lines)),
        totals=DocumentTotals(
            amount=rounded(net, header.currency),
            tax=rounded(tax, header.currency),
            amount_including_tax=rounded(whole, header.currency),
            charged_by_shopify=rounded(whole, header.currency),
        ),
    )


def _lines(
    pieces: list[tuple[str, _Piece]], templates: Mapping[str, DocumentLine], header: DocumentContent
) -> Iterator[DocumentLine]:
    side, currency = header.currency_handling, header.currency
    for key, piece in pieces:
        template = templates[key]
        price = piece.part.unit_price.of(side)
        yield replace(
            template,
            quantity=Decimal(piece.quantity),
            unit_price=price,
            discount_amount=rounded(price * piece.quantity - piece.amount, currency),
            order_discount_amount=rounded(ZERO, currency),
            amount=rounded(piece.amount, currency),
            tax_amount=rounded(piece.tax, currency),
            taxes=_taxes(template.taxes, piece.tax, currency),
        )


def _taxes(known: tuple[DocumentTax, ...], amount: Decimal, currency: str) -> tuple[DocumentTax, ...]:
    """The taxes of a line for another amount of tax, in the proportions they had."""
    if not amount:
        return ()
    if not known:
        return (DocumentTax(title="Tax", rate=ZERO, amount=rounded(amount, currency), estimated=True),)
    shares = allocate(amount, [max(tax.amount, ZERO) for tax in known], currency)
    return tuple(replace(tax, amount=share) for tax, share in zip(known, shares, strict=True) if share)
