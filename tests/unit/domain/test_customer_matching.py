"""P20, P21: finding a consumer: one block is one customer, nobody is made twice, what only looks alike is told."""

from typing import Any, ClassVar

from app.domain.chosen_customers import ExistingCustomer, LinkKind
from app.domain.comparison import phone_ending
from app.domain.customer_lookup import key_of
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId
from app.domain.mappings import Mappings
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CustomerMapping
from tests.builders import address, customer, order, settings, store_customer
from tests.unit.domain.choosing_customers import HOME, LINKED, WORK, choice, lookup, numbers, only, steps

BY_BILL_TO: dict[str, Any] = {"mapping": CustomerMapping.BY_BILL_TO}


def made(**fields: Any) -> Order:
    given = {"bill_to_address": WORK, "sell_to_address": HOME, "customer": store_customer(addresses=(HOME, WORK))}
    return order(**(given | fields))


def at(place: Any, *customers: Customer) -> dict[str, tuple[Customer, ...]]:
    key = key_of(place, settings().customers)
    assert key is not None
    return {key: customers}


class TestSellToApart:
    """CUS-13: sell-to equals bill-to unless found apart."""

    def test_one_block_for_both_roles_is_one_customer_whoever_else_has_it(self) -> None:
        known: dict[str, Any] = LINKED | {"by_address": at(WORK, customer("SAME"))}
        assert numbers(choice(made(sell_to_address=WORK), known=known, **BY_BILL_TO)) == ("LINK", "LINK")

    def test_several_customers_of_its_address_are_a_problem_and_not_the_bill_tos(self) -> None:
        known: dict[str, Any] = {
            "address_links": {"7102": customer("WORK")},
            "by_address": at(HOME, customer("A"), customer("B")),
        }
        found = choice(made(), known=known, **BY_BILL_TO)
        assert only(found) is ProblemCode.CUSTOMER_AMBIGUOUS
        assert found.explanation[-1].candidates == ("A", "B")

    def test_of_several_the_bill_tos_own_is_taken(self) -> None:
        known: dict[str, Any] = {
            "address_links": {"7102": customer("A")},
            "by_address": at(HOME, customer("A"), customer("B")),
        }
        assert numbers(choice(made(), known=known, **BY_BILL_TO)) == ("A", "A")

    def test_beside_a_bill_to_chosen_by_hand_several_are_a_problem_too(self) -> None:
        hand = CustomerId("cus_H")
        by_hand = OrderMapping(bill_to_customer_id=hand, by_hand=("bill_to_customer_id",))
        known: dict[str, Any] = {"by_id": {hand: customer("H")}, "by_address": at(HOME, customer("A"), customer("B"))}
        assert only(choice(made(), known=known, by_hand=by_hand, **BY_BILL_TO)) is ProblemCode.CUSTOMER_AMBIGUOUS

    def test_beside_one_chosen_by_hand_the_same_block_is_the_same_customer(self) -> None:
        hand = CustomerId("cus_H")
        by_hand = OrderMapping(sell_to_customer_id=hand, by_hand=("sell_to_customer_id",))
        known: dict[str, Any] = {"by_id": {hand: customer("H")}, "by_address": at(WORK, customer("SAME"))}
        found = choice(made(sell_to_address=WORK), known=known, by_hand=by_hand, **BY_BILL_TO)
        assert numbers(found) == ("H", "H")


class TestBeforeCreating:
    """CUS-51: the default address is looked for before a customer is made of it."""

    elsewhere = address(city="Elsewhere")

    def test_whoever_has_the_default_address_is_taken_and_linked(self) -> None:
        found = choice(
            made(bill_to_address=self.elsewhere, sell_to_address=self.elsewhere),
            known={"by_address": at(HOME, customer("HOME"))},
            auto_create=True,
            template_code="WEB",
            **BY_BILL_TO,
        )
        assert numbers(found) == ("HOME", "HOME")
        assert [(link.kind, link.shopify_id) for link in found.links_to_make] == [(LinkKind.ADDRESS, "7101")]
        assert steps(found)[-1] == ("store_customer_address", "matched")

    def test_several_who_have_it_are_a_problem(self) -> None:
        found = choice(
            made(bill_to_address=self.elsewhere, sell_to_address=self.elsewhere),
            known={"by_address": at(HOME, customer("A"), customer("B"))},
            auto_create=True,
            template_code="WEB",
            **BY_BILL_TO,
        )
        assert only(found) is ProblemCode.CUSTOMER_AMBIGUOUS
        assert not found.new_customers

    def test_where_nobody_may_be_made_the_default_address_decides_nothing(self) -> None:
        known: dict[str, Any] = {"by_address": at(HOME, customer("HOME"))}
        found = choice(made(bill_to_address=self.elsewhere, sell_to_address=self.elsewhere), known=known, **BY_BILL_TO)
        assert only(found) is ProblemCode.CUSTOMER_MISSING


class TestSimilarPhones:
    """CUS-34: the last nine digits suggest, and choose nobody."""

    similar: ClassVar[dict[str, Any]] = {
        "by_phone_ending": {"612345678": (customer("C2"), customer(None, our_id="cus_9"))}
    }
    buyer = store_customer(phone="+31 6 1234 5678", addresses=(HOME,))

    def test_who_it_may_be_is_told_in_the_explanation_and_in_the_problem(self) -> None:
        found = choice(order(customer=self.buyer), known=self.similar)
        assert only(found) is ProblemCode.CUSTOMER_MISSING
        assert "The phones of C2, cus_9 end alike." in found.problems[0].detail
        [told] = [each for each in found.explanation if each.rule == "phone_ending"]
        assert (told.outcome.value, told.candidates) == ("not_found", ("C2", "cus_9"))

    def test_it_keeps_nobody_from_being_created(self) -> None:
        found = choice(order(customer=self.buyer), known=self.similar, auto_create=True, template_code="WEB")
        assert found.new_customers
        assert ("phone_ending", "not_found") in steps(found)

    def test_where_phones_do_not_decide_they_are_not_mentioned(self) -> None:
        found = choice(made(customer=self.buyer), known=self.similar, **BY_BILL_TO)
        assert "end alike" not in found.problems[0].detail

    def test_an_ending_needs_nine_digits(self) -> None:
        assert phone_ending("(06) 12-34 56 78 ask for Anna") == "612345678"
        assert phone_ending("12 34 56 78") is None
        caller = store_customer(phone="", addresses=(address(phone="0031612345678"),))
        wanted = lookup(order(customer=caller), settings(), Mappings())
        assert wanted.phone_ending == "612345678"


class TestWhoWasFound:
    """P22: of whom the store may say something new."""

    def kinds(self, found: Any) -> list[tuple[str | None, str, str | None]]:
        return [(each.customer.no, each.kind.value, each.address.shopify_id) for each in found.found]

    def test_a_linked_or_matched_store_customer_is_what_its_default_address_says(self) -> None:
        buyer = store_customer(addresses=(HOME, WORK))
        assert self.kinds(choice(order(customer=buyer), known=LINKED)) == [("LINK", "store_customer", "7101")]
        by_email: dict[str, Any] = {"by_email": {"dummy@customer.com": (customer("MAIL"),)}}
        assert self.kinds(choice(order(customer=buyer), known=by_email)) == [("MAIL", "store_customer", "7101")]

    def test_customers_found_by_address_are_what_that_address_says(self) -> None:
        known: dict[str, Any] = {"address_links": {"7101": customer("HOME"), "7102": customer("WORK")}}
        assert self.kinds(choice(made(), known=known, **BY_BILL_TO)) == [
            ("WORK", "address", "7102"),
            ("HOME", "address", "7101"),
        ]

    def test_of_defaults_guests_and_those_without_an_address_the_store_says_nothing(self) -> None:
        default: dict[str, Any] = {"by_no": {"D000": customer("D000")}}
        always: dict[str, Any] = {"mapping": CustomerMapping.ALWAYS_DEFAULT, "default_customer_no": "D000"}
        assert choice(order(customer=store_customer(addresses=(HOME,))), known=default, **always).found == ()
        guest: dict[str, Any] = {"by_email": {"till@example.com": (customer("T"),)}}
        assert choice(order(customer=None, email="till@example.com"), known=guest).found == ()
        assert choice(order(), known=LINKED).found == ()

    def test_who_was_chosen_by_hand_is_not_what_the_store_says(self) -> None:
        hand = CustomerId("cus_H")
        by_hand = OrderMapping(sell_to_customer_id=hand, by_hand=("sell_to_customer_id",))
        known: dict[str, Any] = LINKED | {"by_id": {hand: customer("H")}}
        found = choice(order(customer=store_customer(addresses=(HOME,))), known=known, by_hand=by_hand)
        assert found.sell_to == ExistingCustomer(id=hand, no="H")
        assert found.found == ()
