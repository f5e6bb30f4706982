"""How the three names of a customer and of an address block are composed from what the store knows (CUS-7, CUS-43,
2.01).
"""

from dataclasses import dataclass

from app.domain.addresses import Address, StoreAddress
from app.domain.shop_settings import CountySource, CustomerSettings, NameSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedNames:
    name: str = ""
    name2: str = ""
    contact_name: str = ""


def composed(source: NameSource, *, company: str, first_name: str, last_name: str) -> str:
    """One name by its source (CUS-43)."""
    match source:
        case NameSource.COMPANY:
            return company.strip()
        case NameSource.FIRST_LAST:
            return f"{first_name.strip()} {last_name.strip()}".strip()
        case NameSource.LAST_FIRST:
            return f"{last_name.strip()} {first_name.strip()}".strip()
        case NameSource.NONE:
            return ""


def names_of(address: StoreAddress, settings: CustomerSettings) -> ComposedNames:
    """The names of an address (2.01, CUS-41): a blank name takes the second one, then the contact's.

    A second name equal to the name says nothing and is left out. The same rule serves customers, document blocks and
    comparisons, so that a customer made from an address is found again by that address.
    """

    def by(source: NameSource) -> str:
        return composed(source, company=address.company, first_name=address.first_name, last_name=address.last_name)

    name, name2, contact = by(settings.name_source), by(settings.name2_source), by(settings.contact_source)
    if not name:
        name, name2 = name2, ""
    if not name:
        name, contact = contact, ""
    return ComposedNames(name=name, name2="" if name2 == name else name2, contact_name=contact)


def place_of(address: StoreAddress, source: CountySource) -> Address:
    """The address in the ERP's terms; the county is the province's code or its name (CUS-8)."""
    return Address(
        line1=address.line1,
        line2=address.line2,
        postal_code=address.postal_code,
        city=address.city,
        county=address.province_code if source is CountySource.CODE else address.province_name,
        country_code=address.country_code,
    )
