"""Changing things at a store: look first, then change, and know which of three things came of it.

A change took effect, or the store would not have it (``StoreDeclined``, ``ScopeMissing``), or nobody knows
(``OutcomeUnknown``): then one looks again before anything is repeated, since changes of orders have no keys by
which they could be repeated safely (B6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.order_glance import OrderGlance
from app.domain.orders import Attribute
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """An order as it stands at this moment. ``attributes`` are all of them, ours among them."""

    shopify_id: ShopifyId
    updated_at: datetime
    attributes: tuple[Attribute, ...]
    glance: OrderGlance


OrderSight = OrderSeen | OrderNotThere | OrderUnreadable


class StoreWriter(Protocol):
    """Whatever concerns the whole store is raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``."""

    async def may_write_orders(self, store: StoreRef) -> bool:
        """Whether the store has granted the scope for changing orders."""
        ...

    async def look_at(self, store: StoreRef, orders: Sequence[ShopifyId]) -> Sequence[OrderSight]:
        """Each of these orders at a glance, in the order asked; one cheap call for many."""
        ...

    async def replace_attributes(self, store: StoreRef, order: ShopifyId, attributes: Sequence[Attribute]) -> datetime:
        """Replace all attributes of an order; its change time afterwards.

        Raises ``StoreDeclined`` in Shopify's words, ``ScopeMissing``, and ``OutcomeUnknown``.
        """
        ...
