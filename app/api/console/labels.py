"""How the console says what the surface names: cues with what they ask of a person, tasks, reasons of shipments.

A name of a later release is shown as it is, in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.activities import Cue
from app.domain.shipments import NotSent
from app.services.tasks import TaskName


@dataclass(frozen=True, slots=True, kw_only=True)
class CueLabel:
    """What waits, and what ends the waiting; ``pressing``: something stands still or is wrong until then."""

    says: str
    asks: str
    pressing: bool = True


CUES: Mapping[str, CueLabel] = {
    Cue.ACCESS_REVOKED: CueLabel(says="The store refuses us", asks="Nothing comes or goes. Set new credentials."),
    Cue.NO_WORKER: CueLabel(
        says="Nothing is worked on", asks="No worker process is heard of: start one where Orderbridge runs."
    ),
    Cue.WEBHOOKS_REFUSED: CueLabel(
        says="The store's webhooks are refused", asks="They are signed by another secret: set the app's present one."
    ),
    Cue.CLOCKS_DIFFER: CueLabel(
        says="Clocks differ", asks="The machine's and the database's: set both right where Orderbridge runs."
    ),
    Cue.ORDERS_IN_CONFLICT: CueLabel(
        says="Orders changed after their document", asks="Compare, then amend the document or mark as resolved."
    ),
    Cue.REFUNDS_BLOCKED: CueLabel(says="Refunds that cannot be documented", asks="Each says what is missing."),
    Cue.SHIPMENT_ERRORS: CueLabel(says="Shipments not sent to Shopify", asks="Each says why and what to do."),
    Cue.UNMAPPED_CUSTOMERS: CueLabel(says="Orders without a customer", asks="Assign or create the customer."),
    Cue.UNMAPPED_COMPANIES: CueLabel(says="Orders of companies without a customer", asks="Link the company."),
    Cue.UNMAPPED_PRODUCTS: CueLabel(
        says="Orders with a line without an item", asks="Set the item at the line, or once for all orders."
    ),
    Cue.ORDERS_TO_IMPORT_WITH_ERRORS: CueLabel(
        says="Orders that could not be imported", asks="Try again, or leave them out."
    ),
    Cue.ERP_NOT_COLLECTING: CueLabel(
        says="Documents the ERP has not collected for a day", asks="Look whether the ERP runs and its key works."
    ),
    Cue.WEBHOOK_ENDPOINTS_FAILING: CueLabel(
        says="Webhook endpoints that nothing reaches", asks="Send a test: it says what comes back."
    ),
    Cue.SYNCHRONISATION_ERRORS: CueLabel(
        says="Records that were skipped", asks="Each says why; what is mended goes away by itself.", pressing=False
    ),
    Cue.REFUNDS_WAITING: CueLabel(says="Refunds that wait for you", asks="Make their documents.", pressing=False),
    Cue.UNPROCESSED_SHIPMENTS: CueLabel(
        says="Shipments on their way to Shopify", asks="They are sent by themselves.", pressing=False
    ),
    Cue.UNPROCESSED_ORDERS: CueLabel(
        says="All orders without a document", asks="Those above and those that wait for you.", pressing=False
    ),
}
"""What stands still comes first."""

TASKS: Mapping[str, str] = {
    TaskName.IMPORT_ORDERS: "Import orders",
    TaskName.CREATE_DOCUMENTS: "Make documents",
    TaskName.PUSH_SHIPMENTS: "Send shipments",
    TaskName.SYNC_PRODUCTS: "Send items",
    TaskName.SYNC_PRICES: "Send prices",
    TaskName.SYNC_INVENTORY: "Send stock",
    TaskName.SYNC_IMAGES: "Send pictures",
    TaskName.SYNC_CUSTOMERS: "Exchange customers",
    TaskName.SYNC_COMPANIES: "Exchange companies",
    TaskName.SYNC_PAYOUTS: "Import payouts",
    TaskName.SYNC_CATALOGS: "Read catalogs",
    TaskName.SYNC_CATALOG_PRICES: "Send catalog prices",
    TaskName.PULL_MAPPINGS: "Pull mappings",
    TaskName.CHECK_SUBSCRIPTIONS: "Check webhook subscriptions",
    TaskName.RECONCILE_ORDERS: "Look for missed orders",
    TaskName.CHECK_COMPLETENESS: "Compare days with the store",
    TaskName.PURGE_EXPIRED: "Delete what expired",
    TaskName.TEST_CONNECTION: "Connection test",
    TaskName.ACT_ON_ORDER: "Action on an order",
}

SHIPMENT_REMEDIES: Mapping[str, str] = {
    NotSent.LOCATION_UNMAPPED: "Map the location, or correct it in the ERP; then send again.",
    NotSent.QUANTITY_EXCEEDS_OPEN: (
        "Correct the quantity in the ERP and post a new shipment, or edit the order at Shopify and send again."
    ),
    NotSent.NOTHING_OPEN: (
        "Shopify has it as fulfilled, cancelled or on hold. Nothing is to be done, unless it is opened there: then send"
        " again."
    ),
    NotSent.THIRD_PARTY_LOCATION: "A fulfilment service ships it and tells Shopify itself. Nothing is to be done.",
    NotSent.NOT_ON_ORDER: "The order has no such line. Correct it in the ERP, if it was meant.",
    NotSent.REFUSED_BY_SHOPIFY: "Mend at Shopify what its words say; then send again.",
    NotSent.OUTGOING_NOT_ALLOWED: "Switch “allow outgoing” on in the shop's settings: it is sent by itself.",
}

COUNTS: Mapping[str, str] = {
    "scopes_granted": "scopes that the store grants",
    "features_usable": "features that can be used",
    "subscriptions_ok": "webhook subscriptions as they should be",
    "orders_read": "orders read to try",
    "days_left": "days that Shopify goes on with its interface",
}
"""Of a connection test."""
RESTOCKED: Mapping[str, str] = {"no_restock": "no", "return": "yes, returned", "cancel": "yes, not shipped"}
EFFECTS: Mapping[str, str] = {
    "conflict": "needs a decision",
    "noted": "only noted",
    "synchronised": "taken over",
}
"""What a change does to a document that was made before it."""
