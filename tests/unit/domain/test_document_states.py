"""The table of states of api.md, every state against every action."""

from datetime import UTC, date, datetime

import pytest

from app.domain.document_states import (
    Acknowledge,
    Action,
    Cancel,
    Moved,
    Post,
    Reject,
    Release,
    StateRefused,
    Unchanged,
    Unlink,
    decide,
)
from app.domain.identifiers import DocumentId
from app.domain.sales_documents import DocumentFacts, DocumentKind, DocumentState

NOW = datetime(2026, 1, 16, tzinfo=UTC)
ACKNOWLEDGE = Acknowledge(erp_document_no="ERP-1", version=2)
POST = Post(posted_document_no="P-1", posting_date=date(2026, 1, 16))


def document(state: str, **fields: object) -> DocumentFacts:
    given: dict[str, object] = {"version": 2}
    if state in ("acknowledged", "posted"):
        given["erp_document_no"] = "ERP-1"
    if state == "posted":
        given["posted_document_no"] = "P-1"
    return DocumentFacts(
        id=DocumentId("doc_1"),
        kind=DocumentKind.SALES_ORDER,
        number="SO-000001",
        state=DocumentState(state),
        **(given | fields),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        ("open", Release(), "released"),
        ("released", Release(), "invalid_state"),
        ("acknowledged", Release(), "invalid_state"),
        ("posted", Release(), "invalid_state"),
        ("cancelled", Release(), "invalid_state"),
        ("open", Cancel(), "cancelled"),
        ("released", Cancel(), "cancelled"),
        ("acknowledged", Cancel(), "invalid_state"),
        ("acknowledged", Cancel(erp_deleted=True), "cancelled"),
        ("posted", Cancel(erp_deleted=True), "invalid_state"),
        ("cancelled", Cancel(), "invalid_state"),
        ("open", Reject(), "cancelled"),
        ("released", Reject(), "cancelled"),
        ("acknowledged", Reject(), "invalid_state"),
        ("posted", Reject(), "invalid_state"),
        ("cancelled", Reject(), "invalid_state"),
        ("open", ACKNOWLEDGE, "not_released"),
        ("released", ACKNOWLEDGE, "acknowledged"),
        ("released", Acknowledge(erp_document_no="ERP-1", version=1), "version_superseded"),
        ("acknowledged", ACKNOWLEDGE, "unchanged"),
        ("acknowledged", Acknowledge(erp_document_no="ERP-1", version=1), "unchanged"),
        ("acknowledged", Acknowledge(erp_document_no="ERP-2", version=2), "invalid_state"),
        ("posted", ACKNOWLEDGE, "unchanged"),
        ("cancelled", ACKNOWLEDGE, "invalid_state"),
        ("open", POST, "invalid_state"),
        ("released", POST, "invalid_state"),
        ("acknowledged", POST, "posted"),
        ("posted", POST, "unchanged"),
        ("posted", Post(posted_document_no="P-2", posting_date=date(2026, 1, 16)), "invalid_state"),
        ("cancelled", POST, "invalid_state"),
        ("open", Unlink(at=NOW), "cancelled"),
        ("released", Unlink(at=NOW), "cancelled"),
        ("acknowledged", Unlink(at=NOW), "acknowledged"),
        ("posted", Unlink(at=NOW), "posted"),
        ("cancelled", Unlink(at=NOW), "invalid_state"),
    ],
)
def test_state_and_action_give_the_next_state_or_a_refusal(state: str, action: Action, expected: str) -> None:
    match decide(document(state), action):
        case Moved(document=after):
            assert after.state.value == expected
        case Unchanged(document=after):
            assert expected == "unchanged"
            assert after == document(state)
        case StateRefused() as refusal:
            assert refusal.code.value == expected
            assert refusal.state.value == state
            assert refusal.current_version == 2
            assert refusal.detail


def test_acknowledging_and_posting_keep_the_erps_numbers() -> None:
    acknowledged = decide(document("released"), ACKNOWLEDGE)
    assert isinstance(acknowledged, Moved)
    assert acknowledged.document.erp_document_no == "ERP-1"
    posted = decide(acknowledged.document, POST)
    assert isinstance(posted, Moved)
    assert (posted.document.posted_document_no, posted.document.posting_date) == ("P-1", date(2026, 1, 16))


@pytest.mark.parametrize("state", ["open", "released", "acknowledged", "posted"])
def test_what_was_unlinked_is_no_longer_live(state: str) -> None:
    """P34."""
    outcome = decide(document(state), Unlink(at=NOW))
    assert isinstance(outcome, Moved)
    assert outcome.document.unlinked_at == NOW
    assert not outcome.document.live


def test_unlinking_twice_changes_nothing() -> None:
    once = document("acknowledged", unlinked_at=NOW)
    assert decide(once, Unlink(at=datetime(2026, 2, 1, tzinfo=UTC))) == Unchanged(document=once)


def test_a_refusal_names_what_would_be_allowed() -> None:
    outcome = decide(document("acknowledged"), Cancel())
    assert isinstance(outcome, StateRefused)
    assert outcome.allowed == ("post", "cancel with erp_deleted", "unlink")
    assert "erp_deleted" in outcome.detail
