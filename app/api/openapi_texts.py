"""The words of the OpenAPI document that belong to no single operation: introduction, chapters, problems."""

from collections.abc import Mapping
from typing import Any

from app.api.problems import TYPE_PREFIX

DESCRIPTION = """Shopify orders as sales documents for any ERP.

**The shortest useful poller**: `GET /v1/sales-documents?state=released&include=lines` to the last page, book each
document, `POST /v1/sales-documents/{id}/acknowledge` with the ERP's number and the `version` that was read. What is
acknowledged leaves the list.

**Everywhere**: send `Authorization: Bearer ob_<id>_<secret>`. Answers carry every field; ignore fields you do not know,
and expect new values where a list of values is given as examples. Amounts, quantities and rates are decimal strings.
Lists are read with `cursor` until `next_cursor` is null. `Idempotency-Key` makes a POST safe to repeat for 7 days,
`If-Match` with an `ETag` guards a change against one that came in between. Every refusal is
`application/problem+json`; programs go by its `code`. Whoever asks too often gets 429 and the seconds to wait in
`Retry-After`; `RateLimit` says before what is left.
"""

TAGS: tuple[tuple[str, str], ...] = (
    ("me", "The first call: which key is this, what may it do, which shops does it see."),
    ("shops", "A shop is a set of rules on a Shopify store: its settings, credentials and webhook subscriptions."),
    ("mappings", "Which word of the store is which code of the ERP: locations, shipping, payment, countries, taxes."),
    ("customers", "The ERP's customers by their number, sent before orders or whenever an order waits for one."),
    ("items", "The ERP's items by their number, with SKUs and barcodes by which order lines find them."),
    ("prices", "What the ERP's items cost, on its way to the stores."),
    ("catalogs", "The store's catalogs for companies and markets, and which of the ERP's prices each is given."),
    ("inventory levels", "The ERP's stock by item and location, on its way to the stores."),
    ("links", "Which record of the store is which record of the ERP; made by the rules, or here by hand."),
    ("tasks", "What can be done regularly or now, for one shop."),
    ("schedules", "When a task recurs."),
    ("runs", "What a task came to: progress, counts, and the records that failed."),
    ("exports", "Sending some of the ERP's records to a store now."),
    ("orders to import", "Orders of the store that were announced or listed and are still to be imported."),
    ("gift cards", "Gift cards that orders sold and that paid orders, with what is known to be used of them."),
    ("orders", "Imported orders: what Shopify says, what was decided, what keeps them from becoming documents."),
    ("shipments", "What the ERP shipped, on its way to Shopify, and the carriers it ships with."),
    ("refunds", "Refunds and what was made of them: which credit memo, which return order, or why none."),
    ("payouts", "What the payment provider paid out, what is behind it, and disputes."),
    ("sales documents", "What the ERP collects, books, acknowledges and posts."),
    ("new-customers", "Customers that were created from orders and wait for the ERP's number."),
    ("events", "Everything that changed, in order; for those who would rather follow than list."),
    ("webhook-endpoints", "Where events are pushed to, signed, as they happen; for those who would rather be called."),
    ("privacy", "Requests of persons that Shopify passes on: what is asked, until when, what was done."),
    ("activities", "What waits for a person, counted by shop."),
    ("api-keys", "Keys for the programs that call."),
    ("console-users", "The people who sign in to the console, and what each may do there."),
    ("shopify", "Shopify's own door; nothing for an ERP to call."),
    ("health", "For whoever runs the service; without a key."),
)
"""In the order in which an integration is built."""

PROBLEM_EXAMPLES: Mapping[int, Mapping[str, Any]] = {
    400: {
        "code": "unknown_parameter",
        "detail": "There is no parameter 'stat' here.",
        "errors": [{"pointer": "stat", "code": "unknown_parameter", "detail": "There is no such parameter."}],
    },
    401: {"code": "unauthorized", "detail": "Send a valid API key: Authorization: Bearer ob_<id>_<secret>."},
    403: {
        "code": "scope_missing",
        "detail": "This key lacks the scope orders:write.",
        "missing_scopes": ["orders:write"],
    },
    404: {"code": "not_found", "detail": "There is nothing here, or nothing that this key may see."},
    405: {"code": "method_not_allowed", "detail": "The Allow header names the methods that this resource understands."},
    408: {"code": "body_too_slow", "detail": "The body did not arrive in time.", "retryable": True},
    409: {"code": "invalid_state", "detail": "The document is posted; this is possible while it is open or released."},
    410: {"code": "position_expired", "detail": "Events are kept 90 days; this position is older."},
    412: {
        "code": "version_conflict",
        "detail": "This is version 7 by now, not version 6.",
        "current_version": 7,
    },
    413: {"code": "body_too_large", "detail": "The body is larger than 1048576 bytes."},
    415: {"code": "unsupported_media_type", "detail": "Send application/json in UTF-8."},
    422: {
        "code": "unknown_field",
        "detail": "/address/street: There is no such field.",
        "errors": [{"pointer": "/address/street", "code": "unknown_field", "detail": "There is no such field."}],
    },
    429: {
        "code": "rate_limited",
        "detail": "This key has used up its requests for now. Ask again in 3 s.",
        "retryable": True,
    },
    500: {
        "code": "internal_error",
        "detail": "This was not foreseen. It is in the log under the id of this request.",
        "retryable": True,
    },
    502: {"code": "store_refused", "detail": "The store refuses this, in its own words."},
    503: {"code": "database_unavailable", "detail": "The database does not answer.", "retryable": True},
}
"""What each status may look like; the members that are always there are added."""


def problem_example(status: int, title: str) -> dict[str, Any]:
    """A whole problem of this status."""
    example = PROBLEM_EXAMPLES[status]
    return {
        "type": f"{TYPE_PREFIX}{example['code']}",
        "title": title,
        "status": status,
        "instance": "/requests/req_5c1e0a7d93b2f8e4a6c1d0b7",
        "retryable": False,
        "errors": [],
        **example,
    }
