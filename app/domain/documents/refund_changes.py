"""A refund that changed at Shopify after its document was made: what differs, and what to do about it (P50).

Compares figures only, part by part, in the document's own currency: the accounts and items of today say nothing about
what was booked then. Changes nothing by itself; a document that the ERP may have booked is a person's to deal with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.domain.documents.positions import MoneySide
from app.domain.documents.refund_parts import refund_parts
from app.domain.identifiers import DocumentId, OrderId, RefundId
from app.domain.money import ZERO, written
from app.domain.orders import Order, Refund
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import DocumentContent, LineType, SourceKind

MOST_TOLD = 10
_NAMES = {
    SourceKind.REFUND_LINE: "refund line",
    SourceKind.REFUND_SHIPPING: "shipping",
    SourceKind.DUTY: "duties",
    SourceKind.ADDITIONAL_FEE: "fees",
    SourceKind.EXCHANGE_LINE: "exchanged line",
    SourceKind.CASH_ROUNDING: "cash rounding",
    SourceKind.REFUND_REMAINDER: "remainder",
}
Key = tuple[SourceKind, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOf:
    """The live document of a refund, and where it can be dealt with."""

    id: DocumentId
    number: str
    order_id: OrderId
    refund_id: RefundId
    content: DocumentContent


@dataclass(frozen=True, slots=True)
class _Figures:
    """One part, as booked or as it is now; parts of one line are added up."""

    pieces: Decimal = ZERO
    amount: Decimal = ZERO
    tax: Decimal = ZERO
    back_in_stock: bool = False

    def told(self, currency: str) -> str:
        where = " back in stock" if self.back_in_stock else ""
        tax = f" (tax {written(self.tax, currency)})" if self.tax else ""
        return f"{self.pieces:f} × {written(self.amount, currency)}{tax}{where}" if self.pieces else "nothing"


def refund_changed(order: Order, refund: Refund, document: DocumentOf) -> Problem | None:
    """What the document does not show; None = it shows the refund as it is."""
    content = document.content
    booked = _added(
        ((line.source.kind, line.source.shopify_id), line.quantity, line.amount, line.tax_amount, line.type)
        for line in content.lines
    )
    side = MoneySide(content.currency_handling, content.currency)
    now = _now(order, refund, side)
    differing = [key for key in dict.fromkeys((*booked, *now)) if booked.get(key) != now.get(key)]
    if not differing:
        return None
    told = [_sentence(key, booked.get(key), now.get(key), content.currency) for key in differing[:MOST_TOLD]]
    more = f" And {len(differing) - MOST_TOLD} more." if len(differing) > MOST_TOLD else ""
    return Problem(
        code=ProblemCode.REFUND_CHANGED,
        pointer=f"/documents/{document.id}",
        detail=f"Since document {document.number} was made, the refund changed in Shopify: {'; '.join(told)}.{more}",
        remedy=(
            f"Take the document back (POST /v1/sales-documents/{document.id}/cancel) and make it again"
            f" (POST /v1/refunds/{document.refund_id}/create-document), or book the difference in the ERP and say so"
            f" (POST /v1/orders/{document.order_id}/resolve-conflict)."
        ),
    )


def _now(order: Order, refund: Refund, side: MoneySide) -> Mapping[Key, _Figures]:
    return _added(
        (
            (part.source, part.shopify_id),
            Decimal(part.quantity),
            part.amount,
            sum((tax.amount for tax in part.taxes), ZERO),
            LineType.ITEM if part.account is None else LineType.ACCOUNT,
        )
        for part in refund_parts(order, refund, side).parts
    )


def _added(parts: Iterable[tuple[Key, Decimal, Decimal, Decimal, LineType]]) -> Mapping[Key, _Figures]:
    found: dict[Key, _Figures] = {}
    for key, pieces, amount, tax, kind in parts:
        if key[0] is not SourceKind.COMMENT:
            had = found.get(key, _Figures())
            found[key] = _Figures(had.pieces + pieces, had.amount + amount, had.tax + tax, kind is LineType.ITEM)
    return found


def _sentence(key: Key, booked: _Figures | None, now: _Figures | None, currency: str) -> str:
    kind, shopify_id = key
    name = f"{_NAMES.get(kind, kind.value)} {shopify_id or ''}".strip()
    before, after = ((each or _Figures()).told(currency) for each in (booked, now))
    return f"{name}: {before} → {after}"
