"""Companies and their locations as ``company_locations.graphql`` answers them."""

from datetime import datetime

from app.adapters.shopify.answers.money import Page, Reference, Wire
from app.adapters.shopify.answers.orders import EmailAnswer, PhoneAnswer


class CompanyAddressAnswer(Wire):
    id: str
    company_name: str
    address1: str
    country_code: str
    first_name: str | None = None
    last_name: str | None = None
    address2: str | None = None
    zip: str | None = None
    city: str | None = None
    province: str | None = None
    zone_code: str | None = None
    phone: str | None = None


class TaxSettingsAnswer(Wire):
    tax_registration_id: str | None = None


class BuyerExperienceAnswer(Wire):
    payment_terms_template: Reference | None = None


class ContactCustomerAnswer(Wire):
    id: str
    first_name: str | None = None
    last_name: str | None = None
    default_email_address: EmailAnswer | None = None
    default_phone_number: PhoneAnswer | None = None


class MainContactAnswer(Wire):
    """Without ``customer`` where it was not asked for."""

    customer: ContactCustomerAnswer | None = None


class CountAnswer(Wire):
    count: int


class LocationsCompanyAnswer(Wire):
    id: str
    name: str
    locations_count: CountAnswer | None = None
    main_contact: MainContactAnswer | None = None


class CompanyLocationAnswer(Wire):
    id: str
    name: str
    tax_settings: TaxSettingsAnswer
    company: LocationsCompanyAnswer
    phone: str | None = None
    billing_address: CompanyAddressAnswer | None = None
    shipping_address: CompanyAddressAnswer | None = None
    buyer_experience_configuration: BuyerExperienceAnswer | None = None


class ListedCompanyAnswer(Wire):
    id: str
    updated_at: datetime
    locations: Page[Reference]


class CompanyListingAnswer(Wire):
    companies: Page[ListedCompanyAnswer]


class ListedLocationAnswer(Wire):
    id: str
    updated_at: datetime


class CompanyLocationListingAnswer(Wire):
    company_locations: Page[ListedLocationAnswer]
