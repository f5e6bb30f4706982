"""COM-10 … COM-28, COM-36: the customer of a company's order, rule after rule, each explained (P20, P21)."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.chosen_customers import CustomerChoice, ExistingCustomer, LinkKind
from app.domain.companies import CompanyProfile
from app.domain.customer_lookup import CustomerLookup, LocationCustomers
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId
from app.domain.mappings import CustomerTemplate, Mappings
from app.domain.order_record import MatchOutcome, OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CompanyMapping, ImportRange, TaxIdField
from tests.builders import SHOP, address, customer, settings, sid
from tests.unit.domain.buying_companies import ADA, bought
from tests.unit.domain.choosing_customers import LINKED, choice, lookup, numbers, only, steps

NORTH = CompanyProfile(contact=ADA, tax_id="BE 0123.456.749", billing_address=address(country_code="BE"))
BY_EMAIL, BY_TAX_ID, DEFAULT = CompanyMapping.BY_EMAIL_PHONE, CompanyMapping.BY_TAX_ID, CompanyMapping.DEFAULT_COMPANY
C900 = {"C900": customer("C900")}


def chosen(
    made: Order | None = None,
    *,
    known: dict[str, Any] | None = None,
    mapping: tuple[CompanyMapping, ...] = (),
    **more: Any,
) -> CustomerChoice:
    companies = more.pop("companies", {}) | ({"mapping": mapping} if mapping else {})
    return choice(made or bought(NORTH), known=known, companies=companies, **more)


def with_tax_id(no: str, tax_id: str = "BE0123456749", **fields: Any) -> Customer:
    return customer(no, registration_no=tax_id, **fields)


def by_email(*found: Customer) -> dict[str, Any]:
    return {"by_email": {"ada@mill.example": found}}


def by_phone(*found: Customer) -> dict[str, Any]:
    return {"by_phone": {"BE55": found}}


def by_tax_id(*found: Customer, key: str = "BE0123456749") -> dict[str, Any]:
    return {"by_tax_id": {key: found}}


def links(found: CustomerChoice) -> list[tuple[str, str, str | None]]:
    return [
        (link.kind.value, link.shopify_id, link.customer.no if isinstance(link.customer, ExistingCustomer) else "new")
        for link in found.links_to_make
    ]


class TestLinks:
    """COM-11, COM-36."""

    def test_the_locations_own_customers_come_before_everything_that_is_found(self) -> None:
        known = {
            "company_links": {sid(6001): customer("COMPANY")},
            "company_location_links": {
                sid(6101): LocationCustomers(sell_to=customer("NORTH"), bill_to=customer("HEAD OFFICE"))
            },
        } | by_email(customer("MAIL"))
        found = chosen(known=known)
        assert numbers(found) == ("NORTH", "HEAD OFFICE")
        assert found.links_to_make == ()

    def test_then_the_companys_customer_for_both_roles(self) -> None:
        found = chosen(known={"company_links": {sid(6001): customer("COMPANY")}} | by_email(customer("MAIL")))
        assert numbers(found) == ("COMPANY", "COMPANY")
        assert steps(found) == [
            ("company_location_link", "not_found"),
            ("company_link", "matched"),
        ]
        assert found.explanation[-1].matched_on == "company_id"

    def test_a_linked_customer_with_another_tax_id_is_not_this_location_where_tax_ids_decide(self) -> None:
        """COM-36: the location is somebody of its own, and linked by itself."""
        known = {"company_links": {sid(6001): with_tax_id("SOUTH", "BE0202239951")}} | by_tax_id(with_tax_id("NORTH"))
        found = chosen(known=known, mapping=(BY_TAX_ID,))
        assert numbers(found) == ("NORTH", "NORTH")
        assert [
            (each.rule, each.outcome.value, each.matched_on, each.candidates) for each in found.explanation[1:]
        ] == [
            ("company_link", "skipped", "tax_id", ("SOUTH",)),
            ("company_tax_id", "matched", "registration_no", ("NORTH",)),
        ]
        assert links(found)[0] == ("company_location", "6101", "NORTH")

    @pytest.mark.parametrize(
        ("linked", "mapping"),
        [
            (with_tax_id("SOUTH", "BE0202239951"), (BY_EMAIL,)),
            (customer("SOUTH"), (BY_TAX_ID,)),
            (
                with_tax_id("SOUTH", "0123 456 749", address=replace(customer().address, country_code="BE")),
                (BY_TAX_ID,),
            ),
            (with_tax_id("SOUTH", "0123456749"), (BY_TAX_ID,)),
        ],
        ids=["tax-ids-decide-nothing", "no-tax-id", "the-same-tax-id", "perhaps-the-same"],
    )
    def test_else_the_companys_link_holds(self, linked: Customer, mapping: tuple[CompanyMapping, ...]) -> None:
        found = chosen(known={"company_links": {sid(6001): linked}} | by_tax_id(with_tax_id("NORTH")), mapping=mapping)
        assert numbers(found) == ("SOUTH", "SOUTH")


class TestDefaults:
    """COM-10, COM-12, COM-25."""

    def test_where_no_companies_are_imported_the_default_comes_before_links_and_searches(self) -> None:
        known = {"company_links": {sid(6001): customer("COMPANY")}, "by_no": C900}
        found = chosen(known=known, companies={"default_customer_no": "C900", "import_": ImportRange.NONE})
        assert numbers(found) == ("C900", "C900")
        assert steps(found) == [("company_import_none_default", "matched")]

    def test_a_default_that_is_not_known_is_a_problem_and_waited_for(self) -> None:
        found = chosen(companies={"default_customer_no": "C900", "import_": ImportRange.NONE})
        assert only(found) is ProblemCode.COMPANY_MISSING
        assert "C900" in found.problems[0].detail
        assert "customer:C900" in found.problems[0].waits_for

    def test_the_default_company_as_a_mapping_links_nothing(self) -> None:
        found = chosen(known={"by_no": C900}, mapping=(DEFAULT,), companies={"default_customer_no": "C900"})
        assert numbers(found) == ("C900", "C900")
        assert (steps(found)[-1], found.links_to_make) == (("default_company", "matched"), ())

    def test_the_default_is_the_last_resort_in_every_mode(self) -> None:
        found = chosen(known={"by_no": C900}, mapping=(BY_TAX_ID,), companies={"default_customer_no": "C900"})
        assert numbers(found) == ("C900", "C900")
        assert steps(found)[-2:] == [
            ("company_tax_id", "not_found"),
            ("company_default", "matched"),
        ]

    def test_no_default_by_country_and_no_link_of_a_consumer_is_asked(self) -> None:
        """P20."""
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
        found = chosen(mappings=mappings, known=LINKED | {"by_no": {"US-WEB": customer("US-WEB")}})
        assert only(found) is ProblemCode.COMPANY_MISSING


class TestByEmailAndPhone:
    """COM-23."""

    def test_the_main_contacts_email_finds_and_links_company_and_contact(self) -> None:
        found = chosen(known=by_email(customer("MAIL")) | by_phone(customer("PHONE")))
        assert numbers(found) == ("MAIL", "MAIL")
        assert found.explanation[-1].matched_on == "main_contact.email"
        assert links(found) == [("company", "6001", "MAIL"), ("store_customer", "7600", "MAIL")]

    def test_then_the_phone_read_with_the_country_of_the_location(self) -> None:
        found = chosen(known=by_phone(customer("PHONE")))
        assert numbers(found) == ("PHONE", "PHONE")
        assert steps(found)[-2:] == [("company_email", "not_found"), ("company_phone", "matched")]

    def test_who_placed_the_order_says_nothing_of_the_company(self) -> None:
        made = bought(NORTH, email="buyer@other.example", phone="77")
        assert lookup(made, settings(), Mappings()).email_key == "ada@mill.example"
        nobody = lookup(bought(replace(NORTH, contact=None), email="buyer@other.example"), settings(), Mappings())
        assert (nobody.email_key, nobody.phone_key, nobody.store_customer_id) == (None, None, None)

    @pytest.mark.parametrize("found_by", [by_email, by_phone])
    def test_several_are_reported_with_their_numbers_whatever_else_would_do(self, found_by: Any) -> None:
        """P21."""
        companies = {"default_customer_no": "C900", "auto_create": True}
        found = chosen(
            known={"by_no": C900} | found_by(customer("B"), customer("A")), companies=companies, template_code="WEB"
        )
        assert only(found) is ProblemCode.CUSTOMER_AMBIGUOUS
        assert found.explanation[-1].candidates == ("A", "B")
        assert "A, B" in found.problems[0].detail
        assert "mill.example" not in found.problems[0].detail


class TestByTaxId:
    """COM-24."""

    def test_the_locations_tax_id_finds_and_links_the_company(self) -> None:
        found = chosen(known=by_tax_id(with_tax_id("TAX")) | by_email(customer("MAIL")), mapping=(BY_TAX_ID,))
        assert numbers(found) == ("TAX", "TAX")
        assert links(found) == [("company", "6001", "TAX"), ("store_customer", "7600", "TAX")]

    def test_the_field_that_holds_it_is_the_shops_to_say(self) -> None:
        vat = customer("VAT", vat_registration_no="BE0123456749")
        companies = {"tax_id_field": TaxIdField.VAT_REGISTRATION_NO}
        assert numbers(chosen(known=by_tax_id(vat), mapping=(BY_TAX_ID,), companies=companies)) == ("VAT", "VAT")
        found = chosen(known=by_tax_id(vat), mapping=(BY_TAX_ID,))
        assert only(found) is ProblemCode.COMPANY_MISSING

    def test_without_prefix_it_is_the_same_only_in_the_country_of_the_location(self) -> None:
        belgian = with_tax_id("BE", "0123456749", address=replace(customer().address, country_code="BE"))
        dutch = with_tax_id("NL", "0123456749", address=replace(customer().address, country_code="NL"))
        known = by_tax_id(belgian, dutch, key="0123456749")
        assert numbers(chosen(known=known, mapping=(BY_TAX_ID,))) == ("BE", "BE")

    def test_a_customer_found_by_two_forms_is_one_and_two_customers_are_ambiguous(self) -> None:
        one = with_tax_id("ONE")
        bare = with_tax_id("BARE", "0123456749", address=replace(customer().address, country_code="BE"))
        keys = {"by_tax_id": {"BE0123456749": (one,), "0123456749": (bare,)}}
        assert only(chosen(known=keys, mapping=(BY_TAX_ID,))) is ProblemCode.CUSTOMER_AMBIGUOUS
        twice = {"by_tax_id": {"BE0123456749": (one, one)}}
        assert numbers(chosen(known=twice, mapping=(BY_TAX_ID,))) == ("ONE", "ONE")

    def test_a_blank_tax_id_finds_nobody_and_the_next_way_is_tried(self) -> None:
        made = bought(replace(NORTH, tax_id=""))
        found = chosen(
            made, known=by_tax_id(customer("BLANK"), key="") | by_email(customer("MAIL")), mapping=(BY_TAX_ID, BY_EMAIL)
        )
        assert numbers(found) == ("MAIL", "MAIL")
        assert ("company_tax_id", "skipped") in steps(found)


class TestChain:
    """COM-36: several ways, in the order given."""

    @pytest.mark.parametrize(
        ("mapping", "expected"),
        [((BY_TAX_ID, BY_EMAIL), "TAX"), ((BY_EMAIL, BY_TAX_ID), "MAIL"), ((DEFAULT, BY_EMAIL), "C900")],
    )
    def test_the_first_that_finds_somebody_decides(self, mapping: tuple[CompanyMapping, ...], expected: str) -> None:
        known = by_tax_id(with_tax_id("TAX")) | by_email(customer("MAIL")) | {"by_no": C900}
        found = chosen(known=known, mapping=mapping, companies={"default_customer_no": "C900"})
        assert numbers(found) == (expected, expected)

    def test_every_way_that_was_tried_is_explained_in_its_order(self) -> None:
        found = chosen(mapping=(BY_TAX_ID, BY_EMAIL))
        assert steps(found) == [
            ("company_location_link", "not_found"),
            ("company_link", "not_found"),
            ("company_tax_id", "not_found"),
            ("company_email", "not_found"),
            ("company_phone", "not_found"),
        ]

    def test_somebody_with_another_tax_id_is_not_found_by_email_where_tax_ids_decide(self) -> None:
        """The same person may buy for two companies."""
        sister = with_tax_id("SISTER", "BE0202239951")
        found = chosen(known=by_email(sister), mapping=(BY_TAX_ID, BY_EMAIL))
        assert only(found) is ProblemCode.COMPANY_MISSING
        assert [each.candidates for each in found.explanation if each.rule == "company_email"] == [("SISTER",)]
        both = chosen(known=by_email(sister, customer("NO TAX ID")), mapping=(BY_TAX_ID, BY_EMAIL))
        assert numbers(both) == ("NO TAX ID", "NO TAX ID")


class TestProblem:
    """P33."""

    def test_it_says_what_was_tried_and_what_helps(self) -> None:
        found = chosen(mapping=(BY_TAX_ID, BY_EMAIL))
        (problem,) = found.problems
        assert problem.detail == (
            "No customer was found for company 6001 by the link of its location, its own link, "
            "the tax id of its location and the e-mail and phone of its main contact. "
            "No default customer is set. Creating customers for companies is not allowed."
        )
        assert "Link the company or its location" in problem.remedy

    def test_it_waits_for_whatever_would_bring_the_customer(self) -> None:
        (problem,) = chosen(companies={"default_customer_no": "C900"}).problems
        assert {
            f"company:{SHOP}:6001",
            "customer_email:ada@mill.example",
            "customer_phone:BE55",
            "customer_tax_id:BE0123456749",
            "customer_tax_id:0123456749",
            "customer:C900",
            f"setting:{SHOP}:companies.auto_create",
            f"setting:{SHOP}:companies.mapping",
        } <= set(problem.waits_for)

    @pytest.mark.parametrize(
        ("part", "scope", "profile"),
        [("company", "read_companies", None), ("company_contact", "read_customers", replace(NORTH, contact=None))],
    )
    def test_what_the_store_does_not_tell_is_named_with_the_scope_and_nobody_is_made(
        self, part: str, scope: str, profile: CompanyProfile | None
    ) -> None:
        made = bought(profile, unknown=(part,))
        found = chosen(made, companies={"auto_create": True}, template_code="WEB")
        assert only(found) is ProblemCode.COMPANY_MISSING
        assert scope in found.problems[0].detail
        assert not found.new_customers
        skipped = [each for each in found.explanation if each.outcome is MatchOutcome.SKIPPED and each.matched_on]
        assert {(each.rule, each.matched_on) for each in skipped} >= {("company_email", part), ("create", part)}

    def test_a_company_that_is_not_told_at_all_still_takes_the_default(self) -> None:
        made = bought(None, company=None, company_location=None, unknown=("company",))
        found = chosen(made, known={"by_no": C900}, companies={"default_customer_no": "C900"})
        assert numbers(found) == ("C900", "C900")


def test_what_must_be_looked_up_names_company_location_contact_tax_id_and_default() -> None:
    shop = settings(companies={"default_customer_no": "C900", "tax_id_field": TaxIdField.VAT_REGISTRATION_NO})
    by_hand = OrderMapping(sell_to_customer_id=CustomerId("cus_A"))
    assert lookup(bought(NORTH), shop, Mappings(), by_hand) == CustomerLookup(
        email_key="ada@mill.example",
        phone_key="BE55",
        customer_nos=("C900",),
        customer_ids=(CustomerId("cus_A"),),
        company_id=sid(6001),
        company_location_id=sid(6101),
        tax_id_field=TaxIdField.VAT_REGISTRATION_NO,
        tax_id_keys=("BE0123456749", "0123456749"),
    )


def test_a_customer_chosen_by_hand_stays_and_no_link_is_made() -> None:
    by_hand = OrderMapping(sell_to_customer_id=CustomerId("cus_HAND"), by_hand=("sell_to_customer_id",))
    known = by_email(customer("MAIL")) | {"by_id": {CustomerId("cus_HAND"): customer("HAND")}}
    found = chosen(known=known, by_hand=by_hand)
    assert numbers(found) == ("HAND", "HAND")
    assert found.links_to_make == ()


def test_an_unnumbered_customer_that_the_last_order_made_is_found_by_our_id() -> None:
    found = chosen(known={"company_links": {sid(6001): customer(None, our_id="cus_9")}})
    assert found.sell_to == ExistingCustomer(id=CustomerId("cus_9"), no=None)
    assert LinkKind.COMPANY not in {link.kind for link in found.links_to_make}
