"""Beginning and cancelling bulk operations, with the refusals Shopify was recorded to give.

What an operation does is told in ``bulk_operations``; it begins when the request that asked for it is answered.
"""

from typing import Any

from app.store_simulator.bulk_changes import BulkChange
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
    running = [each for each in _operations("QUERY", context) if each["status"] in UNDER_WAY]
    if len(running) >= exports.wishes.most_at_once:
        ids = ", ".join(each["id"] for each in running)
        text = f"A bulk query operation for this app and shop is already in progress: {ids}."
        return {"bulkOperation": None, "userErrors": [user_error(text, code="OPERATION_IN_PROGRESS")]}
    return {"bulkOperation": _begun("QUERY", arguments["query"], query, context), "userErrors": []}


@mutation("bulkOperationRunMutation")
def run_mutation(arguments: Values, context: RequestContext) -> Values:
    uploaded = context.store.uploads.get(arguments["stagedUploadPath"])
    running = [each for each in _operations("MUTATION", context) if each["status"] in UNDER_WAY]
    if len(running) >= context.store.exports.wishes.most_at_once:
        ids = ", ".join(each["id"] for each in running)
        text = f"A bulk mutation operation for this app and shop is already in progress: {ids}."
        error = user_error(text, code="OPERATION_IN_PROGRESS")
    elif uploaded is None:
        text = (
            "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL"
            " correctly for the stagedUploadPath mutation argument."
        )
        error = user_error(text, code="NO_SUCH_FILE")
    elif not uploaded.strip():
        error = user_error("The input file is empty.", code="INVALID_STAGED_UPLOAD_FILE")
    else:
        change = BulkChange(text=arguments["mutation"], lines=uploaded.splitlines())
        return {"bulkOperation": _begun("MUTATION", change.text, change, context), "userErrors": []}
    return {"bulkOperation": None, "userErrors": [error]}


def _begun(kind: str, text: str, work: Any, context: RequestContext) -> Values:
    """The operation goes on while the answer tells how it stood."""
    operation = {
        "id": gid("BulkOperation", context.store.new_number()),
        "type": kind,
        "status": "CREATED",
        "query": text,
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
    context.store.exports.waiting.append((operation, work))
    return operation


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


def _operations(kind: str, context: RequestContext) -> list[Values]:
    return [each for each in context.store.all("BulkOperation") if each.get("type") == kind]
