"""COM-28, P22: the customer that is made for a company, and what prevents it."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.chosen_customers import CreatedCustomer, CustomerChoice, LinkKind
from app.domain.companies import CompanyProfile
from app.domain.customers import CustomerContact, NewCustomer
from app.domain.mappings import CustomerTemplate, Mappings, PaymentTermsMapping, TaxArea
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CountySource, ImportRange, NameSource, TaxIdField
from tests.builders import address, customer, sid, store_customer
from tests.unit.domain.buying_companies import ADA, bought
from tests.unit.domain.choosing_customers import choice, numbers, only, steps

HOME = address(company="Mill BV", country_code="BE", province_code="VAN", province_name="Antwerp", phone="66")
PROFILE = CompanyProfile(contact=ADA, tax_id=" BE0123456749 ", billing_address=HOME, payment_terms_id=sid(5))
TERMS = PaymentTermsMapping(terms_id=sid(5), name="Net 30", payment_terms_code="30D")


def creating(made: Order | None = None, **more: Any) -> CustomerChoice:
    companies = {"auto_create": True, "template_code": "B2B"} | more.pop("companies", {})
    return choice(made or bought(PROFILE), companies=companies, **more)


def new(found: CustomerChoice) -> NewCustomer:
    (made,) = found.new_customers
    assert isinstance(found.sell_to, CreatedCustomer)
    assert found.sell_to == found.bill_to
    return made


def test_a_company_that_nobody_is_becomes_a_customer_with_all_that_the_store_says() -> None:
    area = TaxArea(country_code="BE", province="VAN", tax_area_code="BE-VAN", tax_liable=True, vat_business_group="DOM")
    found = creating(mappings=Mappings(payment_terms=(TERMS,), tax_areas=(area,)))
    made = new(found)
    assert (made.store_company_id, made.store_customer_id, made.template_code) == ("6001", None, "B2B")
    assert (made.name, made.name2, made.contact_name) == ("Mill", "", "Ada Blue")
    assert (made.email, made.phone) == ("Ada@Mill.example", "66")
    assert (made.address.line1, made.address.county, made.address.country_code) == ("Address", "VAN", "BE")
    assert (made.registration_no, made.vat_registration_no) == ("BE0123456749", "")
    assert (made.tax_area_code, made.tax_liable, made.vat_business_group) == ("BE-VAN", True, "DOM")
    assert made.payment_terms_code == "30D"
    assert steps(found)[-1] == ("create", "created")


def test_company_and_main_contact_are_linked_to_it() -> None:
    """COM-28; whoever placed the order is not."""
    found = creating()
    assert [(link.kind, link.shopify_id) for link in found.links_to_make] == [
        (LinkKind.COMPANY, "6001"),
        (LinkKind.STORE_CUSTOMER, "7600"),
    ]


def test_a_location_of_a_company_that_is_somebody_else_is_linked_by_itself() -> None:
    """COM-36."""
    other = customer("SOUTH", registration_no="BE0202239951")
    found = creating(companies={"mapping": ("by_tax_id",)}, known={"company_links": {sid(6001): other}})
    assert [link.kind for link in found.links_to_make] == [LinkKind.COMPANY_LOCATION, LinkKind.STORE_CUSTOMER]
    assert new(found).registration_no == "BE0123456749"


def test_the_tax_id_goes_into_the_field_that_the_shop_names() -> None:
    made = new(creating(companies={"tax_id_field": TaxIdField.VAT_REGISTRATION_NO}))
    assert (made.registration_no, made.vat_registration_no) == ("", "BE0123456749")


@pytest.mark.parametrize(
    "terms",
    [(), (replace(TERMS, payment_terms_code=None),), (replace(TERMS, terms_id=sid(6), primary=True),)],
    ids=["no-row", "no-code", "another-row"],
)
def test_payment_terms_that_are_not_mapped_are_left_to_the_template(terms: tuple[PaymentTermsMapping, ...]) -> None:
    """COM-29, COM-33."""
    assert new(creating(mappings=Mappings(payment_terms=terms))).payment_terms_code == ""


def test_the_county_is_the_code_or_the_name_and_the_contact_is_named_as_customers_are() -> None:
    made = new(creating(county_source=CountySource.NAME, contact_source=NameSource.LAST_FIRST))
    assert (made.address.county, made.contact_name) == ("Antwerp", "Blue Ada")


def test_its_people_are_the_main_contact_and_who_ordered_if_that_is_another() -> None:
    """COM-12, COM-28."""
    ada = CustomerContact(store_customer_id=sid(7600), name="Ada Blue", email="Ada@Mill.example", phone="55", main=True)
    bob = store_customer(number=7601, first_name="Bob", last_name="Red", email="bob@mill.example")
    another = new(creating(bought(PROFILE, customer=bob)))
    assert another.contacts == (
        ada,
        CustomerContact(store_customer_id=sid(7601), name="Bob Red", email="bob@mill.example", phone="", main=False),
    )
    herself = store_customer(number=7600, first_name="A.", last_name="Blue", email="other@mill.example")
    assert new(creating(bought(PROFILE, customer=herself))).contacts == (ada,)
    assert [each.main for each in new(creating(bought(replace(PROFILE, contact=None), customer=bob))).contacts] == [
        False
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (NameSource.LAST_FIRST, "Blue Ada"),
        (NameSource.FIRST_LAST, "Ada Blue"),
        (NameSource.COMPANY, "Ada Blue"),
        (NameSource.NONE, "Ada Blue"),
    ],
)
def test_a_contact_is_always_a_person(source: NameSource, name: str) -> None:
    [ada] = new(creating(bought(PROFILE, customer=None), contact_source=source)).contacts
    assert ada.name == name


@pytest.mark.parametrize(
    ("location_phone", "billing", "expected"), [("77", "66", "66"), ("77", "", "77"), ("", "", "55")]
)
def test_the_phone_is_that_of_the_address_else_the_location_else_the_contact(
    location_phone: str, billing: str, expected: str
) -> None:
    profile = replace(PROFILE, location_phone=location_phone, billing_address=replace(HOME, phone=billing))
    assert new(creating(bought(profile))).phone == expected


def test_the_address_is_the_locations_billing_address_else_its_shipping_address_else_the_orders() -> None:
    ship = address(line1="Dock 1", country_code="BE")
    made = bought(replace(PROFILE, billing_address=None, shipping_address=ship))
    assert new(creating(made)).address.line1 == "Dock 1"
    assert new(creating(bought(replace(PROFILE, billing_address=None)))).address.line1 == "Address"


def test_a_company_without_a_main_contact_is_made_without_an_email() -> None:
    found = creating(bought(replace(PROFILE, contact=None)))
    assert (new(found).email, new(found).contact_name) == ("", "")
    assert [link.kind for link in found.links_to_make] == [LinkKind.COMPANY]


class TestTemplate:
    @pytest.mark.parametrize(
        ("explicit", "country", "companies", "customers", "expected"),
        [
            ("MINE", "BE-T", "B2B", "WEB", "MINE"),
            (None, "BE-T", "B2B", "WEB", "BE-T"),
            (None, None, "B2B", "WEB", "B2B"),
            (None, None, None, "WEB", "WEB"),
        ],
    )
    def test_the_orders_own_then_the_countrys_then_that_of_companies_then_the_shops(
        self, explicit: str | None, country: str | None, companies: str | None, customers: str, expected: str
    ) -> None:
        found = creating(
            mappings=Mappings(templates={("BE", None): CustomerTemplate(country_code="BE", template_code=country)}),
            by_hand=OrderMapping(template_code=explicit),
            companies={"template_code": companies},
            template_code=customers,
        )
        assert new(found).template_code == expected

    def test_the_row_of_the_province_comes_before_that_of_the_country(self) -> None:
        rows = {
            ("BE", None): CustomerTemplate(country_code="BE", template_code="BE-T"),
            ("BE", "VAN"): CustomerTemplate(country_code="BE", province="VAN", template_code="VAN-T"),
        }
        assert new(creating(mappings=Mappings(templates=rows))).template_code == "VAN-T"

    def test_without_any_it_is_a_problem_that_names_where_one_can_be_set(self) -> None:
        found = creating(companies={"template_code": None})
        assert only(found) is ProblemCode.TEMPLATE_MISSING
        assert found.problems[0].pointer == "/settings/companies/template_code"
        assert any("companies.template_code" in fact for fact in found.problems[0].waits_for)


class TestPrevented:
    @pytest.mark.parametrize(
        "companies", [{"auto_create": False}, {"import_": ImportRange.NONE}], ids=["not-allowed", "nothing-imported"]
    )
    def test_nobody_is_made_where_it_is_not_allowed(self, companies: dict[str, Any]) -> None:
        """COM-12."""
        found = creating(companies=companies)
        assert only(found) is ProblemCode.COMPANY_MISSING
        assert "create" not in dict(steps(found))

    def test_a_person_may_ask_for_it_all_the_same(self) -> None:
        """4.05."""
        assert new(creating(companies={"auto_create": False}, may_create=True)).name == "Mill"
        assert not creating(may_create=False).new_customers

    def test_without_any_address_it_is_a_problem_unless_a_default_stands_in(self) -> None:
        made = bought(replace(PROFILE, billing_address=None), bill_to_address=None)
        found = creating(made)
        assert only(found) is ProblemCode.CUSTOMER_NO_ADDRESS
        default = {"default_customer_no": "C900"}
        instead = creating(made, companies=default, known={"by_no": {"C900": customer("C900")}})
        assert numbers(instead) == ("C900", "C900")
        assert steps(instead)[-2:] == [("create", "skipped"), ("company_default", "matched")]
