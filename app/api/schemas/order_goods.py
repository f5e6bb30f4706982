"""Goods of an order on their way: what was shipped (fulfilments) and what comes back (returns)."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID, Amount
from app.api.schemas.types import AnswerBody, DecimalString, Instant

ORDER_LINE_ID = f"orl_{ORDER_ID[4:]}_11301"


class Parcel(AnswerBody):
    """A parcel."""

    company: str = Field(description="The carrier's name; empty when not told.", examples=["DHL Express"])
    number: str = Field(description="Its tracking number; empty when not told.", examples=["00340434161094042557"])
    url: str = Field(description="Where to follow it; empty when not told.", examples=["https://dhl.example/0034"])


class FulfilmentLine(AnswerBody):
    """Pieces of an order line that left."""

    shopify_id: str = Field(description="Shopify's id.", examples=["17201"])
    order_line_id: str = Field(description="Our id of the order line.", examples=[ORDER_LINE_ID])
    quantity: DecimalString = Field(description="So many pieces.", examples=["2"])


class Fulfilment(AnswerBody):
    """What Shopify recorded as shipped from one location."""

    shopify_id: str = Field(description="Shopify's id.", examples=["17001"])
    name: str = Field(description="Its name.", examples=["#1001-F1"])
    status: str = Field(
        description="Shopify's word in lower snake case: `success`, `cancelled`, `error` or `failure`.",
        examples=["success"],
    )
    display_status: str = Field(
        description="Where the goods are, such as `fulfilled`, `in_transit` or `delivered`; empty when not told.",
        examples=["in_transit"],
    )
    created_at: Instant | None = Field(description="When it was made.")
    updated_at: Instant | None = Field(description="When it was last changed at Shopify.")
    in_transit_at: Instant | None = Field(description="When the carrier took it; null = not told.")
    estimated_delivery_at: Instant | None = Field(description="When it should arrive; null = not told.")
    delivered_at: Instant | None = Field(description="When it arrived; null = not told.")
    location_id: str | None = Field(description="Shopify's id of the location it left.", examples=["71"])
    service: str = Field(description="The fulfilment service that shipped it; empty = the merchant.", examples=[""])
    tracking: list[Parcel] = Field(description="Its parcels.")
    lines: list[FulfilmentLine] = Field(description="What was in it.")


class RestockingFee(AnswerBody):
    """What is kept back of the price of a returned line."""

    percentage: DecimalString = Field(description="In percent of the price.", examples=["10"])
    amount: Amount = Field(description="The amount.")


class UnverifiedPrice(AnswerBody):
    """The unit price of goods of which Shopify does not know the order line, in one currency."""

    amount: DecimalString = Field(description="The amount.", examples=["12.50"])
    currency: str = Field(description="Its ISO currency.", examples=["EUR"])


class ReturnLine(AnswerBody):
    """Pieces that come back."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18201"])
    order_line_id: str | None = Field(
        description="Our id of the order line; null = Shopify does not know which one.", examples=[ORDER_LINE_ID]
    )
    quantity: DecimalString = Field(description="So many pieces.", examples=["2"])
    processed_quantity: DecimalString = Field(description="Of these arrived and settled.", examples=["1"])
    refundable_quantity: DecimalString = Field(description="Of these may still be refunded.", examples=["1"])
    refunded_quantity: DecimalString = Field(description="Of these were refunded.", examples=["1"])
    reason: str = Field(
        description="The handle of Shopify's reason; empty when not told. More may come.", examples=["size-too-small"]
    )
    reason_name: str = Field(description="The reason in the store's words.", examples=["Size was too small"])
    reason_note: str = Field(description="What the store noted about it.", examples=["Collar"])
    customer_note: str = Field(description="What the buyer wrote.", examples=["Too tight for me"])
    restocking_fee: RestockingFee | None = Field(description="The fee kept back; null = none.")
    total: Amount = Field(description="For all pieces, after the discounts of the line.")
    unit_price: UnverifiedPrice | None = Field(description="Only where `order_line_id` is null.", examples=[None])


class Disposition(AnswerBody):
    """What became of pieces that arrived."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18501"])
    type: str = Field(
        description="`restocked`, `not_restocked`, `processing_required` or `missing`; more may come.",
        examples=["restocked"],
    )
    quantity: DecimalString = Field(description="So many pieces.", examples=["1"])
    location_id: str | None = Field(description="Shopify's id of the location.", examples=["71"])
    created_at: Instant | None = Field(description="When it was decided.")


class ReverseFulfilmentOrderLine(AnswerBody):
    """Pieces that are expected back, and what became of those that came."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18401"])
    order_line_id: str | None = Field(
        description="Our id of the order line; null = Shopify does not know which one.", examples=[ORDER_LINE_ID]
    )
    quantity: DecimalString = Field(description="Expected.", examples=["2"])
    dispositions: list[Disposition] = Field(description="What became of them.")


class ReverseDelivery(AnswerBody):
    """A parcel on its way back."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18601"])
    tracking: Parcel | None = Field(description="null = none is known.")


class ReverseFulfilmentOrder(AnswerBody):
    """Shopify's request to take goods of a return back."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18301"])
    status: str = Field(description="`open`, `closed` or `canceled`.", examples=["open"])
    lines: list[ReverseFulfilmentOrderLine] = Field(description="Its lines.")
    deliveries: list[ReverseDelivery] = Field(description="Its parcels.")


class ExchangeLine(AnswerBody):
    """What the buyer gets instead."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18701"])
    quantity: DecimalString = Field(description="So many pieces.", examples=["1"])
    processed_quantity: DecimalString = Field(description="Of these became lines of the order.", examples=["1"])
    title: str = Field(description="The article.", examples=["Teapot"])
    sku: str = Field(description="Its SKU at the store.", examples=["TEA-XL"])
    order_line_ids: list[str] = Field(
        description="Our ids of the order lines it became; they are marked `exchange`.", examples=[[ORDER_LINE_ID]]
    )


class OrderReturn(AnswerBody):
    """A return as Shopify tells it. It makes no document: the refund with its `return_shopify_id` does."""

    shopify_id: str = Field(description="Shopify's id.", examples=["18001"])
    name: str = Field(description="Its name.", examples=["#1001-R1"])
    status: str = Field(
        description="Shopify's word in lower case: `requested`, `open`, `closed`, `declined` or `canceled`.",
        examples=["open"],
    )
    created_at: Instant | None = Field(description="When it was made.")
    approved_at: Instant | None = Field(description="When the request was approved; null = it was not.")
    closed_at: Instant | None = Field(description="When it was closed; null = it is not.")
    total_quantity: DecimalString = Field(description="Pieces of all lines.", examples=["2"])
    decline_reason: str = Field(description="Why it was declined, Shopify's word in lower snake case.", examples=[""])
    decline_note: str = Field(description="What the buyer was told about it.", examples=[""])
    shipping_fees: Amount = Field(description="What the buyer pays for sending it back.")
    refund_ids: list[str] = Field(
        description="Our ids of the refunds that belong to it.", examples=[[f"ref_{ORDER_ID[4:]}_701"]]
    )
    lines: list[ReturnLine] = Field(description="What comes back.")
    exchange_lines: list[ExchangeLine] = Field(description="What goes out instead.")
    reverse_fulfilment_orders: list[ReverseFulfilmentOrder] = Field(
        description="Where goods are expected back, what became of them, and their parcels."
    )


class ReturnsUnavailable(AnswerBody):
    """Why the returns of an order cannot be told."""

    code: str = Field(description="Why.", examples=["scope_missing"])
    detail: str = Field(description="The same in a sentence.")
    remedy: str = Field(description="What to do.")


class FulfilmentList(ListOf[Fulfilment]):
    """A page of fulfilments."""


class OrderReturnList(ListOf[OrderReturn]):
    """A page of the returns of an order."""

    unavailable: ReturnsUnavailable | None = Field(
        description="Not null: the order has returns that the store does not tell, so an empty list says nothing.",
        examples=[None],
    )
