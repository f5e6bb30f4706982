"""P20: in which order the rules are tried. All is known at first; each step takes away what the one before found."""

from typing import Any

import pytest

from app.domain.chosen_customers import CreatedCustomer, CustomerChoice, ExistingCustomer
from app.domain.mappings import CustomerTemplate, Mappings
from app.domain.order_record import MatchOutcome, OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import CustomerMapping, ImportRange
from tests.builders import address, customer, order, sid, store_customer
from tests.unit.domain.choosing_customers import by_key, choice

HOME = address(shopify_id="7101", city="Home")
BUYER = store_customer(email="dummy@customer.com", phone="111", addresses=(HOME,), has_default_address=True)
MADE = order(customer=BUYER, bill_to_address=HOME, sell_to_address=HOME, ship_to_address=HOME)
COUNTRY = {"US": CustomerTemplate(country_code="US", default_customer_no="COUNTRY", template_code="US-NEW")}
NUMBERS = ("COUNTRY", "SHOP", "ADDRESS", "LINK", "EMAIL", "PHONE", "SAME")
KNOWN = {no: customer(no) for no in NUMBERS}
FOUND: dict[str, dict[str, Any]] = {
    "address_link": {"address_links": {"7101": KNOWN["ADDRESS"]}},
    "store_customer_link": {"store_customer_links": {sid(7000): KNOWN["LINK"]}},
    "email": {"by_email": {"dummy@customer.com": (KNOWN["EMAIL"],)}},
    "phone": {"by_phone": {"US111": (KNOWN["PHONE"],)}},
    "bill_to_address": {"by_address": by_key(MADE, KNOWN["SAME"])},
}


def chosen(mapping: CustomerMapping, *, without: tuple[str, ...], of: Order = MADE, **customers: Any) -> CustomerChoice:
    """The choice where all is known but what is named; ``template_default`` and ``create`` are switched off by name."""
    facts: dict[str, Any] = {"by_no": {no: KNOWN[no] for no in ("COUNTRY", "SHOP")}}
    for rule, found in FOUND.items():
        if rule not in without:
            facts |= found
    rows = {} if "template_default" in without else COUNTRY
    given: dict[str, Any] = {
        "mapping": mapping,
        "default_customer_no": "SHOP",
        "default_as_last_resort": "default_as_last_resort" not in without,
        "auto_create": "create" not in without,
        "template_code": "NEW",
    }
    return choice(of, known=facts, mappings=templates(rows), **(given | customers))


def templates(rows: dict[str, CustomerTemplate]) -> Mappings:
    return Mappings(templates={(country, None): row for country, row in rows.items()})


def rule_of(found: CustomerChoice) -> str:
    last = found.explanation[-1]
    assert last.outcome in (MatchOutcome.MATCHED, MatchOutcome.CREATED), found
    return last.rule


BY_EMAIL = ("template_default", "store_customer_link", "email", "phone", "create", "default_as_last_resort")
BY_BILL_TO = (
    "template_default",
    "address_link",
    "store_customer_link",
    "bill_to_address",
    "create",
    "default_as_last_resort",
)


@pytest.mark.parametrize(
    ("mapping", "rules"),
    [(CustomerMapping.BY_EMAIL_PHONE, BY_EMAIL), (CustomerMapping.BY_BILL_TO, BY_BILL_TO)],
)
def test_each_rule_decides_only_when_those_before_it_found_nothing(
    mapping: CustomerMapping, rules: tuple[str, ...]
) -> None:
    tried = [rule_of(chosen(mapping, without=rules[:place])) for place in range(len(rules))]
    assert tried == list(rules)
    (problem,) = chosen(mapping, without=rules).problems
    assert problem.code is ProblemCode.CUSTOMER_MISSING


@pytest.mark.parametrize("mapping", [CustomerMapping.BY_EMAIL_PHONE, CustomerMapping.BY_BILL_TO])
def test_every_rule_that_was_tried_is_explained_in_its_order(mapping: CustomerMapping) -> None:
    rules = BY_EMAIL if mapping is CustomerMapping.BY_EMAIL_PHONE else BY_BILL_TO
    found = chosen(mapping, without=rules[:-1])
    switched_off = {"template_default", "create"}
    assert [each.rule for each in found.explanation] == [each for each in rules if each not in switched_off]


@pytest.mark.parametrize("mapping", CustomerMapping)
def test_where_nothing_is_imported_the_shops_default_is_taken_before_any_search(mapping: CustomerMapping) -> None:
    """CUS-11, CUS-12."""
    found = chosen(mapping, without=("template_default",), import_=ImportRange.NONE)
    assert rule_of(found) == "import_none_default"


def test_always_default_searches_nothing() -> None:
    assert rule_of(chosen(CustomerMapping.ALWAYS_DEFAULT, without=("template_default",))) == "always_default"


def test_an_ambiguous_email_is_a_problem_even_where_a_default_or_a_new_customer_would_do() -> None:
    """P21: neither the phone nor a default decides what two e-mails leave open."""
    twice = {"by_email": {"dummy@customer.com": (customer("A"), customer("B"))}}
    facts = {"by_no": {"SHOP": KNOWN["SHOP"]}} | FOUND["phone"] | twice
    found = choice(
        MADE,
        known=facts,
        auto_create=True,
        template_code="NEW",
        default_customer_no="SHOP",
        default_as_last_resort=True,
    )
    assert [problem.code for problem in found.problems] == [ProblemCode.CUSTOMER_AMBIGUOUS]
    assert found.explanation[-1].candidates == ("A", "B")
    assert not found.new_customers


def test_an_ambiguous_phone_is_a_problem_too() -> None:
    twice = {"by_phone": {"US111": (customer("A"), customer("B"))}}
    (problem,) = choice(MADE, known=twice).problems
    assert problem.code is ProblemCode.CUSTOMER_AMBIGUOUS


@pytest.mark.parametrize(
    ("last_resort", "expected"),
    [(True, "default_as_last_resort"), (False, ProblemCode.CUSTOMER_MISSING)],
)
def test_a_till_guest_is_the_shops_default_or_a_problem(last_resort: bool, expected: object) -> None:
    """CUS-35: nobody is made of a guest."""
    guest = order(customer=None, email="", bill_to_address=None, sell_to_address=None, ship_to_address=None)
    without = () if last_resort else ("default_as_last_resort",)
    found = chosen(CustomerMapping.BY_EMAIL_PHONE, without=without, of=guest)
    assert not found.new_customers
    assert (rule_of(found) if last_resort else found.problems[0].code) == expected


def test_a_new_customer_takes_the_template_of_its_country() -> None:
    row = {"US": CustomerTemplate(country_code="US", template_code="US-NEW")}
    found = choice(MADE, mappings=templates(row), auto_create=True, template_code="NEW")
    assert isinstance(found.sell_to, CreatedCustomer)
    assert [new.template_code for new in found.new_customers] == ["US-NEW"]


def test_beside_a_companys_customer_chosen_by_hand_no_consumer_is_looked_for() -> None:
    made = order(b2b=True, customer=BUYER, bill_to_address=HOME, sell_to_address=HOME)
    by_hand = OrderMapping(sell_to_customer_id=KNOWN["LINK"].id, by_hand=("sell_to_customer_id",))
    facts = {"by_id": {KNOWN["LINK"].id: KNOWN["LINK"]}} | FOUND["address_link"]
    found = choice(made, known=facts, by_hand=by_hand, mapping=CustomerMapping.BY_BILL_TO)
    assert isinstance(found.bill_to, ExistingCustomer)
    assert found.bill_to.no == "LINK"
