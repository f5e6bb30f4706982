"""Makes realistic orders from a seed: what a store's day looks like, exact to the minor unit in both currencies.

An order is placed here with everything it has at checkout, then aged by `life`, so generated and changed orders follow
the same rules. Each order depends only on seed and number: more of them never changes the earlier ones. How single
parts look is decided in `discounts`, `taxes`, `parties`, `checkout`; what becomes of orders in `ageing`.
"""

import random
from datetime import datetime, timedelta

from app.store_simulator.orders.ageing import age
from app.store_simulator.orders.catalogue import Catalogue
from app.store_simulator.orders.checkout import Checkout
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.options import PRESETS, GeneratorOptions, weighted

_FIRST_ORDER = 6_000_000_000


def generate_orders(
    *,
    seed: int,
    count: int,
    catalogue: Catalogue,
    start: datetime,
    first_number: int = 1001,
    options: GeneratorOptions | str = "default",
    shop_currency: str | None = None,
    spacing: timedelta = timedelta(minutes=7),
) -> list[JsonObject]:
    """Place `count` orders from `start` on, numbered from `first_number`, oldest first.

    `options` is a preset's name (`default`, `typical`, `day`, `everything`) or the options themselves. `shop_currency`
    fixes the currency the shop keeps its books in; otherwise the options' weights decide. Equal arguments give equal
    orders.
    """
    chosen = PRESETS[options] if isinstance(options, str) else options
    return [
        _generate_order(seed, first_number + index, catalogue, start + spacing * index, chosen, shop_currency)
        for index in range(count)
    ]


def _generate_order(
    seed: int,
    number: int,
    catalogue: Catalogue,
    start: datetime,
    options: GeneratorOptions,
    shop_currency: str | None,
) -> JsonObject:
    rng = random.Random(f"order:{seed}:{number}")  # noqa: S311 - invented orders, no secret
    placed_at = start + timedelta(seconds=rng.randint(0, 300))
    shop = shop_currency or weighted(rng, options.shop_currencies)
    presentment = weighted(rng, options.presentment_currencies) if options.presentment_currencies else shop
    checkout = Checkout(
        rng=rng,
        options=options,
        catalogue=catalogue,
        shop_currency=shop,
        presentment_currency=presentment,
        order_id=_FIRST_ORDER + number,
        number=number,
        placed_at=placed_at,
    )
    order = checkout.place()
    age(order, rng=rng, options=options, catalogue=catalogue, at=placed_at)
    return order
