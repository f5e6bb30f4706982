"""Amounts, pages and the base of all typed answers. Enumerations stay text: a value that Shopify adds must not
fail a read.
"""

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

Node = TypeVar("Node")


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Base of every typed answer: Shopify's camel case, unknown fields ignored."""


class Money(Wire):
    amount: Decimal


class MoneyBag(Wire):
    shop_money: Money
    presentment_money: Money


class PageInfo(Wire):
    has_next_page: bool
    end_cursor: str | None = None


class Page(Wire, Generic[Node]):
    """One page of a connection. The list is filled up in place by whoever reads the connection to its end."""

    page_info: PageInfo
    nodes: list[Node]


class Reference(Wire):
    """Another object, by its id."""

    id: str


class NamedReference(Wire):
    id: str
    name: str


class Nodes(Wire):
    """The answer of ``nodes(ids:)``, each node unread: one that is broken must not spoil its neighbours."""

    nodes: list[msgspec.Raw] | None = None
