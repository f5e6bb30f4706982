"""What a store says of itself: asked before its orders are decided about, and again by each run (P03, P20, 0.04).

Its currency, time zone and country are the defaults of the shops' general settings; its plan and the granted scopes
decide what may be asked of it.
"""

from app.domain import awaited
from app.ports.clock import Clock
from app.ports.job_queue import NudgeKind
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.store_gateway import StoreGateway
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.waking import check_subscriptions, wake, write_held

_DEFAULTED = ("general.local_currency", "general.time_zone", "general.country_code")


async def described(
    configuration: StoreConfiguration, *, gateway: StoreGateway, uow: UnitOfWorkFactory, clock: Clock
) -> StoreConfiguration:
    """The configuration with the store's own values in it; asks the store only at first contact."""
    if configuration.described:
        return configuration
    return await described_anew(configuration, gateway=gateway, uow=uow, clock=clock)


async def described_anew(
    configuration: StoreConfiguration, *, gateway: StoreGateway, uow: UnitOfWorkFactory, clock: Clock
) -> StoreConfiguration:
    """As ``described``, but asks the store now: plans and scopes change without a word to us.

    A scope that was not there before lets go whatever may have waited for it.
    """
    description = await gateway.describe(configuration.store)
    gained = set(description.granted_scopes) - set(configuration.granted_scopes or ())
    async with uow() as work:
        if await work.store_state.describe(configuration.store.id, description, now=clock.now()):
            for shop in configuration.shops:
                await wake(work, [awaited.setting(shop.id, path) for path in _DEFAULTED], shop=shop.id)
        if gained and configuration.described:
            await _scopes_gained(work, configuration, clock)
        found = await work.configurations.of_store(configuration.store.id)
        await work.commit()
    return found or configuration


async def _scopes_gained(work: UnitOfWork, configuration: StoreConfiguration, clock: Clock) -> None:
    store, now = configuration.store.id, clock.now()
    if await work.orders_to_import.scopes_granted(store, now=now):
        await work.nudge(NudgeKind.ORDERS_TO_IMPORT, store)
    for shop in configuration.shops:
        await write_held(work, shop.id, now=now)
    await check_subscriptions(work, store)
