"""One mutation for hundreds of records: their variables uploaded, the operation watched, its result read by line.

Costs the points of its beginning, whatever the number of lines. Only for changes that may be repeated: a line without
a result is one of which nobody knows. An operation that bears the caller's mark is gone on with, not begun again.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

import anyio
import httpx
import msgspec

from app.adapters.shopify.answers.bulk import BulkOperationAnswer, BulkResultAnswer
from app.adapters.shopify.answers.products import BulkLineAnswer
from app.adapters.shopify.bulk_query import marking
from app.adapters.shopify.catalogue import BULK_CANCEL, BULK_LIST, BULK_STATUS
from app.adapters.shopify.document import Document
from app.adapters.shopify.mutations import mutated
from app.adapters.shopify.points import Sleep
from app.adapters.shopify.product_catalogue import BULK_CHANGE_START
from app.adapters.shopify.staged_uploads import FileToStage, staged
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.errors import OutcomeUnknown, StoreDeclined, StoreRefused
from app.ports.store_gateway import StoreRef

FROM: Final = 100
"""So many changes are worth an operation (PRD-11)."""
LARGEST_FILE: Final = 60 * 1024 * 1024
"""Bytes; Shopify takes a hundred million."""
LONGEST_LINE: Final = 8 * 1024 * 1024
UNDER_WAY: Final = frozenset({"CREATED", "RUNNING", "CANCELING"})
PAUSES: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
PAUSES_OF_READING: Final = (0.5, 3.0)
_TIMEOUT: Final = httpx.Timeout(120.0, connect=5.0)
_LINE: Final = msgspec.json.Decoder(BulkLineAnswer)

Variables = Mapping[str, Any]
Cancelled = Callable[[], bool]
"""Whether somebody wants it to end."""


def never() -> bool:
    return False


class BulkChanges:
    def __init__(self, transport: ShopifyTransport, http: httpx.AsyncClient, *, sleep: Sleep = anyio.sleep) -> None:
        self._transport = transport
        self._http = http
        self._sleep = sleep

    async def results(
        self,
        store: StoreRef,
        document: Document[Any],
        lines: Sequence[Variables],
        *,
        mark: str | None = None,
        cancelled: Cancelled = never,
    ) -> dict[int, BulkLineAnswer]:
        """What came of each line, by its place. Raises OutcomeUnknown when nobody knows whether it began.

        ``mark`` names this very undertaking: whoever takes it up again after a crash finds its operation by it, and
        reads that one's result. Once it is ``cancelled`` no more lines are sent than Shopify has done by then.
        """
        found: dict[int, BulkLineAnswer] = {}
        begin = 0
        for number, content in enumerate(_files(lines)):
            text = _marked(document, mark, number)
            operation = await self._of_before(store, document, text, cancelled)
            if operation is None and cancelled():
                break
            operation = operation or await self._begun(store, text, content)
            async for line in self._lines(await self._ended(store, operation, cancelled)):
                found[begin + line.line_number] = line
            begin += content.count(b"\n")
        return found

    async def settled(self, store: StoreRef, document: Document[Any], cancelled: Cancelled = never) -> None:
        """Wait for what an earlier run began and did not see the end of."""
        await self._of_before(store, document, document.text, cancelled)

    async def _of_before(
        self, store: StoreRef, document: Document[Any], text: str, cancelled: Cancelled
    ) -> BulkOperationAnswer | None:
        """The operation of this very text, if it was marked and begun. Others that an earlier run began and did not
        see the end of are waited for: they must not overwrite what comes now.
        """
        own: BulkOperationAnswer | None = None
        answer = await self._transport.execute(store, BULK_LIST, {})
        for each in answer.data.bulk_operations.nodes:
            if each.query == text != document.text:
                own = own or each
            elif each.status in UNDER_WAY and each.query.endswith(document.text):
                await self._waited_for(store, each, cancelled)
        return own

    async def _begun(self, store: StoreRef, text: str, content: bytes) -> BulkOperationAnswer:
        file = FileToStage(
            resource="BULK_MUTATION_VARIABLES", filename="changes.jsonl", mime_type="text/jsonl", content=content
        )
        [where] = await staged(self._transport, self._http, store, [file])
        variables = {"mutation": text, "path": where.path}
        done = await mutated(
            self._transport,
            store,
            BULK_CHANGE_START,
            variables,
            payload=lambda data: data.bulk_operation_run_mutation,
        )
        if done.bulk_operation is None:
            raise StoreRefused("Shopify began no bulk operation and gave no reason.")
        return done.bulk_operation

    async def _ended(self, store: StoreRef, operation: BulkOperationAnswer, cancelled: Cancelled) -> BulkResultAnswer:
        pauses, told = iter(PAUSES), False
        while not isinstance(operation, BulkResultAnswer) or operation.status in UNDER_WAY:
            if cancelled() and not told:
                await self._cancel(store, operation)
                told = True
            operation = await self._looked_at(store, operation, next(pauses, PAUSES[-1]))
        return operation

    async def _waited_for(self, store: StoreRef, operation: BulkOperationAnswer, cancelled: Cancelled) -> None:
        """Until it has ended or we are to end. Another run may be watching it, so it is not ours to cancel."""
        pauses = iter(PAUSES)
        while operation.status in UNDER_WAY and not cancelled():
            operation = await self._looked_at(store, operation, next(pauses, PAUSES[-1]))

    async def _looked_at(self, store: StoreRef, operation: BulkOperationAnswer, pause: float) -> BulkResultAnswer:
        await self._sleep(pause)
        answer = await self._transport.execute(store, BULK_STATUS, {"id": operation.id})
        if answer.data.bulk_operation is None:
            raise OutcomeUnknown("Shopify does not know the bulk operation any more.")
        return answer.data.bulk_operation

    async def _cancel(self, store: StoreRef, operation: BulkOperationAnswer) -> None:
        """Refused where it has just ended, which comes to the same."""
        try:
            await mutated(
                self._transport,
                store,
                BULK_CANCEL,
                {"id": operation.id},
                payload=lambda data: data.bulk_operation_cancel,
            )
        except StoreDeclined:
            return

    async def _lines(self, operation: BulkResultAnswer) -> AsyncIterator[BulkLineAnswer]:
        """As far as the file can be read; of the lines behind that nobody knows. Some may come twice."""
        address = operation.url or operation.partial_data_url
        if address is None:
            return
        for pause in (*PAUSES_OF_READING, None):
            try:
                async for line in self._read(address):
                    yield line
            except (httpx.HTTPError, httpx.StreamError, msgspec.DecodeError):
                if pause is not None:
                    await self._sleep(pause)
            else:
                return

    async def _read(self, address: str) -> AsyncIterator[BulkLineAnswer]:
        """Line by line, as they come: the file is never held whole."""
        async with self._http.stream("GET", address, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            rest = b""
            async for chunk in answer.aiter_bytes():
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > LONGEST_LINE:
                    raise msgspec.DecodeError("A line of the bulk operation's file is longer than we read.")
                for line in filter(None, whole):
                    yield _LINE.decode(line)
            if rest:
                yield _LINE.decode(rest)


def _marked(document: Document[Any], mark: str | None, number: int) -> str:
    """The text of the operation; by its first line it is found again."""
    if mark is None:
        return document.text
    digest = hashlib.sha256(mark.encode()).hexdigest()[:32]
    return f"{marking(f'{document.operation}-{number}-{digest}')}\n{document.text}"


def _files(lines: Sequence[Variables]) -> list[bytes]:
    """The variables as files of a size that Shopify takes, a line each."""
    files: list[list[bytes]] = [[]]
    size = 0
    for each in lines:
        line = msgspec.json.encode(each) + b"\n"
        if files[-1] and size + len(line) > LARGEST_FILE:
            files.append([])
            size = 0
        files[-1].append(line)
        size += len(line)
    return [b"".join(each) for each in files]
