"""Beginning and cancelling bulk operations, with the refusals Shopify was recorded to give.

What an operation does is told in ``bulk_operations``; it begins when the request that asked for it is answered.
"""

from typing import Any

from app.store_simulator.context import RequestContext
from app.store_simulator.exports import UNDER_WAY, BulkQueryRefused
from app.store_simulator.ids import gid
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]


@mutation("bulkOperationRunQuery")
def run_query(arguments: Values, context: RequestContext) -> Values:
    try:
        query = context.understood(arguments["query"])
    except BulkQueryRefused as refusal:
        errors = [user_error(message, "query", code="INVALID") for message in refusal.messages]
        return {"bulkOperation": None, "userErrors": errors}
    exports = context.store.exports
    running = [each for each in _queries(context) if each["status"] in UNDER_WAY]
    if len(running) >= exports.wishes.most_at_once:
        ids = ", ".join(each["id"] for each in running)
        text = f"A bulk query operation for this app and shop is already in progress: {ids}."
        return {"bulkOperation": None, "userErrors": [user_error(text, code="OPERATION_IN_PROGRESS")]}
    operation = {
        "id": gid("BulkOperation", context.store.new_number()),
        "type": "QUERY",
        "status": "CREATED",
        "query": arguments["query"],
        "createdAt": context.store.now_text(),
        "completedAt": None,
        "errorCode": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        "partialDataUrl": None,
    }
    context.store.put("BulkOperation", operation)
    exports.waiting.append((operation, query))
    # The operation goes on while the answer tells how it stood.
    return {"bulkOperation": operation, "userErrors": []}


@mutation("bulkOperationCancel")
def cancel(arguments: Values, context: RequestContext) -> Values:
    operation = context.wanted(arguments["id"], "BulkOperation")
    if operation is None:
        return {"bulkOperation": None, "userErrors": [user_error("Bulk operation does not exist", "id")]}
    if operation["status"] not in UNDER_WAY:
        text = f"A bulk operation cannot be canceled when it is {str(operation['status']).lower()}"
        return {"bulkOperation": operation, "userErrors": [user_error(text)]}
    operation["status"] = "CANCELING"
    return {"bulkOperation": operation, "userErrors": []}


def _queries(context: RequestContext) -> list[Values]:
    return [each for each in context.store.all("BulkOperation") if each.get("type") == "QUERY"]
