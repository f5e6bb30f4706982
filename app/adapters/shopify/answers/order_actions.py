"""How an order stands, and the answers to what is done to it as a whole."""

from datetime import datetime

from app.adapters.shopify.answers.money import MoneyBag, Wire
from app.adapters.shopify.answers.stores import UserErrorAnswer
from app.adapters.shopify.answers.writing import OrderGlanceAnswer, OrderUpdatePayload, TransactionStatusAnswer


class StandingTransactionAnswer(Wire):
    id: str
    kind: str
    status: str
    amount_set: MoneyBag
    total_unsettled_set: MoneyBag | None = None


class OrderStandingAnswer(Wire):
    id: str
    updated_at: datetime
    presentment_currency_code: str
    total_outstanding_set: MoneyBag
    transactions: list[StandingTransactionAnswer]
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    display_financial_status: str | None = None


class OneOrderStandingAnswer(Wire):
    order: OrderStandingAnswer | None = None


class OrderMarkAsPaidAnswer(Wire):
    order_mark_as_paid: OrderUpdatePayload | None = None


class OrderClosePayload(Wire):
    user_errors: list[UserErrorAnswer]
    order: OrderGlanceAnswer | None = None


class OrderCloseAnswer(Wire):
    order_close: OrderClosePayload | None = None


class OrderOpenAnswer(Wire):
    order_open: OrderUpdatePayload | None = None


class JobAnswer(Wire):
    id: str
    done: bool


class OrderCancelPayload(Wire):
    user_errors: list[UserErrorAnswer]
    job: JobAnswer | None = None


class OrderCancelAnswer(Wire):
    order_cancel: OrderCancelPayload | None = None


class JobStatusAnswer(Wire):
    job: JobAnswer | None = None


class OrderCapturePayload(Wire):
    user_errors: list[UserErrorAnswer]
    transaction: TransactionStatusAnswer | None = None


class OrderCaptureAnswer(Wire):
    order_capture: OrderCapturePayload | None = None
