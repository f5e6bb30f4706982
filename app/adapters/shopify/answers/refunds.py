"""Refunds, as their documents answer them."""

from datetime import datetime

import msgspec

from app.adapters.shopify.answers.money import MoneyBag, Page, Reference, Wire
from app.adapters.shopify.answers.orders import TransactionAnswer
from app.adapters.shopify.answers.pages import OrderStamp


class RefundLineAnswer(Wire):
    quantity: int
    restock_type: str
    restocked: bool
    line_item: Reference
    subtotal_set: MoneyBag
    total_tax_set: MoneyBag
    id: str | None = None
    location: Reference | None = None


class ShippingLineReference(Wire):
    id: str | None = None
    title: str | None = None


class RefundShippingAnswer(Wire):
    id: str
    shipping_line: ShippingLineReference
    subtotal_amount_set: MoneyBag
    tax_amount_set: MoneyBag


class RefundAdjustmentAnswer(Wire):
    id: str
    amount_set: MoneyBag
    tax_amount_set: MoneyBag
    reason: str | None = None


class RefundDutyAnswer(Wire):
    amount_set: MoneyBag


class RefundAnswer(Wire, kw_only=True):
    """A whole refund once its pages have been read to their ends."""

    id: str
    created_at: datetime | None = None
    processed_at: datetime
    updated_at: datetime
    note: str | None = None
    order: OrderStamp
    return_: Reference | None = msgspec.field(default=None, name="return")
    total_refunded_set: MoneyBag
    duties: list[RefundDutyAnswer] | None = None
    refund_line_items: Page[RefundLineAnswer]
    refund_shipping_lines: Page[RefundShippingAnswer]
    order_adjustments: Page[RefundAdjustmentAnswer]
    transactions: Page[TransactionAnswer]
