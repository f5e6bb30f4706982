"""A carrier as the ERP knows it, and what the buyer is shown of it: whose number it is and where to look (FUL-14)."""

from dataclasses import dataclass
from urllib.parse import quote

NUMBER = "{number}"
"""Stands for the tracking number in a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAgent:
    """``tracking_company`` is the carrier by Shopify's name of it, which then knows the address by itself;
    ``tracking_url_template`` an address with ``{number}`` in it.
    """

    code: str
    name: str | None = None
    tracking_company: str | None = None
    tracking_url_template: str | None = None

    @property
    def company(self) -> str:
        """As the buyer reads it."""
        return self.tracking_company or self.name or self.code

    def address_of(self, number: str) -> str | None:
        """Where a parcel is followed; None = the agent has no template."""
        template = self.tracking_url_template
        return template.replace(NUMBER, quote(number, safe="")) if template else None
