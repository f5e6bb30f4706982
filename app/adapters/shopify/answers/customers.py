"""Customers of the store as their own documents answer them, and the answers to changing one."""

from datetime import datetime

from app.adapters.shopify.answers.money import Page, Reference, Wire
from app.adapters.shopify.answers.orders import CustomerAnswer, EmailAnswer, PhoneAnswer
from app.adapters.shopify.answers.stores import UserErrorAnswer


class ListedCustomerAnswer(Wire):
    id: str
    updated_at: datetime


class CustomerListingAnswer(Wire):
    customers: Page[ListedCustomerAnswer]


class WholeCustomerAnswer(CustomerAnswer, kw_only=True):
    updated_at: datetime


class CustomerContactAnswer(Wire):
    id: str
    default_email_address: EmailAnswer | None = None
    default_phone_number: PhoneAnswer | None = None


class CustomerLookUpAnswer(Wire):
    """``by_phone`` stays away where it was not asked for."""

    by_email: CustomerContactAnswer | None = None
    by_phone: CustomerContactAnswer | None = None


class CustomerPayload(Wire):
    user_errors: list[UserErrorAnswer]
    customer: Reference | None = None


class CustomerCreateAnswer(Wire):
    customer_create: CustomerPayload | None = None


class CustomerUpdateAnswer(Wire):
    customer_update: CustomerPayload | None = None


class AddressPayload(Wire):
    user_errors: list[UserErrorAnswer]
    address: Reference | None = None


class CustomerAddressCreateAnswer(Wire):
    customer_address_create: AddressPayload | None = None


class CustomerAddressUpdateAnswer(Wire):
    customer_address_update: AddressPayload | None = None
