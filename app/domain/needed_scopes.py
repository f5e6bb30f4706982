"""Which access scopes each feature of a shop takes, and what is lost without them (P03).

What documents of an order cannot do without is known to the store's adapter; here is what a person is told.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from app.domain.shop_settings import ShopSettings

Enabled = Callable[[ShopSettings, Collection[str]], bool]
"""By the shop's settings and the tasks that are scheduled for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something a shop does with its store. ``any_of`` = one of these scopes is enough."""

    name: str
    any_of: tuple[str, ...]
    without: str
    """What happens, or does not, while none is granted."""
    enabled: Enabled


def _always(_settings: ShopSettings, _tasks: Collection[str]) -> bool:
    return True


def _scheduled(task: str) -> Enabled:
    return lambda _settings, tasks: task in tasks


CATALOG_TASKS = ("sync_catalogs", "sync_catalog_prices")

FEATURES: tuple[Feature, ...] = (
    Feature(name="orders", any_of=("read_orders",), without="No order is imported.", enabled=_always),
    Feature(name="buyers", any_of=("read_customers",), without="No order is imported.", enabled=_always),
    Feature(name="products", any_of=("read_products",), without="No order is imported.", enabled=_always),
    Feature(
        name="locations",
        any_of=("read_locations", "read_inventory"),
        without="Orders that name a location are not imported.",
        enabled=_always,
    ),
    Feature(
        name="fulfilment orders",
        any_of=(
            "read_merchant_managed_fulfillment_orders",
            "read_assigned_fulfillment_orders",
            "read_third_party_fulfillment_orders",
        ),
        without="No order is imported.",
        enabled=_always,
    ),
    Feature(
        name="older orders",
        any_of=("read_all_orders",),
        without="Orders older than 60 days are out of reach.",
        enabled=_always,
    ),
    Feature(
        name="returns",
        any_of=("read_returns",),
        without="Returns are unknown, and exchanges are not told from other lines.",
        enabled=_always,
    ),
    Feature(
        name="payment terms",
        any_of=("read_payment_terms",),
        without="Documents carry no payment terms and no due date.",
        enabled=_always,
    ),
    Feature(
        name="delivery profiles",
        any_of=("read_shipping",),
        without="Ways of shipping are known from orders only, and provinces are not pulled.",
        enabled=_always,
    ),
    Feature(
        name="gift cards",
        any_of=("read_gift_cards",),
        without="The list of gift cards is empty; documents are right all the same.",
        enabled=_always,
    ),
    Feature(
        name="companies",
        any_of=("read_companies", "read_customers"),
        without="Orders of companies are not mapped.",
        enabled=lambda settings, _tasks: settings.companies.import_ != "none",
    ),
    Feature(
        name="writing to orders",
        any_of=("write_orders",),
        without="The ERP's number is not written back, finished orders are not closed, and no order can be acted on.",
        enabled=lambda settings, _tasks: settings.orders.write_document_number or settings.orders.close_finished_orders,
    ),
    Feature(
        name="shipments",
        any_of=(
            "write_merchant_managed_fulfillment_orders",
            "write_assigned_fulfillment_orders",
            "write_third_party_fulfillment_orders",
        ),
        without="Shipments of the ERP are not sent.",
        enabled=_always,
    ),
    Feature(
        name="customers to the store",
        any_of=("write_customers",),
        without="No customer is exported.",
        enabled=lambda settings, _tasks: settings.customers.export != "none" or settings.customers.update_store,
    ),
    Feature(
        name="companies to the store",
        any_of=("write_companies", "write_customers"),
        without="No company is exported.",
        enabled=lambda settings, _tasks: settings.companies.update_store,
    ),
    Feature(
        name="products to the store",
        any_of=("write_products",),
        without="No product and no price is exported.",
        enabled=lambda _settings, tasks: bool({"sync_products", "sync_prices", "sync_images"} & set(tasks)),
    ),
    Feature(
        name="stock to the store",
        any_of=("write_inventory",),
        without="No quantity is exported.",
        enabled=_scheduled("sync_inventory"),
    ),
    Feature(
        name="catalogs of markets",
        any_of=("read_markets",),
        without="Catalogs of markets are not listed, and get no prices.",
        enabled=lambda _settings, tasks: bool(set(CATALOG_TASKS) & set(tasks)),
    ),
    Feature(
        name="catalog prices to the store",
        any_of=("write_products",),
        without="No price of a catalog is exported.",
        enabled=_scheduled("sync_catalog_prices"),
    ),
    Feature(
        name="catalogs for companies",
        any_of=("write_products",),
        without="No company is given a catalog.",
        enabled=lambda settings, _tasks: settings.companies.auto_create_catalog,
    ),
    Feature(
        name="publications of catalogs",
        any_of=("write_publications",),
        without="A catalog that is made for a company shows what the sales channel shows.",
        enabled=lambda settings, _tasks: settings.companies.auto_create_catalog,
    ),
    Feature(
        name="payouts",
        any_of=("read_shopify_payments_payouts", "read_shopify_payments"),
        without="No payout is imported.",
        enabled=_scheduled("sync_payouts"),
    ),
    Feature(
        name="disputes",
        any_of=("read_shopify_payments_disputes", "read_shopify_payments"),
        without="No dispute is imported.",
        enabled=_scheduled("sync_payouts"),
    ),
)


def lacking(settings: ShopSettings, tasks: Collection[str], granted: Collection[str]) -> Iterator[Feature]:
    """The features that are on and lack their scopes. A scope to write includes the one to read."""
    held = {*granted, *(f"read_{scope.removeprefix('write_')}" for scope in granted if scope.startswith("write_"))}
    return (each for each in FEATURES if each.enabled(settings, tasks) and held.isdisjoint(each.any_of))
