"""Our copy of a Shopify order: every fact a document, a customer choice or an edit needs, in our words.

It holds what the store says and nothing that we decided; it is replaced whole at each import (P14). Money is in both
currencies of the order. Lists keep Shopify's order.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.addresses import StoreAddress
from app.domain.companies import CompanyProfile
from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.fulfilments import Fulfilment
from app.domain.gift_card import GiftCard
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount, total
from app.domain.returns import Return

COPY_VERSION = 1
"""Shape of a stored copy; raised when a reader of old copies would need help."""


_PAID = ("paid", "partially_paid", "refunded", "partially_refunded")


class LineKind(StrEnum):
    """What an order line sells: an article of the store, a tip, a gift card, or a text typed by the merchant."""

    ITEM = "item"
    TIP = "tip"
    GIFT_CARD = "gift_card"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """A tax as Shopify computed it.

    ``rate`` is a fraction (0.19); ``channel_liable`` is None when Shopify does not say.
    """

    title: str
    rate: Decimal
    amount: Amount
    channel_liable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A key and a value that somebody attached to an order or a line."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountAllocation:
    """A share of a discount, for the whole ordered quantity of its line (it still counts what was removed later)."""

    amount: Amount
    application: int | None = None
    """Index of the discount application; None where Shopify did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty on one line."""

    shopify_id: ShopifyId
    amount: Amount
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order. Quantities are whole pieces; ``unit_price`` is the list price before any discount."""

    shopify_id: ShopifyId
    kind: LineKind
    title: str
    variant_title: str = ""
    sku: str = ""
    barcode: str = ""
    vendor: str = ""
    store_product_id: ShopifyId | None = None
    store_variant_id: ShopifyId | None = None
    ordered_quantity: int
    """As ordered, with what was refunded or removed later."""
    current_quantity: int
    """Without what was refunded or removed."""
    unit_price: Amount
    discounts: tuple[DiscountAllocation, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    """For the whole ordered quantity."""
    duties: tuple[Duty, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    exchange: bool = False
    """Came into the order as the other half of a return."""
    return_id: ShopifyId | None = None
    """The return that an exchanged line came in by."""
    requires_shipping: bool = True
    taxable: bool = True

    @property
    def discount(self) -> Amount:
        """All shares of discounts, for the whole ordered quantity."""
        return total(share.amount for share in self.discounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLine:
    """A shipping charge; ``amount`` is before its discount."""

    shopify_id: ShopifyId
    title: str
    code: str = ""
    source: str = ""
    amount: Amount
    discount: Amount = NOTHING
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalFee:
    """A fee that Shopify adds to an order beside lines and shipping."""

    shopify_id: ShopifyId
    name: str
    amount: Amount
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A movement of money. ``kind`` and ``status`` are Shopify's words in lower snake case."""

    shopify_id: ShopifyId
    kind: str
    status: str
    gateway: str = ""
    card_company: str = ""
    test: bool = False
    manual: bool = False
    created_at: datetime | None = None
    processed_at: datetime | None = None
    amount: Amount = NOTHING
    rounding: Amount = NOTHING
    parent_id: ShopifyId | None = None
    gift_card_id: ShopifyId | None = None
    payment_id: str = ""
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Pieces of an order line that a refund takes back. Amounts are for ``quantity`` pieces."""

    shopify_id: ShopifyId | None
    line_id: ShopifyId
    quantity: int
    restock_type: str
    restocked: bool = False
    location_id: ShopifyId | None = None
    subtotal: Amount = NOTHING
    tax: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundShipping:
    """Shipping money that a refund gives back."""

    shopify_id: ShopifyId | None
    shipping_line_id: ShopifyId | None
    title: str = ""
    subtotal: Amount
    tax: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAdjustment:
    """Money given beyond, or kept back from, the lines of a refund."""

    shopify_id: ShopifyId | None
    reason: str
    amount: Amount
    tax: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money (and perhaps goods) going back. An order edit writes refunds of zero, too."""

    shopify_id: ShopifyId
    created_at: datetime | None = None
    processed_at: datetime | None = None
    updated_at: datetime | None = None
    note: str = ""
    return_id: ShopifyId | None = None
    refunded: Amount = NOTHING
    lines: tuple[RefundLine, ...] = ()
    shipping: tuple[RefundShipping, ...] = ()
    duties: Amount = NOTHING
    adjustments: tuple[RefundAdjustment, ...] = ()
    transactions: tuple[Transaction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """An assessment of fraud; ``level`` in lower case."""

    level: str
    provider: str = "Shopify"
    text: str = ""
    sentiment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing of the store known by id and name: a retail location, a company, a company location."""

    shopify_id: ShopifyId
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where the order was made (``attribution`` at Shopify)."""

    handle: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCustomer:
    """The store's customer as it came with the order (P20: always imported with it)."""

    shopify_id: ShopifyId
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    addresses: tuple[StoreAddress, ...] = ()
    """The default one first, if there is one."""
    has_default_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """Terms of a B2B order; ``due_at`` of its first schedule."""

    name: str
    type: str
    due_in_days: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTotals:
    """Header amounts as Shopify states them; ``current_…`` are after edits, refunds and returns."""

    total: Amount
    current_total: Amount
    subtotal: Amount = NOTHING
    current_subtotal: Amount = NOTHING
    tax: Amount = NOTHING
    current_tax: Amount = NOTHING
    discount: Amount = NOTHING
    current_discount: Amount = NOTHING
    shipping: Amount = NOTHING
    current_shipping: Amount = NOTHING
    tip: Amount = NOTHING
    duties: Amount = NOTHING
    additional_fees: Amount = NOTHING
    cash_rounding: Amount = NOTHING
    """Rounding of cash payments; positive = the buyer paid more. That of refunds is with their transactions."""
    received: Amount = NOTHING
    refunded: Amount = NOTHING
    outstanding: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A Shopify order as it stood at ``updated_at``, complete."""

    shopify_id: ShopifyId
    name: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    test: bool = False
    confirmed: bool = True
    edited: bool = False
    currency: str
    """ISO code of the shop money of this order."""
    presentment_currency: str
    prices_include_tax: bool
    duties_included: bool = False
    """Whether the prices hold the duties, which then are no charge of their own."""
    tax_exempt: bool = False
    email: str = ""
    phone: str = ""
    note: str = ""
    po_number: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    discount_codes: tuple[str, ...] = ()
    channel: Channel | None = None
    source_name: str = ""
    retail_location: Named | None = None
    customer: StoreCustomer | None = None
    b2b: bool = False
    company: Named | None = None
    company_location: Named | None = None
    company_contact_id: ShopifyId | None = None
    company_profile: CompanyProfile | None = None
    """None for a consumer, and where the store does not tell it: then ``unknown`` names ``company``."""
    staff_id: ShopifyId | None = None
    risks: tuple[Risk, ...] = ()
    financial_status: str | None = None
    """Lower snake case; None = Shopify does not know."""
    fulfilment_status: str = "unfulfilled"
    return_status: str = "no_return"
    status_page_url: str | None = None
    sell_to_address: StoreAddress | None = None
    bill_to_address: StoreAddress | None = None
    ship_to_address: StoreAddress | None = None
    totals: OrderTotals
    tax_lines: tuple[TaxLine, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    """Those that are still part of the order."""
    removed_shipping_lines: tuple[ShippingLine, ...] = ()
    """Those that an edit took away; a credit memo may still give one back that was refunded before."""
    additional_fees: tuple[AdditionalFee, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    fulfilment_orders: tuple[FulfilmentOrder, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    payment_terms: PaymentTerms | None = None
    unknown: tuple[str, ...] = ()
    """Parts that Shopify would not tell for want of a scope (``payment_terms``, ``staff``, ``company``,
    ``company_contact``, ``returns``): unknown, not empty.
    """

    @property
    def high_risk(self) -> bool:
        """Whether any assessment is HIGH (1.12)."""
        return any(risk.level == "high" for risk in self.risks)

    @property
    def paid(self) -> bool:
        """Whether money came in for the order, even if it went back since."""
        return self.totals.received.shop > 0 or self.financial_status in _PAID

    @property
    def channel_liable(self) -> bool:
        """Whether one of the order's own tax lines is the channel's to remit; not told reads as no."""
        return any(tax.channel_liable for tax in self.tax_lines)

    def currency_of(self, *, presentment: bool) -> str:
        """The ISO currency of one side of the order's money."""
        return self.presentment_currency if presentment else self.currency
