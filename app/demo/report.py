"""What a demonstration says at its end: what came in, what arose, what was refused and why, and how to go on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

_KINDS = {
    "sales_order": "sales orders",
    "sales_invoice": "sales invoices (nothing left to fulfil)",
    "credit_memo": "credit memos",
    "return_order": "return orders",
}


def describe_orders(orders: Iterable[Json]) -> list[str]:
    """What came in."""
    orders = list(orders)
    lines = sum(len(order["lines"]) for order in orders)
    facts = [
        (
            sum(order["customer"]["sell_to_customer_no"] is None and order["state"] == "processed" for order in orders),
            "for customers that Orderbridge created from the template and the ERP has yet to number",
        ),
        (sum(order["customer_shopify_id"] is None for order in orders), "from guests and tills, without a customer"),
        (sum(order["cancelled_at"] is not None for order in orders), "cancelled"),
        (sum(bool(order["edited"]) for order in orders), "edited after checkout"),
        (
            sum(order["currency"] != order["presentment_currency"] for order in orders),
            "paid in another currency than the shop's",
        ),
    ]
    return [f"{len(orders)} orders with {lines} lines came in."] + [
        f"  {count:>4} {text}" for count, text in facts if count
    ]


def describe_documents(documents: Iterable[Json]) -> list[str]:
    """Which documents arose, and that each equals what Shopify charged."""
    documents = list(documents)
    said = [f"{len(documents)} documents arose, each proved against what Shopify charged:"]
    for kind, count in Counter(document["kind"] for document in documents).most_common():
        said.append(f"  {count:>4} {_KINDS.get(kind, kind)}")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    wrong = 0
    for document in documents:
        totals = document["totals"]
        sums[document["currency"]] += Decimal(totals["amount_including_tax"])
        wrong += Decimal(totals["amount_including_tax"]) != Decimal(totals["charged_by_shopify"])
    said += [f"  {amount:>12} {currency} in all" for currency, amount in sorted(sums.items())]
    said.append(f"  differences between documents and charges: {wrong}")
    return said


def describe_refusals(orders: Iterable[Json]) -> list[str]:
    """What was not documented, for which reason, and what to do."""
    reasons: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for order in orders:
        for problem in order["problems"]:
            reasons[problem["code"], problem["remedy"]].append((order["name"], problem["detail"]))
    if not reasons:
        return ["Nothing was refused."]
    said = [f"{len({name for found in reasons.values() for name, _ in found})} orders made no document:"]
    for (code, remedy), found in sorted(reasons.items()):
        said.append(f"  {code}: {len(found)}×, for example {found[0][0]}: {found[0][1]}")
        said.append(f"      → {remedy}")
    return said


def describe_figures(*, seconds: float, orders: int, calls: Mapping[str, Any], webhooks: int) -> list[str]:
    """Speed and what it cost at Shopify."""
    points = int(calls["totals"]["requestedQueryCost"])
    made = int(calls["totals"]["calls"])
    return [
        f"{orders} orders in {seconds:.1f} s ({orders / seconds:.0f} a second), announced by {webhooks} webhooks,",
        f"with {made} calls and {points} points at Shopify ({points / max(orders, 1):.1f} points an order).",
    ]


def where_to_look(url: str, user: str, password: str) -> list[str]:
    """The console, with its first user; nobody is told the password again."""
    return [
        "",
        f"See what waits and mend it at {url}/console/ as {user}, password {password} (told only now).",
        "Ctrl-C ends it.",
    ]


def how_to_go_on(url: str, key: str, document: Json | None, *, store_url: str, kept: bool) -> list[str]:
    """Three calls an ERP makes; while it is there to be called, also what the pages' commands want to be told."""
    document_id = document["id"] if document else "doc_…"
    acknowledgement = """-H 'Content-Type: application/json' -d '{"erp_document_no": "ERP-1", "version": 1}'"""
    header = f"-H 'Authorization: Bearer {key}'"
    said = [
        f"  curl -s {header} '{url}/v1/sales-documents?state=released&include=lines&limit=1'",
        f"  curl -s {header} -X POST {url}/v1/sales-documents/{document_id}/acknowledge {acknowledgement}",
        f"  curl -s {header} '{url}/v1/events?after=0&limit=5'",
    ]
    if kept:
        exports = f"  export URL={url} KEY={key} SIMULATOR={store_url}"
        return [
            "Go on with calls like these:",
            *said,
            "or, in another shell, with the commands of the pages, after",
            exports,
            f"Every call is explained at {url}/docs.",
        ]
    return ["Run `make demo KEEP=1` to leave it running, and go on with calls like these:", *said]
