"""The only translation of the words of ``cases.yaml`` into those of the public API, by the appendix of the API design.

A word that is not here raises ``UntranslatedWord``: nothing in a case is passed over in silence. What has no meaning
here stands in ``WITHOUT_MEANING_HERE``, with the reason.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


class UntranslatedWord(LookupError):
    """The cases say something that this module has no translation for."""


WITHOUT_MEANING_HERE = {
    "shop_settings.domain": "Every case has a store domain of its own, so that cases do not see each other's orders.",
    "erp_master_data.local_currency": "The books of the peer; ours are told by shop_currency.",
    "erp_master_data.accounts": "The ERP's chart of accounts is not kept here: an account is a word in the settings.",
    "erp_master_data.item_charges": "As accounts: a charge is a word in the shipment method mapping.",
    "erp_master_data.customer_templates": "A template is the ERP's word, passed through; none has to exist here.",
    "notes": "Remarks for the reader.",
}
"""What the cases say that is not translated, and why that loses nothing."""

REFERENCE_MECHANICS = {
    "shopify_calls": "Which calls are made is ours to choose; rules that hold here too are CALL_RULES of case_checks.",
    "calls_in_order": "As shopify_calls: what counts is which subscriptions there are in the end.",
    "erp_fault": "The peer writes into its ERP. Ours collects: a refused write is a document that the ERP rejects.",
    "waits": "Seconds on a clock. How long we wait for points is proved beside the adapter, by its own clock.",
    "throttled_answers": "As waits.",
    "call_shopify": "A call without a purpose, which nothing of ours makes; as waits.",
    "advance_clock": "As waits.",
    "graphql_rule": "Told to the peer's fake store. Ours answers by itself what Shopify would.",
    "rule": "Beside a change of the shop: as graphql_rule. Our store denies by itself what the plan does not hold.",
    "fulfillmentCreate_answer": "As graphql_rule; ids that are given there cannot be expected here.",
    "webhookSubscriptionCreate_answer": "As fulfillmentCreate_answer.",
    "oauth_answer": "As graphql_rule.",
}
"""Devices by which the cases drive or watch the peer, and what stands for them here, or why nothing does."""

SETTINGS = {
    "auto_create_orders": "orders.auto_create_documents",
    "create_invoice_when_fulfilled": "orders.create_invoice_when_fulfilled",
    "use_shopify_order_number": "orders.use_shopify_order_number",
    "order_number_comment_line": "orders.order_number_comment_line",
    "write_document_number_to_order": "orders.write_document_number",
    "archive_processed_orders": "orders.close_finished_orders",
    "tax_area_priority": "orders.tax_area_priority",
    "currency_handling": "orders.currency_handling",
    "order_webhooks": "orders.webhooks",
    "customer_import": "customers.import",
    "customer_mapping": "customers.mapping",
    "default_customer_no": "customers.default_customer_no",
    "auto_create_customers": "customers.auto_create",
    "customer_template": "customers.template_code",
    "create_customers_in_shopify": "customers.export",
    "name_source": "customers.name_source",
    "name2_source": "customers.name2_source",
    "contact_source": "customers.contact_source",
    "county_source": "customers.county_source",
    "company_import": "companies.import",
    "company_mapping": "companies.mapping",
    "default_company_no": "companies.default_customer_no",
    "auto_create_companies": "companies.auto_create",
    "tax_id_field": "companies.tax_id_field",
    "sku_mapping": "items.sku_mapping",
    "sku_separator": "items.sku_separator",
    "barcode_fallback": "items.barcode_fallback",
    "auto_create_items": "items.auto_create",
    "refund_process": "refunds.process",
    "process_returns_as": "refunds.create_as",
    "return_location_priority": "refunds.return_location_priority",
    "default_return_location": "refunds.default_return_location",
    "notify_customer": "fulfilment.notify_customer",
    "shipping_charges_account": "accounts.shipping_charges",
    "tip_account": "accounts.tips",
    "gift_card_account": "accounts.sold_gift_cards",
    "refund_account": "accounts.refunds",
    "refund_account_no_restock": "accounts.refunds_not_restocked",
    "cash_rounding_account": "accounts.cash_rounding",
    "shop_currency": "general.local_currency",
    "time_zone": "general.time_zone",
}

SETTING_VALUES: dict[tuple[str, object], object] = {
    ("customer_mapping", "default_customer"): "always_default",
    ("sku_mapping", "item_no_and_variant"): "item_no_variant",
    ("refund_process", "auto_credit_memo"): "auto_create",
    ("tax_id_field", "registration_number"): "registration_no",
    ("tax_id_field", "vat_number"): "vat_registration_no",
    ("create_customers_in_shopify", True): "selected",
    ("create_customers_in_shopify", False): "none",
}

KINDS = {
    "order": "sales_order",
    "invoice": "sales_invoice",
    "credit_memo": "credit_memo",
    "return_order": "return_order",
}
LINE_TYPES = {"item": "item", "account": "account", "item_charge": "charge", "comment": "comment"}

UNMAPPED = {
    "gift card account": "/settings/accounts/sold_gift_cards",
    "tip account": "/settings/accounts/tips",
    "shipping charges account": "/settings/accounts/shipping_charges",
    "cash rounding account": "/settings/accounts/cash_rounding",
}


def settings(given: Json) -> Json:
    """The shop's settings; of a change, what changes."""
    translated: Json = {}
    for word, value in given.items():
        if f"shop_settings.{word}" in WITHOUT_MEANING_HERE:
            continue
        group, leaf = _word(SETTINGS, word).split(".")
        # Lists have no hash, and none is renamed.
        renamed = value if isinstance(value, list) else SETTING_VALUES.get((word, value), value)
        translated.setdefault(group, {})[leaf] = renamed
    return translated


def put_requests(master_data: Json, *, shop: str, address_owners: dict[str, str]) -> list[tuple[str, Json]]:
    """What the ERP and its operator send before anything happens, in an order in which each may refer to those before.

    ``address_owners`` tells to which store customer an address belongs.
    """
    translators: dict[str, Callable[[Json], tuple[str, Json]]] = {
        "customers": _customer,
        "items": _item,
        "currencies": lambda row: (f"/v1/currency-mappings/{row['iso_code']}", {"currency_code": row["code"]}),
        "tax_areas": _tax_area,
        "shipping_agents": lambda row: (
            f"/v1/shipping-agents/{row['code']}",
            {word: row[word] for word in ("name", "tracking_company") if word in row},
        ),
        "payment_terms": lambda row: (
            f"/v1/shops/{shop}/payment-terms-mappings/{row['shopify_template_id']}",
            {"payment_terms_code": row["code"]},
        ),
        "staff": lambda row: (
            f"/v1/shops/{shop}/staff-mappings/{row['shopify_staff_id']}",
            {"salesperson_code": row["salesperson"]},
        ),
    }
    requests: list[tuple[str, Json]] = []
    links = master_data["links"]
    for word, rows in master_data.items():
        if word not in {"links", POSTED} and f"erp_master_data.{word}" not in WITHOUT_MEANING_HERE:
            requests += [_word(translators, word)(row) for row in rows]
    for word, link in links.items():
        requests += [_link(word, shop, str(key), value, address_owners) for key, value in link.items()]
    return requests


POSTED = "shipping_methods"
"""Keyed by free text, and therefore posted, not put."""

SHIPMENT_METHOD_FIELDS = {
    "title": "title",
    "shipment_method_code": "shipment_method",
    "shipping_agent_code": "agent",
    "shipping_agent_service_code": "service",
    "charge_type": "charge_type",
    "charge_no": "charge_no",
}


def post_requests(master_data: Json, *, shop: str) -> list[tuple[str, Json]]:
    """What is posted, after everything that is put."""
    rows = master_data.get(POSTED, [])
    return [(f"/v1/shops/{shop}/shipment-method-mappings", _shipment_method(row)) for row in rows]


def _shipment_method(row: Json) -> Json:
    _refuse_others(row, set(SHIPMENT_METHOD_FIELDS.values()))
    body: Json = {ours: row[theirs] for ours, theirs in SHIPMENT_METHOD_FIELDS.items() if theirs in row}
    if body.get("charge_type") is not None:
        body["charge_type"] = LINE_TYPES[body["charge_type"]]
    return body


MAPPING_ROW_FACTS: dict[str, Callable[[Json], object]] = {
    "title": lambda row: row["title"],
    "charge_type": lambda row: row["charge_type"],
}


def _customer(row: Json) -> tuple[str, Json]:
    address = {"line1": "address", "line2": "address2", "postal_code": "zip", "city": "city", "country_code": "country"}
    body: Json = {ours: row[theirs] for ours, theirs in CUSTOMER_FIELDS.items() if theirs in row}
    place = {ours: row[theirs] for ours, theirs in address.items() if theirs in row}
    _refuse_others(row, {"no", *CUSTOMER_FIELDS.values(), *address.values()})
    return f"/v1/customers/{row['no']}", body | ({"address": place} if place else {})


CUSTOMER_FIELDS = {
    "name": "name",
    "name2": "name2",
    "contact_name": "contact",
    "email": "email",
    "phone": "phone",
    "vat_registration_no": "vat_number",
}


def _item(row: Json) -> tuple[str, Json]:
    _refuse_others(row, {"no", "description", "barcodes", "variants"})
    return f"/v1/items/{row['no']}", {name: value for name, value in row.items() if name != "no"}


def _tax_area(row: Json) -> tuple[str, Json]:
    body = {"province_name": row["province_name"], "tax_area_code": row["tax_area"], "tax_liable": row["tax_liable"]}
    return f"/v1/tax-areas/{row['country']}/{row['province_code']}", body


def _link(word: str, shop: str, key: str, value: Any, address_owners: dict[str, str]) -> tuple[str, Json]:
    place = f"/v1/shops/{shop}"
    match word:
        case "customers":
            return f"{place}/store-customers/{key}", {"customer_no": value}
        case "customer_addresses":
            owner = address_owners[key]
            return f"{place}/store-customers/{owner}/addresses/{key}", {"customer_no": value}
        case "companies":
            return f"{place}/store-companies/{key}", {"customer_no": value}
        case "variants":
            return f"{place}/store-variants/{key}", {"item_no": value}
        case "locations":
            return f"{place}/location-mappings/{key}", {"location_code": value}
    raise UntranslatedWord(f"links.{word}")


# What is expected, each word with the way to the same fact in an answer of ours.

ORDER_FACTS: dict[str, Callable[[Json], object]] = {
    "name": lambda order: order["name"],
    "shopify_id": lambda order: order["shopify_id"],
    "total": lambda order: Decimal(order["totals"]["total"]["shop"]),
    "presentment_total": lambda order: Decimal(order["totals"]["total"]["presentment"]),
    "subtotal": lambda order: Decimal(order["totals"]["subtotal"]["shop"]),
    "tax": lambda order: Decimal(order["totals"]["tax"]["shop"]),
    "retail_location": lambda order: (
        {"id": order["retail_location"]["shopify_id"], "name": order["retail_location"]["name"]}
    ),
    "high_risk": lambda order: order["high_risk"],
    "channel_liable": lambda order: order["channel_liable"],
    "order_tax_lines": lambda order: len(order["tax_lines"]),
    "b2b": lambda order: order["b2b"],
    "company_id": lambda order: order["company"]["shopify_id"],
    "risks": lambda order: [
        {"level": risk["level"], "text": risk["text"], "provider": risk["provider"].lower()} for risk in order["risks"]
    ],
    "lines": lambda order: [
        {"line": line["shopify_id"], "quantity": Decimal(line["quantity"])}
        for line in order["lines"]
        if Decimal(line["quantity"])
    ],
    "unmapped": lambda order: sorted(problem["pointer"] for problem in order["problems"]),
    "processed": lambda order: order["state"] == "processed",
    "conflict": lambda order: order["conflict"] is not None,
    "cancelled_at": lambda order: order["cancelled_at"],
    "cancel_reason": lambda order: order["cancel_reason"],
    "financial_status": lambda order: order["financial_status"],
    "error_text_present": lambda order: bool(order["problems"]) or bool((order["conflict"] or {}).get("detail")),
    "document_number": lambda order: next((document["number"] for document in order["documents"]), None),
}

ORDER_EXPECTATIONS: dict[str, Callable[[Any], object]] = {
    "shopify_id": str,
    "company_id": str,
    "total": Decimal,
    "presentment_total": Decimal,
    "subtotal": Decimal,
    "tax": Decimal,
    "retail_location": lambda place: {"id": str(place["id"]), "name": place["name"]},
    "risks": lambda risks: [
        {"level": risk["level"].lower(), "text": risk["text"], "provider": risk["provider"].lower()} for risk in risks
    ],
    "lines": lambda lines: [{"line": str(line["line"]), "quantity": Decimal(line["quantity"])} for line in lines],
    "cancel_reason": str.lower,
    "financial_status": str.lower,
    "unmapped": lambda words: sorted(_unmapped_pointer(word) for word in words),
}

DOCUMENT_FACTS: dict[str, Callable[[Json], object]] = {
    "order": lambda document: document["order"]["name"],
    "kind": lambda document: document["kind"],
    "customer_no": lambda document: document["sell_to"]["customer_no"],
    "bill_to_customer_no": lambda document: document["bill_to"]["customer_no"],
    "number": lambda document: document["number"],
    "prices_include_tax": lambda document: document["prices_include_tax"],
    "total_incl_tax": lambda document: Decimal(document["totals"]["amount_including_tax"]),
    "tax_area": lambda document: document["tax_area_code"],
    "tax_liable": lambda document: document["tax_liable"],
    "salesperson": lambda document: document["salesperson_code"],
    "shipment_method": lambda document: document["shipment_method_code"],
    "shipping_agent": lambda document: document["shipping_agent_code"],
    "shipping_service": lambda document: document["shipping_agent_service_code"],
    "currency": lambda document: document["currency"],
    "document_discount": lambda document: sum(
        (Decimal(line["order_discount_amount"]) for line in document["lines"]), start=Decimal(0)
    ),
}
DOCUMENT_EXPECTATIONS: dict[str, Callable[[Any], object]] = {
    "kind": KINDS.__getitem__,
    "total_incl_tax": Decimal,
    "document_discount": Decimal,
}

LINE_FACTS: dict[str, Callable[[Json], object]] = {
    "type": lambda line: line["type"],
    "no": lambda line: line["no"],
    "variant": lambda line: line["variant_code"] or None,
    "description": lambda line: line["description"],
    "description_contains": lambda line: line["description"].rpartition(" ")[2],
    "location": lambda line: line["location_code"] or None,
    "agent": lambda line: line["shipping_agent_code"],
    "service": lambda line: line["shipping_agent_service_code"],
    "quantity": lambda line: Decimal(line["quantity"]),
    "unit_price": lambda line: Decimal(line["unit_price"]),
    # A case shows the discount of the whole order beside the lines, we spread it over them.
    "discount_amount": lambda line: Decimal(line["discount_amount"]) - Decimal(line["order_discount_amount"]),
    "amount": lambda line: Decimal(line["amount"]) + Decimal(line["order_discount_amount"]),
}
LINE_EXPECTATIONS: dict[str, Callable[[Any], object]] = {
    "type": LINE_TYPES.__getitem__,
    "quantity": Decimal,
    "unit_price": Decimal,
    "discount_amount": Decimal,
    "amount": Decimal,
}

TAX_LINE_FACTS: dict[str, Callable[[Json], object]] = {
    "title": lambda tax: tax["title"],
    "rate": lambda tax: Decimal(tax["rate"]),
    "rate_percent": lambda tax: Decimal(tax["rate"]) * 100,
    "amount": lambda tax: Decimal(tax["amount"]["shop"]),
    "presentment_amount": lambda tax: Decimal(tax["amount"]["presentment"]),
    "channel_liable": lambda tax: tax["channel_liable"],
}
TAX_LINE_EXPECTATIONS: dict[str, Callable[[Any], object]] = {
    "rate": lambda rate: Decimal(str(rate)),
    "rate_percent": lambda percent: Decimal(str(percent)),
    "amount": Decimal,
    "presentment_amount": Decimal,
}

CREATED_CUSTOMER_FACTS: dict[str, Callable[[Json], object]] = {
    "shopify_customer": lambda customer: customer["store_customer_id"],
    "shopify_company": lambda customer: customer["store_company_id"],
    "template": lambda customer: customer["template_code"],
    "name": lambda customer: customer["name"],
    "name2": lambda customer: customer["name2"],
    "contact": lambda customer: customer["contact_name"],
    "email": lambda customer: customer["email"],
    "phone": lambda customer: customer["phone"],
    "address": lambda customer: customer["address"]["line1"],
    "address2": lambda customer: customer["address"]["line2"],
    "zip": lambda customer: customer["address"]["postal_code"],
    "city": lambda customer: customer["address"]["city"],
    "country": lambda customer: customer["address"]["country_code"],
    "vat_number": lambda customer: customer["vat_registration_no"],
    "payment_terms": lambda customer: customer["payment_terms_code"],
}
CREATED_CUSTOMER_EXPECTATIONS: dict[str, Callable[[Any], object]] = {"shopify_customer": str, "shopify_company": str}


def facts(
    found: Json,
    expected: Json,
    ways: dict[str, Callable[[Json], object]],
    expectations: dict[str, Callable[[Any], object]],
    *,
    ignoring: Iterable[str] = (),
) -> tuple[Json, Json]:
    """What is found and what is expected, in the same words, as far as anything is expected."""
    words = [word for word in expected if word not in set(ignoring)]
    return (
        {word: _word(ways, word)(found) for word in words},
        {word: _translated(expected[word], expectations.get(word)) for word in words},
    )


def _translated(value: Any, translate: Callable[[Any], object] | None) -> object:
    return value if translate is None or value is None else translate(value)


def _unmapped_pointer(word: str) -> str:
    if word.startswith("line "):
        return f"/lines/{word.removeprefix('line ')}/item_no"
    pointer: str = _word(UNMAPPED, word)
    return pointer


def _refuse_others(row: Json, known: set[str]) -> None:
    if others := set(row) - known:
        raise UntranslatedWord(", ".join(sorted(others)))


def _word(words: dict[str, Any], word: str) -> Any:
    if word not in words:
        raise UntranslatedWord(word)
    return words[word]
