"""P21, P22: customers and items by number, batches, and new customers that get their number everywhere."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.erp_surface import Surface
from tests.stored_documents import NOW, a_document, an_order

FULL = {
    "name": "Example GmbH",
    "name2": "Sales",
    "contact_name": "Jo",
    "email": "Info@Example.com",
    "phone": "020 624 1111",
    "address": {
        "line1": "Dam 1",
        "line2": "",
        "postal_code": "1012 JS",
        "city": "Amsterdam",
        "county": "",
        "country_code": "NL",
    },
    "vat_registration_no": "NL1",
    "registration_no": "1",
    "payment_terms_code": "30D",
    "blocked": False,
}


async def created(house: Surface, *, identifier: str = "cus_new", **telling: Any) -> str:
    """A customer as an import creates it."""
    shop = (await house.get("/v1/shops/web"))["id"]
    texts = "name2, contact_name, phone, line1, line2, postal_code, city, county, country_code, vat_registration_no"
    async with house.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO customers (id, name, email, shop_id, store_customer_id, template_code, version, created_at,"
            f" updated_at, blocked, registration_no, payment_terms_code, {texts})"
            " VALUES ($1, $2, 'new@example.com', $3, '7001', 'EU', 1, $4, $4, false, '', '',"
            f" {', '.join(['$5'] * 10)})",
            identifier,
            telling.get("name", "New"),
            telling.get("shop_id", shop),
            NOW,
            "",
        )
        await uow.driver.execute(
            "INSERT INTO store_customer_links (shop_id, store_customer_id, customer_id, version, updated_at)"
            " VALUES ($1, '7001', $2, 1, $3)",
            shop,
            identifier,
            NOW,
        )
        await uow.commit()
    return identifier


async def test_a_customer_comes_back_as_it_was_told(house: Surface) -> None:
    made = await house.client.put("/v1/customers/C100", json=FULL)

    assert (made.status_code, made.headers["location"]) == (201, "/v1/customers/C100")
    shown = await house.get("/v1/customers/C100")
    assert {name: shown[name] for name in FULL} == FULL
    assert shown["no"] == "C100"
    [keys] = await house.fetch("SELECT email_key, phone_key, address_key FROM customers")
    assert (keys["email_key"], keys["phone_key"]) == ("info@example.com", "+31206241111")
    assert "amsterdam" in keys["address_key"]


@pytest.mark.parametrize("no", ["A/B", "A B", "A#1", "50%", "A?x=1", "\u00d6-1", "batch", "a%2Fb", "'; DROP TABLE x"])
async def test_any_number_an_erp_writes_works_percent_encoded(house: Surface, no: str) -> None:
    for resource in ("customers", "items"):
        path = f"/v1/{resource}/{quote(no, safe='')}"
        made = await house.client.put(path, json={})
        assert (made.status_code, made.headers["location"]) == (201, path)
        assert (await house.get(path))["no"] == no
        assert (await house.client.delete(path)).status_code == 204


async def test_an_item_comes_back_as_it_was_told_and_is_found_by_its_codes(house: Surface) -> None:
    item = {
        "description": "Bicycle",
        "base_unit": "PCS",
        "sku": "BIKE",
        "vendor_item_no": "V-1",
        "barcodes": ["4006381333931"],
        "unit_price": "199.90",
        "blocked": False,
        "vendor": "Acme",
        "category": "Bicycles",
        "text_html": "<p>Fast</p>",
        "net_weight": "12.5",
        "hs_code": "871200",
        "origin_country_code": "NL",
        "variants": [
            {
                "code": "RED",
                "description": "Red",
                "sku": "BIKE-R",
                "barcodes": ["X1"],
                "options": [{"name": "Size", "value": "L"}, {"name": "Colour", "value": "Red"}],
            }
        ],
    }

    await house.client.put("/v1/items/Item-A", json=item)
    await house.client.put("/v1/items/Item-A", json=item | {"vendor_item_no": "V-2"})

    shown = await house.get("/v1/items/Item-A")
    assert {name: shown[name] for name in item} == item | {"vendor_item_no": "V-2", "unit_price": "199.9"}
    codes = await house.fetch("SELECT kind, code, variant_code FROM item_codes ORDER BY kind, code")
    assert [tuple(row) for row in codes] == [
        ("barcode", "4006381333931", ""),
        ("barcode", "x1", "RED"),
        ("item_no", "item-a", ""),
        ("sku", "bike", ""),
        ("sku", "bike-r", "RED"),
        ("vendor_item_no", "v-2", ""),
    ]


async def test_telling_the_same_again_changes_nothing(house: Surface) -> None:
    for path, body in (("/v1/customers/C1", FULL), ("/v1/items/A", {"unit_price": "1.50", "barcodes": ["1"]})):
        await house.client.put(path, json=body)
        again = await house.client.put(path, json=body)
        assert (again.status_code, again.headers["etag"]) == (200, '"1"')


async def test_a_batch_does_each_item_alone(house: Surface) -> None:
    await house.client.put("/v1/items/A", json={})
    items: list[Any] = [{"no": "A", "sku": "x"}, {"no": "B"}, {"no": "C", "unit_price": 5}, {"sku": "y"}, "text"]

    answer = await house.client.post("/v1/items/batch", json={"items": items})

    results = answer.json()["results"]
    assert answer.status_code == 207
    assert [(result["status"], result["no"]) for result in results] == [
        (200, "A"),
        (201, "B"),
        (422, "C"),
        (422, None),
        (422, None),
    ]
    assert results[2]["problem"]["errors"][0]["pointer"] == "/unit_price"
    assert results[0]["problem"] is None
    assert [row["no"] for row in (await house.get("/v1/items"))["data"]] == ["A", "B"]


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [{}] * 251}, {"items": {}}, [], {"items": [{}], "x": 1}])
async def test_a_batch_of_another_shape_is_refused_whole(house: Surface, body: Any) -> None:
    assert (await house.client.post("/v1/items/batch", json=body)).status_code == 422


async def test_what_changed_since_is_listed_in_the_order_of_its_change(house: Surface) -> None:
    for no in ("C3", "C1", "C2"):
        await house.client.put(f"/v1/customers/{no}", json={})
    since = (await house.get("/v1/customers/C1"))["updated_at"]

    first = await house.get("/v1/customers", updated_from=since, limit=1)
    rest = await house.get("/v1/customers", updated_from=since, limit=1, cursor=first["next_cursor"])

    assert [row["no"] for row in first["data"] + rest["data"]] == ["C1", "C2"]
    assert rest["next_cursor"] is None
    assert (await house.client.get("/v1/customers?updated_from=2026-01-01")).status_code == 400


@pytest.mark.parametrize(
    ("path", "link", "body", "code"),
    [
        ("/v1/customers/C1", "store-customers/7001", {"customer_no": "C1"}, "customer_linked"),
        ("/v1/items/A", "store-variants/6001", {"item_no": "A"}, "item_linked"),
    ],
)
async def test_what_is_linked_is_deleted_with_its_links_or_not_at_all(
    house: Surface, path: str, link: str, body: dict[str, Any], code: str
) -> None:
    await house.client.put(path, json={})
    await house.client.put(f"/v1/shops/web/{link}", json=body)

    refused = await house.client.delete(path)
    assert (refused.status_code, refused.json()["code"], refused.json()["links"]) == (409, code, 1)
    assert (await house.client.delete(f"{path}?unlink=true")).status_code == 204
    assert (await house.client.get(f"/v1/shops/web/{link}")).status_code == 404


async def test_a_new_customer_waits_in_the_list_until_it_has_a_number(house: Surface) -> None:
    identifier = await created(house)

    [listed] = (await house.get("/v1/new-customers"))["data"]
    assert (listed["id"], listed["shop"], listed["store_customer_id"], listed["template_code"]) == (
        identifier,
        "web",
        "7001",
        "EU",
    )
    assert (listed["tax_area_code"], listed["tax_liable"], listed["vat_business_group"]) == (None, False, None)
    assert "no" not in listed
    assert "blocked" not in listed
    assert await house.get(f"/v1/new-customers/{identifier}") == listed

    numbered = await house.client.post(f"/v1/new-customers/{identifier}/acknowledge", json={"no": "C500"})

    assert (numbered.status_code, numbered.json()["no"], numbered.json()["id"]) == (200, "C500", identifier)
    assert (await house.get("/v1/new-customers"))["data"] == []
    assert (await house.get("/v1/shops/web/store-customers/7001"))["customer_no"] == "C500"
    assert ("customer.updated", identifier, 2) in await house.events()


async def test_acknowledging_again_is_harmless_and_another_number_is_refused(house: Surface) -> None:
    path = f"/v1/new-customers/{await created(house)}/acknowledge"
    await house.client.post(path, json={"no": "C500"})

    assert (await house.client.post(path, json={"no": "C500"})).status_code == 200
    other = await house.client.post(path, json={"no": "C501"})
    assert (other.status_code, other.json()["customer_no"]) == (409, "C500")
    assert len(await house.events()) == 1


async def test_a_number_that_exists_takes_over_everything_of_the_new_customer(house: Surface) -> None:
    identifier = await created(house)
    existing = (await house.client.put("/v1/customers/C100", json=FULL)).json()["id"]

    answer = await house.client.post(f"/v1/new-customers/{identifier}/acknowledge", json={"no": "C100"})

    assert (answer.json()["id"], answer.json()["name"]) == (existing, FULL["name"])
    assert (await house.get("/v1/shops/web/store-customers/7001"))["customer_id"] == existing
    assert await house.fetch("SELECT 1 FROM customers WHERE id = $1", identifier) == []


async def test_new_customers_of_a_foreign_shop_are_not_there(house: Surface) -> None:
    identifier = await created(house)
    headers = await house.key(shops=[(await house.get("/v1/shops/pos"))["id"]])

    assert (await house.client.get("/v1/new-customers", headers=headers)).json()["data"] == []
    address = f"/v1/new-customers/{identifier}"
    assert (await house.client.get(address, headers=headers)).status_code == 404
    answer = await house.client.post(f"{address}/acknowledge", headers=headers, json={"no": "C1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("exists", [False, True])
async def test_a_number_appears_on_the_documents_without_a_new_version(house: Surface, exists: bool) -> None:
    identifier = await created(house)
    async with house.rows() as uow:
        order = await an_order(uow.driver, state="processed")
        await uow.commit()
    await house.stored(a_document(order))
    async with house.rows() as uow:
        await uow.driver.execute(
            "UPDATE sales_documents SET sell_to_customer_id = $1, content = jsonb_set(content, '{sell_to,customer_no}',"
            " 'null')",
            identifier,
        )
        await uow.commit()
    if exists:
        await house.client.put("/v1/customers/C500", json=FULL)

    numbered = await house.client.post(f"/v1/new-customers/{identifier}/acknowledge", json={"no": "C500"})

    [row] = await house.fetch("SELECT id, version, sell_to_customer_id, content FROM sales_documents")
    assert json.loads(row["content"])["sell_to"]["customer_no"] == "C500"
    assert (row["version"], row["sell_to_customer_id"]) == (1, numbered.json()["id"])
    assert ("sales_document.updated", row["id"], 1) in await house.events()


@pytest.mark.parametrize(
    ("search", "found"),
    [("JANS", ["C1"]), ("c2", ["C2"]), ("1011", ["C1"]), ("%", []), ("_", []), ("\\", []), ("1011 ams", ["C1"])],
)
async def test_customers_are_found_by_any_of_their_words(house: Surface, search: str, found: list[str]) -> None:
    """S8."""
    place = {"line1": "Dam 1", "postal_code": "1011", "city": "Amsterdam", "country_code": "NL"}
    await house.client.put("/v1/customers/C1", json={"name": "Jansen", "address": place})
    await house.client.put("/v1/customers/C2", json={"name": "Peeters"})

    assert [each["no"] for each in (await house.get("/v1/customers", search=search))["data"]] == found


@pytest.mark.parametrize(("search", "found"), [("shirt", ["S1"]), ("4006", ["S1"]), ("SKU-2", ["S2"]), ("boot", [])])
async def test_items_are_found_by_number_description_and_codes(house: Surface, search: str, found: list[str]) -> None:
    await house.client.put("/v1/items/S1", json={"description": "T-Shirt", "base_unit": "PCS", "barcodes": ["4006381"]})
    await house.client.put("/v1/items/S2", json={"description": "Cap", "base_unit": "PCS", "sku": "sku-2"})

    assert [each["no"] for each in (await house.get("/v1/items", search=search))["data"]] == found
