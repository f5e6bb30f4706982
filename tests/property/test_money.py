"""Allocation for any amount, weights and currency: nothing is lost, nobody is a minor unit off."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import allocate, minor_digits, minor_unit, rounded

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XYZ"])
WEIGHTS = st.lists(st.integers(0, 10**9).map(Decimal), min_size=1, max_size=30)


@st.composite
def amounts(draw: st.DrawFn) -> tuple[Decimal, str]:
    currency = draw(CURRENCIES)
    return Decimal(draw(st.integers(-(10**12), 10**12))).scaleb(-minor_digits(currency)), currency


@given(money=amounts(), weights=WEIGHTS)
def test_shares_add_up_exactly_and_none_is_a_minor_unit_off(money: tuple[Decimal, str], weights: list[Decimal]) -> None:
    """D10."""
    amount, currency = money
    shares = allocate(amount, weights, currency)
    assert sum(shares) == amount
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        exact = amount * weight / whole if whole else amount / len(weights)
        assert abs(share - exact) < minor_unit(currency)
        assert rounded(share, currency) == share


@given(money=amounts(), weights=WEIGHTS)
def test_a_weight_of_zero_takes_nothing(money: tuple[Decimal, str], weights: list[Decimal]) -> None:
    amount, currency = money
    if any(weights):
        shares = allocate(amount, weights, currency)
        assert all(not share for share, weight in zip(shares, weights, strict=True) if not weight)


@given(money=amounts(), weights=WEIGHTS)
def test_more_weight_never_gets_less(money: tuple[Decimal, str], weights: list[Decimal]) -> None:
    amount, currency = money
    shares = allocate(abs(amount), weights, currency)
    ranked = sorted(zip(weights, shares, strict=True))
    for (lighter, small), (heavier, large) in pairwise(ranked):
        assert small <= large or lighter == heavier


@given(
    amount=st.decimals(-(10**9), 10**9, places=6, allow_nan=False, allow_infinity=False),
    weights=WEIGHTS,
    currency=CURRENCIES,
)
def test_an_amount_finer_than_its_currency_is_still_shared_whole(
    amount: Decimal, weights: list[Decimal], currency: str
) -> None:
    shares = allocate(amount, weights, currency)
    assert sum(shares) == amount
    assert sum(1 for share in shares if rounded(share, currency) != share) <= 1


@given(money=amounts(), weights=WEIGHTS)
def test_a_negative_amount_is_shared_like_its_opposite(money: tuple[Decimal, str], weights: list[Decimal]) -> None:
    amount, currency = money
    assert allocate(-amount, weights, currency) == [-share for share in allocate(amount, weights, currency)]
