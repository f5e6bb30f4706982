"""Skipped records on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID
from app.api.schemas.types import AnswerBody, Instant, Whole


class SkippedRecordShown(AnswerBody):
    """A record about which something was deliberately not done, with the reason."""

    id: str = Field(description="Our id of the row.", examples=[f"skp_{ORDER_ID[4:]}"])
    shop: str = Field(description="The shop it belongs to.", examples=["web"])
    resource_type: str = Field(
        description="What was skipped. `order`: something was not written to the Shopify order. `shipment`: nothing of"
        " it could be sent. `completeness_day`: orders or refunds of a day are not here as they are at Shopify.",
        examples=["order"],
    )
    resource_id: str = Field(
        description="Our id of the record; of items, catalogs and what else has none the number it goes by, of a day"
        " its date.",
        examples=[ORDER_ID],
    )
    no: str = Field(
        description="By what people know it: an order's name, a shipment's number, a date.", examples=["#1001"]
    )
    reason: str = Field(
        description="`outgoing_not_allowed` and `scope_missing` wait for a setting or a grant; `outcome_unknown` is"
        " looked at again by itself; `store_declined`, `not_at_store` and `number_not_kept` wait for a person;"
        " `days_differ` is compared again every day; more may come.",
        examples=["outgoing_not_allowed"],
    )
    detail: str = Field(
        description="The same in a sentence; what Shopify has against it in its own words.",
        examples=["The shop's settings allow nothing to be written to Shopify. Switch general.allow_outgoing on."],
    )
    first_seen_at: Instant = Field(description="When it was skipped first.")
    last_seen_at: Instant = Field(description="When it was skipped last.")
    count: Whole = Field(description="How often it was tried, at least 1.", examples=[1])
    cleared_at: Instant | None = Field(
        description="When it was mended; null = it is open. What was mended is no longer listed today.", examples=[None]
    )


class SkippedRecordList(ListOf[SkippedRecordShown]):
    """A page of skipped records."""
