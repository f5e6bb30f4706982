"""The ERP's number as an attribute of the store's order: what the attributes become, and which of them are ours (P35).

Our attribute is no fact about the order: an order that differs in it alone has not changed (P43).
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from app.domain.orders import Attribute, Order

ERP_NUMBER_KEY = "ERP Document No."
"""Under this key stands the number that the ERP gave to the order's document."""


def with_number(
    attributes: Iterable[Attribute], number: str | None, *, ours: Collection[str] = ()
) -> tuple[Attribute, ...]:
    """The attributes with the number in its place, every other one kept as it is and where it is.

    Without a number ours is taken off, but only if it is one of ``ours``: what somebody else wrote there stays.
    """
    standing = tuple(attributes)
    if number is None:
        return tuple(each for each in standing if each.key != ERP_NUMBER_KEY or each.value not in ours)
    wanted = Attribute(key=ERP_NUMBER_KEY, value=number)
    places = [place for place, each in enumerate(standing) if each.key == ERP_NUMBER_KEY]
    if not places:
        return (*standing, wanted)
    return tuple(
        wanted if place == places[0] else each
        for place, each in enumerate(standing)
        if place == places[0] or place not in places
    )


def without_number(order: Order) -> Order:
    """The order as others made it: by this, orders are compared."""
    if all(each.key != ERP_NUMBER_KEY for each in order.attributes):
        return order
    return replace(order, attributes=tuple(each for each in order.attributes if each.key != ERP_NUMBER_KEY))
