"""Compares what a case expects with what the public API tells, word by word.

A key that a case does not give is not checked; documents are compared as a whole set, so that one too many fails.
"""

from collections.abc import Callable
from typing import Any

from tests.acceptance import case_customers, case_shipments
from tests.acceptance import case_vocabulary as words
from tests.acceptance.case_play import CasePlay
from tests.acceptance.clients import Json

THE_CREATED_CUSTOMER = "<the created customer>"
LISTING = "OrderListing"
READING = "OrdersWhole"
DESCRIPTION = "ShopDescription"

REVOKED = "access_revoked"


def check(play: CasePlay, expected: Json) -> None:
    """Every expectation of a case, or of one of its steps."""
    for word, value in expected.items():
        if word in words.WITHOUT_MEANING_HERE or word == "after_step":
            continue
        if word not in CHECKS:
            if word in words.REFERENCE_MECHANICS:
                continue
            raise words.UntranslatedWord(f"expected.{word}")
        CHECKS[word](play, value)


def _mutations(play: CasePlay, expected: list[Json]) -> None:
    about = case_customers if case_customers.is_about_customers(expected) else case_shipments
    about.check_mutations(play, expected)


def _skipped(play: CasePlay, expected: list[Json]) -> None:
    about = case_customers if case_customers.is_about_customers(expected) else case_shipments
    about.check_skipped(play, expected)


def _orders(play: CasePlay, expected: list[Json]) -> None:
    for order in expected:
        found = play.order(order["name"])
        _same(words.facts(found, order, words.ORDER_FACTS, words.ORDER_EXPECTATIONS), f"order {order['name']}")


def _stored_subscription(play: CasePlay, number: str | None) -> None:
    """The number is the peer's to remember; what counts is that there is one subscription, or none."""
    assert len(play.order_subscriptions()) == (0 if number is None else 1)


def _orders_absent(play: CasePlay, names: list[str]) -> None:
    assert not {order["name"] for order in play.orders()} & set(names)


def _order_count(play: CasePlay, count: int) -> None:
    assert len(play.orders()) == count


def _order_lines(play: CasePlay, expected: list[Json]) -> None:
    for line in expected:
        found = _line(play.order(line["order"]), str(line["line"]))
        assert (found["kind"] == "tip") is line["is_tip"], f"line {line['line']} is a {found['kind']}"


def _documents(play: CasePlay, expected: list[Json]) -> None:
    found = {_order_of(each): each for each in play.documents() if each["refund"] is None}
    assert sorted(found) == sorted(document["order"] for document in expected)
    for document in expected:
        _document(play, found[document["order"]], document)


def _document(play: CasePlay, found: Json, expected: Json) -> None:
    expected = dict(expected)
    about = f"the document of {expected.get('order') or expected.pop('refund')}"
    if (unwanted := expected.pop("number_not", None)) is not None:
        assert found["number"] != unwanted, about
    if expected.get("customer_no") == THE_CREATED_CUSTOMER:
        del expected["customer_no"]
        created = [customer["id"] for customer in play.created_customers()]
        assert [found["sell_to"]["customer_id"]] == created, about
    _same(words.facts(found, expected, words.DOCUMENT_FACTS, words.DOCUMENT_EXPECTATIONS, ignoring=["lines"]), about)
    assert len(found["lines"]) == len(expected["lines"]), about
    for line, wanted in zip(found["lines"], expected["lines"], strict=True):
        _same(words.facts(line, wanted, words.LINE_FACTS, words.LINE_EXPECTATIONS), f"a line of {about}")
    _equals_the_charge(found)


def _equals_the_charge(document: Json) -> None:
    totals = document["totals"]
    assert totals["amount_including_tax"] == totals["charged_by_shopify"], f"document {document['number']}"


def _documents_for(play: CasePlay, names: list[str]) -> None:
    assert sorted(_order_of(each) for each in play.documents()) == sorted(names)


def _documents_absent(play: CasePlay, names: list[str]) -> None:
    assert not {_order_of(each) for each in play.documents()} & set(names)


def _document_count_for(play: CasePlay, expected: dict[str, int]) -> None:
    found = [_order_of(each) for each in play.documents()]
    assert {name: found.count(name) for name in expected} == expected


def _documents_changed(play: CasePlay, count: int) -> None:
    before = play.documents_of_the_first_run
    assert sum(document != before.get(document["id"], document) for document in play.documents()) == count


def _documents_added(play: CasePlay, count: int) -> None:
    assert sum(document["id"] not in play.documents_of_the_first_run for document in play.documents()) == count


def _refund_documents(play: CasePlay, expected: list[Json]) -> None:
    found = play.refund_documents()
    assert sorted(found) == sorted(str(document["refund"]) for document in expected)
    for document in expected:
        _document(play, found[str(document["refund"])], document)


def _refund_documents_absent(play: CasePlay, refunds: list[int]) -> None:
    assert not set(play.refund_documents()) & set(map(str, refunds))


def _refund_document_count(play: CasePlay, count: int) -> None:
    assert sum(document["refund"] is not None for document in play.documents()) == count


def _refunds(play: CasePlay, expected: list[Json]) -> None:
    for refund in expected:
        state = play.refund(refund["id"])["state"]
        assert (state in {"blocked", "failed"}) is refund["processing_error"], f"refund {refund['id']} is {state}"


def _lines_forbidden(play: CasePlay, forbidden: list[Json]) -> None:
    for line in forbidden:
        wanted = words.LINE_TYPES[line["type"]], line["no"]
        assert wanted not in [
            (each["type"], each["no"]) for each in play.refund_documents()[str(line["refund"])]["lines"]
        ]


def _shipping_lines(play: CasePlay, expected: list[Json]) -> None:
    for order in expected:
        found = [line["shopify_id"] for line in play.order(order["order"])["shipping_lines"]]
        assert found == [str(number) for number in order["ids"]]


def _shipping_tax_lines(play: CasePlay, expected: list[Json]) -> None:
    lines = {line["shopify_id"]: line for order in play.orders() for line in order["shipping_lines"]}
    for line in expected:
        number = str(line["shipping_line"])
        found = lines[number]["tax_lines"] if number in lines else []
        assert len(found) == len(line["tax_lines"]), f"shipping line {number}"
        for tax, wanted in zip(found, line["tax_lines"], strict=True):
            _same(words.facts(tax, wanted, words.TAX_LINE_FACTS, words.TAX_LINE_EXPECTATIONS), f"tax of {number}")


def _mapping_rows_added(play: CasePlay, expected: list[Json]) -> None:
    """Titles that an order brought, waiting for the ERP's codes."""
    rows = {row["title"]: row for row in play.erp.every(f"/v1/shops/{play.case.shop}/shipment-method-mappings")}
    for row in expected:
        assert row["title"] in rows
        _same(words.facts(rows[row["title"]], row, words.MAPPING_ROW_FACTS, {}), f"mapping of {row['title']}")


def _customers_created(play: CasePlay, expected: list[Json]) -> None:
    found = play.created_customers()
    assert len(found) == len(expected)
    for customer, wanted in zip(found, expected, strict=True):
        facts = words.facts(customer, wanted, words.CREATED_CUSTOMER_FACTS, words.CREATED_CUSTOMER_EXPECTATIONS)
        _same(facts, "the created customer")


def _company_links(play: CasePlay, expected: dict[str, str]) -> None:
    _links(play, "store-companies", "store_company_id", expected)


def _contact_links(play: CasePlay, expected: dict[str, str]) -> None:
    _links(play, "store-customers", "store_customer_id", expected)


def _links(play: CasePlay, table: str, key: str, expected: dict[str, str]) -> None:
    """Those that a case names; what is made for an unnumbered customer has no number to expect."""
    links = list(play.erp.every(f"/v1/shops/{play.case.shop}/{table}"))
    assert {link[key]: link["customer_no"] for link in links if link[key] in expected} == expected


def _errors(play: CasePlay, expected: list[Json]) -> None:
    """What went wrong, at its order or when a refund's document was asked for; nothing else did."""
    asked = [error for error in expected if "refund" in error]
    assert {str(error["refund"]) for error in asked} == set(play.refused_refunds)
    for error in asked:
        said = play.refused_refunds[str(error["refund"])]
        assert all(part in said for part in error["message_about"].split(", ")), said
    expected = [error for error in expected if "refund" not in error]
    assert [run["errors"] for run in play.runs if run["errors"]] == []
    assert list(play.erp.every(f"/v1/shops/{play.case.shop}/orders-to-import", has_error=True)) == []
    if not play.asks_for_documents:
        # Problems tell what a document would lack. The peer looks only when it makes one.
        assert expected == []
        return
    wrong = {order["name"]: [problem["detail"] for problem in order["problems"]] for order in play.orders()}
    assert {name: details for name, details in wrong.items() if details}.keys() == {each["order"] for each in expected}
    for error in expected:
        assert any(error["message_contains"] in detail for detail in wrong[error["order"]]), wrong


def _shopify_calls(play: CasePlay, expected: list[Json]) -> None:
    for entry in expected:
        if entry["rule"] not in CALL_RULES:
            raise words.UntranslatedWord(entry["rule"])
        calls = play.calls_of_step[entry["during"]]
        assert _variables(calls, LISTING), f"nothing was listed during {entry['during']}"
        for rule in CALL_RULES[entry["rule"]]:
            assert rule(calls), entry["rule"]


def _variables(calls: list[Json], operation: str) -> list[Json]:
    return [call["variables"] for call in calls if call["operation"] == operation]


def _on_listing(holds: Callable[[list[Json]], bool]) -> list[Callable[[list[Json]], bool]]:
    return [lambda calls: holds(_variables(calls, LISTING))]


def _plan_is_asked_once_before_orders(calls: list[Json]) -> bool:
    operations = [call["operation"] for call in calls]
    return operations.count(DESCRIPTION) == 1 and operations.index(DESCRIPTION) < operations.index(LISTING)


def _no_staff_is_asked_for(calls: list[Json]) -> bool:
    """The one text names the field behind a switch, which is off: a field left out is neither charged nor denied."""
    return all(not variables["staff"] for variables in _variables(calls, READING))


CALL_RULES: dict[str, list[Callable[[list[Json]], bool]]] = {
    "order list is asked in two pages; page 2 passes after = cursor of the last edge of page 1": _on_listing(
        lambda asked: len(asked) == 2 and asked[0]["after"] is None and bool(asked[1]["after"])
    ),
    "with no earlier sync only open orders are asked (search text contains status:open)": _on_listing(
        lambda asked: all("status:open" in variables["query"] for variables in asked)
    ),
    # Ours asks from the last change the store itself told, less an overlap: that never lies after the start of the run,
    # and no clock of ours decides what is missed.
    "search text asks orders updated after the START time of the first run and no longer restricts to open ones": (
        _on_listing(
            lambda asked: all(
                "updated_at:>=" in variables["query"] and "status:open" not in variables["query"] for variables in asked
            )
        )
    ),
    "shop plan asked once before orders": [_plan_is_asked_once_before_orders],
    "shop plan asked once before orders; no query text contains staffMember": [
        _plan_is_asked_once_before_orders,
        _no_staff_is_asked_for,
    ],
}


def _token_calls(play: CasePlay, number: int) -> None:
    """From the beginning: looking at the new store's subscriptions may have met the refusal before the import did."""
    assert sum(call["kind"] == "oauth" for call in play.desk.calls()) == number


def _token_calls_of_step(play: CasePlay, number: int) -> None:
    calls = list(play.calls_of_step.values())[-1]
    assert sum(call["kind"] == "oauth" for call in calls) == number


def _import_result(play: CasePlay, said: str) -> None:
    """What an operator sees of the last run; a refusal is also a cue, and the reason stands with the store."""
    run = play.runs[-1]
    if said == "success":
        assert run["state"] == "succeeded", run
        return
    assert said == "error visible to the operator"
    assert run["state"] == "failed", run
    assert "401" in run["problem"]["detail"]
    [cue] = [each for each in play.erp.get("/v1/activities", shop=play.case.shop)["data"] if each["cue"] == REVOKED]
    assert cue["count"] == 1


CHECKS: dict[str, Callable[[CasePlay, Any], None]] = {
    "stored_subscription_id": _stored_subscription,
    "orders": _orders,
    "orders_absent": _orders_absent,
    "order_count": _order_count,
    "order_lines": _order_lines,
    "documents": _documents,
    "documents_for": _documents_for,
    "documents_absent": _documents_absent,
    "document_count_for": _document_count_for,
    "documents_changed_after_first_sync": _documents_changed,
    "documents_added_after_first_sync": _documents_added,
    "refund_documents": _refund_documents,
    "refund_documents_absent": _refund_documents_absent,
    "refund_document_count": _refund_document_count,
    "refunds": _refunds,
    "lines_forbidden": _lines_forbidden,
    "shipping_lines": _shipping_lines,
    "shipping_tax_lines": _shipping_tax_lines,
    "customers_created": _customers_created,
    "company_links": _company_links,
    "contact_links": _contact_links,
    "mapping_rows_added": _mapping_rows_added,
    "errors": _errors,
    "shopify_calls": _shopify_calls,
    "mutations": _mutations,
    "customer_links": case_customers.check_links,
    "rules": case_customers.check_rules,
    "no_mutation_for": case_customers.check_no_mutation_for,
    "shipments": case_shipments.check_shipments,
    "skipped": _skipped,
    "order_lines_imported": case_shipments.check_imported_lines,
    "oauth_refresh_calls": _token_calls,
    "oauth_refresh_calls_within_one_minute": _token_calls_of_step,
    "sync_result": _import_result,
}


def _same(facts: tuple[Json, Json], about: str) -> None:
    found, expected = facts
    assert found == expected, about


def _order_of(document: Json) -> str:
    return str(document["order"]["name"])


def _line(order: Json, shopify_id: str) -> Json:
    found: Json = next(line for line in order["lines"] if line["shopify_id"] == shopify_id)
    return found
