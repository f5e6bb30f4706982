"""The settings of a shop: every leaf with its default and its meaning.

The one list of settings. The API's schema and its documentation are made from it; ``description`` in a field's metadata
is the public text. Knows nothing of what contradicts what (``contradictory_settings``).
Rules: reference 0.01–0.04, CUS-1…9, COM-1…9, REF-1…8, FUL-26.
"""

import dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain.money import CurrencyHandling


class CancelledPaid(StrEnum):
    PROCESS = "process"
    SKIP = "skip"


class TaxAddress(StrEnum):
    SHIP_TO = "ship_to"
    SELL_TO = "sell_to"
    BILL_TO = "bill_to"


class ImportRange(StrEnum):
    WITH_ORDERS = "with_orders"
    NONE = "none"
    ALL = "all"


class CustomerMapping(StrEnum):
    BY_EMAIL_PHONE = "by_email_phone"
    BY_BILL_TO = "by_bill_to"
    ALWAYS_DEFAULT = "always_default"


class CompanyMapping(StrEnum):
    BY_EMAIL_PHONE = "by_email_phone"
    BY_TAX_ID = "by_tax_id"
    DEFAULT_COMPANY = "default_company"


class TaxIdField(StrEnum):
    REGISTRATION_NO = "registration_no"
    VAT_REGISTRATION_NO = "vat_registration_no"


class CustomerExport(StrEnum):
    NONE = "none"
    SELECTED = "selected"
    ALL = "all"


class NameSource(StrEnum):
    COMPANY = "company"
    FIRST_LAST = "first_last"
    LAST_FIRST = "last_first"
    NONE = "none"


class CountySource(StrEnum):
    CODE = "code"
    NAME = "name"


class ContactPermission(StrEnum):
    ORDERING_ONLY = "ordering_only"
    LOCATION_ADMIN = "location_admin"
    NO_PERMISSION = "no_permission"


class SkuMapping(StrEnum):
    NONE = "none"
    ITEM_NO = "item_no"
    ITEM_NO_VARIANT = "item_no_variant"
    BARCODE = "barcode"
    VENDOR_ITEM_NO = "vendor_item_no"


class ItemExport(StrEnum):
    NONE = "none"
    SELECTED = "selected"
    ALL = "all"


class ProductStatus(StrEnum):
    ACTIVE = "active"
    DRAFT = "draft"
    UNLISTED = "unlisted"


class BlockedItem(StrEnum):
    NONE = "none"
    ARCHIVE = "archive"
    DRAFT = "draft"


class RefundProcess(StrEnum):
    IMPORT_ONLY = "import_only"
    NONE = "none"
    AUTO_CREATE = "auto_create"


class RefundDocument(StrEnum):
    CREDIT_MEMO = "credit_memo"
    RETURN_ORDER = "return_order"


class ReturnLocationPriority(StrEnum):
    DEFAULT_LOCATION = "default_location"
    ORIGINAL_THEN_DEFAULT = "original_then_default"


def _says(description: str, default: Any = None) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralSettings:
    local_currency: str | None = _says("ISO currency of the ERP's books; null takes the store's at first contact.")
    time_zone: str | None = _says("IANA time zone in which booking days are counted; null takes the store's.")
    country_code: str | None = _says("ISO country of the shop; null takes the store's.")
    allow_outgoing: bool = _says(
        "Whether anything may be written to Shopify. When off, such work stays pending with the reason.", True
    )
    allow_background: bool = _says("Whether schedules run. Runs started by hand always do.", True)
    start_date: str | None = _says(
        "YYYY-MM-DD: orders created before this day are not imported unless asked for by id or by a range of creation."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries:
    sales_order: str = _says("Prefix of order numbers; six digits follow.", "SO-")
    sales_invoice: str = _says("Prefix of invoice numbers; six digits follow.", "SI-")
    credit_memo: str = _says("Prefix of credit memo numbers; six digits follow.", "CM-")
    return_order: str = _says("Prefix of return order numbers; six digits follow.", "RO-")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters:
    """Which orders a shop, a schedule or a run is about. Everything is optional; all that is given must hold (P11)."""

    financial_status: dict[str, list[str]] | None = _says(
        'Financial status: {"in": […], "not_in": […]}; "in" never matches an unknown status.'
    )
    fulfilment_status: dict[str, list[str]] | None = _says('Fulfilment status: {"in": […], "not_in": […]}.')
    channel: dict[str, list[str]] | None = _says('Channel handle, else source name: {"in": […], "not_in": […]}.')
    tags: dict[str, list[str]] | None = _says(
        '{"contains": […], "not_contains": […]}: all of the first, none of the second.'
    )
    risk: dict[str, list[str]] | None = _says('Highest risk level: {"in": […], "not_in": […]}.')
    test: bool | None = _says("Only test orders (true) or none (false).")
    confirmed: bool | None = _says("Only confirmed orders, or only others.")
    ship_to_country: dict[str, list[str]] | None = _says('ISO country of the ship-to: {"in": […], "not_in": […]}.')
    sell_to_country: dict[str, list[str]] | None = _says('ISO country of the sell-to: {"in": […], "not_in": […]}.')
    bill_to_country: dict[str, list[str]] | None = _says('ISO country of the bill-to: {"in": […], "not_in": […]}.')
    total: dict[str, str] | None = _says('Total in shop money: {"min": "0", "max": "100.00"}, both included.')
    tax: dict[str, str] | None = _says('Tax in shop money: {"min": …, "max": …}.')
    attribute: dict[str, list[str]] | None = _says('Keys of order attributes: {"has": […], "has_not": […]}.')
    name: dict[str, list[str]] | None = _says('Order name: {"in": ["#1001"], "not_in": […]}.')
    channel_liable: bool | None = _says("Only orders whose taxes the channel remits, or only others.")
    action: str | None = _says('"new" or "update".')


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettings:
    auto_create_documents: bool = _says("Make the document as soon as an order is imported and complete.", False)
    create_invoice_when_fulfilled: bool = _says(
        "Make an invoice instead of an order when nothing is left to fulfil.", True
    )
    release_documents: bool = _says("Release documents at once, so that the ERP may collect them.", True)
    amend_open_documents: bool = _says(
        "Amend documents that the ERP has not acknowledged when their order is edited.", False
    )
    use_shopify_order_number: bool = _says("Number documents by the order's name instead of the number series.", False)
    order_number_comment_line: bool = _says(
        "Begin each document with a comment line that names the Shopify order.", False
    )
    write_document_number: bool = _says("Write the ERP's document number to the Shopify order as an attribute.", True)
    close_finished_orders: bool = _says(
        "Close (archive) orders in Shopify when they are fulfilled, paid and booked.", True
    )
    cancelled_paid: CancelledPaid = _says(
        "A paid order cancelled before it was documented: process like others, or skip.", CancelledPaid.PROCESS
    )
    webhooks: bool = _says("Subscribe to the order webhooks of the store.", True)
    number_series: NumberSeries = _says("Prefixes of the number series.", NumberSeries())
    currency_handling: CurrencyHandling = _says(
        "Which money documents are made of: shop or presentment.", CurrencyHandling.SHOP
    )
    currency_code: str | None = _says(
        "The ERP's code of the document currency when currency_handling is shop; null = local currency or mapping."
    )
    location_mandatory: bool = _says("Refuse documents whose item lines have no ERP location.", False)
    tax_area_priority: tuple[TaxAddress, ...] = _says(
        "The first of these addresses that has a city decides the tax area.", ()
    )
    filters: OrderFilters = _says("Which orders of the store are this shop's own.", OrderFilters())
    cursor_overlap_minutes: int = _says("How far each listing reaches back before the last one, in minutes.", 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSettings:
    import_: ImportRange = field(
        default=ImportRange.WITH_ORDERS,
        metadata={"name": "import", "description": "Which store customers are taken in: with orders, none, or all."},
    )
    mapping: CustomerMapping = _says("How the customer of an order is found.", CustomerMapping.BY_EMAIL_PHONE)
    default_customer_no: str | None = _says(
        "The customer for orders without one of their own. It may be sent later: orders name it until it is there."
    )
    default_as_last_resort: bool = _says("Take the default customer when no rule finds one.", False)
    auto_create: bool = _says("Create a customer when none is found.", False)
    template_code: str | None = _says("The ERP's template for created customers, when the country has none of its own.")
    update_from_store: bool = _says("Update found customers from the store.", False)
    export: CustomerExport = _says(
        "Which ERP customers sync_customers sends by itself: none, selected (those asked for at exports/customers, as"
        " with none), or all.",
        CustomerExport.NONE,
    )
    update_store: bool = _says("Send changes of linked ERP customers to the store.", False)
    name_source: NameSource = _says("What a customer's name is made of.", NameSource.COMPANY)
    name2_source: NameSource = _says("What a customer's second name is made of.", NameSource.FIRST_LAST)
    contact_source: NameSource = _says("What a contact's name is made of.", NameSource.FIRST_LAST)
    county_source: CountySource = _says("Whether a county is the province's code or its name.", CountySource.CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySettings:
    import_: ImportRange = field(
        default=ImportRange.WITH_ORDERS,
        metadata={"name": "import", "description": "Which store companies are taken in: with orders, none, or all."},
    )
    mapping: tuple[CompanyMapping, ...] = _says(
        "How a company's customer is found: one rule or several in order.", (CompanyMapping.BY_EMAIL_PHONE,)
    )
    tax_id_field: TaxIdField = _says("The customer field that holds the company's tax id.", TaxIdField.REGISTRATION_NO)
    default_customer_no: str | None = _says(
        "The customer for company orders without one of their own. It may be sent later, as that of consumers."
    )
    template_code: str | None = _says("Template for created companies; null = customers.template_code.")
    auto_create: bool = _says("Create a customer when a company has none.", False)
    update_from_store: bool = _says("Update found companies from the store.", False)
    update_store: bool = _says("Send changes of linked ERP customers to the store's companies and locations.", False)
    default_contact_permission: ContactPermission = _says(
        "What an exported company contact may do.", ContactPermission.ORDERING_ONLY
    )
    auto_create_catalog: bool = _says(
        "Give each company that is sent to the store, and has no catalog there, one of its own: by sync_catalogs."
        " Takes a plan of the store with catalogs for companies.",
        False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSettings:
    sku_mapping: SkuMapping = _says("What a SKU of the store means in the ERP.", SkuMapping.NONE)
    sku_separator: str = _says("Between item number and variant code in a SKU.", "|")
    barcode_fallback: bool = _says("Find items by barcode when link and SKU find nothing.", True)
    auto_create: bool = _says("Announce products of the store that are no items yet to the ERP.", False)
    export: ItemExport = _says(
        "Which items are sent to the store as products: none, those that are products already, or all that are not"
        " blocked. Items asked for by exports/items are sent whatever this says.",
        ItemExport.NONE,
    )
    product_status: ProductStatus = _says("The status of products that are made.", ProductStatus.ACTIVE)
    blocked: BlockedItem = _says("What becomes of the product of a blocked item.", BlockedItem.NONE)
    variant_option: str = _says("The option that item variants without options of their own become.", "Variant")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    shipping_charges: str | None = _says("Account of shipping charges.")
    tips: str | None = _says("Account of tips.")
    sold_gift_cards: str | None = _says("Account of sold gift cards.")
    refunds: str | None = _says("Account of refunded money that no line explains.")
    refunds_not_restocked: str | None = _says("Account of returned pieces that are not restocked.")
    cash_rounding: str | None = _says("Account of cash rounding.")
    duties: str | None = _says("Account of duties.")
    additional_fees: str | None = _says("Account of additional fees.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettings:
    process: RefundProcess = _says(
        "What becomes of refunds: only imported, nothing, or documents.", RefundProcess.IMPORT_ONLY
    )
    create_as: RefundDocument = _says("The document of a refund.", RefundDocument.CREDIT_MEMO)
    return_location_priority: ReturnLocationPriority = _says(
        "Which location takes returned goods.", ReturnLocationPriority.DEFAULT_LOCATION
    )
    default_return_location: str | None = _says("ERP location of returned goods; null = blank.")
    remainder_limit: Decimal | None = _says(
        "Above this amount a refund that its lines do not explain waits for a person; null = never."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentSettings:
    notify_customer: bool = _says("Whether Shopify mails the buyer about a fulfilment.", True)
    service_name: str | None = _says("Our fulfilment service's name, when the ERP acts as one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """All settings of a shop."""

    general: GeneralSettings = _says("The shop as a whole.", GeneralSettings())
    orders: OrderSettings = _says("Orders and their documents.", OrderSettings())
    customers: CustomerSettings = _says("Consumers.", CustomerSettings())
    companies: CompanySettings = _says("Companies (B2B).", CompanySettings())
    items: ItemSettings = _says("Items, and the products they become.", ItemSettings())
    accounts: AccountSettings = _says("The ERP's accounts for what is not an item.", AccountSettings())
    refunds: RefundSettings = _says("Refunds and returns.", RefundSettings())
    fulfilment: FulfilmentSettings = _says("Shipments.", FulfilmentSettings())


def paths(settings_type: type = ShopSettings, prefix: str = "") -> list[str]:
    """The dotted paths of all leaves, in the order of the API."""
    found: list[str] = []
    for entry in dataclasses.fields(settings_type):
        name = f"{prefix}{entry.metadata.get('name', entry.name)}"
        if dataclasses.is_dataclass(entry.default) and not isinstance(entry.default, OrderFilters):
            found += paths(type(entry.default), f"{name}.")
        else:
            found.append(name)
    return found
