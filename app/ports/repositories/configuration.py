"""What a store's shops have configured, loaded as one value for a piece of work."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from app.domain.identifiers import ShopId, StoreId
from app.domain.mappings import Mappings
from app.domain.shop_settings import ShopSettings
from app.ports.store_access import why_it_stands_still
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConfiguration:
    """A shop with its settings and mapping tables; the general settings fall back to the store's own values."""

    id: ShopId
    code: str
    name: str
    settings: ShopSettings
    mappings: Mappings
    local_currency: str | None
    """None until the store was first described and nothing is set."""
    time_zone: tzinfo
    """The zone in which booking days are counted; UTC until the store was first described and nothing is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfiguration:
    """A store and its shops, in the order of their creation (the order in which they claim, P11)."""

    store: StoreRef
    granted_scopes: tuple[str, ...] | None
    access_revoked: bool
    access_revoked_reason: str | None
    described: bool
    orders_listed_at: datetime | None
    """The latest change that complete listings have seen, by the store's clock; None = never listed."""
    shops: tuple[ShopConfiguration, ...]

    @property
    def why_it_stands_still(self) -> str:
        """For a person, while ``access_revoked``."""
        return why_it_stands_still(self.access_revoked_reason)

    def shop(self, shop: ShopId) -> ShopConfiguration | None:
        return next((each for each in self.shops if each.id == shop), None)


class Configurations(Protocol):
    async def of_store(self, store: StoreId) -> StoreConfiguration | None:
        """None = there is no such store, or it was deleted."""
        ...

    async def store_of_shop(self, shop: ShopId) -> StoreId | None: ...
