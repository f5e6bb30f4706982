"""Fills a store with generated orders and the goods, people and places they refer to.

The orders themselves are made by app.store_simulator.orders; here they enter a store.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from app.store_simulator.gift_cards import cards_of
from app.store_simulator.ids import number_of
from app.store_simulator.loading import Loader
from app.store_simulator.orders import PRESETS, Catalogue, GeneratorOptions, generate_catalogue, generate_orders, life
from app.store_simulator.state import Store, Values

MOST_ORDERS = 100_000


class GenerateError(ValueError):
    """The wish cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    summary: Values
    events: list[tuple[str, Values]]


def generate(store: Store, loader: Loader, given: Values) -> Generated:
    count = given.get("count", 1)
    if not isinstance(count, int) or not 0 < count <= MOST_ORDERS:
        raise GenerateError(f"count must be between 1 and {MOST_ORDERS}")
    seed = int(given.get("seed", 1))
    currency = given.get("shopCurrency") or store.shop["currencyCode"]
    catalogue = _catalogue(seed, currency, given.get("catalogue") or {})
    for kind, items in catalogue.as_state().items():
        loader.put_objects(store, kind, items)
    orders = generate_orders(
        seed=seed,
        count=count,
        catalogue=catalogue,
        start=_start(store, given, count),
        first_number=int(given.get("firstNumber") or 1001 + len(store.all("Order"))),
        options=_options(given),
        shop_currency=currency,
        spacing=_spacing(given),
    )
    events: list[tuple[str, Values]] = []
    for order in orders:
        cards = cards_of(order)
        loader.put_finished_order(store, order)
        loader.put_objects(store, "giftCards", cards)
        events.extend((topic, order) for topic in life.create(order))
    unlinked = sorted({variant for item in catalogue.unlinked for variant in _ids(item)})
    summary = {
        "orders": len(orders),
        "firstNumber": orders[0]["number"],
        "ids": [number_of(order["id"]) for order in orders],
        "unlinkedVariants": unlinked,
    }
    return Generated(summary=summary, events=events)


def _catalogue(seed: int, currency: str, sizes: Values) -> Catalogue:
    known = {"products", "customers", "locations", "seed"}
    if set(sizes) - known:
        raise GenerateError(f"catalogue knows {', '.join(sorted(known))} only")
    wanted = {name: int(value) for name, value in sizes.items() if name != "seed"}
    return generate_catalogue(int(sizes.get("seed", seed)), currency=currency, **wanted)


def _ids(item: Any) -> list[str]:
    variant = getattr(item, "variant", None)
    return [number_of(variant["id"])] if isinstance(variant, dict) and variant.get("id") else []


def _spacing(given: Values) -> timedelta:
    return timedelta(seconds=float(given.get("spacingSeconds", 420)))


def _start(store: Store, given: Values, count: int) -> datetime:
    """Unless told otherwise the last order was placed just now."""
    if given.get("start"):
        return datetime.fromisoformat(given["start"])
    return store.clock.now().replace(microsecond=0) - _spacing(given) * count - timedelta(minutes=5)


def _options(given: Values) -> GeneratorOptions:
    preset = given.get("preset", "default")
    if preset not in PRESETS:
        raise GenerateError(f"preset must be one of {', '.join(PRESETS)}")
    wishes = given.get("options") or {}
    known = {item.name for item in fields(GeneratorOptions)}
    if set(wishes) - known:
        raise GenerateError(f"unknown options: {', '.join(sorted(set(wishes) - known))}")
    made: Values = {name: tuple(value) if isinstance(value, list) else value for name, value in wishes.items()}
    return replace(PRESETS[preset], **made)
