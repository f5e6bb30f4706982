"""What the connection test says of the version of Shopify's interface, by the clock (P03)."""

from datetime import UTC, datetime

import pytest

from app.domain.api_versions import supported_until
from app.domain.identifiers import RunId
from app.services.connection_test import ConnectionTest
from app.services.list_orders import ListOrders
from app.services.tasks import RunContext, RunProgress, TaskName
from app.services.webhook_subscriptions import WebhookSubscriptions
from tests.integration.world import World


async def tested(world: World) -> RunProgress:
    listing = ListOrders(world.gateway, world.uow, world.clock)
    subscriptions = WebhookSubscriptions(world.uow, world.gateway, world.clock, listing, public_url=None)
    run = RunContext(run_id=RunId("run_1"), task=TaskName.TEST_CONNECTION, shop_id=world.shop, store_id=world.store_id)
    await ConnectionTest(world.uow, world.gateway, world.clock, subscriptions).run(run)
    return run.kept


@pytest.mark.long
async def test_a_version_is_warned_of_a_quarter_before_its_end_and_named_with_its_last_day(world: World) -> None:
    async with world.uow() as uow:
        configuration = await uow.configurations.of_store(world.store_id)
    assert configuration
    version = (await world.gateway.describe(configuration.store)).api_version
    last = supported_until(version)
    assert last
    days = (last - datetime.now(UTC).date()).days

    before = await tested(world)
    world.clock.pass_by(days=days - 89)
    warned = await tested(world)
    world.clock.pass_by(days=100)
    over = await tested(world)

    assert [each for each in before.errors if each.code == "version_ending"] == []
    assert before.counts["days_left"] == days
    [told] = [each for each in warned.errors if each.code == "version_ending"]
    assert (told.id, warned.counts["days_left"]) == (version, 89)
    assert told.detail.startswith(f"Shopify supports version {version} until {last}.")
    assert over.counts["days_left"] == 0
