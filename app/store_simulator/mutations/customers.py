"""Mutations of customers and their addresses, with the refusals that Shopify was recorded to give.

What a customer looks like when it is complete is the matter of the object defaults.
"""

import re
from typing import Any

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid, number_of
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]

LONGEST = {"firstName": "First name", "lastName": "Last name", "email": "Email", "phone": "Phone"}
LONGEST_TEXT, LONGEST_NOTE = 255, 5000
EMAIL = re.compile(r"^[^@]+@[^@.]+(\.[^@.]+)+$")
PHONE = re.compile(r"^\+[1-9]\d{6,14}$")
PLAIN = ("firstName", "lastName", "note", "locale", "taxExempt")
ADDRESS_PARTS = (
    "firstName", "lastName", "company", "address1", "address2", "city", "zip", "phone", "provinceCode",
)  # fmt: skip
NO_COUNTRY = "ZZ"
PROVINCES = {
    "US": (
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH"
        " OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI UM FM MH PW AA AE AP"
    ).split(),
    "CA": "AB BC MB NB NL NT NS NU ON PE QC SK YT".split(),
}
"""Of countries whose provinces are checked here."""


@mutation("customerCreate")
def customer_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    if given.get("id"):
        return _refused(user_error("Cannot specify ID on creation", "id"))
    wanted = _clean(given)
    errors = _errors(wanted, None, context) + _nested_errors(given)
    if not errors and not any(wanted.get(name) for name in ("firstName", "lastName", "email", "phone")):
        errors = [user_error("A name, phone number, or email address must be present")]
    if errors:
        return _refused(*errors)
    addresses = [_new_address(address, context) for address in given.get("addresses") or []]
    customer, _unknown = context.loader.put(context.store, "Customer", {**_known(wanted), "addresses": addresses})
    context.emit(["CUSTOMERS_CREATE"], customer)
    return {"customer": customer, "userErrors": []}


@mutation("customerUpdate")
def customer_update(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    customer = context.wanted(given.get("id") or "", "Customer")
    if customer is None:
        return _refused(user_error("Customer does not exist", "id"))
    wanted = _clean(given)
    errors = _errors(wanted, customer, context) + _nested_errors(given)
    if errors:
        return _refused(*errors)
    customer.update(_known(wanted))
    if given.get("addresses") is not None:
        customer["addresses"] = [_new_address(address, context) for address in given["addresses"]]
        customer["defaultAddress"] = {"id": customer["addresses"][0]["id"]} if customer["addresses"] else None
    _moved(customer, context)
    return {"customer": customer, "userErrors": []}


@mutation("customerAddressCreate")
def address_create(arguments: Values, context: RequestContext) -> Values:
    customer = context.wanted(arguments["customerId"], "Customer")
    if customer is None:
        return {"address": None, "userErrors": [user_error("Customer does not exist", "customerId")]}
    errors = address_errors(arguments["address"], "address")
    if errors:
        return {"address": None, "userErrors": errors}
    address = _new_address(arguments["address"], context)
    customer["addresses"] = [*(customer.get("addresses") or []), address]
    if arguments.get("setAsDefault") or not customer.get("defaultAddress"):
        customer["defaultAddress"] = {"id": address["id"]}
    _moved(customer, context)
    return {"address": address, "userErrors": []}


@mutation("customerAddressUpdate")
def address_update(arguments: Values, context: RequestContext) -> Values:
    customer = context.wanted(arguments["customerId"], "Customer")
    if customer is None:
        return {"address": None, "userErrors": [user_error("Customer does not exist", "customerId")]}
    wanted = number_of(arguments["addressId"])
    address = next((each for each in customer.get("addresses") or [] if number_of(each["id"]) == wanted), None)
    if address is None:
        return {"address": None, "userErrors": [user_error("Customer address does not exist", "addressId")]}
    merged = {"countryCode": address.get("countryCodeV2"), **address, **arguments["address"]}
    errors = address_errors(merged, "address")
    if errors:
        return {"address": None, "userErrors": errors}
    address.update(_address(arguments["address"]))
    if arguments.get("setAsDefault"):
        customer["defaultAddress"] = {"id": address["id"]}
    _moved(customer, context)
    return {"address": address, "userErrors": []}


@mutation("customerUpdateDefaultAddress")
def update_default_address(arguments: Values, context: RequestContext) -> Values:
    customer = context.wanted(arguments["customerId"], "Customer")
    if customer is None:
        return _refused(user_error("Customer does not exist", "customerId"))
    known = {number_of(each["id"]): each["id"] for each in customer.get("addresses") or []}
    if number_of(arguments["addressId"]) not in known:
        return _refused(user_error("Address does not exist", "addressId"))
    customer["defaultAddress"] = {"id": known[number_of(arguments["addressId"])]}
    _moved(customer, context)
    return {"customer": customer, "userErrors": []}


def address_errors(address: Values, *path: str) -> list[Values]:
    """What Shopify has against an address, below this path."""
    parts = {name: address.get(name) for name in (*ADDRESS_PARTS, "countryCode", "country")}
    if not any(parts.values()):
        return [user_error("Customer address cannot be blank.", *path)]
    errors = [
        user_error(f"{name.capitalize()} is too long (maximum is {LONGEST_TEXT} characters)", *path, name)
        for name in ("address1", "address2", "city", "company")
        if len(str(parts[name] or "")) > LONGEST_TEXT
    ]
    country, province = parts["countryCode"], parts["provinceCode"]
    if country == NO_COUNTRY:
        errors.append(user_error("Country is invalid", *path, "country"))
    elif province and country in PROVINCES and province not in PROVINCES[country]:
        errors.append(user_error("Province is invalid", *path, "province"))
    return errors


def _nested_errors(given: Values) -> list[Values]:
    found = (address_errors(item, "addresses", str(place)) for place, item in enumerate(given.get("addresses") or []))
    return [error for errors in found for error in errors]


def _errors(wanted: Values, customer: Values | None, context: RequestContext) -> list[Values]:
    """A customer that is there is compared with all others."""
    errors = [
        user_error(f"{words} is too long (maximum is {LONGEST_TEXT} characters)", name)
        for name, words in LONGEST.items()
        if len(wanted.get(name) or "") > LONGEST_TEXT
    ]
    if len(wanted.get("note") or "") > LONGEST_NOTE:
        errors.append(user_error(f"Note is too long (maximum is {LONGEST_NOTE} characters)", "note"))
    for name, pattern in (("email", EMAIL), ("phone", PHONE)):
        value = wanted.get(name)
        if value and not pattern.match(value):
            errors.append(user_error(f"{name.capitalize()} is invalid", name))
        elif value and any(
            other.get(name) == value for other in context.store.all("Customer") if other is not customer
        ):
            errors.append(user_error(f"{name.capitalize()} has already been taken", name))
    return errors


def _clean(given: Values) -> Values:
    """As Shopify keeps it: e-mails without blanks and in small letters, phones as prefix and digits."""
    wanted = {name: given[name] for name in PLAIN if name in given}
    if "email" in given:
        wanted["email"] = re.sub(r"\s", "", given["email"] or "").lower() or None
    if "phone" in given:
        wanted["phone"] = re.sub(r"[\s().-]", "", given["phone"] or "") or None
    if "tags" in given:
        wanted["tags"] = sorted({tag.strip() for tag in given["tags"] or [] if tag.strip()}, key=str.casefold)
    return wanted


def _known(wanted: Values) -> Values:
    """The fields of a customer that follow from what was given."""
    fields = dict(wanted)
    if "email" in wanted:
        email = wanted["email"]
        kept = {"emailAddress": email, "validFormat": True, "marketingState": "NOT_SUBSCRIBED"}
        fields["defaultEmailAddress"] = kept if email else None
    if "phone" in wanted:
        fields["defaultPhoneNumber"] = {"phoneNumber": wanted["phone"]} if wanted["phone"] else None
    return fields


def _new_address(given: Values, context: RequestContext) -> Values:
    return {**dict.fromkeys(ADDRESS_PARTS), **_address(given), "id": gid("MailingAddress", context.store.new_number())}


def _address(given: Values) -> Values:
    address = {name: given[name] for name in ADDRESS_PARTS if name in given}
    if "countryCode" in given:
        address["countryCodeV2"] = given["countryCode"]
    return address


def _moved(customer: Values, context: RequestContext) -> None:
    context.store.touch(customer)
    context.store.reindex("Customer", customer)
    context.emit(["CUSTOMERS_UPDATE"], customer)


def _refused(*errors: Values) -> Values:
    return {"customer": None, "userErrors": list(errors)}
