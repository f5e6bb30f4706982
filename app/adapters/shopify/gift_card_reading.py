"""Reading which gift cards orders issued, and those that paid them (2.18); by GraphQL alone, unlike the reference.

Without its scope they are unknown and the order is told all the same. Any other trouble leaves the order for later, so
that cards we know are not lost.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from typing import Final

import msgspec

from app.adapters.shopify.answers.gift_cards import GiftCardAnswer, IssuedGiftCardsAnswer
from app.adapters.shopify.catalogue import GIFT_CARDS, ISSUED_GIFT_CARDS
from app.adapters.shopify.envelope import ACCESS_DENIED
from app.adapters.shopify.failures import ExecutionFailed
from app.adapters.shopify.node_reading import read_nodes
from app.adapters.shopify.order_draft import OrderDraft
from app.adapters.shopify.order_parts import unexpected
from app.adapters.shopify.page_reading import PartUnreadable, unreadable
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.domain.gift_card import UNKNOWN_GIFT_CARDS
from app.ports.errors import ScopeMissing, StoreRefused
from app.ports.store_gateway import StoreRef

SCOPE_OF_GIFT_CARDS: Final = "read_gift_cards"
MOST_PAGES: Final = 8
"""Of 250 cards each, made since the oldest of the orders that are read together. A card is made when its line is
fulfilled, mostly at once; what was not found among so many is unknown.
"""

KEPT_AS: Final = "gift_card_details"

_DECODER: Final = msgspec.json.Decoder(GiftCardAnswer)


async def add_gift_cards(
    transport: ShopifyTransport, store: StoreRef, drafts: Sequence[OrderDraft], granted: frozenset[str]
) -> None:
    """Only orders that sold gift cards or were paid with one cost anything."""
    sellers = {draft.header.id: draft for draft in drafts if draft.gift_cards_sold and draft.trouble is None}
    payers: dict[str, list[OrderDraft]] = defaultdict(list)
    for draft in drafts:
        for card in sorted(set(draft.gift_cards.values())):
            payers[f"gid://shopify/GiftCard/{card}"].append(draft)
    concerned = [*sellers.values(), *(draft for each in payers.values() for draft in each)]
    if concerned and SCOPE_OF_GIFT_CARDS not in granted:
        _unknown(concerned)
        return
    if sellers:
        await _add_issued(transport, store, sellers)
    if payers:
        await _add_redeemed(transport, store, payers)


async def _add_issued(transport: ShopifyTransport, store: StoreRef, sellers: dict[str, OrderDraft]) -> None:
    waiting = sum(draft.gift_cards_sold for draft in sellers.values())
    oldest = min(draft.header.created_at for draft in sellers.values())
    variables: dict[str, object] = {"query": f"created_at:>='{oldest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"}
    for _ in range(MOST_PAGES):
        answer = await _page(transport, store, variables, list(sellers.values()))
        if answer is None:
            return
        page = answer.data.gift_cards
        for card in page.nodes:
            seller = sellers.get(card.order.id) if card.order else None
            if seller is not None:
                seller.cards[card.id] = card
                seller.keep(KEPT_AS, msgspec.json.encode(card))
                waiting -= 1
        if waiting <= 0 or not page.page_info.has_next_page:
            return
        variables["after"] = page.page_info.end_cursor
    _unknown([draft for draft in sellers.values() if len(draft.cards) < draft.gift_cards_sold])


async def _page(
    transport: ShopifyTransport, store: StoreRef, variables: dict[str, object], drafts: Sequence[OrderDraft]
) -> Answer[IssuedGiftCardsAnswer] | None:
    """A page; None when there is none, which is noted with the orders."""
    try:
        answer = await transport.execute(store, ISSUED_GIFT_CARDS, variables)
    except ScopeMissing:
        _unknown(drafts)
        return None
    except (StoreRefused, ExecutionFailed) as failure:
        for draft in drafts:
            draft.trouble = PartUnreadable(failure.detail, code=failure.code, retryable=True)
        return None
    if not answer.errors:
        return answer
    if all(error.code == ACCESS_DENIED for error in answer.errors):
        _unknown(drafts)
    else:
        for draft in drafts:
            draft.trouble = unreadable(answer.errors)
    return None


async def _add_redeemed(transport: ShopifyTransport, store: StoreRef, payers: dict[str, list[OrderDraft]]) -> None:
    for outcome in await read_nodes(transport, store, GIFT_CARDS, list(payers)):
        drafts = payers[outcome.gid]
        if any(error.code != ACCESS_DENIED for error in outcome.errors):
            for draft in drafts:
                draft.trouble = draft.trouble or unreadable(outcome.errors)
        elif outcome.errors:
            _unknown(drafts)
        elif outcome.raw is not None:
            _keep(drafts, outcome.gid, outcome.raw)


def _keep(drafts: Sequence[OrderDraft], gid: str, raw: bytes) -> None:
    for draft in drafts:
        try:
            draft.cards.setdefault(gid, _DECODER.decode(raw))
            draft.keep(KEPT_AS, raw)
        except msgspec.DecodeError as exc:
            draft.trouble = draft.trouble or unexpected(exc)


def _unknown(drafts: Sequence[OrderDraft]) -> None:
    for draft in drafts:
        draft.unknown.add(UNKNOWN_GIFT_CARDS)
