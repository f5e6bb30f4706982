"""How due work is brought to a worker's notice: nudges, and the kinds of them."""

from dataclasses import dataclass
from enum import StrEnum


class NudgeKind(StrEnum):
    """What a nudge's key names: a store, a shop or a run."""

    ORDERS_TO_IMPORT = "orders_to_import"
    """Key: store. Some of its orders are due."""
    DOCUMENTS = "documents"
    """Key: shop. Documents of some of its orders are due."""
    RUN = "run"
    """Key: run. It is queued, or its worker is gone."""
    CHECK_SUBSCRIPTIONS = "check_subscriptions"
    """Key: store. Its webhook subscriptions are to be compared with the wanted ones."""


@dataclass(frozen=True, slots=True, order=True)
class Nudge:
    """Have a worker look at this soon. Losing one costs seconds: whatever is due is nudged again."""

    kind: str
    key: str
