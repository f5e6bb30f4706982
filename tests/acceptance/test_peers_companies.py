"""Companies that buy, from the store to the ERP over HTTP: peers' case 47, and what the orders of companies carry."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import UNLIMITED, Simulator, all_documents, set_up_shop
from tests.acceptance.processes import until

SHOP = "companies"
LONG_NUMBER = "Bestellung 4711 Abt. Einkauf / Möbel, Kostenstelle 0815 " * 4
SETTINGS: Json = {
    "general": {"local_currency": "EUR", "time_zone": "UTC", "country_code": "NL"},
    "orders": {"auto_create_documents": True},
    "companies": {"mapping": ["by_tax_id", "by_email_phone"], "tax_id_field": "vat_registration_no"},
    "items": {"sku_mapping": "item_no"},
}
ADDRESS: Json = {
    "companyName": "Windmill",
    "address1": "Dike 1",
    "zip": "1000",
    "city": "Brussels",
    "countryCode": "BE",
}
TERMS: Json = {
    "paymentTermsName": "Net 30",
    "paymentTermsType": "NET",
    "dueInDays": 30,
    "paymentSchedules": [{"dueAt": "2026-02-14T09:00:00Z"}],
}

pytestmark = pytest.mark.timeout(120)


def a_location(number: int, tax_id: str | None = None) -> Json:
    return {
        "id": f"gid://shopify/CompanyLocation/{number}",
        "name": f"Windmill {number}",
        "billingAddress": ADDRESS,
        "taxSettings": {"taxRegistrationId": tax_id},
        "buyerExperienceConfiguration": {"paymentTermsTemplate": {"id": "gid://shopify/PaymentTermsTemplate/47"}},
    }


def a_company(number: int, *locations: Json, email: str) -> Json:
    person = {
        "id": f"gid://shopify/Customer/{number}",
        "firstName": "Mia",
        "lastName": "Miller",
        "defaultEmailAddress": {"emailAddress": email},
    }
    contact = {"id": f"gid://shopify/CompanyContact/{number}", "customer": person}
    return {
        "id": f"gid://shopify/Company/{number}",
        "name": f"Windmill {number}",
        "mainContact": contact,
        "locations": list(locations),
    }


def an_order(number: int, company: Json, *, through: int = 0, **fields: Any) -> Json:
    price = {"shopMoney": {"amount": "10.00"}}
    buyer = {
        "company": {"id": company["id"]},
        "location": {"id": company["locations"][through]["id"]},
        "contact": {"id": company["mainContact"]["id"]},
    }
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "currencyCode": "EUR",
        "purchasingEntity": buyer,
        "lineItems": [
            {
                "id": f"gid://shopify/LineItem/{number}1",
                "title": "Teapot",
                "quantity": 1,
                "sku": "COMPANY-A",
                "product": {"legacyResourceId": "801"},
                "variant": {"legacyResourceId": "9001"},
                "originalUnitPriceSet": price,
            }
        ],
        "shippingLines": [],
        "fulfillmentOrders": [],
    } | fields


MILL = a_company(
    4700, a_location(4701, "BE0123456749"), a_location(4702), a_location(4703), email="mia@windmill-47.example"
)
STRANGER = a_company(4800, a_location(4801, "BE0403199702"), email="max@stranger-48.example")


@dataclass(frozen=True)
class B2bShop:
    erp: Erp
    desk: StoreDesk

    def imports(self, *orders: Json) -> None:
        self.desk.put(orders=list(orders))
        assert self.erp.finished_run(SHOP, "import_orders")["state"] == "succeeded"

    def order(self, name: str) -> Json:
        [found] = list(self.erp.every("/v1/orders", shop=SHOP, name=name))
        return self.erp.get(f"/v1/orders/{found['id']}")

    def document(self, name: str) -> Json:
        [found] = [each for each in all_documents(self.erp, SHOP) if each["order"]["name"] == name]
        return found

    def has_document(self, name: str) -> bool:
        return any(each["order"]["name"] == name for each in all_documents(self.erp, SHOP))


@pytest.fixture(scope="module")
def shop(simulator: Simulator, erp: Erp) -> B2bShop:
    desk = simulator.desk("peers-companies.myshopify.com")
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "UTC"}, throttle=UNLIMITED, companies=[MILL, STRANGER])
    erp.put("/v1/items/COMPANY-A", {"description": "Teapot", "base_unit": "PCS"})
    erp.put("/v1/customers/MILL-TAX", {"name": "Mill", "vat_registration_no": "be 0123.456.749"})
    erp.put("/v1/customers/MILL-MAIL", {"name": "Mill office", "email": "Mia@Windmill-47.example"})
    for no in ("MILL-SHOP", "MILL-BILL"):
        erp.put(f"/v1/customers/{no}", {"name": no})
    set_up_shop(erp, desk, SHOP, settings=SETTINGS)
    place = f"/v1/shops/{SHOP}"
    erp.put(f"{place}/company-locations/4703", {"sell_to_customer_no": "MILL-SHOP", "bill_to_customer_no": "MILL-BILL"})
    erp.put(f"{place}/payment-terms-mappings/47", {"name": "Net 30", "type": "NET", "payment_terms_code": "30D"})
    return B2bShop(erp=erp, desk=desk)


def parties(document: Json) -> tuple[str, str]:
    return document["sell_to"]["customer_no"], document["bill_to"]["customer_no"]


def test_a_location_is_found_by_tax_id_then_by_email_and_may_have_customers_of_its_own(
    shop: B2bShop,
) -> None:
    """47."""
    shop.imports(an_order(4711, MILL, through=1), an_order(4713, MILL, through=2))
    assert parties(shop.document("#4711")) == ("MILL-MAIL", "MILL-MAIL")
    assert parties(shop.document("#4713")) == ("MILL-SHOP", "MILL-BILL")

    # The company is linked by now, to a customer without a tax id: it is the same for every location without own ones.
    shop.erp.ask("DELETE", f"/v1/shops/{SHOP}/store-companies/4700")
    shop.imports(an_order(4712, MILL))
    assert parties(shop.document("#4712")) == ("MILL-TAX", "MILL-TAX")
    explained = shop.order("#4712")["customer"]["explanation"][-1]
    assert (explained["rule"], explained["outcome"], explained["matched_on"], explained["candidates"]) == (
        "company_tax_id",
        "matched",
        "vat_registration_no",
        ["MILL-TAX"],
    )


def test_a_companys_order_carries_its_number_of_any_length_its_terms_and_the_day_they_name(shop: B2bShop) -> None:
    shop.imports(an_order(4723, MILL, through=2, poNumber=LONG_NUMBER, paymentTerms=TERMS))

    order, document = shop.order("#4723"), shop.document("#4723")

    assert (order["b2b"], order["company"]["shopify_id"], order["company_location"]["shopify_id"]) == (
        True,
        "4700",
        "4703",
    )
    assert (order["po_number"], document["external_document_no"]) == (LONG_NUMBER, LONG_NUMBER)
    assert (document["payment_terms_code"], document["due_date"]) == ("30D", "2026-02-14")


def test_an_unknown_company_waits_with_the_reason_then_is_made_and_numbered_everywhere(shop: B2bShop) -> None:
    shop.imports(an_order(4801, STRANGER))
    [problem] = shop.order("#4801")["problems"]
    assert problem["code"] == "company_missing"
    assert "the tax id of its location" in problem["detail"]
    assert "companies.auto_create" in problem["remedy"]

    shop.erp.patch(f"/v1/shops/{SHOP}", {"settings": {"companies": {"auto_create": True, "template_code": "B2B"}}})
    until(lambda: shop.has_document("#4801"), what="the document of #4801")
    [made] = [each for each in shop.erp.every("/v1/new-customers") if each["shop"] == SHOP]
    told = {name: made[name] for name in ("store_company_id", "template_code", "name", "email", "contact_name")}
    assert told == {
        "store_company_id": "4800",
        "template_code": "B2B",
        "name": "Windmill 4800",
        "email": "max@stranger-48.example",
        "contact_name": "Mia Miller",
    }
    assert (made["vat_registration_no"], made["payment_terms_code"]) == ("BE0403199702", "30D")
    assert [(each["name"], each["email"], each["main"]) for each in made["contacts"]] == [
        ("Mia Miller", "max@stranger-48.example", True)
    ]

    shop.erp.post(f"/v1/new-customers/{made['id']}/acknowledge", {"no": "STRANGER-48"})
    assert parties(shop.document("#4801")) == ("STRANGER-48", "STRANGER-48")
    assert shop.erp.get(f"/v1/shops/{SHOP}/store-companies/4800")["customer_no"] == "STRANGER-48"
