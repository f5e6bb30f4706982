"""P74, COM-20 … COM-34: companies with their contacts, locations, terms and tax ids, both ways."""

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.mappings import PaymentTermsMapping
from app.ports.repositories.exchanges import ExchangeKind
from app.services.tasks import TaskName
from tests.integration.people import ANNA, asked_for, at_store, exchanged, mutations, skipped
from tests.integration.world import Json, World

COMPANY = ANNA | {"payment_terms_code": "30D", "registration_no": "NL123"}
LOCATIONS = (
    "SELECT company_location_id, c.no FROM company_location_links JOIN customers c ON c.id = sell_to_customer_id"
)


async def mapped_terms(world: World) -> None:
    terms = PaymentTermsMapping(terms_id=ShopifyId("4"), name="Net 30", type="net", payment_terms_code="30D")
    await world.mappings.payment_terms.put(world.shop, terms)


def a_company(number: int, tax_id: str, email: str) -> Json:
    return {
        "id": f"gid://shopify/Company/{number}",
        "name": f"Company {number}",
        "mainContact": {
            "id": f"gid://shopify/CompanyContact/{number}",
            "customer": {
                "id": f"gid://shopify/Customer/{number}",
                "firstName": "Bob",
                "lastName": "Buyer",
                "defaultEmailAddress": {"emailAddress": email},
            },
        },
        "locations": [
            {
                "id": f"gid://shopify/CompanyLocation/{number}1",
                "name": "Head office",
                "billingAddress": {
                    "companyName": f"Company {number}",
                    "address1": "Quay 1",
                    "city": "Delft",
                    "countryCode": "NL",
                },
                "taxSettings": {"taxRegistrationId": tax_id},
            }
        ],
    }


async def test_a_company_that_was_asked_for_is_made_whole_and_once(world: World) -> None:
    await mapped_terms(world)
    await world.customer("C1", **COMPANY)

    run = await asked_for(world, "C1", kind=ExchangeKind.COMPANY)
    await asked_for(world, "C1", kind=ExchangeKind.COMPANY)

    assert run.errors == []
    [company] = await at_store(world, "companies")
    [person] = await at_store(world)
    assert (company["name"], company["externalId"]) == ("Anna's Tea", "C1")
    [location] = company["locations"]
    assert location["taxSettings"]["taxRegistrationId"] == "NL123"
    assert location["buyerExperienceConfiguration"]["paymentTermsTemplate"]["id"].endswith("/4")
    assert location["shippingAddress"]["address1"] == location["billingAddress"]["address1"] == "Main Street 1"
    [contact] = company["contacts"]
    assert contact["customer"]["id"] == person["id"]
    assert company["mainContact"]["id"] == contact["id"]
    assert [each["role"]["name"] for each in location["roleAssignments"]] == ["Ordering only"]


async def test_a_lost_answer_at_any_step_makes_nothing_twice(world: World) -> None:
    await mapped_terms(world)
    await world.customer("C1", **COMPANY)
    for operation in ("CompanyCreate", "CompanyContactAssign", "CompanyRoleAssign"):
        await world.store.fails("cut_json", operation=operation)

    run = await asked_for(world, "C1", kind=ExchangeKind.COMPANY)

    assert run.errors == []
    [company] = await at_store(world, "companies")
    assert len(company["contacts"]) == len(company["locations"]) == 1
    assert len(company["locations"][0]["roleAssignments"]) == 1


async def test_only_what_changed_of_a_company_is_sent_by_its_own_mutations(world: World) -> None:
    await mapped_terms(world)
    await world.customer("C1", **COMPANY)
    await asked_for(world, "C1", kind=ExchangeKind.COMPANY)
    await world.set(companies={"update_store": True})
    await world.store.forget_calls()
    await exchanged(world, TaskName.SYNC_COMPANIES)
    assert await mutations(world) == []

    await world.customer("C1", **COMPANY | {"registration_no": "NL999"})
    await exchanged(world, TaskName.SYNC_COMPANIES)

    assert await mutations(world) == ["CompanyLocationTaxUpdate"]


async def test_customers_become_further_locations_of_a_company(world: World) -> None:
    await mapped_terms(world)
    await world.customer("C1", **COMPANY)
    await world.customer("C2", **COMPANY | {"email": "", "phone": ""})
    await asked_for(world, "C1", kind=ExchangeKind.COMPANY)
    [company] = await at_store(world, "companies")
    number = company["id"].rsplit("/", 1)[1]

    run = await asked_for(world, "C2", kind=ExchangeKind.COMPANY_LOCATION, company=number)

    assert run.errors == []
    [company] = await at_store(world, "companies")
    assert [each["externalId"] for each in company["locations"]] == ["C1", "C2"]
    assert [row["no"] for row in await world.fetch(LOCATIONS)] == ["C2"]


async def test_terms_that_are_not_mapped_are_a_reason_and_blank_ones_are_none(world: World) -> None:
    await world.customer("C1", **COMPANY)
    await world.customer("C2", **COMPANY | {"payment_terms_code": "", "email": "b@example.com", "phone": ""})

    run = await asked_for(world, "C1", "C2", kind=ExchangeKind.COMPANY)

    assert [each["code"] for each in run.errors] == ["payment_terms_unmapped"]
    [company] = await at_store(world, "companies")
    assert company["locations"][0]["buyerExperienceConfiguration"]["paymentTermsTemplate"] is None


async def test_a_location_is_found_by_its_tax_number_then_by_e_mail_each_its_own_customer(world: World) -> None:
    """Peers 47."""
    await world.customer("C1", name="By number", registration_no="NL 123", address={"country_code": "NL"})
    await world.customer("C2", name="By e-mail", email="bob@example.com")
    await world.store.has(companies=[a_company(61, "NL123", "a@example.com"), a_company(62, "", "bob@example.com")])
    await world.set(companies={"import": "all", "mapping": ["by_tax_id", "by_email_phone"]})

    run = await exchanged(world, TaskName.SYNC_COMPANIES)

    rows = await world.fetch(
        "SELECT l.store_company_id, c.no FROM store_company_links l JOIN customers c ON c.id = l.customer_id ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("61", "C1"), ("62", "C2")]
    assert (run.counts["listed"], run.counts["linked"]) == (2, 2)
    assert await skipped(world) == []


@pytest.mark.parametrize(
    ("permission", "roles"), [("location_admin", ["Location admin"]), ("no_permission", [])], ids=str
)
async def test_the_contact_may_do_what_the_shop_says(world: World, permission: str, roles: list[str]) -> None:
    """COM-7."""
    await mapped_terms(world)
    await world.set(companies={"default_contact_permission": permission})
    await world.customer("C1", **COMPANY)

    run = await asked_for(world, "C1", kind=ExchangeKind.COMPANY)

    assert run.errors == []
    [company] = await at_store(world, "companies")
    assert [each["role"]["name"] for each in company["locations"][0].get("roleAssignments", [])] == roles
