"""What an item is as a product of a store: title, options, variants, codes, prices; or why it cannot be one (P70).

Rules: reference PRD-2…5, PRD-10, JOB-38. Knows neither how a product is sent nor what stands at the store.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Final

from app.domain.catalogue import Item, ItemVariant
from app.domain.identifiers import ShopifyId
from app.domain.shop_settings import BlockedItem, ItemSettings, SkuMapping
from app.domain.text_folding import fold

MOST_VARIANTS: Final = 2048
MOST_OPTIONS: Final = 3
LONGEST_NAME: Final = 255
_NO_HANDLE: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPrice:
    """What the ERP says something costs; None = it does not say."""

    price: Decimal | None = None
    compare_at_price: Decimal | None = None
    unit_cost: Decimal | None = None

    @property
    def shown(self) -> "ItemPrice":
        """As a store shows it: what is not higher than the price is nothing to compare with (PRD-10)."""
        compared = self.compare_at_price
        if compared is not None and (self.price is None or compared <= self.price):
            compared = None
        return ItemPrice(price=self.price, compare_at_price=compared, unit_cost=self.unit_cost)


@dataclass(frozen=True, slots=True, order=True)
class PriceKey:
    """``variant_code`` empty = the item itself; ``shop_id`` empty = every shop."""

    variant_code: str
    shop_id: str


PricesOfItem = Mapping[PriceKey, ItemPrice]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedVariant:
    """``code`` empty = the item itself. ``options`` are names and values."""

    code: str
    options: tuple[tuple[str, str], ...] = ()
    sku: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProduct:
    """A product as the ERP wants it. ``status``: active, draft, unlisted, archived; None = it stays as it is.
    ``net_weight`` in kilograms.
    """

    item_no: str
    title: str
    text_html: str | None
    vendor: str | None
    category: str | None
    status: str | None
    variants: tuple[WantedVariant, ...]
    net_weight: Decimal | None
    hs_code: str | None
    origin_country_code: str | None

    @property
    def options(self) -> tuple[str, ...]:
        """The names of its options; none = it has the one variant that every product has."""
        return tuple(name for name, _ in self.variants[0].options)

    @property
    def handle(self) -> str:
        """Its address at the store when it is made: the store lets no two products have one handle, so by it a product
        is found again of which nobody knows whether it was made.
        """
        words = _NO_HANDLE.sub("-", fold(f"{self.title[:180]} {self.item_no}")).strip("-")
        digest = hashlib.sha256(self.item_no.encode()).hexdigest()[:6]
        return f"{words}-{digest}" if words else digest


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAProduct:
    """Why an item is not sent, in words with what to do."""

    reason: str
    detail: str


def product_of(item: Item, settings: ItemSettings, *, exists: bool) -> WantedProduct | NotAProduct:
    """The product that an item is, or is to become (``exists`` False)."""
    if item.blocked and not exists:
        return NotAProduct(reason="item_blocked", detail="The item is blocked; no product is made of it.")
    if not item.description.strip():
        return NotAProduct(reason="no_description", detail="The item has no description, which is its title.")
    if len(item.variants) > MOST_VARIANTS:
        detail = f"The item has {len(item.variants)} variants; a product has {MOST_VARIANTS} at most."
        return NotAProduct(reason="too_many_variants", detail=detail)
    variants = _variants(item, settings)
    if isinstance(variants, NotAProduct):
        return variants
    return WantedProduct(
        item_no=item.no,
        title=item.description.strip()[:LONGEST_NAME],
        text_html=item.text_html,
        vendor=item.vendor,
        category=item.category,
        status=_status(item, settings, exists=exists),
        variants=variants,
        net_weight=item.net_weight,
        hs_code=item.hs_code,
        origin_country_code=item.origin_country_code,
    )


def _status(item: Item, settings: ItemSettings, *, exists: bool) -> str | None:
    """A product keeps the status that people gave it, unless its item is blocked (PRD-4)."""
    if not item.blocked:
        return None if exists else settings.product_status.value
    return {BlockedItem.NONE: None, BlockedItem.ARCHIVE: "archived", BlockedItem.DRAFT: "draft"}[settings.blocked]


def _variants(item: Item, settings: ItemSettings) -> tuple[WantedVariant, ...] | NotAProduct:
    if not item.variants:
        barcode = item.barcodes[0] if item.barcodes else ""
        return (WantedVariant(code="", sku=sku_of(item, None, settings), barcode=barcode),)
    named = [_options(variant, item, settings) for variant in item.variants]
    if wrong := _wrong_options(item, named):
        return wrong
    return tuple(
        WantedVariant(
            code=variant.code,
            options=options,
            sku=sku_of(item, variant, settings),
            barcode=variant.barcodes[0] if variant.barcodes else "",
        )
        for variant, options in zip(item.variants, named, strict=True)
    )


def _options(variant: ItemVariant, item: Item, settings: ItemSettings) -> tuple[tuple[str, str], ...]:
    """Its own options, else the one option of all variants, of which the value is the description or the code."""
    if any(each.options for each in item.variants):
        return variant.options
    said = Counter(each.description.strip().casefold() for each in item.variants)
    description = variant.description.strip()
    is_telling = bool(description) and said[description.casefold()] == 1
    return ((settings.variant_option, (description if is_telling else variant.code)[:LONGEST_NAME]),)


def _wrong_options(item: Item, named: list[tuple[tuple[str, str], ...]]) -> NotAProduct | None:
    """JOB-38: too many options, a value missing, or two variants alike."""
    names = tuple(name for name, _ in named[0])
    if len(names) > MOST_OPTIONS:
        detail = f"The variants have {len(names)} options; a product has {MOST_OPTIONS} at most."
        return NotAProduct(reason="too_many_options", detail=detail)
    for variant, options in zip(item.variants, named, strict=True):
        if tuple(name for name, _ in options) != names or not all(value for _, value in options):
            detail = f"The variant {variant.code} must have a value for each of the options {', '.join(names) or '–'}."
            return NotAProduct(reason="option_value_missing", detail=detail)
    said = Counter(tuple(value.casefold() for _, value in options) for options in named)
    alike = [
        variant.code
        for variant, options in zip(item.variants, named, strict=True)
        if said[tuple(value.casefold() for _, value in options)] > 1
    ]
    if alike:
        detail = f"The variants {', '.join(alike[:10])} have the same values of their options."
        return NotAProduct(reason="duplicate_option_values", detail=detail)
    return None


def sku_of(item: Item, variant: ItemVariant | None, settings: ItemSettings) -> str:
    """What a SKU of the store means in the ERP, turned round (PRD-5)."""
    barcodes = variant.barcodes if variant else item.barcodes
    match settings.sku_mapping:
        case SkuMapping.NONE:
            return (variant.sku if variant else item.sku) or ""
        case SkuMapping.ITEM_NO:
            return item.no
        case SkuMapping.ITEM_NO_VARIANT:
            return f"{item.no}{settings.sku_separator}{variant.code}" if variant else item.no
        case SkuMapping.BARCODE:
            return barcodes[0] if barcodes else ""
        case SkuMapping.VENDOR_ITEM_NO:
            return item.vendor_item_no or ""


def price_of(item: Item, variant_code: str, prices: PricesOfItem, *, shop_id: str) -> ItemPrice:
    """The price that the ERP told, else the item's own unit price."""
    return told_price(variant_code, prices, shop_id=shop_id) or ItemPrice(price=item.unit_price)


def told_price(variant_code: str, prices: PricesOfItem, *, shop_id: str) -> ItemPrice | None:
    """The most particular price that the ERP told: of this shop before every shop, of the variant before the item."""
    for key in (
        PriceKey(variant_code, shop_id),
        PriceKey(variant_code, ""),
        PriceKey("", shop_id),
        PriceKey("", ""),
    ):
        if key in prices:
            return prices[key].shown
    return None


def fingerprint(*values: object) -> str:
    """Equal for what would be sent equally; lasts over releases as long as what is sent does."""
    text = json.dumps(values, default=_plain, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    return astuple(value)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredVariant:
    """A variant of the store. ``item_no`` None = no item is known for it; ``weight`` in ``weight_unit``."""

    store_variant_id: ShopifyId
    title: str
    options: tuple[tuple[str, str], ...]
    sku: str
    barcode: str
    price: Decimal
    compare_at_price: Decimal | None
    unit_cost: Decimal | None
    weight: Decimal | None
    weight_unit: str | None
    hs_code: str | None
    origin_country_code: str | None
    item_no: str | None = None
    variant_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredProduct:
    """A product of the store with everything an ERP needs to make an item of it (PRD-16)."""

    store_product_id: str
    title: str
    text_html: str
    vendor: str
    category: str
    status: str
    variants: tuple[DiscoveredVariant, ...]

    @property
    def is_known(self) -> bool:
        return all(variant.item_no is not None for variant in self.variants)


def codes_to_find(products: Iterable[WantedProduct]) -> tuple[set[str], set[str]]:
    """The SKUs and barcodes by which these may already be at the store."""
    variants = [variant for product in products for variant in product.variants]
    return {each.sku for each in variants if each.sku}, {each.barcode for each in variants if each.barcode}
