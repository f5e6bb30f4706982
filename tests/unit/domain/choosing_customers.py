"""How tests choose the customer of an order: settings, facts and keys without anything outside the domain."""

from typing import Any

from app.domain.chosen_customers import CustomerChoice, ExistingCustomer
from app.domain.customer_choice import choose_customer
from app.domain.customer_lookup import (
    CustomerFacts,
    CustomerLookup,
    key_of,
    wanted_customers,
)
from app.domain.customers import Customer
from app.domain.mappings import Mappings
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import ShopSettings
from tests.builders import SHOP, address, customer, settings, sid

HOME = address(shopify_id="7101", city="Home")
WORK = address(shopify_id="7102", city="Work", company="Works Ltd")
NO_HAND = OrderMapping()


def lookup(made: Order, shop: ShopSettings, mappings: Mappings, by_hand: OrderMapping = NO_HAND) -> CustomerLookup:
    return wanted_customers(
        made,
        settings=shop,
        mappings=mappings,
        by_hand=by_hand,
        email_key=lambda raw: raw.strip().casefold(),
        phone_key=lambda raw, country: f"{country}{raw}",
    )


def choice(
    made: Order,
    *,
    mappings: Mappings | None = None,
    by_hand: OrderMapping = NO_HAND,
    companies: dict[str, Any] | None = None,
    may_create: bool | None = None,
    known: dict[str, Any] | None = None,
    **customers: Any,
) -> CustomerChoice:
    """The choice with these settings of ``customers`` and these facts known."""
    shop = settings(customers=customers, companies=companies or {})
    tables = mappings or Mappings()
    return choose_customer(
        made,
        shop_id=SHOP,
        settings=shop,
        mappings=tables,
        facts=CustomerFacts(**(known or {})),
        wanted=lookup(made, shop, tables, by_hand),
        by_hand=by_hand,
        may_create=may_create,
    )


def numbers(found: CustomerChoice) -> tuple[str | None, str | None]:
    assert isinstance(found.sell_to, ExistingCustomer), found
    assert isinstance(found.bill_to, ExistingCustomer), found
    return found.sell_to.no, found.bill_to.no


def only(found: CustomerChoice) -> ProblemCode:
    (problem,) = found.problems
    assert (found.sell_to, found.bill_to) == (None, None)
    assert all((problem.detail, problem.remedy, problem.waits_for))
    return problem.code


def steps(found: CustomerChoice) -> list[tuple[str, str]]:
    return [(each.rule, each.outcome.value) for each in found.explanation]


def by_key(made: Order, *found: Customer, **customers: Any) -> dict[str, tuple[Customer, ...]]:
    assert made.bill_to_address is not None
    key = key_of(made.bill_to_address, settings(customers=customers).customers)
    assert key is not None
    return {key: found}


LINKED = {"store_customer_links": {sid(7000): customer("LINK")}}
D000 = {"D000": customer("D000")}
