"""The goods, customers, locations and companies that generated orders refer to, made from a seed.

Products carry real-looking SKUs and EAN-13 barcodes; a few are tagged `not-in-erp`, so that a connector meets variants
that nobody linked. Customers are consumers, some without e-mail. Knows nothing of orders.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.store_simulator.orders.companies import companies_state
from app.store_simulator.orders.markets import MARKETS, Market, Place
from app.store_simulator.orders.money import JsonObject, euros_to, scale_of, to_minor, to_text
from app.store_simulator.orders.nodes import gid
from app.store_simulator.orders.people import COLOURS, FIRST_NAMES, GOODS, LAST_NAMES, LOCATIONS, SIZES

UNLINKED_TAG = "not-in-erp"
REDUCED_RATE_TYPES = frozenset({"Food", "Garden"})

_CREATED = "2026-01-05T08:00:00Z"
_FIRST_PRODUCT = 8_100_000_000
_FIRST_VARIANT = 44_100_000_000
_FIRST_CUSTOMER = 7_300_000_000
_FIRST_LOCATION = 61_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchandise:
    """One variant as an order line needs it; prices in minor units of the catalogue's currency."""

    product: JsonObject
    variant: JsonObject
    price: int
    linked: bool
    gift_card: bool
    reduced_rate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a store holds besides orders, as state, and by use."""

    currency: str
    products: list[JsonObject]
    customers: list[JsonObject]
    locations: list[JsonObject]
    goods: tuple[Merchandise, ...]
    unlinked: tuple[Merchandise, ...]
    gift_cards: tuple[Merchandise, ...]

    def as_state(self) -> JsonObject:
        """The part of a store's state that this catalogue is, by kind."""
        return {
            "products": self.products,
            "customers": self.customers,
            "locations": self.locations,
            "companies": companies_state(),
        }


def generate_catalogue(
    seed: int, *, products: int = 40, customers: int = 80, locations: int = 3, currency: str = "EUR"
) -> Catalogue:
    """Make products with variants, consumers and 2 to 4 locations. Equal arguments give equal state."""
    rng = random.Random(f"catalogue:{seed}:{currency}")  # noqa: S311 - invented goods, no secret
    made = [_product(rng, index, currency) for index in range(products)]
    cards = _gift_card(products, currency)
    return Catalogue(
        currency=currency,
        products=[*made, cards],
        customers=[_customer(rng, index, currency) for index in range(customers)],
        locations=[_location(index) for index in range(min(max(locations, 2), len(LOCATIONS)))],
        goods=_merchandise(made, currency, linked=True),
        unlinked=_merchandise(made, currency, linked=False),
        gift_cards=_merchandise([cards], currency, linked=True),
    )


def _merchandise(products: Sequence[JsonObject], currency: str, *, linked: bool) -> tuple[Merchandise, ...]:
    return tuple(
        Merchandise(
            product=product,
            variant=variant,
            price=to_minor(variant["price"], currency),
            linked=linked,
            gift_card=product["isGiftCard"],
            reduced_rate=product["productType"] in REDUCED_RATE_TYPES,
        )
        for product in products
        if (UNLINKED_TAG not in product["tags"]) is linked
        for variant in product["variants"]
    )


def _product(rng: random.Random, index: int, currency: str) -> JsonObject:
    title, kind, cents = GOODS[index % len(GOODS)]
    edition = index // len(GOODS)
    number = _FIRST_PRODUCT + index
    unlinked = index % 13 == 12
    product = _product_head(number, f"{title} {edition + 1}" if edition else title, kind)
    product["tags"] = [UNLINKED_TAG] if unlinked else []
    options = _variant_options(rng, kind)
    for position, names in enumerate(options, start=1):
        base = cents + 100 * edition + (position - 1) * rng.choice((0, 0, 150))
        sku = f"{'NEW' if unlinked else kind[:3].upper()}-{index:03d}" + (
            f"-{position:02d}" if len(options) > 1 else ""
        )
        product["variants"].append(_variant(product, index * 20 + position, names, sku, _price(base, currency)))
    product["hasOnlyDefaultVariant"] = len(options) == 1
    return product


def _variant_options(rng: random.Random, kind: str) -> list[tuple[tuple[str, str], ...]]:
    if kind == "Clothing":
        return [(("Colour", colour), ("Size", size)) for colour in COLOURS[:2] for size in SIZES]
    if rng.random() < 0.5:
        return [(("Colour", colour),) for colour in COLOURS[: rng.randint(2, 4)]]
    return [(("Title", "Default Title"),)]


def _product_head(number: int, title: str, kind: str) -> JsonObject:
    return {
        "id": gid("Product", number),
        "legacyResourceId": str(number),
        "title": title,
        "handle": "".join(char if char.isalnum() else "-" for char in title.lower()),
        "productType": kind,
        "vendor": "Orchard & Mill",
        "status": "ACTIVE",
        "isGiftCard": False,
        "tags": [],
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "variants": [],
    }


def _variant(
    product: JsonObject, serial: int, names: tuple[tuple[str, str], ...], sku: str | None, price: str
) -> JsonObject:
    number = _FIRST_VARIANT + serial
    title = " / ".join(value for _, value in names)
    single = title == "Default Title"
    return {
        "id": gid("ProductVariant", number),
        "legacyResourceId": str(number),
        "title": title,
        "displayName": product["title"] if single else f"{product['title']} - {title}",
        "sku": sku,
        "barcode": _ean13(400_638_000_000 + serial),
        "price": price,
        "taxable": not product["isGiftCard"],
        "position": len(product["variants"]) + 1,
        "selectedOptions": [{"name": name, "value": value} for name, value in names],
        "inventoryQuantity": 50 + serial % 40,
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "inventoryItem": {
            "id": gid("InventoryItem", number + 1_000_000),
            "legacyResourceId": str(number + 1_000_000),
            "sku": sku,
            "tracked": not product["isGiftCard"],
            "requiresShipping": not product["isGiftCard"],
        },
        "product": {"id": product["id"], "legacyResourceId": product["legacyResourceId"], "title": product["title"]},
    }


def _gift_card(index: int, currency: str) -> JsonObject:
    product = _product_head(_FIRST_PRODUCT + index, "Gift Card", "Gift Cards")
    product["isGiftCard"] = True
    for position, cents in enumerate((2500, 5000, 10000), start=1):
        price = _price(cents, currency)
        names = (("Denomination", f"{price} {currency}"),)
        product["variants"].append(_variant(product, index * 20 + position, names, None, price))
    product["hasOnlyDefaultVariant"] = False
    return product


def _price(euro_cents: int, currency: str) -> str:
    """A price as merchants set it: converted, with two significant steps left for currencies without decimals."""
    minor = int(euro_cents * euros_to(currency) * 10 ** scale_of(currency) / 100)
    if scale_of(currency) == 0:
        minor = max(10, round(minor / 10) * 10)
    return to_text(minor, currency)


def _ean13(stem: int) -> str:
    digits = str(stem)
    odd_even = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-odd_even % 10)


def _customer(rng: random.Random, index: int, currency: str) -> JsonObject:
    number = _FIRST_CUSTOMER + index
    home = [market for market in MARKETS if market.currency == currency]
    market = rng.choice(home) if home and rng.random() < 0.6 else rng.choice(MARKETS)
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    phone = f"{market.calling_code}{5_550_000 + index}"
    by_phone_only = index % 9 == 4
    address = address_in(rng, market, first, last)
    address["id"] = gid("MailingAddress", number * 10)
    return {
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "firstName": first,
        "lastName": last,
        "displayName": f"{first} {last}",
        "defaultEmailAddress": None if by_phone_only else {"emailAddress": f"buyer{index}@example.com"},
        "defaultPhoneNumber": {"phoneNumber": phone} if by_phone_only or index % 3 == 0 else None,
        "locale": market.locale,
        "state": "ENABLED" if index % 2 else "DISABLED",
        "taxExempt": False,
        "tags": [],
        "note": None,
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "defaultAddress": address,
        "addresses": [address],
    }


def address_in(rng: random.Random, market: Market, first: str, last: str, place: Place | None = None) -> JsonObject:
    """A mailing address in a market, as an order or a customer carries it (`countryCodeV2`, no country prefix)."""
    place = place or rng.choice(market.places)
    return {
        "firstName": first,
        "lastName": last,
        "name": f"{first} {last}",
        "company": None,
        "address1": f"{rng.choice(market.streets)} {rng.randint(1, 180)}",
        "address2": f"Apt {rng.randint(1, 40)}" if rng.random() < 0.15 else None,
        "zip": place.zip,
        "city": place.city,
        "province": place.province,
        "provinceCode": place.province_code,
        "country": market.country_name,
        "countryCodeV2": market.country,
        "phone": f"{market.calling_code}{rng.randint(5_550_000, 5_559_999)}" if rng.random() < 0.4 else None,
    }


def _location(index: int) -> JsonObject:
    name, country = LOCATIONS[index]
    market = next(market for market in MARKETS if market.country == country)
    place = market.places[0]
    number = _FIRST_LOCATION + index
    return {
        "id": gid("Location", number),
        "legacyResourceId": str(number),
        "name": name,
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "shipsInventory": True,
        "isFulfillmentService": False,
        "fulfillmentService": None,
        "createdAt": _CREATED,
        "updatedAt": _CREATED,
        "address": {
            "address1": f"{market.streets[0]} 1",
            "address2": None,
            "zip": place.zip,
            "city": place.city,
            "province": place.province,
            "provinceCode": place.province_code,
            "country": market.country_name,
            "countryCode": market.country,
            "phone": None,
        },
    }
