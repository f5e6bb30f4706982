"""Telling the orders that wait for something that it has appeared, in the transaction that brought it (P33)."""

from collections.abc import Iterable

from app.domain.identifiers import ShopId
from app.ports.job_queue import NudgeKind
from app.ports.unit_of_work import UnitOfWork


async def wake(uow: UnitOfWork, facts: Iterable[str], *, shop: ShopId | None) -> None:
    """Make due what waits for these facts and have workers look; ``shop`` None = it may wait in any shop."""
    if not await uow.awaiting.appeared(set(facts)):
        return
    for each in [shop] if shop is not None else await uow.shops.ids():
        await uow.nudge(NudgeKind.DOCUMENTS, each)
