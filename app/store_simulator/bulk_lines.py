"""The lines of a bulk operation's result, made while they are written: never more in memory than a window of them.

As at Shopify a child comes after its parent but not next to it: of every window first all roots are told, then all
their children of the first list, and so on.
"""

import json
from collections.abc import Iterator, Sequence

from app.store_simulator.bulk_queries import BulkList
from app.store_simulator.context import RequestContext
from app.store_simulator.exports import BulkLine
from app.store_simulator.paging import MAXIMUM_PAGE
from app.store_simulator.state import Values


def lines_of(root: BulkList, context: RequestContext, *, window: int) -> Iterator[BulkLine]:
    """Every object of the query, ``window`` roots and all that belongs to them at a time."""
    waiting: list[Values] = []
    for item in _items(root, {}, context):
        waiting.append(item)
        if len(waiting) == window:
            yield from _level(root, [(item, None) for item in waiting], context)
            waiting = []
    yield from _level(root, [(item, None) for item in waiting], context)


def _level(level: BulkList, items: Sequence[tuple[Values, str | None]], context: RequestContext) -> Iterator[BulkLine]:
    followed = [(context.follow(level.type_name, item), parent) for item, parent in items]
    for item, parent in followed:
        yield BulkLine(text=_told(level.selection.answer(item, context), parent), is_root=parent is None)
    for inner in level.lists:
        children = [(child, str(item["id"])) for item, _parent in followed for child in _items(inner, item, context)]
        yield from _level(inner, children, context)


def _items(level: BulkList, owner: Values, context: RequestContext) -> Iterator[Values]:
    """All items of a list, whatever its length."""
    after: Values = {}
    arguments = {name: value for name, value in level.arguments.items() if name not in ("first", "last")}
    while True:
        page = level.find(owner, {**arguments, "first": MAXIMUM_PAGE, **after}, context)
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = {"after": page["pageInfo"]["endCursor"]}


def _told(answer: Values, parent: str | None) -> bytes:
    """Slashes are escaped, as Shopify's files have them."""
    told = answer if parent is None else {**answer, "__parentId": parent}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/").encode()
