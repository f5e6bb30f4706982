"""The connection test of a shop: is the store reached, as whom, with what, and what stands in the way (P03).

Finds, and mends nothing; what it finds is told as the errors of a run, each with what it costs and what to do.
"""

from datetime import timedelta

from app.domain.api_versions import supported_until
from app.domain.needed_scopes import FEATURES, lacking
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, StoreRefused
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.store_gateway import OrderListing, OrderUnreadable, StoreGateway
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.first_contact import described_anew
from app.services.tasks import RunContext
from app.services.webhook_subscriptions import SubscriptionState, WebhookSubscriptions

WARNED_BEFORE = timedelta(days=90)
"""Of the end of the interface's version: a quarter, in which a newer release can be had."""


class ConnectionTest:
    """``counts``: ``scopes_granted``, ``features_usable``, ``subscriptions_ok``, ``orders_read`` (0 or 1),
    ``days_left`` of the version of Shopify's interface; ``errors``: everything else. The run itself fails only when the
    store is not reached or refuses us.
    """

    def __init__(
        self, uow: UnitOfWorkFactory, gateway: StoreGateway, clock: Clock, subscriptions: WebhookSubscriptions
    ) -> None:
        self._uow = uow
        self._gateway = gateway
        self._clock = clock
        self._subscriptions = subscriptions

    async def run(self, run: RunContext) -> None:
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
            active = await uow.schedules.active({})
        if configuration is None:
            raise AccessRevoked("The store was deleted.")
        tasks = {each.schedule.task for each in active if each.shop.id == run.shop_id}
        # Asked even while access counts as revoked; a store that answers goes on with its work.
        configuration = await described_anew(configuration, gateway=self._gateway, uow=self._uow, clock=self._clock)
        await self._scopes(run, configuration, tasks)
        await self._version(run, configuration)
        await self._webhooks(run)
        await self._protected_data(run, configuration)
        await run.progress(4, 4)

    async def _scopes(self, run: RunContext, configuration: StoreConfiguration, tasks: set[str]) -> None:
        granted = configuration.granted_scopes or ()
        shop = configuration.shop(run.shop_id)
        missing = list(lacking(shop.settings, tasks, granted)) if shop else []
        await run.count("scopes_granted", len(granted))
        await run.count("features_usable", len(FEATURES) - len(missing))
        for each in missing:
            remedy = f"Grant the app {' or '.join(each.any_of)} at Shopify."
            await run.error(
                resource_type="feature", id=each.name, code="scope_missing", detail=f"{each.without} {remedy}"
            )

    async def _version(self, run: RunContext, configuration: StoreConfiguration) -> None:
        version = (await self._gateway.describe(configuration.store)).api_version
        last = supported_until(version)
        if last is None:
            return
        left = last - self._clock.now().date()
        await run.count("days_left", max(0, left.days))
        if left < WARNED_BEFORE:
            detail = f"Shopify supports version {version} until {last}. Install a newer release before that day."
            await run.error(resource_type="api_version", id=version, code="version_ending", detail=detail)

    async def _webhooks(self, run: RunContext) -> None:
        if not self._subscriptions.reachable:
            detail = (
                "No webhooks are asked for: ORDERBRIDGE_PUBLIC_URL is not set, so Shopify cannot reach us. Listing"
                " brings everything, later."
            )
            await run.error(resource_type="webhooks", id="public_url", code="not_reachable", detail=detail)
            return
        for status in await self._subscriptions.compared(run.store_id):
            if status.state is SubscriptionState.OK:
                await run.count("subscriptions_ok")
            elif status.state in (SubscriptionState.MISSING, SubscriptionState.NOT_GRANTED):
                detail = _SUBSCRIPTIONS[status.state]
                await run.error(
                    resource_type="webhook_subscription", id=status.topic, code=status.state.value, detail=detail
                )

    async def _protected_data(self, run: RunContext, configuration: StoreConfiguration) -> None:
        """Whether Shopify shows us a buyer: an app may lack that although its scopes are granted."""
        try:
            async for page in self._gateway.list_orders(configuration.store, OrderListing()):
                newest = page[-1:]
                if not newest:
                    continue
                [reading] = await self._gateway.read_orders(configuration.store, [newest[0].shopify_id])
                await run.count("orders_read")
                if isinstance(reading, OrderUnreadable):
                    await run.error(resource_type="orders", id="read", code=reading.code, detail=reading.detail)
                return
        except StoreRefused as refusal:
            await run.error(resource_type="orders", id="read", code=refusal.code, detail=refusal.detail)


_SUBSCRIPTIONS = {
    SubscriptionState.MISSING: "Shopify does not tell us of this. `POST …/webhook-subscriptions/repair` makes it.",
    SubscriptionState.NOT_GRANTED: "No granted scope allows it; listing brings what it would tell, later.",
}
