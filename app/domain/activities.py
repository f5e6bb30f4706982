"""The cues of the operator: what waits, by name, and where the list behind it is (api.md, Tasks, cues, logs)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

COLLECTED_WITHIN = timedelta(hours=24)
"""A released document that the ERP has not acknowledged for so long says that it is not collecting."""


class Cue(StrEnum):
    UNMAPPED_CUSTOMERS = "unmapped_customers"
    UNMAPPED_COMPANIES = "unmapped_companies"
    UNMAPPED_PRODUCTS = "unmapped_products"
    UNPROCESSED_ORDERS = "unprocessed_orders"
    ORDERS_IN_CONFLICT = "orders_in_conflict"
    ORDERS_TO_IMPORT_WITH_ERRORS = "orders_to_import_with_errors"
    UNPROCESSED_SHIPMENTS = "unprocessed_shipments"
    SHIPMENT_ERRORS = "shipment_errors"
    REFUNDS_WAITING = "refunds_waiting"
    REFUNDS_BLOCKED = "refunds_blocked"
    SYNCHRONISATION_ERRORS = "synchronisation_errors"
    ERP_NOT_COLLECTING = "erp_not_collecting"
    WEBHOOK_ENDPOINTS_FAILING = "webhook_endpoints_failing"
    ACCESS_REVOKED = "access_revoked"
    WEBHOOKS_REFUSED = "webhooks_refused"
    """Every webhook that came in the store's name for a while was signed wrongly."""
    NO_WORKER = "no_worker"
    CLOCKS_DIFFER = "clocks_differ"


OF_THE_SHOP_ITSELF = frozenset({Cue.ACCESS_REVOKED, Cue.WEBHOOKS_REFUSED, Cue.NO_WORKER, Cue.CLOCKS_DIFFER})
"""Cues that count no rows of a list: what is wrong is the shop's connection, or the installation it is in."""
WORKER_SILENT_FOR = timedelta(minutes=1)
"""A process that has not been heard of for so long does not work."""
REFUSED_FOR = timedelta(minutes=10)
"""Since the first of them, before it is told: a secret that was just changed is known everywhere within seconds."""
REFUSED_AT_LEAST = 3
"""Anybody can send one in a store's name."""


OrderCue = Literal["unmapped_customers", "unmapped_companies", "unmapped_products", "unprocessed_orders"]
"""The cues that are a filter of the list of orders: no other filter tells their rows."""
RefundCue = Literal["refunds_waiting", "refunds_blocked"]
"""Those that are a filter of the list of refunds."""

_LISTS: Mapping[Cue, str] = {
    Cue.UNMAPPED_CUSTOMERS: "/v1/orders?shop={shop}&cue=unmapped_customers",
    Cue.UNMAPPED_COMPANIES: "/v1/orders?shop={shop}&cue=unmapped_companies",
    Cue.UNMAPPED_PRODUCTS: "/v1/orders?shop={shop}&cue=unmapped_products",
    Cue.UNPROCESSED_ORDERS: "/v1/orders?shop={shop}&cue=unprocessed_orders",
    Cue.ORDERS_IN_CONFLICT: "/v1/orders?shop={shop}&in_conflict=true",
    Cue.ORDERS_TO_IMPORT_WITH_ERRORS: "/v1/shops/{shop}/orders-to-import?has_error=true",
    Cue.UNPROCESSED_SHIPMENTS: "/v1/shipments?shop={shop}&state=pending",
    Cue.SHIPMENT_ERRORS: "/v1/shipments?shop={shop}&has_errors=true",
    Cue.REFUNDS_WAITING: "/v1/refunds?shop={shop}&cue=refunds_waiting",
    Cue.REFUNDS_BLOCKED: "/v1/refunds?shop={shop}&cue=refunds_blocked",
    Cue.SYNCHRONISATION_ERRORS: "/v1/skipped-records?shop={shop}&open=true",
    Cue.ERP_NOT_COLLECTING: "/v1/sales-documents?shop={shop}&state=released&released_before={collected_before}",
    Cue.WEBHOOK_ENDPOINTS_FAILING: "/v1/webhook-endpoints?shop={shop}&failing=true",
    **dict.fromkeys(OF_THE_SHOP_ITSELF, "/v1/shops/{shop}"),
}


def list_of(cue: Cue, *, shop: str, collected_before: datetime) -> str:
    """Where a person sees the rows that a cue counts: as many as it says, or the shop itself."""
    moment = collected_before.strftime("%Y-%m-%dT%H:%M:%SZ")
    return _LISTS[cue].replace("{shop}", shop).replace("{collected_before}", moment)


def collected_before(now: datetime) -> datetime:
    """Released before this second and not acknowledged = not collected in time. ``now`` in UTC."""
    return (now - COLLECTED_WITHIN).replace(microsecond=0)
