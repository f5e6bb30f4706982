"""Worker processes as children: started, started again when they die, stopped together. Knows only their command."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

CHILD = "ORDERBRIDGE_CHILD_OF_SERVE"
"""Set for worker children, which end with their parent."""
STOP_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A child that lived so long was well: the next restart is quick again."""

log = logging.getLogger(__name__)


class WorkerProcesses:
    """``number`` children of one command. The standard input of each is a pipe, closed when we end, however we end."""

    def __init__(self, command: Sequence[str], number: int, environment: Mapping[str, str] | None = None) -> None:
        self._command = list(command)
        self._number = number
        self._environment = dict(os.environ if environment is None else environment)
        self._children: dict[int, asyncio.subprocess.Process] = {}

    @property
    def pids(self) -> list[int]:
        """Of the children alive now."""
        return [child.pid for child in self._children.values() if child.returncode is None]

    async def run(self, stop: asyncio.Event) -> None:
        """Keep them running until ``stop``; then ask them to end, and make them after twenty seconds."""
        keepers = [asyncio.ensure_future(self._keep(place, stop)) for place in range(self._number)]
        try:
            await stop.wait()
            await self._end()
        finally:
            stop.set()
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            for child in self._children.values():
                if child.returncode is None:
                    child.kill()

    async def _keep(self, place: int, stop: asyncio.Event) -> None:
        pause = FIRST_PAUSE_SECONDS
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            child = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, env=self._environment
            )
            self._children[place] = child
            code = await child.wait()
            if stop.is_set():
                return
            pause = FIRST_PAUSE_SECONDS if loop.time() - began > STEADY_SECONDS else pause
            log.error("worker process ended; starting another", extra={"pid": child.pid, "code": code})
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _end(self) -> None:
        alive = [child for child in self._children.values() if child.returncode is None]
        for child in alive:
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*(child.wait() for child in alive))


async def stop_with_parent(stop: asyncio.Event) -> None:
    """In a child: set ``stop`` when the parent has ended, which is when standard input ends."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while await reader.read(1024):
            pass
        stop.set()
    finally:
        transport.close()
