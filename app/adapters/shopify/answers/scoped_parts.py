"""Parts of an order that need a scope of their own, or a document."""

from datetime import datetime

import msgspec

from app.adapters.shopify.answers.money import Wire


class PaymentScheduleAnswer(Wire):
    due_at: datetime | None = None


class PaymentSchedules(Wire):
    nodes: list[PaymentScheduleAnswer]


class PaymentTermsAnswer(Wire):
    payment_terms_name: str
    payment_terms_type: str
    payment_schedules: PaymentSchedules
    due_in_days: int | None = None


class ReceiptAnswer(Wire):
    id: str
    receipt_json: msgspec.Raw = msgspec.Raw(b"null")
    """An object, a text that holds one, or null."""
