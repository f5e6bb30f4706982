"""Gift cards for whoever may see their orders, and which shops cannot tell any, with the reason (P13, 2.18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.access import Access
from app.ports.paging import Page, PageRequest
from app.ports.repositories.gift_cards import GiftCardFilter, ListedGiftCard
from app.ports.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardsFound:
    """``without_access`` are the codes of the shops whose gift cards the app may not read."""

    page: Page[ListedGiftCard]
    without_access: Sequence[str]


class ReadGiftCards:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def __call__(self, access: Access, wanted: GiftCardFilter, request: PageRequest) -> GiftCardsFound:
        """By order, oldest first."""
        seen = replace(wanted, shop_ids=access.shops)
        async with self._uow() as uow:
            return GiftCardsFound(
                page=await uow.gift_cards.page(seen, request),
                without_access=await uow.gift_cards.shops_without_access(seen),
            )
