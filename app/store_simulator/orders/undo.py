"""Takes a change to an order back when it is refused halfway, so that a refusal leaves nothing behind.

What is restored are the very objects of the state, as the store finds parts of an order by their ids. Knows no order.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.store_simulator.orders.money import JsonObject


@contextmanager
def all_or_nothing(order: JsonObject) -> Iterator[None]:
    """Whatever is raised within, the order is then as it was before."""
    before = _Contents()
    before.remember(order)
    try:
        yield
    except BaseException:
        before.restore()
        raise


@dataclass(slots=True)
class _Contents:
    """Every object and list of an order, each with what it held."""

    objects: list[tuple[JsonObject, JsonObject]] = field(default_factory=list)
    lists: list[tuple[list[object], list[object]]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def remember(self, node: object) -> None:
        if id(node) in self.seen:
            return
        if isinstance(node, dict):
            self.objects.append((node, dict(node)))
            self._remember_all(node, node.values())
        elif isinstance(node, list):
            self.lists.append((node, list(node)))
            self._remember_all(node, node)

    def _remember_all(self, node: object, children: Iterable[object]) -> None:
        self.seen.add(id(node))
        for child in children:
            self.remember(child)

    def restore(self) -> None:
        for place, content in self.objects:
            place.clear()
            place.update(content)
        for row, items in self.lists:
            row[:] = items
