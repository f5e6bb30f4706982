"""Page documents and what they page through: every one answers ``node { … page }``."""

from datetime import datetime
from typing import Generic

from app.adapters.shopify.answers.money import Node, Page, Wire


class OrderStamp(Wire):
    """When the order a part belongs to was last changed."""

    updated_at: datetime


class PageOwner(Wire, Generic[Node]):
    """The object a page belongs to; an order states its own last change, a part of one that of its order."""

    page: Page[Node]
    updated_at: datetime | None = None
    order: OrderStamp | None = None

    @property
    def order_updated_at(self) -> datetime | None:
        return self.order.updated_at if self.order else self.updated_at


class PageAnswer(Wire, Generic[Node]):
    node: PageOwner[Node] | None = None
