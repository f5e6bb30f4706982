"""Companies that buy: read beside their orders, together, and unknown rather than in the way (COM-13, P14)."""

from typing import Any

from app.domain.addresses import StoreAddress
from app.domain.companies import CompanyContact, CompanyProfile
from app.domain.identifiers import ShopifyId
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import FULFILMENT_SCOPES, ids, order

NEEDED = ("read_orders", "read_products", "read_locations", *FULFILMENT_SCOPES)
CONTACT = {
    "id": "gid://shopify/CompanyContact/700",
    "customer": {
        "id": "gid://shopify/Customer/7600",
        "firstName": "Ada",
        "lastName": "Blue",
        "defaultEmailAddress": {"emailAddress": "ada@mill.example"},
        "defaultPhoneNumber": {"phoneNumber": "+3225550100"},
    },
}
ADDRESS = {
    "companyName": "Mill",
    "firstName": "Ada",
    "address1": "Street 1",
    "zip": "1000",
    "city": "Brussels",
    "zoneCode": None,
    "countryCode": "BE",
    "phone": "+3225550199",
}


def mill(*locations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "gid://shopify/Company/60", "name": "Mill", "mainContact": CONTACT, "locations": locations} | fields


def location(number: int = 61, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/CompanyLocation/{number}",
        "name": f"Location {number}",
        "billingAddress": ADDRESS,
        "taxSettings": {"taxRegistrationId": "BE0123456749"},
        "buyerExperienceConfiguration": {"paymentTermsTemplate": {"id": "gid://shopify/PaymentTermsTemplate/5"}},
    } | fields


def bought(number: int, through: int = 61) -> dict[str, Any]:
    buyer = {"company": {"id": "gid://shopify/Company/60"}, "location": location(through), "contact": CONTACT}
    return order(number, purchasingEntity=buyer)


async def test_a_company_is_told_with_contact_tax_id_address_and_terms(store: SimulatedStore) -> None:
    await store.put(companies=[mill(location(phone="+3225550111"))], orders=[bought(1)])

    found = await store.order(1)

    assert found.b2b
    assert found.company is not None
    assert (found.company.shopify_id, found.company.name) == ("60", "Mill")
    profile = found.company_profile
    assert profile is not None
    assert profile.billing_address is not None
    assert profile == CompanyProfile(
        contact=CompanyContact(
            shopify_id=ShopifyId("7600"),
            first_name="Ada",
            last_name="Blue",
            email="ada@mill.example",
            phone="+3225550100",
        ),
        location_phone="+3225550111",
        tax_id="BE0123456749",
        billing_address=StoreAddress(
            shopify_id=profile.billing_address.shopify_id,
            first_name="Ada",
            company="Mill",
            line1="Street 1",
            postal_code="1000",
            city="Brussels",
            country_code="BE",
            phone="+3225550199",
        ),
        payment_terms_id=ShopifyId("5"),
        only_location=True,
    )
    assert not {"company", "company_contact"} & set(found.unknown)


async def test_a_company_without_contact_terms_or_tax_id_is_told_so(store: SimulatedStore) -> None:
    bare = location(billingAddress=None, taxSettings={}, buyerExperienceConfiguration=None)
    await store.put(companies=[mill(bare, mainContact=None)], orders=[bought(1)])

    found = await store.order(1)

    assert found.company_profile == CompanyProfile(only_location=True)
    assert not {"company", "company_contact"} & set(found.unknown)


async def test_companies_of_many_orders_are_one_call_of_twelve_points(store: SimulatedStore) -> None:
    """F1: each location once, whatever the number of its orders."""
    orders = [bought(number, 61 + number % 2) for number in range(1, 21)]
    await store.put(companies=[mill(location(61), location(62))], orders=[*orders, order(30)])

    found = await store.orders(ids(*range(1, 21), 30))

    [call] = await store.calls("CompanyLocations")
    assert call["requestedQueryCost"] == 12
    assert len(call["variables"]["ids"]) == 2
    assert [each.company_profile is not None for each in found] == [True] * 20 + [False]


async def test_orders_of_consumers_cost_nothing_for_companies(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])

    await store.order(1)

    assert await store.calls("CompanyLocations") == []


async def test_without_a_scope_for_companies_the_order_is_a_companys_and_which_is_unknown(
    store: SimulatedStore,
) -> None:
    await store.put(app={"scopes": NEEDED}, companies=[mill(location())], orders=[bought(1)])

    found = await store.order(1)

    assert found.b2b
    assert (found.company, found.company_location, found.company_profile) == (None, None, None)
    assert "company" in found.unknown


async def test_without_the_scope_of_customers_only_the_main_contact_is_unknown(store: SimulatedStore) -> None:
    await store.put(app={"scopes": [*NEEDED, "read_companies"]}, companies=[mill(location())], orders=[bought(1)])

    found = await store.order(1)

    assert found.company_profile is not None
    assert (found.company_profile.contact, found.company_profile.tax_id) == (None, "BE0123456749")
    assert "company_contact" in found.unknown
    assert "company" not in found.unknown


async def test_a_denied_company_is_unknown_and_its_order_is_whole(store: SimulatedStore) -> None:
    await store.put(companies=[mill(location())], orders=[bought(1)])
    await store.fail("partial_data", operation="CompanyLocations", path=["nodes", 0], code="ACCESS_DENIED")

    found = await store.order(1)

    assert (found.b2b, found.company_profile) == (True, None)
    assert "company" in found.unknown


async def test_a_location_that_the_store_no_longer_has_is_unknown(store: SimulatedStore) -> None:
    await store.put(orders=[bought(1)])

    found = await store.order(1)

    assert (found.company_location is not None, found.company_profile) == (True, None)
    assert "company" in found.unknown
