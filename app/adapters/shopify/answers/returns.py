"""Returns and their parts, as their documents answer them."""

from datetime import datetime
from decimal import Decimal

from app.adapters.shopify.answers.money import MoneyBag, Page, Reference, Wire
from app.adapters.shopify.answers.pages import OrderStamp


class OrderReturnsAnswer(Wire):
    """Which returns an order has."""

    id: str
    updated_at: datetime
    returns: Page[Reference]


class ReturnReasonAnswer(Wire):
    handle: str
    name: str


class ShippedLineAnswer(Wire):
    """The part of a fulfilment that came back, of which only the order line matters."""

    line_item: Reference


class RestockingFeeAnswer(Wire):
    percentage: Decimal
    amount_set: MoneyBag


class UnitPriceAnswer(Wire):
    amount: Decimal
    currency_code: str


class _LineAnswer(Wire, tag_field="__typename", kw_only=True):
    id: str
    quantity: int
    processed_quantity: int
    refundable_quantity: int
    refunded_quantity: int
    return_reason_note: str
    return_reason_definition: ReturnReasonAnswer | None = None
    customer_note: str | None = None


class KnownLineAnswer(_LineAnswer, tag="ReturnLineItem", kw_only=True):
    """Pieces of an order line that come back."""

    fulfillment_line_item: ShippedLineAnswer
    with_code_discounted_total_price_set: MoneyBag
    restocking_fee: RestockingFeeAnswer | None = None


class UnverifiedLineAnswer(_LineAnswer, tag="UnverifiedReturnLineItem", kw_only=True):
    """Pieces that come back without anybody knowing which line they left with."""

    unit_price: UnitPriceAnswer


ReturnLineAnswer = KnownLineAnswer | UnverifiedLineAnswer


class ExchangeLineAnswer(Wire):
    id: str
    quantity: int
    processed_quantity: int
    title: str | None = None
    variant_sku: str | None = None
    line_items: list[Reference] | None = None


class DispositionAnswer(Wire):
    id: str
    type: str
    quantity: int
    created_at: datetime
    location: Reference | None = None


class ReverseLineAnswer(Wire):
    id: str
    total_quantity: int
    dispositions: list[DispositionAnswer]
    fulfillment_line_item: ShippedLineAnswer | None = None


class ReverseTrackingAnswer(Wire):
    carrier_name: str | None = None
    number: str | None = None
    url: str | None = None


class DeliverableAnswer(Wire):
    tracking: ReverseTrackingAnswer | None = None


class ReverseDeliveryAnswer(Wire):
    id: str
    deliverable: DeliverableAnswer | None = None


class ReverseOrderAnswer(Wire):
    id: str
    status: str
    line_items: Page[ReverseLineAnswer]
    reverse_deliveries: Page[ReverseDeliveryAnswer]


class ReturnDeclineAnswer(Wire):
    reason: str
    note: str | None = None


class ReturnFeeAnswer(Wire):
    amount_set: MoneyBag


class ReturnAnswer(Wire, kw_only=True):
    """A whole return once its pages have been read to their ends."""

    id: str
    name: str
    status: str
    created_at: datetime
    request_approved_at: datetime | None = None
    closed_at: datetime | None = None
    total_quantity: int
    order: OrderStamp
    decline: ReturnDeclineAnswer | None = None
    return_shipping_fees: list[ReturnFeeAnswer]
    return_line_items: Page[ReturnLineAnswer]
    exchange_line_items: Page[ExchangeLineAnswer]
    reverse_fulfillment_orders: Page[ReverseOrderAnswer]
