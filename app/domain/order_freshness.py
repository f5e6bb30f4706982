"""Whether an announced change of an order is news to us, or was in the copy we hold already (P10, P17).

Change times are the store's own and have whole seconds, so two changes may share one: a copy that was read soon after
its change time may be the older of two. Knows nothing of who announced the change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SETTLED_AFTER = timedelta(seconds=5)
"""A copy read at least this long after a change time holds every change of that time."""


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """When the copy we hold changed at the store, and when we read it."""

    changed_at: datetime
    read_at: datetime
    vouched: bool = False
    """The change was our own write, which the copy holds; what else that second held is looked for by itself."""


def is_news(changed_at: datetime | None, held: HeldCopy | None, *, told_at: datetime | None = None) -> bool:
    """Whether an order announced with this change time (None = not told) is to be read. ``told_at``: when something of
    it happened, by which an announcement without change time is measured.
    """
    if held is None:
        return True
    if changed_at is None:
        return told_at is None or held.read_at < told_at + SETTLED_AFTER
    if changed_at != held.changed_at:
        return changed_at > held.changed_at
    return not held.vouched and held.read_at < changed_at + SETTLED_AFTER
