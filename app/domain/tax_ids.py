"""Tax ids as people mean them, for comparing (COM-24): how they are written must not decide who somebody is.

Without blanks, dots, dashes and case. The prefix of a country (``BE0123456749``) may be written or left out, but only
where the address says that it is this country. Knows nothing of checksums, and of no register.
"""

import unicodedata
from typing import Final

_PREFIXES: Final = {"GR": ("EL", "GR"), "CH": ("CHE",)}
"""Where a tax id's prefix is not, or not only, the ISO code of its country."""


def tax_id_key(raw: str) -> str | None:
    """Its Latin letters and digits in capitals; None for what is no number at all: blank, a dash, ``n/a``, zeros.

    The database makes the same key of the same text (its indexes on customers).
    """
    key = "".join(sign for sign in unicodedata.normalize("NFKC", raw) if sign.isascii() and sign.isalnum()).upper()
    return key if _is_number(key) else None


def tax_id_forms(raw: str, country_code: str) -> tuple[str, ...]:
    """Every key under which a customer may have this tax id of an address in this country: its own first, then without
    and with the country's prefix. That one of them is found does not make it the same: ``same_tax_id`` says.
    """
    key = tax_id_key(raw)
    if key is None:
        return ()
    prefixes = _prefixes_of(country_code)
    return tuple(dict.fromkeys((key, _without_prefix(key, prefixes), *_with_prefix(key, prefixes))))


def same_tax_id(one: str, one_country: str, other: str, other_country: str) -> bool:
    """Whether two tax ids, each with the country of its address, are one.

    Written alike they are. Where only one of them has the prefix of a country, the other's address must be in that
    country; an address whose country is not known is in none.
    """
    key, other_key = tax_id_key(one), tax_id_key(other)
    if key is None or other_key is None:
        return False
    return (
        key == other_key
        or other_key in _with_prefix(key, _prefixes_of(one_country))
        or key in _with_prefix(other_key, _prefixes_of(other_country))
    )


def other_tax_id(one: str, one_country: str, other: str, other_country: str) -> bool:
    """Whether two tax ids are two, whatever the country of either. What is neither this nor the same is not known."""
    key, other_key = tax_id_key(one), tax_id_key(other)
    if key is None or other_key is None:
        return False
    countries = (one_country, other_country)
    return not any(other_key in tax_id_forms(one, each) or key in tax_id_forms(other, each) for each in countries)


def _prefixes_of(country_code: str) -> tuple[str, ...]:
    country = country_code.upper()
    return _PREFIXES.get(country, (country,) if country else ())


def _with_prefix(key: str, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    bare = _without_prefix(key, prefixes)
    return tuple(f"{prefix}{bare}" for prefix in prefixes)


def _without_prefix(key: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        rest = key.removeprefix(prefix)
        if rest != key and _is_number(rest):
            return rest
    return key


def _is_number(key: str) -> bool:
    return any(sign.isdecimal() and sign != "0" for sign in key)
