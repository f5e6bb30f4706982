"""The ERP's articles as the ERP tells them, and the codes by which an order line finds them (P31)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class CodeKind(StrEnum):
    ITEM_NO = "item_no"
    SKU = "sku"
    BARCODE = "barcode"
    VENDOR_ITEM_NO = "vendor_item_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVariant:
    code: str
    description: str = ""
    sku: str | None = None
    barcodes: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """Names and values by which a buyer chooses it, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    no: str
    description: str = ""
    base_unit: str | None = None
    sku: str | None = None
    vendor_item_no: str | None = None
    barcodes: tuple[str, ...] = ()
    unit_price: Decimal | None = None
    blocked: bool = False
    vendor: str | None = None
    category: str | None = None
    text_html: str | None = None
    net_weight: Decimal | None = None
    """In kilograms."""
    hs_code: str | None = None
    origin_country_code: str | None = None
    variants: tuple[ItemVariant, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class ItemCode:
    """``variant_code`` empty = the item itself; ``code`` is case-folded."""

    kind: CodeKind
    code: str
    variant_code: str = ""


def codes_of(item: Item) -> frozenset[ItemCode]:
    """Everything by which the item or one of its variants is found."""
    found = {ItemCode(CodeKind.ITEM_NO, item.no.casefold())}
    if item.sku:
        found.add(ItemCode(CodeKind.SKU, item.sku.casefold()))
    if item.vendor_item_no:
        found.add(ItemCode(CodeKind.VENDOR_ITEM_NO, item.vendor_item_no.casefold()))
    found |= {ItemCode(CodeKind.BARCODE, code.casefold()) for code in item.barcodes}
    for variant in item.variants:
        if variant.sku:
            found.add(ItemCode(CodeKind.SKU, variant.sku.casefold(), variant.code))
        found |= {ItemCode(CodeKind.BARCODE, code.casefold(), variant.code) for code in variant.barcodes}
    return frozenset(found)
