"""Shipments on the wire: what the ERP shipped, and what came of each line at Shopify."""

from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.api.pagination import ListOf
from app.api.problems import ProblemDetails
from app.api.schemas.orders import ORDER_ID
from app.api.schemas.types import (
    AnswerBody,
    CalendarDate,
    Code,
    DecimalString,
    Flag,
    Instant,
    No,
    RequestBody,
    ShopCode,
    ShopifyNumber,
    Whole,
)
from app.domain.shipping_agents import NUMBER

SHIPMENT_ID = "shp_01kf0fffffffffffffffffffff"


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(character.isspace() or character < " " for character in value):
        raise PydanticCustomError("wrong_form", "This must be a web address: https://track.example/123.")
    return value


def _pieces(value: Decimal) -> Decimal:
    if value != value.to_integral_value() or not 0 < value < 2**31:
        raise PydanticCustomError("wrong_quantity", 'Shopify ships whole pieces: write "3". At least one.')
    return value


Pieces = Annotated[DecimalString, AfterValidator(_pieces)]
WebAddress = Annotated[str, StringConstraints(min_length=8, max_length=2000), AfterValidator(_web_address)]
TrackingNumber = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]
BlankOrCode = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=100)]


class ParcelGiven(RequestBody):
    """A parcel and where it is followed."""

    number: TrackingNumber = Field(description="Its tracking number.", examples=["TRK123"])
    company: Code | None = Field(
        default=None,
        description="Its carrier, as Shopify shall show it; null = by the shipping agent. Shopify shows one company for"
        " all parcels of a fulfilment: the first that is given.",
        examples=["DHL Express"],
    )
    url: WebAddress | None = Field(
        default=None,
        description="Where it is followed; null = by the agent's template, or by Shopify, which knows many carriers.",
        examples=["https://track.example/TRK123"],
    )


class ShippedLine(RequestBody):
    """Pieces that were shipped. Exactly one of the first four fields says of what."""

    document_line_no: Whole | None = Field(
        default=None, description="The line's number on the sales document.", examples=[10000]
    )
    order_line_id: Code | None = Field(default=None, description="Our id of the order line.", examples=[None])
    shopify_line_id: ShopifyNumber | None = Field(
        default=None, description="Shopify's id of the order line.", examples=[None]
    )
    item_no: No | None = Field(
        default=None,
        description="The ERP's item, on whatever order lines it is: they are filled in their order.",
        examples=[None],
    )
    variant_code: Code | None = Field(default=None, description="The item's variant, with `item_no`.", examples=[None])
    quantity: Pieces = Field(description="How many pieces, as a string.", examples=["2"])
    location_code: BlankOrCode | None = Field(
        default=None,
        description="The ERP's location. On no location mapping of the shop: the line is not sent"
        " (`location_unmapped`). null or empty is the blank location; left out, it is not checked.",
        examples=["BLUE"],
    )


class ShipmentGiven(RequestBody):
    """What the ERP shipped of one order: named by `order_id`, by `document_id`, or by `shop` with `order_name` or
    `shopify_order_id`.
    """

    erp_shipment_no: No = Field(
        description="The ERP's number of the shipment. The same body again is the same shipment; another body under"
        " this number is a 409.",
        examples=["S-SHPT102001"],
    )
    order_id: Code | None = Field(default=None, description="Our id of the order.", examples=[ORDER_ID])
    document_id: Code | None = Field(default=None, description="Our id of its sales document.", examples=[None])
    shop: ShopCode | None = Field(default=None, description="The shop's code.", examples=[None])
    order_name: Code | None = Field(default=None, description="The order's name in the shop.", examples=[None])
    shopify_order_id: ShopifyNumber | None = Field(
        default=None, description="Shopify's id of the order, in the shop.", examples=[None]
    )
    posting_date: CalendarDate | None = Field(default=None, description="The day it was posted on.")
    lines: list[ShippedLine] = Field(max_length=10_000, description="What was shipped; at least one line.")
    shipping_agent_code: Code | None = Field(
        default=None, description="The ERP's carrier (`/v1/shipping-agents/{code}`).", examples=["DHL"]
    )
    tracking: list[ParcelGiven] = Field(default=[], max_length=250, description="Its parcels.")
    notify_customer: Flag | None = Field(
        default=None,
        description="Whether Shopify mails the buyer; null = by the shop's `fulfilment.notify_customer`.",
        examples=[None],
    )


class TrackingGiven(RequestBody):
    """The parcels of a shipment, all of them."""

    tracking: list[ParcelGiven] = Field(min_length=1, max_length=250, description="Its parcels.")
    notify_customer: Flag | None = Field(
        default=None, description="Whether Shopify mails the buyer; null = by the shop's setting.", examples=[False]
    )


class OrderOfShipment(AnswerBody):
    """The order it is of."""

    id: str = Field(description="Our id.", examples=[ORDER_ID])
    name: str = Field(description="Its name.", examples=["#1001"])


class ParcelShown(AnswerBody):
    """A parcel, as the ERP gave it."""

    number: str = Field(description="Its tracking number.", examples=["TRK123"])
    company: str | None = Field(description="Its carrier; null = by the shipping agent.", examples=[None])
    url: str | None = Field(description="Where it is followed; null = not given.", examples=[None])


class LineResult(AnswerBody):
    """A line, and what came of it. Its article is told as the order has it now; null where that is not known, as of a
    line that is on no order line, or where several order lines of one item tell different things.
    """

    line_index: Whole = Field(description="Its place in `lines`, from 0.", examples=[0])
    on_order: Flag = Field(
        description="Whether the order has such a line. `false` with `shopify_line_id`: it had, and the line is gone"
        " from the order since; `false` without: the shipment named no line of it.",
        examples=[True],
    )
    order_line_id: str | None = Field(
        description="Our id of the order line; null = it is on none, or its item is on several.",
        examples=[f"orl_{ORDER_ID[4:]}_11301"],
    )
    shopify_line_id: str | None = Field(description="Shopify's id of the order line.", examples=["11301"])
    item_no: str | None = Field(description="The ERP's item.", examples=["ITEM-A"])
    variant_code: str | None = Field(description="The item's variant.", examples=[None])
    sku: str | None = Field(description="The SKU at Shopify.", examples=["ITEM-A"])
    description: str | None = Field(
        description="As the sales document's line has it: the item's description, else the product's title.",
        examples=["Article A"],
    )
    title: str | None = Field(description="The product's title at Shopify.", examples=["Article A"])
    variant_title: str | None = Field(description="The variant's title at Shopify.", examples=[""])
    quantity: DecimalString = Field(description="How many pieces the ERP shipped.", examples=["2"])
    state: str = Field(description="`sent` = whole; `not_sent`. More may come.", examples=["sent"])
    reason: str | None = Field(
        description="Why it, or the rest of it, was not sent: `location_unmapped`, `quantity_exceeds_open`,"
        " `nothing_open`, `third_party_location`, `not_on_order`, `refused_by_shopify`. More may come.",
        examples=[None],
    )
    reason_detail: str | None = Field(
        description="The reason in words, Shopify's own where it refused.", examples=[None]
    )
    quantity_sent: DecimalString = Field(description="How many pieces Shopify recorded.", examples=["2"])
    fulfilment_shopify_ids: list[str] = Field(description="The fulfilments they are in.", examples=[["20701"]])


class Shipment(AnswerBody):
    """A shipment of the ERP's and what came of it at Shopify."""

    id: str = Field(description="Our id.", examples=[SHIPMENT_ID])
    erp_shipment_no: str = Field(description="The ERP's number.", examples=["S-SHPT102001"])
    shop: str = Field(description="The shop's code.", examples=["web"])
    order: OrderOfShipment = Field(description="Its order.")
    posting_date: CalendarDate | None = Field(description="The day it was posted on.")
    shipping_agent_code: str | None = Field(description="The ERP's carrier.", examples=["DHL"])
    tracking: list[ParcelShown] = Field(description="Its parcels, as the ERP gave them.")
    notify_customer: Flag | None = Field(description="As the ERP said; null = by the shop's setting.", examples=[None])
    state: str = Field(
        description="`pending`: still to be sent, or tried again by itself; `synchronised`; `partially`: some of it was"
        " sent; `failed`: nothing was; `skipped`: there was nothing to send. More may come.",
        examples=["synchronised"],
    )
    reason: str | None = Field(
        description="Why it is not `synchronised`: a reason of its lines, or what a `pending` one waits for, such as"
        " `outgoing_not_allowed`, `scope_missing`, `outcome_unknown`, `store_unavailable`, `throttled`. More may come.",
        examples=[None],
    )
    reason_detail: str | None = Field(description="The reason in words.", examples=[None])
    results: list[LineResult] = Field(description="What came of each line, in their order.")
    created_at: Instant = Field(description="When it was posted here.")
    updated_at: Instant = Field(description="When anything of it last changed.")


class ShipmentList(ListOf[Shipment]):
    """A page of shipments."""


class ShipmentResult(AnswerBody):
    """What became of one shipment of a batch."""

    status: Whole = Field(description="The status it alone would have had.", examples=[201])
    id: str | None = Field(description="Our id of it; null when it was not kept.", examples=[SHIPMENT_ID])
    problem: ProblemDetails | None = Field(description="Why it was not kept; null when it was.", examples=[None])


class ShipmentResults(AnswerBody):
    """The results, in the order of the items."""

    results: list[ShipmentResult] = Field(description="One a sent item.")


def _template(value: str) -> str:
    if NUMBER not in value:
        raise PydanticCustomError("wrong_form", "This must hold {number} in the place of the tracking number.")
    return _web_address(value)


AddressTemplate = Annotated[str, StringConstraints(min_length=8, max_length=2000), AfterValidator(_template)]


class AgentGiven(RequestBody):
    """A carrier of the ERP's."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None, description="Its name; shown to buyers when there is no `tracking_company`.", examples=["DHL"]
    )
    tracking_company: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None,
        description="Its name in Shopify's list of carriers, letter by letter: Shopify then knows where parcels are"
        " followed.",
        examples=["DHL Express"],
    )
    tracking_url_template: AddressTemplate | None = Field(
        default=None,
        description="Where its parcels are followed, with `{number}` in the place of the tracking number.",
        examples=["https://track.example/?parcel={number}"],
    )


class AgentShown(AnswerBody):
    """A carrier of the ERP's."""

    code: str = Field(description="The ERP's code of it.", examples=["DHL"])
    name: str | None = Field(description="Its name.", examples=["DHL"])
    tracking_company: str | None = Field(
        description="Its name in Shopify's list of carriers.", examples=["DHL Express"]
    )
    tracking_url_template: str | None = Field(
        description="Where its parcels are followed.", examples=["https://track.example/?parcel={number}"]
    )
    updated_at: Instant = Field(description="When it last changed.")


class AgentList(ListOf[AgentShown]):
    """A page of carriers."""
