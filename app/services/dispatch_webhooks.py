"""Webhooks in the inbox set going what they announce, mostly the reading of an order (P17).

A webhook is a hint, what it says is read from the store (decision 3). What concerns a store as a whole is in
``webhook_effects``.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain.announced_records import AnnouncedRecord, record_of
from app.domain.clocks import ahead_by
from app.domain.identifiers import ShopifyId, StoreId
from app.domain.order_freshness import SETTLED_AFTER, is_news
from app.domain.parts_of_orders import OrderPart
from app.domain.privacy import KINDS, Person, PrivacyKind, fits, person_of
from app.domain.webhook_topics import (
    TASK_OF,
    Wakes,
    changed_at,
    fulfilment_of,
    instant,
    order_of,
    parts_of,
    store_of,
    wakes,
)
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.errors import ConnectorError
from app.ports.job_queue import NudgeKind
from app.ports.repositories.inbox import InboxState, LookedAt, WaitingWebhook
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.repositories.privacy import NewPrivacyRequest
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.webhook_effects import StoreNews, WebhookEffects

MOST_AT_ONCE = 500
SETTLING = timedelta(milliseconds=400)
"""One action at the store sends several webhooks, and neighbouring orders come together: read them once, together."""
OWN_WRITE_PATIENCE = SETTLED_AFTER + timedelta(seconds=4)
"""Longer than it takes to note and to prove a write whose announcement has come already."""
MOST_FAILURES = 5
"""Of one webhook on its own, before it is parked."""
LONGEST_TOPIC_TOLD = 80

KEPT_BECAUSE: Mapping[Wakes, str] = {
    Wakes.NOTHING: "No feature of this release acts on this topic.",
    Wakes.UNKNOWN: "unknown_topic: nobody here knows what this topic means.",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one webhook says: its fate in the inbox, and the order it wants or what it tells of its store."""

    looked_at: LookedAt
    wants: WantedOrder | None = None
    fulfilment: ShopifyId | None = None
    """Where it announces that one was recorded, by us or by others."""
    parts: Sequence[OrderPart] = ()
    """Where it names no order but parts of one."""
    news: StoreNews | None = None
    asked: tuple[PrivacyKind, Person] | None = None
    """What it asks about a person or the store."""


class DispatchWebhooks:
    """Takes a batch of waiting webhooks and does all they cause in one transaction. Any number may run at once."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._effects = WebhookEffects(clock, ids)
        self._failures: Counter[tuple[StoreId, str]] = Counter()

    async def __call__(self, limit: int = MOST_AT_ONCE) -> int:
        """The number of webhooks dealt with; fewer than ``limit`` = nothing more is waiting for us.

        A batch that cannot be dealt with is taken one by one, so that a poisonous webhook holds up none but itself.
        """
        try:
            return await self._dispatch(limit)
        except ConnectorError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the neighbours must go on
            return await self._one_by_one(limit, error)

    async def _one_by_one(self, limit: int, error: Exception) -> int:
        for done in range(limit):
            try:
                if not await self._dispatch(1):
                    return done
            except ConnectorError:
                raise
            except Exception as single:  # noqa: BLE001 - as above
                error = single
                if not await self._parked_oldest(error):
                    return done
        return limit

    async def _parked_oldest(self, error: Exception) -> bool:
        """Park the oldest waiting webhook when it has failed often enough alone; False = it gets another chance."""
        async with self._unit_of_work() as uow:
            for webhook in await uow.inbox.take(1):
                key = (webhook.store_id, webhook.webhook_id)
                self._failures[key] += 1
                if self._failures[key] < MOST_FAILURES:
                    return False
                detail = f"It failed {MOST_FAILURES} times: {type(error).__name__}."
                parked = LookedAt(webhook=webhook, state=InboxState.PARKED, detail=detail)
                await uow.inbox.settle([parked], now=self._clock.now())
                await uow.commit()
                del self._failures[key]
        return True

    async def _dispatch(self, limit: int) -> int:
        async with self._unit_of_work() as uow:
            taken = await uow.inbox.take(limit)
            if not taken:
                return 0
            now = self._clock.now()
            readings = await _with_orders_of_parts(uow, [read_webhook(webhook) for webhook in taken])
            # Asked before the copies are looked at: who is done writing meanwhile has noted it in the copy.
            writing = await _being_written(uow, readings, now)
            news = await _news(uow, readings)
            for store, orders in sorted(_wanted(_as_if_ours(news, writing)).items()):
                settled = _after_own_writes(orders, writing[store], now)
                await uow.orders_to_import.want(store, settled, by=WantedBy.WEBHOOK, now=now, due_at=now + SETTLING)
                await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, store)
            await self._effects(uow, [reading.news for reading in readings if reading.news is not None])
            await self._asked(uow, readings, now)
            await uow.inbox.settle([_flagged(reading.looked_at, now) for reading in readings], now=now)
            await through(Act.WEBHOOK_DISPATCH, uow.commit())
        return len(taken)

    async def _asked(self, uow: UnitOfWork, readings: Sequence[_Reading], now: datetime) -> None:
        """Privacy requests are work of their own; what they came in is no longer needed."""
        requests = [
            NewPrivacyRequest(
                id=self._ids.new("prv"),
                store_id=reading.looked_at.webhook.store_id,
                webhook_id=reading.looked_at.webhook.webhook_id,
                kind=reading.asked[0],
                person=reading.asked[1],
                received_at=now,
            )
            for reading in readings
            if reading.asked is not None
        ]
        await uow.privacy.add(requests)
        for store in {each.store_id for each in requests}:
            await uow.nudge(NudgeKind.PRIVACY, store)


def _flagged(looked_at: LookedAt, now: datetime) -> LookedAt:
    """What was dated in the future is dealt with as if it were of now, and says so (A20)."""
    told_at = instant(looked_at.webhook.triggered_at or "")
    early = ahead_by(told_at, now) if told_at else None
    if early is None:
        return looked_at
    seconds = round(early.total_seconds())
    log.warning("webhook_from_the_future", store_id=looked_at.webhook.store_id, seconds=seconds)
    return replace(looked_at, detail=looked_at.detail or f"It was dated {seconds} seconds in the future.")


async def _with_orders_of_parts(uow: UnitOfWork, readings: Sequence[_Reading]) -> Sequence[_Reading]:
    """The same; those that tell of a part of an order we hold want that order."""
    asked: dict[StoreId, dict[OrderPart, None]] = defaultdict(dict)
    for reading in readings:
        if reading.parts:
            asked[reading.looked_at.webhook.store_id].update(dict.fromkeys(reading.parts))
    held = {store: await uow.orders.of_parts(store, list(parts)) for store, parts in asked.items()}
    return [
        _wanting(reading, held[reading.looked_at.webhook.store_id]) if reading.parts else reading
        for reading in readings
    ]


def _wanting(reading: _Reading, held: Mapping[OrderPart, ShopifyId]) -> _Reading:
    order = next((held[part] for part in reading.parts if part in held), None)
    if order is None:
        return reading
    handled = replace(reading.looked_at, state=InboxState.HANDLED, detail=None, order=order)
    return _Reading(handled, wants=WantedOrder(shopify_id=order))


async def _news(uow: UnitOfWork, readings: Sequence[_Reading]) -> Sequence[_Reading]:
    """Those that announce what our copies do not hold yet: repeats, late deliveries and fulfilments that we recorded
    ourselves cause no reading.
    """
    readings = await _of_others(uow, readings)
    asked = _asked(readings)
    held = {store: await uow.orders_to_import.held_copies(store, orders) for store, orders in asked.items()}
    return [
        reading
        for reading in readings
        if reading.wants is not None
        and is_news(
            reading.wants.store_updated_at,
            held[reading.looked_at.webhook.store_id].get(reading.wants.shopify_id),
            told_at=instant(reading.looked_at.webhook.triggered_at or ""),
        )
    ]


async def _of_others(uow: UnitOfWork, readings: Sequence[_Reading]) -> Sequence[_Reading]:
    announced: dict[StoreId, set[ShopifyId]] = defaultdict(set)
    for reading in readings:
        if reading.fulfilment is not None:
            announced[reading.looked_at.webhook.store_id].add(reading.fulfilment)
    ours = {store: await uow.shipments.known_fulfilments(store, ids) for store, ids in announced.items()}
    return [each for each in readings if each.fulfilment not in ours.get(each.looked_at.webhook.store_id, ())]


def _as_if_ours(readings: Sequence[_Reading], writing: Mapping[StoreId, Collection[ShopifyId]]) -> Sequence[_Reading]:
    """A fulfilment announced while we ship the order is most likely the one that we are about to note: the order is
    wanted by it, but noting ours forgets it again.
    """
    return [
        replace(each, wants=replace(each.wants, changes=0))
        if each.wants is not None
        and each.fulfilment is not None
        and each.wants.shopify_id in writing[each.looked_at.webhook.store_id]
        else each
        for each in readings
    ]


def _asked(readings: Sequence[_Reading]) -> Mapping[StoreId, Sequence[ShopifyId]]:
    """The orders that webhooks tell of, by store."""
    asked: dict[StoreId, list[ShopifyId]] = defaultdict(list)
    for reading in readings:
        if reading.wants is not None:
            asked[reading.looked_at.webhook.store_id].append(reading.wants.shopify_id)
    return asked


async def _being_written(
    uow: UnitOfWork, readings: Sequence[_Reading], now: datetime
) -> Mapping[StoreId, Collection[ShopifyId]]:
    return {
        store: await uow.write_backs.being_written(store, orders, now=now) for store, orders in _asked(readings).items()
    }


def _after_own_writes(
    orders: Sequence[WantedOrder], writing: Collection[ShopifyId], now: datetime
) -> Sequence[WantedOrder]:
    """Orders that we are writing to wait until the write is proved: it forgets its own announcement."""
    return [
        replace(order, due_at=now + OWN_WRITE_PATIENCE) if order.shopify_id in writing else order for order in orders
    ]


def read_webhook(webhook: WaitingWebhook) -> _Reading:
    """What to do about one webhook. One that cannot be read is parked and harms no other."""
    meaning = wakes(webhook.topic)
    if webhook.store_deleted and meaning is not Wakes.PRIVACY:
        return _Reading(LookedAt(webhook=webhook, state=InboxState.KEPT, detail="The store was deleted here."))
    if meaning in KEPT_BECAUSE:
        return _kept(webhook, meaning)
    if meaning in (Wakes.END_OF_ACCESS, Wakes.PRIVACY) and _of_another_store(webhook):
        return _Reading(LookedAt(webhook=webhook, state=InboxState.PARKED, detail="The body does not name this store."))
    if meaning not in (Wakes.ORDER, Wakes.PRIVACY):
        record = _record(webhook) if meaning in TASK_OF else AnnouncedRecord()
        news = StoreNews(webhook.store_id, meaning, record)
        return _Reading(LookedAt(webhook=webhook, state=InboxState.HANDLED), news=news)
    try:
        payload = json.loads(webhook.body)
    except (ValueError, RecursionError) as error:
        detail = f"The body is not JSON: {type(error).__name__}."
        return _Reading(LookedAt(webhook=webhook, state=InboxState.PARKED, detail=detail))
    if meaning is Wakes.PRIVACY:
        if not fits(KINDS[webhook.topic], payload):
            detail = "The body is that of another topic."
            return _Reading(LookedAt(webhook=webhook, state=InboxState.PARKED, detail=detail))
        asked = KINDS[webhook.topic], person_of(payload)
        return _Reading(LookedAt(webhook=webhook, state=InboxState.HANDLED), asked=asked)
    order = order_of(webhook.topic, payload)
    if order is None:
        return replace(_without_order(webhook), parts=parts_of(webhook.topic, payload))
    wanted = WantedOrder(
        shopify_id=order, name=_name(webhook.topic, payload), store_updated_at=changed_at(webhook.topic, payload)
    )
    return _Reading(
        LookedAt(webhook=webhook, state=InboxState.HANDLED, order=order),
        wants=wanted,
        fulfilment=fulfilment_of(webhook.topic, payload),
    )


def _of_another_store(webhook: WaitingWebhook) -> bool:
    """One secret signs for all stores of an app and covers the body alone: what cannot be asked of Shopify any more
    is believed of the store that the body names, and of no other (A21).
    """
    try:
        return store_of(json.loads(webhook.body)) != webhook.store_domain
    except (ValueError, RecursionError):
        return True


def _record(webhook: WaitingWebhook) -> AnnouncedRecord:
    """What it is about; unknown, where the body cannot be read: then whoever looks finds out."""
    try:
        return record_of(webhook.topic, json.loads(webhook.body))
    except (ValueError, RecursionError):
        return AnnouncedRecord()


def _kept(webhook: WaitingWebhook, meaning: Wakes) -> _Reading:
    if meaning is Wakes.UNKNOWN:
        log.warning("webhook_topic_unknown", topic=webhook.topic[:LONGEST_TOPIC_TOLD], store_id=webhook.store_id)
    return _Reading(LookedAt(webhook=webhook, state=InboxState.KEPT, detail=KEPT_BECAUSE[meaning]))


def _without_order(webhook: WaitingWebhook) -> _Reading:
    if webhook.topic.startswith("orders/"):
        return _Reading(LookedAt(webhook=webhook, state=InboxState.PARKED, detail="The body names no order."))
    # Several small topics carry global ids of other things only; the order's own change comes with the next listing.
    return _Reading(LookedAt(webhook=webhook, state=InboxState.KEPT, detail="The body names no order."))


def _name(topic: str, payload: object) -> str | None:
    name = payload.get("name") if topic.startswith("orders/") and isinstance(payload, Mapping) else None
    return name.replace("\x00", "")[:255] if isinstance(name, str) and not _half_characters(name) else None


def _half_characters(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _wanted(readings: Sequence[_Reading]) -> dict[StoreId, list[WantedOrder]]:
    """By store, each order once: announcements of one batch are one wish, with the latest change time."""
    found: dict[StoreId, dict[ShopifyId, WantedOrder]] = defaultdict(dict)
    for reading in readings:
        if reading.wants is None:
            continue
        orders = found[reading.looked_at.webhook.store_id]
        known = orders.get(reading.wants.shopify_id)
        orders[reading.wants.shopify_id] = reading.wants if known is None else _later(known, reading.wants)
    return {store: list(orders.values()) for store, orders in found.items()}


def _later(one: WantedOrder, other: WantedOrder) -> WantedOrder:
    times = [order.store_updated_at for order in (one, other) if order.store_updated_at is not None]
    same = one.store_updated_at == other.store_updated_at
    return WantedOrder(
        shopify_id=one.shopify_id,
        name=other.name or one.name,
        store_updated_at=max(times, default=None),
        changes=max(one.changes, other.changes) if same else one.changes + other.changes,
    )
