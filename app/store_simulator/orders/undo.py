"""Takes a change to an order back when it is refused halfway, so that a refusal leaves nothing behind.

What is restored are the very objects of the state, as the store finds parts of an order by their ids. Knows no order.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app.store_simulator.orders.money import JsonObject

_Contents = list[tuple[JsonObject | list[object], JsonObject | list[object]]]


@contextmanager
def all_or_nothing(order: JsonObject) -> Iterator[None]:
    """Whatever is raised within, the order is then as it was before."""
    contents: _Contents = []
    _remember(order, contents, set())
    try:
        yield
    except BaseException:
        for place, content in contents:
            _restore(place, content)
        raise


def _remember(node: object, contents: _Contents, seen: set[int]) -> None:
    if not isinstance(node, dict | list) or id(node) in seen:
        return
    seen.add(id(node))
    contents.append((node, node.copy()))
    for child in node.values() if isinstance(node, dict) else node:
        _remember(child, contents, seen)


def _restore(place: JsonObject | list[object], content: JsonObject | list[object]) -> None:
    place.clear()
    if isinstance(place, dict):
        place.update(content)
    else:
        place.extend(content)
