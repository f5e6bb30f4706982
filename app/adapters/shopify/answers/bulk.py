"""Bulk operations, and what a line of their results says of its place in them."""

from datetime import datetime

from app.adapters.shopify.answers.money import Reference, Wire
from app.adapters.shopify.answers.stores import UserErrorAnswer


class BulkOperationAnswer(Wire):
    id: str
    status: str
    created_at: datetime
    object_count: str
    root_object_count: str
    error_code: str | None = None
    url: str | None = None


class BulkResultAnswer(BulkOperationAnswer, kw_only=True):
    partial_data_url: str | None = None
    """What was done before it was cancelled or failed."""


class ListedBulkOperationAnswer(BulkResultAnswer, kw_only=True):
    query: str


class BulkErrorAnswer(UserErrorAnswer):
    code: str | None = None


class BulkStartPayload(Wire):
    user_errors: list[BulkErrorAnswer]
    bulk_operation: BulkOperationAnswer | None = None


class BulkStartAnswer(Wire):
    bulk_operation_run_query: BulkStartPayload | None = None


class BulkStatusAnswer(Wire):
    bulk_operation: BulkResultAnswer | None = None


class BulkOperationsAnswer(Wire):
    nodes: list[ListedBulkOperationAnswer]


class BulkListAnswer(Wire):
    bulk_operations: BulkOperationsAnswer


class BulkCancelPayload(Wire):
    user_errors: list[UserErrorAnswer]
    bulk_operation: Reference | None = None


class BulkCancelAnswer(Wire):
    bulk_operation_cancel: BulkCancelPayload | None = None


class CountAnswer(Wire):
    count: int


class OrdersCountAnswer(Wire):
    orders_count: CountAnswer | None = None
