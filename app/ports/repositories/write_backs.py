"""Orders that are to be brought in line with the ERP at the store, its number and closing: wanted, claimed, ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.erp_number import with_number
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.orders import Attribute
from app.domain.outgoing import Hindrance


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackClaim:
    """A claimed order: ``claim_no`` is the fencing token, ``wanted`` the counter as it stood."""

    order_id: OrderId
    shopify_id: ShopifyId
    shop_id: ShopId
    claim_no: int
    wanted: int
    attempts: int
    number: str | None
    """The ERP's number of the order's live document; None = it is to say none."""
    ours: frozenset[str]
    """Every number that a document of this order ever had: what we may have written."""
    writes_number: bool
    """The shop writes numbers back; False = what stands there is left alone."""
    finished: bool
    """By our copy the order is to be closed (``app.domain.finished_orders``)."""
    told: str | None
    """The number that the order says by our copy."""
    copy_changed_at: datetime
    """The change time of that copy: at another one, something happened that it does not know."""
    copy_read_at: datetime
    vouched_at: datetime | None
    """The change time after our last write, until it is proved that nothing else happened in that second."""

    def attributes_from(self, standing: Sequence[Attribute]) -> tuple[Attribute, ...]:
        """What the order's attributes are to be."""
        return with_number(standing, self.number, ours=self.ours) if self.writes_number else tuple(standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackEnd:
    """How a claim ends. Without an error: done, or to be looked at again at ``again_at``.

    With one: tried again at ``again_at``, or parked when that is None. ``vouched_at`` is what it is from now on.
    """

    claim: WriteBackClaim
    again_at: datetime | None = None
    vouched_at: datetime | None = None
    error_code: str | None = None
    error_detail: str | None = None
    attempted: bool = True
    """False = nothing was tried: attempts begin anew."""


class WriteBacks(Protocol):
    async def want(self, orders: Sequence[OrderId], *, now: datetime) -> Sequence[StoreId]:
        """Have these orders looked at, if their shops write numbers back, or they are finished; the stores that have
        work now.
        """
        ...

    async def want_closed(self, orders: Collection[OrderId], *, now: datetime) -> Sequence[StoreId]:
        """Have those of these orders looked at that are finished; the stores that have work now."""
        ...

    async def drop(self, shops: Collection[ShopId]) -> None:
        """These shops write nothing back any more: what waits is forgotten, except what is still to be proved."""
        ...

    async def hold(self, shops: Collection[ShopId], why: Hindrance, *, until: datetime, now: datetime) -> None:
        """Put off whatever is due in these shops, for a reason that is not the orders'; no attempt is counted. What is
        still to be proved only needs reading and goes on.
        """
        ...

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[StoreId]:
        """What was held in this shop is due again; the stores that have work now."""
        ...

    async def retry(self, order: OrderId, *, now: datetime) -> bool:
        """What was skipped about this order is due again with all its attempts; False when nothing was."""
        ...

    async def claim(
        self, store: StoreId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[WriteBackClaim]:
        """Claim due orders, those longest due first, and count the attempt."""
        ...

    async def being_written(self, store: StoreId, orders: Sequence[ShopifyId], *, now: datetime) -> set[ShopifyId]:
        """Those of these orders that somebody has claimed: announcements of them may be those of our own write."""
        ...

    async def vouch(self, order: OrderId, changed_at: datetime, *, look_at: datetime, now: datetime) -> None:
        """Our copy is said to hold all of this change time, which was another write of ours: to be proved then."""
        ...

    async def still_claimed(self, claims: Sequence[WriteBackClaim]) -> set[OrderId]:
        """Lock the rows of these claims; the orders of those that are still ours. Lock the orders themselves before."""
        ...

    async def finish(self, ends: Sequence[WriteBackEnd], *, now: datetime) -> None:
        """End claims that are ours. A row that was wanted again since it was claimed stays and is due at once."""
        ...

    async def release(self, claims: Sequence[WriteBackClaim], *, due_at: datetime, now: datetime) -> None:
        """Give claims back for trouble that is not theirs; their attempts do not count."""
        ...
