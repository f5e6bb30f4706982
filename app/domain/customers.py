"""The ERP's customers, and how one is known to us before the ERP has numbered it."""

from dataclasses import dataclass

from app.domain.addresses import Address
from app.domain.identifiers import CustomerId, ShopId, ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer. ``no`` is None for one that Orderbridge created and the ERP has not numbered yet (P22)."""

    id: CustomerId
    no: str | None
    name: str = ""
    name2: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()
    vat_registration_no: str = ""
    registration_no: str = ""
    payment_terms_code: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be created with an order, before it has an id (CUS-36 … CUS-42)."""

    shop_id: ShopId
    store_customer_id: ShopifyId | None
    store_company_id: ShopifyId | None
    address_id: str | None
    template_code: str
    name: str
    name2: str
    contact_name: str
    email: str
    phone: str
    """As Shopify has it; E.164 is for comparing and exporting."""
    address: Address
    tax_area_code: str = ""
    tax_liable: bool = False
    vat_business_group: str = ""
    registration_no: str = ""
    vat_registration_no: str = ""
    payment_terms_code: str = ""

    @property
    def tax_id(self) -> str:
        """Of a company, in whichever of the two fields the shop keeps it."""
        return self.registration_no or self.vat_registration_no
