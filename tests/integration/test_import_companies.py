"""Companies that orders bring: found, made once, and linked so that they stay who they are (P20–P22, COM-10 … 36)."""

from typing import Any

from tests.integration.test_import_customers import both_at_once
from tests.integration.world import EVERYBODY, World, an_order

CREATING: dict[str, Any] = {"auto_create": True, "template_code": "B2B", "mapping": ["by_tax_id", "by_email_phone"]}
SCOPES = [
    "read_orders",
    "read_products",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
]
BY_TAX_ID: dict[str, Any] = {"mapping": ["by_tax_id"]}


def a_contact(
    number: int = 7600, *, email: str | None = "ada@mill.example", phone: str | None = None
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/CompanyContact/{number}",
        "customer": {
            "id": f"gid://shopify/Customer/{number}",
            "firstName": "Ada",
            "lastName": "Lovelace",
            "defaultEmailAddress": {"emailAddress": email} if email else None,
            "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
        },
    }


def a_location(number: int = 61, *, tax_id: str | None = None, terms: int | None = None) -> dict[str, Any]:
    template = {"id": f"gid://shopify/PaymentTermsTemplate/{terms}"} if terms else None
    return {
        "id": f"gid://shopify/CompanyLocation/{number}",
        "name": f"Location {number}",
        "billingAddress": {
            "companyName": "Mill",
            "address1": f"Street {number}",
            "zip": "1000",
            "city": "Brussels",
            "countryCode": "BE",
        },
        "taxSettings": {"taxRegistrationId": tax_id},
        "buyerExperienceConfiguration": {"paymentTermsTemplate": template},
    }


def a_company(number: int, *locations: dict[str, Any], contact: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Company/{number}",
        "name": f"Mill {number}",
        "mainContact": contact or a_contact(number * 10),
        "locations": list(locations) or [a_location()],
    }


def of_company(order: int, company: dict[str, Any], *, through: int = 0, **fields: Any) -> dict[str, Any]:
    location = {"id": company["locations"][through]["id"]}
    buyer = {"company": {"id": company["id"]}, "location": location, "contact": company["mainContact"]}
    return an_order(order, purchasingEntity=buyer, **fields)


async def made_customers(world: World) -> int:
    """How many were made by us."""
    return int(await world.value("SELECT count(*) FROM customers WHERE no IS NULL"))


async def company_links(world: World) -> list[tuple[str, str]]:
    rows = await world.fetch(
        "SELECT l.store_company_id, coalesce(c.no, c.id) AS no FROM store_company_links l"
        " JOIN customers c ON c.id = l.customer_id ORDER BY 1"
    )
    return [tuple(row) for row in rows]


async def sold_to(world: World, name: str) -> str | None:
    number: str | None = (await world.document_of(name))["sell_to"]["customer_no"]
    return number


async def test_a_companys_order_is_documented_for_whom_its_tax_id_names_and_linked(world: World) -> None:
    await world.set(companies=BY_TAX_ID)
    await world.customer("C200", registration_no="be 0123.456.749")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])

    await world.imports(1001)

    assert await sold_to(world, "#1001") == "C200"
    assert await company_links(world) == [("60", "C200")]
    assert await world.value("SELECT store_customer_id FROM store_customer_links") == "600"


async def test_a_number_without_prefix_is_found_in_the_country_of_the_location(world: World) -> None:
    await world.set(companies=BY_TAX_ID | {"tax_id_field": "vat_registration_no"})
    await world.customer("DUTCH", vat_registration_no="0123456749", address={"country_code": "NL"})
    await world.customer("BELGIAN", vat_registration_no="0123456749", address={"country_code": "BE"})
    mill = a_company(60, a_location(tax_id="BE 0123.456.749"))
    await world.store.has(of_company(1001, mill), companies=[mill])

    await world.imports(1001)

    assert await sold_to(world, "#1001") == "BELGIAN"


async def test_two_locations_with_tax_ids_of_their_own_are_two_customers_also_in_one_batch(world: World) -> None:
    """COM-36."""
    await world.set(companies=BY_TAX_ID)
    await world.customer("NORTH", registration_no="BE0123456749")
    await world.customer("SOUTH", registration_no="BE0202239951")
    mill = a_company(60, a_location(61, tax_id="BE0123456749"), a_location(62, tax_id="BE0202239951"))
    orders = [of_company(number, mill, through=number % 2) for number in (1001, 1002, 1003, 1004)]
    await world.store.has(*orders, companies=[mill])

    await world.imports(1001, 1002, 1003, 1004)

    bought = [await sold_to(world, f"#{number}") for number in (1001, 1002, 1003, 1004)]
    assert bought == ["SOUTH", "NORTH", "SOUTH", "NORTH"]
    # Whoever comes first is the company; the other is its location alone.
    [(_, company)] = await company_links(world)
    location = await world.value("SELECT company_location_id FROM company_location_links")
    assert (company, location) in {("NORTH", "62"), ("SOUTH", "61")}


async def test_the_main_contacts_email_then_phone_find_the_company(world: World) -> None:
    await world.set(companies={"mapping": ["by_email_phone"]})
    await world.customer("MAIL", email="Ada@Mill.example")
    await world.customer("PHONE", phone="02 555 01 00", address={"country_code": "BE"})
    by_mail = a_company(60, a_location(61))
    by_mail["mainContact"] = a_contact(600)
    by_phone = a_company(70, a_location(71), contact=a_contact(700, email="other@mill.example", phone="+3225550100"))
    await world.store.has(of_company(1001, by_mail), of_company(1002, by_phone), companies=[by_mail, by_phone])

    await world.imports(1001, 1002)

    assert [await sold_to(world, "#1001"), await sold_to(world, "#1002")] == ["MAIL", "PHONE"]


async def test_two_orders_of_an_unknown_company_in_a_batch_make_one_customer_with_all_it_needs(world: World) -> None:
    await world.set(companies=CREATING)
    await world.do(
        "INSERT INTO payment_terms_mappings VALUES ($1, '5', 'Net 30', 'net', '30D', false, 1, now())", world.shop
    )
    mill = a_company(60, a_location(tax_id="BE0123456749", terms=5))
    await world.store.has(of_company(1001, mill), of_company(1002, mill), companies=[mill])

    await world.imports(1001, 1002)

    assert await made_customers(world) == 1
    [made] = await world.fetch("SELECT * FROM customers WHERE no IS NULL")
    assert (made["name"], made["registration_no"], made["payment_terms_code"]) == ("Mill 60", "BE0123456749", "30D")
    assert (made["store_company_id"], made["template_code"], made["line1"]) == ("60", "B2B", "Street 61")
    one, other = [await world.document_of(name) for name in ("#1001", "#1002")]
    assert one["sell_to"]["customer_id"] == other["sell_to"]["customer_id"] == made["id"]
    assert (await world.events()).count("customer.created") == 1


async def test_two_orders_of_an_unknown_company_in_two_batches_at_once_make_one_customer(world: World) -> None:
    await world.set(companies=CREATING)
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), of_company(1002, mill), companies=[mill])

    await both_at_once(world, 1001, 1002)

    assert await made_customers(world) == 1
    assert await world.is_documented("#1001")
    assert await world.is_documented("#1002")


async def test_one_tax_id_of_two_companies_at_once_makes_one_customer(world: World) -> None:
    """Otherwise every later order with that tax id would be ambiguous."""
    await world.set(companies=CREATING)
    one, twin = (
        a_company(60, a_location(61, tax_id="BE0123456749")),
        a_company(70, a_location(71, tax_id="be0123456749")),
    )
    await world.store.has(of_company(1001, one), of_company(1002, twin), companies=[one, twin])

    await both_at_once(world, 1001, 1002)

    assert await made_customers(world) == 1
    assert [await world.problems(name) for name in ("#1001", "#1002")] == [[], []]


async def test_two_unknown_locations_with_tax_ids_of_their_own_become_two_customers(world: World) -> None:
    await world.set(companies=CREATING)
    mill = a_company(60, a_location(61, tax_id="BE0123456749"), a_location(62, tax_id="BE0202239951"))
    await world.store.has(of_company(1001, mill), of_company(1002, mill, through=1), companies=[mill])

    await world.imports(1001, 1002)

    assert await made_customers(world) == 2
    await world.store.has(of_company(1003, mill, through=1), companies=[mill])
    await world.imports(1003)
    assert await made_customers(world) == 2
    assert (await world.document_of("#1003"))["sell_to"] == (await world.document_of("#1002"))["sell_to"]


async def test_the_number_the_erp_gives_is_that_of_every_later_order_of_the_company(world: World) -> None:
    await world.set(companies=CREATING)
    mill = a_company(60)
    await world.store.has(of_company(1001, mill), companies=[mill])
    await world.imports(1001)

    await world.numbers((await world.document_of())["sell_to"]["customer_id"], "C900")

    await world.store.has(of_company(1002, mill), companies=[mill])
    await world.imports(1002)
    assert [await sold_to(world, "#1001"), await sold_to(world, "#1002")] == ["C900", "C900"]
    assert await company_links(world) == [("60", "C900")]


async def test_a_link_to_a_customer_that_is_gone_is_dropped_and_the_company_found_again(world: World) -> None:
    await world.set(companies=BY_TAX_ID)
    await world.customer("C200", registration_no="BE0123456749")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])
    await world.set(orders={"auto_create_documents": False})
    await world.imports(1001)
    await world.deletes_customer("C200")
    await world.customer("C201", registration_no="BE0123456749")

    await world.set(orders={"auto_create_documents": True})
    await world.run(order_shopify_ids=["1001"])

    assert await sold_to(world, "#1001") == "C201"
    assert await company_links(world) == [("60", "C201")]


async def test_an_order_that_waits_for_its_company_is_made_when_the_erp_sends_a_customer_with_the_tax_id(
    world: World,
) -> None:
    await world.set(companies=BY_TAX_ID)
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])
    await world.imports(1001)
    assert await world.problems() == ["company_missing"]

    await world.customer("C200", registration_no="0123 456 749", address={"country_code": "BE"})
    await world.works_off()

    assert await sold_to(world, "#1001") == "C200"


async def test_several_customers_with_one_tax_id_are_a_problem_and_not_a_guess(world: World) -> None:
    await world.set(companies=CREATING)
    await world.customer("C200", registration_no="BE0123456749")
    await world.customer("C201", registration_no="BE 0123 456 749")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])

    await world.imports(1001)

    assert await world.problems() == ["customer_ambiguous"]
    assert (await world.order())["mapping"]["explanation"][-1]["candidates"] == ["C200", "C201"]
    assert await made_customers(world) == 0


async def test_a_customer_chosen_by_hand_survives_a_company_that_is_found(world: World) -> None:
    await world.set(orders={"auto_create_documents": False}, companies=BY_TAX_ID)
    await world.customer("C300")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])
    await world.imports(1001)
    await world.requests.set_mapping(EVERYBODY, await world.order_id(), {"sell_to_customer_no": "C300"})
    await world.customer("C200", registration_no="BE0123456749")

    await world.set(orders={"auto_create_documents": True})
    await world.store.change(1001, note="changed")
    await world.imports(1001)

    assert await sold_to(world, "#1001") == "C300"


async def test_a_private_order_and_a_companys_in_one_batch_each_find_their_own(world: World) -> None:
    await world.set(companies=BY_TAX_ID)
    await world.customer("C200", registration_no="BE0123456749")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), an_order(1002), companies=[mill])

    await world.imports(1001, 1002)

    assert [await sold_to(world, "#1001"), await sold_to(world, "#1002")] == ["C200", "C100"]


async def test_a_person_may_have_a_companys_customer_made_whatever_the_setting_says(world: World) -> None:
    """4.05."""
    await world.set(companies=BY_TAX_ID | {"template_code": "B2B"})
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill])
    await world.imports(1001)
    assert await world.problems() == ["company_missing"]

    await world.requests.create_customer(EVERYBODY, await world.order_id())
    await world.works_off()

    assert await made_customers(world) == 1
    assert (await world.order())["mapping"]["sell_to_customer_id"] is not None


async def test_a_company_that_the_store_does_not_tell_waits_with_the_reason_until_it_is_granted(world: World) -> None:
    await world.set(companies=CREATING)
    await world.customer("C200", registration_no="BE0123456749")
    mill = a_company(60, a_location(tax_id="BE0123456749"))
    await world.store.has(of_company(1001, mill), companies=[mill], app={"scopes": SCOPES})
    await world.imports(1001)
    [problem] = (await world.order())["problems"]
    assert problem["code"] == "company_missing"
    assert "grant read_companies or read_customers" in problem["detail"]

    await world.store.has(app={"scopes": [*SCOPES, "read_companies", "read_customers"]})
    world.clock.pass_by(minutes=61)
    await world.run(order_shopify_ids=["1001"])

    assert await sold_to(world, "#1001") == "C200"
