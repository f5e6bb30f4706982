"""Orders as ``orders_whole.graphql`` and its page documents answer them."""

from datetime import datetime
from decimal import Decimal

from app.adapters.shopify.answers.money import MoneyBag, NamedReference, Page, Reference, Wire
from app.adapters.shopify.answers.scoped_parts import PaymentTermsAnswer


class AddressAnswer(Wire):
    id: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    zip: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    country_code_v2: str | None = None
    phone: str | None = None


class TaxAnswer(Wire):
    title: str
    price_set: MoneyBag
    rate: Decimal | None = None
    channel_liable: bool | None = None


class DiscountApplicationAnswer(Wire):
    index: int


class DiscountAllocationAnswer(Wire):
    allocated_amount_set: MoneyBag
    discount_application: DiscountApplicationAnswer


class DutyAnswer(Wire):
    id: str
    price: MoneyBag
    tax_lines: list[TaxAnswer]


class AttributeAnswer(Wire):
    key: str
    value: str | None = None


class VariantAnswer(Wire):
    id: str
    barcode: str | None = None


class OrderLineAnswer(Wire):
    id: str
    title: str
    quantity: int
    current_quantity: int
    requires_shipping: bool
    taxable: bool
    is_gift_card: bool
    custom_attributes: list[AttributeAnswer]
    original_unit_price_set: MoneyBag
    discount_allocations: list[DiscountAllocationAnswer]
    tax_lines: list[TaxAnswer]
    duties: list[DutyAnswer]
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    product: Reference | None = None
    variant: VariantAnswer | None = None


class ShippingLineAnswer(Wire):
    title: str
    is_removed: bool
    original_price_set: MoneyBag
    discount_allocations: list[DiscountAllocationAnswer]
    tax_lines: list[TaxAnswer]
    id: str | None = None
    code: str | None = None
    source: str | None = None


class PaymentDetailsAnswer(Wire):
    """Of a card only its brand; every other way of paying answers with nothing."""

    company: str | None = None


class TransactionAnswer(Wire):
    id: str
    kind: str
    status: str
    manual_payment_gateway: bool
    test: bool
    created_at: datetime
    amount_set: MoneyBag
    gateway: str | None = None
    processed_at: datetime | None = None
    error_code: str | None = None
    payment_id: str | None = None
    amount_rounding_set: MoneyBag | None = None
    parent_transaction: Reference | None = None
    payment_details: PaymentDetailsAnswer | None = None


class FulfilmentOrderLineAnswer(Wire):
    id: str
    total_quantity: int
    remaining_quantity: int
    line_item: Reference


class AssignedLocationAnswer(Wire):
    name: str
    location: Reference | None = None


class DeliveryMethodAnswer(Wire):
    method_type: str


class FulfilmentOrderAnswer(Wire):
    id: str
    status: str
    request_status: str
    assigned_location: AssignedLocationAnswer
    line_items: Page[FulfilmentOrderLineAnswer]
    delivery_method: DeliveryMethodAnswer | None = None


class EmailAnswer(Wire):
    email_address: str


class PhoneAnswer(Wire):
    phone_number: str


class CustomerAnswer(Wire):
    id: str
    addresses_v2: Page[AddressAnswer]
    first_name: str | None = None
    last_name: str | None = None
    default_email_address: EmailAnswer | None = None
    default_phone_number: PhoneAnswer | None = None
    default_address: AddressAnswer | None = None


class Consumer(Wire, tag_field="__typename", tag="Customer"):
    """The buyer buys for himself."""


class PurchasingCompany(Wire, tag_field="__typename", tag="PurchasingCompany"):
    """A company buys, through one of its locations; which is told only where the scope for it is granted."""

    company: NamedReference | None = None
    location: NamedReference | None = None
    contact: Reference | None = None


class AttributionAnswer(Wire):
    handle: str
    display_name: str


class RiskFactAnswer(Wire):
    description: str
    sentiment: str


class RiskProviderAnswer(Wire):
    title: str


class RiskAssessmentAnswer(Wire):
    risk_level: str
    facts: list[RiskFactAnswer]
    provider: RiskProviderAnswer | None = None


class RiskAnswer(Wire):
    assessments: list[RiskAssessmentAnswer]


class CashRoundingAnswer(Wire):
    payment_set: MoneyBag
    refund_set: MoneyBag


class AdditionalFeeAnswer(Wire):
    id: str
    name: str
    price: MoneyBag
    tax_lines: list[TaxAnswer]


class OrderAnswer(Wire, kw_only=True):
    """A whole order once its pages have been read to their ends."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    test: bool
    confirmed: bool
    edited: bool
    currency_code: str
    presentment_currency_code: str
    taxes_included: bool
    duties_included: bool
    tax_exempt: bool
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    tags: list[str]
    discount_codes: list[str]
    source_name: str | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str
    return_status: str
    status_page_url: str | None = None
    custom_attributes: list[AttributeAnswer]
    attribution: AttributionAnswer | None = None
    retail_location: NamedReference | None = None
    display_address: AddressAnswer | None = None
    billing_address: AddressAnswer | None = None
    shipping_address: AddressAnswer | None = None
    customer: CustomerAnswer | None = None
    purchasing_entity: Consumer | PurchasingCompany | None = None
    risk: RiskAnswer
    total_price_set: MoneyBag
    current_total_price_set: MoneyBag
    subtotal_price_set: MoneyBag | None = None
    current_subtotal_price_set: MoneyBag
    total_tax_set: MoneyBag | None = None
    current_total_tax_set: MoneyBag
    total_discounts_set: MoneyBag | None = None
    current_total_discounts_set: MoneyBag
    total_shipping_price_set: MoneyBag
    current_shipping_price_set: MoneyBag
    total_tip_received_set: MoneyBag
    current_total_duties_set: MoneyBag | None = None
    current_total_additional_fees_set: MoneyBag | None = None
    total_cash_rounding_adjustment: CashRoundingAnswer
    total_received_set: MoneyBag
    total_refunded_set: MoneyBag
    total_outstanding_set: MoneyBag
    tax_lines: list[TaxAnswer]
    additional_fees: list[AdditionalFeeAnswer]
    line_items: Page[OrderLineAnswer]
    shipping_lines: Page[ShippingLineAnswer]
    transactions: list[TransactionAnswer]
    refunds: list[Reference]
    fulfillment_orders: Page[FulfilmentOrderAnswer]
    payment_terms: PaymentTermsAnswer | None = None
    staff_member: Reference | None = None
