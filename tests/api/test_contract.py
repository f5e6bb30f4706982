"""The doors that the contract names: what is open today, with its scope, and which issue opens the rest."""

from typing import Any

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.api.routes import ROUTERS
from app.api.schemas.orders import Order, OrderLine, OrderTotals
from app.api.schemas.sales_documents import DocumentLine, SalesDocument
from app.domain.access import Scope
from tests.api.openapi_document import document, every_operation, resolved

SHOP = "/v1/shops/{shop}"

TODAY = """
GET    /v1/me                                                      -                   get_me
GET    /v1/api-keys                                                keys:read           list_api_keys
POST   /v1/api-keys                                                keys:write          create_api_key
GET    /v1/api-keys/{key_id}                                       keys:read           get_api_key
DELETE /v1/api-keys/{key_id}                                       keys:write          revoke_api_key
POST   /v1/api-keys/{key_id}/rotate                                keys:write          rotate_api_key
GET    /v1/console-users                                           users:read          list_console_users
POST   /v1/console-users                                           users:write         create_console_user
GET    /v1/console-users/{name}                                    users:read          get_console_user
PATCH  /v1/console-users/{name}                                    users:write         update_console_user
DELETE /v1/console-users/{name}                                    users:write         remove_console_user
POST   /v1/console-users/{name}/renew-password                     users:write         renew_console_password
POST   /v1/console-users/{name}/sign-out                           users:write         sign_console_user_out
GET    /v1/shops                                                   shops:read          list_shops
POST   /v1/shops                                                   shops:write         create_shop
GET    /v1/shops/{shop}                                            shops:read          get_shop
PATCH  /v1/shops/{shop}                                            shops:write         update_shop
DELETE /v1/shops/{shop}                                            shops:write         delete_shop
PUT    /v1/shops/{shop}/credentials                                shops:write         put_credentials
GET    /v1/shops/{shop}/webhook-subscriptions                      shops:read          list_webhook_subscriptions
POST   /v1/shops/{shop}/connection-test                            runs:write          start_connection_test
POST   /v1/shops/{shop}/webhook-subscriptions/repair               runs:write          repair_webhook_subscriptions
POST   /v1/shops/{shop}/mappings/pull                              runs:write          pull_mappings
GET    /v1/shops/{shop}/location-mappings                          mappings:read       list_location_mappings
GET    /v1/shops/{shop}/location-mappings/{location_id}            mappings:read       get_location_mapping
PUT    /v1/shops/{shop}/location-mappings/{location_id}            mappings:write      put_location_mapping
DELETE /v1/shops/{shop}/location-mappings/{location_id}            mappings:write      delete_location_mapping
GET    /v1/shops/{shop}/shipment-method-mappings                   mappings:read       list_shipment_method_mappings
POST   /v1/shops/{shop}/shipment-method-mappings                   mappings:write      post_shipment_method_mapping
GET    /v1/shops/{shop}/shipment-method-mappings/{entry_id}        mappings:read       get_shipment_method_mapping
PUT    /v1/shops/{shop}/shipment-method-mappings/{entry_id}        mappings:write      put_shipment_method_mapping
DELETE /v1/shops/{shop}/shipment-method-mappings/{entry_id}        mappings:write      delete_shipment_method_mapping
GET    /v1/shops/{shop}/payment-method-mappings                    mappings:read       list_payment_method_mappings
POST   /v1/shops/{shop}/payment-method-mappings                    mappings:write      post_payment_method_mapping
GET    /v1/shops/{shop}/payment-method-mappings/{entry_id}         mappings:read       get_payment_method_mapping
PUT    /v1/shops/{shop}/payment-method-mappings/{entry_id}         mappings:write      put_payment_method_mapping
DELETE /v1/shops/{shop}/payment-method-mappings/{entry_id}         mappings:write      delete_payment_method_mapping
GET    /v1/shops/{shop}/payment-terms-mappings                     mappings:read       list_payment_terms_mappings
GET    /v1/shops/{shop}/payment-terms-mappings/{terms_id}          mappings:read       get_payment_terms_mapping
PUT    /v1/shops/{shop}/payment-terms-mappings/{terms_id}          mappings:write      put_payment_terms_mapping
DELETE /v1/shops/{shop}/payment-terms-mappings/{terms_id}          mappings:write      delete_payment_terms_mapping
GET    /v1/shops/{shop}/catalogs                                   mappings:read       list_catalogs
GET    /v1/shops/{shop}/catalogs/{catalog_id}                      mappings:read       get_catalog
PUT    /v1/shops/{shop}/catalogs/{catalog_id}                      mappings:write      put_catalog
DELETE /v1/shops/{shop}/catalogs/{catalog_id}                      mappings:write      delete_catalog
GET    /v1/shops/{shop}/staff-mappings                             mappings:read       list_staff_mappings
GET    /v1/shops/{shop}/staff-mappings/{staff_id}                  mappings:read       get_staff_mapping
PUT    /v1/shops/{shop}/staff-mappings/{staff_id}                  mappings:write      put_staff_mapping
DELETE /v1/shops/{shop}/staff-mappings/{staff_id}                  mappings:write      delete_staff_mapping
GET    /v1/shops/{shop}/customer-templates                         mappings:read       list_customer_templates
GET    /v1/shops/{shop}/customer-templates/{country}               mappings:read       get_customer_template
PUT    /v1/shops/{shop}/customer-templates/{country}               mappings:write      put_customer_template
DELETE /v1/shops/{shop}/customer-templates/{country}               mappings:write      delete_customer_template
GET    /v1/shops/{shop}/customer-templates/{country}/{province}    mappings:read       get_customer_template_of_province
PUT    /v1/shops/{shop}/customer-templates/{country}/{province}    mappings:write      put_customer_template_of_province
DELETE /v1/shops/{shop}/customer-templates/{country}/{province} mappings:write delete_customer_template_of_province
GET    /v1/tax-areas                                               mappings:read       list_tax_areas
GET    /v1/tax-areas/{country}                                     mappings:read       get_tax_area
PUT    /v1/tax-areas/{country}                                     mappings:write      put_tax_area
DELETE /v1/tax-areas/{country}                                     mappings:write      delete_tax_area
GET    /v1/tax-areas/{country}/{province}                          mappings:read       get_tax_area_of_province
PUT    /v1/tax-areas/{country}/{province}                          mappings:write      put_tax_area_of_province
DELETE /v1/tax-areas/{country}/{province}                          mappings:write      delete_tax_area_of_province
GET    /v1/currency-mappings                                       mappings:read       list_currency_mappings
GET    /v1/currency-mappings/{iso}                                 mappings:read       get_currency_mapping
PUT    /v1/currency-mappings/{iso}                                 mappings:write      put_currency_mapping
DELETE /v1/currency-mappings/{iso}                                 mappings:write      delete_currency_mapping
GET    /v1/shops/{shop}/store-customers                            mappings:read       list_store_customer_links
GET    /v1/shops/{shop}/store-customers/{store_customer_id}        mappings:read       get_store_customer_link
PUT    /v1/shops/{shop}/store-customers/{store_customer_id}        mappings:write      put_store_customer_link
DELETE /v1/shops/{shop}/store-customers/{store_customer_id}        mappings:write      delete_store_customer_link
GET    /v1/shops/{shop}/store-customers/{store_customer_id}/addresses mappings:read    list_store_address_links
GET    /v1/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id} mappings:read get_store_address_link
PUT    /v1/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id} mappings:write put_store_address_link
DELETE /v1/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id} mappings:write
       delete_store_address_link
GET    /v1/shops/{shop}/store-companies                            mappings:read       list_store_company_links
GET    /v1/shops/{shop}/store-companies/{store_company_id}         mappings:read       get_store_company_link
PUT    /v1/shops/{shop}/store-companies/{store_company_id}         mappings:write      put_store_company_link
DELETE /v1/shops/{shop}/store-companies/{store_company_id}         mappings:write      delete_store_company_link
GET    /v1/shops/{shop}/company-locations                          mappings:read       list_company_location_links
GET    /v1/shops/{shop}/company-locations/{company_location_id}    mappings:read       get_company_location_link
PUT    /v1/shops/{shop}/company-locations/{company_location_id}    mappings:write      put_company_location_link
DELETE /v1/shops/{shop}/company-locations/{company_location_id}    mappings:write      delete_company_location_link
GET    /v1/shops/{shop}/store-variants                             mappings:read       list_store_variant_links
GET    /v1/shops/{shop}/store-variants/{store_variant_id}          mappings:read       get_store_variant_link
PUT    /v1/shops/{shop}/store-variants/{store_variant_id}          mappings:write      put_store_variant_link
DELETE /v1/shops/{shop}/store-variants/{store_variant_id}          mappings:write      delete_store_variant_link
GET    /v1/customers                                               master_data:read    list_customers
POST   /v1/customers/batch                                         master_data:write   put_customers
GET    /v1/customers/{no}                                          master_data:read    get_customer
PUT    /v1/customers/{no}                                          master_data:write   put_customer
DELETE /v1/customers/{no}                                          master_data:write   delete_customer
GET    /v1/items                                                   master_data:read    list_items
POST   /v1/items/batch                                             master_data:write   put_items
GET    /v1/payouts                                                 orders:read         list_payouts
GET    /v1/payouts/{payout_id}                                     orders:read         get_payout
GET    /v1/payouts/{payout_id}/transactions                        orders:read         list_payout_transactions
GET    /v1/disputes                                                orders:read         list_disputes
POST   /v1/inventory-levels/batch                                  master_data:write   put_inventory_levels
GET    /v1/discovered-items                                        master_data:read    list_discovered_items
GET    /v1/discovered-items/{discovered_id}                        master_data:read    get_discovered_item
POST   /v1/prices/batch                                            master_data:write   put_prices
GET    /v1/items/{no}/images                                       master_data:read    get_item_images
PUT    /v1/items/{no}/images                                       master_data:write   put_item_images
DELETE /v1/items/{no}/images                                       master_data:write   delete_item_images
GET    /v1/items/{no}                                              master_data:read    get_item
PUT    /v1/items/{no}                                              master_data:write   put_item
DELETE /v1/items/{no}                                              master_data:write   delete_item
GET    /v1/new-customers                                           master_data:read    list_new_customers
GET    /v1/new-customers/{customer_id}                             master_data:read    get_new_customer
POST   /v1/new-customers/{customer_id}/acknowledge                 master_data:write   acknowledge_new_customer
GET    /v1/shops/{shop}/orders-to-import                           orders:read         list_orders_to_import
POST   /v1/shops/{shop}/orders-to-import/import                    orders:write        import_chosen_orders
GET    /v1/privacy-requests                                        privacy:read        list_privacy_requests
GET    /v1/privacy-requests/{request_id}                           privacy:read        read_privacy_request
GET    /v1/privacy-requests/{request_id}/export                    privacy:read        export_person
POST   /v1/privacy-requests/{request_id}/carry-out                 privacy:write       carry_out_privacy_request
GET    /v1/gift-cards                                              orders:read         list_gift_cards
GET    /v1/shops/{shop}/unmapped-products                          orders:read         list_unmapped_products
DELETE /v1/shops/{shop}/orders-to-import/{row_id}                  orders:write        leave_out_order_to_import
POST   /v1/shops/{shop}/orders-to-import/{row_id}/retry            orders:write        retry_order_to_import
GET    /v1/orders                                                  orders:read         list_orders
GET    /v1/orders/{order_id}                                       orders:read         get_order
PATCH  /v1/orders/{order_id}                                       orders:write        update_order
GET    /v1/orders/{order_id}/lines                                 orders:read         list_order_lines
PATCH  /v1/orders/{order_id}/lines/{line_id}                       orders:write        update_order_line
GET    /v1/orders/{order_id}/transactions                          orders:read         list_order_transactions
GET    /v1/orders/{order_id}/fulfilment-orders                     orders:read         list_order_fulfilment_orders
GET    /v1/orders/{order_id}/fulfilments                           orders:read         list_order_fulfilments
GET    /v1/orders/{order_id}/refunds                               orders:read         list_order_refunds
GET    /v1/orders/{order_id}/returns                               orders:read         list_order_returns
GET    /v1/orders/{order_id}/captures                              orders:read         list_order_captures
GET    /v1/orders/{order_id}/history                               orders:read         list_order_history
POST   /v1/orders/{order_id}/sync                                  orders:write        reread_order
POST   /v1/orders/{order_id}/find-mapping                          orders:write        find_order_mapping
POST   /v1/orders/{order_id}/create-customer                       orders:write        create_order_customer
POST   /v1/orders/{order_id}/create-document                       orders:write        create_order_document
POST   /v1/orders/{order_id}/unlink-documents                      orders:write        unlink_order_documents
POST   /v1/orders/{order_id}/resolve-conflict                      orders:write        resolve_order_conflict
POST   /v1/orders/{order_id}/amend-document                        orders:write        amend_order_document
GET    /v1/refunds                                                 orders:read         list_refunds
GET    /v1/refunds/{refund_id}                                     orders:read         get_refund
POST   /v1/refunds/{refund_id}/create-document                     orders:write        create_refund_document
GET    /v1/sales-documents                                         documents:read      list_sales_documents
GET    /v1/sales-documents/{document_id}                           documents:read      get_sales_document
GET    /v1/sales-documents/{document_id}/lines                     documents:read      list_sales_document_lines
GET    /v1/sales-documents/{document_id}/versions                  documents:read      list_sales_document_versions
POST   /v1/sales-documents/{document_id}/acknowledge               documents:write     acknowledge_sales_document
POST   /v1/sales-documents/acknowledge/batch                       documents:write     acknowledge_sales_documents
POST   /v1/sales-documents/{document_id}/release                   documents:write     release_sales_document
POST   /v1/sales-documents/{document_id}/post                      documents:write     post_sales_document
POST   /v1/sales-documents/{document_id}/cancel                    documents:write     cancel_sales_document
POST   /v1/sales-documents/{document_id}/reject                    documents:write     reject_sales_document
GET    /v1/tasks                                                   runs:read           list_tasks
GET    /v1/shops/{shop}/schedules/{task}                           runs:read           get_schedule
PUT    /v1/shops/{shop}/schedules/{task}                           runs:write          put_schedule
POST   /v1/shops/{shop}/tasks/{task}/runs                          runs:write          start_run
POST   /v1/shops/{shop}/exports/customers                          runs:write          export_customers
POST   /v1/shops/{shop}/exports/companies                          runs:write          export_companies
POST   /v1/shops/{shop}/exports/items                              runs:write          export_items
GET    /v1/runs                                                    runs:read           list_runs
GET    /v1/runs/{run_id}                                           runs:read           get_run
POST   /v1/runs/{run_id}/cancel                                    runs:write          cancel_run
GET    /v1/activities                                              runs:read           list_activities
GET    /v1/log-entries                                             logs:read           list_log_entries
GET    /v1/audit-entries                                           logs:read           list_audit_entries
GET    /v1/skipped-records                                         runs:read           list_skipped_records
GET    /v1/events                                                  events:read         list_events
POST   /v1/orders/{order_id}/cancel                                orders:write        cancel_order
POST   /v1/orders/{order_id}/capture                               orders:write        capture_order_payment
POST   /v1/orders/{order_id}/close                                 orders:write        close_order
POST   /v1/orders/{order_id}/mark-as-paid                          orders:write        mark_order_as_paid
POST   /v1/orders/{order_id}/reopen                                orders:write        reopen_order
GET    /v1/shipments                                               shipments:read      list_shipments
POST   /v1/shipments                                               shipments:write     post_shipment
GET    /v1/shipments/{shipment_id}                                 shipments:read      get_shipment
POST   /v1/shipments/batch                                         shipments:write     post_shipments
POST   /v1/shipments/{shipment_id}/retry                           shipments:write     retry_shipment
PUT    /v1/shipments/{shipment_id}/tracking                        shipments:write     put_tracking
GET    /v1/shipping-agents                                         mappings:read       list_shipping_agents
PUT    /v1/shipping-agents/{code}                                  mappings:write      put_shipping_agent
GET    /v1/shipping-agents/{code}                                  mappings:read       get_shipping_agent
DELETE /v1/shipping-agents/{code}                                  mappings:write      delete_shipping_agent
GET    /v1/shops/{shop}/completeness                               orders:read         prove_completeness
GET    /v1/webhook-endpoints                                       webhooks:read       list_webhook_endpoints
POST   /v1/webhook-endpoints                                       webhooks:write      create_webhook_endpoint
GET    /v1/webhook-endpoints/{endpoint_id}                         webhooks:read       get_webhook_endpoint
PATCH  /v1/webhook-endpoints/{endpoint_id}                         webhooks:write      update_webhook_endpoint
DELETE /v1/webhook-endpoints/{endpoint_id}                         webhooks:write      delete_webhook_endpoint
POST   /v1/webhook-endpoints/{endpoint_id}/test                    webhooks:write      try_webhook_endpoint
POST   /v1/webhook-endpoints/{endpoint_id}/rotate-secret           webhooks:write      rotate_webhook_secret
POST   /v1/webhook-endpoints/{endpoint_id}/replay                  webhooks:write      replay_webhook_deliveries
GET    /v1/webhook-endpoints/{endpoint_id}/deliveries              webhooks:read       list_webhook_deliveries
"""
"""Method, path, scope, operation id. A generated client's methods are named by the ids: they never change."""

LATER: dict[int, str] = {}
"""Doors of the contract that are simply absent today, by the issue that opens them."""

ORDER = """id shop store_domain shopify_id name state created_at updated_at processed_at cancelled_at cancel_reason
closed_at test confirmed edited currency presentment_currency prices_include_tax tax_exempt email phone note po_number
tags attributes channel source_name retail_location b2b company company_location customer_shopify_id high_risk risks
channel_liable financial_status fulfilment_status return_status status_page_url sell_to_address bill_to_address
ship_to_address totals tax_lines discount_codes payment_terms lines lines_cursor shipping_lines customer problems
conflict documents"""
ORDER_LINE = """id shopify_id kind exchange title variant_title sku store_product_id store_variant_id ordered_quantity
current_quantity quantity unit_price discount_amount tax_lines item_no variant_code unit locations delivery_method
attributes"""
ORDER_TOTALS = """total subtotal shipping tax discount tip duties additional_fees cash_rounding charged received
refunded outstanding"""
SALES_DOCUMENT = """id kind number state version shop order refund replaces_id adjusts_id erp_document_no
posted_document_no external_document_no document_date due_date created_at updated_at released_at acknowledged_at
unlinked_at currency currency_code currency_handling prices_include_tax sell_to bill_to ship_to payment_method_code
payment_terms_code shipment_method_code shipping_agent_code shipping_agent_service_code salesperson_code tax_area_code
tax_liable work_description attributes lines totals"""
DOCUMENT_LINE = """line_no type no variant_code description unit quantity unit_price discount_amount
order_discount_amount amount tax_amount taxes location_code shipping_agent_code shipping_agent_service_code source"""

FILTERS = {
    "/v1/orders": "shop name shopify_id state in_conflict cancelled closed problem financial_status fulfilment_status"
    " updated_from",
    "/v1/sales-documents": "kind state shop order_id order_name shopify_order_id customer_no number"
    " external_document_no updated_from include",
    "/v1/shops/{shop}/orders-to-import": "action has_error parked unclaimed",
    "/v1/gift-cards": "shop state order_id",
    "/v1/events": "after types limit wait",
    "/v1/webhook-endpoints": "shop failing",
    "/v1/webhook-endpoints/{endpoint_id}/deliveries": "state",
    "/v1/activities": "shop",
    "/v1/log-entries": "shop kind level resource_id",
    "/v1/audit-entries": "shop resource resource_id actor",
    "/v1/skipped-records": "shop resource_type reason open",
    "/v1/runs/{run_id}": "wait",
    "/v1/runs": "shop",
    "/v1/customers": "updated_from",
    "/v1/items": "updated_from",
}

MORE_THAN_A_PAGE = {
    "/v1/disputes": ["unavailable"],
    "/v1/gift-cards": ["unavailable"],
    "/v1/orders/{order_id}/returns": ["unavailable"],
    "/v1/payouts": ["unavailable"],
}
"""What a list says beside its rows: why it has none."""

SUCCESSES = {
    "create_shop": "201",
    "put_customer": "200 201",
    "put_location_mapping": "200 201",
    "post_payment_method_mapping": "200 201",
    "post_shipment_method_mapping": "200 201",
    "put_customers": "207",
    "put_items": "207",
    "put_inventory_levels": "207",
    "put_prices": "207",
    "acknowledge_sales_documents": "207",
    "acknowledge_sales_document": "200",
    "create_order_document": "201",
    "reread_order": "200 202",
    "start_run": "200 202",
    "start_connection_test": "200 202",
    "repair_webhook_subscriptions": "200 202",
    "pull_mappings": "200 202",
    "import_chosen_orders": "200 202",
    "create_webhook_endpoint": "201",
    "replay_webhook_deliveries": "202",
    "delete_shop": "204",
    "put_credentials": "204",
}


def rows() -> list[tuple[str, str, str, str]]:
    words = iter(TODAY.split())
    return list(zip(words, words, words, words, strict=True))


def routes() -> list[tuple[str, str, APIRoute]]:
    return [
        (method, route.path.replace(":path}", "}"), route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/v1/")
        for method in sorted(route.methods or ())
    ]


def scopes_of(dependant: Dependant) -> set[str]:
    found = {scope for inner in dependant.dependencies for scope in scopes_of(inner)}
    return found | set(dependant.own_oauth_scopes or ())


def test_the_route_table_is_the_contract_of_today() -> None:
    found = {
        (method, path, " ".join(sorted(scopes_of(route.dependant))) or "-", route.name)
        for method, path, route in routes()
    }

    assert found == set(rows())


def test_the_description_is_the_contract_of_today() -> None:
    described = {
        (
            method.upper(),
            path,
            " ".join(scope for each in operation["security"] for scope in each["ApiKey"]) or "-",
            operation["operationId"],
        )
        for path, method, operation in every_operation()
        if path.startswith("/v1/")
    }

    assert described == set(rows())


def test_no_door_of_a_later_issue_is_open_yet() -> None:
    open_today = set(document()["paths"])

    early = {issue: sorted(open_today & set(paths.split())) for issue, paths in LATER.items()}

    assert not any(early.values()), early


def test_every_scope_is_needed_somewhere_or_waits_for_its_doors() -> None:
    needed = {scope for _, _, scope, _ in rows()}

    assert {scope.value for scope in Scope} - needed == set()


def test_reading_needs_a_scope_for_reading_and_changing_one_for_writing() -> None:
    for method, path, scope, _ in rows():
        assert scope == "-" or scope.endswith(":read") == (method == "GET"), (method, path)


def test_answers_have_the_fields_that_the_contract_names() -> None:
    for model, names in (
        (Order, ORDER),
        (OrderLine, ORDER_LINE),
        (OrderTotals, ORDER_TOTALS),
        (SalesDocument, SALES_DOCUMENT),
        (DocumentLine, DOCUMENT_LINE),
    ):
        assert set(names.split()) - set(model.model_fields) == set(), model.__name__


def test_lists_have_the_filters_that_the_contract_names() -> None:
    for path, names in FILTERS.items():
        operation = document()["paths"][path]["get"]
        taken = {resolved(each)["name"] for each in operation["parameters"]}
        assert set(names.split()) <= taken, path


def test_every_list_is_read_by_pages_of_the_same_shape() -> None:
    short = {"/v1/tasks", "/v1/activities", "/v1/shops/{shop}/webhook-subscriptions"}
    for path, method, operation in every_operation():
        if not operation["operationId"].startswith("list_") or path == "/v1/events":
            continue
        schema: Any = resolved(operation["responses"]["200"]["content"]["application/json"]["schema"])
        assert set(schema["properties"]) == {"data", "next_cursor", *MORE_THAN_A_PAGE.get(path, ())}, (method, path)
        taken = {resolved(each)["name"]: resolved(each) for each in operation.get("parameters", [])}
        if path not in short:
            limit = taken["limit"]["schema"]
            assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 250, 50), path
            assert "cursor" in taken, path


def test_statuses_are_those_of_the_contract() -> None:
    successes = {
        operation["operationId"]: " ".join(status for status in operation["responses"] if status < "300")
        for _, _, operation in every_operation()
    }

    assert {name: successes[name] for name in SUCCESSES} == SUCCESSES
    for method, _, _, name in rows():
        if method == "DELETE":
            assert successes[name] == "204", name


def test_a_change_of_a_resource_with_a_version_can_be_guarded() -> None:
    unguarded = [
        name
        for method, path, _, name in rows()
        if method in {"PUT", "PATCH", "DELETE"}
        and "If-Match"
        not in {resolved(each)["name"] for each in document()["paths"][path][method.lower()]["parameters"]}
    ]

    # What has no version: secrets that are never shown, keys, users of whom only the role can change, and rows of a
    # queue that only the service changes.
    assert unguarded == [
        "revoke_api_key",
        "update_console_user",
        "remove_console_user",
        "put_credentials",
        "leave_out_order_to_import",
    ]


def test_no_route_reads_a_parameter_that_is_not_described() -> None:
    for method, path, route in routes():
        hidden = [
            parameter
            for parameter in route.dependant.query_params
            if isinstance(parameter.field_info, params.Query) and not parameter.field_info.include_in_schema
        ]
        assert hidden == [], (method, path)
