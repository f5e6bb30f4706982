"""Privacy requests on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID
from app.api.schemas.types import AnswerBody, Instant, Whole
from app.ports.repositories.privacy import PrivacyRequest

REQUEST_ID = f"prv_{ORDER_ID[4:]}"


class PrivacyRequestShown(AnswerBody):
    """A request about a person, or about all of a store, as Shopify passed it on; without the person."""

    id: str = Field(description="Our id of the request.", examples=[REQUEST_ID])
    store_domain: str = Field(description="The store it came from.", examples=["example.myshopify.com"])
    kind: str = Field(
        description="`data_request`: what is held, for the owner of the shop to hand over. `customer_redact`: forget"
        " the customer. `shop_redact`: forget all of the store, 48 hours after the app was removed.",
        examples=["customer_redact"],
    )
    state: str = Field(
        description="`waiting`; `done`; `skipped`: it must not be done any more, `detail` says why.", examples=["done"]
    )
    detail: str = Field(description="What it waits for, what was left alone, or nothing.", examples=[""])
    counts: dict[str, Whole] = Field(description="Rows changed or deleted, by table.", examples=[{"orders": 2}])
    received_at: Instant = Field(description="When Shopify passed it on.")
    answer_by: Instant = Field(description="The last day on which it may be answered, by Shopify's rule.")
    done_at: Instant | None = Field(description="When it was done; null = not yet.")


class PrivacyRequestList(ListOf[PrivacyRequestShown]):
    """A page of privacy requests."""


class PrivacyExport(AnswerBody):
    """What is held about the person now."""

    data: dict[str, list[dict[str, object]]] = Field(
        description="Rows by table: the columns that can hold a person, with what identifies the row.",
        examples=[{"orders": [{"id": ORDER_ID, "body": {"email": "ada@example.com"}}]}],
    )


def privacy_request_shown(request: PrivacyRequest) -> PrivacyRequestShown:
    """The request without whom it is about."""
    return PrivacyRequestShown(
        id=request.id,
        store_domain=request.store_domain,
        kind=request.kind,
        state=request.state,
        detail=request.detail,
        counts=dict(request.counts),
        received_at=request.received_at,
        answer_by=request.answer_by,
        done_at=request.done_at,
    )
