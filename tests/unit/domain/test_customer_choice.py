"""P20–P22: who bought and who pays, rule after rule, each explained."""

from typing import Any

import pytest

from app.domain.chosen_customers import ExistingCustomer, LinkKind
from app.domain.customer_lookup import (
    CustomerLookup,
    LocationCustomers,
    key_of,
)
from app.domain.identifiers import CustomerId, ShopId
from app.domain.mappings import CustomerTemplate, Mappings
from app.domain.order_record import OrderMapping
from app.domain.orders import Named, Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CustomerMapping, ImportRange
from tests.builders import SHOP, address, customer, order, settings, sid, store_customer
from tests.unit.domain.choosing_customers import (
    D000,
    HOME,
    LINKED,
    WORK,
    by_key,
    choice,
    lookup,
    numbers,
    only,
    steps,
)


class TestDefaults:
    """CUS-10, CUS-11, CUS-12, CUS-54."""

    def test_the_default_of_the_ship_to_country_comes_before_everything(self) -> None:
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
        found = choice(order(), mappings=mappings, known=LINKED | {"by_no": {"US-WEB": customer("US-WEB")}})
        assert numbers(found) == ("US-WEB", "US-WEB")
        assert steps(found) == [("template_default", "matched")]
        assert found.explanation[0].matched_on == "ship_to_country"

    def test_the_default_of_a_province_comes_before_its_countrys(self) -> None:
        mappings = Mappings(
            templates={
                ("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB"),
                ("US", "CA"): CustomerTemplate(country_code="US", province="CA", default_customer_no="CA-WEB"),
            }
        )
        made = order(ship_to_address=address(province_code="CA"))
        assert numbers(choice(made, mappings=mappings, known={"by_no": {"CA-WEB": customer("CA-WEB")}}))[0] == "CA-WEB"

    def test_an_empty_row_does_not_hide_the_default_where_nothing_is_imported(self) -> None:
        """CUS-12."""
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US")})
        found = choice(
            order(),
            mappings=mappings,
            known=LINKED | {"by_no": D000},
            import_=ImportRange.NONE,
            default_customer_no="D000",
        )
        assert numbers(found) == ("D000", "D000")
        assert steps(found)[-1] == ("import_none_default", "matched")

    def test_always_default_means_it_even_for_a_linked_customer_or_one_without_names(self) -> None:
        """CUS-26, CM-01."""
        made = order(bill_to_address=None, sell_to_address=None)
        found = choice(
            made, known=LINKED | {"by_no": D000}, mapping=CustomerMapping.ALWAYS_DEFAULT, default_customer_no="D000"
        )
        assert numbers(found) == ("D000", "D000")

    def test_a_default_that_is_not_known_is_a_problem_and_waited_for(self) -> None:
        found = choice(order(), mapping=CustomerMapping.ALWAYS_DEFAULT, default_customer_no="D000")
        assert only(found) is ProblemCode.CUSTOMER_MISSING
        assert "customer:D000" in found.problems[0].waits_for
        assert found.problems[0].remedy == "Send the customer D000, or name another in customers.default_customer_no."

    def test_a_countrys_default_that_is_not_known_is_to_be_sent_or_named_in_the_template(self) -> None:
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
        found = choice(order(), mappings=mappings)
        assert found.problems[0].remedy == "Send the customer US-WEB, or name another in the customer template of US."

    def test_the_default_is_the_last_resort_only_where_allowed(self) -> None:
        """CUS-15 as a visible option."""
        known = {"by_no": D000}
        assert only(choice(order(), known=known, default_customer_no="D000")) is ProblemCode.CUSTOMER_MISSING
        found = choice(order(), known=known, default_customer_no="D000", default_as_last_resort=True)
        assert numbers(found) == ("D000", "D000")
        assert steps(found)[-1] == ("default_as_last_resort", "matched")


class TestByEmailAndPhone:
    """CUS-28 … CUS-35."""

    def test_the_linked_store_customer_comes_first(self) -> None:
        found = choice(order(), known=LINKED | {"by_email": {"dummy@customer.com": (customer("MAIL"),)}})
        assert numbers(found) == ("LINK", "LINK")
        assert found.links_to_make == ()

    def test_then_the_email_and_the_link_is_made(self) -> None:
        """CUS-30: searched again although the store customer is known."""
        known = {"by_email": {"dummy@customer.com": (customer("MAIL"),)}, "by_phone": {"US1": (customer("PHONE"),)}}
        found = choice(order(customer=store_customer(phone="1")), known=known)
        assert numbers(found) == ("MAIL", "MAIL")
        (link,) = found.links_to_make
        assert (link.kind, link.shopify_id, link.customer) == (LinkKind.STORE_CUSTOMER, "7000", found.sell_to)
        assert steps(found) == [
            ("store_customer_link", "not_found"),
            ("email", "matched"),
        ]
        assert found.explanation[-1].matched_on == "email"

    def test_then_the_phone(self) -> None:
        found = choice(order(customer=store_customer(phone="1")), known={"by_phone": {"US1": (customer("PHONE"),)}})
        assert numbers(found) == ("PHONE", "PHONE")

    def test_several_customers_with_the_email_are_reported_and_nothing_else_is_tried(self) -> None:
        """P21."""
        twins = (customer("B"), customer("A"))
        known = {"by_email": {"dummy@customer.com": twins}, "by_phone": {"US1": (customer("PHONE"),)}, "by_no": D000}
        found = choice(
            order(customer=store_customer(phone="1")),
            known=known,
            auto_create=True,
            template_code="WEB",
            default_customer_no="D000",
            default_as_last_resort=True,
        )
        assert only(found) is ProblemCode.CUSTOMER_AMBIGUOUS
        assert found.explanation[-1].candidates == ("A", "B")
        assert "A, B" in found.problems[0].detail

    def test_the_same_customer_found_twice_is_one(self) -> None:
        one = customer("MAIL")
        assert numbers(choice(order(), known={"by_email": {"dummy@customer.com": (one, one)}})) == ("MAIL", "MAIL")

    def test_an_order_without_a_store_customer_is_found_by_its_own_email_and_links_nothing(self) -> None:
        found = choice(
            order(customer=None, email="Till@Example.com"), known={"by_email": {"till@example.com": (customer("T"),)}}
        )
        assert numbers(found) == ("T", "T")
        assert found.links_to_make == ()

    def test_a_customer_that_the_erp_has_not_numbered_is_named_by_our_id(self) -> None:
        unnumbered = customer(None, our_id="cus_9")
        found = choice(order(), known={"store_customer_links": {sid(7000): unnumbered}})
        assert found.sell_to == ExistingCustomer(id=CustomerId("cus_9"), no=None)
        assert found.explanation[-1].candidates == ("cus_9",)

    def test_a_missing_customer_waits_for_whatever_would_bring_it(self) -> None:
        found = choice(order(customer=store_customer(phone="1")))
        assert only(found) is ProblemCode.CUSTOMER_MISSING
        waits = found.problems[0].waits_for
        assert {
            f"store_customer:{SHOP}:7000",
            "customer_email:dummy@customer.com",
            "customer_phone:US1",
            f"template:{SHOP}:US",
            f"setting:{SHOP}:customers.auto_create",
        } <= set(waits)
        assert "dummy@customer.com" not in found.problems[0].detail


class TestByBillTo:
    """CUS-46 … CUS-52."""

    def made(self, **fields: Any) -> Order:
        given = {"bill_to_address": WORK, "sell_to_address": WORK, "customer": store_customer(addresses=(HOME, WORK))}
        return order(**(given | fields))

    def test_the_link_of_the_address_that_equals_the_bill_to_comes_first(self) -> None:
        known = LINKED | {"address_links": {"7102": customer("WORK"), "7101": customer("HOME")}}
        assert numbers(choice(self.made(), known=known, mapping=CustomerMapping.BY_BILL_TO)) == ("WORK", "WORK")

    def test_addresses_compare_without_case_accents_and_punctuation(self) -> None:
        made = self.made(bill_to_address=address(company="WORKS, Ltd.", city="Wórk", line1="address"))
        known = {"address_links": {"7102": customer("WORK")}}
        assert numbers(choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO))[1] == "WORK"

    def test_the_same_place_with_another_name_is_another_customer(self) -> None:
        """CUS-48."""
        made = self.made(bill_to_address=address(company="Others Ltd", city="Work"), sell_to_address=None)
        found = choice(made, known={"address_links": {"7102": customer("WORK")}}, mapping=CustomerMapping.BY_BILL_TO)
        assert only(found) is ProblemCode.CUSTOMER_MISSING

    def test_then_the_linked_store_customer(self) -> None:
        made = self.made()
        found = choice(
            made, known=LINKED | {"by_address": by_key(made, customer("SAME"))}, mapping=CustomerMapping.BY_BILL_TO
        )
        assert found.bill_to == ExistingCustomer(id=CustomerId("cus_LINK"), no="LINK")

    def test_then_a_customer_with_the_same_names_and_address_whose_address_is_linked(self) -> None:
        made = self.made()
        found = choice(made, known={"by_address": by_key(made, customer("SAME"))}, mapping=CustomerMapping.BY_BILL_TO)
        assert numbers(found) == ("SAME", "SAME")
        assert [(link.kind, link.shopify_id) for link in found.links_to_make] == [(LinkKind.ADDRESS, "7102")]

    def test_several_customers_with_that_address_are_reported(self) -> None:
        made = self.made()
        known = {"by_address": by_key(made, customer("A"), customer("B"))}
        assert only(choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO)) is ProblemCode.CUSTOMER_AMBIGUOUS

    def test_candidates_that_another_shop_made_are_told_without_their_ids(self) -> None:
        made = self.made()
        ours, theirs = (customer(None, our_id=f"cus_{shop}", shop_id=ShopId(shop)) for shop in (SHOP, "shp_other"))
        known = {"by_address": by_key(made, customer("A"), ours, theirs)}
        found = choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO)
        assert found.explanation[-1].candidates == ("(another shop's new customer)", "A", f"cus_{SHOP}")
        assert "cus_shp_other" not in found.problems[0].detail

    def test_a_sell_to_found_apart_keeps_its_own_customer(self) -> None:
        """CUS-13: sell-to equals bill-to unless found apart."""
        made = self.made(sell_to_address=HOME)
        known = {"address_links": {"7101": customer("HOME"), "7102": customer("WORK")}}
        assert numbers(choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO)) == ("HOME", "WORK")

    def test_a_sell_to_not_found_is_the_bill_to(self) -> None:
        made = self.made(sell_to_address=HOME)
        known = {"address_links": {"7102": customer("WORK")}}
        assert numbers(choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO)) == ("WORK", "WORK")

    def test_without_names_the_email_decides(self) -> None:
        """CUS-25."""
        nameless = address(first_name="", last_name="", company="")
        made = self.made(bill_to_address=nameless, sell_to_address=nameless)
        known = {"by_email": {"dummy@customer.com": (customer("MAIL"),)}}
        assert numbers(choice(made, known=known, mapping=CustomerMapping.BY_BILL_TO)) == ("MAIL", "MAIL")

    def test_a_new_customer_is_made_of_the_bill_to_and_only_that_address_is_linked(self) -> None:
        """CUS-52: one store customer may be several customers."""
        found = choice(self.made(), mapping=CustomerMapping.BY_BILL_TO, auto_create=True, template_code="WEB")
        (new,) = found.new_customers
        assert (new.name, new.address.city, new.address_id) == ("Works Ltd", "Work", "7102")
        assert [(link.kind, link.shopify_id) for link in found.links_to_make] == [(LinkKind.ADDRESS, "7102")]

    def test_a_new_customer_of_an_unknown_bill_to_is_made_of_the_default_address_and_linked_as_a_whole(self) -> None:
        """CUS-51."""
        found = choice(
            self.made(bill_to_address=address(city="Elsewhere")),
            mapping=CustomerMapping.BY_BILL_TO,
            auto_create=True,
            template_code="WEB",
        )
        assert found.new_customers[0].address.city == "Home"
        assert [link.kind for link in found.links_to_make] == [LinkKind.ADDRESS, LinkKind.STORE_CUSTOMER]


class TestByHand:
    """P20: a customer chosen by hand is never overwritten (4.03)."""

    def hand(self, **given: str) -> OrderMapping:
        chosen = {name: CustomerId(no) for name, no in given.items()}
        return OrderMapping(**chosen, by_hand=tuple(chosen))  # type: ignore[arg-type]

    def test_both_stay_even_against_the_countrys_default(self) -> None:
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
        known = LINKED | {"by_id": {CustomerId("cus_A"): customer("A"), CustomerId("cus_B"): customer("B")}}
        by_hand = self.hand(sell_to_customer_id="cus_A", bill_to_customer_id="cus_B")
        found = choice(order(), mappings=mappings, known=known, by_hand=by_hand)
        assert numbers(found) == ("A", "B")
        assert steps(found) == [("by_hand", "matched")]

    def test_one_is_taken_for_the_other(self) -> None:
        known = LINKED | {"by_id": {CustomerId("cus_A"): customer("A")}}
        assert numbers(choice(order(), known=known, by_hand=self.hand(sell_to_customer_id="cus_A"))) == ("A", "A")
        assert numbers(choice(order(), known=known, by_hand=self.hand(bill_to_customer_id="cus_A"))) == ("A", "A")

    def test_where_addresses_decide_the_other_may_be_found_apart(self) -> None:
        made = order(customer=store_customer(addresses=(HOME, WORK)), bill_to_address=WORK, sell_to_address=HOME)
        known = {"by_id": {CustomerId("cus_A"): customer("A")}, "address_links": {"7102": customer("WORK")}}
        found = choice(
            made, known=known, by_hand=self.hand(sell_to_customer_id="cus_A"), mapping=CustomerMapping.BY_BILL_TO
        )
        assert numbers(found) == ("A", "WORK")

    def test_what_a_rule_chose_earlier_is_not_by_hand(self) -> None:
        earlier = OrderMapping(sell_to_customer_id=CustomerId("cus_A"))
        assert numbers(choice(order(), known=LINKED, by_hand=earlier)) == ("LINK", "LINK")


class TestCompanies:
    """COM-10 … COM-12."""

    made = order(
        b2b=True,
        company=Named(shopify_id=sid(6001), name="Mill"),
        company_location=Named(shopify_id=sid(6101), name="North"),
    )

    def test_the_locations_own_customers_come_first(self) -> None:
        known = {
            "company_links": {sid(6001): customer("COMPANY")},
            "company_location_links": {
                sid(6101): LocationCustomers(sell_to=customer("NORTH"), bill_to=customer("HEAD OFFICE"))
            },
        }
        assert numbers(choice(self.made, known=known)) == ("NORTH", "HEAD OFFICE")

    @pytest.mark.parametrize(
        ("location", "expected"),
        [
            (LocationCustomers(sell_to=customer("NORTH")), ("NORTH", "NORTH")),
            (LocationCustomers(bill_to=customer("HEAD OFFICE")), ("COMPANY", "COMPANY")),
            (LocationCustomers(), ("COMPANY", "COMPANY")),
        ],
    )
    def test_a_location_needs_a_sell_to_of_its_own(
        self, location: LocationCustomers, expected: tuple[str, str]
    ) -> None:
        """COM-11."""
        known = {
            "company_links": {sid(6001): customer("COMPANY")},
            "company_location_links": {sid(6101): location},
        }
        assert numbers(choice(self.made, known=known)) == expected

    def test_then_the_default_company(self) -> None:
        found = choice(
            self.made, known={"by_no": {"C900": customer("C900")}}, companies={"default_customer_no": "C900"}
        )
        assert numbers(found) == ("C900", "C900")

    def test_where_no_companies_are_imported_the_default_company_comes_first(self) -> None:
        known = {"company_links": {sid(6001): customer("COMPANY")}, "by_no": {"C900": customer("C900")}}
        companies = {"default_customer_no": "C900", "import_": ImportRange.NONE}
        assert numbers(choice(self.made, known=known, companies=companies)) == ("C900", "C900")

    def test_consumers_rules_say_nothing_of_a_company(self) -> None:
        mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
        found = choice(self.made, mappings=mappings, known=LINKED | {"by_no": {"US-WEB": customer("US-WEB")}})
        assert only(found) is ProblemCode.COMPANY_MISSING
        assert f"company:{SHOP}:6001" in found.problems[0].waits_for


def test_what_must_be_looked_up_names_links_keys_defaults_and_hand_picked_customers() -> None:
    shop = settings(customers={"default_customer_no": "D000"})
    mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", default_customer_no="US-WEB")})
    made = order(customer=store_customer(addresses=(HOME, WORK), phone="1"), bill_to_address=WORK, sell_to_address=WORK)
    wanted = lookup(made, shop, mappings, OrderMapping(sell_to_customer_id=CustomerId("cus_A")))
    assert wanted == CustomerLookup(
        store_customer_id=sid(7000),
        address_ids=("7101", "7102"),
        email_key="dummy@customer.com",
        phone_key="US1",
        address_keys=tuple(filter(None, (key_of(WORK, shop.customers), key_of(HOME, shop.customers)))),
        customer_nos=("US-WEB", "D000"),
        customer_ids=(CustomerId("cus_A"),),
    )


def test_the_orders_own_email_stands_in_for_one_that_is_none() -> None:
    made = order(customer=store_customer(email=""), email="Order@Example.com")
    assert lookup(made, settings(), Mappings()).email_key == "order@example.com"
