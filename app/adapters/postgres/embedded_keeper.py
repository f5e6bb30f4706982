"""Keeps the embedded PostgreSQL running as long as a process uses it: a server that died is started again.

Watches from a thread of its own, so that a busy event loop delays nothing. Every user of a server watches; starting it
is serialised by the server's own lock. Knows nothing of how a server is started.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.adapters.postgres.embedded_errors import EmbeddedPostgresError

LOOK_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0

log = logging.getLogger(__name__)


@contextmanager
def kept_running(*, is_running: Callable[[], bool], start: Callable[[], object]) -> Iterator[None]:
    """While the block runs, ``start`` whatever is not running; tried again with growing pauses when that fails."""
    ended = threading.Event()
    # A daemon: a start that hangs must not keep a process alive whose main thread has ended by an error.
    watching = threading.Thread(target=_watch, args=(ended, is_running, start), name="embedded-keeper", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _watch(ended: threading.Event, is_running: Callable[[], bool], start: Callable[[], object]) -> None:
    pause = LOOK_SECONDS
    while not ended.wait(pause):
        if is_running():
            pause = LOOK_SECONDS
            continue
        began = time.monotonic()
        log.error("embedded PostgreSQL is gone; starting it again")
        try:
            start()
        except (EmbeddedPostgresError, OSError) as error:
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.error("embedded PostgreSQL did not start again", extra={"reason": str(error)[:500]})  # noqa: TRY400 - says it all
        else:
            pause = LOOK_SECONDS
            log.warning("embedded PostgreSQL is back", extra={"seconds": round(time.monotonic() - began, 2)})
