"""P70, PRD-2: which variant of the store an item variant is, and which product an item is that nobody linked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.product_matching import matched, product_to_adopt
from app.domain.products import NotAProduct, WantedProduct, WantedVariant


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A variant as it stands at the store."""

    shopify_id: ShopifyId
    product_id: ShopifyId = ShopifyId("P1")
    sku: str = ""
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()


def there(number: str, *, product: str = "P1", sku: str = "", barcode: str = "", colour: str = "") -> Present:
    options = (("Color", colour),) if colour else ()
    return Present(
        shopify_id=ShopifyId(number), product_id=ShopifyId(product), sku=sku, barcode=barcode, options=options
    )


def ours(code: str, *, sku: str = "", barcode: str = "", colour: str = "") -> WantedVariant:
    return WantedVariant(code=code, sku=sku, barcode=barcode, options=(("Colour", colour),) if colour else ())


def wanted(*variants: WantedVariant) -> WantedProduct:
    said: dict[str, Any] = dict.fromkeys(
        ("text_html", "vendor", "category", "status", "net_weight", "hs_code", "origin_country_code")
    )
    return WantedProduct(item_no="POT", title="Pot", variants=variants, **said)


def places(product: WantedProduct, *present: Present, links: Mapping[str, str] | None = None) -> Mapping[str, str]:
    found = matched(product, present, {ShopifyId(variant): code for variant, code in (links or {}).items()})
    assert not isinstance(found, NotAProduct), found
    return found


def ambiguity(product: WantedProduct, *present: Present, links: Mapping[str, str] | None = None) -> str:
    found = matched(product, present, {ShopifyId(variant): code for variant, code in (links or {}).items()})
    assert isinstance(found, NotAProduct), found
    assert found.reason == "ambiguous_variants"
    return found.detail


RED, BLUE = ours("R", sku="pot-r", barcode="111", colour="Red"), ours("B", sku="pot-b", barcode="222", colour="Blue")


def test_a_link_goes_before_every_code() -> None:
    found = places(wanted(RED, BLUE), there("1", sku="pot-r"), there("2", sku="pot-b"), links={"2": "R", "1": "B"})

    assert found == {"R": "2", "B": "1"}


def test_a_link_to_what_is_gone_or_of_a_variant_that_the_erp_took_back_finds_nothing() -> None:
    assert places(wanted(RED, BLUE), there("1"), there("2"), links={"9": "R", "2": "GONE"}) == {}


def test_of_two_links_to_one_variant_of_the_item_the_first_counts() -> None:
    assert places(wanted(RED, BLUE), there("1"), there("2"), links={"1": "R", "2": "R"}) == {"R": "1"}


def test_a_variant_that_was_linked_is_never_found_by_its_codes_for_another() -> None:
    found = places(wanted(RED, BLUE), there("1", sku="pot-b"), there("2"), links={"1": "R"})

    assert found == {"R": "1"}


def test_a_variant_that_is_linked_to_what_the_erp_took_back_is_nobodys() -> None:
    assert places(wanted(RED, BLUE), there("1", sku="pot-r"), there("2"), links={"1": "GONE"}) == {}


def test_the_one_variant_of_a_product_is_the_one_variant_of_an_item_whatever_their_codes() -> None:
    assert places(wanted(ours("", sku="a")), there("1", sku="b")) == {"": "1"}


def test_one_variant_beside_others_is_not_taken_for_the_only_one() -> None:
    assert places(wanted(ours("", sku="a")), there("1", sku="b"), there("2")) == {}
    assert places(wanted(RED, BLUE), there("1", sku="x")) == {}


@pytest.mark.parametrize(
    "present",
    [
        (there("1", sku="POT-R"), there("2", sku="POT-B")),
        (there("1", barcode="111"), there("2", barcode="222")),
        (there("1", colour="RED"), there("2", colour="blue")),
    ],
    ids=["sku", "barcode", "options"],
)
def test_a_variant_is_found_by_sku_by_barcode_or_by_its_option_values(present: tuple[Present, ...]) -> None:
    """Whatever the case, and whatever the options are called there."""
    assert places(wanted(RED, BLUE), *present) == {"R": "1", "B": "2"}


def test_a_sku_goes_before_a_barcode_and_a_barcode_before_option_values() -> None:
    found = places(
        wanted(RED, BLUE),
        there("1", sku="pot-r", barcode="222", colour="Blue"),
        there("2", barcode="222", colour="Red"),
        there("3", colour="Blue"),
    )

    assert found == {"R": "1", "B": "2"}


def test_empty_codes_and_no_options_fit_nothing() -> None:
    assert places(wanted(ours("R"), ours("B")), there("1"), there("2")) == {}


def test_what_is_found_once_is_not_found_again() -> None:
    found = places(wanted(RED, ours("B", barcode="111")), there("1", sku="pot-r", barcode="111"), there("2"))

    assert found == {"R": "1"}


def test_one_sku_for_all_variants_tells_none_from_the_other_so_the_next_rule_decides() -> None:
    red, blue = ours("R", sku="POT", colour="Red"), ours("B", sku="POT", colour="Blue")

    found = places(wanted(red, blue), there("1", sku="POT", colour="Blue"), there("2", sku="POT", colour="Red"))

    assert found == {"R": "2", "B": "1"}


@pytest.mark.parametrize(
    "present",
    [(there("1", barcode="111"), there("2", barcode="111")), (there("1", colour="Red"), there("2", colour="red"))],
    ids=["barcode", "options"],
)
def test_several_variants_that_fit_one_are_told_and_none_is_guessed(present: tuple[Present, ...]) -> None:
    """Case 46 of what others ran into: variant duplicates."""
    detail = ambiguity(wanted(RED, BLUE), *present)

    assert "variant R" in detail
    assert "1, 2" in detail


def test_two_variants_of_an_item_that_fit_one_are_told_and_none_is_guessed() -> None:
    red, blue = ours("R", barcode="111"), ours("B", barcode="111")

    assert "R, B of the item fit one variant of the product: 1" in ambiguity(
        wanted(red, blue), there("1", barcode="111"), there("2")
    )


def test_a_sku_that_two_variants_of_an_item_share_is_given_to_neither() -> None:
    red, blue = ours("R", sku="POT"), ours("B", sku="POT", colour="Blue")

    assert places(wanted(red, blue), there("1", sku="POT"), there("2", colour="Blue")) == {"B": "2"}


def test_the_variants_of_an_item_without_variants_are_told_as_the_items() -> None:
    assert "fit the item:" in ambiguity(
        wanted(ours("", barcode="111")), there("1", barcode="111"), there("2", barcode="111")
    )


def test_the_product_to_adopt_is_the_one_that_has_a_sku_of_the_item() -> None:
    found = [there("1", product="P7", sku="POT-R"), there("2", product="P8", sku="other")]

    assert product_to_adopt(wanted(RED, BLUE), found) == "P7"


def test_barcodes_find_a_product_only_where_no_sku_does() -> None:
    by_barcode = there("2", product="P8", barcode="222")

    assert product_to_adopt(wanted(RED, BLUE), [there("1", product="P7", sku="pot-r"), by_barcode]) == "P7"
    assert product_to_adopt(wanted(RED, BLUE), [by_barcode]) == "P8"


@pytest.mark.parametrize("code", ["sku", "barcode"])
def test_two_products_with_one_code_are_told_and_neither_is_adopted(code: str) -> None:
    """Case 46 of what others ran into: the same SKU on two products."""
    value = {"sku": "pot-r", "barcode": "111"}[code]
    found = product_to_adopt(
        wanted(RED), [there("1", product="P8", **{code: value}), there("2", product="P7", **{code: value})]
    )

    assert isinstance(found, NotAProduct)
    assert (found.reason, "P7, P8" in found.detail, code in found.detail) == ("ambiguous_products", True, True)


def test_an_item_without_codes_or_that_nobody_has_adopts_nothing() -> None:
    nameless = there("1", product="P7")

    assert product_to_adopt(wanted(ours("")), [nameless]) is None
    assert product_to_adopt(wanted(RED), [nameless]) is None
    assert product_to_adopt(wanted(RED), []) is None
