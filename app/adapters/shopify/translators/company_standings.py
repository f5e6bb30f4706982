"""How companies and their locations stand, in our words."""

from app.adapters.shopify.answers.company_writing import (
    CompanyPlaceAnswer,
    CompanyStandingAnswer,
    LocationStandingAnswer,
)
from app.adapters.shopify.translators.amounts import id_of
from app.domain.company_standing import CompanyStanding, LocationStanding
from app.domain.customer_export import PlaceToSend
from app.domain.identifiers import shopify_id


def company_standing(answer: CompanyStandingAnswer) -> CompanyStanding:
    main, locations = answer.main_contact, answer.locations.nodes
    return CompanyStanding(
        shopify_id=shopify_id(answer.id),
        name=answer.name,
        external_id=answer.external_id or "",
        updated_at=answer.updated_at,
        main_contact_customer=id_of(main.customer) if main else None,
        roles={each.name.casefold(): shopify_id(each.id) for each in answer.contact_roles.nodes},
        first_location=shopify_id(locations[0].id) if locations else None,
        locations=answer.locations_count.count if answer.locations_count else len(locations),
    )


def location_standing(answer: LocationStandingAnswer) -> LocationStanding:
    experience, shipping = answer.buyer_experience_configuration, answer.shipping_address
    same = shipping is not None and shipping == answer.billing_address
    return LocationStanding(
        shopify_id=shopify_id(answer.id),
        company_id=shopify_id(answer.company.id),
        name=answer.name,
        external_id=answer.external_id or "",
        phone=answer.phone or "",
        tax_id=answer.tax_settings.tax_registration_id or "",
        payment_terms_id=id_of(experience.payment_terms_template) if experience else None,
        recipient=(shipping.recipient or "") if shipping else "",
        place=_place(shipping) if shipping and same else None,
        updated_at=answer.updated_at,
        contacts_with_role=frozenset(shopify_id(each.company_contact.id) for each in answer.role_assignments.nodes),
    )


def _place(answer: CompanyPlaceAnswer) -> PlaceToSend:
    return PlaceToSend(
        line1=answer.address1,
        line2=answer.address2 or "",
        postal_code=answer.zip or "",
        city=answer.city or "",
        province_code=answer.zone_code or "",
        country_code=answer.country_code,
    )
