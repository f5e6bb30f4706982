"""Scale, rounding and sharing of amounts, by example; for any amount see the properties."""

from decimal import Decimal

import pytest

from app.domain.money import Amount, CurrencyHandling, allocate, minor_unit, rounded, total, written


def amounts(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001"), ("XYZ", "0.01")]
)
def test_each_currency_has_its_minor_unit(currency: str, unit: str) -> None:
    """D9."""
    assert minor_unit(currency) == Decimal(unit)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("0.004", "EUR", "0.00"),
        ("2.5", "JPY", "3"),
        ("3.5", "JPY", "4"),
    ],
)
def test_halves_are_rounded_away_from_zero(amount: str, currency: str, expected: str) -> None:
    """D8."""
    assert str(rounded(Decimal(amount), currency)) == expected


@pytest.mark.parametrize(
    ("amount", "weights", "currency", "expected"),
    [
        ("1.00", ("1", "1", "1"), "EUR", ("0.34", "0.33", "0.33")),
        ("0.05", ("70", "30"), "EUR", ("0.04", "0.01")),
        ("-1.00", ("1", "1", "1"), "EUR", ("-0.34", "-0.33", "-0.33")),
        ("1", ("1", "1"), "JPY", ("1", "0")),
        ("0.001", ("1", "2"), "KWD", ("0.000", "0.001")),
        ("1.00", ("0", "0"), "EUR", ("0.50", "0.50")),
        ("1.00", ("0", "3"), "EUR", ("0.00", "1.00")),
        ("1.005", ("1", "1"), "EUR", ("0.505", "0.50")),
        ("0.00", ("1", "2"), "EUR", ("0.00", "0.00")),
    ],
)
def test_shares_are_by_largest_remainder(
    amount: str, weights: tuple[str, ...], currency: str, expected: tuple[str, ...]
) -> None:
    assert allocate(Decimal(amount), amounts(*weights), currency) == amounts(*expected)


def test_nothing_can_be_shared_among_nobody_but_an_amount_cannot() -> None:
    assert allocate(Decimal(0), [], "EUR") == []
    with pytest.raises(ValueError, match="nothing"):
        allocate(Decimal(1), [], "EUR")


def test_amounts_add_up_on_both_sides() -> None:
    one = Amount(Decimal(1), Decimal(2))
    assert total([one, one]) - one == one
    assert (one + -one).of(CurrencyHandling.PRESENTMENT) == 0
    assert not one - one


@pytest.mark.parametrize(("amount", "shown"), [("12.5", "12.50 EUR"), ("0.005", "0.005 EUR"), ("-3", "-3.00 EUR")])
def test_an_amount_is_written_at_its_scale_and_never_rounded_for_show(amount: str, shown: str) -> None:
    assert written(Decimal(amount), "EUR") == shown


def test_the_spare_unit_goes_to_the_largest_remainder_not_to_the_largest_share() -> None:
    shares = allocate(Decimal("1.00"), [Decimal("66.4"), Decimal("33.6")], "EUR")
    assert shares == [Decimal("0.66"), Decimal("0.34")]


def test_an_amount_is_counted_in_both_currencies_at_once() -> None:
    one, two = Amount(Decimal(3), Decimal(5)), Amount(Decimal(1), Decimal(0))
    assert (one + two, one - two, -one) == (
        Amount(Decimal(4), Decimal(5)),
        Amount(Decimal(2), Decimal(5)),
        Amount(Decimal(-3), Decimal(-5)),
    )
    assert (one.of(CurrencyHandling.SHOP), one.of(CurrencyHandling.PRESENTMENT)) == (one.shop, one.presentment)
    assert [bool(each) for each in (two, Amount(Decimal(0), Decimal(1)), Amount(Decimal(0), Decimal(0)))] == [
        True,
        True,
        False,
    ]
