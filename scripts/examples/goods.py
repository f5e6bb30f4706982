"""What the ERP sells in the story: items, prices, stock, pictures, catalogs, and their ways into the store and out."""

from scripts.examples.recording import Json
from scripts.examples.records import BLUE, ITEM, MUG, a_catalog, gid
from scripts.examples.world import World

SHOP = "/v1/shops/web"
TEAPOT: Json = {
    "description": "Teapot",
    "base_unit": "PCS",
    "sku": "TEAPOT",
    "barcodes": ["4006381333931"],
    "unit_price": "15.50",
    "vendor": "Acme",
    "variants": [{"code": "RED", "description": "Red", "options": [{"name": "Colour", "value": "Red"}]}],
}


def send_goods(world: World) -> None:
    world.put(f"/v1/items/{ITEM}", TEAPOT)
    world.get(f"/v1/items/{ITEM}")
    mug = {"no": MUG, "description": "Mug", "base_unit": "PCS", "unit_price": "7.50"}
    world.post("/v1/items/batch", {"items": [mug, {"no": "ITEM-C", "description": "Tray", "blocked": True}]})
    world.get("/v1/items", limit=2)
    pictures = [{"url": "https://pictures.example.com/teapot.jpg", "alt": "The teapot from the front"}]
    world.put(f"/v1/items/{ITEM}/images", {"images": pictures})
    world.get(f"/v1/items/{ITEM}/images")
    world.delete(f"/v1/items/{ITEM}/images")
    world.put("/v1/items/ITEM-Z", {"description": "A mistake"})
    world.delete("/v1/items/ITEM-Z")
    variant = f"{SHOP}/store-variants/8011"
    world.put(variant, {"item_no": ITEM, "unit": "PCS"})
    world.get(variant)
    world.get(f"{SHOP}/store-variants", limit=2)
    world.delete(variant)
    levels = [{"item_no": ITEM, "location_code": "BLUE", "quantity": "12"}, {"item_no": MUG, "quantity": "-1"}]
    world.post("/v1/inventory-levels/batch", {"items": levels})
    sell(world)
    be_discovered(world)


def sell(world: World) -> None:
    world.store("PUT", "/state", {"priceLists": [{"id": gid("PriceList", "9901"), "currency": "EUR"}]})
    world.store("PUT", "/state", {"companyCatalogs": [a_catalog()]})
    world.runs("web", "sync_catalogs")
    catalog = f"{SHOP}/catalogs/88001"
    world.put(catalog, {"price_group": "WHOLESALE"})
    world.get(catalog)
    world.get(f"{SHOP}/catalogs", limit=2)
    prices: list[Json] = [
        {"shop": "web", "item_no": ITEM, "price": "15.50", "compare_at_price": "18.00", "unit_cost": "7.25"},
        {"item_no": ITEM, "price_group": "WHOLESALE", "currency": "EUR", "price": "12.00"},
        {"item_no": MUG, "price_group": "WHOLESALE", "price": "6.00"},
    ]
    world.post("/v1/prices/batch", {"items": prices})
    world.put("/v1/customers/C400", {"name": "Tea House", "email": "house@example.com"})
    for what, body in (
        ("items", {"item_nos": [MUG]}),
        ("customers", {"customer_nos": ["C400"]}),
        ("companies", {"customer_nos": ["C200"], "store_company_id": BLUE}),
    ):
        world.ends(world.post(f"{SHOP}/exports/{what}", body))


def be_discovered(world: World) -> None:
    """The store sells something that the ERP does not know."""
    world.runs("web", "sync_products")
    [found, *_] = world.get("/v1/discovered-items", shop="web", limit=2)["data"]
    world.get(f"/v1/discovered-items/{found['id']}")
