"""The entries of the two mapping tables that decisions only need as a look-up: staff and currencies."""

from dataclasses import dataclass

from app.domain.identifiers import ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMapping:
    """A staff member of the store is this salesperson of the ERP."""

    staff_id: ShopifyId
    salesperson_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyMapping:
    """An ISO currency is this currency code of the ERP."""

    iso: str
    currency_code: str | None = None
