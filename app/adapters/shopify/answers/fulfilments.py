"""Fulfilments of an order, as their documents answer them."""

from datetime import datetime

from app.adapters.shopify.answers.money import Page, Reference, Wire


class FulfilmentLineAnswer(Wire):
    id: str
    line_item: Reference
    quantity: int | None = None


class FulfilmentServiceAnswer(Wire):
    service_name: str


class TrackingAnswer(Wire):
    company: str | None = None
    number: str | None = None
    url: str | None = None


class FulfilmentAnswer(Wire, kw_only=True):
    """A whole fulfilment once its lines have been read to their end."""

    id: str
    name: str
    status: str
    display_status: str | None = None
    created_at: datetime
    updated_at: datetime
    in_transit_at: datetime | None = None
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    location: Reference | None = None
    service: FulfilmentServiceAnswer | None = None
    tracking_info: list[TrackingAnswer]
    fulfillment_line_items: Page[FulfilmentLineAnswer]


class OrderFulfilmentsAnswer(Wire):
    """All fulfilments of an order."""

    id: str
    updated_at: datetime
    fulfillments: list[FulfilmentAnswer]
