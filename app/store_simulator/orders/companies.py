"""The companies of a generated store: contacts, locations with addresses, tax ids and terms, as state.

Each is odd in its own way, as companies are: two locations with tax ids of their own, one without, a contact who has a
phone only, no contact at all. The same in every store, so that generated orders may refer to them. Knows no order.
"""

from dataclasses import dataclass

from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.nodes import gid
from app.store_simulator.orders.people import COMPANIES

_FIRST_COMPANY = 5_200_000_001
_FIRST_CONTACT_CUSTOMER = 7_400_000_001
_LOCATIONS_APART = 100
_CREATED = "2026-01-05T08:00:00Z"
_NET_30 = gid("PaymentTermsTemplate", 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A location of a company."""

    name: str
    street: str
    zip: str
    city: str
    country: str
    tax_id: str | None = None
    net_30: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A main contact; one without an e-mail has a phone."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None = None


_CONTACTS: tuple[Contact | None, ...] = (
    Contact(first_name="Heike", last_name="Vogel", email="einkauf@blauwal.example"),
    Contact(first_name="Élodie", last_name="Moreau", email="achats@ateliernord.example", phone="+33145550101"),
    Contact(first_name="Owen", last_name="Hughes", email=None, phone="+442075550102"),
    None,
    Contact(first_name="Chloé", last_name="Lefèvre", email="commandes@tilleul.example"),
)
_SITES: tuple[tuple[Site, ...], ...] = (
    (
        Site(name="Zentrale", street="Hafenstraße 4", zip="20457", city="Hamburg", country="DE", tax_id="DE123456788"),
        Site(name="Wien", street="Ring 9", zip="1010", city="Wien", country="AT", tax_id="ATU12345675", net_30=True),
    ),
    (Site(name="Paris", street="Rue Nord 8", zip="75010", city="Paris", country="FR", tax_id="FR 40 303 265 045"),),
    (Site(name="Bristol", street="Quay 2", zip="BS1 4QA", city="Bristol", country="GB", net_30=True),),
    (
        Site(name="Zürich", street="Seeweg 3", zip="8002", city="Zürich", country="CH", tax_id="CHE-116.281.710 MWST"),
        Site(name="Lager", street="Werkhof 1", zip="8400", city="Winterthur", country="CH"),
    ),
    (Site(name="Gent", street="Lindelaan 5", zip="9000", city="Gent", country="BE", tax_id="0403199702", net_30=True),),
)


def companies_state() -> list[JsonObject]:
    """All companies in the fields of the Admin API."""
    return [_company(place) for place in range(len(COMPANIES))]


def buyers() -> list[JsonObject]:
    """Who may stand in an order as the purchasing company: each location of each company."""
    return [
        {
            "__typename": "PurchasingCompany",
            "company": {"id": company["id"], "name": company["name"]},
            "contact": {"id": company["mainContact"]["id"]} if company["mainContact"] else None,
            "location": {"id": location["id"], "name": location["name"]},
        }
        for company in companies_state()
        for location in company["locations"]
    ]


def _company(place: int) -> JsonObject:
    number, name, contact = _FIRST_COMPANY + place, COMPANIES[place], _CONTACTS[place]
    return {
        "id": gid("Company", number),
        "name": name,
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "mainContact": _contact(place, contact) if contact else None,
        "locations": [_location(number + at * _LOCATIONS_APART, name, site) for at, site in enumerate(_SITES[place])],
    }


def _contact(place: int, contact: Contact) -> JsonObject:
    person = _FIRST_CONTACT_CUSTOMER + place
    return {
        "id": gid("CompanyContact", _FIRST_COMPANY + place),
        "customer": {
            "id": gid("Customer", person),
            "legacyResourceId": str(person),
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "displayName": f"{contact.first_name} {contact.last_name}",
            "defaultEmailAddress": {"emailAddress": contact.email} if contact.email else None,
            "defaultPhoneNumber": {"phoneNumber": contact.phone} if contact.phone else None,
        },
    }


def _location(number: int, company: str, site: Site) -> JsonObject:
    address = {
        "id": gid("CompanyAddress", number),
        "companyName": company,
        "address1": site.street,
        "zip": site.zip,
        "city": site.city,
        "countryCode": site.country,
    }
    terms = {"id": _NET_30, "name": "Net 30", "paymentTermsType": "NET", "dueInDays": 30} if site.net_30 else None
    return {
        "id": gid("CompanyLocation", number),
        "name": f"{company}, {site.name}",
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "billingAddress": address,
        "shippingAddress": address,
        "taxSettings": {"taxRegistrationId": site.tax_id, "taxExempt": False, "taxExemptions": []},
        "buyerExperienceConfiguration": {"paymentTermsTemplate": terms},
    }
