"""Persons are found, told and forgotten everywhere, and stay forgotten; so are stores (P83; S14 to S17)."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import pytest

from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import columns_with, rows
from tests.acceptance.harness import GENEROUS_SETTINGS, Installation, Simulator, all_documents, set_up_shop
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import a_line, an_order, money, open_store, run_import

SHOP, DOMAIN = "forgetful", "forgetful.myshopify.com"
KIM, ROBIN = "vergeetmij", "onthoudmij"
KIMS_ID, KIMS_ORDERS = 7_100_001, ("710001", "710002")


def address(surname: str) -> Json:
    return {
        "firstName": "Kim",
        "lastName": surname,
        "company": f"{surname} BV",
        "address1": f"{surname}straat 17",
        "address2": f"{surname} hoog",
        "zip": f"1011 {surname}",
        "city": f"{surname}dam",
        "countryCodeV2": "NL",
        "phone": "+31612345000",
    }


def an_order_of(surname: str, number: int, customer: int, **fields: Any) -> Json:
    line = a_line(number * 10, customAttributes=[{"key": "engraving", "value": surname}])
    return an_order(
        number,
        email=f"{surname}@example.com",
        note=f"Ring at {surname}",
        customer={"id": f"gid://shopify/Customer/{customer}"},
        billingAddress=address(surname),
        shippingAddress=address(surname),
        customAttributes=[{"key": "gift for", "value": surname}],
        lineItems=[line],
        **fields,
    )


def a_customer(surname: str, number: int) -> Json:
    return {
        "id": f"gid://shopify/Customer/{number}",
        "firstName": "Kim",
        "lastName": surname,
        "defaultEmailAddress": {"emailAddress": f"{surname}@example.com"},
        "defaultAddress": address(surname),
    }


def a_refund(number: int) -> Json:
    return {
        "legacyResourceId": str(number),
        "createdAt": "2026-01-20T09:00:00Z",
        "note": f"{KIM} changed her mind",
        "totalRefundedSet": money("1.00"),
        "refundLineItems": [],
        "refundShippingLines": [],
        "transactions": [],
    }


def shopify_says(
    service: Installation, domain: str, topic: str, body: Json, *, delivery: str, secret: str = DEFAULT_CLIENT_SECRET
) -> None:
    sent = json.dumps(body).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), sent, hashlib.sha256)).decode()
    answer = service.caller(None).http.post(
        "/webhooks/shopify",
        content=sent,
        headers={
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": domain,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Webhook-Id": delivery,
        },
    )
    assert answer.status_code == 200


def about_kim(orders: str) -> Json:
    customer = {"id": KIMS_ID, "email": f"{KIM}@example.com", "phone": "+31612345000"}
    return {"shop_id": 1, "shop_domain": DOMAIN, "customer": customer, orders: [int(each) for each in KIMS_ORDERS]}


def requests(erp: Erp, domain: str) -> dict[str, Json]:
    return {each["kind"]: each for each in erp.every("/v1/privacy-requests") if each["store_domain"] == domain}


def asked_for(erp: Erp, domain: str, kind: str, state: str) -> Json:
    until(lambda: requests(erp, domain).get(kind, {}).get("state") == state, what=f"the {kind} is {state}")
    return requests(erp, domain)[kind]


@dataclass(slots=True, kw_only=True)
class House:
    service: Installation
    erp: Erp
    desk: StoreDesk
    before: list[Json]


@pytest.fixture(scope="module")
def house(running_service: Installation, erp: Erp, simulator: Simulator) -> House:
    desk = simulator.desk(DOMAIN)
    open_store(erp, desk)
    settings = GENEROUS_SETTINGS | {"general": {"local_currency": "EUR"}}
    settings["orders"] = {"auto_create_documents": True, "webhooks": False}
    set_up_shop(erp, desk, SHOP, settings=settings)
    desk.put(
        customers=[a_customer(KIM, KIMS_ID), a_customer(ROBIN, 7_100_002)],
        orders=[
            an_order_of(KIM, int(KIMS_ORDERS[0]), KIMS_ID),
            an_order_of(KIM, int(KIMS_ORDERS[1]), KIMS_ID, refunds=[a_refund(71)]),
            an_order_of(ROBIN, 710003, 7_100_002),
        ],
    )
    run_import(erp, SHOP)
    desk.change_order(KIMS_ORDERS[0], note=f"No, ring at {KIM}'s sister's", shippingAddress=address(f"{KIM}2"))
    run_import(erp, SHOP)
    erp.put("/v1/items/FORGET-POT", {"description": "A pot"})
    erp.put("/v1/items/FORGET-POT/images", {"images": [a_picture(f"{KIM}@example.com's pot"), a_picture("The pot")]})
    return House(service=running_service, erp=erp, desk=desk, before=all_documents(erp, SHOP))


def a_picture(alt: str) -> Json:
    return {"url": "https://127.0.0.1:1/pot.png", "alt": alt}


def test_what_is_held_of_a_person_is_told_to_the_shop_and_nothing_of_others(house: House) -> None:
    """S16."""
    shopify_says(
        house.service, DOMAIN, "customers/data_request", about_kim("orders_requested"), delivery="privacy-data"
    )
    request = asked_for(house.erp, DOMAIN, "data_request", "done")
    held = house.erp.get(f"/v1/privacy-requests/{request['id']}/export")["data"]

    assert KIM not in json.dumps(request)
    assert ROBIN not in json.dumps(held)
    assert {"orders", "sales_documents", "customers"} <= held.keys()
    assert [KIM in json.dumps(held[table]) for table in ("orders", "sales_documents", "customers")] == [True] * 3
    assert len(held["orders"]) == len(KIMS_ORDERS)


def test_who_is_to_be_forgotten_is_kept_until_the_erp_has_the_documents_then_is_nowhere(house: House) -> None:
    """S14, S17: every copy is emptied, the books stay, and a later reading brings nothing back."""
    erp = house.erp
    shopify_says(house.service, DOMAIN, "customers/redact", about_kim("orders_to_redact"), delivery="privacy-redact")
    until(
        lambda: "not acknowledged" in requests(erp, DOMAIN).get("customer_redact", {}).get("detail", ""),
        what="it waits",
    )
    assert {"orders.body", "item_images.images"} <= columns_with(house.service, [KIM])

    for number, document in enumerate(all_documents(erp, SHOP)):
        erp.post(
            f"/v1/sales-documents/{document['id']}/acknowledge",
            {"erp_document_no": f"FORGET-{number}", "version": document["version"]},
        )
    rows(house.service, "UPDATE privacy_requests SET due_at = now() WHERE state = 'waiting'")
    done = asked_for(erp, DOMAIN, "customer_redact", "done")

    assert columns_with(house.service, [KIM]) == set()
    assert {"orders", "sales_documents", "order_captures", "customers"} <= done["counts"].keys()
    assert "orders.body" in columns_with(house.service, [ROBIN])
    pictures = erp.get("/v1/items/FORGET-POT/images")["images"]
    assert [each["alt"] for each in pictures] == ["", "The pot"]
    after = {each["id"]: each for each in all_documents(erp, SHOP)}
    books = ("number", "version", "currency", "totals")
    assert [[each[name] for name in books] for each in house.before] == [
        [after[each["id"]][name] for name in books] for each in house.before
    ]
    assert [line["amount"] for each in house.before for line in each["lines"]] == [
        line["amount"] for each in house.before for line in after[each["id"]]["lines"]
    ]

    house.desk.change_order(KIMS_ORDERS[1], note=f"{KIM} again", tags=["late"])
    run_import(erp, SHOP)
    [late] = erp.every("/v1/orders", shop=SHOP, shopify_id=KIMS_ORDERS[1])
    assert erp.get(f"/v1/orders/{late['id']}")["tags"] == ["late"]
    assert columns_with(house.service, [KIM]) == set()
    assert late["in_conflict"] is False if "in_conflict" in late else late["conflict"] is None


def test_a_store_is_forgotten_whole_and_no_other(running_service: Installation, erp: Erp, simulator: Simulator) -> None:
    """S15: also where the webhook of the app's removal was lost."""
    domain, gone = "gone-for-good.myshopify.com", "vergaanewinkel"
    desk = simulator.desk(domain)
    open_store(erp, desk)
    settings = GENEROUS_SETTINGS | {"orders": {"auto_create_documents": True, "webhooks": False}}
    set_up_shop(erp, desk, "gone", settings=settings)
    desk.put(customers=[a_customer(gone, 7_200_001)], orders=[an_order_of(gone, 720001, 7_200_001)])
    run_import(erp, "gone")
    assert len(all_documents(erp, "gone")) == 1
    others = "SELECT count(*) FROM orders WHERE store_id NOT IN (SELECT id FROM stores WHERE store_domain = $1)"
    before = rows(running_service, others, domain)

    desk.put(app={"access_token": "shpat_of_nobody"})
    shopify_says(running_service, domain, "shop/redact", {"shop_id": 2, "shop_domain": domain}, delivery="gone-1")
    done = asked_for(erp, domain, "shop_redact", "done")

    assert {"orders", "sales_documents", "shops", "customers"} <= done["counts"].keys()
    assert erp.send("GET", "/v1/shops/gone").status_code == 404
    assert columns_with(running_service, [gone]) == set()
    assert rows(running_service, others, domain) == before


@pytest.mark.parametrize("code", ["came_back", "came_back_before"])
def test_a_store_that_was_connected_again_is_not_forgotten(
    erp: Erp, simulator: Simulator, running_service: Installation, code: str
) -> None:
    """S15: after Shopify's request came, or in the two days between the app's removal and the request."""
    shop = code.replace("_", "-")
    domain = f"{shop}.myshopify.com"
    desk = simulator.desk(domain)
    open_store(erp, desk, **{code: {}})
    desk.put(orders=[an_order(730001)])
    run_import(erp, shop)
    again = "now() + interval '1 hour'" if code == "came_back" else "now() - interval '1 hour'"
    rows(running_service, f"UPDATE stores SET credentials_set_at = {again} WHERE store_domain = $1", domain)
    shopify_says(running_service, domain, "shop/redact", {"shop_id": 3, "shop_domain": domain}, delivery=f"{code}-1")

    assert "nothing was deleted" in asked_for(erp, domain, "shop_redact", "skipped")["detail"]
    assert [order["name"] for order in erp.every("/v1/orders", shop=shop)] == ["#730001"]
