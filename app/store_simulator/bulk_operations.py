"""Bulk operations of one simulator: run after the request that asked for them, written to files that are kept a week.

A line is made while it is written, and the simulator answers others between lines, so that a store of a hundred
thousand orders is exported as a small one is. Their ends are told by webhook like everything else.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.store_simulator.answers import FieldFailure
from app.store_simulator.bulk_changes import BulkChange
from app.store_simulator.bulk_lines import lines_of
from app.store_simulator.bulk_queries import BulkList
from app.store_simulator.context import RequestContext
from app.store_simulator.exports import BulkLine, Exports
from app.store_simulator.ids import number_of
from app.store_simulator.plan import NullBubbleError

Values = dict[str, Any]

LINES_A_TURN = 50


class BulkRunner:
    """Runs what waits in the stores' exports."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self, exports: Exports, context: Callable[[], RequestContext], tell: Callable[[Values], object]) -> None:
        """Begin whatever waits; ``tell`` is called with each operation that has ended."""
        waiting, exports.waiting = exports.waiting, []
        for operation, query in waiting:
            work = self._run(exports, operation, query, context())
            task = asyncio.get_running_loop().create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda _task, ended=operation: tell(ended))  # type: ignore[misc]

    async def _run(
        self, exports: Exports, operation: Values, query: BulkList | BulkChange, context: RequestContext
    ) -> None:
        now, wishes = context.store.now_text, exports.wishes
        while wishes.hold and operation["status"] == "CREATED":  # noqa: ASYNC110 - a wish is a plain value
            await asyncio.sleep(0.01)
        if operation["status"] == "CREATED":
            operation["status"] = "RUNNING"
        path = self._new_file(operation)
        error = await self._write(exports, operation, query, context, path)
        exports.files[number_of(operation["id"])] = path
        address = f"{exports.base_url}{context.store.domain}/bulk/{number_of(operation['id'])}.jsonl"
        if operation["status"] == "CANCELING":
            operation.update(status="CANCELED", partialDataUrl=address)
        elif error is not None:
            operation.update(status="FAILED", errorCode=error, partialDataUrl=address)
        else:
            nothing = operation["objectCount"] == "0"
            size = str(path.stat().st_size)
            operation.update(status="COMPLETED", fileSize=size, url=None if nothing else address)
        operation["completedAt"] = now()

    async def _write(
        self, exports: Exports, operation: Values, query: BulkList | BulkChange, context: RequestContext, path: Path
    ) -> str | None:
        """The error code it ended with, if it failed."""
        wishes, objects, roots = exports.wishes, 0, 0
        fails = wishes.fail if wishes.fail and wishes.fail_times > 0 else None
        wishes.fail_times -= 1 if fails else 0
        offsets: list[int] = []
        with path.open("wb") as file:
            try:
                for line in _lines(query, context, wishes.window):
                    offsets = [*offsets[-wishes.lost_lines :], file.tell()] if wishes.lost_lines else []
                    file.write(line.text + b"\n")
                    objects, roots = objects + 1, roots + line.is_root
                    if objects % LINES_A_TURN == 0:
                        operation.update(objectCount=str(objects), rootObjectCount=str(roots))
                        await asyncio.sleep(0)
                    if operation["status"] == "CANCELING":
                        break
            except (FieldFailure, NullBubbleError):
                return "ACCESS_DENIED"
            if fails:
                file.truncate(file.tell() // 2)
            elif wishes.lost_lines and offsets:
                file.truncate(offsets[-wishes.lost_lines])
        operation.update(objectCount=str(objects), rootObjectCount=str(roots))
        denied = any((each.get("extensions") or {}).get("code") == "ACCESS_DENIED" for each in context.errors)
        return "ACCESS_DENIED" if denied else fails

    def _new_file(self, operation: Values) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="simulated-bulk-")
        return Path(self._folder.name) / f"{number_of(operation['id'])}.jsonl"

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.cleanup()


def _lines(work: BulkList | BulkChange, context: RequestContext, window: int) -> Iterator[BulkLine]:
    return work.results(context) if isinstance(work, BulkChange) else lines_of(work, context, window=window)
