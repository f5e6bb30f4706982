"""Which tax area an address lies in (CUS-71, CUS-73, 4.30). Customers and orders ask here, so that they cannot
disagree.
"""

from collections.abc import Sequence

from app.domain.addresses import StoreAddress
from app.domain.mappings import TaxArea


def tax_area_of(address: StoreAddress, areas: Sequence[TaxArea]) -> TaxArea | None:
    """The row of the address's province, by its code, else by its name, else the row of its whole country.

    Code and name are both looked at whatever the county source is, so that an address has one tax area (CUS-74). A
    row that names neither area nor group says nothing and hides nothing.
    """
    country = address.country_code.strip().casefold()
    if not country:
        return None
    code, name = address.province_code.strip().casefold(), address.province_name.strip().casefold()
    of_country = [
        area
        for area in areas
        if area.country_code.casefold() == country and (area.tax_area_code or area.vat_business_group)
    ]
    by_code = (area for area in of_country if code and (area.province or "").casefold() == code)
    by_name = (area for area in of_country if name and (area.province_name or "").casefold() == name)
    whole_country = (area for area in of_country if not area.province and not area.province_name)
    return next(by_code, None) or next(by_name, None) or next(whole_country, None)
