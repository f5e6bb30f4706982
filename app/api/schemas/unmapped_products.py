"""Products without an item on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Flag, Instant, Whole
from app.ports.repositories.unmapped_products import UnmappedProduct


class WaitingLineShown(AnswerBody):
    """A line that waits for the item."""

    order_id: str = Field(description="Our id of the order.", examples=["ord_01kf0aaaaaaaaaaaaaaaaaaaaa"])
    order_name: str = Field(description="The order's name at Shopify.", examples=["#1001"])
    line_id: str = Field(description="Our id of the line.", examples=["orl_01kf0aaaaaaaaaaaaaaaaaaaaa_11301"])
    shopify_line_id: str = Field(description="Shopify's id of the line.", examples=["11301"])


class UnmappedProductShown(AnswerBody):
    """A store variant without an item; of one that was deleted at Shopify, its SKU or barcode."""

    store_product_id: str | None = Field(description="Shopify's id of the product.", examples=["801"])
    store_variant_id: str | None = Field(
        description="Shopify's id of the variant: link it with `PUT /v1/shops/{shop}/store-variants/{id}`."
        " Null when it was deleted; then send an item with its SKU or barcode, or set the items of the lines.",
        examples=["9001"],
    )
    title: str = Field(description="As the latest of these orders has it.", examples=["Teapot"])
    variant_title: str = Field(description="Likewise.", examples=["Blue"])
    sku: str = Field(description="Likewise; may be empty.", examples=["TEA-1"])
    barcode: str = Field(description="Likewise; may be empty.", examples=["4006381333931"])
    ambiguous: Flag = Field(description="Several items fit; the problem of the line names them.", examples=[False])
    order_count: Whole = Field(description="How many orders wait for it.", examples=[1])
    oldest_at: Instant = Field(description="When the first of them came in.")
    lines: list[WaitingLineShown] = Field(description="The lines that wait, oldest first; at most 20 of them.")


UnmappedProductList = ListOf[UnmappedProductShown]


def unmapped_product_shown(found: UnmappedProduct) -> UnmappedProductShown:
    return UnmappedProductShown(
        store_product_id=found.store_product_id,
        store_variant_id=found.store_variant_id,
        title=found.title,
        variant_title=found.variant_title,
        sku=found.sku,
        barcode=found.barcode,
        ambiguous=found.ambiguous,
        order_count=found.order_count,
        oldest_at=found.oldest_at,
        lines=[
            WaitingLineShown(
                order_id=each.order_id,
                order_name=each.order_name,
                line_id=each.line_id,
                shopify_line_id=each.shopify_line_id,
            )
            for each in found.lines
        ],
    )
