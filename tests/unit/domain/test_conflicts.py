"""P41, P42: what is proposed about a conflict."""

import pytest

from app.domain.changes import Change, ChangeKind, Severity
from app.domain.conflicts import conflict_of
from app.domain.identifiers import DocumentId
from app.domain.money import NOTHING, Amount
from app.domain.sales_documents import DocumentFacts, DocumentKind, DocumentState
from tests.builders import CREATED, money


def proposed(*changes: tuple[ChangeKind, Amount], state: DocumentState) -> str:
    document = DocumentFacts(
        id=DocumentId("doc_1"), kind=DocumentKind.SALES_ORDER, number="SO-1", state=state, version=1
    )
    found = [Change(kind=kind, severity=Severity.CONFLICT, amount=amount) for kind, amount in changes]
    conflict = conflict_of(found, document=document, known=None, now=CREATED)
    assert conflict is not None
    return conflict.proposed.value


@pytest.mark.parametrize("state", [DocumentState.RELEASED, DocumentState.ACKNOWLEDGED])
def test_money_back_that_no_document_would_show_is_for_a_person(state: DocumentState) -> None:
    """Another version of the document, or one beside it, would be made of nothing."""
    back, exchanged = (ChangeKind.REFUND_ADDED, NOTHING), (ChangeKind.EXCHANGE_ADDED, NOTHING)
    mendable = "amend_document" if state is DocumentState.RELEASED else "adjusting_documents"

    assert proposed(back, exchanged, state=state) == "review"
    assert proposed((ChangeKind.REFUND_ADDED, money("-4.00")), state=state) == mendable
    assert proposed(back, (ChangeKind.LINE_REMOVED, money("-4.00")), state=state) == mendable
    assert proposed(back, (ChangeKind.LINE_REMOVED, NOTHING), state=state) == mendable
