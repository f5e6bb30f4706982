"""What every export to a store does: page through who is to be sent, one record at a time, each with its own end (P23).

Records are sent one after another: two ERP records that are one at the store must see each other, and Shopify's points
are what takes the time. A record whose answer was lost is looked up before anything is repeated, since every attempt
begins with looking. What the store or our rules are against is a skipped record; only trouble of the whole store ends
the run.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from app.domain.customer_export import NotExported
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED, SCOPE_MISSING
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, ConnectorError, ScopeMissing, StoreRefused, Unavailable
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.exchanges import CustomerToExport, ExchangeError, ExchangeKind
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.patience import PAUSES_OF_A_RUN
from app.services.tasks import RunContext

PAGE = 50
REFUSED = "refused_by_shopify"
NO_SCOPE = ExchangeError(
    code=SCOPE_MISSING,
    detail="The app was not granted what writing this needs: write_customers, for companies write_companies, too."
    " Grant it, and connect the store again.",
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record that the store holds now. ``word`` is what it counts as: created, updated, unchanged or linked."""

    word: str
    store_record: ShopifyId
    digest: bytes | None
    """Of what was sent; None where nothing was to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Who is sent besides those who were asked for."""

    everybody: bool
    linked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Nothing is to be done: it was sent, or refused, as it is."""


Outcome = Sent | NotExported | Unchanged
Step = Callable[[CustomerToExport], Awaitable[Outcome]]
After = Callable[[Sequence[tuple[CustomerToExport, Sent]]], Awaitable[None]]


class ExportSteps:
    """The loop of one kind in one run. ``after`` is told what was sent of each page, to read back what came of it."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        *,
        kind: ExchangeKind,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._kind = kind
        self._sleep = sleep

    async def __call__(
        self,
        run: RunContext,
        store: StoreRef,
        shop: ShopConfiguration,
        selection: Selection,
        *,
        may_write: Callable[[StoreRef], Awaitable[bool]],
        step: Step,
        after: After,
    ) -> None:
        held = await self._held(store, shop, may_write)
        if held is not None:
            selection = Selection(everybody=False, linked=False)
        place = ""
        while not run.cancelled and (page := await self._page(shop.id, selection, place)):
            place = page[-1].customer.id
            sent: list[tuple[CustomerToExport, Sent]] = []
            try:
                for row in page:
                    if held is None:
                        held = await self._one(run, shop, row, step, sent)
                    if held is not None and (row.exchange.asked or row.exchange.unfinished):
                        await self._failed(run, shop.id, row, held, digest=None, finished=False)
            finally:
                await after(sent)
            await run.progress(run.kept.done + len(page))

    async def _page(self, shop: ShopId, selection: Selection, place: str) -> Sequence[CustomerToExport]:
        async with self._uow() as uow:
            return await uow.exchanges.customers_to_export(
                shop,
                self._kind,
                after=place,
                limit=PAGE,
                everybody=selection.everybody,
                linked=selection.linked,
            )

    async def _held(
        self, store: StoreRef, shop: ShopConfiguration, may_write: Callable[[StoreRef], Awaitable[bool]]
    ) -> ExchangeError | None:
        """Why nothing may be sent now; what was asked for stays pending with it."""
        if not shop.settings.general.allow_outgoing:
            return ExchangeError(code=OUTGOING_NOT_ALLOWED.code, detail=OUTGOING_NOT_ALLOWED.detail)
        if not await may_write(store):
            return NO_SCOPE
        return None

    async def _one(
        self,
        run: RunContext,
        shop: ShopConfiguration,
        row: CustomerToExport,
        step: Step,
        sent: list[tuple[CustomerToExport, Sent]],
    ) -> ExchangeError | None:
        """One record to its end; the reason why none can be sent, if that is what came of it."""
        try:
            outcome = await self._attempted(shop.id, row, step)
        except ScopeMissing:
            return NO_SCOPE
        except StoreRefused as refusal:
            error = ExchangeError(code=REFUSED, detail=refusal.detail)
            await self._failed(run, shop.id, row, error, digest=refusal.facts.get("digest"), finished=True)
            return None
        except ConnectorError:
            raise
        except Exception as broken:
            log.exception("export_broke_off", kind=self._kind, record=row.customer.id)
            error = ExchangeError(code="export_failed", detail=f"The export broke off ({type(broken).__name__}).")
            await self._failed(run, shop.id, row, error, digest=None, finished=True)
            return None
        match outcome:
            case Sent():
                sent.append((row, outcome))
                await run.count(outcome.word)
            case NotExported(code=code, detail=detail):
                error = ExchangeError(code=code.value, detail=detail)
                await self._failed(run, shop.id, row, error, digest=None, finished=True)
            case Unchanged():
                await run.count("unchanged")
        return None

    async def _attempted(self, shop: ShopId, row: CustomerToExport, step: Step) -> Outcome:
        for pause in PAUSES_OF_A_RUN:
            try:
                return await step(row)
            except AccessRevoked:
                raise
            except Unavailable as trouble:
                # Lost or away: the next attempt begins with looking.
                await self._sleep(trouble.retry_after.total_seconds() if trouble.retry_after else pause)
                async with self._uow() as uow:
                    row = await uow.exchanges.customer_to_export(shop, self._kind, row.customer.id)
        return await step(row)

    async def _failed(
        self,
        run: RunContext,
        shop: ShopId,
        row: CustomerToExport,
        error: ExchangeError,
        *,
        digest: object,
        finished: bool,
    ) -> None:
        sent = digest if isinstance(digest, bytes) else None
        async with self._uow() as uow:
            await uow.exchanges.failed(
                shop, self._kind, row.customer.id, error, sent=sent, finished=finished, now=self._clock.now()
            )
            await uow.commit()
        await run.count("skipped" if finished else "held")
        await run.error(
            resource_type=self._kind.value, id=row.customer.no or row.customer.id, code=error.code, detail=error.detail
        )


def refused_as_is(row: CustomerToExport, digest: bytes) -> bool:
    """Whether this was sent already, or refused, and nobody asks once more. What was only begun is gone on with."""
    ended = not row.exchange.unfinished or row.exchange.error_code is not None
    return row.exchange.sent == digest and not row.exchange.asked and ended
