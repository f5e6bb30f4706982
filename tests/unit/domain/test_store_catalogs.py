"""P77, PRD-30: what is to be done about a variant in a price list, and which lists can be filled at all."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.products import ItemPrice, PriceKey
from app.domain.store_catalogs import (
    NOT_SURE,
    CatalogFacts,
    ListedVariant,
    NothingToDo,
    NotPriced,
    PriceListToFill,
    PriceMove,
    PriceToRemove,
    PriceToSet,
    StoreCatalog,
    list_to_fill,
    price_move,
    title_for,
)

POT = ListedVariant(
    store_variant_id=ShopifyId("501"),
    item_no="POT",
    prices={PriceKey("", ""): ItemPrice(price=Decimal("9.5"), compare_at_price=Decimal(12))},
)
FACTS = CatalogFacts(
    catalog_id=ShopifyId("1"), title="", type="company", status="active", price_list_id=ShopifyId("9"), currency="EUR"
)
WHOLESALE = StoreCatalog(catalog_id=ShopifyId("1"), price_group="WHOLESALE", told=FACTS)


def moved(variant: ListedVariant, *, price_list: str = "9", currency: str = "EUR") -> PriceMove:
    return price_move(variant, price_list_id=ShopifyId(price_list), currency=currency)


def sent(variant: ListedVariant) -> ListedVariant:
    """The same after it was sent."""
    wanted = moved(variant)
    assert isinstance(wanted, PriceToSet)
    return replace(variant, sent=wanted.sent)


def test_a_price_that_was_not_sent_is_to_be_set() -> None:
    wanted = moved(POT)

    assert isinstance(wanted, PriceToSet)
    assert (wanted.price, wanted.compare_at_price) == (Decimal("9.5"), Decimal(12))


def test_a_price_that_was_sent_is_unchanged_until_it_failed_or_nobody_is_sure() -> None:
    assert moved(sent(POT)) is NothingToDo.UNCHANGED
    assert isinstance(moved(replace(sent(POT), failed=True)), PriceToSet)
    assert isinstance(moved(replace(POT, sent=NOT_SURE)), PriceToSet)


def test_another_list_or_another_currency_takes_every_price_again() -> None:
    assert isinstance(moved(sent(POT), price_list="10"), PriceToSet)
    assert isinstance(moved(sent(POT), currency="CHF"), PriceToSet)


def test_a_compare_at_price_that_is_not_higher_is_not_sent() -> None:
    flat = replace(POT, prices={PriceKey("", ""): ItemPrice(price=Decimal(5), compare_at_price=Decimal(5))})

    wanted = moved(flat)

    assert isinstance(wanted, PriceToSet)
    assert wanted.compare_at_price is None


@pytest.mark.parametrize("gone", [{"prices": {}}, {"item_no": None}], ids=["price taken back", "link gone"])
def test_only_a_price_of_ours_is_removed_when_the_erp_tells_none(gone: dict[str, Any]) -> None:
    assert moved(replace(sent(POT), **gone)) == PriceToRemove(store_variant_id=ShopifyId("501"))
    assert moved(replace(POT, sent=NOT_SURE, **gone)) == PriceToRemove(store_variant_id=ShopifyId("501"))
    assert moved(replace(POT, **gone)) is NothingToDo.WITHOUT_PRICE


def test_the_price_of_a_blocked_item_stays_as_it_is() -> None:
    assert moved(replace(POT, blocked=True)) is NothingToDo.BLOCKED
    assert moved(replace(sent(POT), blocked=True, prices={})) is NothingToDo.BLOCKED


def test_a_list_in_a_currency_in_which_prices_are_told_is_filled() -> None:
    found = list_to_fill(WHOLESALE, frozenset({"CHF", "EUR"}))

    assert isinstance(found, PriceListToFill)
    assert (found.price_list_id, found.currency, found.price_group) == ("9", "EUR", "WHOLESALE")


def test_a_list_is_looked_at_when_every_price_of_its_group_was_taken_back() -> None:
    assert isinstance(list_to_fill(WHOLESALE, frozenset()), PriceListToFill)


@pytest.mark.parametrize(
    ("catalog", "reason"),
    [
        (replace(WHOLESALE, told=None), "catalog_not_at_store"),
        (replace(WHOLESALE, told=replace(FACTS, status="not_at_store")), "catalog_not_at_store"),
        (replace(WHOLESALE, told=replace(FACTS, price_list_id=None, currency=None)), "no_price_list"),
        (replace(WHOLESALE, told=replace(FACTS, currency="USD")), "currency_differs"),
        (replace(WHOLESALE, told=replace(FACTS, status="archived")), None),
        (replace(WHOLESALE, price_group=None), None),
    ],
    ids=["never listed", "deleted", "no list", "other currency", "archived", "no group"],
)
def test_a_list_that_cannot_be_filled_says_why(catalog: StoreCatalog, reason: str | None) -> None:
    found = list_to_fill(catalog, frozenset({"EUR"}))

    assert (found.reason if isinstance(found, NotPriced) else found) == reason


def test_a_companys_own_catalog_is_named_by_it_and_by_its_number_however_long_the_name() -> None:
    assert title_for(" Tea & Co ", "C1") == "Tea & Co (C1)"
    assert len(title_for("x" * 300, "C1")) == 255
    assert title_for("x" * 300, "C1").endswith(" (C1)")
