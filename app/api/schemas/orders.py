"""Orders on the wire: our copy of what Shopify says, in our words, and what we decided about it."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from app.api.pagination import ListOf
from app.api.schemas.sales_documents import DocumentAttribute
from app.api.schemas.types import AnswerBody, Code, DecimalString, Flag, Instant, No, RequestBody, Whole

ORDER_ID = "ord_01kf0aaaaaaaaaaaaaaaaaaaaa"


class Amount(AnswerBody):
    """One amount in both currencies of the order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"shop": "30.00", "presentment": "30.00"}]})

    shop: DecimalString = Field(description="In the order's `currency`, the shop's books.", examples=["30.00"])
    presentment: DecimalString = Field(
        description="In the order's `presentment_currency`, what the buyer saw.", examples=["30.00"]
    )


class StoreThing(AnswerBody):
    """A thing of the store by id and name."""

    shopify_id: str = Field(description="Shopify's id.", examples=["801"])
    name: str = Field(description="Its name.", examples=["Damrak"])


class Channel(AnswerBody):
    """Where the order was made."""

    handle: str = Field(description="The channel's handle.", examples=["web"])
    name: str = Field(description="Its name.", examples=["Online Store"])


class Risk(AnswerBody):
    """An assessment of fraud."""

    level: str = Field(description="`low`, `medium`, `high`, `none` or `pending`; more may come.", examples=["low"])
    provider: str = Field(description="Who assessed.", examples=["Shopify"])
    text: str = Field(description="What was found.", examples=[""])
    sentiment: str = Field(
        description="`positive`, `neutral` or `negative`; empty when not told.", examples=["neutral"]
    )


class OrderAddress(AnswerBody):
    """An address of the order as Shopify has it, with the names composed by the shop's settings."""

    shopify_id: str | None = Field(description="Shopify's id of the address.", examples=["901"])
    name: str = Field(description="By `customers.name_source`.", examples=["Blue Ltd"])
    name2: str = Field(description="By `customers.name2_source`.", examples=["Ada Blue"])
    contact_name: str = Field(description="By `customers.contact_source`.", examples=["Ada Blue"])
    first_name: str = Field(description="First name.", examples=["Ada"])
    last_name: str = Field(description="Last name.", examples=["Blue"])
    company: str = Field(description="Company.", examples=["Blue Ltd"])
    line1: str = Field(description="Street and number.", examples=["Damrak 1"])
    line2: str = Field(description="Second line.", examples=[""])
    postal_code: str = Field(description="Postal code.", examples=["1012 LG"])
    city: str = Field(description="City.", examples=["Amsterdam"])
    county: str = Field(description="By `customers.county_source`.", examples=["NH"])
    province_code: str = Field(description="Province code.", examples=["NH"])
    province_name: str = Field(description="Province name.", examples=["Noord-Holland"])
    country_code: str = Field(description="ISO 3166-1 alpha-2.", examples=["NL"])
    phone: str = Field(description="Phone.", examples=["+31201234567"])


class OrderTax(AnswerBody):
    """A tax as Shopify computed it."""

    title: str = Field(description="Its name.", examples=["VAT"])
    rate: DecimalString = Field(description="A fraction.", examples=["0.190000"])
    amount: Amount = Field(description="The tax.")
    channel_liable: Flag = Field(description="The channel remits it; not told reads as false.", examples=[False])


class LineLocation(AnswerBody):
    """Where a part of a line ships from."""

    location_id: str | None = Field(description="Shopify's id of the location.", examples=["71"])
    location_code: str | None = Field(description="The ERP's code by the location mapping.", examples=["BLUE"])
    quantity: DecimalString = Field(description="So many pieces.", examples=["2"])


class OrderLine(AnswerBody):
    """A line of an order."""

    id: str = Field(description="Our id; the same over every import.", examples=[f"orl_{ORDER_ID[4:]}_11301"])
    shopify_id: str = Field(description="Shopify's id.", examples=["11301"])
    kind: str = Field(description="`item`, `tip`, `gift_card` or `custom`; more may come.", examples=["item"])
    exchange: Flag = Field(description="Came into the order as the other half of a return.", examples=[False])
    title: str = Field(description="The product's title.", examples=["Article A"])
    variant_title: str = Field(description="The variant's title.", examples=[""])
    sku: str = Field(description="The SKU.", examples=["ITEM-A"])
    store_product_id: str | None = Field(description="Shopify's id of the product.", examples=["601"])
    store_variant_id: str | None = Field(description="Shopify's id of the variant.", examples=["602"])
    ordered_quantity: DecimalString = Field(description="With what was refunded or removed later.", examples=["2"])
    current_quantity: DecimalString = Field(description="Without it.", examples=["2"])
    quantity: DecimalString = Field(description="To be documented, or documented.", examples=["2"])
    unit_price: Amount = Field(description="Before discount.")
    discount_amount: Amount = Field(description="All discounts for the ordered quantity.")
    tax_lines: list[OrderTax] = Field(description="For the ordered quantity.")
    item_no: str | None = Field(description="The ERP's item; null while none is found.", examples=["ITEM-A"])
    variant_code: str | None = Field(description="Its variant.", examples=[None])
    unit: str | None = Field(description="Its unit of measure.", examples=["PCS"])
    locations: list[LineLocation] = Field(
        description="By the fulfilment orders; empty when nothing is to be documented."
    )
    delivery_method: str | None = Field(description="Of its fulfilment order.", examples=["shipping"])
    attributes: list[DocumentAttribute] = Field(description="Its attributes.", examples=[[]])


class OrderShippingLine(AnswerBody):
    """A shipping charge."""

    id: str = Field(description="Our id.", examples=[f"osl_{ORDER_ID[4:]}_12001"])
    shopify_id: str = Field(description="Shopify's id.", examples=["12001"])
    title: str = Field(description="Its title.", examples=["Standard"])
    code: str = Field(description="Its code.", examples=["STD"])
    source: str = Field(description="Who computed it.", examples=["shopify"])
    amount: Amount = Field(description="Before its discount.")
    discount_amount: Amount = Field(description="Its discount.")
    tax_lines: list[OrderTax] = Field(description="Its taxes.")


class OrderTotals(AnswerBody):
    """`total`, `subtotal` and `tax` are those of what is, or is to be, documented; the others are Shopify's."""

    total: Amount = Field(description="What the document comes to, without cash rounding that Shopify left out.")
    subtotal: Amount = Field(description="Goods.")
    shipping: Amount = Field(description="Shipping.")
    tax: Amount = Field(description="Taxes.")
    discount: Amount = Field(description="All discounts.")
    tip: Amount = Field(description="Tips.")
    duties: Amount = Field(description="Duties.")
    additional_fees: Amount = Field(description="Additional fees.")
    cash_rounding: Amount = Field(description="Rounding of cash payments; positive = the buyer paid more.")
    charged: Amount = Field(description="`total` with the cash rounding that Shopify left out of it.")
    received: Amount = Field(description="Received so far.")
    refunded: Amount = Field(description="Refunded so far.")
    outstanding: Amount = Field(description="Still to be paid.")


class OrderPaymentTerms(AnswerBody):
    """Payment terms of a B2B order."""

    name: str = Field(description="Their name.", examples=["Net 30"])
    type: str = Field(description="Their type.", examples=["net"])
    due_in_days: Whole | None = Field(description="Days.", examples=[30])
    due_at: Instant | None = Field(description="When the first payment is due.")


class ExplanationStep(AnswerBody):
    """One step of the customer choice."""

    rule: str = Field(description="The rule that was tried.", examples=["email"])
    outcome: str = Field(
        description="`matched`, `not_found`, `ambiguous`, `created` or `skipped` (what it needs is not there: see"
        " `matched_on`); more may come. A rule that the settings do not ask for is not told.",
        examples=["matched"],
    )
    matched_on: str | None = Field(description="The field that matched.", examples=["email"])
    candidates: list[str] = Field(description="Numbers of the customers that came into question.", examples=[["C100"]])


class OrderCustomer(AnswerBody):
    """The ERP's customers of an order, and why."""

    sell_to_customer_no: str | None = Field(
        description="Who ordered; null = none, or not numbered yet.", examples=["C100"]
    )
    bill_to_customer_no: str | None = Field(description="Who pays.", examples=["C100"])
    explanation: list[ExplanationStep] = Field(description="How they were chosen, step by step.")


class OrderProblem(AnswerBody):
    """Something that keeps the order from becoming a document."""

    code: str = Field(description="For programs; more may come.", examples=["item_missing"])
    title: str = Field(description="What a person reads first; one for each code.", examples=["A line has no item"])
    pointer: str = Field(
        description="Where: a line by Shopify's id, a setting, a document.", examples=["/lines/11804/item_no"]
    )
    detail: str = Field(description="What was found.", examples=["No item belongs to SKU BLUE-9."])
    remedy: str = Field(description="What to do.", examples=["Link the variant, or send an item with this SKU."])


class ConflictChange(AnswerBody):
    """A difference between the order and its document."""

    kind: str = Field(description="What changed; more may come.", examples=["line_quantity_decreased"])
    line_id: str | None = Field(description="Our id of the line.", examples=[None])
    shopify_id: str | None = Field(description="Shopify's id of the line.", examples=["11301"])
    before: Any = Field(
        description="As documented: a text, money as `shop` and `presentment`, an address, a list of texts, or null.",
        examples=["2"],
    )
    after: Any = Field(description="As it is.", examples=["1"])
    amount: Amount = Field(
        description="What the buyer owes more because of it, tax included; negative when it is less.",
        examples=[{"shop": "-15.00", "presentment": "-15.00"}],
    )
    severity: str = Field(description="`conflict`, `synchronised` or `noted`; more may come.", examples=["conflict"])


class OrderConflict(AnswerBody):
    """The order changed so that its document no longer shows it."""

    detected_at: Instant = Field(description="When it was found.")
    detail: str = Field(description="In a sentence.", examples=["The order was changed after it was processed."])
    changes: list[ConflictChange] = Field(description="The differences.")
    amount: Amount = Field(
        description="What the buyer owes more than the document says; negative when it is less.",
        examples=[{"shop": "-15.00", "presentment": "-15.00"}],
    )
    proposed: str = Field(
        description="`amend_document`, `adjusting_documents`, `unlink_and_recreate` or `review`; more may come.",
        examples=["review"],
    )


class DocumentOfOrder(AnswerBody):
    """A document of an order, ended ones included."""

    id: str = Field(description="Our id.", examples=["doc_01kf0ccccccccccccccccccccc"])
    kind: str = Field(description="Its kind.", examples=["sales_order"])
    number: str = Field(description="Its number.", examples=["SO-000001"])
    state: str = Field(description="Its state.", examples=["released"])
    unlinked_at: Instant | None = Field(description="When the order let go of it.", examples=[None])


class Order(AnswerBody):
    """An order. Every amount is there in both of its currencies."""

    id: str = Field(description="Our id; it never changes.", examples=[ORDER_ID])
    shop: str = Field(description="Code of the shop that claimed it.", examples=["web"])
    store_domain: str = Field(description="The store.", examples=["blue.myshopify.com"])
    shopify_id: str = Field(description="Shopify's id.", examples=["5501"])
    name: str = Field(description="Its name at Shopify.", examples=["#1001"])
    state: str = Field(
        description="`unprocessed`, `blocked` (see `problems`) or `processed` (a live document exists); more may come.",
        examples=["processed"],
    )
    created_at: Instant = Field(description="When it was made, at Shopify.")
    updated_at: Instant = Field(description="When anything of it last changed here: what `updated_from` looks at.")
    store_updated_at: Instant = Field(description="When it last changed at Shopify, as of the copy.")
    processed_at: Instant | None = Field(description="When it was placed, at Shopify.")
    cancelled_at: Instant | None = Field(description="When it was cancelled.", examples=[None])
    cancel_reason: str | None = Field(description="Why, in Shopify's words.", examples=[None])
    closed_at: Instant | None = Field(description="When it was archived.", examples=[None])
    test: Flag = Field(description="A test order.", examples=[False])
    confirmed: Flag = Field(description="Stock is reserved for it.", examples=[True])
    edited: Flag = Field(description="It was edited after it was placed.", examples=[False])
    currency: str = Field(description="ISO currency of the `shop` amounts.", examples=["EUR"])
    presentment_currency: str = Field(description="ISO currency of the `presentment` amounts.", examples=["EUR"])
    prices_include_tax: Flag = Field(description="Whether prices include tax.", examples=[True])
    tax_exempt: Flag = Field(description="No tax was charged.", examples=[False])
    email: str = Field(description="E-mail.", examples=["ada@example.com"])
    phone: str = Field(description="Phone.", examples=[""])
    note: str = Field(description="Note.", examples=[""])
    po_number: str = Field(description="The buyer's purchase order number.", examples=["PO-7"])
    tags: list[str] = Field(description="Tags.", examples=[["vip"]])
    attributes: list[DocumentAttribute] = Field(description="Attributes.", examples=[[]])
    channel: Channel | None = Field(description="Where it was made.")
    source_name: str = Field(description="The app or door it came through.", examples=["web"])
    retail_location: StoreThing | None = Field(description="The place of a POS order.")
    b2b: Flag = Field(description="Ordered by a company.", examples=[False])
    company: StoreThing | None = Field(description="The company.")
    company_location: StoreThing | None = Field(description="Its location.")
    customer_shopify_id: str | None = Field(description="The store customer.", examples=["401"])
    high_risk: Flag = Field(description="Any assessment says high.", examples=[False])
    risks: list[Risk] = Field(description="Assessments of fraud.", examples=[[]])
    channel_liable: Flag = Field(description="Any of its own taxes is the channel's to remit.", examples=[False])
    financial_status: str | None = Field(
        description="Shopify's word in lower snake case; null = unknown there.", examples=["paid"]
    )
    fulfilment_status: str = Field(description="Shopify's word in lower snake case.", examples=["unfulfilled"])
    return_status: str = Field(description="Shopify's word in lower snake case.", examples=["no_return"])
    status_page_url: str | None = Field(description="The buyer's status page.", examples=[None])
    sell_to_address: OrderAddress | None = Field(description="Who ordered.")
    bill_to_address: OrderAddress | None = Field(description="Who pays.")
    ship_to_address: OrderAddress | None = Field(description="Where it goes.")
    totals: OrderTotals = Field(description="The totals.")
    tax_lines: list[OrderTax] = Field(description="Its taxes.")
    discount_codes: list[str] = Field(description="Discount codes used.", examples=[[]])
    payment_terms: OrderPaymentTerms | None = Field(description="Payment terms.")
    lines: list[OrderLine] = Field(description="The first 250 lines.")
    lines_cursor: str | None = Field(
        description="When not null: read the rest at `/v1/orders/{id}/lines?cursor=…`.", examples=[None]
    )
    shipping_lines: list[OrderShippingLine] = Field(description="Shipping charges.")
    customer: OrderCustomer = Field(description="The ERP's customers.")
    problems: list[OrderProblem] = Field(
        description="What keeps it from becoming a document; all at once.", examples=[[]]
    )
    conflict: OrderConflict | None = Field(description="A change that its document does not show.", examples=[None])
    documents: list[DocumentOfOrder] = Field(description="Its documents, oldest first.")


class OrderList(ListOf[Order]):
    """A page of orders, by their last change here, oldest first."""


class OrderLineList(ListOf[OrderLine]):
    """A page of the lines of an order."""


class ConflictResolution(RequestBody):
    """How a conflict was dealt with."""

    note: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        default=None, description="For the order's history.", examples=["Changed by hand in the ERP."]
    )


class Amendment(RequestBody):
    """The customers of the amended document, where the rules find none any more, or the wrong one. What is given stays
    with the order; null gives it back to the rules, absent leaves it.
    """

    sell_to_customer_no: No | None = Field(default=None, description="Who ordered.", examples=["C100"])
    bill_to_customer_no: No | None = Field(default=None, description="Who pays.", examples=["C100"])


class OrderMappingPatch(RequestBody):
    """What a person decides about an order; null gives a field back to the rules, absent leaves it."""

    sell_to_customer_no: No | None = Field(default=None, description="Who ordered.", examples=["C100"])
    bill_to_customer_no: No | None = Field(default=None, description="Who pays.", examples=["C100"])
    template_code: Code | None = Field(default=None, description="Template for a customer to be created.")
    shipment_method_code: Code | None = Field(default=None, description="Instead of the shipment method mapping.")
    shipping_agent_code: Code | None = Field(default=None, description="Instead of the shipment method mapping.")
    shipping_agent_service_code: Code | None = Field(
        default=None, description="Instead of the shipment method mapping."
    )
    payment_method_code: Code | None = Field(default=None, description="Instead of the payment method mapping.")
    payment_terms_code: Code | None = Field(default=None, description="Instead of the payment terms mapping.")


class LineItemPatch(RequestBody):
    """The item of a line; `item_no` null gives the line back to the rules."""

    item_no: No | None = Field(default=None, description="The ERP's item.", examples=["ITEM-A"])
    variant_code: Code | None = Field(default=None, description="Its variant.", examples=["RED"])
    unit: Code | None = Field(
        default=None, description="Unit of measure; null = the item's base unit.", examples=["PCS"]
    )
