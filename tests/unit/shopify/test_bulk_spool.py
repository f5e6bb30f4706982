"""The join of a bulk operation's lines: thousands of them, children anywhere behind their parents."""

import json
import random
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from app.adapters.shopify.bulk_spool import BulkSpool, SpooledLine

ORDERS, LINES = 2_000, 3


def order(number: int) -> str:
    return f"gid://shopify/Order/{number}"


def line(kind: str, number: int, parent: str | None = None) -> bytes:
    told = {"__typename": kind, "id": f"gid://shopify/{kind}/{number}"} | ({"__parentId": parent} if parent else {})
    return json.dumps(told).encode()


def everything() -> list[bytes]:
    """All orders first, then all that belongs to them in no order at all, lists of two levels among it."""
    roots = [line("Order", number) for number in range(ORDERS)]
    children = [line("LineItem", n * LINES + k, order(n)) for n in range(ORDERS) for k in range(LINES)]
    requests = [line("FulfillmentOrder", number, order(number)) for number in range(ORDERS)]
    goods = [
        line("FulfillmentOrderLineItem", number, f"gid://shopify/FulfillmentOrder/{number}") for number in range(ORDERS)
    ]
    behind = [*children, *requests, *goods]
    random.Random(1).shuffle(behind)
    return [*roots, *behind]


def read(spool: BulkSpool, *, start: int = 0, size: int = 100) -> Iterator[SpooledLine]:
    place = spool.place_of_root(start)
    while place is not None:
        roots, place = spool.roots(place=place, limit=size)
        if not roots:
            return
        yield from roots


def number_of(told: SpooledLine) -> int:
    return int(json.loads(told.body)["id"].rpartition("/")[2])


@pytest.fixture(scope="module")
def spool() -> Iterator[BulkSpool]:
    with closing(BulkSpool()) as made:
        made.add(everything())
        made.complete()
        yield made


def test_every_order_has_exactly_its_own_children_two_levels_deep(spool: BulkSpool) -> None:
    orders = list(read(spool))

    assert [number_of(each) for each in orders] == list(range(ORDERS))
    for number, each in enumerate(orders):
        assert sorted(map(number_of, each.children["LineItem"])) == [number * LINES + k for k in range(LINES)]
        [request] = each.children["FulfillmentOrder"]
        assert [number_of(part) for part in request.children["FulfillmentOrderLineItem"]] == [number]


def test_it_is_counted_and_gone_on_with_anywhere(spool: BulkSpool) -> None:
    assert spool.counts() == (ORDERS * (LINES + 3), ORDERS)
    assert spool.orphans() == 0
    assert [number_of(each) for each in read(spool, start=ORDERS - 3, size=2)] == [ORDERS - 3, ORDERS - 2, ORDERS - 1]
    assert spool.place_of_root(ORDERS) is None


def test_a_child_without_its_parent_is_noticed() -> None:
    with closing(BulkSpool()) as spool:
        spool.add([line("Order", 1), line("LineItem", 1, order(2))])
        spool.complete()

        assert (spool.counts(), spool.orphans()) == ((2, 1), 1)


def test_a_cut_line_is_refused_and_what_came_can_be_thrown_away() -> None:
    with closing(BulkSpool()) as spool:
        with pytest.raises(msgspec.DecodeError):
            spool.add([line("Order", 1), line("Order", 2)[:-5]])
        spool.clear()
        spool.add([line("Order", 3)])
        spool.complete()

        assert [number_of(each) for each in read(spool)] == [3]
