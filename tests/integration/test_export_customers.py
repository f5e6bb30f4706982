"""P23, CUS-80 … CUS-95: the ERP's customers reach the store once, as they are, and what is refused says why."""

import pytest

from app.ports.repositories.runs import RunState
from app.services.tasks import TaskName
from tests.integration.people import ANNA, asked_for, at_store, exchanged, links, mutations, skipped
from tests.integration.world import World, a_person


async def test_a_customer_that_was_asked_for_is_made_with_its_one_default_address(world: World) -> None:
    await world.customer("C1", **ANNA)

    run = await asked_for(world, "C1")

    [made] = await at_store(world)
    assert (made["email"], made["phone"]) == ("anna@example.com", "+31201234567")
    assert (made["firstName"], made["lastName"]) == ("Anna", "van Dam")
    [address] = made["addresses"]
    assert (address["company"], address["address1"], address["countryCodeV2"]) == ("Anna's Tea", "Main Street 1", "NL")
    assert made["defaultAddress"]["id"] == address["id"]
    assert await links(world) == {made["legacyResourceId"]: "C1"}
    assert run.counts == {"created": 1}


async def test_asked_once_more_nothing_is_sent_and_nothing_doubled(world: World) -> None:
    await world.customer("C1", **ANNA)
    await asked_for(world, "C1")
    await world.store.forget_calls()

    await asked_for(world, "C1")
    await exchanged(world)

    assert await mutations(world) == []
    assert len(await at_store(world)) == 1


async def test_only_what_changed_is_sent_and_only_where_it_may_be(world: World) -> None:
    for number in range(1, 6):
        await world.customer(f"C{number}", **ANNA | {"email": f"c{number}@example.com", "phone": ""})
    await world.set(customers={"export": "all"})
    await exchanged(world)
    await world.customer("C3", **ANNA | {"email": "c3@example.com", "phone": "", "contact_name": "Anna Changed"})
    await world.store.forget_calls()

    await exchanged(world)
    assert await mutations(world) == []

    await world.set(customers={"update_store": True})
    run = await exchanged(world)
    assert await mutations(world) == ["CustomerAddressUpdate", "CustomerUpdate"]
    assert run.counts["updated"] == 1
    assert [each["lastName"] for each in await at_store(world) if each["email"] == "c3@example.com"] == ["Changed"]


async def test_a_default_a_blocked_customer_and_a_company_are_not_sent_with_all_the_others(world: World) -> None:
    await world.customer("C1", **ANNA)
    await world.customer("C2", **ANNA | {"email": "b@example.com", "phone": ""}, blocked=True)
    await world.set(customers={"export": "all"})

    await exchanged(world)

    assert [each["email"] for each in await at_store(world)] == ["anna@example.com"]
    assert await skipped(world) == []


@pytest.mark.parametrize("by", ["email", "phone"])
async def test_who_is_at_the_store_unlinked_is_adopted_and_left_as_it_is(world: World, by: str) -> None:
    there = a_person(71, email="ANNA@example.com" if by == "email" else "other@example.com")
    if by == "phone":
        there |= {"defaultPhoneNumber": {"phoneNumber": "+31201234567"}}
    await world.store.has(customers=[there])
    await world.customer("C1", **ANNA)

    await asked_for(world, "C1")

    assert await links(world) == {"71": "C1"}
    assert await mutations(world) == []


async def test_who_is_somebody_else_already_is_skipped_with_the_reason(world: World) -> None:
    await world.customer("C1", **ANNA)
    await world.customer("C2", **ANNA)
    await asked_for(world, "C1")

    run = await asked_for(world, "C2")

    assert [each["code"] for each in run.errors] == ["customer_exists"]
    assert "C1" in str(run.errors[0]["detail"])
    assert len(await at_store(world)) == 1


async def test_what_the_store_declines_is_skipped_in_its_words_and_tried_again_when_it_changes(world: World) -> None:
    await world.customer("C1", **ANNA | {"email": "anna@nowhere"})

    run = await asked_for(world, "C1")
    assert run.errors == [
        {"resource_type": "customer", "id": "C1", "code": "refused_by_shopify", "detail": "Email is invalid"}
    ]
    await world.store.forget_calls()
    await exchanged(world)
    assert await mutations(world) == []

    await world.customer("C1", **ANNA)
    await exchanged(world)
    assert len(await at_store(world)) == 1
    assert await skipped(world) == []


async def test_one_that_fails_costs_no_other(world: World) -> None:
    await world.customer("C1", **ANNA | {"email": ""})
    await world.customer("C2", **ANNA | {"email": "b@example.com", "phone": "call me"})
    await world.customer("C3", **ANNA)

    run = await asked_for(world, "C1", "C2", "C3")

    assert [each["code"] for each in run.errors] == ["no_email", "phone_invalid"]
    assert [each["email"] for each in await at_store(world)] == ["anna@example.com"]


async def test_what_may_not_be_sent_stays_pending_with_the_reason(world: World) -> None:
    await world.customer("C1", **ANNA)
    await world.set(general={"allow_outgoing": False})

    run = await asked_for(world, "C1")
    assert [each["code"] for each in run.errors] == ["outgoing_not_allowed"]

    await world.set(general={"allow_outgoing": True})
    await exchanged(world)
    assert len(await at_store(world)) == 1
    assert await skipped(world) == []


async def test_without_the_scope_it_waits_in_words(world: World) -> None:
    await world.customer("C1", **ANNA)
    await world.store.has(app={"scopes": ["read_customers", "read_orders"]})

    run = await asked_for(world, "C1")

    assert [each["code"] for each in run.errors] == ["scope_missing"]
    assert run.state is RunState.SUCCEEDED


@pytest.mark.parametrize("operation", ["CustomerCreate", "CustomerAddressCreate"])
async def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_made_twice(world: World, operation: str) -> None:
    await world.customer("C1", **ANNA)
    await world.store.fails("cut_json", operation=operation)

    run = await asked_for(world, "C1")

    [made] = await at_store(world)
    assert len(made["addresses"]) == 1
    assert run.errors == []
    assert await links(world) == {made["legacyResourceId"]: "C1"}


async def test_our_own_writes_are_read_by_nobody_and_told_to_nobody(world: World) -> None:
    await world.customer("C1", **ANNA)
    await world.set(customers={"import": "all", "update_from_store": True})
    await asked_for(world, "C1")
    before = await world.events()
    await world.store.forget_calls()

    run = await exchanged(world)

    assert run.counts["listed"] == 1
    assert await world.store.calls("CustomersWhole") == []
    assert await world.events() == before


async def test_a_crash_after_the_creation_is_gone_on_with(world: World) -> None:
    """The link is made, the address is not."""
    await world.customer("C1", **ANNA)
    await world.store.fails("server_error", operation="CustomerAddressCreate", times=50)
    first = await asked_for(world, "C1")
    assert first.state is RunState.FAILED
    await world.store.mends()

    await exchanged(world, TaskName.SYNC_CUSTOMERS)

    [made] = await at_store(world)
    assert [each["address1"] for each in made["addresses"]] == ["Main Street 1"]
