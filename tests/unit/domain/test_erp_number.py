"""The ERP's number among the attributes of an order: its place, its neighbours, and when it is ours to take off."""

import pytest

from app.domain.erp_number import ERP_NUMBER_KEY, with_number, without_number
from app.domain.order_glance import glance_at
from app.domain.orders import Attribute
from tests.builders import order as an_order

GIFT = Attribute(key="gift", value="yes")
ENGRAVING = Attribute(key="engraving", value="")


def number(value: str) -> Attribute:
    return Attribute(key=ERP_NUMBER_KEY, value=value)


@pytest.mark.parametrize(
    ("standing", "wanted"),
    [
        ((), (number("E-1"),)),
        ((GIFT, ENGRAVING), (GIFT, ENGRAVING, number("E-1"))),
        ((GIFT, number("E-0"), ENGRAVING), (GIFT, number("E-1"), ENGRAVING)),
        ((number("E-0"), GIFT, number("E-9")), (number("E-1"), GIFT)),
        ((GIFT, number("E-1")), (GIFT, number("E-1"))),
        ((GIFT, GIFT), (GIFT, GIFT, number("E-1"))),
    ],
    ids=["alone", "beside others", "in its place", "once", "as it stands", "beside doubles"],
)
def test_the_number_takes_its_place_and_every_other_attribute_stays(
    standing: tuple[Attribute, ...], wanted: tuple[Attribute, ...]
) -> None:
    assert with_number(standing, "E-1") == wanted


def test_a_number_is_taken_off_only_if_we_wrote_it() -> None:
    assert with_number((GIFT, number("E-1")), None, ours={"E-1"}) == (GIFT,)
    assert with_number((GIFT, number("by hand")), None, ours={"E-1"}) == (GIFT, number("by hand"))


def test_a_key_of_another_case_is_somebody_elses() -> None:
    other = Attribute(key=ERP_NUMBER_KEY.lower(), value="x")

    assert with_number((other,), "E-1") == (other, number("E-1"))


def test_an_order_is_compared_without_our_number() -> None:
    plain, written = an_order(attributes=(GIFT,)), an_order(attributes=(GIFT, number("E-1")))

    assert without_number(written) == plain
    assert without_number(plain) is plain
    assert glance_at(written) == glance_at(plain)
    assert glance_at(an_order(attributes=())) != glance_at(plain)
