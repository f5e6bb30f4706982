"""Mutations of companies, their locations, contacts and roles, with the refusals that Shopify was recorded to give."""

import re
from typing import Any

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]

LONGEST_NAME, LONGEST_NOTE, LONGEST_EXTERNAL_ID = 255, 5000, 64
EXTERNAL_ID = re.compile(r"""^[0-9A-Za-z!@#$%^&*(){}\[\]\\/?<>_\-~,.;:'`"]*$""")
ROLES = ("Location admin", "Ordering only")
ADDRESS_PARTS = ("address1", "address2", "city", "zip", "zoneCode", "countryCode", "recipient", "phone", "firstName", "lastName")  # fmt: skip # noqa: E501
LOCATION_PARTS = ("name", "externalId", "note", "phone", "locale")
NO_COUNTRY = "ZZ"


@mutation("companyCreate")
def company_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    wanted, location = given["company"], given.get("companyLocation")
    errors = _company_errors(wanted, None, context, "input", "company")
    errors += _location_errors(location or {}, context, "input", "companyLocation")
    if errors:
        return {"company": None, "userErrors": errors}
    now = context.store.now_text()
    company: Values = {
        "id": gid("Company", context.store.new_number()),
        **{name: wanted.get(name) for name in ("name", "externalId", "note")},
        "createdAt": now,
        "updatedAt": now,
        "contacts": [],
        "mainContact": None,
        "contactRoles": [{"id": gid("CompanyContactRole", context.store.new_number()), "name": name} for name in ROLES],
        "locations": [_new_location(wanted["name"], location or {}, context)],
    }
    kept, _unknown = context.loader.put(context.store, "Company", company)
    context.emit(["COMPANIES_CREATE"], kept)
    return {"company": kept, "userErrors": []}


@mutation("companyUpdate")
def company_update(arguments: Values, context: RequestContext) -> Values:
    company = context.wanted(arguments["companyId"], "Company")
    if company is None:
        return _missing("company", "companyId")
    given = arguments["input"]
    errors = _company_errors({"name": company["name"], **given}, company, context, "input")
    if errors:
        return {"company": None, "userErrors": errors}
    company.update({name: given[name] for name in ("name", "externalId", "note") if name in given})
    _moved(company, context)
    return {"company": company, "userErrors": []}


@mutation("companyAssignCustomerAsContact")
def assign_customer(arguments: Values, context: RequestContext) -> Values:
    company = context.wanted(arguments["companyId"], "Company")
    customer = context.wanted(arguments["customerId"], "Customer")
    if company is None:
        return _missing("companyContact", "companyId")
    if customer is None:
        return _missing("companyContact", "customerId")
    if not customer.get("email"):
        error = user_error("Customer must have an email address.", "customerId", code="INVALID_INPUT")
        return {"companyContact": None, "userErrors": [error]}
    if any((each.get("customer") or {}).get("id") == customer["id"] for each in company["contacts"]):
        error = user_error("Customer is already associated with a company contact.", "customerId", code="TAKEN")
        return {"companyContact": None, "userErrors": [error]}
    now = context.store.now_text()
    contact = {
        "id": gid("CompanyContact", context.store.new_number()),
        "customer": {"id": customer["id"]},
        "company": {"id": company["id"]},
        "createdAt": now,
        "updatedAt": now,
        "roleAssignments": [],
    }
    company["contacts"] = [*company["contacts"], contact]
    _moved(company, context)
    return {"companyContact": contact, "userErrors": []}


@mutation("companyAssignMainContact")
def assign_main_contact(arguments: Values, context: RequestContext) -> Values:
    company = context.wanted(arguments["companyId"], "Company")
    if company is None:
        return _missing("company", "companyId")
    if arguments["companyContactId"] not in [each["id"] for each in company["contacts"]]:
        return _missing("company", "companyContactId")
    company["mainContact"] = {"id": arguments["companyContactId"]}
    _moved(company, context)
    return {"company": company, "userErrors": []}


@mutation("companyContactAssignRole")
def assign_role(arguments: Values, context: RequestContext) -> Values:
    contact = context.wanted(arguments["companyContactId"], "CompanyContact")
    role = context.wanted(arguments["companyContactRoleId"], "CompanyContactRole")
    location = context.wanted(arguments["companyLocationId"], "CompanyLocation")
    for name, found in (("companyContactId", contact), ("companyContactRoleId", role), ("companyLocationId", location)):
        if found is None:
            return _missing("companyContactRoleAssignment", name)
    assert contact is not None and role is not None and location is not None  # noqa: PT018 - all were looked at above
    assigned = location.setdefault("roleAssignments", [])
    if any(each["companyContact"]["id"] == contact["id"] for each in assigned):
        text = "Company contact has already been assigned a role in that company location."
        return {"companyContactRoleAssignment": None, "userErrors": [user_error(text, "companyContactId", code="LIMIT_REACHED")]}  # fmt: skip # noqa: E501
    assignment = {
        "id": gid("CompanyContactRoleAssignment", context.store.new_number()),
        "role": {"id": role["id"], "name": role["name"]},
        "companyContact": {"id": contact["id"]},
        "companyLocation": {"id": location["id"]},
    }
    assigned.append(assignment)
    _location_moved(location, context)
    return {"companyContactRoleAssignment": assignment, "userErrors": []}


@mutation("companyLocationCreate")
def location_create(arguments: Values, context: RequestContext) -> Values:
    company = context.wanted(arguments["companyId"], "Company")
    if company is None:
        return _missing("companyLocation", "companyId")
    given = arguments["input"]
    errors = _location_errors(given, context, "input")
    if not given:
        errors = [user_error("Company location create input is empty.", code="NO_INPUT")]
    if errors:
        return {"companyLocation": None, "userErrors": errors}
    location = _new_location(company["name"], given, context)
    company["locations"] = [*company["locations"], location]
    _moved(company, context)
    context.emit(["COMPANY_LOCATIONS_CREATE"], location)
    return {"companyLocation": location, "userErrors": []}


@mutation("companyLocationUpdate")
def location_update(arguments: Values, context: RequestContext) -> Values:
    location = context.wanted(arguments["companyLocationId"], "CompanyLocation")
    if location is None:
        return _missing("companyLocation", "companyLocationId")
    given = arguments["input"]
    errors = _location_errors(given, context, "input", known=location)
    if errors:
        return {"companyLocation": None, "userErrors": errors}
    location.update({name: given[name] for name in LOCATION_PARTS if name in given})
    if given.get("buyerExperienceConfiguration"):
        location["buyerExperienceConfiguration"] = _experience(given["buyerExperienceConfiguration"])
    _location_moved(location, context)
    return {"companyLocation": location, "userErrors": []}


@mutation("companyLocationAssignAddress")
def assign_address(arguments: Values, context: RequestContext) -> Values:
    location = context.wanted(arguments["locationId"], "CompanyLocation")
    if location is None:
        return _missing("addresses", "locationId")
    errors = _address_errors(arguments["address"], "address")
    if errors:
        return {"addresses": None, "userErrors": errors}
    address = _address(arguments["address"], _company_name(location, context), context)
    for kind in arguments["addressTypes"]:
        location[f"{kind.lower()}Address"] = address
    _location_moved(location, context)
    return {"addresses": [address], "userErrors": []}


@mutation("companyLocationTaxSettingsUpdate")
def update_tax_settings(arguments: Values, context: RequestContext) -> Values:
    location = context.wanted(arguments["companyLocationId"], "CompanyLocation")
    if location is None:
        return _missing("companyLocation", "companyLocationId")
    settings = location["taxSettings"]
    settings.update({name: arguments[name] for name in ("taxRegistrationId", "taxExempt") if name in arguments})
    location["taxRegistrationId"] = settings.get("taxRegistrationId")
    _location_moved(location, context)
    return {"companyLocation": location, "userErrors": []}


def _new_location(company: str, given: Values, context: RequestContext) -> Values:
    now = context.store.now_text()
    shipping = given.get("shippingAddress")
    shipping = _address(shipping, company, context) if shipping else None
    billing = given.get("billingAddress")
    if given.get("billingSameAsShipping"):
        billing_address = shipping
    else:
        billing_address = _address(billing, company, context) if billing else None
    tax_id = given.get("taxRegistrationId")
    return {
        **{name: given.get(name) for name in LOCATION_PARTS},
        "id": gid("CompanyLocation", context.store.new_number()),
        "name": given.get("name") or company,
        "createdAt": now,
        "updatedAt": now,
        "currency": context.store.shop["currencyCode"],
        "shippingAddress": shipping,
        "billingAddress": billing_address,
        "taxSettings": {
            "taxRegistrationId": tax_id,
            "taxExempt": bool(given.get("taxExempt")),
            "taxExemptions": given.get("taxExemptions") or [],
        },
        "taxRegistrationId": tax_id,
        "buyerExperienceConfiguration": _experience(given.get("buyerExperienceConfiguration") or {}),
        "roleAssignments": [],
    }


def _experience(given: Values) -> Values:
    terms = given.get("paymentTermsTemplateId")
    return {"paymentTermsTemplate": {"id": terms} if terms else None}


def _address(given: Values, company: str, context: RequestContext) -> Values:
    return {
        **{name: given.get(name) for name in ADDRESS_PARTS},
        "id": gid("CompanyAddress", context.store.new_number()),
        "companyName": given.get("recipient") or company,
    }


def _company_name(location: Values, context: RequestContext) -> str:
    owner = context.store.owner(location["id"], "Company")
    return str(owner["name"]) if owner else str(location["name"])


def _company_errors(given: Values, known: Values | None, context: RequestContext, *path: str) -> list[Values]:
    errors = []
    if not (given.get("name") or "").strip():
        errors.append(user_error("Name can't be blank", *path, "name", code="BLANK"))
    errors += _too_long(given, *path)
    others = [each for each in context.store.all("Company") if each is not known]
    return errors + _external_id_errors(given.get("externalId"), others, *path)


def _too_long(given: Values, *path: str) -> list[Values]:
    limits = (("name", "Name", LONGEST_NAME), ("note", "Notes", LONGEST_NOTE))
    return [
        user_error(f"{words} is too long (maximum is {limit} characters)", *path, name, code="TOO_LONG")
        for name, words, limit in limits
        if len(given.get(name) or "") > limit
    ]


def _external_id_errors(wanted: str | None, others: list[Values], *path: str) -> list[Values]:
    if not wanted:
        return []
    place = (*path, "externalId")
    if len(wanted) > LONGEST_EXTERNAL_ID:
        text = f"External Id must be {LONGEST_EXTERNAL_ID} characters or less."
        return [user_error(text, *place, code="TOO_LONG")]
    if not EXTERNAL_ID.match(wanted):
        text = "External Id can only contain numbers, letters, and some special characters, including "
        return [user_error(text + "!@#$%^&*(){}[]\\/?<>_-~,.;:'`\"", *place, code="INVALID")]
    if any(each.get("externalId") == wanted for each in others):
        return [user_error("External id has already been taken.", *place, code="TAKEN")]
    return []


def _location_errors(given: Values, context: RequestContext, *path: str, known: Values | None = None) -> list[Values]:
    errors = _too_long(given, *path)
    others = [each for each in context.store.all("CompanyLocation") if each is not known]
    errors += _external_id_errors(given.get("externalId"), others, *path)
    phone = given.get("phone")
    if phone and not re.match(r"^\+?[\d\s().-]{6,20}$", phone):
        errors.append(user_error("Phone is invalid", *path, "phone", code="INVALID"))
    if given.get("billingSameAsShipping") and given.get("billingAddress"):
        errors.append(user_error("Invalid input.", *path, "billingAddress", code="INVALID_INPUT"))
    for name in ("shippingAddress", "billingAddress"):
        errors += _address_errors(given.get(name) or {}, *path, name)
    return errors


def _address_errors(address: Values, *path: str) -> list[Values]:
    if address.get("countryCode") == NO_COUNTRY:
        return [user_error("Country code is invalid", *path, "countryCode", code="INVALID")]
    return []


def _moved(company: Values, context: RequestContext) -> None:
    context.store.touch(company)
    context.store.reindex("Company", company)
    context.emit(["COMPANIES_UPDATE"], company)


def _location_moved(location: Values, context: RequestContext) -> None:
    context.store.touch(location)
    context.emit(["COMPANY_LOCATIONS_UPDATE"], location)


def _missing(what: str, argument: str) -> Values:
    text = "Resource requested does not exist."
    return {what: None, "userErrors": [user_error(text, argument, code="RESOURCE_NOT_FOUND")]}
