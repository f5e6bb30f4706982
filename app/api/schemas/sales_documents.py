"""Sales documents on the wire. Answers are encoded elsewhere, for speed; a test compares these models with them."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, WithJsonSchema

from app.api.openapi_schemas import X_MODEL
from app.api.pagination import ListOf
from app.api.problems import ProblemDetails
from app.api.schemas.types import AnswerBody, CalendarDate, Code, DecimalString, Flag, Instant, No, RequestBody, Whole

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class OrderOfDocument(AnswerBody):
    """The order a document was made from."""

    id: str = Field(description="Our id of the order.", examples=["ord_01kf0aaaaaaaaaaaaaaaaaaaaa"])
    shopify_id: str = Field(description="Shopify's id of the order.", examples=["5501"])
    name: str = Field(description="The order's name at Shopify.", examples=["#1001"])


class RefundOfDocument(AnswerBody):
    """The refund a credit memo or return order was made from."""

    id: str = Field(description="Our id of the refund.", examples=["ref_01kf0aaaaaaaaaaaaaaaaaaaaa_701"])
    shopify_id: str = Field(description="Shopify's id of the refund.", examples=["701"])


class PostalAddress(AnswerBody):
    """An address; texts are never cut and a missing part is an empty text."""

    line1: str = Field(description="Street and number.", examples=["Damrak 1"])
    line2: str = Field(description="Second line.", examples=[""])
    postal_code: str = Field(description="Postal code.", examples=["1012 LG"])
    city: str = Field(description="City.", examples=["Amsterdam"])
    county: str = Field(
        description="Province, state or county: code or name by `customers.county_source`.", examples=[""]
    )
    country_code: str = Field(description="ISO 3166-1 alpha-2; empty when Shopify has none.", examples=["NL"])


class DocumentParty(AnswerBody):
    """Sell-to, bill-to or ship-to."""

    customer_id: str | None = Field(
        description="Our id of the customer: it lasts, also before the ERP has numbered a new one.",
        examples=["cus_01kf0bbbbbbbbbbbbbbbbbbbbb"],
    )
    customer_no: str | None = Field(
        description="The ERP's number of the customer; null for one that Orderbridge created and the ERP has not"
        " numbered yet (`GET /v1/new-customers`). It appears here as soon as it is known, in the same version.",
        examples=["C100"],
    )
    name: str = Field(description="Name.", examples=["Blue Ltd"])
    name2: str = Field(description="Second name.", examples=[""])
    contact_name: str = Field(description="Contact.", examples=["Ada Blue"])
    email: str = Field(description="E-mail of the order.", examples=["ada@example.com"])
    phone: str = Field(description="Phone as Shopify has it.", examples=["+31201234567"])
    address: PostalAddress = Field(description="The address.")


class DocumentAttribute(AnswerBody):
    """A key and a value somebody attached to the order or to a line."""

    key: str = Field(description="The key.", examples=["gift_wrap"])
    value: str = Field(description="The value.", examples=["yes"])


class DocumentTax(AnswerBody):
    """A tax on a line: to be adopted, or to be compared with what the ERP computes."""

    title: str = Field(description="The tax's name at Shopify.", examples=["VAT"])
    rate: DecimalString = Field(description="A fraction: 0.190000 is 19 %.", examples=["0.190000"])
    amount: DecimalString = Field(description="In the document's currency.", examples=["4.79"])
    channel_liable: Flag = Field(description="The sales channel remits this tax, not the merchant.", examples=[False])
    estimated: Flag = Field(
        description="Shopify's lines did not add up to its header tax; this is the part that makes them.",
        examples=[False],
    )


class LineSource(AnswerBody):
    """The part of the order or refund that a line stands for."""

    kind: str = Field(
        description="`order_line`, `tip`, `gift_card`, `shipping_line`, `duty`, `additional_fee`, `cash_rounding`,"
        " `refund_line`, `refund_shipping`, `refund_remainder`, `exchange_line` or `comment`; more may come.",
        examples=["order_line"],
    )
    id: str | None = Field(
        description="Our id of that part, if it has one.", examples=["orl_01kf0aaaaaaaaaaaaaaaaaaaaa_11301"]
    )
    shopify_id: str | None = Field(description="Shopify's id of that part, if it has one.", examples=["11301"])


class DocumentLine(AnswerBody):
    """A line. `amount` = `quantity` × `unit_price` − `discount_amount`, rounded to the currency."""

    line_no: Whole = Field(description="10000, 20000, …; unique on the document.", examples=[10000])
    type: str = Field(description="`item`, `account`, `charge` or `comment`; more may come.", examples=["item"])
    no: str | None = Field(
        description="The ERP's number of the item, account or charge; null on comments.", examples=["ITEM-A"]
    )
    variant_code: str | None = Field(description="The ERP's item variant.", examples=[None])
    description: str = Field(description="Text of the line.", examples=["Article A"])
    unit: str | None = Field(description="The ERP's unit of measure.", examples=["PCS"])
    quantity: DecimalString = Field(description="Negative on exchange lines of a credit memo.", examples=["2"])
    unit_price: DecimalString = Field(description="Before discount; up to six decimals.", examples=["15.50"])
    discount_amount: DecimalString = Field(description="Discount for the whole line.", examples=["1.00"])
    order_discount_amount: DecimalString = Field(
        description="The part of `discount_amount` that comes from an order discount which Shopify did not allocate.",
        examples=["0.00"],
    )
    amount: DecimalString = Field(
        description="Gross when the document's prices include tax, else net.", examples=["30.00"]
    )
    tax_amount: DecimalString = Field(description="Sum of `taxes`.", examples=["4.79"])
    taxes: list[DocumentTax] = Field(description="The taxes of the line.")
    location_code: str | None = Field(description="The ERP's location it ships from.", examples=["BLUE"])
    shipping_agent_code: str | None = Field(description="The ERP's shipping agent.", examples=[None])
    shipping_agent_service_code: str | None = Field(description="Its service.", examples=[None])
    attributes: list[DocumentAttribute] = Field(
        description="What was attached to the order line, such as an engraving.", examples=[[]]
    )
    source: LineSource = Field(description="What the line stands for.")


class DocumentTotals(AnswerBody):
    """The totals; proved against Shopify's before the document is made."""

    amount: DecimalString = Field(description="Sum of the line amounts as they stand.", examples=["30.00"])
    tax: DecimalString = Field(description="Sum of the line taxes.", examples=["4.79"])
    amount_including_tax: DecimalString = Field(
        description="`amount` when prices include tax, else `amount` + `tax`.", examples=["30.00"]
    )
    charged_by_shopify: DecimalString = Field(
        description="What Shopify charged for it; equals `amount_including_tax`, always.", examples=["30.00"]
    )


class DocumentContent(AnswerBody):
    """What is said on one version of a document. All amounts are in its `currency`."""

    external_document_no: str = Field(description="The buyer's purchase order number; may be empty.", examples=["PO-7"])
    document_date: CalendarDate = Field(description="Day of the order in the shop's time zone.")
    due_date: CalendarDate | None = Field(description="Day the payment terms name.", examples=[None])
    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    currency_code: str | None = Field(description="The ERP's code; null = its local currency.", examples=[None])
    currency_handling: str = Field(
        description="`shop` or `presentment`: which money of the order all amounts are.", examples=["shop"]
    )
    prices_include_tax: Flag = Field(description="Whether prices, discounts and amounts include tax.", examples=[True])
    sell_to: DocumentParty = Field(description="Who ordered.")
    bill_to: DocumentParty = Field(description="Who pays.")
    ship_to: DocumentParty = Field(description="Where it goes.")
    payment_method_code: str | None = Field(description="By the payment method mapping.", examples=["CARD"])
    payment_terms_code: str | None = Field(description="By the payment terms mapping.", examples=[None])
    shipment_method_code: str | None = Field(description="By the shipment method mapping.", examples=["STD"])
    shipping_agent_code: str | None = Field(description="By the shipment method mapping.", examples=[None])
    shipping_agent_service_code: str | None = Field(description="By the shipment method mapping.", examples=[None])
    salesperson_code: str | None = Field(description="By the staff mapping.", examples=[None])
    tax_area_code: str | None = Field(description="By the tax areas.", examples=[None])
    tax_liable: Flag = Field(description="Of the tax area.", examples=[False])
    work_description: str = Field(description="The order's note.", examples=[""])
    discount_codes: list[str] = Field(description="The codes that the buyer entered.", examples=[["SUMMER"]])
    attributes: list[DocumentAttribute] = Field(description="The order's attributes.", examples=[[]])
    totals: DocumentTotals = Field(description="The totals.")


class DocumentLife(AnswerBody):
    """Where a document stands between Orderbridge and the ERP."""

    id: str = Field(description="Our id; it never changes.", examples=["doc_01kf0ccccccccccccccccccccc"])
    kind: str = Field(
        description="`sales_order`, `sales_invoice`, `credit_memo` or `return_order`; more may come.",
        examples=["sales_order"],
    )
    number: str = Field(description="Unique by shop and kind, never used again.", examples=["SO-000001"])
    state: str = Field(
        description="`open` (not for the ERP yet), `released` (to be collected), `acknowledged` (the ERP has it),"
        " `posted` or `cancelled`; more may come.",
        examples=["released"],
    )
    version: Whole = Field(description="Version of the content; name it when acknowledging.", examples=[1])
    shop: str = Field(description="Code of the shop.", examples=["web"])
    order: OrderOfDocument = Field(description="The order it was made from.")
    refund: RefundOfDocument | None = Field(
        description="The refund it was made from; null for orders and invoices.", examples=[None]
    )
    replaces_id: str | None = Field(description="The ended document it takes the place of.", examples=[None])
    adjusts_id: str | None = Field(description="The acknowledged document whose figures it corrects.", examples=[None])
    erp_document_no: str | None = Field(description="The ERP's own number, once acknowledged.", examples=[None])
    posted_document_no: str | None = Field(description="The ERP's number of the posted document.", examples=[None])
    posting_date: CalendarDate | None = Field(description="Day of posting in the ERP.", examples=[None])
    cancel_reason: str | None = Field(description="Why it was cancelled or rejected.", examples=[None])
    created_at: Instant = Field(description="When it was made.")
    updated_at: Instant = Field(description="When anything of it changed last.")
    released_at: Instant | None = Field(description="When it was released.")
    acknowledged_at: Instant | None = Field(description="When the ERP acknowledged it.", examples=[None])
    posted_at: Instant | None = Field(description="When the ERP told of the posting.", examples=[None])
    cancelled_at: Instant | None = Field(description="When it was cancelled or rejected.", examples=[None])
    unlinked_at: Instant | None = Field(
        description="When its order let go of it: the order may have a new document since.", examples=[None]
    )


class SalesDocument(DocumentLife, DocumentContent):
    """A sales document: what the ERP books. It always carries all its lines."""

    lines: list[DocumentLine] = Field(
        description="Comment, order lines as in Shopify, shipping, duties, fees, cash rounding; on credit memos refund"
        " lines, shipping, exchange lines, remainder."
    )


class ListedDocument(DocumentLife, DocumentContent):
    """A document in a list; with all its lines when `include=lines` was asked for."""

    lines: list[DocumentLine] = Field(
        default_factory=list, description="All lines of the document. Only there with `include=lines`."
    )


class SalesDocumentList(ListOf[ListedDocument]):
    """A page of documents, by their last change, oldest first."""


class DocumentLineList(ListOf[DocumentLine]):
    """A page of the lines of a document."""


class DocumentVersion(DocumentContent):
    """A version of a document's content; never changed."""

    version: Whole = Field(description="1 and rising.", examples=[1])
    replaced_at: Instant | None = Field(description="When a later one replaced it; null = it is the current one.")
    lines: list[DocumentLine] = Field(description="All lines of this version.")


class DocumentVersionList(ListOf[DocumentVersion]):
    """The versions of a document, oldest first."""


class Acknowledgement(RequestBody):
    """The ERP has the document."""

    erp_document_no: No = Field(description="The number the ERP gave it.", examples=["S-ORD101005"])
    version: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)] = Field(
        description="The version that was read and booked; another one is refused.", examples=[1]
    )


class AcknowledgementItem(Acknowledgement):
    """One document of a batch."""

    id: Code = Field(description="Our id of the document.", examples=["doc_01kf0ccccccccccccccccccccc"])


class AcknowledgementBatch(RequestBody):
    """Up to 250 acknowledgements; each is validated, and succeeds or fails, for itself."""

    items: list[Annotated[Any, WithJsonSchema({X_MODEL: "AcknowledgementItem"})]] = Field(
        min_length=1, max_length=250, description="The acknowledgements."
    )


class AcknowledgementResult(AnswerBody):
    """What became of one acknowledgement."""

    status: Whole = Field(description="The status this item alone would have had.", examples=[200])
    id: str | None = Field(
        description="Which document it was, as far as that could be read.", examples=["doc_01kf0ccccccccccccccccccccc"]
    )
    problem: ProblemDetails | None = Field(description="Why it was not done; null when it was.", examples=[None])


class AcknowledgementResults(AnswerBody):
    """The results, in the order of the items."""

    results: list[AcknowledgementResult] = Field(description="One a sent item.")


class Posting(RequestBody):
    """The ERP posted its document."""

    posted_document_no: No = Field(description="The ERP's number of the posted document.", examples=["INV-103001"])
    posting_date: CalendarDate = Field(description="The day it was posted on in the ERP's books.")


class Cancellation(RequestBody):
    """The document is taken back."""

    reason: Reason = Field(description="Why, for the people who look at the order.", examples=["Ordered twice"])
    erp_deleted: Flag = Field(
        default=False,
        description="The ERP deleted its own document. Needed once a document is acknowledged.",
        examples=[False],
    )


class Rejection(RequestBody):
    """The ERP will not take the document."""

    reason: Reason = Field(description="Why, for the people who mend it.", examples=["Item ITEM-A is blocked"])
