"""What one simulated store holds: its objects, who may ask for them, how fast, and what time it is there.

Keeps every object findable by its global id. Does not know GraphQL selections, HTTP, or how orders live on.
"""

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.store_simulator.bucket import Bucket
from app.store_simulator.exports import Exports
from app.store_simulator.ids import gid, timestamp, type_of
from app.store_simulator.jobs import PendingJobs

Values = dict[str, Any]

KINDS = {
    "orders": "Order",
    "draftOrders": "DraftOrder",
    "customers": "Customer",
    "companies": "Company",
    "products": "Product",
    "collections": "Collection",
    "inventoryItems": "InventoryItem",
    "locations": "Location",
    "fulfillmentServices": "FulfillmentService",
    "deliveryProfiles": "DeliveryProfile",
    "carrierServices": "DeliveryCarrierService",
    "webhookSubscriptions": "WebhookSubscription",
    "giftCards": "GiftCard",
    "paymentTermsTemplates": "PaymentTermsTemplate",
    "markets": "Market",
    "catalogs": "MarketCatalog",
    "companyCatalogs": "CompanyLocationCatalog",
    "priceLists": "PriceList",
    "publications": "Publication",
    "channels": "Channel",
    "staffMembers": "StaffMember",
    "tenderTransactions": "TenderTransaction",
    "returnReasonDefinitions": "ReturnReasonDefinition",
    "bulkOperations": "BulkOperation",
    "jobs": "Job",
    "payouts": "ShopifyPaymentsPayout",
    "balanceTransactions": "ShopifyPaymentsBalanceTransaction",
    "disputes": "ShopifyPaymentsDispute",
}

# The parts of an object that are defined there (elsewhere they are only referred to by id), with their types.
OWNED: dict[str, dict[str, str]] = {
    "Order": {
        "lineItems": "LineItem",
        "shippingLines": "ShippingLine",
        "fulfillmentOrders": "FulfillmentOrder",
        "fulfillments": "Fulfillment",
        "transactions": "OrderTransaction",
        "refunds": "Refund",
        "returns": "Return",
        "agreements": "SalesAgreement",
    },
    "FulfillmentOrder": {"lineItems": "FulfillmentOrderLineItem"},
    "Fulfillment": {"fulfillmentLineItems": "FulfillmentLineItem"},
    "Refund": {
        "refundLineItems": "RefundLineItem",
        "refundShippingLines": "RefundShippingLine",
        "transactions": "OrderTransaction",
        "orderAdjustments": "OrderAdjustment",
    },
    "Return": {
        "returnLineItems": "ReturnLineItem",
        "exchangeLineItems": "ExchangeLineItem",
        "reverseFulfillmentOrders": "ReverseFulfillmentOrder",
    },
    "ReverseFulfillmentOrder": {
        "lineItems": "ReverseFulfillmentOrderLineItem",
        "reverseDeliveries": "ReverseDelivery",
    },
    "Product": {"media": "MediaImage", "variants": "ProductVariant"},
    "ProductVariant": {"inventoryItem": "InventoryItem"},
    "InventoryItem": {"inventoryLevels": "InventoryLevel"},
    "Company": {"locations": "CompanyLocation", "contacts": "CompanyContact", "contactRoles": "CompanyContactRole"},
    "Customer": {"addresses": "MailingAddress"},
}

PART_TYPES = frozenset(part for parts in OWNED.values() for part in parts.values())

# Up to so many changes a kept list is mended; beyond it is sorted afresh.
FEW_CHANGES = 200
LONGEST_JOURNAL = 100_000

DEFAULT_CLIENT_ID = "orderbridge-simulator"
DEFAULT_CLIENT_SECRET = "shpss_simulator_secret"
DEFAULT_ACCESS_TOKEN = "shpat_simulator_token"


@dataclass(slots=True, kw_only=True)
class AppCredentials:
    """The one app that is installed in a simulated store."""

    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    access_token: str | None = DEFAULT_ACCESS_TOKEN
    app_number: str = "1"
    scopes: set[str] = field(default_factory=set)
    # Ids of the fulfilment services that are the app's own; every other one is somebody else's.
    fulfilment_services: set[str] = field(default_factory=set)
    # Tokens of the client-credentials grant and when each of them dies.
    issued: dict[str, datetime] = field(default_factory=dict)
    # Codes of installations that wait to be exchanged, and the one refresh token that is good.
    codes: set[str] = field(default_factory=set)
    refresh_token: str | None = None

    def accepts(self, token: str | None, now: datetime) -> bool:
        if not token:
            return False
        if token == self.access_token:
            return True
        expiry = self.issued.get(token)
        return expiry is not None and now < expiry


class Clock:
    """The store's time: the real one, moved by an offset, or standing still."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        return self._frozen or datetime.now(UTC) + self._offset

    def ticking(self) -> datetime:
        """What the store's machines say, also while the time of all that is done stands still."""
        return datetime.now(UTC) + self._offset

    def freeze(self, moment: datetime) -> None:
        self._frozen = moment

    def advance(self, seconds: float) -> None:
        if self._frozen:
            self._frozen += timedelta(seconds=seconds)
        self._offset += timedelta(seconds=seconds)

    def run(self) -> None:
        self._frozen = None


class Store:
    """One shop of the simulator."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.app = AppCredentials()
        self.clock = Clock()
        self.bucket = Bucket()
        self.shop: Values = {}
        self.by_gid: dict[str, Values] = {}
        self.parents: dict[str, Values] = {}
        self.by_type: dict[str, dict[str, Values]] = {}
        # Orders as they were given, so that a later change can derive everything else afresh.
        self.given: dict[str, Values] = {}
        self.page_sizes: dict[str, int] = {}
        self.query_costs: dict[str, int] = {}
        # Answers of a list to one particular search, by type and search text.
        self.planted_searches: dict[tuple[str, str], list[Values]] = {}
        self.jobs = PendingJobs()
        self.exports = Exports()
        # What was uploaded, by its key; None = the place is made and nothing lies there yet.
        self.uploads: dict[str, bytes | None] = {}
        # Every fulfilment that was ever recorded, also those whose order is gone.
        self.shipped: list[Values] = []
        # Ids of changed objects, and lists in order together with how much of that journal they know.
        self._journal: list[str] = []
        self._sorted: dict[str, tuple[int, list[Values]]] = {}
        self._last_number = 9_000_000_000

    def all(self, type_name: str) -> list[Values]:
        """Every object of a type, whether it stands on its own or is part of another."""
        return list(self.by_type.get(type_name, {}).values())

    def find(self, identifier: str) -> Values | None:
        return self.by_gid.get(identifier)

    def order(self, number: str) -> Values | None:
        return self.by_gid.get(gid("Order", number))

    def owner(self, identifier: str, type_name: str) -> Values | None:
        """The nearest object of type_name that contains the given one."""
        current = self.parents.get(identifier)
        while current is not None:
            if type_of(current.get("id")) == type_name:
                return current
            current = self.parents.get(current.get("id", ""))
        return None

    def sorted_by(self, type_name: str, sort_key: str, position: Callable[[Values], Any]) -> list[Values]:
        """All objects of a type in one order. Kept; what changed since is taken out and put where it now belongs."""
        current = self.by_type.get(type_name, {})
        if type_name in PART_TYPES:
            # The journal names whole objects, not their parts.
            return sorted(current.values(), key=position)
        name = f"{type_name} {sort_key}"
        known = self._sorted.get(name)
        if known is not None:
            changed = {item for item in self._journal[known[0] :] if type_of(item) == type_name}
            if len(changed) <= FEW_CHANGES:
                elements = [item for item in known[1] if item["id"] not in changed] if changed else known[1]
                for identifier in changed & current.keys():
                    bisect.insort(elements, current[identifier], key=position)
                self._sorted[name] = (len(self._journal), elements)
                return elements
        elements = sorted(current.values(), key=position)
        self._sorted[name] = (len(self._journal), elements)
        return elements

    def changed(self, identifier: str) -> None:
        """Notes that an object is no longer what or where it was."""
        self._journal.append(identifier)
        if len(self._journal) > LONGEST_JOURNAL:
            self._journal.clear()
            self._sorted.clear()

    def new_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def now_text(self) -> str:
        return timestamp(self.clock.now())

    def put(self, type_name: str, value: Values) -> None:
        """Takes an object in, or the new form of one, and makes it and its parts findable."""
        self.remove(value["id"])
        self._register(type_name, value, None)
        self.changed(value["id"])

    def remove(self, identifier: str) -> Values | None:
        known = self.by_gid.get(identifier)
        if known is None:
            return None
        self._forget(known)
        self.changed(identifier)
        return known

    def reindex(self, type_name: str, value: Values) -> None:
        """Makes the parts that an object gained or exchanged findable."""
        parent = self.parents.get(value["id"])
        self._forget(value)
        self._register(type_name, value, parent)
        self.changed(value["id"])

    def _forget(self, value: Values) -> None:
        for part_id in list(_part_ids(type_of(value["id"]), value)):
            self.by_gid.pop(part_id, None)
            self.parents.pop(part_id, None)
            self.by_type.get(type_of(part_id), {}).pop(part_id, None)

    def touch(self, value: Values) -> None:
        """UpdatedAt has whole seconds and always moves forward."""
        now = self.now_text()
        before = str(value.get("updatedAt") or "")
        if before >= now:
            now = timestamp(datetime.fromisoformat(before) + timedelta(seconds=1))
        value["updatedAt"] = now
        self.changed(value["id"])

    def _register(self, type_name: str, value: Values, parent: Values | None) -> None:
        identifier = value.get("id")
        if identifier:
            self.by_gid[identifier] = value
            self.by_type.setdefault(type_of(identifier), {})[identifier] = value
            if parent is not None:
                self.parents[identifier] = parent
        for part_type, item in _parts(type_name, value):
            # A transaction stands in the order and again in its refund: the order's, which comes first, is kept.
            if self.by_gid.get(item.get("id", "")) is None:
                self._register(part_type, item, value)


def _parts(type_name: str, value: Values) -> Iterator[tuple[str, Values]]:
    for name, part_type in OWNED.get(type_name, {}).items():
        part = value.get(name)
        for item in part if isinstance(part, list) else [part] if isinstance(part, dict) else []:
            yield part_type, item


def _part_ids(type_name: str, value: Values) -> Iterator[str]:
    if value.get("id"):
        yield value["id"]
    for part_type, item in _parts(type_name, value):
        yield from _part_ids(part_type, item)
