"""P23, CUS-56 … CUS-63: store customers that no order came with, taken in by the rules of orders."""

from tests.integration.people import exchanged, links, skipped
from tests.integration.world import World, a_person

CREATING = {"import": "all", "auto_create": True, "template_code": "WEB", "mapping": "by_email_phone"}


async def test_with_all_everybody_is_found_or_made_and_nobody_twice(world: World) -> None:
    await world.customer("C1", name="Known", email="known@example.com")
    await world.store.has(customers=[a_person(71, email="known@example.com"), a_person(72, email="new@example.com")])
    await world.set(customers=CREATING)

    run = await exchanged(world)
    await exchanged(world)

    assert (run.counts["listed"], run.counts["linked"], run.counts["created"]) == (2, 1, 1)
    found = await links(world)
    assert found["71"] == "C1"
    assert await world.events() == ["customer.created"]
    assert await world.value("SELECT count(*) FROM customers WHERE no IS NULL") == 1


async def test_with_orders_nobody_is_taken_in_and_who_is_known_is_brought_up_to_date(world: World) -> None:
    await world.customer("C1", name="Anna Buyer", email="known@example.com")
    await world.set(customers=CREATING)
    await world.store.has(customers=[a_person(71, email="known@example.com")])
    await exchanged(world)
    await world.set(customers={"import": "with_orders", "update_from_store": True})
    moved = a_person(71, email="known@example.com", address1="New Street 2") | {"updatedAt": "2030-01-01T00:00:00Z"}
    await world.store.has(customers=[moved, a_person(72, email="new@example.com")])

    await exchanged(world)

    assert await world.value("SELECT line1 FROM customers WHERE no = 'C1'") == "New Street 2"
    assert set(await links(world)) == {"71"}
    assert await world.events() == ["customer.updated"]


async def test_with_none_the_store_is_not_even_asked(world: World) -> None:
    await world.store.has(customers=[a_person(71, email="known@example.com")])
    await world.set(customers={"import": "none"})

    await exchanged(world)

    assert await world.store.calls("CustomerListing") == []


async def test_only_what_changed_since_is_read_again(world: World) -> None:
    await world.set(customers=CREATING)
    people = [a_person(number, email=f"p{number}@example.com") for number in range(71, 75)]
    old = [each | {"updatedAt": "2026-01-01T00:00:00Z"} for each in people[:3]]
    await world.store.has(customers=[*old, people[3] | {"updatedAt": "2026-02-01T00:00:00Z"}])
    await exchanged(world)
    await world.store.forget_calls()

    run = await exchanged(world)

    assert run.counts["listed"] == 1
    [listing] = await world.store.calls("CustomerListing")
    assert "2026-01-31T23:55:00Z" in listing["variables"]["query"]


async def test_one_that_cannot_be_taken_in_says_why_costs_no_other_and_is_tried_again(world: World) -> None:
    await world.customer("C1", name="One", email="twice@example.com")
    await world.customer("C2", name="Two", email="twice@example.com")
    await world.store.has(customers=[a_person(71, email="twice@example.com"), a_person(72, email="new@example.com")])
    await world.set(customers=CREATING)

    run = await exchanged(world)
    assert [each["code"] for each in run.errors] == ["customer_ambiguous"]
    assert run.counts["created"] == 1
    assert await skipped(world) == [("store_customer", "customer_ambiguous")]

    await world.customer("C2", name="Two", email="other@example.com")
    await exchanged(world)
    assert (await links(world))["71"] == "C1"
    assert await skipped(world) == []


async def test_who_subscribed_to_a_newsletter_only_is_wrong_with_nobody(world: World) -> None:
    await world.store.has(customers=[a_person(71, email="reader@example.com")])
    await world.set(customers={"import": "all", "mapping": "by_email_phone"})

    run = await exchanged(world)

    assert run.counts["unmapped"] == 1
    assert await skipped(world) == []
