"""A document's states and what leads from one to another: the table of the HTTP contract, and nothing else.

Each function looks at what is and at what is asked, and says the next state, that nothing is left to do, or why not.
Writing it down, and what it means for the order, is the services' affair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from app.domain.sales_documents import DocumentFacts, DocumentState


class Action(StrEnum):
    """What the ERP or a person can do with a document; ``unlink`` is done through its order."""

    RELEASE = "release"
    ACKNOWLEDGE = "acknowledge"
    POST = "post"
    CANCEL = "cancel"
    REJECT = "reject"


ALLOWED: Mapping[DocumentState, tuple[Action, ...]] = {
    DocumentState.OPEN: (Action.RELEASE, Action.CANCEL, Action.REJECT),
    DocumentState.RELEASED: (Action.ACKNOWLEDGE, Action.CANCEL, Action.REJECT),
    DocumentState.ACKNOWLEDGED: (Action.POST, Action.CANCEL),
    DocumentState.POSTED: (),
    DocumentState.CANCELLED: (),
}
"""``cancel`` of an acknowledged document only with the word that the ERP deleted its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Becomes:
    """The action applies; the document stands in this state afterwards."""

    state: DocumentState


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneBefore:
    """The same was done before, so that a repeat is harmless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """Why not: ``code`` for programs, ``detail`` for people, and what may be done instead."""

    code: str
    detail: str
    state: DocumentState
    allowed: tuple[Action, ...]
    current_version: int | None = None
    """The version to be read when the one named is superseded."""


Outcome = Becomes | DoneBefore | NotAllowed


def release(document: DocumentFacts) -> Outcome:
    """Open → released."""
    if document.state is DocumentState.OPEN:
        return Becomes(state=DocumentState.RELEASED)
    return _invalid(document, Action.RELEASE)


def acknowledge(document: DocumentFacts, *, erp_document_no: str, version: int) -> Outcome:
    """Released → acknowledged, for the version the ERP read; the same number again changes nothing."""
    match document.state:
        case DocumentState.RELEASED if version == document.version:
            return Becomes(state=DocumentState.ACKNOWLEDGED)
        case DocumentState.RELEASED:
            return _superseded(document, version)
        case DocumentState.OPEN:
            return NotAllowed(
                code="not_released",
                detail=f"Document {document.number} is open: it is not meant for the ERP before it is released.",
                state=document.state,
                allowed=ALLOWED[document.state],
            )
        case DocumentState.ACKNOWLEDGED | DocumentState.POSTED if document.erp_document_no == erp_document_no:
            return DoneBefore()
        case DocumentState.ACKNOWLEDGED | DocumentState.POSTED:
            return NotAllowed(
                code="invalid_state",
                detail=f"Document {document.number} is {document.state} as {document.erp_document_no!r} already.",
                state=document.state,
                allowed=ALLOWED[document.state],
            )
        case DocumentState.CANCELLED:
            return _invalid(document, Action.ACKNOWLEDGE)
        case _:
            assert_never(document.state)


def post(document: DocumentFacts, *, posted_document_no: str, posting_date: date) -> Outcome:
    """Acknowledged → posted; the same number and day again change nothing."""
    if document.state is DocumentState.ACKNOWLEDGED:
        return Becomes(state=DocumentState.POSTED)
    if (document.posted_document_no, document.posting_date) == (posted_document_no, posting_date):
        return DoneBefore()
    return _invalid(document, Action.POST)


def cancel(document: DocumentFacts, *, erp_deleted: bool) -> Outcome:
    """Open, released → cancelled; acknowledged only when the ERP deleted its own document (``erp_deleted``)."""
    if document.state in {DocumentState.OPEN, DocumentState.RELEASED}:
        return Becomes(state=DocumentState.CANCELLED)
    if document.state is not DocumentState.ACKNOWLEDGED:
        return _invalid(document, Action.CANCEL)
    if erp_deleted:
        return Becomes(state=DocumentState.CANCELLED)
    return NotAllowed(
        code="invalid_state",
        detail=(
            f"Document {document.number} is acknowledged: the ERP has it as {document.erp_document_no!r}."
            " Delete it there and say so with erp_deleted: true."
        ),
        state=document.state,
        allowed=ALLOWED[document.state],
    )


def reject(document: DocumentFacts) -> Outcome:
    """Open, released → cancelled, because the ERP will not take it."""
    if document.state in {DocumentState.OPEN, DocumentState.RELEASED}:
        return Becomes(state=DocumentState.CANCELLED)
    return _invalid(document, Action.REJECT)


def unlinked(document: DocumentFacts) -> DocumentState:
    """The state after its order let go of a document: what the ERP has stays as it is, what it has not is cancelled."""
    if document.state in {DocumentState.OPEN, DocumentState.RELEASED}:
        return DocumentState.CANCELLED
    return document.state


def _superseded(document: DocumentFacts, version: int) -> NotAllowed:
    return NotAllowed(
        code="version_superseded",
        detail=f"Version {version} is not the current one; read version {document.version} and acknowledge that.",
        state=document.state,
        allowed=ALLOWED[document.state],
        current_version=document.version,
    )


def _invalid(document: DocumentFacts, action: Action) -> NotAllowed:
    allowed = ALLOWED[document.state]
    instead = f"Allowed now: {', '.join(allowed)}." if allowed else "Nothing can be done with it any more."
    return NotAllowed(
        code="invalid_state",
        detail=f"Document {document.number} is {document.state}: {action} does not apply. {instead}",
        state=document.state,
        allowed=allowed,
    )
