"""The buttons by which what waits is mended, one row each; those of an admin are in ``administration.py``."""

from app.api.console.administration import ADMINISTRATION
from app.api.console.buttons import Remedy, Step, delete, post, put, remedy

ORDER = "/orders/{order_id}"
QUEUE = "/shops/{shop}/orders-to-import"
NOBODY = {"sell_to_customer_no": None, "bill_to_customer_no": None}

REMEDIES: tuple[Remedy, ...] = (
    remedy(
        f"{ORDER}/resolve-conflict",
        "The conflict is resolved: only a new difference raises it again.",
        post(f"/v1{ORDER}/resolve-conflict", lambda given: given.some("note"), guarded=True),
    ),
    remedy(
        f"{ORDER}/amend-document",
        "The document is brought up to date.",
        post(f"/v1{ORDER}/amend-document", guarded=True),
    ),
    remedy(
        f"{ORDER}/amend-for-customer",
        "The document is brought up to date, with this customer.",
        post(
            f"/v1{ORDER}/amend-document",
            lambda given: given.some("sell_to_customer_no", "bill_to_customer_no"),
            guarded=True,
        ),
    ),
    remedy(
        f"{ORDER}/unlink-documents",
        "The order has let go of its document. Make the next one when it is ready.",
        post(f"/v1{ORDER}/unlink-documents", guarded=True),
    ),
    remedy(
        f"{ORDER}/unlink-and-recreate",
        "The old document is let go of, and {number} is made.",
        post(f"/v1{ORDER}/unlink-documents", guarded=True),
        post(f"/v1{ORDER}/sync"),
        post(f"/v1{ORDER}/create-document"),
    ),
    remedy(f"{ORDER}/create-document", "{number} is made."),
    remedy(
        f"{ORDER}/find-mapping",
        "Customers and items were looked for again.",
        post(f"/v1{ORDER}/find-mapping", guarded=True),
    ),
    remedy(
        f"{ORDER}/create-customer",
        "The order has its customer.",
        post(f"/v1{ORDER}/create-customer", guarded=True),
    ),
    remedy(f"{ORDER}/sync", "The order was read from Shopify."),
    remedy(
        f"{ORDER}/assign-customer",
        "The customer is set by hand and stays.",
        Step(
            method="PATCH",
            path=f"/v1{ORDER}",
            body=lambda given: given.some("sell_to_customer_no", "bill_to_customer_no"),
            guarded=True,
        ),
    ),
    remedy(
        f"{ORDER}/leave-customer-to-rules",
        "The rules choose the customer again.",
        Step(method="PATCH", path=f"/v1{ORDER}", body=lambda _: NOBODY, guarded=True),
    ),
    remedy(
        f"{ORDER}/lines/{{line_id}}/assign-item",
        "The item is set by hand and stays.",
        Step(
            method="PATCH",
            path=f"/v1{ORDER}/lines/{{line_id}}",
            body=lambda given: given.every("item_no") | given.some("variant_code", "unit"),
            guarded=True,
        ),
    ),
    remedy(f"{ORDER}/mark-as-paid", "The order is paid at Shopify."),
    remedy(
        f"{ORDER}/cancel",
        "The order is cancelled at Shopify.",
        post(
            f"/v1{ORDER}/cancel",
            lambda given: given.some("reason", "refund") | given.ticked("restock", "notify_customer"),
        ),
    ),
    remedy(
        f"{ORDER}/capture",
        "The payment is captured.",
        post(f"/v1{ORDER}/capture", lambda given: given.some("amount"), once=True),
    ),
    remedy(f"{ORDER}/close", "The order is closed at Shopify."),
    remedy(f"{ORDER}/reopen", "The order is open again at Shopify."),
    remedy("/refunds/{refund_id}/create-document", "{number} is made."),
    remedy("/shipments/{shipment_id}/retry", "The rest of the shipment is sent again."),
    remedy(
        "/shipments/{shipment_id}/tracking",
        "The tracking is kept, and Shopify is told of it with what is sent.",
        put(
            "/v1/shipments/{shipment_id}/tracking",
            lambda given: {
                "tracking": [{"number": each, **given.some("company", "url")} for each in given.listed("numbers")],
                **given.ticked("notify_customer"),
            },
            guarded=True,
        ),
    ),
    remedy(
        "/new-customers/{customer_id}/acknowledge",
        "The customer is number {no} everywhere.",
        post("/v1/new-customers/{customer_id}/acknowledge", lambda given: given.some("no")),
    ),
    *(
        remedy(f"/shops/{{shop}}/{work}", "The run is queued.", leads_to="/runs/{id}")
        for work in ("connection-test", "webhook-subscriptions/repair", "mappings/pull")
    ),
    remedy(
        "/shops/{shop}/store-companies/{store_company_id}/link",
        "The company is linked; orders that waited for it are tried again.",
        put("/v1/shops/{shop}/store-companies/{store_company_id}", lambda given: given.every("customer_no")),
    ),
    remedy(f"{QUEUE}/{{row_id}}/retry", "The order is imported as soon as possible."),
    remedy(
        f"{QUEUE}/{{row_id}}/leave-out",
        "The order is left out until it changes at Shopify.",
        delete(f"/v1{QUEUE}/{{row_id}}"),
    ),
    remedy(
        f"{QUEUE}/import",
        "The import runs.",
        post(
            f"/v1{QUEUE}/import",
            lambda given: {
                "ids": given.picked("ids"),
                "shopify_ids": given.listed("shopify_ids"),
            },
        ),
        leads_to="/runs/{id}",
    ),
    remedy("/runs/{run_id}/cancel", "The run ends at its next convenient point."),
    remedy(
        "/shops/{shop}/tasks/{task}/runs",
        "The run is queued.",
        post(
            "/v1/shops/{shop}/tasks/{task}/runs",
            lambda given: {"parameters": given.day("created_from", "00:00:00") | given.day("created_to", "23:59:59")},
        ),
        leads_to="/runs/{id}",
    ),
    remedy("/sales-documents/{document_id}/release", "{number} is released."),
    remedy(
        "/sales-documents/{document_id}/cancel",
        "{number} is cancelled. The order gets its next document on request only.",
        post(
            "/v1/sales-documents/{document_id}/cancel",
            lambda given: given.some("reason") | ({"erp_deleted": True} if given.text("erp_deleted") else {}),
        ),
    ),
    remedy(
        "/shops/{shop}/store-variants/{store_variant_id}/link",
        "The variant is linked; orders that waited for it are tried again.",
        put(
            "/v1/shops/{shop}/store-variants/{store_variant_id}",
            lambda given: given.every("item_no", "variant_code", "unit"),
        ),
    ),
    *ADMINISTRATION,
)
