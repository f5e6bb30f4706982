"""P70, PRD-2…5, PRD-10, JOB-38: what an item is as a product, and why it cannot be one."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.catalogue import Item, ItemVariant
from app.domain.identifiers import ShopifyId
from app.domain.products import (
    LONGEST_NAME,
    MOST_VARIANTS,
    DiscoveredProduct,
    DiscoveredVariant,
    ItemPrice,
    NotAProduct,
    PriceKey,
    WantedProduct,
    codes_to_find,
    fingerprint,
    price_of,
    product_of,
    sku_of,
)
from app.domain.shop_settings import BlockedItem, ItemSettings, ProductStatus, SkuMapping

RED = ItemVariant(code="R", description="Red", sku="own-red", barcodes=("111", "112"))
BLUE = ItemVariant(code="B", description="Blue", barcodes=("222",))


def an_item(**telling: Any) -> Item:
    return Item(**({"no": "POT", "description": "Teapot"} | telling))


def product(item: Item, *, exists: bool = False, **settings: Any) -> WantedProduct:
    made = product_of(item, ItemSettings(**settings), exists=exists)
    assert isinstance(made, WantedProduct), made
    return made


def refusal(item: Item, *, exists: bool = False) -> str:
    made = product_of(item, ItemSettings(), exists=exists)
    assert isinstance(made, NotAProduct), made
    assert made.detail
    return made.reason


def options(**values: str) -> tuple[tuple[str, str], ...]:
    return tuple(values.items())


def with_options(**variants: dict[str, str]) -> Item:
    return an_item(variants=tuple(ItemVariant(code=code, options=options(**each)) for code, each in variants.items()))


def test_an_item_without_variants_is_a_product_of_one_variant_with_its_first_barcode() -> None:
    made = product(an_item(sku="POT-S", barcodes=("401", "402"), vendor="Acme", hs_code="691110"))

    [variant] = made.variants
    assert (made.title, made.vendor, made.hs_code, made.options) == ("Teapot", "Acme", "691110", ())
    assert (variant.code, variant.sku, variant.barcode) == ("", "POT-S", "401")


def test_a_title_is_trimmed_and_cut_to_what_shopify_takes() -> None:
    assert product(an_item(description="  Teapot  ")).title == "Teapot"
    assert product(an_item(description="x" * 300)).title == "x" * LONGEST_NAME


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (an_item(blocked=True), "item_blocked"),
        (an_item(description="  "), "no_description"),
        (an_item(variants=tuple(ItemVariant(code=str(n)) for n in range(MOST_VARIANTS + 1))), "too_many_variants"),
        (with_options(R={"A": "1", "B": "1", "C": "1", "D": "1"}), "too_many_options"),
        (with_options(R={"Colour": "Red"}, B={}), "option_value_missing"),
        (with_options(R={"Colour": "Red"}, B={"Size": "L"}), "option_value_missing"),
        (with_options(R={"Colour": "Red"}, B={"Colour": ""}), "option_value_missing"),
        (with_options(R={"Colour": "Red"}, B={"Colour": "RED"}), "duplicate_option_values"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_an_item_that_no_product_can_be_is_refused_with_the_reason(item: Item, reason: str) -> None:
    """PRD-2, JOB-38."""
    assert refusal(item) == reason


def test_the_most_variants_and_the_most_options_are_taken() -> None:
    assert (
        len(product(an_item(variants=tuple(ItemVariant(code=str(n)) for n in range(MOST_VARIANTS)))).variants) == 2048
    )
    assert product(with_options(R={"A": "1", "B": "1", "C": "1"})).options == ("A", "B", "C")


def test_a_product_that_is_there_stays_one_when_its_item_is_blocked() -> None:
    assert product(an_item(blocked=True), exists=True).status is None


@pytest.mark.parametrize(
    ("blocked", "status"), [(BlockedItem.NONE, None), (BlockedItem.ARCHIVE, "archived"), (BlockedItem.DRAFT, "draft")]
)
def test_the_product_of_a_blocked_item_takes_the_status_that_the_shop_says(
    blocked: BlockedItem, status: str | None
) -> None:
    """PRD-4."""
    assert product(an_item(blocked=True), exists=True, blocked=blocked).status == status


def test_a_new_product_takes_the_shops_status_and_one_that_is_there_keeps_its_own() -> None:
    assert product(an_item(), product_status=ProductStatus.DRAFT).status == "draft"
    assert product(an_item(), exists=True, product_status=ProductStatus.DRAFT).status is None


def test_variants_without_options_of_their_own_are_told_apart_by_their_descriptions() -> None:
    made = product(an_item(variants=(RED, BLUE)), variant_option="Colour")

    assert made.options == ("Colour",)
    assert [each.options for each in made.variants] == [(("Colour", "Red"),), (("Colour", "Blue"),)]
    assert [each.barcode for each in made.variants] == ["111", "222"]


def test_descriptions_that_two_variants_share_tell_nothing_so_their_codes_do() -> None:
    same = ItemVariant(code="R2", description=" red ")

    made = product(an_item(variants=(RED, BLUE, same, ItemVariant(code="X"))))

    assert [each.options[0][1] for each in made.variants] == ["R", "Blue", "R2", "X"]


@pytest.mark.parametrize(
    ("mapping", "of_item", "of_variant"),
    [
        (SkuMapping.NONE, "POT-S", "own-red"),
        (SkuMapping.ITEM_NO, "POT", "POT"),
        (SkuMapping.ITEM_NO_VARIANT, "POT", "POT/R"),
        (SkuMapping.BARCODE, "401", "111"),
        (SkuMapping.VENDOR_ITEM_NO, "V-1", "V-1"),
    ],
)
def test_a_sku_is_what_the_shop_says_that_skus_mean(mapping: SkuMapping, of_item: str, of_variant: str) -> None:
    """PRD-5."""
    item = an_item(sku="POT-S", barcodes=("401",), vendor_item_no="V-1")
    settings = ItemSettings(sku_mapping=mapping, sku_separator="/")

    assert (sku_of(item, None, settings), sku_of(item, RED, settings)) == (of_item, of_variant)


@pytest.mark.parametrize("mapping", [SkuMapping.NONE, SkuMapping.BARCODE, SkuMapping.VENDOR_ITEM_NO])
def test_what_the_erp_did_not_say_is_an_empty_sku(mapping: SkuMapping) -> None:
    assert sku_of(an_item(), None, ItemSettings(sku_mapping=mapping)) == ""


def test_the_handle_of_two_items_with_one_title_differs_and_that_of_one_item_does_not() -> None:
    first, second = product(an_item(no="A")), product(an_item(no="B"))

    assert first.handle != second.handle
    assert first.handle == product(an_item(no="A"), exists=True).handle
    assert first.handle.startswith("teapot-a-")


def test_a_handle_is_made_of_letters_that_addresses_take_even_where_the_title_has_none() -> None:
    assert product(an_item(no="Ä/1", description="Käse & Öl")).handle.startswith("kase-ol-a-1-")
    assert len(product(an_item(no="…", description="…")).handle) == 6


def told(price: str | None = None, compare: str | None = None, cost: str | None = None) -> ItemPrice:
    amounts = {"price": price, "compare_at_price": compare, "unit_cost": cost}
    return ItemPrice(**{name: Decimal(amount) if amount else None for name, amount in amounts.items()})


@pytest.mark.parametrize(
    ("compare", "shown"), [("15", "15"), ("12.51", "12.51"), ("12.50", None), ("10", None), (None, None)]
)
def test_only_a_higher_price_is_something_to_compare_with(compare: str | None, shown: str | None) -> None:
    """PRD-10."""
    assert told("12.50", compare, "7").shown == told("12.50", shown, "7")


def test_without_a_price_there_is_nothing_to_compare_with() -> None:
    assert told(None, "15").shown == told()


PRICES = [
    (PriceKey("R", "web"), "1"),
    (PriceKey("R", ""), "2"),
    (PriceKey("", "web"), "3"),
    (PriceKey("", ""), "4"),
]


@pytest.mark.parametrize("known", range(len(PRICES)))
def test_the_variant_goes_before_the_item_and_the_shop_before_every_shop(known: int) -> None:
    prices = {key: told(price) for key, price in PRICES[known:]}

    assert price_of(an_item(unit_price=Decimal(5)), "R", prices, shop_id="web") == told(PRICES[known][1])


def test_a_price_told_is_shown_as_a_store_shows_it() -> None:
    assert price_of(an_item(), "", {PriceKey("", ""): told("5", "4", "2")}, shop_id="web") == told("5", None, "2")


def test_without_a_price_told_the_items_own_holds_and_another_shops_never_does() -> None:
    prices = {PriceKey("", "pos"): told("1"), PriceKey("B", ""): told("2")}

    assert price_of(an_item(unit_price=Decimal(5)), "R", prices, shop_id="web") == told("5")
    assert price_of(an_item(), "R", {}, shop_id="web") == told()


def test_a_fingerprint_does_not_see_how_an_amount_is_written_but_sees_every_change() -> None:
    """PRD-11: by it only what changed is sent."""
    sent = product(an_item(net_weight=Decimal("0.50")))

    assert fingerprint(sent) == fingerprint(product(an_item(net_weight=Decimal("0.5"))))
    changed: list[dict[str, Any]] = [
        {"description": "Pot"},
        {"net_weight": Decimal("0.51")},
        {"text_html": "<p>"},
        {"vendor": "Acme"},
        {"category": "Kitchen"},
        {"hs_code": "691110"},
        {"origin_country_code": "NL"},
        {"barcodes": ("401",)},
        {"variants": (RED,)},
    ]
    others = {fingerprint(product(an_item(**({"net_weight": Decimal("0.5")} | each)))) for each in changed}
    assert len(others | {fingerprint(sent)}) == len(changed) + 1


def test_a_product_is_looked_for_by_the_codes_that_it_has() -> None:
    made = product(an_item(variants=(RED, BLUE)))

    assert codes_to_find([made, product(an_item())]) == ({"own-red"}, {"111", "222"})


def a_variant(item_no: str | None) -> DiscoveredVariant:
    return DiscoveredVariant(
        store_variant_id=ShopifyId("1"),
        title="",
        options=(),
        sku="",
        barcode="",
        price=Decimal(1),
        compare_at_price=None,
        unit_cost=None,
        weight=None,
        weight_unit=None,
        hs_code=None,
        origin_country_code=None,
        item_no=item_no,
    )


@pytest.mark.parametrize(("items", "known"), [(("A", "B"), True), (("A", None), False), ((None,), False)])
def test_a_product_of_the_store_is_known_when_each_of_its_variants_is_an_item(
    items: tuple[str | None, ...], known: bool
) -> None:
    made = DiscoveredProduct(
        store_product_id="7",
        title="Pot",
        text_html="",
        vendor="",
        category="",
        status="active",
        variants=tuple(map(a_variant, items)),
    )

    assert made.is_known is known
