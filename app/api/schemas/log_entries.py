"""Entries of the log on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID
from app.api.schemas.types import AnswerBody, Instant
from app.ports.repositories.log_entries import LogEntry


class LogEntryShown(AnswerBody):
    """One thing that happened."""

    id: str = Field(description="Of the event, run or call.", examples=["evt_01kf0ccccccccccccccccccccc"])
    occurred_at: Instant = Field(description="When.")
    shop: str = Field(description="The shop; of a call, the first of its store's.", examples=["web"])
    level: str = Field(
        description="`info`; `warning`: somebody may have to look; `error`: something was not done.",
        examples=["warning"],
    )
    kind: str = Field(
        description="`event`: of an order, document, refund, shipment. `run`: one that ended. `store_call`: a call of"
        " Shopify that changed something there or failed. More may come.",
        examples=["event"],
    )
    resource_type: str = Field(description="What it is about.", examples=["order"])
    resource_id: str = Field(description="Its id; of a call the store's.", examples=[ORDER_ID])
    message: str = Field(
        description="What happened, in words.", examples=["Order #1001 cannot be documented: something is missing."]
    )


class LogEntryList(ListOf[LogEntryShown]):
    """A page of the log."""


def log_entry_shown(entry: LogEntry) -> LogEntryShown:
    """An entry as it is answered."""
    return LogEntryShown(
        id=entry.id,
        occurred_at=entry.occurred_at,
        shop=entry.shop,
        level=entry.level.value,
        kind=entry.kind,
        resource_type=entry.resource_type,
        resource_id=entry.resource_id,
        message=entry.message,
    )
