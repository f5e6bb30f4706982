"""Orders at a glance, and the answers to changes of them."""

from datetime import datetime

from app.adapters.shopify.answers.money import MoneyBag, Reference, Wire
from app.adapters.shopify.answers.orders import AddressAnswer, AttributeAnswer
from app.adapters.shopify.answers.stores import UserErrorAnswer


class TransactionStatusAnswer(Wire):
    id: str
    status: str


class OrderGlanceAnswer(Wire, kw_only=True):
    id: str
    updated_at: datetime
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    edited: bool
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    tags: list[str]
    discount_codes: list[str]
    display_financial_status: str | None = None
    display_fulfillment_status: str
    return_status: str
    custom_attributes: list[AttributeAnswer]
    display_address: AddressAnswer | None = None
    billing_address: AddressAnswer | None = None
    shipping_address: AddressAnswer | None = None
    current_total_price_set: MoneyBag
    current_subtotal_price_set: MoneyBag
    current_total_tax_set: MoneyBag
    current_total_discounts_set: MoneyBag
    current_shipping_price_set: MoneyBag
    total_received_set: MoneyBag
    total_refunded_set: MoneyBag
    total_outstanding_set: MoneyBag
    transactions: list[TransactionStatusAnswer]
    refunds: list[Reference]


class ChangedOrderAnswer(Wire):
    id: str
    updated_at: datetime


class OrderUpdatePayload(Wire):
    user_errors: list[UserErrorAnswer]
    order: ChangedOrderAnswer | None = None


class OrderUpdateAnswer(Wire):
    order_update: OrderUpdatePayload | None = None
