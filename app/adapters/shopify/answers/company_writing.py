"""How companies and their locations stand before they are changed, and the answers to changing them."""

from datetime import datetime

from app.adapters.shopify.answers.companies import BuyerExperienceAnswer, CountAnswer, TaxSettingsAnswer
from app.adapters.shopify.answers.money import NamedReference, Reference, Wire
from app.adapters.shopify.answers.stores import UserErrorAnswer


class NumberedCompanyAnswer(Wire):
    id: str
    external_id: str | None = None


class NumberedCompaniesPage(Wire):
    nodes: list[NumberedCompanyAnswer]


class CompaniesByExternalIdAnswer(Wire):
    companies: NumberedCompaniesPage


class StandingContactAnswer(Wire):
    id: str
    customer: Reference


class RolesPage(Wire):
    nodes: list[NamedReference]


class LocationsPage(Wire):
    nodes: list[Reference]


class CompanyStandingAnswer(Wire):
    id: str
    name: str
    updated_at: datetime
    contact_roles: RolesPage
    locations: LocationsPage
    external_id: str | None = None
    main_contact: StandingContactAnswer | None = None
    locations_count: CountAnswer | None = None


class OneCompanyStandingAnswer(Wire):
    company: CompanyStandingAnswer | None = None


class CompanyPlaceAnswer(Wire):
    address1: str
    country_code: str
    recipient: str | None = None
    address2: str | None = None
    zip: str | None = None
    city: str | None = None
    zone_code: str | None = None
    phone: str | None = None


class RoleAssignmentAnswer(Wire):
    company_contact: Reference


class RoleAssignmentsPage(Wire):
    nodes: list[RoleAssignmentAnswer]


class LocationStandingAnswer(Wire):
    id: str
    name: str
    updated_at: datetime
    tax_settings: TaxSettingsAnswer
    company: Reference
    role_assignments: RoleAssignmentsPage
    external_id: str | None = None
    phone: str | None = None
    shipping_address: CompanyPlaceAnswer | None = None
    billing_address: CompanyPlaceAnswer | None = None
    buyer_experience_configuration: BuyerExperienceAnswer | None = None


class ContactProfileAnswer(Wire):
    id: str
    company: Reference


class ContactsCustomerAnswer(Wire):
    company_contact_profiles: list[ContactProfileAnswer]


class CompanyContactsAnswer(Wire):
    customer: ContactsCustomerAnswer | None = None


class CompanyPayload(Wire):
    user_errors: list[UserErrorAnswer]
    company: Reference | None = None


class CompanyCreateAnswer(Wire):
    company_create: CompanyPayload | None = None


class CompanyUpdateAnswer(Wire):
    company_update: CompanyPayload | None = None


class CompanyMainContactAssignAnswer(Wire):
    company_assign_main_contact: CompanyPayload | None = None


class ContactPayload(Wire):
    user_errors: list[UserErrorAnswer]
    company_contact: Reference | None = None


class CompanyContactAssignAnswer(Wire):
    company_assign_customer_as_contact: ContactPayload | None = None


class RolePayload(Wire):
    user_errors: list[UserErrorAnswer]
    company_contact_role_assignment: Reference | None = None


class CompanyRoleAssignAnswer(Wire):
    company_contact_assign_role: RolePayload | None = None


class LocationPayload(Wire):
    user_errors: list[UserErrorAnswer]
    company_location: Reference | None = None


class CompanyLocationCreateAnswer(Wire):
    company_location_create: LocationPayload | None = None


class CompanyLocationUpdateAnswer(Wire):
    company_location_update: LocationPayload | None = None


class CompanyLocationTaxUpdateAnswer(Wire):
    company_location_tax_settings_update: LocationPayload | None = None


class AddressesPayload(Wire):
    user_errors: list[UserErrorAnswer]
    addresses: list[Reference] | None = None


class CompanyLocationAddressAssignAnswer(Wire):
    company_location_assign_address: AddressesPayload | None = None
