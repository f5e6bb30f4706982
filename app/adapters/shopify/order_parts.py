"""What an order may need beside its own answer: rests of lists, refunds, fulfilments, returns, and parts with
scopes of their own.

Parts of many orders are asked for together. A part that the store denies for want of a scope is unknown, never empty.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import msgspec

from app.adapters.shopify import catalogue
from app.adapters.shopify.answers.fulfilments import OrderFulfilmentsAnswer
from app.adapters.shopify.answers.money import Nodes
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import OrderReturnsAnswer, ReturnAnswer
from app.adapters.shopify.answers.scoped_parts import ReceiptAnswer
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import ACCESS_DENIED
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_draft import OrderDraft
from app.adapters.shopify.page_reading import OrderMoved, PartUnreadable, unreadable
from app.adapters.shopify.translators.payments import gift_card_of
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.identifiers import shopify_id
from app.domain.returns import UNKNOWN_RETURNS
from app.ports.store_gateway import StoreRef

Part = TypeVar("Part")

_REFUNDS: Final = msgspec.json.Decoder(RefundAnswer)
_FULFILMENTS: Final = msgspec.json.Decoder(OrderFulfilmentsAnswer)
_ORDER_RETURNS: Final = msgspec.json.Decoder(OrderReturnsAnswer)
_RETURNS: Final = msgspec.json.Decoder(ReturnAnswer)
_RECEIPTS: Final = msgspec.json.Decoder(ReceiptAnswer)


async def fill_lists(draft: OrderDraft) -> None:
    """Read every list of the order to its end."""
    header, reader = draft.header, draft.reader
    await reader.fill(header.line_items, catalogue.ORDER_LINES_PAGE, header.id)
    await reader.fill(header.shipping_lines, catalogue.ORDER_SHIPPING_LINES_PAGE, header.id)
    await reader.fill(header.fulfillment_orders, catalogue.ORDER_FULFILMENT_ORDERS_PAGE, header.id)
    for each in header.fulfillment_orders.nodes:
        await reader.fill(each.line_items, catalogue.FULFILMENT_ORDER_LINES_PAGE, each.id)
    if header.customer is not None:
        await reader.fill(header.customer.addresses_v2, catalogue.CUSTOMER_ADDRESSES_PAGE, header.customer.id)


async def add_refunds(transport: ShopifyTransport, store: StoreRef, drafts: Sequence[OrderDraft]) -> None:
    """Read the refunds of all orders together, each to its end."""
    owners = {reference.id: draft for draft in drafts for reference in draft.header.refunds}
    for outcome in await _outcomes(transport, store, catalogue.REFUNDS_WHOLE, owners):
        draft = owners[outcome.gid]
        await attempt(draft, partial(_add_refund, draft, outcome))


async def _add_refund(draft: OrderDraft, outcome: NodeOutcome) -> None:
    answer, reader = _told(outcome, _REFUNDS), draft.reader
    reader.check_unmoved(answer.order.updated_at)
    draft.keep("refunds", outcome.raw or b"null")
    await reader.fill(answer.refund_line_items, catalogue.REFUND_LINES_PAGE, answer.id)
    await reader.fill(answer.refund_shipping_lines, catalogue.REFUND_SHIPPING_PAGE, answer.id)
    await reader.fill(answer.order_adjustments, catalogue.REFUND_ADJUSTMENTS_PAGE, answer.id)
    await reader.fill(answer.transactions, catalogue.REFUND_TRANSACTIONS_PAGE, answer.id)
    draft.refunds[outcome.gid] = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedPart:
    """A part with a document of its own. Without ``scope`` it is not asked for, and unknown."""

    name: str
    scope: str
    document: Document[Nodes]
    ids: Callable[[OrderDraft], Sequence[str]]
    """What is asked for of an order; nothing means that it has no such part."""
    add: Callable[[OrderDraft, NodeOutcome], Awaitable[None]]


async def add_scoped_parts(
    transport: ShopifyTransport, store: StoreRef, drafts: Sequence[OrderDraft], granted: frozenset[str]
) -> None:
    for part in SCOPED_PARTS:
        wanting = [draft for draft in drafts if part.ids(draft)]
        if part.scope in granted:
            await _add_part(transport, store, part, wanting)
        else:
            for draft in wanting:
                draft.unknown.add(part.name)


async def _add_part(
    transport: ShopifyTransport, store: StoreRef, part: ScopedPart, drafts: Sequence[OrderDraft]
) -> None:
    owners = {gid: draft for draft in drafts for gid in part.ids(draft)}
    gids = list(owners)
    size = _fitting(part.document, len(gids))
    for outcome in await read_nodes(transport, store, part.document, gids, size=size) if gids else ():
        draft = owners[outcome.gid]
        if outcome.errors and all(error.code == ACCESS_DENIED for error in outcome.errors):
            draft.unknown.add(part.name)
            continue
        draft.keep(part.name, outcome.raw or b"null")
        await attempt(draft, partial(part.add, draft, outcome))


def _fitting(document: Document[Nodes], number: int) -> PageSize:
    """The smallest size that takes so many at once: few objects are seldom long, and long ones are read on."""
    return next((size for size in reversed(document.sizes) if size.ids >= number), document.sizes[0])


async def attempt(draft: OrderDraft, step: Callable[[], Awaitable[None]]) -> None:
    """Do one step for one order; what goes wrong with it is noted on this order alone."""
    if draft.trouble is not None:
        return
    try:
        await step()
    except (OrderMoved, PartUnreadable) as trouble:
        draft.trouble = trouble


async def _outcomes(
    transport: ShopifyTransport, store: StoreRef, document: Document[Nodes], owners: Iterable[str]
) -> list[NodeOutcome]:
    gids = list(owners)
    return await read_nodes(transport, store, document, gids) if gids else []


def _told(outcome: NodeOutcome, decoder: msgspec.json.Decoder[Part]) -> Part:
    """The typed part, whole. Raises OrderMoved when it is gone and PartUnreadable when something is missing in it."""
    if outcome.errors:
        raise unreadable(outcome.errors)
    if outcome.raw is None:
        raise OrderMoved
    try:
        return decoder.decode(outcome.raw)
    except msgspec.DecodeError as exc:
        raise unexpected(exc) from exc


def unexpected(error: Exception) -> PartUnreadable:
    """An answer that is not what the schema promises. The library's words name the place, not the value."""
    return PartUnreadable(
        f"Shopify's answer is not of the expected shape: {error}", code="unexpected_answer", retryable=False
    )


async def _add_fulfilments(draft: OrderDraft, outcome: NodeOutcome) -> None:
    answer = _told(outcome, _FULFILMENTS)
    draft.reader.check_unmoved(answer.updated_at)
    for each in answer.fulfillments:
        await draft.reader.fill(each.fulfillment_line_items, catalogue.FULFILMENT_LINES_PAGE, each.id)
    draft.fulfilments = answer.fulfillments


async def _add_order_returns(draft: OrderDraft, outcome: NodeOutcome) -> None:
    answer = _told(outcome, _ORDER_RETURNS)
    draft.reader.check_unmoved(answer.updated_at)
    await draft.reader.fill(answer.returns, catalogue.ORDER_RETURNS_PAGE, answer.id)
    draft.return_ids = [each.id for each in answer.returns.nodes]


async def _add_return(draft: OrderDraft, outcome: NodeOutcome) -> None:
    answer, reader = _told(outcome, _RETURNS), draft.reader
    reader.check_unmoved(answer.order.updated_at)
    await reader.fill(answer.return_line_items, catalogue.RETURN_LINES_PAGE, answer.id)
    await reader.fill(answer.exchange_line_items, catalogue.EXCHANGE_LINES_PAGE, answer.id)
    await reader.fill(answer.reverse_fulfillment_orders, catalogue.RETURN_REVERSE_ORDERS_PAGE, answer.id)
    for each in answer.reverse_fulfillment_orders.nodes:
        await reader.fill(each.line_items, catalogue.REVERSE_ORDER_LINES_PAGE, each.id)
        await reader.fill(each.reverse_deliveries, catalogue.REVERSE_DELIVERIES_PAGE, each.id)
    draft.returns.append(answer)


async def _add_gift_card(draft: OrderDraft, outcome: NodeOutcome) -> None:
    receipt = _told(outcome, _RECEIPTS)
    card = gift_card_of(receipt)
    if card is not None:
        draft.gift_cards[shopify_id(receipt.id)] = card


SCOPED_PARTS: Final = (
    ScopedPart(
        name="fulfilments",
        scope="read_orders",
        document=catalogue.ORDER_FULFILMENTS,
        ids=lambda draft: (draft.header.id,) if draft.may_be_shipped else (),
        add=_add_fulfilments,
    ),
    ScopedPart(
        name=UNKNOWN_RETURNS,
        scope="read_returns",
        document=catalogue.ORDER_RETURNS,
        ids=lambda draft: (draft.header.id,) if draft.has_return else (),
        add=_add_order_returns,
    ),
    # The ids are those that the part before found; without its scope there are none.
    ScopedPart(
        name=UNKNOWN_RETURNS,
        scope="read_returns",
        document=catalogue.RETURNS_WHOLE,
        ids=lambda draft: draft.return_ids,
        add=_add_return,
    ),
    ScopedPart(
        name="gift_cards",
        scope="read_orders",
        document=catalogue.GIFT_CARD_RECEIPTS,
        ids=lambda draft: draft.gift_card_transactions,
        add=_add_gift_card,
    ),
)
