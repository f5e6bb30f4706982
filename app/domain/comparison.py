"""The comparing forms of names and addresses (P21). E-mails and phones have theirs from
``app.ports.contact_normaliser``.

A key is made in one way only, for the ERP's customers when they are written and for an order's addresses when they
are looked up; so equality of keys is equality of what people mean.
"""

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
