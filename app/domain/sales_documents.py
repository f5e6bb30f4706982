"""Sales documents: what the ERP collects. Their shape and their states; how one is made is in ``app.domain.documents``.

Amounts of a document are in its one ``currency``; a line's is quantity × unit price − discount, rounded (P31).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.addresses import Address
from app.domain.identifiers import CustomerId, DocumentId
from app.domain.money import ZERO, CurrencyHandling
from app.domain.orders import Attribute


class DocumentKind(StrEnum):
    SALES_ORDER = "sales_order"
    SALES_INVOICE = "sales_invoice"
    CREDIT_MEMO = "credit_memo"
    RETURN_ORDER = "return_order"


class DocumentState(StrEnum):
    """Where a document stands between us and the ERP; transitions in ``app.domain.document_states``."""

    OPEN = "open"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"
    POSTED = "posted"
    CANCELLED = "cancelled"


class LineType(StrEnum):
    ITEM = "item"
    ACCOUNT = "account"
    CHARGE = "charge"
    COMMENT = "comment"


class SourceKind(StrEnum):
    """Which part of the order or refund a document line stands for."""

    ORDER_LINE = "order_line"
    TIP = "tip"
    GIFT_CARD = "gift_card"
    SHIPPING_LINE = "shipping_line"
    DUTY = "duty"
    ADDITIONAL_FEE = "additional_fee"
    CASH_ROUNDING = "cash_rounding"
    REFUND_LINE = "refund_line"
    REFUND_SHIPPING = "refund_shipping"
    REFUND_REMAINDER = "refund_remainder"
    EXCHANGE_LINE = "exchange_line"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTax:
    """A tax on a line. ``estimated`` = spread by us so that the lines add up to Shopify's header tax (P32)."""

    title: str
    rate: Decimal
    amount: Decimal
    channel_liable: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSource:
    kind: SourceKind
    id: str | None = None
    """Our id of the order line or shipping line, if it has one."""
    shopify_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    line_no: int
    """10000, 20000, …"""
    type: LineType
    no: str | None = None
    variant_code: str | None = None
    description: str = ""
    unit: str | None = None
    quantity: Decimal = ZERO
    unit_price: Decimal = ZERO
    discount_amount: Decimal = ZERO
    order_discount_amount: Decimal = ZERO
    """The part of ``discount_amount`` that was spread from a discount Shopify did not allocate."""
    amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    taxes: tuple[DocumentTax, ...] = ()
    location_code: str | None = None
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None
    attributes: tuple[Attribute, ...] = ()
    """What somebody attached to the order line: an engraving, a date of delivery."""
    source: LineSource


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentParty:
    """Sell-to, bill-to or ship-to of a document; the customer by our id, which lasts, and by its number if any."""

    customer_id: CustomerId | None = None
    customer_no: str | None = None
    name: str = ""
    name2: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTotals:
    amount: Decimal
    """Sum of the line amounts as they stand: gross when prices include tax, else net."""
    tax: Decimal
    amount_including_tax: Decimal
    charged_by_shopify: Decimal
    """What P32 calls *charged*; equals ``amount_including_tax`` or the document is not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentContent:
    """All that is said on one version of a document; numbers and states stand beside it."""

    kind: DocumentKind
    external_document_no: str = ""
    document_date: date
    due_date: date | None = None
    currency: str
    currency_code: str | None = None
    currency_handling: CurrencyHandling
    prices_include_tax: bool
    sell_to: DocumentParty
    bill_to: DocumentParty
    ship_to: DocumentParty
    payment_method_code: str | None = None
    payment_terms_code: str | None = None
    shipment_method_code: str | None = None
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None
    salesperson_code: str | None = None
    tax_area_code: str | None = None
    tax_liable: bool = False
    work_description: str = ""
    discount_codes: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    lines: tuple[DocumentLine, ...]
    totals: DocumentTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What decides a document's transitions."""

    id: DocumentId
    kind: DocumentKind
    number: str
    state: DocumentState
    version: int
    erp_document_no: str | None = None
    posted_document_no: str | None = None
    posting_date: date | None = None
    unlinked_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Not cancelled and not unlinked: an order and a refund have at most one such document (P34)."""
        return self.state is not DocumentState.CANCELLED and self.unlinked_at is None
