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

PROBLEMS = (400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 422, 429, 500, 502, 503)
"""The statuses of refusals."""
SELDOM: Mapping[int, Mapping[str, Any]] = {
    408: {"code": "body_too_slow", "detail": "The body did not arrive in time.", "retryable": True},
    410: {"code": "position_expired", "detail": "Events are kept 90 days; this position is older."},
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
"""What the story of the examples does not meet; the members that are always there are added."""


def problem_example(status: int, title: str) -> dict[str, dict[str, Any]]:
    """A whole problem of this status, by its code."""
    example = SELDOM[status]
    whole = {
        "type": f"{TYPE_PREFIX}{example['code']}",
        "title": title,
        "status": status,
        "instance": "/requests/req_5c1e0a7d93b2f8e4a6c1d0b7",
        "retryable": False,
        "errors": [],
        **example,
    }
    return {str(example["code"]): whole}
