"""P21: e-mails and phones in their comparing forms."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.contact import ContactKeys
from app.ports.contact_normaliser import ContactNormaliser

KEYS: ContactNormaliser = ContactKeys()


@pytest.mark.parametrize(
    ("raw", "country", "key"),
    [
        ("+31 (0)6-12345678", "NL", "+31612345678"),
        ("0031 6 12 34 56 78", "NL", "+31612345678"),
        ("06 12345678", "NL", "+31612345678"),
        ("06 12345678", "nl", "+31612345678"),
        ("+47 22 22 55 55", "", "+4722225555"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("111", "US", None),
        ("06 12345678", "", None),
        ("ask reception", "NL", None),
        ("", "NL", None),
        ("06 12345678", "ZZ", None),
    ],
)
def test_a_phone_is_e164_read_with_the_country_of_its_address(raw: str, country: str, key: str | None) -> None:
    """CUS-33, CUS-34."""
    assert KEYS.phone_key(raw, country) == key


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("Dummy@Customer.com", "dummy@customer.com"),
        (" a.b@example.com ", "a.b@example.com"),
        ("ann@BÜCHER.example", "ann@bücher.example"),
        ("a(b)|c@example.com", None),
        ("not an address", None),
        ("", None),
        ("x@domain.test", "x@domain.test"),
    ],
)
def test_an_email_is_compared_without_case_and_only_if_it_is_one(raw: str, key: str | None) -> None:
    """CUS-32, CUS-34."""
    assert KEYS.email_key(raw) == key


LABELS = st.text("aZ09-_", min_size=0, max_size=5)
ADDRESSES = st.builds(
    "{}@{}.{}".format,
    st.text("aZ09+-_.", max_size=6),
    st.lists(LABELS, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["com", "C", "n1", "1n", "x-y", "local", "TEST", "example", "onion", "", "a" * 60, "b" * 64]),
)


@settings(max_examples=60)
@given(ADDRESSES)
def test_an_ordinary_address_has_the_key_that_every_check_gives_it(address: str) -> None:
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        assert KEYS.email_key(address) is None
    else:
        assert KEYS.email_key(address) == checked.normalized.casefold()
