"""The customer that is made for a company when none is found (P22, COM-28). Does not decide whether one may be made."""

from app.domain.addresses import StoreAddress
from app.domain.companies import CompanyContact, CompanyProfile
from app.domain.customers import CustomerContact, NewCustomer
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.mappings import Mappings
from app.domain.names import composed, place_of
from app.domain.orders import Order
from app.domain.shop_settings import CompanySettings, NameSource, ShopSettings, TaxIdField
from app.domain.tax_areas import tax_area_of


def address_of_company(order: Order) -> StoreAddress | None:
    """The billing address of the location, else its shipping address, else that of the order."""
    profile = order.company_profile
    addresses = (profile.billing_address, profile.shipping_address) if profile else ()
    return next((address for address in (*addresses, order.bill_to_address) if address), None)


def company_template_code(
    address: StoreAddress, *, explicit: str | None, settings: ShopSettings, mappings: Mappings
) -> str | None:
    """The template: the order's own, else that of the address's country or province, else that of companies, else
    the shop's.
    """
    row = mappings.template_for(address.country_code, address.province_code)
    of_country = row.template_code if row else None
    return explicit or of_country or settings.companies.template_code or settings.customers.template_code or None


def new_company_customer(
    order: Order,
    address: StoreAddress,
    *,
    shop_id: ShopId,
    template_code: str,
    settings: ShopSettings,
    mappings: Mappings,
) -> NewCustomer:
    """The fields of COM-28. What the store does not say is left to the template: it is never blanked."""
    profile = order.company_profile or CompanyProfile()
    contact = profile.contact or CompanyContact(shopify_id=ShopifyId(""))
    area = tax_area_of(address, mappings.tax_areas)
    by_field = _tax_id(profile.tax_id.strip(), settings.companies)
    return NewCustomer(
        shop_id=shop_id,
        store_customer_id=None,
        store_company_id=order.company.shopify_id if order.company else None,
        address_id=None,
        template_code=template_code,
        name=(order.company.name if order.company else "") or address.company,
        name2="",
        contact_name=composed(
            settings.customers.contact_source,
            company="",
            first_name=contact.first_name,
            last_name=contact.last_name,
        ),
        email=contact.email,
        phone=address.phone or profile.location_phone or contact.phone,
        address=place_of(address, settings.customers.county_source),
        tax_area_code=(area.tax_area_code or "") if area else "",
        tax_liable=bool(area and area.tax_area_code and area.tax_liable),
        vat_business_group=(area.vat_business_group or "") if area else "",
        registration_no=by_field[TaxIdField.REGISTRATION_NO],
        vat_registration_no=by_field[TaxIdField.VAT_REGISTRATION_NO],
        payment_terms_code=_payment_terms_code(profile.payment_terms_id, mappings),
        contacts=_contacts(order, profile, settings.customers.contact_source),
    )


def _contacts(order: Order, profile: CompanyProfile, source: NameSource) -> tuple[CustomerContact, ...]:
    """The main contact, then who ordered where that is somebody else (COM-12, COM-28). A contact is a person: without
    a source that says otherwise its first name comes first.
    """
    by_last_name = source is NameSource.LAST_FIRST
    people: dict[ShopifyId, CustomerContact] = {}
    for person, main in ((profile.contact, True), (order.customer, False)):
        if person is not None and person.shopify_id not in people:
            people[person.shopify_id] = CustomerContact(
                store_customer_id=person.shopify_id,
                name=composed(
                    NameSource.LAST_FIRST if by_last_name else NameSource.FIRST_LAST,
                    company="",
                    first_name=person.first_name,
                    last_name=person.last_name,
                ),
                email=person.email,
                phone=person.phone,
                main=main,
            )
    return tuple(people.values())


def _tax_id(tax_id: str, settings: CompanySettings) -> dict[TaxIdField, str]:
    return {each: tax_id if each is settings.tax_id_field else "" for each in TaxIdField}


def _payment_terms_code(terms_id: ShopifyId | None, mappings: Mappings) -> str:
    """By the terms' own row; terms without a code say nothing (COM-29)."""
    rows = (row for row in mappings.payment_terms if terms_id and row.terms_id == terms_id)
    return next((row.payment_terms_code for row in rows if row.payment_terms_code), "")
