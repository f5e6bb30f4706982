"""What a store says of itself, asked once, before anything is decided about its orders (P03, P20).

Its currency, time zone and country are the defaults of the shops' general settings.
"""

from app.domain import awaited
from app.ports.clock import Clock
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.store_gateway import StoreGateway
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.waking import wake

_DEFAULTED = ("general.local_currency", "general.time_zone", "general.country_code")


async def described(
    configuration: StoreConfiguration, *, gateway: StoreGateway, uow: UnitOfWorkFactory, clock: Clock
) -> StoreConfiguration:
    """The configuration with the store's own values in it; asks the store only at first contact."""
    if configuration.described:
        return configuration
    description = await gateway.describe(configuration.store)
    async with uow() as work:
        await work.store_state.describe(configuration.store.id, description, now=clock.now())
        for shop in configuration.shops:
            await wake(work, [awaited.setting(shop.id, path) for path in _DEFAULTED], shop=shop.id)
        found = await work.configurations.of_store(configuration.store.id)
        await work.commit()
    return found or configuration
