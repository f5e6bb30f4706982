"""How an order becomes a sales document, or why it does not (P30–P34). Start reading at ``building``."""

from app.domain.chosen_customers import Parties
from app.domain.documents.building import build_document, document_kind
from app.domain.documents.outcomes import DocumentDraft, DocumentOutcome, NothingReason, NothingToDocument, Refusal
from app.domain.documents.quantities import documented_quantities
from app.domain.documents.totals import DocumentedTotals, documented_totals

__all__ = [
    "DocumentDraft",
    "DocumentOutcome",
    "DocumentedTotals",
    "NothingReason",
    "NothingToDocument",
    "Parties",
    "Refusal",
    "build_document",
    "document_kind",
    "documented_quantities",
    "documented_totals",
]
