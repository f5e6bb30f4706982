"""What is said when a document that could be written is not made, or was taken back (P33, P34).

What a document lacks is said where it is looked for.
"""

from app.domain.documents.outcomes import NothingReason, NothingToDocument
from app.domain.identifiers import DocumentId, OrderId, RefundId
from app.domain.problems import Problem, ProblemCode

_REMEDIES_OF_NOTHING = {
    NothingReason.NOTHING_LEFT: (
        "Nothing needs to be done here. If an edit in Shopify brings something back, the order is looked at again."
    ),
    NothingReason.CANCELLED_PAID: (
        "Nothing is made by itself. Ask for the document if the ERP should have what was paid and cancelled."
    ),
}
"""Asking for a document helps only where something is left to be documented."""


def nothing_to_document(nothing: NothingToDocument) -> Problem:
    """Of the whole order; it is no work left undone."""
    return Problem(
        code=ProblemCode.NOTHING_TO_DOCUMENT,
        pointer="",
        detail=nothing.detail,
        remedy=_REMEDIES_OF_NOTHING[nothing.reason],
    )


def number_taken(number: str, *, holder: DocumentId) -> Problem:
    return Problem(
        code=ProblemCode.NUMBER_TAKEN,
        pointer="/name",
        detail=f"The number {number} is held by the live document {holder} of this shop.",
        remedy="Switch orders.use_shopify_order_number off and ask for the document again, or unlink the other one.",
    )


def refund_failed(refund: RefundId, *, detail: str) -> Problem:
    """``detail``: what broke off, without what was read."""
    return Problem(
        code=ProblemCode.REFUND_FAILED,
        pointer=f"/refunds/{refund}",
        detail=detail,
        remedy=(
            "Report it with what the log says under the refund's id. Each create_documents run tries it again; so does"
            f" POST /v1/refunds/{refund}/create-document."
        ),
    )


def document_taken_back(document: DocumentId, *, number: str, order: OrderId, done: str, reason: str) -> Problem:
    """``done``: by whom and how, such as ``rejected by the ERP``. Only a request makes the next document."""
    return Problem(
        code=ProblemCode.DOCUMENT_REJECTED,
        pointer=f"/documents/{document}",
        detail=f"Document {number} was {done}: {reason}",
        remedy=f"Mend what was named, then make a new one: POST /v1/orders/{order}/create-document.",
    )
