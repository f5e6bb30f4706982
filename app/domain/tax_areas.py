"""Which tax area an address lies in (CUS-71, CUS-73, 4.30). Customers and orders ask here, so that they cannot
disagree.
"""

from collections.abc import Sequence

from app.domain.addresses import StoreAddress
from app.domain.mappings import TaxArea


def tax_area_of(address: StoreAddress, areas: Sequence[TaxArea]) -> TaxArea | None:
    """The row of the address's province, by code or by name, else the row of its whole country."""
    country = address.country_code.casefold()
    if not country:
        return None
    whole_country: TaxArea | None = None
    code, name = address.province_code.casefold(), address.province_name.casefold()
    for area in areas:
        if area.country_code.casefold() != country:
            continue
        if code and (area.province or "").casefold() == code:
            return area
        if name and (area.province_name or "").casefold() == name:
            return area
        if not area.province and not area.province_name:
            whole_country = area
    return whole_country
