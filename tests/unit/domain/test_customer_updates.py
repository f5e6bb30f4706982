"""P22, CUS-63: what a found customer becomes when the store may say so."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.addresses import Address
from app.domain.customer_updates import CustomerUpdate, updated, updates_of
from app.domain.customers import Customer
from app.domain.mappings import CustomerTemplate, Mappings, TaxArea
from app.domain.orders import Order
from app.domain.shop_settings import CustomerMapping, NameSource
from tests.builders import SHOP, address, customer, order, settings, sid, store_customer
from tests.unit.domain.choosing_customers import HOME, WORK, choice

OURS = customer(
    "C200",
    name="Old",
    name2="Older",
    contact_name="Oldest",
    email="old@example.com",
    phone="1",
    address=Address(line1="Old Street", line2="Behind", city="Gouda", country_code="NL"),
    vat_registration_no="NL1",
    payment_terms_code="30D",
)
BUYER = store_customer(email="new@example.com", phone="2", addresses=(HOME,))


def said(buyer: Any = BUYER, *, ours: Customer = OURS, mappings: Mappings | None = None, **customers: Any) -> Any:
    """What the store says of ``ours``, to whom the buyer is linked."""
    made: Order = order(customer=buyer)
    given = {"update_from_store": True} | customers
    found = choice(made, known={"store_customer_links": {sid(7000): ours}}, **given)
    tables = mappings or Mappings()
    return list(updates_of(made, found, shop_id=SHOP, settings=settings(customers=given), mappings=tables))


def becomes(buyer: Any = BUYER, **customers: Any) -> Customer:
    [update] = said(buyer, **customers)
    return updated(OURS, update.said, settings(customers=customers).customers)


def test_names_address_email_and_phone_become_the_stores_and_the_rest_stays() -> None:
    home = address(phone="", line2="")
    after = becomes(replace(BUYER, addresses=(home,)))
    assert (after.name, after.name2, after.contact_name) == ("Company", "Firstname Lastname", "Firstname Lastname")
    assert (after.email, after.phone) == ("new@example.com", "2")
    assert after.address == Address(line1="Address", postal_code="1111", city="City", country_code="US")
    assert (after.id, after.no, after.vat_registration_no, after.payment_terms_code) == (
        OURS.id,
        "C200",
        "NL1",
        "30D",
    )


def test_a_blank_email_or_phone_clears_nothing() -> None:
    after = becomes(store_customer(email="", phone="", addresses=(address(phone=""),)))
    assert (after.email, after.phone) == ("old@example.com", "1")


def test_the_email_typed_at_a_checkout_is_not_the_customers() -> None:
    buyer = store_customer(email="", addresses=(HOME,))
    [update] = said(buyer)
    assert update.said.email == ""


def test_without_any_name_the_names_stay() -> None:
    nameless = address(first_name="", last_name="", company="")
    after = becomes(replace(BUYER, first_name="", last_name="", addresses=(nameless,)))
    assert (after.name, after.name2, after.contact_name) == ("Old", "Older", "Oldest")


def test_a_name_without_a_source_is_the_erps() -> None:
    after = becomes(name2_source=NameSource.NONE, contact_source=NameSource.NONE)
    assert (after.name, after.name2, after.contact_name) == ("Company", "Older", "Oldest")


@pytest.mark.parametrize(
    ("mappings", "customers"),
    [
        (Mappings(), {"default_customer_no": "C200"}),
        (
            Mappings(templates={("NL", None): CustomerTemplate(country_code="NL", default_customer_no="C200")}),
            {},
        ),
        (Mappings(), {"update_from_store": False}),
    ],
)
def test_defaults_and_shops_that_do_not_allow_it_are_left_alone(mappings: Mappings, customers: dict[str, Any]) -> None:
    assert said(mappings=mappings, **customers) == []


def test_without_an_address_the_store_says_nothing() -> None:
    assert said(store_customer()) == []


def test_the_same_said_again_is_the_same_whatever_settings_make_of_it() -> None:
    def digest(buyer: Any = BUYER, **given: Any) -> bytes:
        [update] = said(buyer, **given)
        assert isinstance(update, CustomerUpdate)
        return update.digest

    area = TaxArea(country_code="US", tax_area_code="US")
    assert digest() == digest(name_source=NameSource.LAST_FIRST, mappings=Mappings(tax_areas=(area,)))
    news = (
        replace(BUYER, email="newer@example.com"),
        replace(BUYER, addresses=(replace(HOME, city="Elsewhere"),)),
        replace(BUYER, addresses=(replace(HOME, phone="3"),)),
        replace(BUYER, last_name="Married"),
    )
    assert len({digest(), *(digest(each) for each in news)}) == 5
    assert digest() != digest(ours=customer("C201"))


def test_a_customer_found_by_an_address_is_named_with_it() -> None:
    made = order(
        customer=store_customer(addresses=(HOME, WORK)),
        bill_to_address=WORK,
        sell_to_address=HOME,
        ship_to_address=HOME,
    )
    given: dict[str, Any] = {"update_from_store": True, "mapping": CustomerMapping.BY_BILL_TO}
    found = choice(made, known={"address_links": {"7102": OURS}}, **given)
    [update] = updates_of(made, found, shop_id=SHOP, settings=settings(customers=given), mappings=Mappings())
    assert (update.customer_id, update.said.address.city, update.said.address_id) == (OURS.id, "Work", "7102")
