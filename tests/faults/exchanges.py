"""Every kind of task that exchanges records with a store, small enough to be killed in its middle again and again.

Each says what it needs, how it is set going, and what must be there once however often its worker died. Knows nothing
of how processes die.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.failpoints import Act
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import set_up_shop
from tests.acceptance.queue_orders import open_store, shop_settings
from tests.integration.catalogs_sold import CATALOG, a_catalog, a_list
from tests.integration.stocking import HERE
from tests.integration.stocking import a_product as a_stocked_product
from tests.integration.test_payouts import a_movement, a_payout
from tests.integration.world import a_person
from tests.picture_shelf import PictureShelf, a_png

MANY = 120
"""More than are changed one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One shop on its own store, with records that bear the shop's name."""

    erp: Erp
    desk: StoreDesk
    code: str
    shelf: PictureShelf

    def nos(self, many: int) -> list[str]:
        return [f"{self.code}-{number:03}" for number in range(many)]

    def at_store(self, kind: str) -> list[Json]:
        found: list[Json] = self.desk.state(kind)[kind]
        return found

    def starts(self, path: str, body: Json | None = None) -> str:
        return str(self.erp.post(f"/v1/shops/{self.code}/{path}", body or {})["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """``outcome`` is the same after every end; ``settings`` are the shop's groups."""

    acts: tuple[Act, ...]
    prepare: Callable[[Account], None]
    start: Callable[[Account], str]
    outcome: Callable[[Account], Any]
    expected: Any
    settings: Mapping[str, Json]


def opened(erp: Erp, desk: StoreDesk, code: str, exchange: Exchange, shelf: PictureShelf) -> Account:
    open_store(erp, desk)
    set_up_shop(erp, desk, code, settings=shop_settings(**exchange.settings))
    account = Account(erp=erp, desk=desk, code=code, shelf=shelf)
    exchange.prepare(account)
    return account


def _customers(account: Account) -> None:
    for place, no in enumerate(account.nos(3)):
        address = {"line1": "Main Street 1", "postal_code": "1111 AA", "city": "Delft", "country_code": "NL"}
        email, phone = f"{no}@example.com", f"+3120123456{place}"
        account.erp.put(
            f"/v1/customers/{no}",
            {"name": f"Tea {no}", "contact_name": "Anna van Dam", "email": email, "phone": phone, "address": address},
        )


def _store_customers(account: Account) -> None:
    people = [a_person(number, email=f"{no}@example.com") for number, no in enumerate(account.nos(3), start=501)]
    account.desk.put(customers=people)


def _items(account: Account, many: int = MANY) -> None:
    items = [{"no": no, "description": f"Pot {no}", "unit_price": "5.00"} for no in account.nos(many)]
    account.erp.post("/v1/items/batch", {"items": items})


def _products_with_prices(account: Account) -> None:
    _items(account)
    account.erp.end_of(account.starts("exports/items", {"item_nos": account.nos(MANY)}))
    prices = [{"shop": account.code, "item_no": no, "price": "6.00"} for no in account.nos(MANY)]
    account.erp.post("/v1/prices/batch", {"items": prices})
    account.desk.forget_calls()


def _products_with_pictures(account: Account) -> None:
    _items(account)
    account.erp.end_of(account.starts("exports/items", {"item_nos": account.nos(MANY)}))
    for shade, no in enumerate(account.nos(MANY)):
        account.erp.put(f"/v1/items/{no}/images", {"images": [{"url": account.shelf.put(no, a_png(shade))}]})
    account.desk.forget_calls()


def _stock(account: Account) -> None:
    nos = account.nos(5)
    products = [a_stocked_product(number, sku=no, levels={HERE: 1}) for number, no in enumerate(nos, start=701)]
    account.desk.put(locations=[{"id": f"gid://shopify/Location/{HERE}", "name": "Here"}], products=products)
    _items(account, 5)
    account.erp.put(
        f"/v1/shops/{account.code}/location-mappings/{HERE}", {"location_code": "BLUE", "stock_calculation": "on_hand"}
    )
    levels = [{"item_no": no, "location_code": "BLUE", "quantity": "7"} for no in nos]
    account.erp.post("/v1/inventory-levels/batch", {"items": levels})


def _catalog_with_prices(account: Account) -> None:
    _items(account)
    account.erp.end_of(account.starts("exports/items", {"item_nos": account.nos(MANY)}))
    account.desk.put(companyCatalogs=[a_catalog()], priceLists=[a_list()])
    account.erp.put(f"/v1/shops/{account.code}/catalogs/{CATALOG}", {"price_group": account.code})
    told = {"price_group": account.code, "currency": "EUR", "price": "6.00"}
    account.erp.post("/v1/prices/batch", {"items": [told | {"item_no": no} for no in account.nos(MANY)]})


def _companies(account: Account) -> None:
    account.desk.put(shop={"plan": {"publicDisplayName": "Shopify Plus", "shopifyPlus": True}})
    _customers(account)
    account.erp.end_of(account.starts("exports/companies", {"customer_nos": account.nos(3)}))


def _payouts(account: Account) -> None:
    account.desk.put(
        payouts=[a_payout(number, "10.00", day=number) for number in (1, 2, 3)],
        balanceTransactions=[a_movement(10 + number, number, "10.00") for number in (1, 2, 3)],
    )


def _bulk_operations(account: Account) -> int:
    return sum(call["operation"] == "BulkChangeStart" for call in account.desk.calls())


def _products(account: Account) -> list[tuple[str, str]]:
    return sorted((each["title"], each["variants"][0]["price"]) for each in account.at_store("products"))


def _on_hand(account: Account) -> list[int]:
    levels = [
        level
        for product in account.at_store("products")
        for variant in product["variants"]
        for level in variant["inventoryItem"]["inventoryLevels"]
    ]
    return [each["quantity"] for level in levels for each in level["quantities"] if each["name"] == "on_hand"]


EXCHANGES: Mapping[str, Exchange] = {
    "customers to the store": Exchange(
        acts=(Act.RECORD_BEGIN, Act.RECORD_LINK, Act.RECORD_NOTE),
        settings={},
        prepare=_customers,
        start=lambda account: account.starts("exports/customers", {"customer_nos": account.nos(3)}),
        outcome=lambda account: (
            len(account.at_store("customers")),
            len(list(account.erp.every(f"/v1/shops/{account.code}/store-customers"))),
        ),
        expected=(3, 3),
    ),
    "customers from the store": Exchange(
        acts=(Act.RECORD_TAKE,),
        settings={
            "customers": {"import": "all", "auto_create": True, "template_code": "WEB", "mapping": "by_email_phone"},
        },
        prepare=_store_customers,
        start=lambda account: account.starts("tasks/sync_customers/runs"),
        outcome=lambda account: sum(each["shop"] == account.code for each in account.erp.every("/v1/new-customers")),
        expected=3,
    ),
    "companies to the store": Exchange(
        acts=(Act.RECORD_BEGIN, Act.RECORD_LINK, Act.RECORD_NOTE),
        settings={},
        prepare=_customers,
        start=lambda account: account.starts("exports/companies", {"customer_nos": account.nos(3)}),
        outcome=lambda account: (
            len(account.at_store("companies")),
            [len(each["locations"]) for each in account.at_store("companies")],
            [len(each["contacts"]) for each in account.at_store("companies")],
        ),
        expected=(3, [1, 1, 1], [1, 1, 1]),
    ),
    "products": Exchange(
        acts=(Act.PRODUCT_BEGIN, Act.PRODUCT_NOTE),
        settings={},
        prepare=_items,
        start=lambda account: account.starts("exports/items", {"item_nos": account.nos(MANY)}),
        outcome=lambda account: (
            len(_products(account)),
            len(set(_products(account))),
            len(list(account.erp.every(f"/v1/shops/{account.code}/store-variants"))),
            # What was asked for by name is sent again when it is asked for again, and only then.
            _bulk_operations(account),
        ),
        expected=(MANY, MANY, MANY, 2),
    ),
    "prices": Exchange(
        acts=(Act.PRODUCT_NOTE,),
        settings={"items": {"export": "selected"}},
        prepare=_products_with_prices,
        start=lambda account: account.starts("tasks/sync_prices/runs"),
        outcome=lambda account: ({price for _, price in _products(account)}, _bulk_operations(account)),
        expected=({"6.00"}, 1),
    ),
    "pictures": Exchange(
        acts=(Act.PICTURE_BEGIN, Act.PRODUCT_NOTE),
        settings={"items": {"export": "selected"}},
        prepare=_products_with_pictures,
        start=lambda account: account.starts("tasks/sync_images/runs"),
        outcome=lambda account: (
            [len(each["media"]) for each in account.at_store("products")],
            _bulk_operations(account),
        ),
        expected=([1] * MANY, 1),
    ),
    "stock": Exchange(
        acts=(Act.STOCK_CLAIM, Act.STOCK_NOTE),
        settings={"items": {"sku_mapping": "item_no"}},
        prepare=_stock,
        start=lambda account: account.starts("tasks/sync_inventory/runs"),
        outcome=_on_hand,
        expected=[7] * 5,
    ),
    "catalog prices": Exchange(
        acts=(Act.CATALOG_PRICE_BEGIN, Act.CATALOG_PRICE_SEND, Act.CATALOG_PRICE_NOTE),
        settings={},
        prepare=_catalog_with_prices,
        start=lambda account: account.starts("tasks/sync_catalog_prices/runs"),
        outcome=lambda account: [
            (len(each["prices"]), {price["price"]["amount"] for price in each["prices"]})
            for each in account.at_store("priceLists")
        ],
        expected=[(MANY, {"6"})],
    ),
    "catalogs of companies": Exchange(
        acts=(Act.CATALOG_BEGIN, Act.CATALOG_MAKE, Act.CATALOG_NOTE),
        settings={"companies": {"auto_create_catalog": True}},
        prepare=_companies,
        start=lambda account: account.starts("tasks/sync_catalogs/runs"),
        outcome=lambda account: (
            len(account.at_store("companyCatalogs")),
            len(account.at_store("priceLists")),
            sum(each["price_group"] is not None for each in account.erp.every(f"/v1/shops/{account.code}/catalogs")),
        ),
        expected=(3, 3, 3),
    ),
    "payouts": Exchange(
        acts=(Act.PAYOUT_NOTE,),
        settings={},
        prepare=_payouts,
        start=lambda account: account.starts("tasks/sync_payouts/runs"),
        outcome=lambda account: sorted(
            (each["shopify_id"], each["difference"]) for each in account.erp.every("/v1/payouts", shop=account.code)
        ),
        expected=[("1", "0.00"), ("2", "0.00"), ("3", "0.00")],
    ),
}

ACTS_OF_EXCHANGES = frozenset(act for exchange in EXCHANGES.values() for act in exchange.acts)
