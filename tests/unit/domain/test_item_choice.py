"""P31, 4.20–4.24, MP-01: how an order line finds its item."""

import pytest

from app.domain import awaited
from app.domain.identifiers import ShopifyId
from app.domain.item_choice import (
    ItemCandidate,
    ItemFact,
    ItemFacts,
    ItemLink,
    ItemLookup,
    choose_items,
    wanted_items,
)
from app.domain.items import ItemChoice
from app.domain.orders import LineKind, Order
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import SkuMapping
from tests.builders import ORDER_ID, SHOP, line, order, refund, refund_line, settings, sid, totals

BIKE = ItemFact(no="1000", description="Bike", base_unit="PCS", variants={"RED": "Red bike", "BLUE": ""})
PUMP = ItemFact(no="1001", description="Pump", base_unit="BOX")


def facts(*items: ItemFact, **found: object) -> ItemFacts:
    by_number: dict[str, list[ItemFact]] = {}
    for item in items:
        by_number.setdefault(item.no.casefold(), []).append(item)
    return ItemFacts(items=by_number, **found)  # type: ignore[arg-type]


def chosen(
    made: Order,
    found: ItemFacts,
    *,
    by_hand: dict[ShopifyId, ItemChoice] | None = None,
    **items: object,
) -> dict[ShopifyId, ItemChoice | Problem]:
    shop = settings(items=items)
    return dict(choose_items(made, shop_id=SHOP, order_id=ORDER_ID, settings=shop, found=found, by_hand=by_hand or {}))


def the_choice(made: Order, found: ItemFacts, **given: object) -> ItemChoice:
    (choice,) = chosen(made, found, **given).values()  # type: ignore[arg-type]
    assert isinstance(choice, ItemChoice), choice
    return choice


def the_problem(made: Order, found: ItemFacts, **given: object) -> Problem:
    (problem,) = chosen(made, found, **given).values()  # type: ignore[arg-type]
    assert isinstance(problem, Problem), problem
    return problem


def test_a_linked_variant_is_the_item_with_the_links_variant_and_unit() -> None:
    """4.21, 4.22."""
    found = facts(BIKE, links={sid(9001): ItemLink(item_no="1000", variant_code="RED", unit="SET")})
    choice = the_choice(order(line(1, variant=9001)), found)
    assert choice == ItemChoice(item_no="1000", variant_code="RED", unit="SET", description="Red bike", rule="link")


def test_two_custom_lines_of_one_title_are_told_apart() -> None:
    """Their title is not told: it may name a person."""
    lines = [line(number, kind=LineKind.CUSTOM, title="Engraving for Anna") for number in (71, 72)]
    told = [each.detail for each in chosen(order(*lines), facts()).values() if isinstance(each, Problem)]
    assert [text.split(" (")[0] for text in told] == [
        "No item is known for the custom line 71",
        "No item is known for the custom line 72",
    ]
    assert "Anna" not in str(told)


def test_without_a_unit_in_the_link_the_items_base_unit_is_taken() -> None:
    found = facts(PUMP, links={sid(9001): ItemLink(item_no="1001")})
    assert the_choice(order(line(1, variant=9001)), found).unit == "BOX"


def test_a_link_to_a_variant_that_the_item_lost_is_no_link_and_told() -> None:
    dead = {sid(9001): ItemLink(item_no="1000", variant_code="GREEN")}
    with_sku = order(line(1, variant=9001, sku="1001"))
    by_sku = the_choice(with_sku, facts(BIKE, PUMP, links=dead), sku_mapping=SkuMapping.ITEM_NO)
    problem = the_problem(order(line(1, variant=9001)), facts(BIKE, links=dead))

    assert (by_sku.item_no, by_sku.rule) == ("1001", "item_no")
    assert problem.detail.endswith("Its variant is linked to 1000 GREEN, which is not there.")
    assert awaited.item_no("1000") in problem.waits_for


@pytest.mark.parametrize(
    ("sku", "variant"),
    [("1000|RED", "RED"), ("1000", None), ("1000|red", "RED"), (" 1000 | RED ", "RED")],
)
def test_a_sku_of_item_number_and_variant_code_finds_both_or_the_item_alone(sku: str, variant: str | None) -> None:
    """MP-01."""
    choice = the_choice(order(line(1, sku=sku)), facts(BIKE), sku_mapping=SkuMapping.ITEM_NO_VARIANT)
    assert (choice.item_no, choice.variant_code, choice.rule) == ("1000", variant, "item_no_variant")


def test_an_unknown_variant_code_finds_nothing_rather_than_another_variant() -> None:
    problem = the_problem(order(line(1, sku="1000|GREEN")), facts(BIKE), sku_mapping=SkuMapping.ITEM_NO_VARIANT)
    assert problem.code is ProblemCode.ITEM_MISSING


def test_an_item_number_may_itself_contain_the_separator() -> None:
    odd = ItemFact(no="AB-12")
    found = the_choice(
        order(line(1, sku="AB-12")), facts(odd), sku_mapping=SkuMapping.ITEM_NO_VARIANT, sku_separator="-"
    )
    assert (found.item_no, found.variant_code) == ("AB-12", None)


@pytest.mark.parametrize(
    ("rule", "sku", "expected"),
    [
        (SkuMapping.ITEM_NO, "1001", "1001"),
        (SkuMapping.BARCODE, "4006381333931", "1001"),
        (SkuMapping.VENDOR_ITEM_NO, "v-77", "1001"),
    ],
)
def test_each_sku_rule_reads_the_sku_its_way(rule: SkuMapping, sku: str, expected: str) -> None:
    found = facts(
        PUMP, barcodes={"4006381333931": (ItemCandidate("1001"),)}, vendor_item_nos={"v-77": (ItemCandidate("1001"),)}
    )
    choice = the_choice(order(line(1, sku=sku)), found, sku_mapping=rule)
    assert (choice.item_no, choice.rule) == (expected, rule.value)


def test_without_a_sku_rule_a_sku_means_nothing() -> None:
    assert (
        the_problem(order(line(1, sku="1001")), facts(PUMP), sku_mapping=SkuMapping.NONE).code
        is ProblemCode.ITEM_MISSING
    )


def test_the_barcode_is_tried_when_link_and_sku_find_nothing_if_allowed() -> None:
    """MP-01."""
    found = facts(PUMP, barcodes={"4006381333931": (ItemCandidate("1001"),)})
    made = order(line(11804, barcode="4006381333931", sku="unknown"))
    assert the_choice(made, found, sku_mapping=SkuMapping.ITEM_NO).rule == "barcode"
    problem = the_problem(made, found, sku_mapping=SkuMapping.ITEM_NO, barcode_fallback=False)
    assert problem.pointer == "/lines/11804/item_no"


def test_a_barcode_may_name_an_item_variant() -> None:
    found = facts(BIKE, barcodes={"77": (ItemCandidate("1000", "BLUE"),)})
    choice = the_choice(order(line(1, barcode="77")), found)
    assert (choice.variant_code, choice.description) == ("BLUE", "Bike")


def test_several_items_with_the_code_are_reported_with_their_numbers() -> None:
    """P21's rule for items: never guessed."""
    found = facts(BIKE, PUMP, barcodes={"77": (ItemCandidate("1001"), ItemCandidate("1000", "RED"))})
    problem = the_problem(order(line(1, barcode="77")), found)
    assert problem.code is ProblemCode.ITEM_AMBIGUOUS
    assert "1000 RED, 1001" in problem.detail


def test_a_blocked_item_stands_back_for_the_one_that_replaced_it() -> None:
    old = ItemFact(no="0999", blocked=True)
    found = facts(old, PUMP, barcodes={"77": (ItemCandidate("0999"), ItemCandidate("1001"))})
    assert the_choice(order(line(1, barcode="77")), found).item_no == "1001"


def test_a_blocked_item_that_is_the_only_one_is_taken() -> None:
    old = ItemFact(no="0999", blocked=True)
    found = facts(old, barcodes={"77": (ItemCandidate("0999"),)})
    assert the_choice(order(line(1, barcode="77")), found).item_no == "0999"


def test_a_link_to_an_item_that_is_gone_is_passed_over_and_waited_for() -> None:
    """D17."""
    found = facts(PUMP, links={sid(9001): ItemLink(item_no="GONE")}, barcodes={"77": (ItemCandidate("1001"),)})
    assert the_choice(order(line(1, variant=9001, barcode="77")), found).item_no == "1001"
    assert "item:gone" in the_problem(order(line(1, variant=9001)), found).waits_for


def test_what_a_person_chose_wins_over_everything() -> None:
    """4.23."""
    by_hand = ItemChoice(item_no="HAND", rule="by_hand")
    found = facts(PUMP, links={sid(9001): ItemLink(item_no="1001")})
    assert the_choice(order(line(1, variant=9001)), found, by_hand={sid(1): by_hand}) is by_hand


def test_tips_and_gift_cards_need_no_item() -> None:
    assert chosen(order(line(1, kind=LineKind.TIP), line(2, kind=LineKind.GIFT_CARD)), facts()) == {}


def test_a_custom_line_needs_an_item_and_its_text_is_not_repeated() -> None:
    """4.23; the text was typed by a person."""
    problem = the_problem(order(line(1, kind=LineKind.CUSTOM, title="For Ann Lee")), facts())
    assert problem.code is ProblemCode.ITEM_MISSING
    assert "Ann" not in problem.detail


def test_a_line_that_is_not_documented_is_no_problem() -> None:
    gone, swapped = line(1, current=0), line(2, exchange=True)
    made = order(gone, swapped, refunds=(refund(refund_line(gone)),), totals=totals("0"))
    assert chosen(made, facts()) == {}


def test_a_missing_item_waits_for_whatever_would_bring_it() -> None:
    """P33."""
    made = order(line(11804, variant=9104, sku="1000|RED", barcode="77"))
    problem = the_problem(made, facts(), sku_mapping=SkuMapping.ITEM_NO_VARIANT)
    assert problem.waits_for[:5] == (
        "line:orl_01_11804",
        f"variant:{SHOP}:9104",
        "item:1000",
        "item:1000|red",
        "item_code:77",
    )
    assert f"setting:{SHOP}:items.sku_mapping" in problem.waits_for


def test_what_must_be_looked_up_follows_the_rule_in_force() -> None:
    made = order(
        line(1, variant=9001, sku="1000|RED", barcode="77"),
        line(2, variant=9002, sku="1001"),
        line(3, kind=LineKind.TIP),
    )
    variants = frozenset({sid(9001), sid(9002)})
    by_number = wanted_items(made, settings(items={"sku_mapping": SkuMapping.ITEM_NO_VARIANT}).items)
    assert by_number == ItemLookup(
        variant_ids=variants, item_nos=frozenset({"1000", "1000|red", "1001"}), barcodes=frozenset({"77"})
    )
    by_vendor = wanted_items(
        made, settings(items={"sku_mapping": SkuMapping.VENDOR_ITEM_NO, "barcode_fallback": False}).items
    )
    assert by_vendor == ItemLookup(variant_ids=variants, vendor_item_nos=frozenset({"1000|red", "1001"}))
    assert (by_number | by_vendor).vendor_item_nos == by_vendor.vendor_item_nos


def test_everything_a_choice_asks_for_was_asked_for_before() -> None:
    """The lookup and the choice read a line in the same way, for every rule."""
    made = order(line(1, variant=9001, sku=" 1000|RED ", barcode=" 77 "))
    for rule in SkuMapping:
        wanted = wanted_items(made, settings(items={"sku_mapping": rule}).items)
        found = ItemFacts(
            items={no: [ItemFact(no=no.upper(), variants={"RED": ""})] for no in wanted.item_nos}
            | {"x": [ItemFact(no="X")]},
            barcodes={code: (ItemCandidate("X"),) for code in wanted.barcodes},
            vendor_item_nos={code: (ItemCandidate("X"),) for code in wanted.vendor_item_nos},
        )
        assert the_choice(made, found, sku_mapping=rule).item_no in ("X", "1000", "1000|RED")


def test_numbers_that_differ_only_in_case_are_items_of_their_own() -> None:
    """A link names one of them; a SKU in that very spelling, too."""
    small, great = ItemFact(no="ab1", description="Small"), ItemFact(no="AB1", description="Great")
    for number in ("ab1", "AB1"):
        found = facts(small, great, links={sid(9001): ItemLink(item_no=number)})
        assert the_choice(order(line(1, variant=9001)), found).item_no == number
        assert the_choice(order(line(1, sku=number)), found, sku_mapping=SkuMapping.ITEM_NO).item_no == number


def test_a_sku_that_could_be_two_numbers_is_reported() -> None:
    """Peers 46: never guessed."""
    found = facts(ItemFact(no="ab1"), ItemFact(no="AB1"))
    problem = the_problem(order(line(1, sku="Ab1")), found, sku_mapping=SkuMapping.ITEM_NO)
    assert problem.code is ProblemCode.ITEM_AMBIGUOUS
    assert "AB1, ab1" in problem.detail


def test_a_variant_code_that_could_be_two_variants_is_reported() -> None:
    item = ItemFact(no="1000", variants={"red": "", "RED": ""})
    problem = the_problem(order(line(1, sku="1000|Red")), facts(item), sku_mapping=SkuMapping.ITEM_NO_VARIANT)
    assert "1000 RED, 1000 red" in problem.detail


def test_codes_of_items_that_are_gone_leave_the_word_to_the_barcode() -> None:
    found = facts(PUMP, vendor_item_nos={"v-77": (ItemCandidate("GONE"),)}, barcodes={"77": (ItemCandidate("1001"),)})
    made = order(line(1, sku="V-77", barcode="77"))
    assert the_choice(made, found, sku_mapping=SkuMapping.VENDOR_ITEM_NO).rule == "barcode"


@pytest.mark.parametrize(
    ("rule", "sku", "barcode", "remedy"),
    [
        (SkuMapping.NONE, "A", "", "Say in items.sku_mapping what SKUs mean, or set the item of the line."),
        (SkuMapping.ITEM_NO, "A", "", "Send the item “A”, or set the item of the line."),
        (SkuMapping.ITEM_NO_VARIANT, "A|B", "", "Send the item “A” with the variant “B”, or set the item of the line."),
        (
            SkuMapping.VENDOR_ITEM_NO,
            "A",
            "",
            "Send an item with the vendor item number “A”, or set the item of the line.",
        ),
        (SkuMapping.BARCODE, "77", "77", "Send an item with the barcode “77”, or set the item of the line."),
        (
            SkuMapping.ITEM_NO,
            "A",
            "77",
            "Send the item “A”, send an item with the barcode “77”, or set the item of the line.",
        ),
        (SkuMapping.ITEM_NO, "", "", "Set the item of the line."),
    ],
)
def test_the_remedy_names_only_what_helps_this_line(rule: SkuMapping, sku: str, barcode: str, remedy: str) -> None:
    """P33."""
    problem = the_problem(order(line(1, sku=sku, barcode=barcode)), facts(), sku_mapping=rule)
    assert problem.remedy == remedy


def test_a_barcode_that_is_not_read_is_no_remedy() -> None:
    problem = the_problem(order(line(1, variant=9001, barcode="77")), facts(), barcode_fallback=False)
    assert problem.remedy == "Link store variant 9001 to an item, or set the item of the line."


def test_of_several_items_one_is_to_be_linked_or_the_codes_mended() -> None:
    found = facts(BIKE, PUMP, barcodes={"77": (ItemCandidate("1001"), ItemCandidate("1000"))})
    problem = the_problem(order(line(1, variant=9001, barcode="77")), found)
    assert problem.remedy == (
        "Link store variant 9001 to one of them, mend the codes of these items, or set the item of the line."
    )
    assert "item_code:77" in problem.waits_for
