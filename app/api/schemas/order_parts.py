"""What belongs to an order and is read beside it: money, fulfilment orders, refunds, captures, history."""

from typing import Any

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID, Amount, ConflictChange
from app.api.schemas.types import AnswerBody, DecimalString, Flag, Instant, Whole


class Transaction(AnswerBody):
    """A movement of money."""

    shopify_id: str = Field(description="Shopify's id.", examples=["14001"])
    kind: str = Field(description="Shopify's word in lower snake case.", examples=["sale"])
    status: str = Field(description="Shopify's word in lower snake case.", examples=["success"])
    gateway: str = Field(description="The gateway.", examples=["shopify_payments"])
    card_company: str = Field(description="The card company.", examples=["Visa"])
    test: Flag = Field(description="A test.", examples=[False])
    manual: Flag = Field(description="Paid outside of Shopify.", examples=[False])
    created_at: Instant | None = Field(description="When it was made.")
    processed_at: Instant | None = Field(description="When it was processed.")
    amount: Amount = Field(description="The amount.")
    rounding: Amount = Field(description="Cash rounding in it.")
    parent_shopify_id: str | None = Field(description="The transaction it belongs to.", examples=[None])
    gift_card_shopify_id: str | None = Field(description="The gift card it used.", examples=[None])
    payment_id: str = Field(description="The payment's id at the gateway.", examples=["p1"])
    error_code: str = Field(description="Why it failed.", examples=[""])


class FulfilmentOrderLine(AnswerBody):
    """How much of an order line is to be shipped."""

    shopify_id: str = Field(description="Shopify's id.", examples=["15101"])
    order_line_id: str = Field(description="Our id of the order line.", examples=[f"orl_{ORDER_ID[4:]}_11301"])
    total_quantity: DecimalString = Field(description="In all.", examples=["2"])
    remaining_quantity: DecimalString = Field(description="Still open.", examples=["2"])


class FulfilmentOrder(AnswerBody):
    """Shopify's request to ship from one location."""

    shopify_id: str = Field(description="Shopify's id; not stable over splits and moves.", examples=["15001"])
    status: str = Field(description="Shopify's word in lower snake case.", examples=["open"])
    request_status: str = Field(description="Shopify's word in lower snake case.", examples=["unsubmitted"])
    location_id: str | None = Field(description="Shopify's id of the location.", examples=["71"])
    location_name: str = Field(description="Its name.", examples=["Damrak"])
    delivery_method: str = Field(description="Shopify's word in lower snake case.", examples=["shipping"])
    lines: list[FulfilmentOrderLine] = Field(description="Its lines.")


class RefundLine(AnswerBody):
    """Pieces of an order line that a refund takes back."""

    id: str | None = Field(description="Our id.", examples=[f"rfl_{ORDER_ID[4:]}_16101"])
    shopify_id: str | None = Field(description="Shopify's id.", examples=["16101"])
    order_line_id: str = Field(description="Our id of the order line.", examples=[f"orl_{ORDER_ID[4:]}_11301"])
    quantity: DecimalString = Field(description="So many pieces.", examples=["1"])
    restock_type: str = Field(description="Shopify's word in lower snake case.", examples=["return"])
    restocked: Flag = Field(description="They were put back into stock.", examples=[True])
    location_id: str | None = Field(description="Where.", examples=["71"])
    subtotal: Amount = Field(description="For all pieces.")
    tax: Amount = Field(description="For all pieces.")


class RefundShipping(AnswerBody):
    """Shipping money that a refund gives back."""

    shopify_id: str | None = Field(description="Shopify's id.", examples=["16201"])
    shipping_line_shopify_id: str | None = Field(description="The shipping line.", examples=["12001"])
    subtotal: Amount = Field(description="The amount.")
    tax: Amount = Field(description="Its tax.")


class OrderRefund(AnswerBody):
    """A refund as Shopify tells it with the order."""

    id: str = Field(description="Our id.", examples=[f"ref_{ORDER_ID[4:]}_701"])
    shopify_id: str = Field(description="Shopify's id.", examples=["701"])
    creditable: Flag = Field(description="Whether any of it becomes a credit memo.", examples=[True])
    created_at: Instant | None = Field(description="When it was made.")
    processed_at: Instant | None = Field(description="When it was processed.")
    refunded: Amount = Field(description="Money given back.")
    note: str = Field(description="Note.", examples=[""])
    return_shopify_id: str | None = Field(description="The return it belongs to.", examples=[None])
    lines: list[RefundLine] = Field(description="Its lines.")
    shipping_lines: list[RefundShipping] = Field(description="Shipping given back.")
    transactions: list[Transaction] = Field(description="Its movements of money.")


class CaptureEntry(AnswerBody):
    """The raw answer of the store that an import was made of."""

    captured_at: Instant = Field(description="When it was read.")
    body: Any = Field(description="The answer, as it came.", examples=[{"id": "gid://shopify/Order/5501"}])


class HistoryEntry(AnswerBody):
    """Something that happened to an order or one of its documents."""

    occurred_at: Instant = Field(description="When.")
    type: str = Field(description="The event's type; more may come.", examples=["order.imported"])
    resource_type: str = Field(description="`order` or `sales_document`.", examples=["order"])
    resource_id: str = Field(description="Its id.", examples=[ORDER_ID])
    version: Whole = Field(description="Its version then.", examples=[1])
    changes: list[ConflictChange] = Field(
        description="What of the order differed from its document after this update.", examples=[[]]
    )
    note: str | None = Field(description="What was said when a conflict was resolved.", examples=[None])


class TransactionList(ListOf[Transaction]):
    """A page of transactions."""


class FulfilmentOrderList(ListOf[FulfilmentOrder]):
    """A page of fulfilment orders."""


class OrderRefundList(ListOf[OrderRefund]):
    """A page of the refunds of an order."""


class CaptureList(ListOf[CaptureEntry]):
    """A page of captures, newest first."""


class HistoryList(ListOf[HistoryEntry]):
    """A page of what happened, oldest first."""
