"""Orders that we hold, between what stands with them and what is decided anew. Loads nothing and writes nothing."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.events import EventType
from app.domain.order_record import OrderState
from app.domain.orders import Order
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.events import NewEvent
from app.ports.repositories.orders import KnownOrder, SavedOrder
from app.services.order_decisions import Candidate, Decision, look_again_at


def candidate_of(known: KnownOrder, order: Order, shop: ShopConfiguration, *, make: bool) -> Candidate:
    """An order we hold, to be decided about again; ``make`` overrules the automatic setting."""
    return Candidate(
        id=known.id,
        store_id=known.store_id,
        shop=shop,
        order=order,
        mapping=known.mapping,
        make=make or shop.settings.orders.auto_create_documents,
        use_shopify_number=known.use_shopify_number,
        read_at=known.read_at,
    )


def is_news(known: KnownOrder, decision: Decision) -> bool:
    """Whether a decision differs from what stands with the order."""
    return (decision.state, decision.mapping, decision.problems) != (known.state, known.mapping, known.problems)


def saved_decision(known: KnownOrder, decision: Decision, *, now: datetime) -> SavedOrder:
    """The order with a new decision and its old copy."""
    return SavedOrder(
        id=known.id,
        store_id=known.store_id,
        shopify_id=known.shopify_id,
        shop_id=known.shop_id,
        order=None,
        state=decision.state,
        mapping=decision.mapping,
        problems=decision.problems,
        documents_on_request=False if decision.document_id else known.documents_on_request,
        use_shopify_number=known.use_shopify_number,
        version=known.version + 1,
        retry_at=look_again_at(decision, now),
    )


def blocked_events(known: KnownOrder, saved: SavedOrder) -> Sequence[NewEvent]:
    """An order that is blocked is announced, once for each set of problems."""
    told = known.state is OrderState.BLOCKED and known.problems == saved.problems
    if saved.state is not OrderState.BLOCKED or told:
        return []
    return [
        NewEvent(
            type=EventType.ORDER_BLOCKED,
            shop_id=saved.shop_id,
            resource_type="order",
            resource_id=saved.id,
            version=saved.version,
        )
    ]
