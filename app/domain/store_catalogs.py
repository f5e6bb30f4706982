"""Catalogs of a store: what Shopify says of them, which of the ERP's prices each is given, and what of it is to be sent
(P76, P77, PRD-30).

Knows neither how a catalog is read nor how a price is set there.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.identifiers import ShopifyId
from app.domain.products import ItemPrice, PricesOfItem, fingerprint, told_price

LONGEST_TITLE: Final = 255
NOT_SURE: Final = ""
"""In place of the fingerprint of what was sent: a price of ours may stand there, nobody knows which."""


class CatalogType(StrEnum):
    COMPANY = "company"
    MARKET = "market"


class CatalogStatus(StrEnum):
    ACTIVE = "active"
    DRAFT = "draft"
    ARCHIVED = "archived"
    NOT_AT_STORE = "not_at_store"
    """It was deleted there, or never was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogMarket:
    market_id: ShopifyId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogLocation:
    """A company location that buys from a catalog. Its name may be a person's address, so only ids are kept."""

    location_id: ShopifyId
    company_id: ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFacts:
    """What the store says of a catalog. ``adjustment`` in percent on the store's own prices, negative = cheaper;
    ``fixed_prices``: how many prices of its list are fixed. None of a publication = not told, or there is none.
    """

    catalog_id: ShopifyId
    title: str
    type: str
    status: str
    price_list_id: ShopifyId | None = None
    currency: str | None = None
    adjustment: Decimal | None = None
    fixed_prices: int | None = None
    publication_id: ShopifyId | None = None
    locations: tuple[CatalogLocation, ...] = ()
    markets: tuple[CatalogMarket, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCatalog:
    """A catalog in a shop: the ERP's price group that it is given, and what the store last told (None = not yet)."""

    catalog_id: ShopifyId
    price_group: str | None = None
    told: CatalogFacts | None = None


@dataclass(frozen=True, slots=True, order=True)
class CatalogPriceKey:
    """Whose price: the ERP's word for who buys (a customer's number, a price group), the ISO currency, the item and its
    variant (empty = the item, and each variant without a price of its own).
    """

    price_group: str
    currency: str
    item_no: str
    variant_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVariant:
    """A store variant as far as it concerns a catalog. ``item_no`` None = it is linked to no item any more; ``prices``
    are what the ERP told for its item in the catalog's group and currency; ``sent`` None = nothing of ours is there.
    """

    store_variant_id: ShopifyId
    item_no: str | None = None
    variant_code: str = ""
    blocked: bool = False
    prices: PricesOfItem | None = None
    sent: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceToSet:
    """``sent`` is the fingerprint under which it is remembered."""

    store_variant_id: ShopifyId
    price: Decimal
    compare_at_price: Decimal | None
    sent: str


class NothingToDo(StrEnum):
    UNCHANGED = "unchanged"
    WITHOUT_PRICE = "without_price"
    BLOCKED = "blocked"
    """The price of a blocked item is left as it is (PRD-30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceToRemove:
    """A price of ours that the ERP took away: the list's own adjustment applies again."""

    store_variant_id: ShopifyId


PriceMove = PriceToSet | PriceToRemove | NothingToDo


def price_move(variant: ListedVariant, *, price_list_id: ShopifyId, currency: str) -> PriceMove:
    """What is to be done about a variant in a price list. What the merchant fixed there by hand is not ours to remove;
    where the ERP tells a price, the ERP's counts.
    """
    if variant.blocked:
        return NothingToDo.BLOCKED
    wanted = told_price(variant.variant_code, variant.prices or {}, shop_id="") or ItemPrice()
    if variant.item_no is None or wanted.price is None:
        gone = variant.sent is not None
        return PriceToRemove(store_variant_id=variant.store_variant_id) if gone else NothingToDo.WITHOUT_PRICE
    sent = fingerprint(price_list_id, currency, wanted.price, wanted.compare_at_price)
    if variant.sent == sent and not variant.failed:
        return NothingToDo.UNCHANGED
    return PriceToSet(
        store_variant_id=variant.store_variant_id,
        price=wanted.price,
        compare_at_price=wanted.compare_at_price,
        sent=sent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPriced:
    """Why no price of a catalog is sent, in words with what to do."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListToFill:
    catalog_id: ShopifyId
    price_list_id: ShopifyId
    price_group: str
    currency: str
    fixed_prices: int


def list_to_fill(catalog: StoreCatalog, told_in: frozenset[str]) -> PriceListToFill | NotPriced | None:
    """The price list of a catalog that has a price group; None = it has none, or is archived. ``told_in``: the
    currencies in which the ERP tells prices of that group; a list takes only those of its own (PRD-30).
    """
    group, facts = catalog.price_group, catalog.told
    if group is None or (facts is not None and facts.status == CatalogStatus.ARCHIVED):
        return None
    if facts is None or facts.status == CatalogStatus.NOT_AT_STORE:
        detail = "The store has no such catalog. Delete the entry, or correct its id."
        return NotPriced(reason="catalog_not_at_store", detail=detail)
    if facts.price_list_id is None or facts.currency is None:
        detail = "The catalog has no price list. Give it one at Shopify; the next run fills it."
        return NotPriced(reason="no_price_list", detail=detail)
    if told_in and facts.currency not in told_in:
        detail = (
            f"The price list is in {facts.currency}; prices of {group} are told in {', '.join(sorted(told_in))}. Tell"
            f" them in {facts.currency}, too, or give the catalog another price group."
        )
        return NotPriced(reason="currency_differs", detail=detail)
    return PriceListToFill(
        catalog_id=catalog.catalog_id,
        price_list_id=facts.price_list_id,
        price_group=group,
        currency=facts.currency,
        fixed_prices=facts.fixed_prices or 0,
    )


def title_for(company_name: str, customer_no: str) -> str:
    """What a company's own catalog and its price list are called. The number makes it the only one: Shopify lets no two
    price lists have one name.
    """
    ending = f" ({customer_no})"
    return f"{company_name.strip()[: LONGEST_TITLE - len(ending)]}{ending}"
