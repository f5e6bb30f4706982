"""The tasks ``sync_customers`` and ``sync_companies``: import, then export, by the shop's settings (P73, P74); and the
wish to have some exported, which is such a run (COM-30, CUS-80).
"""

import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.access import Access
from app.domain.identifiers import ShopifyId
from app.ports.clock import Clock, IdFactory
from app.ports.errors import AccessRevoked, FieldError, InvalidInput, NotFound
from app.ports.once import Once
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.exchanges import ExchangeKind
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.runs import StartedRun, queued_run
from app.services.tasks import TASKS, RunContext, TaskName

TASK_OF = {
    ExchangeKind.CUSTOMER: TaskName.SYNC_CUSTOMERS,
    ExchangeKind.COMPANY: TaskName.SYNC_COMPANIES,
    ExchangeKind.COMPANY_LOCATION: TaskName.SYNC_COMPANIES,
}


class Importing(Protocol):
    def __call__(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, since: datetime | None
    ) -> Awaitable[None]: ...


class Exporting(Protocol):
    def __call__(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, only_asked: bool
    ) -> Awaitable[None]: ...


class ExchangeTask:
    """A task's runner. ``counts``: listed, known, linked, created, unmapped, failed of the import; created, updated,
    linked, unchanged, skipped, held of the export. Raises the store's troubles.
    """

    def __init__(self, uow: UnitOfWorkFactory, importing: Importing, exporting: Exporting) -> None:
        self._uow = uow
        self._importing = importing
        self._exporting = exporting

    async def __call__(self, run: RunContext) -> None:
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        if configuration is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        shop = configuration.shop(run.shop_id)
        if shop is None:
            raise AccessRevoked("The shop was deleted.")
        only_asked = bool(run.parameters.get("only_asked"))
        if not only_asked:
            since = run.parameters.get("updated_since")
            await self._importing(
                run, configuration.store, shop, since=datetime.fromisoformat(since) if since else None
            )
        if not run.cancelled:
            await self._exporting(run, configuration.store, shop, only_asked=only_asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedExport:
    """ERP customers by number; as locations of ``company``, if it is given."""

    kind: ExchangeKind
    customer_nos: Sequence[str]
    company: ShopifyId | None = None


class RequestExport:
    """Ask for the export of some customers, whatever the settings say."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    async def __call__(self, access: Access, shop: str, wanted: WantedExport, *, once: Once[StartedRun]) -> StartedRun:
        """Raises ``NotFound`` and, naming each number that no customer has, ``InvalidInput``."""
        now = self._clock.now()
        async with self._uow() as uow:
            await once.begin(uow)
            of = await uow.runs.shop(shop, access.shops)
            if of is None:
                raise NotFound("There is no such shop, or none that this key may see.")
            customers = await _known(uow, wanted.customer_nos)
            await uow.exchanges.ask(of.id, wanted.kind, customers, company=wanted.company, now=now)
            asked = hashlib.sha256(" ".join([wanted.kind, *sorted(customers)]).encode()).hexdigest()[:16]
            started = await queued_run(
                uow,
                of,
                TASKS[TASK_OF[wanted.kind]],
                ids=self._ids,
                now=now,
                filters={},
                parameters={"only_asked": True, "request": asked},
                requested_by=access.name,
            )
            await once.answered(uow, started)
            await uow.commit()
        return started


async def _known(uow: UnitOfWork, nos: Sequence[str]) -> Sequence[str]:
    found = {no: await uow.customers.by_no(no) for no in dict.fromkeys(nos)}
    errors = [
        FieldError(
            pointer=f"/customer_nos/{place}",
            code="unknown_customer",
            detail=f"There is no customer {no!r}. Put the customer first.",
        )
        for place, no in enumerate(nos)
        if found[no] is None
    ]
    if errors:
        raise InvalidInput(errors[0].detail, errors=errors, code="unknown_customer")
    return [each for each in found.values() if each is not None]
