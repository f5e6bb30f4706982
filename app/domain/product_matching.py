"""Which variant at a store an item variant is, and which product an item is that nobody linked yet (P70).

Pure: given what was found. Rules: links first, then codes, then options; what is not one is told, never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.products import NotAProduct, WantedProduct, WantedVariant


class CodedVariant(Protocol):
    @property
    def shopify_id(self) -> ShopifyId: ...

    @property
    def sku(self) -> str: ...

    @property
    def barcode(self) -> str: ...


class ChosenVariant(CodedVariant, Protocol):
    @property
    def options(self) -> tuple[tuple[str, str], ...]: ...


class FoundAnywhere(CodedVariant, Protocol):
    @property
    def product_id(self) -> ShopifyId: ...


def product_to_adopt(wanted: WantedProduct, found: Iterable[FoundAnywhere]) -> ShopifyId | NotAProduct | None:
    """The one product whose variants carry the codes of this item: SKUs first, barcodes where no SKU is found (PRD-2).

    None = there is none. Two products with one code are told (case 46 of what others ran into).
    """
    known = list(found)
    for code in ("sku", "barcode"):
        codes = {getattr(each, code).casefold() for each in wanted.variants} - {""}
        products = sorted({each.product_id for each in known if getattr(each, code).casefold() in codes})
        if len(products) > 1:
            detail = (
                f"Several products have a {code} of this item: {', '.join(products[:10])}. Link one of their variants"
                " to the item, or mend the codes at Shopify."
            )
            return NotAProduct(reason="ambiguous_products", detail=detail)
        if products:
            return products[0]
    return None


def matched(
    wanted: WantedProduct, present: Sequence[ChosenVariant], links: Mapping[ShopifyId, str]
) -> Mapping[str, ShopifyId] | NotAProduct:
    """The store variant of each item variant, as far as there is one; ``links`` are item variant codes."""
    found: dict[str, ShopifyId] = {}
    there = {each.shopify_id: each for each in present}
    codes = {variant.code for variant in wanted.variants}
    for variant_id, code in links.items():
        if variant_id in there and code in codes:
            found.setdefault(code, variant_id)
    left = [each for each in present if each.shopify_id not in set(found.values()) and each.shopify_id not in links]
    if not found and len(wanted.variants) == len(present) == 1:
        return {wanted.variants[0].code: present[0].shopify_id}
    for by in (_by_sku, _by_barcode, _by_options):
        for variant in wanted.variants:
            if variant.code in found:
                continue
            same = [each for each in left if by(variant, each)]
            rivals = [each for each in wanted.variants if each.code not in found and any(by(each, one) for one in same)]
            if max(len(same), len(rivals)) > 1 and by is not _by_sku:
                return _ambiguous(rivals, same)
            if len(same) == len(rivals) == 1:
                found[variant.code] = same[0].shopify_id
                left.remove(same[0])
    return found


def _by_sku(variant: WantedVariant, present: ChosenVariant) -> bool:
    """Where several variants have one SKU (``items.sku_mapping`` item_no), it tells none from the other."""
    return bool(variant.sku) and variant.sku.casefold() == present.sku.casefold()


def _by_barcode(variant: WantedVariant, present: ChosenVariant) -> bool:
    return bool(variant.barcode) and variant.barcode.casefold() == present.barcode.casefold()


def _by_options(variant: WantedVariant, present: ChosenVariant) -> bool:
    ours = [value.casefold() for _, value in variant.options]
    return bool(ours) and ours == [value.casefold() for _, value in present.options]


def _ambiguous(rivals: Sequence[WantedVariant], same: Sequence[ChosenVariant]) -> NotAProduct:
    named = ", ".join(each.shopify_id for each in same[:10])
    codes = ", ".join(each.code for each in rivals[:10])
    what = f"variant {codes} of the item" if codes else "item"
    if len(same) > 1:
        detail = f"Several variants of the product fit the {what}: {named}. Link the right one."
    else:
        detail = f"The variants {codes} of the item fit one variant of the product: {named}. Link the right one."
    return NotAProduct(reason="ambiguous_variants", detail=detail)
