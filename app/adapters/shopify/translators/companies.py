"""What the store holds of a company and the location it bought through: nothing is composed or corrected here."""

from app.adapters.shopify.answers.companies import CompanyAddressAnswer, CompanyLocationAnswer, ContactCustomerAnswer
from app.adapters.shopify.translators.amounts import id_of
from app.domain.addresses import StoreAddress
from app.domain.companies import CompanyContact, CompanyProfile
from app.domain.identifiers import shopify_id


def company_profile(answer: CompanyLocationAnswer | None) -> CompanyProfile | None:
    if answer is None:
        return None
    main, experience = answer.company.main_contact, answer.buyer_experience_configuration
    locations = answer.company.locations_count
    return CompanyProfile(
        contact=_contact(main.customer if main else None),
        location_phone=answer.phone or "",
        tax_id=answer.tax_settings.tax_registration_id or "",
        billing_address=_address(answer.billing_address),
        shipping_address=_address(answer.shipping_address),
        payment_terms_id=id_of(experience.payment_terms_template) if experience else None,
        only_location=locations is not None and locations.count == 1,
    )


def _contact(answer: ContactCustomerAnswer | None) -> CompanyContact | None:
    if answer is None:
        return None
    email, phone = answer.default_email_address, answer.default_phone_number
    return CompanyContact(
        shopify_id=shopify_id(answer.id),
        first_name=answer.first_name or "",
        last_name=answer.last_name or "",
        email=email.email_address if email else "",
        phone=phone.phone_number if phone else "",
    )


def _address(answer: CompanyAddressAnswer | None) -> StoreAddress | None:
    if answer is None:
        return None
    return StoreAddress(
        shopify_id=shopify_id(answer.id),
        first_name=answer.first_name or "",
        last_name=answer.last_name or "",
        company=answer.company_name,
        line1=answer.address1,
        line2=answer.address2 or "",
        postal_code=answer.zip or "",
        city=answer.city or "",
        province_code=answer.zone_code or "",
        province_name=answer.province or "",
        country_code=answer.country_code,
        phone=answer.phone or "",
    )
