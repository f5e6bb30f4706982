"""Who may do what where: the scopes of an API key and the shops it is limited to."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.domain.identifiers import ShopId


class Scope(StrEnum):
    """What a key may do; ``…:write`` does not include ``…:read``."""

    SHOPS_READ = "shops:read"
    SHOPS_WRITE = "shops:write"
    MAPPINGS_READ = "mappings:read"
    MAPPINGS_WRITE = "mappings:write"
    MASTER_DATA_READ = "master_data:read"
    MASTER_DATA_WRITE = "master_data:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    SHIPMENTS_READ = "shipments:read"
    SHIPMENTS_WRITE = "shipments:write"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    EVENTS_READ = "events:read"
    LOGS_READ = "logs:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    PRIVACY_READ = "privacy:read"
    PRIVACY_WRITE = "privacy:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the caller of a use case may do. ``shops`` None = all shops, those made later included."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    shops: frozenset[ShopId] | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, shop: ShopId) -> bool:
        """Whether a shop exists for this caller at all."""
        return self.shops is None or shop in self.shops

    def exceeds(self, scopes: Collection[Scope], shops: Collection[ShopId] | None) -> bool:
        """Whether such rights would be more than the caller has: nobody grants what they do not have."""
        if not self.scopes.issuperset(scopes):
            return True
        return self.shops is not None and (shops is None or not self.shops.issuperset(shops))
