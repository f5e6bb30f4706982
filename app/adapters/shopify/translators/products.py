"""Products between our words and Shopify's."""

from decimal import Decimal
from typing import Any

from app.adapters.shopify.answers.products import (
    ChangedProductAnswer,
    DiscoveredVariantAnswer,
    FoundVariantAnswer,
    ProductAnswer,
    SelectedOptionAnswer,
    VariantAnswer,
)
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.products import DiscoveredProduct, DiscoveredVariant, ItemPrice, WantedProduct
from app.ports.product_gateway import FoundVariant, PriceDraft, ProductDraft, StoreProduct, StoreVariant, VariantDraft

DEFAULT_OPTION = "Title"
DEFAULT_VALUE = "Default Title"
"""What Shopify calls the one variant of a product without options."""


def product_gid(product: ShopifyId) -> str:
    return f"gid://shopify/Product/{product}"


def variant_gid(variant: ShopifyId) -> str:
    return f"gid://shopify/ProductVariant/{variant}"


def product_variables(draft: ProductDraft) -> dict[str, Any]:
    """Variables of ``productSet``. What the ERP does not tell is not named, and so stays."""
    wanted = draft.wanted
    told: dict[str, Any] = {
        "title": wanted.title,
        "descriptionHtml": wanted.text_html,
        "vendor": wanted.vendor,
        "productType": wanted.category,
        "status": wanted.status.upper() if wanted.status else None,
        "handle": draft.handle if draft.shopify_id is None else None,
    }
    given = {name: value for name, value in told.items() if value is not None}
    if draft.variants:
        given["productOptions"] = _options(draft)
        given["variants"] = [_variant(each, wanted) for each in draft.variants]
    identifier = {"id": product_gid(draft.shopify_id)} if draft.shopify_id else None
    return {"identifier": identifier, "input": given}


def _options(draft: ProductDraft) -> list[dict[str, Any]]:
    if not draft.options:
        return [{"name": DEFAULT_OPTION, "values": [{"name": DEFAULT_VALUE}]}]
    return [
        {
            "name": name,
            "position": place + 1,
            "values": [{"name": value} for value in dict.fromkeys(each.options[place][1] for each in draft.variants)],
        }
        for place, name in enumerate(draft.options)
    ]


def _variant(draft: VariantDraft, wanted: WantedProduct) -> dict[str, Any]:
    options = draft.options or ((DEFAULT_OPTION, DEFAULT_VALUE),)
    given: dict[str, Any] = {"optionValues": [{"optionName": name, "name": value} for name, value in options]}
    if draft.shopify_id is not None:
        given["id"] = variant_gid(draft.shopify_id)
    return given | _codes(draft, wanted) if draft.is_ours else given


def _codes(draft: VariantDraft, wanted: WantedProduct) -> dict[str, Any]:
    """Codes, customs and weight; prices where they are given. An empty code is not told, so it stays."""
    item: dict[str, Any] = {}
    if draft.sku:
        item["sku"] = draft.sku
    if wanted.hs_code is not None:
        item["harmonizedSystemCode"] = wanted.hs_code
    if wanted.origin_country_code is not None:
        item["countryCodeOfOrigin"] = wanted.origin_country_code
    if wanted.net_weight is not None:
        item["measurement"] = {"weight": {"unit": "KILOGRAMS", "value": float(wanted.net_weight)}}
    given: dict[str, Any] = {"barcode": draft.barcode} if draft.barcode else {}
    if draft.price is not None:
        prices = price_fields(draft.price)
        item |= prices.pop("inventoryItem", {})
        given |= prices
    return given | ({"inventoryItem": item} if item else {})


def price_fields(price: ItemPrice) -> dict[str, Any]:
    """Price and compare-at price belong together; a cost that the ERP does not tell stays."""
    given: dict[str, Any] = {}
    if price.price is not None:
        given["price"] = _text(price.price)
        given["compareAtPrice"] = None if price.compare_at_price is None else _text(price.compare_at_price)
    if price.unit_cost is not None:
        given["inventoryItem"] = {"cost": _text(price.unit_cost)}
    return given


def _text(amount: Decimal) -> str:
    return f"{amount:f}"


def codes_variables(draft: ProductDraft, product: ShopifyId) -> dict[str, Any]:
    """Variables of ``productVariantsBulkUpdate`` for the codes of an adopted product."""
    variants = [
        {"id": variant_gid(each.shopify_id), **_codes(each, draft.wanted)} for each in draft.codes if each.shopify_id
    ]
    return {"productId": product_gid(product), "variants": variants}


def price_variables(draft: PriceDraft) -> dict[str, Any]:
    variants = [{"id": variant_gid(variant), **price_fields(price)} for variant, price in draft.prices]
    return {"productId": product_gid(draft.product_id), "variants": variants}


def store_product(answer: ProductAnswer) -> StoreProduct:
    return StoreProduct(
        shopify_id=shopify_id(answer.id),
        handle=answer.handle,
        status=answer.status.lower(),
        is_gift_card=answer.is_gift_card,
        options=tuple(option.name for option in answer.options),
        variants=tuple(_store_variant(each) for each in answer.variants.nodes),
    )


def _store_variant(answer: VariantAnswer) -> StoreVariant:
    return StoreVariant(
        shopify_id=shopify_id(answer.id),
        sku=answer.sku or "",
        barcode=answer.barcode or "",
        options=_chosen(answer.selected_options),
    )


def _chosen(options: list[SelectedOptionAnswer]) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, each.value) for each in options)


def found_variant(answer: FoundVariantAnswer) -> FoundVariant:
    return FoundVariant(
        product_id=shopify_id(answer.product.id),
        shopify_id=shopify_id(answer.id),
        sku=answer.sku or "",
        barcode=answer.barcode or "",
    )


def discovered_product(answer: ChangedProductAnswer) -> DiscoveredProduct:
    return DiscoveredProduct(
        store_product_id=shopify_id(answer.id),
        title=answer.title,
        text_html=answer.description_html,
        vendor=answer.vendor,
        category=answer.product_type,
        status=answer.status.lower(),
        variants=tuple(_discovered_variant(each) for each in answer.variants.nodes),
    )


def _discovered_variant(answer: DiscoveredVariantAnswer) -> DiscoveredVariant:
    item = answer.inventory_item
    weight = item.measurement.weight
    return DiscoveredVariant(
        store_variant_id=shopify_id(answer.id),
        title="" if answer.title == DEFAULT_VALUE else answer.title,
        options=tuple(each for each in _chosen(answer.selected_options) if each != (DEFAULT_OPTION, DEFAULT_VALUE)),
        sku=answer.sku or "",
        barcode=answer.barcode or "",
        price=answer.price,
        compare_at_price=answer.compare_at_price,
        unit_cost=item.unit_cost.amount if item.unit_cost else None,
        weight=weight.value if weight else None,
        weight_unit=weight.unit.lower() if weight else None,
        hs_code=item.harmonized_system_code,
        origin_country_code=item.country_code_of_origin,
    )
