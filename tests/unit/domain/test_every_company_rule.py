"""Every rule of the reference for companies in orders, COM-10 to COM-29, and COM-36: the tests that prove it, or why we
do otherwise.
"""

import re

import pytest

from tests.unit.domain.test_every_customer_rule import REFERENCE, names_of_tests

CHOICE = "unit/domain/test_company_choice.py"
CREATION = "unit/domain/test_company_creation.py"
IMPORT = "integration/test_import_companies.py"
UPDATES = "integration/test_company_updates.py"
READING = "contract/shopify/test_reading_companies.py"
OVER_HTTP = "acceptance/test_peers_companies.py"

BUILT: dict[int, tuple[str, ...]] = {
    10: (
        f"{CHOICE}::test_no_default_by_country_and_no_link_of_a_consumer_is_asked",
        f"{CHOICE}::test_where_no_companies_are_imported_the_default_comes_before_links_and_searches",
    ),
    11: (
        f"{CHOICE}::test_the_locations_own_customers_come_before_everything_that_is_found",
        f"{CHOICE}::test_then_the_companys_customer_for_both_roles",
        "unit/domain/test_customer_choice.py::test_a_location_needs_a_sell_to_of_its_own",
    ),
    12: (
        f"{CHOICE}::test_the_default_is_the_last_resort_in_every_mode",
        f"{CREATION}::test_nobody_is_made_where_it_is_not_allowed",
    ),
    13: (f"{READING}::test_a_company_is_told_with_contact_tax_id_address_and_terms",),
    14: (f"{READING}::test_companies_of_many_orders_are_one_call_of_twelve_points",),
    23: (
        f"{CHOICE}::test_the_main_contacts_email_finds_and_links_company_and_contact",
        f"{CHOICE}::test_then_the_phone_read_with_the_country_of_the_location",
    ),
    24: (
        f"{CHOICE}::test_the_locations_tax_id_finds_and_links_the_company",
        f"{CHOICE}::test_a_blank_tax_id_finds_nobody_and_the_next_way_is_tried",
        "unit/domain/test_tax_ids.py::test_an_id_without_its_prefix_is_the_same_only_in_the_country_of_the_prefix",
    ),
    26: (f"{IMPORT}::test_a_link_to_a_customer_that_is_gone_is_dropped_and_the_company_found_again",),
    28: (
        f"{CREATION}::test_a_company_that_nobody_is_becomes_a_customer_with_all_that_the_store_says",
        f"{CREATION}::test_company_and_main_contact_are_linked_to_it",
        f"{CREATION}::test_the_orders_own_then_the_countrys_then_that_of_companies_then_the_shops",
        f"{CREATION}::test_without_any_address_it_is_a_problem_unless_a_default_stands_in",
    ),
    29: (
        f"{UPDATES}::test_a_found_company_takes_over_what_the_store_says_but_never_a_blank_and_never_the_email",
        f"{CREATION}::test_payment_terms_that_are_not_mapped_are_left_to_the_template",
    ),
    36: (
        f"{CHOICE}::test_the_first_that_finds_somebody_decides",
        f"{IMPORT}::test_two_locations_with_tax_ids_of_their_own_are_two_customers_also_in_one_batch",
        f"{OVER_HTTP}::test_a_location_is_found_by_tax_id_then_by_email_and_may_have_customers_of_its_own",
    ),
}
"""The tests of each rule, by file and name. Rules told as defects are proved not to be copied."""

OTHERWISE: dict[int, str] = {
    20: "Companies that bring no order are imported by a task of a later release.",
    21: "As 20: what is told there is a defect of that task.",
    22: "What counts is the location that bought, not the first; a company without a main contact has customers, too.",
    25: "The default company is not linked, so that naming another default is one for every company.",
    27: "There is no code of partners in the service: what they would decide is settings, mappings, links and PATCH.",
}
"""Why a rule is not built as it stands."""


def test_no_rule_is_both_built_and_left_out() -> None:
    assert not BUILT.keys() & OTHERWISE.keys()


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference is not here")
def test_every_rule_for_companies_in_orders_is_built_or_left_out_for_a_reason() -> None:
    told = {int(number) for number in re.findall(r"^- \*\*COM-(\d+)", REFERENCE.read_text(), re.MULTILINE)}
    assert sorted(BUILT.keys() | OTHERWISE.keys()) == [*sorted(number for number in told if 10 <= number <= 29), 36]


@pytest.mark.parametrize("rule", sorted(BUILT))
def test_the_tests_of_a_rule_are_there(rule: int) -> None:
    for test in BUILT[rule]:
        file, _, name = test.partition("::")
        assert name in names_of_tests(file), test
