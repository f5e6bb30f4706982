"""A processed order that is no longer what its document says: in a sentence, by its changes, with a remedy (P41, P42).

What changed is found by ``app.domain.edit_impact``. A conflict is about what somebody must mend; changes that only our
copy takes over stand beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.changes import Change, ChangeKind, ChangeValue, Severity
from app.domain.identifiers import ShopifyId
from app.domain.money import Amount, total
from app.domain.sales_documents import DocumentFacts, DocumentState


class Remedy(StrEnum):
    """What we propose to do about a conflict; a person decides."""

    AMEND_DOCUMENT = "amend_document"
    """A new version of the document, which the ERP has not taken yet."""

    ADJUSTING_DOCUMENTS = "adjusting_documents"
    """A credit memo for what went and an additional order for what came."""

    UNLINK_AND_RECREATE = "unlink_and_recreate"
    """The ERP deletes its document, and another one is made of the order as it is."""

    REVIEW = "review"
    """A person has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """``amount`` is what the buyer owes more (less, if negative) than the document says."""

    detected_at: datetime
    detail: str
    changes: tuple[Change, ...]
    amount: Amount
    proposed: Remedy


_OF_THE_HEADER = frozenset(
    {
        ChangeKind.SHIP_TO_CHANGED,
        ChangeKind.BILL_TO_CHANGED,
        ChangeKind.CUSTOMER_CHANGED,
        ChangeKind.PO_NUMBER_CHANGED,
    }
)
_CANCELLED = frozenset({ChangeKind.CANCELLED_PAID, ChangeKind.CANCELLED_UNPAID})
_BESIDE_THE_DOCUMENT = frozenset({ChangeKind.REFUND_ADDED, ChangeKind.EXCHANGE_ADDED})
"""What another document of the order would show no better, unless its total changed with it."""
_OURS_STILL = (DocumentState.OPEN, DocumentState.RELEASED)


def conflict_of(
    changes: Sequence[Change], *, document: DocumentFacts, known: Conflict | None, now: datetime
) -> Conflict | None:
    """The conflict that these changes are; None when the document still is right. Known since ``known`` was found."""
    if not any(change.severity is Severity.CONFLICT for change in changes):
        return None
    found = tuple(changes)
    return Conflict(
        detected_at=known.detected_at if known and _conflicting(known.changes) == _conflicting(found) else now,
        detail=_sentence(found, document),
        changes=found,
        amount=total(change.amount for change in found),
        proposed=_remedy(found, document.state),
    )


def proposed_now(conflict: Conflict, state: DocumentState) -> Conflict:
    """The conflict with what is proposed now that its document is in this state: the ERP takes it at any time."""
    return replace(conflict, proposed=_remedy(conflict.changes, state))


def is_new(conflict: Conflict | None, known: Conflict | None) -> bool:
    """Whether a conflict says something that the one before did not."""
    if conflict is None or known is None:
        return conflict is not None
    before = _conflicting(known.changes)
    return any(each not in before for each in _conflicting(conflict.changes))


def _conflicting(changes: Sequence[Change]) -> list[tuple[ChangeKind, ShopifyId | None, ChangeValue]]:
    """What conflicts, by what it is now."""
    return [(each.kind, each.shopify_id, each.after) for each in changes if each.severity is Severity.CONFLICT]


def _remedy(changes: Sequence[Change], state: DocumentState) -> Remedy:
    kinds = {change.kind for change in changes if change.severity is Severity.CONFLICT}
    nothing_to_show = kinds <= _BESIDE_THE_DOCUMENT and not any(change.amount for change in changes)
    if kinds & _CANCELLED or nothing_to_show:
        return Remedy.REVIEW
    if state in _OURS_STILL:
        return Remedy.AMEND_DOCUMENT
    return Remedy.UNLINK_AND_RECREATE if kinds & _OF_THE_HEADER else Remedy.ADJUSTING_DOCUMENTS


_WORDS = {
    ChangeKind.LINE_QUANTITY_INCREASED: "quantities were raised",
    ChangeKind.LINE_QUANTITY_DECREASED: "quantities were lowered",
    ChangeKind.LINE_ADDED: "lines were added",
    ChangeKind.LINE_REMOVED: "lines were removed",
    ChangeKind.LINE_PRICE_CHANGED: "prices changed",
    ChangeKind.DISCOUNT_CHANGED: "discounts changed",
    ChangeKind.SHIPPING_CHANGED: "the shipping charge changed",
    ChangeKind.DUTIES_CHANGED: "duties changed",
    ChangeKind.ADDITIONAL_FEES_CHANGED: "fees changed",
    ChangeKind.CASH_ROUNDING_CHANGED: "the cash rounding changed",
    ChangeKind.TAX_CHANGED: "taxes changed",
    ChangeKind.TOTAL_CHANGED: "the total changed",
    ChangeKind.SHIP_TO_CHANGED: "the ship-to address changed",
    ChangeKind.BILL_TO_CHANGED: "the bill-to address changed",
    ChangeKind.CUSTOMER_CHANGED: "the customer changed",
    ChangeKind.PO_NUMBER_CHANGED: "the PO number changed",
    ChangeKind.CANCELLED_PAID: "the order was cancelled after it was paid",
    ChangeKind.CANCELLED_UNPAID: "the order was cancelled unpaid",
    ChangeKind.REFUND_ADDED: "money was refunded that no credit memo will show",
    ChangeKind.EXCHANGE_ADDED: "goods were exchanged, which no credit memo will show",
}


def _sentence(changes: Sequence[Change], document: DocumentFacts) -> str:
    """The seed's sentence (3.02), with what changed."""
    return (
        f"The order was edited in Shopify after document {document.number} was made of it:"
        f" {_listed(list(_told(changes)))}. The document was not changed; adjust it, or mark the conflict as resolved."
    )


def _told(changes: Sequence[Change]) -> Iterator[str]:
    kinds = dict.fromkeys(change.kind for change in changes if change.severity is Severity.CONFLICT)
    return (_WORDS[kind] for kind in kinds)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
