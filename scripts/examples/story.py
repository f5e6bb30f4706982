"""The story that every example is a moment of: an ERP is connected, a few orders live their lives, things go wrong.

Each operation of the surface is called at least once, as its caller would. Knows no OpenAPI.
"""

from app.store_simulator.state import DEFAULT_ACCESS_TOKEN, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from scripts.examples.goods import send_goods
from scripts.examples.orders import live_through_orders
from scripts.examples.recording import Json
from scripts.examples.records import ADA, BLUE, GRACE, ITEM, WAREHOUSE, a_company, a_customer, a_product, gid
from scripts.examples.world import AT_ONCE, STORE, World

SHOP = "/v1/shops/web"
ADAS: Json = {
    "name": "Ada Blue",
    "contact_name": "Ada Blue",
    "email": "ada@example.com",
    "phone": "+31201234567",
    "address": {"line1": "Damrak 1", "postal_code": "1012 LG", "city": "Amsterdam", "country_code": "NL"},
    "payment_terms_code": "30D",
}
SETTINGS: Json = {
    "general": {"local_currency": "EUR", "time_zone": "Europe/Amsterdam", "country_code": "NL"},
    "orders": {"auto_create_documents": True, "order_number_comment_line": True},
    "customers": {"mapping": "by_email_phone", "template_code": "WEB"},
    "companies": {"mapping": ["by_tax_id", "by_email_phone"], "tax_id_field": "vat_registration_no"},
    "items": {"sku_mapping": "item_no", "auto_create": True},
    "accounts": {"shipping_charges": "4100", "sold_gift_cards": "2450", "refunds": "4900"},
    "refunds": {"process": "auto_create"},
}


def play(world: World) -> None:
    """From the first call to the last."""
    fill_the_store(world)
    introduce_oneself(world)
    set_up_a_shop(world)
    map_words(world)
    send_customers(world)
    send_goods(world)
    listen(world)
    live_through_orders(world)
    look_around(world)
    forget_somebody(world)
    be_refused(world)


def fill_the_store(world: World) -> None:
    locations = [{"id": gid("Location", WAREHOUSE), "name": "Warehouse", "isActive": True}]
    people = [a_customer(ADA, "Ada Blue", "ada@example.com"), a_customer(GRACE, "Grace Green", "grace@example.com")]
    state = {
        "shop": {
            "name": "Web shop",
            "currencyCode": "EUR",
            "ianaTimezone": "Europe/Amsterdam",
            "plan": {"publicDisplayName": "Shopify Plus", "shopifyPlus": True},
        },
        "throttle": AT_ONCE,
        "locations": locations,
        "customers": people,
        "companies": [a_company()],
        "products": [a_product(801, ITEM, "Teapot"), a_product(802, "NEW-MUG", "Mug")],
    }
    world.store("PUT", "/state", state)


def introduce_oneself(world: World) -> None:
    world.get("/v1/me")
    wish = {"name": "ERP poller", "scopes": ["documents:read", "documents:write", "events:read"]}
    made = world.post("/v1/api-keys", wish)
    key = made["id"]
    world.get(f"/v1/api-keys/{key}")
    turned = world.post(f"/v1/api-keys/{key}/rotate", {})
    world.get("/v1/api-keys", limit=2)
    world.delete(f"/v1/api-keys/{turned['id']}")
    world.post("/v1/console-users", {"name": "boss", "role": "admin"})
    world.post("/v1/console-users", {"name": "ann", "role": "operator"})
    user = "/v1/console-users/ann"
    world.patch(user, {"role": "admin"})
    world.post(f"{user}/renew-password")
    world.post(f"{user}/sign-out")
    world.get(user)
    world.get("/v1/console-users", limit=2)
    world.delete(user)


def set_up_a_shop(world: World) -> None:
    credentials = {
        "kind": "client_credentials",
        "client_id": DEFAULT_CLIENT_ID,
        "client_secret": DEFAULT_CLIENT_SECRET,
    }
    wish = {"code": "web", "name": "Web shop", "store_domain": STORE, "credentials": credentials, "settings": SETTINGS}
    world.post("/v1/shops", wish)
    world.post("/v1/shops", {"code": "pos", "name": "Tills", "store_domain": STORE})
    world.delete("/v1/shops/pos")
    world.get("/v1/shops", limit=2)
    world.patch(SHOP, {"settings": {"accounts": {"tips": "4200"}}})
    token = {"kind": "access_token", "access_token": DEFAULT_ACCESS_TOKEN, "api_secret": DEFAULT_CLIENT_SECRET}
    world.put(f"{SHOP}/credentials", token)
    world.ends(world.post(f"{SHOP}/webhook-subscriptions/repair"))
    world.ends(world.post(f"{SHOP}/connection-test"))
    world.ends(world.post(f"{SHOP}/mappings/pull"))
    world.get(f"{SHOP}/webhook-subscriptions")
    world.get(SHOP)


def map_words(world: World) -> None:
    kept: dict[str, tuple[str, Json]] = {
        f"{SHOP}/location-mappings": (
            WAREHOUSE,
            {"location_code": "BLUE", "location_filter": ["BLUE"], "stock_calculation": "on_hand"},
        ),
        f"{SHOP}/payment-terms-mappings": ("4", {"name": "Net 30", "type": "net", "payment_terms_code": "30D"}),
        f"{SHOP}/staff-mappings": ("901", {"salesperson_code": "ANNA"}),
        f"{SHOP}/customer-templates": ("US", {"template_code": "WEB-US", "prices_include_tax": False}),
        "/v1/tax-areas": ("US", {"tax_area_code": "USA", "tax_liable": True}),
        "/v1/currency-mappings": ("USD", {"currency_code": "USD"}),
        "/v1/shipping-agents": (
            "DHL",
            {
                "name": "DHL Express",
                "tracking_company": "DHL Express",
                "tracking_url_template": "https://track.example/{number}",
            },
        ),
    }
    for path, (key, body) in kept.items():
        keep(world, path, key, body)
    for path, body in (
        (f"{SHOP}/customer-templates", {"template_code": "WEB-CA", "prices_include_tax": False}),
        ("/v1/tax-areas", {"province_name": "California", "tax_area_code": "CA", "tax_liable": True}),
    ):
        world.put(f"{path}/US/CA", body)
        world.get(f"{path}/US/CA")
        world.delete(f"{path}/US/CA")
    by_text: dict[str, Json] = {
        "shipment-method-mappings": {"title": "Standard", "shipment_method_code": "STD", "shipping_agent_code": "DHL"},
        "payment-method-mappings": {"gateway": "shopify_payments", "payment_method_code": "CARD"},
    }
    for name, body in by_text.items():
        made = world.post(f"{SHOP}/{name}", body)
        one = f"{SHOP}/{name}/{made['id']}"
        world.put(one, body)
        world.get(one)
        world.get(f"{SHOP}/{name}", limit=2)
        world.delete(one)
        world.post(f"{SHOP}/{name}", body)


def keep(world: World, path: str, key: str, body: Json) -> None:
    """Made, looked at, taken away and made again."""
    world.put(f"{path}/{key}", body)
    world.get(f"{path}/{key}")
    world.get(path, limit=2)
    world.delete(f"{path}/{key}")
    world.put(f"{path}/{key}", body)


def send_customers(world: World) -> None:
    world.put("/v1/customers/C100", ADAS)
    world.get("/v1/customers/C100")
    blue = {"no": "C200", "name": "Blue Ltd", "email": "mary@example.com", "vat_registration_no": "NL123456782B90"}
    world.post("/v1/customers/batch", {"items": [blue, {"no": "C999", "name": "Closed", "blocked": True}]})
    world.get("/v1/customers", limit=2)
    world.put("/v1/customers/C300", {"name": "Nobody"})
    world.delete("/v1/customers/C300")
    links: tuple[tuple[str, str, Json], ...] = (
        ("store-customers", ADA, {"customer_no": "C100"}),
        (f"store-customers/{ADA}/addresses", "8001", {"customer_no": "C100"}),
        ("store-companies", BLUE, {"customer_no": "C200"}),
        ("company-locations", "9101", {"sell_to_customer_no": "C200", "bill_to_customer_no": "C200"}),
    )
    for name, key, body in links:
        keep(world, f"{SHOP}/{name}", key, body)


def listen(world: World) -> None:
    made = world.post("/v1/webhook-endpoints", {"url": world.endpoint, "description": "ERP, production"})
    path = f"/v1/webhook-endpoints/{made['id']}"
    world.patch(path, {"types": ["order.*", "sales_document.*", "refund.*"], "shops": ["web"]})
    world.post(f"{path}/rotate-secret", {"old_secret_hours": 24})
    world.post(f"{path}/test")
    world.get(path)
    world.get("/v1/webhook-endpoints", limit=2)
    world.get("/v1/tasks")
    schedule = {"enabled": True, "every_minutes": 60, "filters": {"financial_status": {"in": ["paid", "pending"]}}}
    world.put(f"{SHOP}/schedules/import_orders", schedule)
    world.get(f"{SHOP}/schedules/import_orders")


def look_around(world: World) -> None:
    world.until(lambda: len(world.get("/v1/events", after=0, limit=2)["data"]) == 2)
    after = 0
    while (page := world.get("/v1/events", after=after, limit=2))["data"]:
        after = page["next_position"]
    [endpoint] = world.get("/v1/webhook-endpoints")["data"]
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    world.post(f"{path}/replay", {"from_position": 1})
    world.until(lambda: world.get(f"{path}/deliveries", limit=2)["data"][0]["delivered_at"])
    world.delete(path)
    world.get("/v1/activities", shop="web")
    world.get("/v1/skipped-records", limit=2)
    world.get("/v1/audit-entries", limit=2)
    world.get("/v1/log-entries", limit=2)
    world.get("/v1/runs", shop="web", limit=2)
    world.runs("web", "check_completeness")
    world.get(f"{SHOP}/completeness", **{"from": "2026-01-15", "to": "2026-01-16"})
    run = world.post(f"{SHOP}/tasks/purge_expired/runs", {})
    world.http.post(f"/v1/runs/{run['id']}/cancel")
    for path in ("/livez", "/readyz"):
        world.stranger.get(path)


def forget_somebody(world: World) -> None:
    """The store asks what is known of a buyer."""
    person = {"id": int(GRACE), "email": "grace@example.com", "phone": None}
    told = {"shop_id": 1, "shop_domain": STORE, "customer": person}
    world.shopify_says("customers/data_request", told | {"orders_requested": [1003]})
    row = world.until(
        lambda: next((each for each in world.get("/v1/privacy-requests")["data"] if each["state"] == "done"), None)
    )
    world.get(f"/v1/privacy-requests/{row['id']}")
    world.get(f"/v1/privacy-requests/{row['id']}/export")
    world.shopify_says("customers/redact", told | {"orders_to_redact": [1003]})
    world.until(lambda: len(world.get("/v1/privacy-requests", limit=2)["data"]) == 2)
    [late] = [each for each in world.get("/v1/privacy-requests")["data"] if each["kind"] == "customer_redact"]
    world.until(lambda: world.http.post(f"/v1/privacy-requests/{late['id']}/carry-out").status_code == 200)


def be_refused(world: World) -> None:
    """What callers meet who are not careful; nothing here changes anything."""
    http = world.http
    http.get("/v1/orders", params={"stat": "open"})
    http.get("/v1/orders", params={"cursor": "AQ4aTk9UIFRPIEJFIFJFQUQ"})
    world.stranger.get("/v1/me")
    http.get("/v1/orders/ord_nothing")
    http.put("/v1/shops")
    http.post("/v1/shops", json={"code": "web", "name": "Again", "store_domain": STORE})
    http.put("/v1/customers/C100", json=ADAS, headers={"If-Match": '"999"'})
    http.put("/v1/customers/C100", content=b'{"name": "' + b"x" * 1_100_000 + b'"}', headers=JSON)
    http.put("/v1/customers/C100", content=b"<customer/>", headers={"Content-Type": "application/xml"})
    http.put("/v1/customers/C100", json={"address": {"street": "Damrak 1"}})
    http.put("/v1/items/ITEM-A", json={"unit_price": 15.5})
    made = world.post("/v1/api-keys", {"name": "Only looks", "scopes": ["orders:read"]})
    world.stranger.delete(SHOP, headers={"Authorization": f"Bearer {made['key']}"})
    document = world.get("/v1/sales-documents", state="acknowledged", limit=1)["data"][0]
    body = {"erp_document_no": "S-ORD999999", "version": document["version"]}
    http.post(f"/v1/sales-documents/{document['id']}/acknowledge", json=body)
    http.delete("/v1/customers/C100")


JSON = {"Content-Type": "application/json"}
