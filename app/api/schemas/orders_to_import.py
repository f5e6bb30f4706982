"""The queue of orders to import on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Instant, RequestBody, ShopifyNumber, Whole


class OrderToImport(AnswerBody):
    """A Shopify order listed as new or changed that is still to be imported."""

    id: str = Field(description="Our id of the row.", examples=["oti_01kf0ddddddddddddddddddddd"])
    shop: str | None = Field(
        description="The shop that claimed it; null = unknown yet, or unclaimed.", examples=["web"]
    )
    shopify_id: str = Field(description="Shopify's id of the order.", examples=["5501"])
    name: str | None = Field(description="Its name, when known.", examples=["#1001"])
    action: str = Field(description="`new` or `update`.", examples=["new"])
    source: str = Field(
        description="What last wanted it: `webhook`, `listing`, `request`, `retry`.", examples=["webhook"]
    )
    state: str = Field(
        description="`due`, `importing`, `failed` (tried again at `due_at`), `parked` (waits for a person), `unclaimed`"
        " (no shop's filters match), `waiting` (the filters of a run left it out; a run without them takes it).",
        examples=["due"],
    )
    attempts: Whole = Field(description="Attempts so far.", examples=[0])
    error_code: str | None = Field(description="Why the last attempt failed.", examples=[None])
    error_detail: str | None = Field(description="The same in a sentence.", examples=[None])
    failed_at: Instant | None = Field(description="When it failed.", examples=[None])
    due_at: Instant | None = Field(description="When it is tried next; null = it waits for a person or a change.")
    parked_at: Instant | None = Field(description="When it was given up until a person looks at it.", examples=[None])
    unclaimed_at: Instant | None = Field(description="When no shop's filters matched it.", examples=[None])
    store_updated_at: Instant | None = Field(description="When it changed at Shopify, as announced.", examples=[None])
    listed_at: Instant = Field(description="When it came into the queue.")
    updated_at: Instant = Field(description="When the row last changed.")


class OrderToImportList(ListOf[OrderToImport]):
    """A page of the queue, oldest first."""


RowId = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ImportRequest(RequestBody):
    """Which orders to import now: rows of the queue, or Shopify orders whatever the filters say."""

    ids: list[RowId] = Field(default_factory=list, max_length=250, description="Ids of rows of the queue.")
    shopify_ids: list[ShopifyNumber] = Field(
        default_factory=list,
        max_length=250,
        description="Shopify's ids of orders; the shop claims them.",
        examples=[["5501"]],
    )
