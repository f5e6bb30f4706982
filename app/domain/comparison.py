"""The comparing forms of names and addresses (P21). E-mails and phones have theirs from
``app.ports.contact_normaliser``.

A key is made in one way only, for the ERP's customers when they are written and for an order's addresses when they
are looked up; so equality of keys is equality of what people mean.
"""

import re

from app.domain.addresses import Address, StoreAddress
from app.domain.text_folding import fold, squeeze


def address_key(*, name: str, name2: str, address: Address) -> str | None:
    """All that CUS-49 compares: both names, both lines, postal code, city, county, country. None without a name or a
    place.
    """
    place = (
        fold(address.line1),
        fold(address.line2),
        squeeze(address.postal_code),
        fold(address.city),
        fold(address.county),
        address.country_code.casefold(),
    )
    names = (fold(name), fold(name2))
    if not any(names) or not any(place[:-1]):
        return None
    return "|".join((*names, *place))


def place_key(address: StoreAddress) -> tuple[str, ...]:
    """Where an address of the store is (CUS-47): both lines, postal code, city and country."""
    return (
        fold(address.line1),
        fold(address.line2),
        squeeze(address.postal_code),
        fold(address.city),
        address.country_code.casefold(),
    )


ALIKE = 9
"""So many last digits make two phones look alike whatever stands before them (CUS-34)."""
_NO_DIGITS = re.compile(r"[^0-9]+")


def phone_ending(raw: str) -> str | None:
    """The last nine digits of a phone; None when it has fewer. What only ends alike is a suggestion, never a match."""
    digits = _NO_DIGITS.sub("", raw)
    return digits[-ALIKE:] if len(digits) >= ALIKE else None
