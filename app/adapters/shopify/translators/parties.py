"""Addresses and customers as the store holds them: nothing is composed or corrected here."""

from app.adapters.shopify.answers.orders import AddressAnswer, CustomerAnswer
from app.domain.addresses import StoreAddress
from app.domain.identifiers import shopify_id
from app.domain.orders import StoreCustomer


def store_address(answer: AddressAnswer | None) -> StoreAddress | None:
    """An address, or None where the store has none."""
    if answer is None:
        return None
    return StoreAddress(
        shopify_id=shopify_id(answer.id),
        first_name=answer.first_name or "",
        last_name=answer.last_name or "",
        company=answer.company or "",
        line1=answer.address1 or "",
        line2=answer.address2 or "",
        postal_code=answer.zip or "",
        city=answer.city or "",
        province_code=answer.province_code or "",
        province_name=answer.province or "",
        country_code=answer.country_code_v2 or "",
        phone=answer.phone or "",
    )


def store_customer(answer: CustomerAnswer | None) -> StoreCustomer | None:
    """The customer with its addresses, the default one first."""
    if answer is None:
        return None
    email, phone = answer.default_email_address, answer.default_phone_number
    return StoreCustomer(
        shopify_id=shopify_id(answer.id),
        first_name=answer.first_name or "",
        last_name=answer.last_name or "",
        email=email.email_address if email else "",
        phone=phone.phone_number if phone else "",
        addresses=_addresses(answer),
        has_default_address=answer.default_address is not None,
    )


def _addresses(answer: CustomerAnswer) -> tuple[StoreAddress, ...]:
    default = store_address(answer.default_address)
    found = [default] if default else []
    for each in answer.addresses_v2.nodes:
        address = store_address(each)
        if address is not None and (default is None or address.shopify_id != default.shopify_id):
            found.append(address)
    return tuple(found)
