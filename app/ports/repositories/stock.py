"""The ERP's stock, the store's variants, and the queue of items whose stock is to be looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from app.domain.identifiers import ShopId, ShopifyId, StoreId
from app.domain.outgoing import Hindrance
from app.domain.shop_settings import ItemSettings
from app.domain.stock import ItemKey, StockedVariant


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLevel:
    """What the ERP says lies of an item at one of its locations (empty = the blank one)."""

    item_no: str
    variant_code: str = ""
    location_code: str = ""
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StockClaim:
    """A claimed item of a shop: ``claim_no`` is the fencing token, ``wanted`` tells whether more came meanwhile."""

    item: ItemKey
    claim_no: int
    wanted: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockEnd:
    """How a claim ends. Without a reason it is done; with one it is due again at ``again_at``, or (None) left for a
    person, a new level or the next run. ``attempted`` False = nothing was tried.
    """

    claim: StockClaim
    reason: str | None = None
    detail: str | None = None
    again_at: datetime | None = None
    attempted: bool = True


class Stock(Protocol):
    async def tell(self, levels: Sequence[ToldLevel], *, now: datetime) -> Collection[ItemKey]:
        """Keep what the ERP tells; of one place told twice the last counts. Those of which anything changed."""
        ...

    async def want(self, items: Collection[ItemKey], *, now: datetime, shop: ShopId | None = None) -> Sequence[ShopId]:
        """Have these looked at in this shop, None = in every one, that tells stock; the shops that have work."""
        ...

    async def want_all(self, shop: ShopId, *, now: datetime) -> int:
        """Have every item looked at of which the ERP ever told stock; how many that are."""
        ...

    async def claim(
        self, shop: ShopId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[StockClaim]: ...

    async def finish(self, shop: ShopId, ends: Sequence[StockEnd], *, now: datetime) -> None:
        """End claims that are still ours; what was wanted again meanwhile is due at once."""
        ...

    async def release(self, shop: ShopId, claims: Sequence[StockClaim], *, due_at: datetime) -> None:
        """Give claims back for trouble that is not theirs; their attempts do not count."""
        ...

    async def hold(self, shop: ShopId, why: Hindrance, *, until: datetime, now: datetime) -> None:
        """Put off whatever is due, with the reason."""
        ...

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[ShopId]:
        """What was held for a setting or a scope is due again; the shop if it has work now."""
        ...

    async def drop(self, shop: ShopId) -> None:
        """The shop tells no stock (any more): nothing of it is to be looked at."""
        ...

    async def open_of(self, shop: ShopId, *, now: datetime) -> int:
        """How many are due or being looked at."""
        ...

    async def troubled(self, shop: ShopId) -> Sequence[tuple[ItemKey, str, str]]:
        """Those not told, each with its reason and detail."""
        ...

    async def levels_of(self, items: Collection[ItemKey]) -> Mapping[ItemKey, Mapping[str, Decimal]]:
        """What the ERP told of them, by its locations."""
        ...

    async def candidates(
        self, store: StoreId, shop: ShopId, items: Collection[ItemKey], settings: ItemSettings
    ) -> Sequence[StockedVariant]:
        """The store's variants that are linked to these items or carry one of their codes."""
        ...

    async def of_inventory_items(self, store: StoreId, things: Collection[ShopifyId]) -> Sequence[StockedVariant]:
        """The variants known whose stock these inventory items carry."""
        ...

    async def listed_at(self, store: StoreId) -> datetime | None:
        """When the store's variants were last listed; None = never."""
        ...

    async def keep_variants(
        self, store: StoreId, variants: Sequence[StockedVariant], *, listed_at: datetime
    ) -> None: ...

    async def forget_variants(self, store: StoreId, *, listed_before: datetime) -> None:
        """Those that a whole listing since then did not tell any more."""
        ...
