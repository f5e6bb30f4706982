"""How an exported company stands at the store, and what is still to be done of it (COM-31, COM-32).

So that an export goes on wherever it stopped: whatever stands already is not sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.company_export import LocationToSend
from app.domain.customer_export import PlaceToSend
from app.domain.identifiers import ShopifyId
from app.domain.shop_settings import ContactPermission

ROLE_NAMES: Mapping[ContactPermission, str] = {
    ContactPermission.LOCATION_ADMIN: "location admin",
    ContactPermission.ORDERING_ONLY: "ordering only",
}
"""What the platform calls the two roles that every company has, case-folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyStanding:
    shopify_id: ShopifyId
    name: str
    external_id: str
    updated_at: datetime
    main_contact_customer: ShopifyId | None = None
    """The store customer who is the main contact."""
    roles: Mapping[str, ShopifyId] = field(default_factory=dict)
    """By their case-folded names."""
    first_location: ShopifyId | None = None
    locations: int = 0

    def role_for(self, permission: ContactPermission) -> ShopifyId | None:
        """COM-7; None = the contact may do nothing, or the company has no such role."""
        return self.roles.get(ROLE_NAMES.get(permission, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationStanding:
    shopify_id: ShopifyId
    company_id: ShopifyId
    name: str
    external_id: str
    phone: str
    tax_id: str
    payment_terms_id: ShopifyId | None
    recipient: str
    place: PlaceToSend | None
    """The shipping address, where the billing address says the same."""
    updated_at: datetime
    contacts_with_role: frozenset[ShopifyId] = frozenset()

    def lacks_words(self, wanted: LocationToSend) -> bool:
        """Whether name, number, phone or terms are to be changed; what is blank is not."""
        told = (self.name, self.external_id, self.phone, self.payment_terms_id)
        ours = (wanted.name, wanted.external_id, wanted.phone, wanted.payment_terms_id)
        return any(want and want != have for want, have in zip(ours, told, strict=True))

    def lacks_address(self, wanted: LocationToSend) -> bool:
        return (self.place, self.recipient) != (wanted.place, wanted.recipient)

    def lacks_tax_id(self, wanted: LocationToSend) -> bool:
        return bool(wanted.tax_id) and self.tax_id != wanted.tax_id
