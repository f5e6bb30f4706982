"""What is open of an order and what was recorded, read right before something is shipped; and answers to shipping."""

from datetime import datetime

from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer, FulfilmentLineAnswer, TrackingAnswer
from app.adapters.shopify.answers.money import Page, Reference, Wire
from app.adapters.shopify.answers.orders import FulfilmentOrderLineAnswer
from app.adapters.shopify.answers.stores import UserErrorAnswer


class ServiceOfLocationAnswer(Wire):
    service_name: str
    type: str


class ShippingLocationAnswer(Wire):
    id: str
    fulfillment_service: ServiceOfLocationAnswer | None = None


class ShippingPlaceAnswer(Wire):
    name: str
    location: ShippingLocationAnswer | None = None


class SupportedActionAnswer(Wire):
    action: str


class ShippableAnswer(Wire):
    """A fulfilment order with what may be done with it now."""

    id: str
    status: str
    request_status: str
    assigned_location: ShippingPlaceAnswer
    supported_actions: list[SupportedActionAnswer]
    line_items: Page[FulfilmentOrderLineAnswer]


class SeenFulfilmentAnswer(Wire):
    """As much of a fulfilment as it takes to know it again."""

    id: str
    status: str
    created_at: datetime
    tracking_info: list[TrackingAnswer]
    fulfillment_line_items: Page[FulfilmentLineAnswer]
    location: Reference | None = None


class OrderShippingAnswer(Wire):
    id: str
    updated_at: datetime
    display_fulfillment_status: str
    fulfillment_orders: Page[ShippableAnswer]
    fulfillments: list[SeenFulfilmentAnswer] | None = None


class ShippedOrderAnswer(Wire):
    updated_at: datetime
    display_fulfillment_status: str


class RecordedFulfilmentAnswer(FulfilmentAnswer, kw_only=True):
    order: ShippedOrderAnswer


class FulfilmentPayload(Wire):
    user_errors: list[UserErrorAnswer]
    fulfillment: RecordedFulfilmentAnswer | None = None


class FulfilmentCreateAnswer(Wire):
    fulfillment_create: FulfilmentPayload | None = None


class FulfilmentTrackingUpdateAnswer(Wire):
    fulfillment_tracking_info_update: FulfilmentPayload | None = None


class AcceptedRequestPayload(Wire):
    user_errors: list[UserErrorAnswer]
    fulfillment_order: Reference | None = None


class FulfilmentRequestAcceptAnswer(Wire):
    fulfillment_order_accept_fulfillment_request: AcceptedRequestPayload | None = None
