"""Delivers webhooks: signed, headed and repeated as Shopify does it, and disturbed as a test wants it.

Knows subscriptions and deliveries; what caused an event is not its matter.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.store_simulator.filters import free_text, text
from app.store_simulator.ids import timestamp
from app.store_simulator.search import parse_search
from app.store_simulator.state import Store, Values
from app.store_simulator.webhook_bodies import events_with_subjects, topic_name, webhook_body

ALLOWED_FAILURES = 8
SECONDS_TO_ANSWER = 5.0
SECONDS_TO_CONNECT = 1.0
# Shopify spreads its eight repeats over four hours; here they fit into a minute unless told otherwise.
RETRY_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
SHUFFLE_WINDOW = 0.05
PARALLEL = 8


@dataclass(slots=True, kw_only=True)
class DeliveryOptions:
    """How a test wants deliveries to be disturbed."""

    paused: bool = False
    shuffle: bool = False
    seed: int = 0
    duplicates: int = 0
    drop_every: int = 0
    delay_seconds: float = 0.0
    retry_seconds: tuple[float, ...] = RETRY_SECONDS


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One event for one subscription, with what became of it."""

    webhook_id: str
    event_id: str
    subscription_id: str
    topic: str
    uri: str
    object_id: str
    api_version: str
    name: str | None
    triggered_at: str
    body: bytes
    attempts: int = 0
    status: str = "waiting"
    answers: list[int | str] = field(default_factory=list)

    def as_answer(self) -> Values:
        return {
            "webhookId": self.webhook_id,
            "eventId": self.event_id,
            "subscriptionId": self.subscription_id,
            "topic": self.topic,
            "uri": self.uri,
            "objectId": self.object_id,
            "triggeredAt": self.triggered_at,
            "attempts": self.attempts,
            "status": self.status,
            "answers": self.answers,
        }


class WebhookSender:
    """The outgoing post of one store."""

    def __init__(self, store: Store, client: httpx.AsyncClient) -> None:
        self._store = store
        self._client = client
        self.options = DeliveryOptions()
        self.deliveries: list[Delivery] = []
        self._waiting: list[Delivery] = []
        self._failures: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(PARALLEL)
        self._count = 0
        self._random = random.Random(0)  # noqa: S311 - reproducible disorder, not a secret

    def emit(self, events: Iterable[tuple[str, Values]]) -> list[Delivery]:
        """Makes a delivery for every subscription that wants one of the events."""
        event_id = str(uuid.uuid4())
        made: list[Delivery] = []
        for topic, value in events_with_subjects(events):
            for subscription in self._store.all("WebhookSubscription"):
                if subscription["topic"] == topic:
                    delivery = self._delivery(subscription, topic, webhook_body(topic, value), value, event_id)
                    if delivery is not None:
                        made.append(delivery)
        self._queue(made)
        return made

    def send(self, topic: str, body: Values, uri: str) -> Delivery:
        """One delivery made by hand, to an address of its own."""
        subscription = {"id": "", "uri": uri, "topic": topic}
        delivery = self._delivery(subscription, topic, body, {"id": ""}, str(uuid.uuid4()))
        assert delivery is not None, "without a filter there is always a delivery"
        self._queue([delivery])
        return delivery

    def redeliver(self, wanted: list[str] | None) -> int:
        """Sends past deliveries again, under the ids they had."""
        again = [item for item in self.deliveries if wanted is None or item.webhook_id in wanted]
        self._waiting.extend(again)
        self._start()
        return len(again)

    def _delivery(
        self, subscription: Values, topic: str, body: Values, value: Values, event_id: str
    ) -> Delivery | None:
        wanted = subscription.get("includeFields") or []
        if wanted:
            body = {name: item for name, item in body.items() if name in wanted}
        if subscription.get("filter") and not _passes(subscription["filter"], body):
            return None
        version = (subscription.get("apiVersion") or {}).get("handle", "")
        return Delivery(
            webhook_id=str(uuid.uuid4()),
            event_id=event_id,
            subscription_id=subscription["id"],
            topic=topic,
            uri=subscription["uri"],
            object_id=value.get("id", ""),
            api_version=version,
            name=subscription.get("name"),
            triggered_at=timestamp(self._store.clock.now()),
            body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
        )

    def _queue(self, made: list[Delivery]) -> None:
        for delivery in made:
            self._count += 1
            self.deliveries.append(delivery)
            if self.options.drop_every and self._count % self.options.drop_every == 0:
                delivery.status = "dropped"
                continue
            self._waiting.extend([delivery] * (1 + self.options.duplicates))
        self._start()

    def configure(self, changes: Values) -> None:
        for name, value in changes.items():
            if not hasattr(self.options, name):
                raise ValueError(f"unknown option {name}")
            setattr(self.options, name, tuple(value) if name == "retry_seconds" else value)
        if "seed" in changes:
            self._random = random.Random(self.options.seed)  # noqa: S311 - reproducible disorder, not a secret
        self._start()

    @property
    def idle(self) -> bool:
        return not self._tasks and (not self._waiting or self.options.paused)

    def _start(self) -> None:
        if self._waiting and not self.options.paused:
            self._spawn(self._release())

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _release(self) -> None:
        if self.options.shuffle:
            # Waits a moment for neighbours: one delivery alone cannot be out of order.
            await asyncio.sleep(SHUFFLE_WINDOW)
        if self.options.delay_seconds:
            await asyncio.sleep(self.options.delay_seconds)
        if self.options.paused:
            return
        batch, self._waiting = self._waiting, []
        if self.options.shuffle:
            self._random.shuffle(batch)
        for delivery in batch:
            self._spawn(self._deliver(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        for pause in (None, *self.options.retry_seconds):
            if pause is not None:
                await asyncio.sleep(pause)
            if delivery.subscription_id and self._store.find(delivery.subscription_id) is None:
                delivery.status = "abandoned"
                return
            async with self._slots:
                delivered = await self._attempt(delivery)
            if delivered:
                delivery.status = "delivered"
                self._failures.pop(delivery.subscription_id, None)
                return
            if self._give_up(delivery.subscription_id):
                break
        delivery.status = "failed"

    async def _attempt(self, delivery: Delivery) -> bool:
        delivery.attempts += 1
        try:
            timeout = httpx.Timeout(SECONDS_TO_ANSWER, connect=SECONDS_TO_CONNECT)
            answer = await self._client.post(
                delivery.uri, content=delivery.body, headers=self._headers(delivery), timeout=timeout
            )
        except httpx.HTTPError as error:
            delivery.answers.append(type(error).__name__)
            return False
        delivery.answers.append(answer.status_code)
        return answer.is_success

    def _give_up(self, subscription_id: str) -> bool:
        """Eight failures in a row cost an API-made subscription its life."""
        failures = self._failures[subscription_id] = self._failures.get(subscription_id, 0) + 1
        if failures >= ALLOWED_FAILURES and subscription_id:
            self._store.remove(subscription_id)
            return True
        return False

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        secret = self._store.app.client_secret.encode()
        signature = base64.b64encode(hmac.new(secret, delivery.body, hashlib.sha256).digest()).decode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic_name(delivery.topic),
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": self._store.domain,
            "X-Shopify-API-Version": delivery.api_version,
            "X-Shopify-Webhook-Id": delivery.webhook_id,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Triggered-At": delivery.triggered_at,
        }
        return {**headers, "X-Shopify-Name": delivery.name} if delivery.name else headers

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _passes(expression: str, body: Values) -> bool:
    """A filter over the body's own fields; one that names an unknown field lets nothing through."""
    fields = {name: text(lambda value, name=name: value.get(name)) for name in body}  # type: ignore[misc]
    search = parse_search(expression, fields, free_text)
    return not search.warnings and search.matches(body)
