"""Completes customers, products, locations, companies, subscriptions and the shop itself.

What is given stays; the rest is what a plain shop would have. Orders have a module of their own.
"""

from collections.abc import Callable
from typing import Any

from app.store_simulator.ids import gid, number_of

Values = dict[str, Any]

SHOP: Values = {
    "id": "gid://shopify/Shop/1",
    "name": "Simulated Shop",
    "email": "owner@example.com",
    "contactEmail": "owner@example.com",
    "currencyCode": "EUR",
    "ianaTimezone": "Etc/UTC",
    "timezoneAbbreviation": "UTC",
    "timezoneOffset": "+0000",
    "taxesIncluded": True,
    "taxShipping": True,
    "weightUnit": "KILOGRAMS",
    "unitSystem": "METRIC_SYSTEM",
    "orderNumberFormatPrefix": "#",
    "orderNumberFormatSuffix": "",
    "createdAt": "2024-01-01T00:00:00Z",
    "updatedAt": "2024-01-01T00:00:00Z",
    "plan": {"publicDisplayName": "Basic", "shopifyPlus": False, "partnerDevelopment": False},
    "shopAddress": {
        "id": "gid://shopify/ShopAddress/1",
        "address1": "1 Market Street",
        "city": "Dublin",
        "zip": "D01",
        "countryCodeV2": "IE",
    },
}


def fill_shop(shop: Values, domain: str) -> None:
    for name, value in SHOP.items():
        shop.setdefault(name, value)
    shop.setdefault("myshopifyDomain", domain)
    shop.setdefault("url", f"https://{domain}")
    shop.setdefault("primaryDomain", {"host": domain, "url": f"https://{domain}"})
    shop.setdefault("enabledPresentmentCurrencies", [shop["currencyCode"]])


def fill_object(type_name: str, value: Values, *, now: str) -> None:
    filler = FILLERS.get(type_name)
    if filler:
        filler(value, now)


def _stamp(value: Values, now: str) -> None:
    value["createdAt"] = value.get("createdAt") or value.get("updatedAt") or now
    value["updatedAt"] = value.get("updatedAt") or value["createdAt"]


def _customer(customer: Values, now: str) -> None:
    _stamp(customer, now)
    email = (customer.get("defaultEmailAddress") or {}).get("emailAddress") or customer.get("email")
    phone = (customer.get("defaultPhoneNumber") or {}).get("phoneNumber") or customer.get("phone")
    if email and not customer.get("defaultEmailAddress"):
        customer["defaultEmailAddress"] = {"emailAddress": email}
    if phone and not customer.get("defaultPhoneNumber"):
        customer["defaultPhoneNumber"] = {"phoneNumber": phone}
    if email:
        customer["defaultEmailAddress"].setdefault("validFormat", True)
        customer["defaultEmailAddress"].setdefault("marketingState", "NOT_SUBSCRIBED")
    customer["email"], customer["phone"] = email, phone
    addresses = customer.get("addresses") or customer.pop("addressesV2", None) or []
    default = customer.get("defaultAddress")
    if default and len(default) > 1 and default["id"] not in [address["id"] for address in addresses]:
        addresses = [default, *addresses]
    if "defaultAddress" not in customer:
        customer["defaultAddress"] = addresses[0] if addresses else None
    customer["addresses"] = addresses
    names = [part for part in (customer.get("firstName"), customer.get("lastName")) if part]
    customer.setdefault("displayName", " ".join(names) or email or phone or f"Customer {number_of(customer['id'])}")
    for name, plain in (("state", "DISABLED"), ("locale", "en"), ("tags", []), ("taxExempt", False)):
        customer.setdefault(name, plain)
    customer.setdefault("taxExemptions", [])
    customer.setdefault("verifiedEmail", bool(email))


def _product(product: Values, now: str) -> None:
    _stamp(product, now)
    number = number_of(product["id"])
    product.setdefault("title", f"Product {number}")
    product.setdefault("handle", f"product-{number}")
    product.setdefault("status", "ACTIVE")
    for position, variant in enumerate(product.setdefault("variants", []), 1):
        _stamp(variant, product["updatedAt"])
        variant.setdefault("title", "Default Title")
        variant.setdefault("displayName", f"{product['title']} - {variant['title']}")
        variant.setdefault("price", "0.00")
        variant.setdefault("position", position)
        variant.setdefault("taxable", True)
        variant.setdefault("availableForSale", True)
        item = variant.setdefault("inventoryItem", {})
        item.setdefault("id", gid("InventoryItem", number_of(variant["id"])))
        item.setdefault("legacyResourceId", number_of(item["id"]))
        item.setdefault("sku", variant.get("sku"))
        item.setdefault("tracked", True)
        item.setdefault("requiresShipping", True)
        item.setdefault("inventoryLevels", [])
        _stamp(item, variant["updatedAt"])


def _location(location: Values, now: str) -> None:
    _stamp(location, now)
    location.setdefault("name", f"Location {number_of(location['id'])}")
    for name in ("isActive", "fulfillsOnlineOrders", "shipsInventory", "hasActiveInventory"):
        location.setdefault(name, True)
    location.setdefault("address", {})
    if location.get("fulfillmentService"):
        _fulfillment_service(location["fulfillmentService"], now)


def _fulfillment_service(service: Values, _now: str) -> None:
    number = number_of(service["id"])
    service.setdefault("serviceName", f"Service {number}")
    service.setdefault("handle", str(service["serviceName"]).lower().replace(" ", "-"))
    service.setdefault("type", "THIRD_PARTY")
    for name in ("inventoryManagement", "requiresShippingMethod", "trackingSupport"):
        service.setdefault(name, False)
    service.setdefault("fulfillmentOrdersOptIn", True)
    service.setdefault("callbackUrl", None)


def _delivery_profile(profile: Values, _now: str) -> None:
    profile.setdefault("name", "General profile")
    for group in profile.setdefault("profileLocationGroups", []):
        for zone in group.setdefault("locationGroupZones", []):
            for method in zone.setdefault("methodDefinitions", []):
                method.setdefault("active", True)
                provider = method.setdefault("rateProvider", {"__typename": "DeliveryRateDefinition"})
                for service in provider.get("participantServices") or []:
                    service.setdefault("active", True)


def _market(market: Values, _now: str) -> None:
    market.setdefault("name", f"Market {number_of(market['id'])}")
    market.setdefault("handle", f"market-{number_of(market['id'])}")
    market.setdefault("status", "ACTIVE")
    market.setdefault("enabled", market["status"] == "ACTIVE")
    shipping = market.setdefault("delivery", {}).get("shipping")
    if shipping:
        shipping.setdefault("isEnabled", True)
        for option in shipping.setdefault("optionDefinitions", []):
            option.setdefault("isActive", True)


def _catalog(catalog: Values, _now: str) -> None:
    catalog.setdefault("title", f"Catalog {number_of(catalog['id'])}")
    catalog.setdefault("status", "ACTIVE")
    catalog.setdefault("operations", [])


def _price_list(price_list: Values, _now: str) -> None:
    price_list.setdefault("name", f"Price list {number_of(price_list['id'])}")
    price_list.setdefault("currency", SHOP["currencyCode"])
    price_list.setdefault("prices", [])


def _company(company: Values, now: str) -> None:
    _stamp(company, now)
    company.setdefault("name", f"Company {number_of(company['id'])}")
    company.setdefault("customerSince", company["createdAt"])
    contacts = company.setdefault("contacts", [])
    main = company.get("mainContact")
    if main and main["id"] not in [contact["id"] for contact in contacts]:
        company["contacts"] = [main, *contacts]
    for location in company.setdefault("locations", []):
        _stamp(location, company["updatedAt"])
        location.setdefault("name", company["name"])
        location.setdefault("currency", SHOP["currencyCode"])
        settings = location["taxSettings"] = location.get("taxSettings") or {}
        if location.get("taxRegistrationId") is not None:
            settings.setdefault("taxRegistrationId", location["taxRegistrationId"])
        location.setdefault("taxRegistrationId", settings.get("taxRegistrationId"))
        settings.setdefault("taxExempt", False)
        settings.setdefault("taxExemptions", [])
        location.setdefault("buyerExperienceConfiguration", {"paymentTermsTemplate": None})


def _webhook_subscription(subscription: Values, now: str) -> None:
    _stamp(subscription, now)
    uri = subscription.get("uri") or subscription.get("callbackUrl") or ""
    subscription["uri"] = subscription["callbackUrl"] = uri
    subscription.setdefault("format", "JSON")
    subscription.setdefault("topic", "ORDERS_CREATE")
    subscription.setdefault("includeFields", [])
    subscription.setdefault("metafieldNamespaces", [])
    subscription.setdefault("metafields", [])
    subscription.setdefault("endpoint", {"__typename": "WebhookHttpEndpoint", "callbackUrl": uri})
    subscription.setdefault("apiVersion", {"handle": "2026-10", "displayName": "2026-10", "supported": True})


FILLERS: dict[str, Callable[[Values, str], None]] = {
    "Customer": _customer,
    "Product": _product,
    "Location": _location,
    "Company": _company,
    "FulfillmentService": _fulfillment_service,
    "DeliveryProfile": _delivery_profile,
    "Market": _market,
    "MarketCatalog": _catalog,
    "CompanyLocationCatalog": _catalog,
    "PriceList": _price_list,
    "WebhookSubscription": _webhook_subscription,
}
