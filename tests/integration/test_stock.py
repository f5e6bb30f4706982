"""Stock of the ERP told to the store: what is summed, what is sent, what the store has against it (P71)."""

from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.ports.errors import Unavailable
from app.ports.versions import ANY_VERSION
from tests.integration.stocking import HERE, THERE, Stocking, a_product
from tests.integration.world import World


@pytest.fixture
async def stocking(world: World) -> Stocking:
    stocking = Stocking(world=world)
    await world.item("ITEM-A")
    await stocking.store_has(a_product(1, sku="ITEM-A", levels={HERE: 5, THERE: 7}))
    await stocking.maps(HERE)
    return stocking


async def test_what_the_erp_tells_is_what_may_be_sold_afterwards(stocking: Stocking) -> None:
    """Others: inventory not updated (frappe#289, #266)."""
    await stocking.tells("ITEM-A", "12")

    counts = await stocking.sends()

    assert await stocking.at_store(1) == {HERE: (12, 12), THERE: (7, 7)}
    assert (counts.looked_at, counts.levels_set, await stocking.queued()) == (1, 1, 0)


async def test_several_locations_of_the_erp_are_one_of_the_store(stocking: Stocking) -> None:
    await stocking.maps(HERE, "BLUE", "RED")
    await stocking.tells("ITEM-A", "12.5")
    await stocking.tells("ITEM-A", "3.4", at="RED")
    await stocking.tells("ITEM-A", "100", at="GREEN")

    await stocking.sends()

    assert (await stocking.at_store(1))[HERE] == (15, 15)


@pytest.mark.parametrize(("told", "stands"), [("-3", 0), ("2.999", 2)])
async def test_pieces_are_whole_and_never_below_none(stocking: Stocking, told: str, stands: int) -> None:
    """D19."""
    await stocking.tells("ITEM-A", told)

    await stocking.sends()

    assert (await stocking.at_store(1))[HERE] == (stands, stands)


async def test_what_is_promised_already_is_not_taken_off_twice(stocking: Stocking) -> None:
    """3 of 8 are promised: with `on_hand` Shopify takes them off what lies there, with `available` it must not."""
    product = a_product(1, sku="ITEM-A", levels={HERE: 5})
    product["variants"][0]["inventoryItem"]["inventoryLevels"][0]["quantities"][1]["quantity"] = 8
    await stocking.store_has(product)

    await stocking.tells("ITEM-A", "9")
    await stocking.sends()
    available = (await stocking.at_store(1))[HERE]
    await stocking.maps(HERE, calculation="on_hand")
    await stocking.tells("ITEM-A", "10")
    await stocking.sends()

    assert available == (9, 12)
    assert (await stocking.at_store(1))[HERE] == (7, 10)


async def test_only_what_differs_is_sent(stocking: Stocking) -> None:
    await stocking.tells("ITEM-A", "5")
    await stocking.sends()
    await stocking.tells("ITEM-A", "5")

    assert await stocking.queued() == 0
    assert await stocking.world.store.calls("InventorySet") == []


async def test_a_thing_that_is_not_stocked_there_is_stocked_once_there_is_some(stocking: Stocking) -> None:
    await stocking.store_has(a_product(1, sku="ITEM-A"))
    await stocking.tells("ITEM-A", "0")
    await stocking.sends()
    before = await stocking.at_store(1)
    await stocking.tells("ITEM-A", "4")
    await stocking.sends()

    assert before == {}
    assert await stocking.at_store(1) == {HERE: (4, 4)}


async def test_what_the_store_sold_meanwhile_is_not_overwritten_but_looked_at_again(stocking: Stocking) -> None:
    await stocking.tells("ITEM-A", "12")
    stale = {"code": "CHANGE_FROM_QUANTITY_STALE", "field": ["input", "quantities", "0", "changeFromQuantity"]}
    await stocking.world.store.fails(
        "user_errors",
        operation="InventorySet",
        mutation="inventorySetQuantities",
        times=1,
        userErrors=[stale | {"message": "no longer"}],
    )

    await stocking.sends()
    between = await stocking.at_store(1), await stocking.troubles()
    stocking.world.clock.pass_by(seconds=3)
    await stocking.sends()

    assert between == ({HERE: (5, 5), THERE: (7, 7)}, {"ITEM-A": "keeps_changing"})
    assert (await stocking.at_store(1))[HERE] == (12, 12)
    assert await stocking.troubles() == {}


async def test_one_that_the_store_refuses_does_not_keep_its_neighbours_back(stocking: Stocking) -> None:
    """Others: one bad item fails the batch (BCApps#8396)."""
    await stocking.world.item("ITEM-B")
    await stocking.world.item("ITEM-C")
    await stocking.store_has(
        a_product(1, sku="ITEM-A", levels={HERE: 5}),
        a_product(2, sku="ITEM-B", levels={HERE: 5}, tracked=False),
        a_product(3, sku="ITEM-C", levels={HERE: 5}),
    )
    refused = {"code": "NON_MUTABLE_INVENTORY_ITEM", "field": ["input", "quantities", "1", "inventoryItemId"]}
    await stocking.world.store.fails(
        "user_errors",
        operation="InventorySet",
        mutation="inventorySetQuantities",
        times=1,
        userErrors=[refused | {"message": "not allowed"}],
    )
    for item in ("ITEM-A", "ITEM-B", "ITEM-C"):
        await stocking.tells(item, "9")

    await stocking.sends()

    assert (await stocking.at_store(1))[HERE] == (9, 9)
    assert await stocking.troubles() == {"ITEM-B": "not_tracked", "ITEM-C": "refused_by_shopify"}


async def test_a_lost_answer_is_found_out_by_looking(stocking: Stocking) -> None:
    await stocking.tells("ITEM-A", "12")
    await stocking.world.store.fails("timeout_after", operation="InventorySet", seconds=0.01)

    await stocking.sends()
    stocking.world.clock.pass_by(seconds=3)
    counts = await stocking.sends()

    assert (counts.levels_set, counts.levels_in_line) == (0, 1)
    assert (await stocking.at_store(1))[HERE] == (12, 12)
    assert await stocking.queued() == 0


async def test_variants_that_carry_one_code_are_reported_and_linked_ones_are_told(stocking: Stocking) -> None:
    """Peers 46: the same SKU on two products."""
    await stocking.store_has(a_product(1, sku="ITEM-A", levels={HERE: 5}), a_product(2, sku="ITEM-A", levels={HERE: 5}))
    await stocking.tells("ITEM-A", "9")
    await stocking.sends()
    before = await stocking.troubles()
    await stocking.world.links.put_store_variant(
        stocking.world.shop, StoreVariantLink(store_variant_id=ShopifyId("2"), item_no="ITEM-A"), expected=ANY_VERSION
    )
    run = await stocking.runs()

    assert before == {"ITEM-A": "variant_ambiguous"}
    assert run.counts["skipped"] == 0
    assert [(await stocking.at_store(number))[HERE] for number in (1, 2)] == [(5, 5), (9, 9)]


async def test_a_run_finds_what_the_store_changed_by_itself(stocking: Stocking) -> None:
    """Others: inventory not updated, and silently (frappe#298, #84)."""
    await stocking.tells("ITEM-A", "5")
    await stocking.tells("ITEM-Z", "1")
    await stocking.sends()
    await stocking.store_has(a_product(1, sku="ITEM-A", levels={HERE: 2}))

    run = await stocking.runs()

    assert run.counts == {
        "variants": 1,
        "wanted": 2,
        "levels_set": 1,
        "levels_in_line": 0,
        "not_in_store": 1,
        "skipped": 0,
    }
    assert (await stocking.at_store(1))[HERE] == (5, 5)


async def test_a_shop_that_may_write_nothing_keeps_it_until_it_may(stocking: Stocking) -> None:
    """Others: choose what is exported (frappe#382)."""
    await stocking.world.set(general={"allow_outgoing": False})
    await stocking.tells("ITEM-A", "12")
    await stocking.sends()
    held = await stocking.troubles(), (await stocking.at_store(1))[HERE]
    [told] = (await stocking.runs()).errors
    await stocking.world.set(general={"allow_outgoing": True})
    await stocking.sends()

    assert (told["resource_type"], told["id"], told["code"]) == ("shop", "web", "outgoing_not_allowed")
    assert held == ({"ITEM-A": "outgoing_not_allowed"}, (5, 5))
    assert (await stocking.at_store(1))[HERE] == (12, 12)


async def test_without_the_scope_it_waits_and_says_so(stocking: Stocking) -> None:
    await stocking.world.store.has(app={"scopes": ["read_orders", "read_products", "read_inventory"]})
    await stocking.tells("ITEM-A", "12")

    await stocking.sends()
    run = await stocking.runs()

    assert await stocking.troubles() == {"ITEM-A": "scope_missing"}
    assert [error["code"] for error in map(_error, run.errors)] == ["scope_missing"]


async def test_trouble_of_the_store_costs_no_attempt_and_loses_nothing(stocking: Stocking) -> None:
    await stocking.tells("ITEM-A", "12")
    await stocking.world.store.fails("server_error", times=20)

    with pytest.raises(Unavailable):
        await stocking.sends()
    await stocking.world.store.mends()
    stocking.world.clock.pass_by(minutes=1)
    await stocking.sends()

    assert (await stocking.at_store(1))[HERE] == (12, 12)


async def test_whoever_takes_over_from_a_worker_that_died_finds_what_it_set(stocking: Stocking) -> None:
    await stocking.tells("ITEM-A", "12")
    async with stocking.world.uow() as uow:
        now = stocking.world.clock.now()
        await uow.stock.claim(stocking.world.shop, by="dead", limit=9, lease=stocking.world.minutes(10), now=now)
        await uow.commit()

    before = await stocking.sends()
    stocking.world.clock.pass_by(minutes=11)
    after = await stocking.sends()

    assert (before.looked_at, after.looked_at) == (0, 1)
    assert (await stocking.at_store(1))[HERE] == (12, 12)


def _error(error: Any) -> dict[str, Any]:
    return error if isinstance(error, dict) else {"code": error.code}
