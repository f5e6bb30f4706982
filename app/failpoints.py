"""The instants at which a process may die, by name, so that a test can let it die exactly there.

Without a folder nothing happens: `through` only awaits. With one (``ORDERBRIDGE_FAILPOINTS``, which settings refuse for
anything but a simulated store) a file named after a point kills the process that reaches it, once: whoever removes the
file dies. Knows nothing of what is done; `POINTS` is what the fault suite goes through.
"""

import os
import signal
from collections.abc import Awaitable
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


class Act(StrEnum):
    """What must not be lost or doubled when the process dies just before or just after it."""

    WEBHOOK_STORE = "webhook_store"
    WEBHOOK_ANSWER = "webhook_answer"
    WEBHOOK_DISPATCH = "webhook_dispatch"
    IMPORT_CLAIM = "import_claim"
    IMPORT_READ = "import_read"
    IMPORT_WRITE = "import_write"
    DOCUMENTS_MAKE = "documents_make"
    DOCUMENT_ACTION = "document_action"
    EVENTS_PUBLISH = "events_publish"
    DELIVERY_CLAIM = "delivery_claim"
    DELIVERY_SEND = "delivery_send"
    DELIVERY_NOTE = "delivery_note"
    RUN_REQUEST = "run_request"
    RUN_CLAIM = "run_claim"
    RUN_FINISH = "run_finish"
    WRITE_BACK_CLAIM = "write_back_claim"
    WRITE_BACK_SEND = "write_back_send"
    WRITE_BACK_NOTE = "write_back_note"
    WRITE_BACK_PROVE = "write_back_prove"
    SHIPMENT_CLAIM = "shipment_claim"
    SHIPMENT_BEGIN = "shipment_begin"
    SHIPMENT_SEND = "shipment_send"
    SHIPMENT_NOTE = "shipment_note"
    SHIPMENT_FINISH = "shipment_finish"
    ORDER_ACTION_SEND = "order_action_send"
    CATALOG_BEGIN = "catalog_begin"
    CATALOG_MAKE = "catalog_make"
    CATALOG_NOTE = "catalog_note"
    CATALOG_PRICE_BEGIN = "catalog_price_begin"
    CATALOG_PRICE_SEND = "catalog_price_send"
    CATALOG_PRICE_NOTE = "catalog_price_note"
    PRODUCT_BEGIN = "product_begin"
    PRODUCT_NOTE = "product_note"
    PICTURE_BEGIN = "picture_begin"
    STOCK_CLAIM = "stock_claim"
    STOCK_NOTE = "stock_note"
    RECORD_TAKE = "record_take"
    RECORD_BEGIN = "record_begin"
    RECORD_LINK = "record_link"
    RECORD_NOTE = "record_note"
    PAYOUT_NOTE = "payout_note"


class Side(StrEnum):
    BEFORE = "before"
    AFTER = "after"


def point(act: Act, side: Side) -> str:
    """The name of an instant; a file of this name in the folder arms it."""
    return f"{act.value}.{side.value}"


POINTS = tuple(point(act, side) for act, side in product(Act, Side))

_folder: Path | None = None


def arm(folder: Path | None) -> None:
    """Let this process die at points named by files in ``folder``; None = never. Called by the composition root."""
    global _folder  # noqa: PLW0603 - one process, one registry; handing it through every call would cost every call
    _folder = folder


async def through(act: Act, work: Awaitable[Result]) -> Result:
    """What ``work`` answers; the process may die just before it begins and just after it has ended."""
    if _folder is None:
        return await work
    _reach(_folder, point(act, Side.BEFORE))
    result = await work
    _reach(_folder, point(act, Side.AFTER))
    return result


def _reach(folder: Path, name: str) -> None:
    try:
        (folder / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
