"""COM-24, COM-36: tax ids are compared as people mean them, and a country is never guessed."""

import pytest

from app.domain.tax_ids import other_tax_id, same_tax_id, tax_id_forms, tax_id_key


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (" be 0123.456.749 ", "BE0123456749"),
        ("CHE-123.456.788", "CHE123456788"),
        ("\N{FULLWIDTH DIGIT ONE}23/4", "1234"),
        ("", None),
        (" - ", None),
        ("n/a", None),
        ("0000", None),
    ],
)
def test_a_tax_id_is_its_letters_and_digits_and_a_placeholder_is_none(raw: str, key: str | None) -> None:
    assert tax_id_key(raw) == key


@pytest.mark.parametrize(
    ("raw", "country", "forms"),
    [
        ("BE 0123.456.749", "BE", ("BE0123456749", "0123456749")),
        ("0123456749", "be", ("0123456749", "BE0123456749")),
        ("094259216", "GR", ("094259216", "EL094259216", "GR094259216")),
        ("EL094259216", "GR", ("EL094259216", "094259216", "GR094259216")),
        ("123456788", "CH", ("123456788", "CHE123456788")),
        ("BE0123456749", "", ("BE0123456749",)),
        ("DE", "DE", ()),
        ("ATU12345678", "AT", ("ATU12345678", "U12345678")),
    ],
)
def test_what_is_looked_for_is_the_id_itself_and_then_with_and_without_its_countrys_prefix(
    raw: str, country: str, forms: tuple[str, ...]
) -> None:
    assert tax_id_forms(raw, country) == forms


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("BE0123456749", "US"), ("be 0123.456.749", ""), True),
        (("BE0123456749", "BE"), ("0123456749", "BE"), True),
        (("0123456749", "BE"), ("BE0123456749", ""), True),
        (("BE0123456749", "US"), ("0123456749", "BE"), True),
        (("BE0123456749", "BE"), ("0123456749", "NL"), False),
        (("BE0123456749", "BE"), ("0123456749", ""), False),
        (("BE0123456749", "BE"), ("NL0123456749", "NL"), False),
        (("EL094259216", "GR"), ("GR094259216", "GR"), True),
        (("", "BE"), ("", "BE"), False),
        (("BE0123456749", "BE"), ("BE0123456740", "BE"), False),
    ],
)
def test_an_id_without_its_prefix_is_the_same_only_in_the_country_of_the_prefix(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    assert same_tax_id(*one, *other) is same
    assert same_tax_id(*other, *one) is same


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        (("BE0123456749", "BE"), ("BE0202239951", "BE"), True),
        (("BE0123456749", "BE"), ("NL0123456749", "NL"), True),
        (("BE0123456749", "BE"), ("0123456749", ""), False),
        (("BE0123456749", "BE"), ("0123456749", "NL"), False),
        (("EL094259216", "GR"), ("GR094259216", "GR"), False),
        (("BE0123456749", "BE"), ("be 0123.456.749", ""), False),
        (("BE0123456749", "BE"), ("", ""), False),
    ],
)
def test_two_ids_are_two_only_where_no_country_could_make_them_one(
    one: tuple[str, str], other: tuple[str, str], two: bool
) -> None:
    assert other_tax_id(*one, *other) is two
    assert other_tax_id(*other, *one) is two
    assert not (two and same_tax_id(*one, *other))


@pytest.mark.parametrize("country", ["BE", "GR", "CH", "AT", ""])
@pytest.mark.parametrize("raw", ["0123456749", "BE0123456749", "EL1", "CHE9", "U1"])
def test_whatever_is_the_same_is_looked_for(raw: str, country: str) -> None:
    """Else the database would not show it."""
    keys = tax_id_forms(raw, country)
    others = {form for each in ("BE", "GR", "CH", "AT") for form in tax_id_forms(raw, each)}
    found = {other for other in others if same_tax_id(raw, country, other, country)}
    assert found <= set(keys)
