"""What the store says anew of a company's customer, where a shop allows it to say so (P22, COM-29)."""

from typing import Any

from tests.integration.test_import_companies import a_company, a_contact, a_location, of_company
from tests.integration.test_import_customers import of_person
from tests.integration.world import World, a_person

UPDATING: dict[str, Any] = {"mapping": ["by_tax_id"], "update_from_store": True}
TAX_ID = "BE0123456749"
MILL = a_company(60, a_location(tax_id=TAX_ID, terms=5))


async def customer(world: World, no: str = "C200") -> dict[str, Any]:
    return dict((await world.fetch("SELECT * FROM customers WHERE no = $1", no))[0])


async def updates(world: World) -> int:
    return (await world.events()).count("customer.updated")


async def the_mill_is_known(world: World, **settings: Any) -> None:
    """The ERP has it under another name and elsewhere."""
    await world.set(companies=UPDATING | settings)
    await world.customer(
        "C200", name="Old mill", email="office@mill.example", phone="02 555 01 99", registration_no="BE 0123.456.749",
        payment_terms_code="14D", address={"line1": "Old Street 9", "city": "Gent", "country_code": "BE"},
    )  # fmt: skip


async def buys(world: World, order: int, company: dict[str, Any], *, through: int = 0) -> None:
    await world.store.has(of_company(order, company, through=through), companies=[company])
    await world.imports(order)


async def test_a_found_company_takes_over_what_the_store_says_but_never_a_blank_and_never_the_email(
    world: World,
) -> None:
    await the_mill_is_known(world)

    await buys(world, 1001, MILL)

    found = await customer(world)
    assert (found["name"], found["contact_name"], found["line1"]) == ("Mill 60", "Ada Lovelace", "Street 61")
    assert (found["email"], found["phone"]) == ("office@mill.example", "02 555 01 99")
    assert found["payment_terms_code"] == "14D", "terms that are not mapped say nothing"
    assert await updates(world) == 1


async def test_nothing_is_updated_unless_the_setting_says_so(world: World) -> None:
    await the_mill_is_known(world, update_from_store=False)

    await buys(world, 1001, MILL)

    assert ((await customer(world))["name"], await updates(world)) == ("Old mill", 0)


async def test_what_the_erp_corrects_stands_until_the_store_says_something_new(world: World) -> None:
    await the_mill_is_known(world)
    await buys(world, 1001, MILL)
    await world.customer("C200", name="Corrected", registration_no=TAX_ID, address={"country_code": "BE"})

    await buys(world, 1002, MILL)
    assert (await customer(world))["name"] == "Corrected"

    await buys(world, 1003, MILL | {"name": "Mill & Sons"})
    assert (await customer(world))["name"] == "Mill & Sons"
    assert await updates(world) == 2


async def test_the_customer_of_several_locations_is_updated_by_none_of_them(world: World) -> None:
    """Else it would move with every order."""
    await the_mill_is_known(world)
    both = a_company(60, a_location(61, tax_id=TAX_ID), a_location(62))

    await buys(world, 1001, both)
    await buys(world, 1002, both, through=1)

    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C200"
    assert ((await customer(world))["line1"], await updates(world)) == ("Old Street 9", 0)


async def test_a_private_order_of_the_main_contact_makes_no_person_of_the_company(world: World) -> None:
    await the_mill_is_known(world)
    await world.set(customers={"mapping": "by_email_phone", "default_customer_no": None, "update_from_store": True})
    await buys(world, 1001, MILL)
    ada = a_person(600, email="ada@home.example")

    await world.store.has(of_person(1002, ada), customers=[ada])
    await world.imports(1002)

    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C200"
    assert (await customer(world))["name"] == "Mill 60"


async def test_a_company_that_the_erp_has_not_numbered_is_updated_where_it_waits(world: World) -> None:
    await world.set(companies=UPDATING | {"auto_create": True, "template_code": "B2B"})
    await buys(world, 1001, MILL)

    await buys(world, 1002, MILL | {"name": "Mill & Sons", "mainContact": a_contact(600, email="new@mill.example")})

    [made] = await world.fetch("SELECT * FROM customers WHERE no IS NULL")
    assert (made["name"], made["email"]) == ("Mill & Sons", "ada@mill.example")
    [event] = await world.fetch("SELECT * FROM events WHERE type = 'customer.updated'")
    assert event["resource_type"] == "new_customer"


async def the_erp_corrects_whom_we_made(world: World, no: str = "C900", **fields: Any) -> None:
    [made] = await world.fetch("SELECT id FROM customers WHERE no IS NULL")
    await world.numbers(made["id"], no)
    await world.customer(no, name="Corrected", address={"city": "Gent", "country_code": "BE"}, **fields)


async def test_what_the_erp_corrects_of_a_company_we_made_stands_until_the_store_says_something_new(
    world: World,
) -> None:
    await world.set(companies=UPDATING | {"auto_create": True, "template_code": "B2B"})
    await buys(world, 1001, MILL)
    await the_erp_corrects_whom_we_made(world)

    await buys(world, 1002, MILL)
    found = await customer(world, "C900")
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"
    assert (found["name"], found["city"]) == ("Corrected", "Gent")

    await buys(world, 1003, MILL | {"name": "Mill & Sons"})
    found = await customer(world, "C900")
    assert (found["name"], found["city"]) == ("Mill & Sons", "Brussels")


async def test_what_the_erp_corrects_of_a_location_we_made_a_customer_of_stands_too(world: World) -> None:
    """COM-36: another tax id, another customer."""
    await world.set(companies=UPDATING | {"auto_create": True, "template_code": "B2B"})
    both = a_company(60, a_location(61, tax_id=TAX_ID), a_location(62, tax_id="BE0999999922"))
    await buys(world, 1001, both)
    await the_erp_corrects_whom_we_made(world, "C900", registration_no=TAX_ID)
    await buys(world, 1002, both, through=1)
    await the_erp_corrects_whom_we_made(world, "C901", registration_no="BE0999999922")

    await buys(world, 1003, both, through=1)
    assert (await world.document_of("#1003"))["sell_to"]["customer_no"] == "C901"
    assert (await customer(world, "C901"))["name"] == "Corrected"

    await buys(world, 1004, both | {"name": "Mill & Sons"}, through=1)
    assert [(await customer(world, no))["name"] for no in ("C900", "C901")] == ["Corrected", "Mill & Sons"]


async def test_what_the_erp_sends_before_it_numbers_a_company_we_made_stands_as_well(world: World) -> None:
    await world.set(companies=UPDATING | {"auto_create": True, "template_code": "B2B"})
    await buys(world, 1001, MILL)
    [made] = await world.fetch("SELECT id FROM customers WHERE no IS NULL")
    await world.customer("C900", name="Corrected")
    await world.numbers(made["id"], "C900")

    await buys(world, 1002, MILL)
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"
    assert (await customer(world, "C900"))["name"] == "Corrected"

    await buys(world, 1003, MILL | {"name": "Mill & Sons"})
    assert (await customer(world, "C900"))["name"] == "Mill & Sons"
