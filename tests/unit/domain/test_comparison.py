"""P21: texts, names and addresses in their comparing forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.addresses import Address
from app.domain.comparison import address_key, place_key
from app.domain.names import names_of
from app.domain.shop_settings import CustomerSettings
from app.domain.text_folding import fold, squeeze
from tests.builders import address

HOME = Address(line1="Straße 1", postal_code="1234 AB", city="Zürich", country_code="CH")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zürich", "ZURICH"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("Ørsted  & Søn", "orsted son"),
        ("Æble", "AEBLE"),
        ("O'Neill-Smith, Ltd.", "o neill smith ltd"),
        ("Café", "Cafe\u0301"),
        ("ﬁve \N{FULLWIDTH DIGIT ONE}", "FIVE 1"),
        ("İstanbul", "istanbul"),
        ("Ωmega", "ωMEGA"),
    ],
)
def test_texts_that_mean_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Main Street 1", "Main Street 11"), ("東京", "京都"), ("Müller", "Mueller")]
)
def test_texts_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_postal_codes_compare_without_blanks() -> None:
    assert squeeze(" 1234 ab ") == squeeze("1234AB")


def test_an_address_key_is_equal_for_what_people_mean_and_for_nothing_else() -> None:
    """CUS-49."""
    key = address_key(name="Works, Ltd.", name2="", address=HOME)
    same = Address(line1="STRASSE 1", postal_code="1234ab", city="Zurich", country_code="ch")
    assert key == address_key(name="WORKS LTD", name2=" ", address=same)
    for other in (
        address_key(name="Works", name2="", address=HOME),
        address_key(name="Works, Ltd.", name2="North", address=HOME),
        address_key(name="Works, Ltd.", name2="", address=Address(line1="Straße 1", city="Zürich", country_code="CH")),
        address_key(name="Works, Ltd.", name2="", address=Address(line2="Straße 1", postal_code="1234", city="Zürich")),
    ):
        assert other != key


@pytest.mark.parametrize(
    ("name", "place"), [("", HOME), ("Works", Address()), ("Works", Address(country_code="CH")), ("…", HOME)]
)
def test_without_a_name_or_a_place_there_is_no_key(name: str, place: Address) -> None:
    assert address_key(name=name, name2="", address=place) is None


def test_places_compare_without_names_and_province() -> None:
    """CUS-47."""
    assert place_key(address(province_code="CA", company="A")) == place_key(address(company="B", line1="ADDRESS"))
    assert place_key(address()) != place_key(address(country_code="NL"))


def test_a_second_name_equal_to_the_first_is_left_out() -> None:
    """2.01."""
    person = address(company="Ann Lee", first_name="Ann", last_name="Lee")
    names = names_of(person, CustomerSettings())
    assert (names.name, names.name2, names.contact_name) == ("Ann Lee", "", "Ann Lee")
