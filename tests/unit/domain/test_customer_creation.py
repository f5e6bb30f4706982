"""P22: the customer that is made when none is found."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import CreatedCustomer, CustomerChoice, ExistingCustomer, LinkKind
from app.domain.customers import NewCustomer
from app.domain.identifiers import CustomerId
from app.domain.mappings import CustomerTemplate, Mappings, TaxArea
from app.domain.names import names_of
from app.domain.order_record import MatchOutcome, OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CountySource, ImportRange, NameSource
from app.domain.tax_areas import tax_area_of
from tests.builders import SHOP, address, order, settings, store_customer
from tests.unit.domain.choosing_customers import (
    D000,
    HOME,
    choice,
    numbers,
    only,
)


class TestCreation:
    """P22, CUS-36 … CUS-43."""

    def made(self, *addresses: Any, **fields: Any) -> Order:
        return order(customer=store_customer(addresses=addresses or (HOME,), phone="222"), **fields)

    def new(self, found: CustomerChoice) -> NewCustomer:
        assert found.sell_to == found.bill_to == CreatedCustomer(place=0), found.problems
        (new,) = found.new_customers
        return new

    def test_an_unknown_customer_is_made_of_its_only_address(self) -> None:
        """CM-03."""
        found = choice(self.made(address(shopify_id="7101")), auto_create=True, template_code="WEB")
        new = self.new(found)
        assert (new.name, new.name2, new.contact_name) == ("Company", "Firstname Lastname", "Firstname Lastname")
        assert (new.address.line1, new.address.line2, new.address.postal_code) == ("Address", "Address 2", "1111")
        assert (new.address.city, new.address.country_code) == ("City", "US")
        assert (new.template_code, new.email, new.phone) == ("WEB", "dummy@customer.com", "111")
        assert (new.store_customer_id, new.address_id, new.shop_id) == ("7000", "7101", SHOP)
        assert [(link.kind, link.shopify_id) for link in found.links_to_make] == [
            (LinkKind.ADDRESS, "7101"),
            (LinkKind.STORE_CUSTOMER, "7000"),
        ]
        assert found.explanation[-1].outcome is MatchOutcome.CREATED

    def test_ids_given_to_new_customers_fill_both_roles(self) -> None:
        parties = choice(self.made(), auto_create=True, template_code="WEB").parties([CustomerId("cus_new")])
        assert parties.sell_to == parties.bill_to == ExistingCustomer(id=CustomerId("cus_new"), no=None)

    @pytest.mark.parametrize(
        ("setting", "import_", "allowed"),
        [
            (True, ImportRange.WITH_ORDERS, True),
            (True, ImportRange.ALL, True),
            (True, ImportRange.NONE, False),
            (False, ImportRange.WITH_ORDERS, False),
        ],
    )
    def test_creating_needs_the_setting_and_an_import(self, setting: bool, import_: ImportRange, allowed: bool) -> None:
        """CUS-14, CUS-40."""
        found = choice(self.made(), auto_create=setting, import_=import_, template_code="WEB")
        assert bool(found.new_customers) is allowed

    def test_a_person_may_ask_for_it_whatever_the_setting(self) -> None:
        """4.05."""
        assert choice(self.made(), may_create=True, template_code="WEB").new_customers

    @pytest.mark.parametrize(
        ("explicit", "row", "shop", "expected"),
        [("HAND", "US", "WEB", "HAND"), (None, "US", "WEB", "US"), (None, None, "WEB", "WEB")],
    )
    def test_the_template_is_the_orders_then_the_address_countrys_then_the_shops(
        self, explicit: str | None, row: str | None, shop: str, expected: str
    ) -> None:
        """CUS-36, CUS-37."""
        mappings = Mappings(
            templates={
                ("US", None): CustomerTemplate(country_code="US", template_code=row),
                ("NL", None): CustomerTemplate(country_code="NL", template_code="SHIP-TO"),
            }
        )
        made = self.made(ship_to_address=address(country_code="NL"))
        by_hand = OrderMapping(template_code=explicit)
        found = choice(made, mappings=mappings, by_hand=by_hand, auto_create=True, template_code=shop)
        assert self.new(found).template_code == expected

    def test_without_a_template_nobody_is_made(self) -> None:
        found = choice(self.made(), auto_create=True)
        assert only(found) is ProblemCode.TEMPLATE_MISSING
        assert found.problems[0].pointer == "/settings/customers/template_code"
        assert f"setting:{SHOP}:customers.template_code" in found.problems[0].waits_for

    def test_without_an_address_nobody_is_made(self) -> None:
        """CUS-39."""
        found = choice(order(), auto_create=True, template_code="WEB")
        assert only(found) is ProblemCode.CUSTOMER_NO_ADDRESS

    def test_what_cannot_be_made_is_the_default_where_that_is_the_last_resort(self) -> None:
        found = choice(
            order(), known={"by_no": D000}, auto_create=True, default_customer_no="D000", default_as_last_resort=True
        )
        assert numbers(found) == ("D000", "D000")

    def test_an_order_without_a_store_customer_makes_none(self) -> None:
        """CUS-35."""
        assert only(choice(order(customer=None), auto_create=True, template_code="WEB")) is ProblemCode.CUSTOMER_MISSING

    @pytest.mark.parametrize(
        ("given", "sources", "expected"),
        [
            ({}, ("company", "first_last", "first_last"), ("Company", "Ann Lee", "Ann Lee")),
            ({"company": ""}, ("company", "first_last", "first_last"), ("Ann Lee", "", "Ann Lee")),
            ({"company": ""}, ("company", "none", "last_first"), ("Lee Ann", "", "")),
            ({}, ("last_first", "company", "none"), ("Lee Ann", "Company", "")),
            ({"last_name": ""}, ("first_last", "company", "first_last"), ("Ann", "Company", "Ann")),
        ],
    )
    def test_names_are_composed_by_their_sources_and_a_blank_name_takes_the_next(
        self, given: dict[str, str], sources: tuple[str, str, str], expected: tuple[str, str, str]
    ) -> None:
        """CUS-41, CUS-43."""
        home = address(**({"first_name": "Ann", "last_name": "Lee"} | given))
        name, name2, contact = (NameSource(source) for source in sources)
        found = choice(
            self.made(home),
            auto_create=True,
            template_code="WEB",
            name_source=name,
            name2_source=name2,
            contact_source=contact,
        )
        new = self.new(found)
        assert (new.name, new.name2, new.contact_name) == expected

    def test_an_address_without_a_person_takes_the_store_customers_names_and_phone(self) -> None:
        home = address(first_name="", last_name="", company="", phone="")
        new = self.new(choice(self.made(home), auto_create=True, template_code="WEB"))
        assert (new.name, new.phone) == ("Dummy Customer", "222")

    def test_what_a_template_is_for_is_left_to_it(self) -> None:
        """CUS-42: terms and tax numbers; the tax area is its country's."""
        new = self.new(choice(self.made(), auto_create=True, template_code="WEB"))
        assert (new.payment_terms_code, new.vat_registration_no, new.registration_no) == ("", "", "")
        assert (new.tax_area_code, new.tax_liable, new.vat_business_group) == ("", False, "")

    @pytest.mark.parametrize(("source", "county"), [(CountySource.CODE, "CA"), (CountySource.NAME, "California")])
    def test_county_and_tax_area_follow_the_province(self, source: CountySource, county: str) -> None:
        """CUS-8, CUS-41.8, CUS-74: by name or code alike."""
        areas = (
            TaxArea(
                country_code="US", province="CA", tax_area_code="CA-TAX", tax_liable=True, vat_business_group="DOM"
            ),
        )
        home = address(province_code="CA", province_name="California")
        found = choice(
            self.made(home),
            mappings=Mappings(tax_areas=areas),
            auto_create=True,
            template_code="WEB",
            county_source=source,
        )
        new = self.new(found)
        assert new.address.county == county
        assert (new.tax_area_code, new.tax_liable, new.vat_business_group) == ("CA-TAX", True, "DOM")


BLANK: dict[str, str] = {"company": "", "first_name": "", "last_name": ""}
FULL = {"company": "Mill", "first_name": "Ann", "last_name": "Lee"}
BY_SOURCE: dict[str, Callable[[dict[str, str]], str]] = {
    "company": lambda given: given["company"],
    "first_last": lambda given: " ".join(filter(None, (given["first_name"], given["last_name"]))),
    "last_first": lambda given: " ".join(filter(None, (given["last_name"], given["first_name"]))),
    "none": lambda _: "",
}
CONTACT_SOURCES = ("first_last", "last_first", "none")
GIVEN = [
    BLANK | {name: FULL[name] for name in names}
    for number in range(4)
    for names in itertools.combinations(FULL, number)
]


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: "-".join(filter(None, given.values())) or "nothing")
def test_every_combination_of_sources_names_by_the_first_that_says_something(given: dict[str, str]) -> None:
    """CUS-7, CUS-41.1, CUS-43: nothing that a source says is lost, and nothing stands twice in the two names."""
    for name, name2, contact in itertools.product(BY_SOURCE, BY_SOURCE, CONTACT_SOURCES):
        sources = settings(
            customers={
                "name_source": NameSource(name),
                "name2_source": NameSource(name2),
                "contact_source": NameSource(contact),
            }
        )
        said = [BY_SOURCE[source](given) for source in (name, name2, contact)]
        place = next((place for place, text in enumerate(said) if text), None)
        expected = ["", "", said[2] if place != 2 else ""]
        if place is not None:
            expected[0] = said[place]
            expected[1] = said[1] if place == 0 and said[1] != said[0] else ""
        found = names_of(address(**given), sources.customers)
        assert [found.name, found.name2, found.contact_name] == expected, (name, name2, contact)


def a_place(code: str, name: str) -> StoreAddress:
    return address(province_code=code, province_name=name)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (a_place("CA", "California"), "CODE"),
        (a_place("ca ", ""), "CODE"),
        (a_place("", "California"), "NAME"),
        (a_place("XX", "california"), "NAME"),
        (a_place("NV", "Nevada"), "COUNTRY"),
        (a_place("EM", "Empty"), "COUNTRY"),
        (a_place("", ""), "COUNTRY"),
        (address(country_code="NL", province_code="CA"), None),
        (address(country_code=""), None),
    ],
)
def test_a_tax_area_is_that_of_the_provinces_code_then_of_its_name_then_of_the_country(
    place: StoreAddress, expected: str | None
) -> None:
    """CUS-71, CUS-74; an empty row, as the store's list of provinces leaves it, hides nothing."""
    areas = (
        TaxArea(country_code="US", province="CN", province_name="California", tax_area_code="NAME"),
        TaxArea(country_code="US", tax_area_code="COUNTRY"),
        TaxArea(country_code="US", province="EM", province_name="Empty", tax_liable=True),
        TaxArea(country_code="US", province="CA", province_name="Kalifornien", tax_area_code="CODE"),
    )
    found = tax_area_of(place, areas)
    assert (found.tax_area_code if found else None) == expected


def test_what_a_provinces_template_leaves_open_is_its_countrys() -> None:
    """CUS-12, CUS-36, CUS-70."""
    country = CustomerTemplate(
        country_code="US", default_customer_no="US-WEB", template_code="US-NEW", prices_include_tax=True
    )
    province = CustomerTemplate(country_code="US", province="CA", template_code="CA-NEW", prices_include_tax=False)
    mappings = Mappings(templates={("US", None): country, ("US", "CA"): province})
    assert mappings.template_for("US", "CA") == CustomerTemplate(
        country_code="US",
        province="CA",
        default_customer_no="US-WEB",
        template_code="CA-NEW",
        prices_include_tax=False,
    )
    empty = CustomerTemplate(country_code="US", province="NV")
    inherited = Mappings(templates={("US", None): country, ("US", "NV"): empty}).template_for("US", "NV")
    assert inherited == CustomerTemplate(
        country_code="US",
        province="NV",
        default_customer_no="US-WEB",
        template_code="US-NEW",
        prices_include_tax=True,
    )
    assert mappings.template_for("US", "NV") == country
    assert Mappings(templates={("US", "CA"): province}).template_for("US", "CA") == province
    assert mappings.template_for("NL", "") is None
