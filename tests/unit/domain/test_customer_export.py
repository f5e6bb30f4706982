"""CUS-84 … CUS-89: what is sent of an ERP customer, rule by rule."""

from typing import Any

import pytest

from app.adapters.contact import ContactKeys
from app.domain.addresses import Address
from app.domain.customer_export import CustomerToSend, NotExported, customer_to_send, province_to_send
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId
from app.domain.mappings import Mappings, TaxArea
from app.domain.shop_settings import CountySource, CustomerSettings, GeneralSettings, NameSource, ShopSettings

CANADA = (
    TaxArea(country_code="CA", province="ON", province_name="Ontario"),
    TaxArea(country_code="CA", province="QC", province_name="Québec"),
)


def sent(*, customers: CustomerSettings | None = None, **fields: Any) -> CustomerToSend | NotExported:
    known: dict[str, Any] = {"name": "Shop", "email": "a@example.com", "address": Address(city="Delft")}
    settings = ShopSettings(customers=customers or CustomerSettings(), general=GeneralSettings(country_code="NL"))
    customer = Customer(id=CustomerId("cus_1"), no="C1", **known | fields)
    return customer_to_send(customer, settings, Mappings(tax_areas=CANADA), phone_key=ContactKeys().phone_key)


def wanted(**fields: Any) -> CustomerToSend:
    found = sent(**fields)
    assert isinstance(found, CustomerToSend), found
    return found


def refusal(**fields: Any) -> str:
    found = sent(**fields)
    assert isinstance(found, NotExported), found
    return found.code.value


@pytest.mark.parametrize("text", ["a@example.com", "a@example.com; b@example.com", "a@example.com,b@example.com"])
def test_of_several_e_mails_the_first_is_sent(text: str) -> None:
    assert wanted(email=text).email == "a@example.com"


@pytest.mark.parametrize("text", ["", " ", ";b@example.com"])
def test_without_an_e_mail_nothing_is_sent(text: str) -> None:
    assert refusal(email=text) == "no_email"


@pytest.mark.parametrize(
    "text", ["+31201234567", "020 123 4567", "0031 20 1234567", "+31 (0)20 123-45-67", "020-1234567"]
)
def test_a_phone_is_sent_in_one_form_however_it_is_written(text: str) -> None:
    assert wanted(phone=text).phone == "+31201234567"


def test_a_phone_is_read_with_the_country_of_its_address() -> None:
    assert wanted(phone="030 123456", address=Address(city="Berlin", country_code="DE")).phone == "+4930123456"


def test_what_is_no_phone_is_refused_by_us() -> None:
    assert refusal(phone="call me") == "phone_invalid"


@pytest.mark.parametrize(
    ("fields", "person"),
    [
        ({"contact_name": "Anna van Dam", "name2": "Bob Other"}, ("Anna", "van Dam")),
        ({"name2": "Bob Other"}, ("Bob", "Other")),
        ({"contact_name": "Prince"}, ("Prince", "")),
        ({}, ("", "")),
    ],
)
def test_a_person_is_who_stands_first_in_contact_second_name_and_name(
    fields: dict[str, str], person: tuple[str, str]
) -> None:
    found = wanted(**fields)
    assert (found.first_name, found.last_name) == person
    assert found.company == "Shop"


def test_where_last_names_come_first_the_last_word_is_the_first_name() -> None:
    settings = CustomerSettings(name_source=NameSource.LAST_FIRST, contact_source=NameSource.NONE)
    found = wanted(customers=settings, name="van Dam Anna", contact_name="Nobody Asked")
    assert (found.first_name, found.last_name, found.company) == ("Anna", "van Dam", "")


def test_a_blank_country_is_the_shops_own() -> None:
    place = wanted().place
    assert place is not None
    assert place.country_code == "NL"


@pytest.mark.parametrize(
    ("county", "source", "code"),
    [
        ("on", CountySource.CODE, "ON"),
        ("XX", CountySource.CODE, ""),
        ("Newfoundland", CountySource.CODE, None),
        ("Ontario", CountySource.NAME, "ON"),
        ("Qué", CountySource.NAME, "QC"),
        ("Bavaria", CountySource.NAME, ""),
        ("", CountySource.CODE, ""),
    ],
)
def test_a_province_is_found_by_code_or_name(county: str, source: CountySource, code: str | None) -> None:
    assert province_to_send(Address(county=county), "CA", CANADA, source) == code


def test_without_tax_areas_of_the_country_there_is_no_province_and_no_refusal() -> None:
    assert province_to_send(Address(county="A very long county"), "NL", CANADA, CountySource.CODE) == ""
