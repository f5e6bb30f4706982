"""Failures that the adapter meets half-way and can often still help: a smaller page, fewer orders at once, a
second look.
"""

from app.ports.errors import StoreRefused, StoreUnavailable


class PageTooDear(StoreRefused):
    """The page costs more than Shopify allows for one query."""

    code = "page_too_dear"


class AnswerUnreadablyLarge(StoreRefused):
    """The answer is larger than we read."""

    code = "answer_too_large"


class ExecutionFailed(StoreUnavailable):
    """Shopify was reached and failed inside; perhaps because of one object among many."""

    code = "store_failed"
