"""P21: e-mails and phones in their comparing forms."""

import pytest

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
