"""E-mail addresses and phone numbers in their comparing forms, by email-validator and phonenumbers.

Addresses are folded in the domain (``app.domain.comparison``), with the standard library, because their key is part
of a decision that is tested without adapters. Nothing here looks anything up on a network.
"""

import re

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

_ORDINARY = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]+", re.ASCII)
_LONGEST_LOCAL_PART = 64
"""By the standard; what is no longer in all has no part that is too long."""


class ContactKeys:
    """The normaliser of ``app.ports.contact_normaliser``."""

    def email_key(self, raw: str) -> str | None:
        """The whole address without case and with its domain in Unicode; None for what is no address.

        Mail servers may tell local parts apart by case, people do not; the reference compares without case, too
        (CUS-32).
        """
        address = raw.strip()
        return address.casefold() if _is_ordinary(address.casefold()) else self._validated(address)

    def _validated(self, address: str) -> str | None:
        try:
            found = validate_email(address, check_deliverability=False, allow_smtputf8=True, test_environment=True)
        except EmailNotValidError:
            return None
        return found.normalized.casefold()

    def phone_key(self, raw: str, country_code: str) -> str | None:
        """E.164, or None. A number without country prefix is read as one of ``country_code``; ``(0)`` after a prefix
        is dropped.
        """
        text = raw.strip()
        if not text:
            return None
        try:
            number = phonenumbers.parse(text, country_code.upper() or None)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_possible_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_ordinary(folded: str) -> bool:
    """Whether an address is so plain that it passes every check: most are, and the checks take their time."""
    return (
        len(folded) <= _LONGEST_LOCAL_PART
        and _ORDINARY.fullmatch(folded) is not None
        and folded.rpartition(".")[2] not in SPECIAL_USE_DOMAIN_NAMES
    )
