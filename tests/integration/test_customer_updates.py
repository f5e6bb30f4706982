"""What the store says anew of a found customer, where a shop allows it to say so (P22, CUS-63)."""

from typing import Any

import pytest

from app.adapters.postgres.repositories.order_facts import MOST_ALIKE
from app.domain.identifiers import ShopifyId
from app.ports.versions import ANY_VERSION
from tests.integration.test_import_customers import BY_BILL_TO, CREATING, both_at_once, of_person
from tests.integration.world import EVERYBODY, World, a_line, a_person

UPDATING = CREATING | {"auto_create": False, "update_from_store": True}
ANNA = a_person(70, email="anna@example.com")


async def moved(world: World, person: dict[str, Any], order: int, **address: str) -> dict[str, Any]:
    """The person again with what is new of her address, and an order of hers."""
    place = person["addressesV2"][0] | address
    again = person | {"addressesV2": [place], "defaultAddress": place}
    await world.store.has(of_person(order, again), customers=[again])
    return again


async def customer(world: World, no: str) -> dict[str, Any]:
    return dict((await world.fetch("SELECT * FROM customers WHERE no = $1", no))[0])


async def updates(world: World) -> int:
    return (await world.events()).count("customer.updated")


async def anna_is_known(world: World, **settings: Any) -> None:
    """The ERP has her under another name and elsewhere."""
    await world.set(customers=UPDATING | settings)
    await world.customer(
        "C200", name="A. Buyer", contact_name="A. B.", email="anna@example.com", phone="010 1234567",
        payment_terms_code="30D", address={"line1": "Old Street 9", "city": "Gouda", "country_code": "NL"},
    )  # fmt: skip
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])


async def test_a_found_customer_takes_over_what_the_store_says_and_the_erp_hears_of_it(world: World) -> None:
    await anna_is_known(world)

    await world.imports(1001)

    found = await customer(world, "C200")
    assert (found["name"], found["contact_name"]) == ("Anna Buyer", "Anna Buyer")
    assert (found["line1"], found["postal_code"], found["city"]) == ("Main Street 1", "1111 AA", "Delft")
    assert (found["email"], found["phone"], found["payment_terms_code"]) == ("anna@example.com", "010 1234567", "30D")
    [event] = await world.fetch("SELECT * FROM events WHERE type = 'customer.updated'")
    assert (event["resource_type"], event["resource_id"], event["resource_version"]) == ("customer", found["id"], 2)


async def test_nothing_is_updated_unless_the_setting_says_so(world: World) -> None:
    await anna_is_known(world, update_from_store=False)

    await world.imports(1001)

    assert (await world.document_of())["sell_to"]["customer_no"] == "C200"
    assert ((await customer(world, "C200"))["city"], await updates(world)) == ("Gouda", 0)


async def test_what_the_erp_corrects_stands_until_the_store_says_something_new(world: World) -> None:
    await anna_is_known(world)
    await world.imports(1001)
    await world.customer("C200", name="Ms A. Buyer", email="anna@example.com", address={"city": "Delft"})

    await moved(world, ANNA, 1002)
    await world.imports(1002)
    assert ((await customer(world, "C200"))["name"], await updates(world)) == ("Ms A. Buyer", 1)

    await moved(world, ANNA, 1003, city="Leiden")
    await world.imports(1003)
    found = await customer(world, "C200")
    assert (found["name"], found["city"], await updates(world)) == ("Anna Buyer", "Leiden", 2)


async def test_an_older_reading_takes_nothing_back(world: World) -> None:
    """A blocked order that is documented days later still holds what the store said then."""
    await anna_is_known(world)
    await world.store.has(of_person(1001, ANNA, lineItems=[a_line(1, sku="LATER")]), customers=[ANNA])
    await world.imports(1001)
    await world.time_passes(days=1)
    await moved(world, ANNA, 1002, city="Leiden")
    await world.imports(1002)

    await world.item("LATER")
    await world.works_off()

    assert await world.is_documented()
    assert (await customer(world, "C200"))["city"] == "Leiden"


async def test_a_customer_that_arrives_later_than_its_order_is_updated_from_the_orders_reading(world: World) -> None:
    await world.set(customers=UPDATING)
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)
    assert await world.problems() == ["customer_missing"]

    await world.customer("C200", name="A. Buyer", email="anna@example.com")
    await world.works_off()

    assert ((await customer(world, "C200"))["name"], await updates(world)) == ("Anna Buyer", 1)


async def test_a_customer_the_erp_has_not_numbered_is_updated_where_it_waits(world: World) -> None:
    await world.set(customers=UPDATING | {"auto_create": True})
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)
    await moved(world, ANNA, 1002, city="Leiden")

    await world.imports(1002)

    [waiting] = await world.fetch("SELECT * FROM customers WHERE no IS NULL")
    assert (waiting["city"], waiting["version"]) == ("Leiden", 2)
    [event] = await world.fetch("SELECT * FROM events WHERE type = 'customer.updated'")
    assert (event["resource_type"], event["resource_id"]) == ("new_customer", waiting["id"])


async def the_erp_corrects_whom_we_made(world: World) -> None:
    [made] = await world.fetch("SELECT id FROM customers WHERE no IS NULL")
    await world.numbers(made["id"], "C900")
    await world.customer("C900", name="Ms A. Buyer", email="anna@example.com", address={"city": "Gouda"})


@pytest.mark.parametrize("mapping", ["by_email_phone", "by_bill_to"])
async def test_what_the_erp_corrects_of_a_customer_we_made_stands_until_the_store_says_something_new(
    world: World, mapping: str
) -> None:
    await world.set(customers=UPDATING | {"auto_create": True, "mapping": mapping})
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)
    await the_erp_corrects_whom_we_made(world)

    await world.store.has(of_person(1002, ANNA), customers=[ANNA])
    await world.imports(1002)
    found = await customer(world, "C900")
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"
    assert (found["name"], found["city"]) == ("Ms A. Buyer", "Gouda")

    again = ANNA | {"defaultPhoneNumber": {"phoneNumber": "+31612345678"}}
    await world.store.has(of_person(1003, again), customers=[again])
    await world.imports(1003)
    found = await customer(world, "C900")
    assert (found["name"], found["city"], found["phone"]) == ("Anna Buyer", "Delft", "+31612345678")


async def test_what_the_erp_sends_before_it_numbers_a_customer_we_made_stands_as_well(world: World) -> None:
    """It answers with a number that it has, and everything moves to that customer."""
    await world.set(customers=UPDATING | {"auto_create": True})
    await world.store.has(of_person(1001, ANNA), of_person(1002, ANNA), customers=[ANNA])
    await world.imports(1001)
    [made] = await world.fetch("SELECT id FROM customers WHERE no IS NULL")
    await world.customer("C900", name="Ms A. Buyer", address={"city": "Gouda"})
    await world.numbers(made["id"], "C900")

    await world.imports(1002)
    found = await customer(world, "C900")
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"
    assert (found["name"], found["city"]) == ("Ms A. Buyer", "Gouda")

    await moved(world, ANNA, 1003, city="Leiden")
    await world.imports(1003)
    assert (await customer(world, "C900"))["city"] == "Leiden"


async def test_another_customer_that_a_link_is_given_by_hand_is_told_what_the_store_says(world: World) -> None:
    await anna_is_known(world)
    await world.imports(1001)
    await world.customer("C300", name="Another")
    await world.links.put_store_customer(world.shop, ShopifyId("70"), "C300", expected=ANY_VERSION)

    await moved(world, ANNA, 1002)
    await world.imports(1002)

    assert (await customer(world, "C300"))["name"] == "Anna Buyer"


async def test_a_linked_billing_address_that_a_customer_was_made_of_is_not_told_again(world: World) -> None:
    """It is not the store customer's default address."""
    await world.set(customers=BY_BILL_TO | {"update_from_store": True})
    office = ANNA["addressesV2"][0] | {"id": "gid://shopify/MailingAddress/701", "company": "Works Ltd", "city": "Ede"}
    both = ANNA | {"addressesV2": [ANNA["addressesV2"][0], office]}
    address = {name: value for name, value in office.items() if name != "id"}
    billed = {"billingAddress": address, "displayAddress": address}
    await world.store.has(of_person(1001, both) | billed, of_person(1002, both) | billed, customers=[both])
    await world.imports(1001)
    await the_erp_corrects_whom_we_made(world)

    await world.imports(1002)

    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"
    assert (await customer(world, "C900"))["city"] == "Gouda"


async def test_the_email_of_an_order_that_a_customer_was_made_with_is_nothing_the_store_said(world: World) -> None:
    await world.set(customers=UPDATING | {"auto_create": True})
    nameless = a_person(70)
    first, second = of_person(1001, nameless), of_person(1002, nameless)
    await world.store.has(
        first | {"email": "checkout@example.com"}, second | {"email": "other@example.com"}, customers=[nameless]
    )
    await world.imports(1001)
    await the_erp_corrects_whom_we_made(world)

    await world.imports(1002)

    found = await customer(world, "C900")
    assert (found["name"], found["email"]) == ("Ms A. Buyer", "anna@example.com")


async def test_what_a_customer_was_made_of_was_said_even_if_updates_are_allowed_only_later(world: World) -> None:
    await world.set(customers=CREATING)
    await world.store.has(of_person(1001, ANNA), of_person(1002, ANNA), customers=[ANNA])
    await world.imports(1001)
    await the_erp_corrects_whom_we_made(world)

    await world.set(customers={"update_from_store": True})
    await world.imports(1002)

    assert (await customer(world, "C900"))["name"] == "Ms A. Buyer"


async def test_an_older_reading_takes_nothing_from_a_customer_that_was_made_of_a_newer_one(world: World) -> None:
    await world.set(customers=UPDATING)
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)
    await world.time_passes(days=1)
    await moved(world, ANNA, 1002, city="Leiden")
    await world.set(customers={"auto_create": True})
    await world.imports(1002)

    await world.requests.find_mapping(EVERYBODY, await world.order_id("#1001"))

    [made] = await world.fetch("SELECT * FROM customers WHERE no IS NULL")
    assert (await world.order("#1001"))["mapping"]["sell_to_customer_id"] == made["id"]
    assert (made["city"], await updates(world)) == ("Leiden", 0)


async def test_a_default_customer_stands_for_many_and_stays_as_it_is(world: World) -> None:
    await world.set(customers=UPDATING | {"default_customer_no": "C100"})
    await world.links.put_store_customer(world.shop, ShopifyId("70"), "C100", expected=ANY_VERSION)
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])

    await world.imports(1001)

    assert ((await customer(world, "C100"))["name"], await updates(world)) == ("Web sales", 0)


async def test_a_customer_that_several_store_customers_are_stays_as_it_is(world: World) -> None:
    await anna_is_known(world)
    await world.links.put_store_customer(world.shop, ShopifyId("70"), "C200", expected=ANY_VERSION)
    await world.links.put_store_customer(world.shop, ShopifyId("71"), "C200", expected=ANY_VERSION)

    await world.imports(1001)

    assert ((await customer(world, "C200"))["name"], await updates(world)) == ("A. Buyer", 0)


async def test_a_customer_found_by_its_address_takes_over_that_address_alone(world: World) -> None:
    """CUS-52: another address of the same store customer may be another customer."""
    await world.set(customers=BY_BILL_TO | {"auto_create": False, "update_from_store": True})
    await world.customer("C200", name="Works", phone="1")
    office = ANNA["addressesV2"][0] | {"id": "gid://shopify/MailingAddress/701", "company": "Works Ltd", "city": "Ede"}
    both = ANNA | {"addressesV2": [ANNA["addressesV2"][0], office]}
    await world.links.put_store_address(world.shop, ShopifyId("70"), "701", "C200", expected=ANY_VERSION)
    address = {name: value for name, value in office.items() if name != "id"}
    await world.store.has(
        of_person(1001, both) | {"billingAddress": address, "displayAddress": address}, customers=[both]
    )

    await world.imports(1001)

    found = await customer(world, "C200")
    assert (found["name"], found["name2"], found["city"], found["phone"]) == ("Works Ltd", "Anna Buyer", "Ede", "1")


async def test_two_orders_at_once_say_it_once(world: World) -> None:
    await anna_is_known(world)
    await world.store.has(of_person(1001, ANNA), of_person(1002, ANNA), customers=[ANNA])

    await both_at_once(world, 1001, 1002)

    assert ((await customer(world, "C200"))["version"], await updates(world)) == (2, 1)


async def test_a_customer_whose_double_loses_its_email_is_found_by_the_order_that_waited(world: World) -> None:
    """P21, P33: mending the duplicates in the ERP is enough."""
    await world.set(customers=UPDATING)
    await world.customer("C200", email="anna@example.com")
    await world.customer("C201", email="Anna@Example.com")
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)
    assert await world.problems() == ["customer_ambiguous"]

    await world.customer("C201", email="other@example.com")
    await world.works_off()

    assert (await world.document_of())["sell_to"]["customer_no"] == "C200"


async def test_a_customer_whose_double_is_deleted_is_found_too(world: World) -> None:
    await world.set(customers=UPDATING)
    await world.customer("C200", email="anna@example.com")
    await world.customer("C201", email="anna@example.com")
    await world.store.has(of_person(1001, ANNA), customers=[ANNA])
    await world.imports(1001)

    await world.deletes_customer("C201")
    await world.works_off()

    assert (await world.document_of())["sell_to"]["customer_no"] == "C200"


async def test_a_phone_that_only_ends_alike_is_told_and_not_taken(world: World) -> None:
    """CUS-34."""
    await world.set(customers=UPDATING)
    await world.customer("C200", name="A. Buyer", phone="(06) 12 34 56 789 ask for Anna")
    anna = a_person(70) | {"defaultPhoneNumber": {"phoneNumber": "+49123456789"}}
    await world.store.has(of_person(1001, anna), customers=[anna])

    await world.imports(1001)

    order = await world.order()
    assert [problem["code"] for problem in order["problems"]] == ["customer_missing"]
    assert "The phones of C200 end alike." in order["problems"][0]["detail"]
    steps = {each["rule"]: each for each in order["mapping"]["explanation"]}
    assert (steps["phone_ending"]["outcome"], steps["phone_ending"]["candidates"]) == ("not_found", ["C200"])


async def test_of_many_customers_with_one_phone_the_first_few_are_told(world: World) -> None:
    await world.set(customers=UPDATING)
    everybody = [f"C{number}" for number in range(200, 212)]
    for no in everybody:
        await world.customer(no, name="A. Buyer", phone="06 12 34 56 789")
    anna = a_person(70) | {"defaultPhoneNumber": {"phoneNumber": "+49123456789"}}
    await world.store.has(of_person(1001, anna), customers=[anna])

    await world.imports(1001)

    steps = {each["rule"]: each for each in (await world.order())["mapping"]["explanation"]}
    wanted = f"SELECT no FROM customers WHERE no = ANY($1::text[]) ORDER BY id LIMIT {MOST_ALIKE}"
    first = await world.fetch(wanted, everybody)
    assert set(steps["phone_ending"]["candidates"]) == {each["no"] for each in first} < set(everybody)
