"""Who a generated order is from and where it goes: customer, guest or nobody, and the two addresses.

Order.customer is null for guests and tills; a till order has no address. Knows nothing of goods or money.
"""

import random
from dataclasses import dataclass

from app.store_simulator.orders.catalogue import Catalogue, address_in
from app.store_simulator.orders.markets import MARKETS, Market, Place, markets_of
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.people import COMPANIES, FIRST_NAMES, LAST_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """The person side of an order."""

    market: Market
    place: Place
    customer: JsonObject | None
    email: str | None
    phone: str | None
    shipping_address: JsonObject | None
    billing_address: JsonObject | None


def till_buyer(rng: random.Random, location: JsonObject) -> Buyer:
    """Nobody in particular, in the country of the till."""
    country = location["address"]["countryCode"]
    market = next((market for market in MARKETS if market.country == country), MARKETS[0])
    return Buyer(
        market=market,
        place=rng.choice(market.places),
        customer=None,
        email=None,
        phone=None,
        shipping_address=None,
        billing_address=None,
    )


def online_buyer(
    rng: random.Random, catalogue: Catalogue, currency: str, *, guest: bool, ships: bool, abroad: bool = False
) -> Buyer:
    """A known consumer or a guest, in a country where the customer's currency is used, or in any."""
    market = rng.choice(MARKETS if abroad else markets_of(currency))
    place = rng.choice(market.places)
    customer = None if guest or not catalogue.customers else rng.choice(catalogue.customers)
    first = customer["firstName"] if customer else rng.choice(FIRST_NAMES)
    last = customer["lastName"] if customer else rng.choice(LAST_NAMES)
    email, phone = _contact(rng, customer)
    shipping = address_in(rng, market, first, last, place)
    billing = shipping
    if rng.random() < 0.15:
        billing = address_in(rng, market, first, last)
        billing["company"] = rng.choice(COMPANIES) if rng.random() < 0.5 else None
    return Buyer(
        market=market,
        place=place,
        customer=_reference(customer),
        email=email,
        phone=phone,
        shipping_address=dict(shipping) if ships else None,
        billing_address=dict(billing),
    )


def _contact(rng: random.Random, customer: JsonObject | None) -> tuple[str | None, str | None]:
    if customer is None:
        return f"guest{rng.randint(1000, 9999)}@example.org", None
    email = (customer["defaultEmailAddress"] or {}).get("emailAddress")
    phone = (customer["defaultPhoneNumber"] or {}).get("phoneNumber")
    return email, phone if email is None or rng.random() < 0.3 else None


def _reference(customer: JsonObject | None) -> JsonObject | None:
    if customer is None:
        return None
    names = (
        "id",
        "legacyResourceId",
        "firstName",
        "lastName",
        "displayName",
        "taxExempt",
        "defaultEmailAddress",
        "defaultPhoneNumber",
    )
    return {name: customer[name] for name in names}
