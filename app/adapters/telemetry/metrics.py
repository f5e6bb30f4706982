"""``/metrics`` in the format of Prometheus: what the database says, and what only this process knows.

The library is loaded by the first one who asks; until then the door only counts into buckets. Knows no table.
"""

import asyncio
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app import __version__
from app.domain.api_versions import supported_until
from app.ports.figures import Figure, Figures

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds; Shopify hangs up after five."""
FRESH_SECONDS: Final = 1.0
"""However many ask, the database is asked once a second."""
PREFIX: Final = "orderbridge_"

MEANINGS: Final = {
    "queue_depth": "What is due and not done, by queue.",
    "queue_age_seconds": "For how long the oldest of a queue has been due.",
    "orders_to_import_parked": "Orders to import that wait for a person.",
    "runs_running": "Runs that are at work, by task.",
    "runs_ended_last_hour": "Runs that ended within the last hour, by task and outcome.",
    "deliveries_ended_last_hour": "Webhook deliveries that ended within the last hour, by outcome.",
    "deliveries_retrying": "Webhook deliveries that failed and will be tried again, by endpoint.",
    "endpoint_lag_events": "Positions of the feed that a webhook endpoint's deliveries have not been made of yet.",
    "endpoint_enabled": "Whether anything is sent to a webhook endpoint.",
    "feed_position": "The last position of the change feed.",
    "processes": "Processes heard of within the last minute, by role.",
    "clock_ahead_seconds": "How far a process's clock is ahead of the database's and the stores'; negative = behind.",
    "webhooks_refused": "Webhooks in a store's name signed wrongly, since the last that was signed rightly.",
    "database_deadlocks_total": "Transactions ended because they waited in a circle; what they did is tried again.",
    "store_points": "Points left in a store's bucket, as last told and refilled since.",
    "store_points_maximum": "The size of a store's bucket.",
    "store_throttled_seconds_total": "For how long calls to a store were told to wait for points.",
    "cue": "What waits for a person, by cue and shop; orders_in_conflict among them.",
}


class AckTimes:
    """How long Shopify's door took to answer, by outcome; cheap enough to stand in its way."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self.sums: dict[str, float] = defaultdict(float)

    def __call__(self, outcome: str, seconds: float) -> None:
        self.counts[outcome][bisect_left(BUCKETS, seconds)] += 1
        self.sums[outcome] += seconds


class Metrics:
    """What one process answers; ``process`` labels what only it knows. ``spoken`` is our version of Shopify's API."""

    def __init__(self, figures: Figures, acks: AckTimes, *, process: str, spoken: str) -> None:
        self._figures = figures
        self._acks = acks
        self._process = process
        self._spoken = spoken
        self._registry: Any = None
        self._asking = asyncio.Lock()
        self._read: Sequence[Figure] = ()
        self._read_at = float("-inf")

    async def __call__(self) -> bytes:
        """The figures as they are, not older than a second."""
        async with self._asking:
            if time.monotonic() - self._read_at > FRESH_SECONDS:
                self._read = await self._figures.read()
                self._read_at = time.monotonic()
        return self._rendered()

    def _rendered(self) -> bytes:
        from prometheus_client import exposition  # noqa: PLC0415 - see above

        if self._registry is None:
            self._registry = _registry(self)
        made: bytes = exposition.generate_latest(self._registry)
        return made

    def collect(self) -> Iterable[Any]:
        """What the library asks for: families of figures."""
        from prometheus_client.metrics_core import (  # noqa: PLC0415 - see above
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        yield GaugeMetricFamily(f"{PREFIX}up", "This process answers.", value=1)
        build = GaugeMetricFamily(f"{PREFIX}build_info", "The release.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        ends = GaugeMetricFamily(
            f"{PREFIX}shopify_version_ends_timestamp_seconds",
            "When Shopify ends the version of its API that this release speaks.",
            labels=["version"],
        )
        if last := supported_until(self._spoken):
            ends.add_metric([self._spoken], datetime(last.year, last.month, last.day, tzinfo=UTC).timestamp())
        yield ends
        by_name: dict[str, list[Figure]] = {name: [] for name in MEANINGS}
        for figure in self._read:
            by_name[figure.name].append(figure)
        for name, figures in by_name.items():
            family_of = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            labels = list(figures[0].labels) if figures else []
            family = family_of(PREFIX + name, MEANINGS[name], labels=labels)
            for figure in figures:
                family.add_metric(list(figure.labels.values()), figure.value)
            yield family
        acks = HistogramMetricFamily(
            f"{PREFIX}webhook_ack_seconds",
            "From the last byte of a webhook to our answer, in this process.",
            labels=["process", "outcome"],
        )
        for outcome, counts in sorted(self._acks.counts.items()):
            acks.add_metric([self._process, outcome], _cumulated(counts), self._acks.sums[outcome])
        yield acks


def _cumulated(counts: Sequence[int]) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in BUCKETS), "+Inf"]
    return [(bound, float(sum(counts[: place + 1]))) for place, bound in enumerate(bounds)]


def _registry(metrics: Metrics) -> Any:
    from prometheus_client import CollectorRegistry, ProcessCollector  # noqa: PLC0415 - see above

    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics)
    ProcessCollector(registry=registry)
    return registry
