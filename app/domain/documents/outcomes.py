"""What can come of an attempt to document an order: a draft, a refusal that names everything missing, or nothing to
document.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.problems import Problem
from app.domain.sales_documents import DocumentContent
from app.domain.snapshots import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDraft:
    """A document to be stored. ``number`` is the order's name where that numbers documents, else None: the series'."""

    content: DocumentContent
    number: str | None
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Every reason why there is no document, all at once (P33). Never empty."""

    problems: tuple[Problem, ...]


class NothingReason(StrEnum):
    NOTHING_LEFT = "nothing_left"
    """Nothing of the order is left to be documented: removed, or cancelled unpaid (P34)."""

    CANCELLED_PAID = "cancelled_paid"
    """Cancelled although paid, and the shop leaves such orders out (``orders.cancelled_paid = skip``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToDocument:
    reason: NothingReason
    detail: str


DocumentOutcome = DocumentDraft | Refusal | NothingToDocument
