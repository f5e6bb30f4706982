"""``/v1/gift-cards``: the cards that orders sold and that paid orders."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.answers import encoded
from app.api.auth import OrdersRead
from app.api.dependencies import service
from app.api.gift_card_answers import gift_cards_json
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.gift_cards import GiftCardList
from app.domain.gift_cards import GiftCardState
from app.domain.identifiers import OrderId
from app.ports.repositories.gift_cards import GiftCardFilter
from app.services.read_gift_cards import ReadGiftCards

router = resource_router("gift cards")


@router.get("/gift-cards", response_model=GiftCardList, summary="List gift cards")
async def list_gift_cards(
    access: OrdersRead,
    cards: Annotated[ReadGiftCards, Depends(service(ReadGiftCards))],
    page: PagingOf,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    state: Annotated[
        GiftCardState | None, Query(description="Only sold ones (`issued`), or only those that paid (`redeemed`).")
    ] = None,
    order_id: Annotated[str | None, Query(max_length=100, description="Only of this order, by our id.")] = None,
) -> Response:
    """Each card once for every order that sold it or was paid with it, by order, oldest first, with what is known to be
    used of it. Shops whose app may not read gift cards list none and stand in `unavailable`, with the reason.
    """
    wanted = GiftCardFilter(shop=shop, state=state, order_id=None if order_id is None else OrderId(order_id))
    found = await cards(access, wanted, page.request)
    return encoded(gift_cards_json(found, next_cursor=page.cursor(found.page.next_after)))
