"""Changes of products, few one by one, many in one operation, and what came of each.

Only for mutations that answer with a product and its user errors and that may be repeated; what they change is their
caller's to know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from app.adapters.shopify.answers.products import BulkLineAnswer, CodedErrorAnswer, ProductPayload
from app.adapters.shopify.bulk_changes import FROM, BulkChanges, Cancelled, never
from app.adapters.shopify.document import Document
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.points import Priority
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.identifiers import ShopifyId, shopify_id
from app.ports.errors import OutcomeUnknown, StoreUnavailable
from app.ports.product_gateway import ChangeOutcome, Declined, InDoubt, Undertaking
from app.ports.store_gateway import StoreRef

NO_RESULT: Final = "Shopify told no result of this change."

Done = ShopifyId | Declined | InDoubt


class ProductChanges:
    def __init__(self, transport: ShopifyTransport, http: httpx.AsyncClient) -> None:
        self._transport = transport
        self._bulk = BulkChanges(transport, http)

    async def each(
        self,
        store: StoreRef,
        document: Document[Any],
        changes: Sequence[Mapping[str, Any]],
        undertaking: Undertaking | None = None,
    ) -> dict[int, Done]:
        """What came of each change, by its place. Without an undertaking an operation is not found again."""
        if len(changes) < FROM:
            return {place: await self.one(store, document, each) for place, each in enumerate(changes)}
        try:
            lines = await self._bulk.results(
                store,
                document,
                changes,
                mark=undertaking.mark if undertaking else None,
                cancelled=undertaking.cancelled if undertaking else never,
            )
        except OutcomeUnknown as lost:
            return {place: InDoubt(detail=lost.detail) for place in range(len(changes))}
        return {place: _of_line(document, lines.get(place)) for place in range(len(changes))}

    async def settled(self, store: StoreRef, document: Document[Any], cancelled: Cancelled) -> None:
        """Wait until no operation of these changes is under way."""
        await self._bulk.settled(store, document, cancelled)

    async def one(self, store: StoreRef, document: Document[Any], variables: Mapping[str, Any]) -> Done:
        try:
            answer = await self._transport.execute(store, document, variables, priority=Priority.CATCH_UP)
        except StoreUnavailable as lost:
            if lost.outcome_known:
                raise
            return InDoubt(detail=lost.detail)
        return _meant(_payload(answer.data), in_its_words(answer.errors) if answer.errors else "")


def without_id(done: Done) -> ChangeOutcome:
    """Where only trouble is of interest."""
    return None if isinstance(done, str) else done


def _payload(data: Any) -> ProductPayload | None:
    """The payload of the one mutation that was asked for."""
    found = next((each for name in data.__struct_fields__ if (each := getattr(data, name))), None)
    return found if isinstance(found, ProductPayload) else None


def _of_line(document: Document[Any], line: BulkLineAnswer | None) -> Done:
    if line is None:
        return InDoubt(detail=NO_RESULT)
    said = " · ".join(bytes(each).decode(errors="replace")[:200] for each in line.errors or ())
    if bytes(line.data) == b"null":
        return Declined(detail=said or NO_RESULT)
    return _meant(_payload(document.decoded(line.data)), said)


def _meant(payload: ProductPayload | None, said: str) -> Done:
    if payload is not None and payload.user_errors:
        return _declined(payload.user_errors)
    if payload is None or payload.product is None:
        return Declined(detail=said or NO_RESULT)
    return shopify_id(payload.product.id)


def _declined(errors: Sequence[CodedErrorAnswer]) -> Declined:
    words = " · ".join(each.message for each in errors)[:300]
    return Declined(detail=words, codes=tuple(each.code for each in errors if each.code))
