"""What a case expects of ERP customers that were sent to the store."""

from typing import TYPE_CHECKING

from tests.acceptance.clients import Json

if TYPE_CHECKING:
    from tests.acceptance.case_play import CasePlay

OPERATIONS = {"customerCreate": "CustomerCreate"}
CHANGES = ("CustomerCreate", "CustomerUpdate", "CustomerAddressCreate", "CustomerAddressUpdate")
REASONS = {"e-mail": "no_email"}
"""What a reason is to mention, and our word for it."""


def is_about_customers(expected: list[Json]) -> bool:
    return all(each.get("name") in OPERATIONS or "reason_contains" in each for each in expected)


def check_mutations(play: "CasePlay", expected: list[Json]) -> None:
    for mutation in expected:
        sent = [call for call in play.desk.calls() if call["operation"] == OPERATIONS[mutation["name"]]]
        customer = play.erp.get(f"/v1/customers/{mutation['for']}")
        [given] = [
            call["variables"]["input"] for call in sent if call["variables"]["input"]["email"] == customer["email"]
        ]
        assert mutation["input_contains"].items() <= given.items()


def check_links(play: "CasePlay", expected: dict[str, str]) -> None:
    for store_customer, no in expected.items():
        link = play.erp.get(f"/v1/shops/{play.case.shop}/store-customers/{store_customer}")
        assert link["customer_no"] == no


def check_no_mutation_for(play: "CasePlay", nos: list[str]) -> None:
    sent = [call["variables"] for call in play.desk.calls() if call["operation"] in CHANGES]
    emails = {play.erp.get(f"/v1/customers/{no}")["email"] for no in nos} - {""}
    assert not [each for each in sent if each.get("input", {}).get("email") in emails]


def check_skipped(play: "CasePlay", expected: list[Json]) -> None:
    found = list(play.erp.every("/v1/skipped-records", shop=play.case.shop, resource_type="customer"))
    assert [(each["no"], each["reason"]) for each in found] == [
        (each["record"], REASONS[each["reason_contains"]]) for each in expected
    ]
    assert all(each["resource_id"].startswith("cus_") for each in found)


def check_rules(play: "CasePlay", expected: list[str]) -> None:
    assert expected == ["the phone search text has no blanks or separators", "ids above 2^31 are kept exactly"]
    sought = [call["variables"]["phone"] for call in play.desk.calls() if call["operation"] == "CustomerLookUp"]
    assert sought
    assert all(phone == "" or phone[1:].isdigit() for phone in sought)
    assert max(int(number) for number in play.case.expected["customer_links"]) > 2**31, "see check_links"
