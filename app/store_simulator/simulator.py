"""All stores of one simulator, each with its state, its journal, its faults and its outgoing post.

The one place that puts a request, a change and their webhooks together; HTTP stands in front of it.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.store_simulator.bulk_operations import BulkRunner
from app.store_simulator.earlier_answers import EarlierAnswers
from app.store_simulator.engine import Engine, Outcome, Request
from app.store_simulator.faults import Fault, FaultPlan
from app.store_simulator.graphql_schema import AdminSchema, load_schema
from app.store_simulator.state import Store, Values
from app.store_simulator.webhooks import WebhookSender

DEFAULT_SCOPES = frozenset(
    """
    read_orders write_orders read_all_orders read_order_edits write_order_edits read_customers write_customers
    read_companies write_companies read_products write_products read_inventory write_inventory read_locations
    read_merchant_managed_fulfillment_orders write_merchant_managed_fulfillment_orders
    read_assigned_fulfillment_orders write_assigned_fulfillment_orders read_third_party_fulfillment_orders
    write_third_party_fulfillment_orders read_fulfillments write_fulfillments read_returns write_returns
    read_shipping read_payment_terms write_payment_terms read_publications read_gift_cards write_gift_cards
    read_draft_orders read_users read_markets read_shopify_payments read_shopify_payments_accounts
    read_shopify_payments_payouts read_shopify_payments_disputes read_customer_merge read_discounts
    read_marketplace_orders read_apps
    """.split()
)
JOURNAL_LENGTH = 20_000


@dataclass(slots=True, kw_only=True)
class Shop:
    """A store and everything around it that is not Shopify's own state."""

    store: Store
    webhooks: WebhookSender
    faults: FaultPlan = field(default_factory=FaultPlan)
    earlier: EarlierAnswers = field(default_factory=EarlierAnswers)
    calls: list[Values] = field(default_factory=list)
    calls_made: int = 0

    def note(self, call: Values) -> None:
        self.calls_made += 1
        self.calls.append({"number": self.calls_made, **call})
        if len(self.calls) > JOURNAL_LENGTH:
            del self.calls[: JOURNAL_LENGTH // 2]


class Simulator:
    """Stores by their domain; one is there as soon as it is mentioned."""

    def __init__(self, schema: AdminSchema | None = None, client: httpx.AsyncClient | None = None) -> None:
        self.engine = Engine(schema or load_schema())
        self._client = client or httpx.AsyncClient(trust_env=False, follow_redirects=False)
        self._shops: dict[str, Shop] = {}
        self._bulk = BulkRunner()

    @property
    def shops(self) -> dict[str, Shop]:
        return self._shops

    def shop(self, domain: str) -> Shop:
        domain = domain.lower()
        known = self._shops.get(domain)
        if known is None:
            store = Store(domain)
            store.app.scopes = set(DEFAULT_SCOPES)
            self.engine.loader.put_shop(store, {})
            known = self._shops[domain] = Shop(store=store, webhooks=WebhookSender(store, self._client))
        return known

    def answer(self, shop: Shop, request: Request) -> Outcome:
        self.emit(shop, shop.store.jobs.pass_request())
        outcome = self.engine.answer(shop.store, request)
        self.emit(shop, outcome.events)
        if shop.store.exports.waiting:
            self._bulk.start(
                shop.store.exports,
                lambda: self.engine.context(shop.store, {}),
                lambda ended: self.emit(shop, [("BULK_OPERATIONS_FINISH", ended)]),
            )
        return outcome

    def emit(self, shop: Shop, events: list[tuple[str, Values]]) -> int:
        return len(shop.webhooks.emit(events)) if events else 0

    async def reset(self, domain: str | None = None) -> None:
        for name in [domain.lower()] if domain else list(self._shops):
            shop = self._shops.pop(name, None)
            if shop:
                await shop.webhooks.close()

    async def close(self) -> None:
        await self._bulk.close()
        await self.reset()
        await self._client.aclose()


def document_hash(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def call_entry(request: Request, outcome: Outcome | None, *, at: str, status: int, faults: list[Fault]) -> Values:
    """One line of the journal of calls."""
    errors: list[Any] = outcome.body.get("errors", []) if outcome else []
    return {
        "at": at,
        "operation": (outcome.operation if outcome else None) or request.operation_name or "",
        "kind": outcome.kind if outcome else "",
        "documentHash": document_hash(request.query),
        "query": request.query,
        "variables": request.variables,
        "apiVersion": request.api_version,
        "requestId": request.request_id,
        "requestedQueryCost": outcome.requested_cost if outcome else None,
        "actualQueryCost": outcome.actual_cost if outcome else None,
        "status": status,
        "errors": [(error.get("extensions") or {}).get("code") for error in errors],
        "faults": [fault.kind.value for fault in faults],
        "executed": bool(outcome and "data" in outcome.body),
    }
