"""Products of the store that are no items yet, on the wire."""

from dataclasses import asdict

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.master_data import OptionShown
from app.api.schemas.types import AnswerBody, DecimalString, Instant
from app.ports.repositories.products import DiscoveredItem


class DiscoveredVariantShown(AnswerBody):
    """A variant of the product; its item where one is known."""

    store_variant_id: str = Field(description="Shopify's id of it.", examples=["9001"])
    title: str = Field(description="Its values joined; empty = the product has one variant only.", examples=["Red"])
    options: list[OptionShown] = Field(description="By what a buyer chooses it.")
    sku: str = Field(description="Its SKU.", examples=["POT-R"])
    barcode: str = Field(description="Its barcode.", examples=["4006381333931"])
    price: DecimalString = Field(description="Its price, in the store's currency.", examples=["12.50"])
    compare_at_price: DecimalString | None = Field(description="What it cost before.", examples=["15.00"])
    unit_cost: DecimalString | None = Field(description="What it costs the merchant.", examples=["7.25"])
    weight: DecimalString | None = Field(description="Its weight.", examples=["0.5"])
    weight_unit: str | None = Field(description="The unit of its weight.", examples=["kilograms"])
    hs_code: str | None = Field(description="Its number in the customs tariff.", examples=["691110"])
    origin_country_code: str | None = Field(description="Where it was made.", examples=["NL"])
    item_no: str | None = Field(description="The item that it is; null = none is known.", examples=["POT"])
    variant_code: str | None = Field(description="The item variant that it is.", examples=["RED"])


class DiscoveredItemShown(AnswerBody):
    """A product of the store of which not every variant is an item."""

    id: str = Field(description="Ours; it lasts.", examples=["itd_01k9"])
    shop: str = Field(description="The shop that found it.", examples=["web"])
    store_product_id: str = Field(description="Shopify's id of the product.", examples=["801"])
    title: str = Field(description="Its title.", examples=["Teapot"])
    text_html: str = Field(description="What buyers read about it.", examples=["<p>Big</p>"])
    vendor: str = Field(description="Who makes or sells it.", examples=["Acme"])
    category: str = Field(description="Its product type.", examples=["Kitchen"])
    status: str = Field(description="Its status in the store.", examples=["active"])
    variants: list[DiscoveredVariantShown] = Field(description="All of its variants.")
    known: bool = Field(description="Whether all of them are items meanwhile.", examples=[False])
    created_at: Instant = Field(description="When it was found.")
    updated_at: Instant = Field(description="When what is told of it last changed.")


def discovered_item_shown(found: DiscoveredItem) -> DiscoveredItemShown:
    product = asdict(found.product)
    for variant in product["variants"]:
        variant["options"] = [{"name": name, "value": value} for name, value in variant["options"]]
    own = {name: getattr(found, name) for name in ("id", "shop", "known", "created_at", "updated_at")}
    return DiscoveredItemShown.model_validate(product | own)


DiscoveredItemList = ListOf[DiscoveredItemShown]
