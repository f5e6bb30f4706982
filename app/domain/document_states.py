"""What may happen to a sales document, as the table of api.md: state and action give the next state, or a refusal.

Decides only; writing, numbering, events and what becomes of the order are for the service. Refund documents follow
the same table.
"""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from app.domain.sales_documents import DocumentFacts, DocumentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The ERP may collect it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """The ERP has it, under this number, in this version."""

    erp_document_no: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The ERP posted it."""

    posted_document_no: str
    posting_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """It is not to be; after acknowledgement only if the ERP has deleted its own."""

    erp_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """The ERP will not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink:
    """The order lets go of it (P42)."""

    at: datetime


Action = Release | Acknowledge | Post | Cancel | Reject | Unlink


class StateCode(StrEnum):
    """Why an action was refused; the code of the 409."""

    INVALID_STATE = "invalid_state"
    NOT_RELEASED = "not_released"
    VERSION_SUPERSEDED = "version_superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The document as it is afterwards."""

    document: DocumentFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The same was said before: the answer is the same, nothing is written."""

    document: DocumentFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRefused:
    """The action does not fit the state; ``allowed`` names the actions that would."""

    code: StateCode
    detail: str
    state: DocumentState
    allowed: tuple[str, ...]
    current_version: int


StateOutcome = Moved | Unchanged | StateRefused

_ALLOWED = {
    DocumentState.OPEN: ("release", "cancel", "reject", "unlink"),
    DocumentState.RELEASED: ("acknowledge", "cancel", "reject", "unlink"),
    DocumentState.ACKNOWLEDGED: ("post", "cancel with erp_deleted", "unlink"),
    DocumentState.POSTED: ("unlink",),
    DocumentState.CANCELLED: (),
}
_NOT_YET_THE_ERPS = (DocumentState.OPEN, DocumentState.RELEASED)


def decide(document: DocumentFacts, action: Action) -> StateOutcome:
    """One row of the table."""
    match action:
        case Release():
            return _move_if(document, document.state is DocumentState.OPEN, "released", DocumentState.RELEASED)
        case Reject():
            return _move_if(document, document.state in _NOT_YET_THE_ERPS, "rejected", DocumentState.CANCELLED)
        case Cancel():
            return _cancel(document, action)
        case Acknowledge():
            return _acknowledge(document, action)
        case Post():
            return _post(document, action)
        case Unlink():
            return _unlink(document, action)
        case other:
            assert_never(other)


def _move_if(document: DocumentFacts, fits: bool, done: str, to: DocumentState) -> StateOutcome:  # noqa: FBT001
    if not fits:
        return _refused(document, f"A document that is {document.state.value} cannot be {done}.")
    return Moved(document=dataclasses.replace(document, state=to))


def _cancel(document: DocumentFacts, action: Cancel) -> StateOutcome:
    if document.state is DocumentState.ACKNOWLEDGED and not action.erp_deleted:
        detail = "The ERP has acknowledged the document; it is cancelled only with erp_deleted: true."
        return _refused(document, detail)
    fits = document.state in (*_NOT_YET_THE_ERPS, DocumentState.ACKNOWLEDGED)
    return _move_if(document, fits, "cancelled", DocumentState.CANCELLED)


def _acknowledge(document: DocumentFacts, action: Acknowledge) -> StateOutcome:
    """The same number again is the same answer, even after posting; another one is refused."""
    match document.state:
        case DocumentState.OPEN:
            return _refused(document, "The document is not released yet.", code=StateCode.NOT_RELEASED)
        case DocumentState.RELEASED if action.version != document.version:
            detail = (
                f"This acknowledges version {action.version}, but the document is at version {document.version} by now."
                " Collect it again and acknowledge that."
            )
            return _refused(document, detail, code=StateCode.VERSION_SUPERSEDED)
        case DocumentState.RELEASED:
            number = action.erp_document_no
            return Moved(
                document=dataclasses.replace(document, state=DocumentState.ACKNOWLEDGED, erp_document_no=number)
            )
        case DocumentState.ACKNOWLEDGED | DocumentState.POSTED if document.erp_document_no == action.erp_document_no:
            return Unchanged(document=document)
        case DocumentState.ACKNOWLEDGED | DocumentState.POSTED:
            return _refused(document, f"The document is already acknowledged as {document.erp_document_no}.")
        case DocumentState.CANCELLED:
            return _refused(document, "A document that is cancelled cannot be acknowledged.")


def _post(document: DocumentFacts, action: Post) -> StateOutcome:
    match document.state:
        case DocumentState.ACKNOWLEDGED:
            posted = dataclasses.replace(
                document,
                state=DocumentState.POSTED,
                posted_document_no=action.posted_document_no,
                posting_date=action.posting_date,
            )
            return Moved(document=posted)
        case DocumentState.POSTED if document.posted_document_no == action.posted_document_no:
            return Unchanged(document=document)
        case DocumentState.POSTED:
            return _refused(document, f"The document is already posted as {document.posted_document_no}.")
        case _:
            return _refused(document, f"A document that is {document.state.value} cannot be posted.")


def _unlink(document: DocumentFacts, action: Unlink) -> StateOutcome:
    """Not yet the ERP's → cancelled; else the state stays and only the link goes."""
    if document.state is DocumentState.CANCELLED:
        return _refused(document, "A document that is cancelled is linked to nothing.")
    if document.unlinked_at is not None:
        return Unchanged(document=document)
    state = DocumentState.CANCELLED if document.state in _NOT_YET_THE_ERPS else document.state
    return Moved(document=dataclasses.replace(document, state=state, unlinked_at=action.at))


def _refused(document: DocumentFacts, detail: str, *, code: StateCode = StateCode.INVALID_STATE) -> StateRefused:
    return StateRefused(
        code=code,
        detail=detail,
        state=document.state,
        allowed=_ALLOWED[document.state],
        current_version=document.version,
    )
