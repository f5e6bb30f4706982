"""One mutation for hundreds of records: their variables uploaded, the operation watched, its result read by line.

Costs the points of its beginning, whatever the number of lines. Only for changes that may be repeated: a line without
a result is one of which nobody knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import anyio
import httpx
import msgspec

from app.adapters.shopify.answers.bulk import BulkOperationAnswer
from app.adapters.shopify.answers.products import BulkLineAnswer
from app.adapters.shopify.catalogue import BULK_LIST, BULK_STATUS
from app.adapters.shopify.document import Document
from app.adapters.shopify.mutations import mutated
from app.adapters.shopify.points import Sleep
from app.adapters.shopify.product_catalogue import BULK_CHANGE_START
from app.adapters.shopify.staged_uploads import FileToStage, staged
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.errors import OutcomeUnknown, StoreRefused
from app.ports.store_gateway import StoreRef

FROM: Final = 100
"""So many changes are worth an operation (PRD-11)."""
LARGEST_FILE: Final = 60 * 1024 * 1024
"""Bytes; Shopify takes a hundred million."""
UNDER_WAY: Final = frozenset({"CREATED", "RUNNING", "CANCELING"})
PAUSES: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_TIMEOUT: Final = httpx.Timeout(120.0, connect=5.0)
_LINE: Final = msgspec.json.Decoder(BulkLineAnswer)

Variables = Mapping[str, Any]


class BulkChanges:
    def __init__(self, transport: ShopifyTransport, http: httpx.AsyncClient, *, sleep: Sleep = anyio.sleep) -> None:
        self._transport = transport
        self._http = http
        self._sleep = sleep

    async def results(
        self, store: StoreRef, document: Document[Any], lines: Sequence[Variables]
    ) -> dict[int, BulkLineAnswer]:
        """What came of each line, by its place. Raises OutcomeUnknown when nobody knows whether it began."""
        await self._settled(store, document)
        found: dict[int, BulkLineAnswer] = {}
        begin = 0
        for content in _files(lines):
            ended = await self._ended(store, await self._begun(store, document, content))
            for line in await self._lines(ended):
                found[begin + line.line_number] = line
            begin += content.count(b"\n")
        return found

    async def _settled(self, store: StoreRef, document: Document[Any]) -> None:
        """Wait for what an earlier run began and did not see the end of: it must not overwrite what comes now."""
        answer = await self._transport.execute(store, BULK_LIST, {})
        for each in answer.data.bulk_operations.nodes:
            if each.status in UNDER_WAY and each.query == document.text:
                await self._ended(store, each)

    async def _begun(self, store: StoreRef, document: Document[Any], content: bytes) -> BulkOperationAnswer:
        file = FileToStage(
            resource="BULK_MUTATION_VARIABLES", filename="changes.jsonl", mime_type="text/jsonl", content=content
        )
        [where] = await staged(self._transport, self._http, store, [file])
        variables = {"mutation": document.text, "path": where.path}
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

    async def _ended(self, store: StoreRef, operation: BulkOperationAnswer) -> BulkOperationAnswer:
        pauses = iter(PAUSES)
        while operation.status in UNDER_WAY:
            await self._sleep(next(pauses, PAUSES[-1]))
            answer = await self._transport.execute(store, BULK_STATUS, {"id": operation.id})
            if answer.data.bulk_operation is None:
                raise OutcomeUnknown("Shopify does not know the bulk operation any more.")
            operation = answer.data.bulk_operation
        return operation

    async def _lines(self, operation: BulkOperationAnswer) -> list[BulkLineAnswer]:
        """None where the operation failed or its file cannot be read: then nobody knows of any line."""
        if operation.url is None:
            return []
        try:
            answer = await self._http.get(operation.url, timeout=_TIMEOUT)
            answer.raise_for_status()
            return [_LINE.decode(line) for line in answer.content.splitlines() if line]
        except (httpx.HTTPError, msgspec.DecodeError):
            return []


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
