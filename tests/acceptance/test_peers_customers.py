"""Consumers, from the store to the ERP over HTTP: peers' cases 22, 23, 24, 49, and a new customer until its number."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import UNLIMITED, Simulator, set_up_shop
from tests.acceptance.processes import until

SHOP = "peers-customers"
SETTINGS: Json = {
    "general": {"local_currency": "EUR", "time_zone": "UTC", "country_code": "NL"},
    "orders": {"auto_create_documents": True},
    "items": {"sku_mapping": "item_no"},
}
DOOR: Json = {
    "firstName": "Eva",
    "lastName": "Ruiz",
    "company": None,
    "address1": "Calle Mayor 1",
    "zip": "28001",
    "city": "Madrid",
    "countryCodeV2": "ES",
    "provinceCode": "M",
    "province": "Madrid",
    "phone": None,
}

pytestmark = pytest.mark.timeout(120)


def a_person(number: int, email: str, **address: Any) -> Json:
    place = {"id": f"gid://shopify/MailingAddress/{number}1"} | DOOR | address
    return {
        "legacyResourceId": str(number),
        "firstName": place["firstName"],
        "lastName": place["lastName"],
        "defaultEmailAddress": {"emailAddress": email},
        "defaultPhoneNumber": None,
        "addressesV2": [place],
        "defaultAddress": place,
    }


def an_order(number: int, person: Json | None, **fields: Any) -> Json:
    """An order of one teapot, to the person's address if there is a person."""
    address = {name: value for name, value in person["addressesV2"][0].items() if name != "id"} if person else None
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "currencyCode": "EUR",
        "customer": {"legacyResourceId": person["legacyResourceId"]} if person else None,
        "email": person["defaultEmailAddress"]["emailAddress"] if person else None,
        "shippingAddress": address,
        "billingAddress": address,
        "displayAddress": address,
        "lineItems": [
            {
                "id": f"gid://shopify/LineItem/{number}1",
                "title": "Teapot",
                "quantity": 1,
                "sku": "CONSUMER-A",
                "product": {"legacyResourceId": "801"},
                "variant": {"legacyResourceId": "9001"},
                "originalUnitPriceSet": {"shopMoney": {"amount": "10.00"}},
            }
        ],
        "shippingLines": [],
        "fulfillmentOrders": [],
    } | fields


def at_the_till(number: int) -> Json:
    """Nobody's: no customer, no address, no e-mail, nothing to ship."""
    return an_order(number, None, sourceName="pos")


@dataclass(frozen=True)
class ConsumerShop:
    erp: Erp
    desk: StoreDesk

    def says(self, **customers: Any) -> None:
        """The shop's settings of customers; what is not named has its default."""
        defaults: Json = {
            "import": "with_orders",
            "mapping": "by_email_phone",
            "default_customer_no": None,
            "default_as_last_resort": False,
            "auto_create": False,
            "template_code": None,
            "update_from_store": False,
        }
        self.erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": defaults | customers}})

    def imports(self, *orders: Json, customers: tuple[Json, ...] = ()) -> None:
        self.desk.put(orders=list(orders), **({"customers": list(customers)} if customers else {}))
        wanted = {"order_shopify_ids": [each["legacyResourceId"] for each in orders]}
        assert self.erp.finished_run(SHOP, "import_orders", wanted)["state"] == "succeeded"

    def order(self, name: str) -> Json:
        [found] = list(self.erp.every("/v1/orders", shop=SHOP, name=name))
        return found

    def documents(self, name: str) -> list[Json]:
        return list(self.erp.every("/v1/sales-documents", shop=SHOP, order_name=name))

    def document(self, name: str) -> Json:
        [found] = self.documents(name)
        return found

    def until_documented(self, name: str) -> Json:
        until(lambda: bool(self.documents(name)), what=f"order {name} is documented")
        return self.document(name)

    def waiting(self) -> dict[str, Json]:
        """Customers without a number, by their e-mail."""
        return {each["email"]: each for each in self.erp.every("/v1/new-customers") if each["shop"] == SHOP}

    def ask(self, name: str, what: str) -> Json:
        return self.erp.post(f"/v1/orders/{self.order(name)['id']}/{what}")


@pytest.fixture(scope="module")
def shop(erp: Erp, simulator: Simulator) -> ConsumerShop:
    desk = simulator.desk("peers-customers.myshopify.com")
    desk.put(throttle=UNLIMITED, shop={"currencyCode": "EUR"})
    erp.put("/v1/items/CONSUMER-A", {"description": "Teapot", "base_unit": "PCS"})
    erp.put("/v1/customers/TILL-22", {"name": "Till"})
    set_up_shop(erp, desk, SHOP, settings=SETTINGS)
    return ConsumerShop(erp, desk)


def test_22_an_order_of_the_till_without_address_and_shipping_is_the_default_customers(shop: ConsumerShop) -> None:
    shop.says(default_customer_no="TILL-22", default_as_last_resort=True, auto_create=True, template_code="WEB")

    shop.imports(at_the_till(2201))

    document = shop.document("#2201")
    assert (document["sell_to"]["customer_no"], document["bill_to"]["customer_no"]) == ("TILL-22", "TILL-22")
    assert set(document["ship_to"]["address"].values()) == {""}
    assert document["totals"]["amount"] == document["totals"]["charged_by_shopify"] == "10.00"
    steps = [(each["rule"], each["outcome"]) for each in shop.order("#2201")["customer"]["explanation"]]
    assert steps[-2:] == [("create", "skipped"), ("default_as_last_resort", "matched")]


def test_23_without_a_customer_and_a_default_the_order_waits_and_says_so(shop: ConsumerShop) -> None:
    shop.says()

    shop.imports(at_the_till(2301))

    order = shop.order("#2301")
    assert (order["state"], [each["code"] for each in order["problems"]]) == ("blocked", ["customer_missing"])
    assert "without a store customer" in order["problems"][0]["detail"]
    assert not shop.documents("#2301")
    cues = {each["cue"]: each for each in shop.erp.get("/v1/activities", shop=SHOP)["data"]}
    [listed] = shop.erp.http.get(cues["unmapped_customers"]["list_url"]).json()["data"]
    assert (listed["name"], cues["unmapped_customers"]["count"]) == ("#2301", 1)

    shop.erp.patch(f"/v1/orders/{order['id']}", {"sell_to_customer_no": "TILL-22"})
    assert shop.until_documented("#2301")["bill_to"]["customer_no"] == "TILL-22"


def test_24_the_same_email_in_another_case_is_the_same_customer(shop: ConsumerShop) -> None:
    shop.says(auto_create=True, template_code="WEB")
    shop.erp.put("/v1/customers/C24", {"name": "Eva Ruiz", "email": "Eva.Ruiz@Example-24.com"})
    one, other = a_person(2400, "eva.ruiz@example-24.com"), a_person(2401, "EVA.RUIZ@example-24.COM")

    shop.imports(an_order(2401, one), an_order(2402, other), customers=(one, other))

    assert [shop.document(name)["sell_to"]["customer_no"] for name in ("#2401", "#2402")] == ["C24", "C24"]
    assert not [each for each in shop.waiting() if "example-24" in each.lower()]
    for store_customer in ("2400", "2401"):
        link = shop.erp.get(f"/v1/shops/{SHOP}/store-customers/{store_customer}")
        assert link["customer_no"] == "C24"


def test_24_two_customers_with_the_email_need_a_decision(shop: ConsumerShop) -> None:
    shop.says(auto_create=True, template_code="WEB", default_customer_no="TILL-22", default_as_last_resort=True)
    for no in ("C24-A", "C24-B"):
        shop.erp.put(f"/v1/customers/{no}", {"email": "twice@example-24.com"})
    person = a_person(2410, "twice@example-24.com")

    shop.imports(an_order(2411, person), customers=(person,))

    order = shop.order("#2411")
    assert [each["code"] for each in order["problems"]] == ["customer_ambiguous"]
    assert order["customer"]["explanation"][-1] == {
        "rule": "email", "outcome": "ambiguous", "matched_on": "email", "candidates": ["C24-A", "C24-B"],
    }  # fmt: skip
    assert not shop.documents("#2411")
    [counted] = [
        each for each in shop.erp.get("/v1/activities", shop=SHOP)["data"] if each["cue"] == "unmapped_customers"
    ]
    assert counted["count"] == 1

    shop.erp.put(f"/v1/shops/{SHOP}/store-customers/2410", {"customer_no": "C24-B"})
    assert shop.until_documented("#2411")["sell_to"]["customer_no"] == "C24-B"


def test_49_a_document_keeps_its_addresses_when_the_customer_moves(shop: ConsumerShop) -> None:
    shop.says(auto_create=True, template_code="WEB", update_from_store=True)
    there = a_person(4900, "mover@example-49.com")
    shop.imports(an_order(4901, there), customers=(there,))
    first = shop.document("#4901")
    here = a_person(4900, "mover@example-49.com", address1="Gran Via 2", zip="48001", city="Bilbao")

    shop.imports(an_order(4902, here), customers=(here,))

    assert shop.document("#4902")["ship_to"]["address"]["line1"] == "Gran Via 2"
    assert shop.waiting()["mover@example-49.com"]["address"]["line1"] == "Gran Via 2"
    customer = first["sell_to"]["customer_id"]
    shop.erp.post(f"/v1/new-customers/{customer}/acknowledge", {"no": "C49/1"})
    shop.erp.put("/v1/customers/C49%2F1", {"name": "Eva", "address": {"line1": "Elsewhere 3", "country_code": "ES"}})
    kept = shop.document("#4901")
    for party in ("sell_to", "bill_to", "ship_to"):
        assert kept[party]["address"] == first[party]["address"]
        assert kept[party]["address"]["line1"] == "Calle Mayor 1"
    assert kept["sell_to"]["customer_no"] == "C49/1"


def test_a_new_customer_carries_template_and_tax_area_of_its_province_and_every_event_leads_to_it(
    shop: ConsumerShop,
) -> None:
    """P22: made, brought up to date, numbered; each told, each with an address that answers."""
    shop.says(auto_create=True, template_code="WEB", update_from_store=True)
    shop.erp.put(f"/v1/shops/{SHOP}/customer-templates/ES", {"template_code": "SPAIN"})
    shop.erp.put(f"/v1/shops/{SHOP}/customer-templates/ES/GC", {})
    shop.erp.put("/v1/tax-areas/ES/GC", {"province_name": "Las Palmas", "tax_area_code": "IGIC", "tax_liable": True})
    place = {"provinceCode": "GC", "province": "Las Palmas", "city": "Telde"}
    person = a_person(2200, "isla@example-22.com", **place)
    after = max((each["position"] for each in shop.erp.events()), default=0)
    shop.imports(an_order(2211, person), customers=(person,))
    made = shop.waiting()["isla@example-22.com"]
    assert (made["template_code"], made["tax_area_code"], made["tax_liable"]) == ("SPAIN", "IGIC", True)
    assert (made["name"], made["contact_name"], made["address"]["county"]) == ("Eva Ruiz", "Eva Ruiz", "GC")

    moved = a_person(2200, "isla@example-22.com", **place | {"city": "Arucas"})
    shop.imports(an_order(2212, moved), customers=(moved,))
    again = shop.waiting()["isla@example-22.com"]
    assert (again["id"], again["address"]["city"]) == (made["id"], "Arucas")

    def told(number: int) -> list[tuple[str, str, str]]:
        """So many events of the customer."""

        def found() -> list[Json]:
            return [each for each in shop.erp.events(after) if each["resource"]["id"] == made["id"]]

        until(lambda: len(found()) == number, what="the feed tells of the customer")
        return [(each["type"], each["resource"]["type"], each["resource"]["url"]) for each in found()]

    waiting, numbered = f"/v1/new-customers/{made['id']}", "/v1/customers/C%2022%2F1"
    assert told(2) == [
        ("customer.created", "new_customer", waiting),
        ("customer.updated", "new_customer", waiting),
    ]
    shop.erp.post(f"/v1/new-customers/{made['id']}/acknowledge", {"no": "C 22/1"})
    assert told(3)[-1] == ("customer.updated", "customer", numbered)
    assert {url for _, _, url in told(3)} == {numbered}
    assert shop.erp.get(numbered)["address"]["city"] == "Arucas"


def test_a_person_decides_by_the_doors_of_the_order_and_no_import_undoes_it(shop: ConsumerShop) -> None:
    """P20, P22: create-customer, find-mapping, and a customer set by hand."""
    shop.says(template_code="WEB")
    created, found, given = (a_person(number, f"p{number}@example-20.com") for number in (2001, 2002, 2003))
    people = (created, found, given)
    shop.imports(*(an_order(20010 + place, person) for place, person in enumerate(people)), customers=people)
    assert {each["problems"][0]["code"] for each in map(shop.order, ("#20010", "#20011", "#20012"))} == {
        "customer_missing"
    }

    assert shop.ask("#20010", "create-customer")["state"] == "processed"
    assert shop.document("#20010")["sell_to"]["customer_id"] == shop.waiting()["p2001@example-20.com"]["id"]
    assert shop.ask("#20011", "find-mapping")["state"] == "blocked"
    shop.erp.patch(f"/v1/shops/{SHOP}", {"settings": {"orders": {"auto_create_documents": False}}})
    shop.erp.patch(f"/v1/orders/{shop.order('#20012')['id']}", {"bill_to_customer_no": "TILL-22"})
    shop.erp.put("/v1/customers/C20", {"email": "p2003@example-20.com"})
    shop.imports(an_order(20012, given, note="changed", updatedAt="2026-01-16T09:00:00Z"))
    assert shop.ask("#20012", "find-mapping")["customer"]["bill_to_customer_no"] == "TILL-22"
    assert shop.order("#20012")["note"] == "changed"
    shop.erp.patch(f"/v1/orders/{shop.order('#20012')['id']}", {"bill_to_customer_no": None})
    assert shop.order("#20012")["customer"]["bill_to_customer_no"] == "C20"
