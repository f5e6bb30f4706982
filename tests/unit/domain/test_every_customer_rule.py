"""Every rule of the reference for consumers, CUS-10 to CUS-54: the tests that prove it, or why we do otherwise."""

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ORDERBRIDGE_SHARED", TESTS.parents[1] / "shared"))
REFERENCE = SHARED / "reference" / "customers-refunds-jobs.md"

CHOICE = "unit/domain/test_customer_choice.py"
MATCHING = "unit/domain/test_customer_matching.py"
CREATION = "unit/domain/test_customer_creation.py"
ORDER_OF_RULES = "unit/domain/test_order_of_customer_rules.py"
HEADERS = "unit/domain/test_document_headers.py"
IMPORT = "integration/test_import_customers.py"
UPDATES = "integration/test_customer_updates.py"
OVER_HTTP = "acceptance/test_peers_customers.py"

BUILT: dict[int, tuple[str, ...]] = {
    10: (
        f"{CHOICE}::test_the_default_of_the_ship_to_country_comes_before_everything",
        f"{CHOICE}::test_both_stay_even_against_the_countrys_default",
    ),
    11: (f"{ORDER_OF_RULES}::test_where_nothing_is_imported_the_shops_default_is_taken_before_any_search",),
    12: (
        f"{CHOICE}::test_an_empty_row_does_not_hide_the_default_where_nothing_is_imported",
        f"{CREATION}::test_what_a_provinces_template_leaves_open_is_its_countrys",
    ),
    13: (
        f"{CHOICE}::test_a_sell_to_found_apart_keeps_its_own_customer",
        f"{MATCHING}::test_one_block_for_both_roles_is_one_customer_whoever_else_has_it",
        f"{MATCHING}::test_several_customers_of_its_address_are_a_problem_and_not_the_bill_tos",
    ),
    14: (f"{CREATION}::test_creating_needs_the_setting_and_an_import",),
    15: (
        f"{CHOICE}::test_the_default_is_the_last_resort_only_where_allowed",
        f"{CHOICE}::test_a_sell_to_not_found_is_the_bill_to",
    ),
    17: (
        f"{HEADERS}::test_methods_and_agents_come_from_the_first_shipping_charge_even_a_free_one",
        f"{HEADERS}::test_codes_that_a_person_set_are_kept_even_when_set_to_nothing",
        f"{HEADERS}::test_the_tax_area_is_that_of_the_first_address_with_a_city",
    ),
    18: (f"{HEADERS}::test_the_payment_method_is_the_one_all_successful_payments_map_to",),
    19: ("unit/domain/test_document_refusals.py::test_everything_that_is_missing_is_named_at_once",),
    20: (f"{OVER_HTTP}::test_23_without_a_customer_and_a_default_the_order_waits_and_says_so",),
    25: (f"{CHOICE}::test_without_names_the_email_decides",),
    26: (
        f"{CHOICE}::test_always_default_means_it_even_for_a_linked_customer_or_one_without_names",
        f"{ORDER_OF_RULES}::test_always_default_searches_nothing",
    ),
    28: (f"{CHOICE}::test_the_linked_store_customer_comes_first",),
    29: (f"{IMPORT}::test_a_link_to_a_customer_that_is_gone_is_gone_and_the_customer_is_looked_for",),
    30: (
        f"{CHOICE}::test_then_the_email_and_the_link_is_made",
        f"{UPDATES}::test_a_customer_that_arrives_later_than_its_order_is_updated_from_the_orders_reading",
    ),
    31: (f"{IMPORT}::test_a_customer_made_for_an_order_is_found_by_the_next_one",),
    32: (
        f"{ORDER_OF_RULES}::test_each_rule_decides_only_when_those_before_it_found_nothing",
        f"{CHOICE}::test_several_customers_with_the_email_are_reported_and_nothing_else_is_tried",
        f"{OVER_HTTP}::test_24_two_customers_with_the_email_need_a_decision",
    ),
    34: (
        "unit/contact/test_contact_keys.py::test_a_phone_is_e164_read_with_the_country_of_its_address",
        f"{MATCHING}::test_who_it_may_be_is_told_in_the_explanation_and_in_the_problem",
        f"{UPDATES}::test_a_phone_that_only_ends_alike_is_told_and_not_taken",
    ),
    35: (
        f"{ORDER_OF_RULES}::test_a_till_guest_is_the_shops_default_or_a_problem",
        f"{OVER_HTTP}::test_22_an_order_of_the_till_without_address_and_shipping_is_the_default_customers",
    ),
    36: (
        f"{CREATION}::test_the_template_is_the_orders_then_the_address_countrys_then_the_shops",
        f"{CREATION}::test_without_a_template_nobody_is_made",
    ),
    37: (f"{CREATION}::test_the_template_is_the_orders_then_the_address_countrys_then_the_shops",),
    38: (
        f"{CREATION}::test_an_unknown_customer_is_made_of_its_only_address",
        f"{IMPORT}::test_two_orders_of_one_unknown_person_in_two_batches_at_once_make_one_customer",
    ),
    39: (
        f"{CREATION}::test_without_an_address_nobody_is_made",
        f"{CREATION}::test_an_order_without_a_store_customer_makes_none",
    ),
    40: (f"{CREATION}::test_creating_needs_the_setting_and_an_import",),
    41: (
        f"{CREATION}::test_every_combination_of_sources_names_by_the_first_that_says_something",
        f"{CREATION}::test_an_address_without_a_person_takes_the_store_customers_names_and_phone",
        f"{CREATION}::test_county_and_tax_area_follow_the_province",
    ),
    42: (f"{CREATION}::test_what_a_template_is_for_is_left_to_it",),
    43: (f"{CREATION}::test_every_combination_of_sources_names_by_the_first_that_says_something",),
    46: (f"{ORDER_OF_RULES}::test_a_till_guest_is_the_shops_default_or_a_problem",),
    47: (f"{CHOICE}::test_addresses_compare_without_case_accents_and_punctuation",),
    48: (f"{CHOICE}::test_the_same_place_with_another_name_is_another_customer",),
    49: (
        f"{CHOICE}::test_the_link_of_the_address_that_equals_the_bill_to_comes_first",
        f"{CHOICE}::test_then_a_customer_with_the_same_names_and_address_whose_address_is_linked",
        f"{CREATION}::test_creating_needs_the_setting_and_an_import",
    ),
    50: ("unit/domain/test_comparison.py::test_an_address_key_is_equal_for_what_people_mean_and_for_nothing_else",),
    51: (
        f"{MATCHING}::test_whoever_has_the_default_address_is_taken_and_linked",
        f"{CHOICE}::test_a_new_customer_of_an_unknown_bill_to_is_made_of_the_default_address_and_linked_as_a_whole",
    ),
    52: (f"{CHOICE}::test_a_new_customer_is_made_of_the_bill_to_and_only_that_address_is_linked",),
    54: (f"{ORDER_OF_RULES}::test_always_default_searches_nothing",),
}
"""The tests of each rule, by file and name. Rules told as defects are proved not to be copied."""

OTHERWISE: dict[int, str] = {
    16: "An ERP's contacts are not told to us; the contact's name of each block is on the document.",
    21: "There is no code of partners in the service: what they would decide is settings, mappings, links and PATCH.",
    33: "The pattern of digits is replaced by equal numbers in E.164 (CUS-34): it takes strangers for the customer.",
    44: "Nothing is cut and no letter is taken out: the ERP knows its own lengths, and the phone is as Shopify has it.",
}
"""Why a rule is not built as it stands."""


@cache
def names_of_tests(file: str) -> frozenset[str]:
    found = ast.walk(ast.parse((TESTS / file).read_text()))
    return frozenset(each.name for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_rule_is_both_built_and_left_out() -> None:
    assert not BUILT.keys() & OTHERWISE.keys()


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference is not here")
def test_every_rule_for_consumers_is_built_or_left_out_for_a_reason() -> None:
    told = {int(number) for number in re.findall(r"^- \*\*CUS-(\d+)", REFERENCE.read_text(), re.MULTILINE)}
    assert sorted(BUILT.keys() | OTHERWISE.keys()) == sorted(number for number in told if 10 <= number <= 54)


@pytest.mark.parametrize("rule", sorted(BUILT))
def test_the_tests_of_a_rule_are_there(rule: int) -> None:
    for test in BUILT[rule]:
        file, _, name = test.partition("::")
        assert name in names_of_tests(file), test
