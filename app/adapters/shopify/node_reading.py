"""Reading many objects by their ids: chunks, smaller pages when one is too dear, fewer ids when one object
spoils the answer.

Each object comes back unread with the errors that name it; what they mean for it is the caller's to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.adapters.shopify.answers.money import Nodes
from app.adapters.shopify.document import NO_FLAGS, Document, Flags, PageSize
from app.adapters.shopify.envelope import ErrorEntry
from app.adapters.shopify.failures import AnswerUnreadablyLarge, ExecutionFailed, PageTooDear
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.ports.store_gateway import StoreRef

_HIGHEST_COST: Final = 1000
"""Points that Shopify allows for one query, whatever the store's plan."""

_NULL: Final = b"null"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutcome:
    """One object asked for. Without ``raw`` and without errors Shopify knows no such object."""

    gid: str
    raw: bytes | None
    errors: tuple[ErrorEntry, ...] = ()


async def read_nodes(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Nodes],
    gids: Sequence[str],
    *,
    size: PageSize | None = None,
    flags: Flags = NO_FLAGS,
) -> list[NodeOutcome]:
    """Each object asked for, in the order asked. Raises only for trouble of the whole store."""
    size = await affordable(transport, document, size or document.sizes[0], flags)
    outcomes: list[NodeOutcome] = []
    for start in range(0, len(gids), size.ids):
        outcomes += await _read_chunk(transport, store, document, gids[start : start + size.ids], size, flags)
    return outcomes


async def affordable(transport: ShopifyTransport, document: Document[Nodes], size: PageSize, flags: Flags) -> PageSize:
    """The size, or the first smaller one that Shopify has not yet called too dear."""
    while await transport.points.cost_of(document.cost_key(size, flags), size.estimate) > _HIGHEST_COST:
        smaller = document.smaller(size)
        if smaller is None:
            return size
        size = smaller
    return size


async def _read_chunk(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Nodes],
    gids: Sequence[str],
    size: PageSize,
    flags: Flags,
) -> list[NodeOutcome]:
    try:
        answer = await transport.execute(store, document, {"ids": list(gids)}, size=size, flags=flags)
    except PageTooDear:
        smaller = document.smaller(size)
        if smaller is None:
            raise
        return await read_nodes(transport, store, document, gids, size=smaller, flags=flags)
    except (ExecutionFailed, AnswerUnreadablyLarge) as trouble:
        if len(gids) == 1:
            return [NodeOutcome(gid=gids[0], raw=None, errors=(ErrorEntry(message=trouble.detail),))]
        half = len(gids) // 2
        first = await _read_chunk(transport, store, document, gids[:half], size, flags)
        return first + await _read_chunk(transport, store, document, gids[half:], size, flags)
    return _outcomes(gids, answer)


def _outcomes(gids: Sequence[str], answer: Answer[Nodes]) -> list[NodeOutcome]:
    """Join ids, nodes and errors. An error without a node's place in its path concerns every node."""
    everywhere = tuple(error for error in answer.errors if _place(error) is None)
    by_place: dict[int, tuple[ErrorEntry, ...]] = {}
    for error in answer.errors:
        place = _place(error)
        if place is not None:
            by_place[place] = (*by_place.get(place, ()), error)
    nodes = answer.data.nodes or []
    return [
        NodeOutcome(
            gid=gid,
            raw=_present(bytes(nodes[place])) if place < len(nodes) else None,
            errors=everywhere + by_place.get(place, ()) + (() if place < len(nodes) else _MISSING),
        )
        for place, gid in enumerate(gids)
    ]


_MISSING: Final = (ErrorEntry(message="Shopify answered with fewer objects than it was asked for."),)


def _present(raw: bytes) -> bytes | None:
    return None if raw == _NULL else raw


def _place(error: ErrorEntry) -> int | None:
    path = error.path
    if path and len(path) > 1 and path[0] == "nodes" and isinstance(path[1], int):
        return path[1]
    return None
