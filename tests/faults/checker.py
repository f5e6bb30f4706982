"""What must be true after everything that happened: computed from what outsiders saw, and what stands with us.

The outsiders are the simulated store (its webhooks and what became of them, its journal of calls, its fulfilments) and
the ERP (its answers and what its endpoint received). Each check answers sentences; none means that all is well. Knows
no fault.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from app.domain.erp_number import ERP_NUMBER_KEY
from tests.acceptance.charges import differences
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import rows
from tests.acceptance.harness import all_documents, is_live
from tests.faults.house import FaultyHouse
from tests.faults.story import History

WRITES = ("OrderAttributesUpdate", "OrderMarkAsPaid", "OrderClose", "FulfilmentCreate")
"""What is done to an order once and no more, by the store's own journal."""
ENDED = ("handled", "kept", "parked")
AT_WORK = {
    "webhooks": "webhook_inbox WHERE state = 'waiting'",
    "orders to import": "orders_to_import WHERE due_at IS NOT NULL",
    "documents": "orders WHERE document_due_at IS NOT NULL",
    "write-backs": "number_write_backs WHERE due_at IS NOT NULL",
    "shipments": "shipments WHERE state = 'pending'",
    "runs": "runs WHERE state IN ('queued', 'running')",
    "deliveries": "webhook_deliveries WHERE state = 'pending'",
    "events": "events WHERE position IS NULL",
    "endpoints": "webhook_endpoints WHERE position < (SELECT max(position) FROM events)",
}
"""What is not at rest, by the tables that hold the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One shop: its store, and its ERP, whose key sees nothing else."""

    shop: str
    desk: StoreDesk
    erp: Erp
    told_from: int
    """The position from which on its endpoint is told."""


def at_work(house: FaultyHouse) -> dict[str, int]:
    """What still waits, by kind; nothing = all is at rest."""
    asked = ", ".join(f"(SELECT count(*) FROM {each})" for each in AT_WORK.values())
    try:
        [counts] = rows(house, f"SELECT {asked}")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return {"the database": 1}
    return {kind: count for kind, count in zip(AT_WORK, counts, strict=True) if count}


def violations(house: FaultyHouse, accounts: Sequence[Account], history: History) -> list[str]:
    """Whatever is not as it must be, of all shops."""
    found = _positions(house)
    for account in accounts:
        found += [f"{account.shop}: {each}" for each in _of_one(house, account, history)]
    return found


def _of_one(house: FaultyHouse, account: Account, history: History) -> list[str]:
    originals = account.desk.state("orders")["orders"]
    documents = all_documents(account.erp, account.shop)
    return [
        *_webhooks(house, account.desk),
        *_orders_and_documents(account, originals, documents),
        *differences([each for each in documents if is_live(each)], originals),
        *_ends(account, documents),
        *_writes(account.desk, originals),
        *_deliveries(account, history),
        *_strangers(account),
    ]


def _webhooks(house: FaultyHouse, desk: StoreDesk) -> list[str]:
    """Whatever got a 2xx is in the inbox once, and dealt with."""
    kept = {each["webhook_id"]: each["state"] for each in rows(house, "SELECT webhook_id, state FROM webhook_inbox")}
    accepted = [each["webhookId"] for each in desk.deliveries()["deliveries"] if 200 in each["answers"]]
    return [
        f"webhook {each} was accepted and is {kept.get(each, 'lost')}"
        for each in accepted
        if kept.get(each) not in ENDED
    ]


def _orders_and_documents(account: Account, originals: Sequence[Json], documents: Sequence[Json]) -> list[str]:
    """Every order of the store is here once, with one live document, acknowledged."""
    here = Counter(order["shopify_id"] for order in account.erp.every("/v1/orders", shop=account.shop))
    live = Counter(each["order"]["shopify_id"] for each in documents if is_live(each))
    there = {order["legacyResourceId"] for order in originals}
    numbers = Counter((each["kind"], each["number"]) for each in documents)
    return [
        *(f"order {each} is here {here[each]} times" for each in sorted(there | set(here)) if here[each] != 1),
        *(f"order {each} has {live[each]} live documents" for each in sorted(there) if live[each] != 1),
        *(f"document number {each} was given {count} times" for each, count in numbers.items() if count != 1),
    ]


def _ends(account: Account, documents: Sequence[Json]) -> list[str]:
    """What the ERP did has come to its end, and our copies know what became of it at the store."""
    shipments = account.erp.every("/v1/shipments", shop=account.shop)
    orders = account.erp.every("/v1/orders", shop=account.shop)
    return [
        *(f"shipment {each['id']} is {each['state']}" for each in shipments if each["state"] != "synchronised"),
        *(f"document {each['number']} is {each['state']}" for each in documents if each["state"] != "acknowledged"),
        *(
            f"order {each['name']} is {each['financial_status']}, {each['fulfilment_status']}, {each['closed_at']} here"
            for each in orders
            if (each["financial_status"], each["fulfilment_status"]) != ("paid", "fulfilled") or not each["closed_at"]
        ),
    ]


def _writes(desk: StoreDesk, originals: Sequence[Json]) -> list[str]:
    """Every write that was meant had its effect once."""
    made = Counter(
        (call["operation"], _order_named(call["variables"], call["operation"]))
        for call in desk.calls()
        if call["operation"] in WRITES and call["executed"]
    )
    found = [f"{what} was done {count} times to {order}" for (what, order), count in made.items() if count > 1]
    shipped = Counter(each["orderId"] for each in desk.fulfilments())
    for order in originals:
        numbers = [each["value"] for each in order["customAttributes"] if each["key"] == ERP_NUMBER_KEY]
        paid = [each for each in order["transactions"] if each["kind"] in ("SALE", "CAPTURE")]
        facts = (len(numbers), shipped[order["id"]], len(paid), order.get("closedAt") is not None)
        if facts != (1, 1, 1, True):
            found.append(f"order {order['name']} has (numbers, fulfilments, payments, closed) {facts}")
    return found


def _order_named(variables: Json, operation: str) -> str:
    match operation:
        case "OrderAttributesUpdate":
            return str(variables["input"]["id"])
        case "FulfilmentCreate":
            [first, *_] = variables["fulfillment"]["lineItemsByFulfillmentOrder"]
            return str(first["fulfillmentOrderId"])
        case _:
            return str(variables["id"])


def _positions(house: FaultyHouse) -> list[str]:
    """Positions rise by one from 1 on, each given once, to an event of its own."""
    given = [row["position"] for row in rows(house, "SELECT position FROM events ORDER BY position")]
    return [] if given == list(range(1, len(given) + 1)) else [f"positions are {given[:50]}…"]


def _deliveries(account: Account, history: History) -> list[str]:
    """The endpoint was told every event of its shop at least once, as the feed says it; each happened once."""
    received: dict[str, list[Json]] = {}
    for each in history.of("received"):
        if each["shop"] == account.shop:
            received.setdefault(each["id"], []).append(each["content"])
    events = {each["id"]: each for each in account.erp.events() if each["position"] > account.told_from}
    told = Counter((each["type"], each["resource"]["id"]) for each in events.values())
    once = ("order.imported", "sales_document.created", "sales_document.acknowledged", "shipment.synchronised")
    return [
        *(f"event {each} was never delivered" for each in events if each not in received),
        *(f"event {each} was told otherwise" for each, said in received.items() if _wrong(each, said, events)),
        *(f"{kind} of {of} happened {count} times" for (kind, of), count in told.items() if kind in once and count > 1),
    ]


def _wrong(event: str, said: Sequence[Json], events: dict[str, Json]) -> bool:
    return event in events and any(each != events[event] for each in said)


def _strangers(account: Account) -> list[str]:
    """Nothing of another shop is in the answers to a key of this one."""
    lists = {path: account.erp.every(path) for path in ("/v1/orders", "/v1/sales-documents", "/v1/shipments")}
    shown = {path: {each["shop"] for each in found} for path, found in lists.items()}
    shown["/v1/events"] = {each["shop"] for each in account.erp.events()}
    return [f"{path} shows {shops}" for path, shops in shown.items() if shops - {account.shop}]
