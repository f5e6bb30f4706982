"""The comparing forms of e-mails and phones, which need libraries that the domain does not have (P21)."""

from typing import Protocol


class ContactNormaliser(Protocol):
    def email_key(self, raw: str) -> str | None:
        """The address in its comparing form, or None when it is none."""
        ...

    def phone_key(self, raw: str, country_code: str) -> str | None:
        """The number in E.164, read with the country of its address; None when it is no possible number."""
        ...
