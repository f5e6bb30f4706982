"""The one way to a store: a document out, a typed answer back. Token, points, retries, version and log belong here.

Does not know what the documents are for. Nothing personal and no secret is ever logged, and no body.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import anyio
import httpx
import msgspec
from structlog.typing import FilteringBoundLogger

from app.adapters.shopify.answer_meaning import (
    UNAUTHORIZED,
    Closed,
    check_status,
    checked_envelope,
    unanswered,
)
from app.adapters.shopify.call_log import CallLog
from app.adapters.shopify.document import NO_FLAGS, Document, Flags, PageSize
from app.adapters.shopify.endpoints import API_VERSION, Endpoints
from app.adapters.shopify.envelope import ErrorEntry, SearchWarning, ThrottleStatus
from app.adapters.shopify.failures import AnswerUnreadablyLarge, PageTooDear
from app.adapters.shopify.points import Points, Priority, Sleep
from app.adapters.shopify.retrying import RetryBudget, TryAgain, wait_before
from app.adapters.shopify.store_time import StoreTime
from app.adapters.shopify.tokens import Tokens
from app.adapters.shopify.wire import ANSWER_LIMIT, AnswerTooLarge, WireAnswer, WireFailure, post_json
from app.ports.clock import Clock
from app.ports.errors import StoreRefused, Throttled
from app.ports.store_access import AccessToken, PointsBucket, TokenVault
from app.ports.store_gateway import StoreRef
from app.ports.tracing import NO_SPANS, Spans

Data = TypeVar("Data")
_VERSION_HEADER: Final = "x-shopify-api-version"
_DEPRECATED_HEADER: Final = "x-shopify-api-deprecated-reason"


# How pressing the present work is: reading an order takes many documents in many places, all of one priority.
_PRESSING: ContextVar[Priority] = ContextVar("pressing", default=Priority.PROMPT)


@contextmanager
def pressed(priority: Priority) -> Iterator[None]:
    """Whatever is asked of a store inside, also by tasks begun there, has this priority unless it has its own."""
    before = _PRESSING.set(priority)
    try:
        yield
    finally:
        _PRESSING.reset(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Data]):
    """A typed answer. ``errors`` stand beside it: what they name by path is unknown, not empty (B4)."""

    data: Data
    raw: bytes
    """The data as it came, UTF-8 JSON."""
    errors: tuple[ErrorEntry, ...]
    search_warnings: tuple[SearchWarning, ...]
    throttle: ThrottleStatus | None
    api_version: str


class ShopifyTransport:
    """Executes documents at stores. One is enough for all stores; it is safe to use from many tasks."""

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        endpoints: Endpoints,
        vault: TokenVault,
        bucket: PointsBucket,
        clock: Clock,
        log: FilteringBoundLogger,
        sleep: Sleep = anyio.sleep,
        answer_limit: int = ANSWER_LIMIT,
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock
        self._log = log
        self.spans: Spans = NO_SPANS
        """Told of every call; set by whoever traces."""
        self._sleep = sleep
        self._answer_limit = answer_limit
        self.time = StoreTime(clock)
        self.tokens = Tokens(vault, http, endpoints, clock, log)
        self.points = Points(bucket, clock, sleep)
        self._budgets: dict[str, RetryBudget] = {}
        self._warned: set[tuple[str, str]] = set()

    async def execute(
        self,
        store: StoreRef,
        document: Document[Data],
        variables: Mapping[str, object],
        *,
        size: PageSize | None = None,
        flags: Flags = NO_FLAGS,
        priority: Priority | None = None,
    ) -> Answer[Data]:
        """The store's answer to a document; ``priority`` None = that of the work it is a part of (``pressed``).

        Raises Throttled, StoreUnavailable (after bounded retries), StoreRefused (``ScopeMissing`` where a scope is) and
        AccessRevoked. A query is repeated where repeating may help; a mutation only while it certainly had no effect.
        """
        pressing = _PRESSING.get() if priority is None else priority
        request = _request(document, variables, size or document.sizes[0], flags, pressing)
        budget = self._budgets.setdefault(store.id, RetryBudget())
        budget.earn()
        attempt = 1
        while True:
            try:
                return await self._attempt(store, request, attempt)
            except TryAgain as failure:
                wait = wait_before(attempt, failure)
                # Waiting for points is no trouble of the store; everything else is kept rare.
                is_free = isinstance(failure.cause, Throttled)
                if wait is None or not (is_free or budget.spend()):
                    raise failure.cause from failure
                await self._sleep(wait)
                attempt += 1
            except Closed as closed:
                raise await self.tokens.revoked(store, closed.reason, cause=closed.code) from closed

    async def _attempt(self, store: StoreRef, request: "_Request[Data]", attempt: int) -> Answer[Data]:
        cost = await self.points.cost_of(request.cost_key, request.estimate)
        await self.points.take(store, cost, request.priority)
        token = await self.tokens.current(store)
        wire = await self._sent(store, request, token, attempt)
        if wire.status == UNAUTHORIZED:
            token = await self.tokens.after_refusal(store, token)
            wire = await self._sent(store, request, token, attempt)
        if wire.status == UNAUTHORIZED:
            raise Closed(
                "Shopify refuses a new access token, too (401). Connect the store again.", code="token_refused"
            )
        return await self._read(store, request, wire)

    async def _sent(self, store: StoreRef, request: "_Request[Data]", token: AccessToken, attempt: int) -> WireAnswer:
        """One exchange, logged. Whatever is not a usable answer is raised; a 401 is handed back, as it may be
        healed.
        """
        operation = request.document.operation
        mutation = request.document.mutation
        call = CallLog(self._log, store=store, operation=operation, attempt=attempt, writes=mutation, spans=self.spans)
        headers = {"X-Shopify-Access-Token": token.value}
        try:
            url = self._endpoints.graphql(store.domain)
            wire = await post_json(self._http, url, request.body, headers=headers, limit=self._answer_limit)
        except AnswerTooLarge as exc:
            call.failed("answer_too_large")
            raise AnswerUnreadablyLarge("Shopify's answer is larger than we read.") from exc
        except WireFailure as exc:
            call.failed(exc.detail)
            raise unanswered(f"Shopify cannot be reached: {exc.detail}.", mutation=mutation and exc.sent) from exc
        call.answered(wire)
        self.time.hear(wire.headers)
        if wire.status != UNAUTHORIZED:
            check_status(wire, now=self._clock.now(), mutation=mutation)
        return wire

    async def _read(self, store: StoreRef, request: "_Request[Data]", wire: WireAnswer) -> Answer[Data]:
        document, key = request.document, request.cost_key
        version = wire.headers.get(_VERSION_HEADER, API_VERSION)
        self._warn_of_version(store, document, wire, version)
        try:
            envelope, errors = checked_envelope(wire, mutation=document.mutation)
        except PageTooDear as dear:
            stated = dear.facts.get("cost")
            await self.points.learn(key, stated if isinstance(stated, int) else 0)
            raise
        extensions = envelope.extensions
        cost = extensions.cost if extensions else None
        await self.points.note(store, key, cost)
        try:
            data = document.decoded(envelope.data)
        except msgspec.DecodeError as exc:
            raise StoreRefused(
                f"Shopify's answer to {document.operation} is not of the shape that version {API_VERSION} promises.",
                code="unexpected_answer",
            ) from exc
        notes = (extensions.search if extensions else None) or []
        return Answer(
            data=data,
            raw=bytes(envelope.data),
            errors=errors,
            search_warnings=tuple(warning for note in notes for warning in note.warnings),
            throttle=cost.throttle_status if cost else None,
            api_version=version,
        )

    def _warn_of_version(self, store: StoreRef, document: Document[Data], wire: WireAnswer, version: str) -> None:
        """Say once that a store answers in another version (it is then too old), or that a field is going away
        (B14).
        """
        if version != API_VERSION and (store.id, version) not in self._warned:
            self._warned.add((store.id, version))
            self._log.warning("shopify_version_differs", store_id=store.id, asked=API_VERSION, answered=version)
        reason = wire.headers.get(_DEPRECATED_HEADER)
        if reason and (document.operation, reason) not in self._warned:
            self._warned.add((document.operation, reason))
            self._log.warning("shopify_deprecation", operation=document.operation, reason=reason[:200])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request(Generic[Data]):
    """One call as it is sent, however often."""

    document: Document[Data]
    cost_key: str
    estimate: int
    priority: Priority
    body: bytes


def _request(
    document: Document[Data],
    variables: Mapping[str, object],
    size: PageSize,
    flags: Flags,
    priority: Priority,
) -> _Request[Data]:
    body = {
        "query": document.text,
        "operationName": document.operation,
        "variables": {**size.variables, **flags, **variables},
    }
    return _Request(
        document=document,
        cost_key=document.cost_key(size, flags),
        estimate=size.estimate,
        priority=priority,
        body=msgspec.json.encode(body),
    )
