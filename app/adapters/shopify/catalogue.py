"""Every document we send, with its page sizes and what they cost by the calibrated model (proved by a test).

A connection costs about 2 + 2·ln(first)·(1 + node), so large pages are nearly free and nesting is dear; ``nodes(ids:)``
costs as one object, so the price of a page is shared by all orders on it.
"""

from typing import Final

from app.adapters.shopify.answers.bulk import (
    BulkCancelAnswer,
    BulkListAnswer,
    BulkStartAnswer,
    BulkStatusAnswer,
    OrdersCountAnswer,
)
from app.adapters.shopify.answers.companies import CompanyListingAnswer, CompanyLocationListingAnswer
from app.adapters.shopify.answers.company_writing import (
    CompaniesByExternalIdAnswer,
    CompanyContactAssignAnswer,
    CompanyContactsAnswer,
    CompanyCreateAnswer,
    CompanyLocationAddressAssignAnswer,
    CompanyLocationCreateAnswer,
    CompanyLocationTaxUpdateAnswer,
    CompanyLocationUpdateAnswer,
    CompanyMainContactAssignAnswer,
    CompanyRoleAssignAnswer,
    CompanyUpdateAnswer,
    OneCompanyStandingAnswer,
)
from app.adapters.shopify.answers.customers import (
    CustomerAddressCreateAnswer,
    CustomerAddressUpdateAnswer,
    CustomerCreateAnswer,
    CustomerListingAnswer,
    CustomerLookUpAnswer,
    CustomerUpdateAnswer,
)
from app.adapters.shopify.answers.fulfilments import FulfilmentLineAnswer
from app.adapters.shopify.answers.gift_cards import IssuedGiftCardsAnswer
from app.adapters.shopify.answers.money import Nodes, Reference
from app.adapters.shopify.answers.order_actions import (
    JobStatusAnswer,
    OneOrderStandingAnswer,
    OrderCancelAnswer,
    OrderCaptureAnswer,
    OrderCloseAnswer,
    OrderMarkAsPaidAnswer,
    OrderOpenAnswer,
)
from app.adapters.shopify.answers.orders import (
    AddressAnswer,
    FulfilmentOrderAnswer,
    FulfilmentOrderLineAnswer,
    OrderLineAnswer,
    ShippingLineAnswer,
    TransactionAnswer,
)
from app.adapters.shopify.answers.pages import PageAnswer
from app.adapters.shopify.answers.payouts import BalanceTransactionsAnswer, DisputesAnswer, PayoutsAnswer
from app.adapters.shopify.answers.refunds import RefundAdjustmentAnswer, RefundLineAnswer, RefundShippingAnswer
from app.adapters.shopify.answers.returns import (
    ExchangeLineAnswer,
    ReturnLineAnswer,
    ReverseDeliveryAnswer,
    ReverseLineAnswer,
    ReverseOrderAnswer,
)
from app.adapters.shopify.answers.shipping import (
    FulfilmentCreateAnswer,
    FulfilmentRequestAcceptAnswer,
    FulfilmentTrackingUpdateAnswer,
    ShippableAnswer,
)
from app.adapters.shopify.answers.stock import (
    InventoryActivateAnswer,
    InventorySetAnswer,
    LevelAnswer,
    StockVariantsAnswer,
)
from app.adapters.shopify.answers.store_values import (
    DeliveryGroupsAnswer,
    DeliveryZonesAnswer,
    LocationsAnswer,
    MarketOptionsAnswer,
    MarketsAnswer,
    RecentOrdersAnswer,
    SalesAreasAnswer,
    TermsTemplatesAnswer,
)
from app.adapters.shopify.answers.stores import (
    GrantedScopesAnswer,
    ListedOrderAnswer,
    OrdersAnswer,
    OrderSumAnswer,
    ShopDescriptionAnswer,
    WebhookCreateAnswer,
    WebhookDeleteAnswer,
    WebhookListAnswer,
)
from app.adapters.shopify.answers.writing import OrderUpdateAnswer
from app.adapters.shopify.document import Document, PageSize


def _orders_size(
    name: str,
    *,
    ids: int,
    lines: int,
    shipping: int,
    fulfilment_orders: int,
    their_lines: int,
    addresses: int,
    estimate: int,
) -> PageSize:
    sizes = {
        "lines": lines,
        "shippingLines": shipping,
        "fulfilmentOrders": fulfilment_orders,
        "fulfilmentOrderLines": their_lines,
        "addresses": addresses,
    }
    return PageSize(name=name, variables=sizes, estimate=estimate, ids=ids)


def _plain(estimate: int, *, ids: int = 1) -> PageSize:
    return PageSize(name="all", variables={}, estimate=estimate, ids=ids)


def _pages(large: int, small: int, **others: int) -> tuple[PageSize, PageSize]:
    return (
        PageSize(name="250", variables={"first": 250, **others}, estimate=large),
        PageSize(name="50", variables={"first": 50, **others}, estimate=small),
    )


MANY_ORDERS: Final = _orders_size(
    "many", ids=50, lines=50, shipping=5, fulfilment_orders=5, their_lines=50, addresses=10, estimate=178
)
FEW_ORDERS: Final = _orders_size(
    "few", ids=8, lines=10, shipping=2, fulfilment_orders=2, their_lines=10, addresses=2, estimate=94
)
LEAST_ORDERS: Final = _orders_size(
    "least", ids=8, lines=2, shipping=1, fulfilment_orders=1, their_lines=2, addresses=1, estimate=61
)

ORDERS_WHOLE: Final = Document("orders_whole", Nodes, MANY_ORDERS, FEW_ORDERS, LEAST_ORDERS)
REFUNDS_WHOLE: Final = Document(
    "refunds_whole",
    Nodes,
    PageSize(name="many", variables={"lines": 50, "others": 10}, estimate=57, ids=50),
    PageSize(name="least", variables={"lines": 5, "others": 2}, estimate=27, ids=10),
)
ORDER_FULFILMENTS: Final = Document(
    "order_fulfilments",
    Nodes,
    PageSize(name="many", variables={"lines": 50}, estimate=21, ids=50),
    PageSize(name="least", variables={"lines": 10}, estimate=15, ids=8),
)
ORDER_RETURNS: Final = Document(
    "order_returns",
    Nodes,
    PageSize(name="many", variables={"returns": 20}, estimate=8, ids=50),
    PageSize(name="least", variables={"returns": 5}, estimate=6, ids=8),
)


def _returns_size(
    name: str, *, ids: int, lines: int, exchange: int, orders: int, their_lines: int, deliveries: int, estimate: int
) -> PageSize:
    sizes = {
        "lines": lines,
        "exchangeLines": exchange,
        "reverseOrders": orders,
        "reverseLines": their_lines,
        "deliveries": deliveries,
    }
    return PageSize(name=name, variables=sizes, estimate=estimate, ids=ids)


RETURNS_WHOLE: Final = Document(
    "returns_whole",
    Nodes,
    _returns_size("many", ids=50, lines=20, exchange=10, orders=2, their_lines=20, deliveries=2, estimate=76),
    _returns_size("least", ids=8, lines=5, exchange=2, orders=1, their_lines=5, deliveries=1, estimate=50),
)
GIFT_CARD_RECEIPTS: Final = Document("gift_card_receipts", Nodes, _plain(1, ids=50))
GIFT_CARDS: Final = Document("gift_cards", Nodes, _plain(1, ids=50))
ISSUED_GIFT_CARDS: Final = Document("issued_gift_cards", IssuedGiftCardsAnswer, *_pages(35, 23))

ORDER_LINES_PAGE: Final = Document("order_lines_page", PageAnswer[OrderLineAnswer], *_pages(102, 66))
ORDER_SHIPPING_LINES_PAGE: Final = Document(
    "order_shipping_lines_page", PageAnswer[ShippingLineAnswer], *_pages(47, 31)
)
ORDER_FULFILMENT_ORDERS_PAGE: Final = Document(
    "order_fulfilment_orders_page", PageAnswer[FulfilmentOrderAnswer], *_pages(179, 115, fulfilmentOrderLines=20)
)
FULFILMENT_ORDER_LINES_PAGE: Final = Document(
    "fulfilment_order_lines_page", PageAnswer[FulfilmentOrderLineAnswer], *_pages(26, 18)
)
COMPANY_LOCATIONS: Final = Document("company_locations", Nodes, _plain(12, ids=50))
CUSTOMER_ADDRESSES_PAGE: Final = Document("customer_addresses_page", PageAnswer[AddressAnswer], *_pages(14, 10))
REFUND_LINES_PAGE: Final = Document("refund_lines_page", PageAnswer[RefundLineAnswer], *_pages(37, 25))
REFUND_SHIPPING_PAGE: Final = Document("refund_shipping_page", PageAnswer[RefundShippingAnswer], *_pages(26, 18))
REFUND_ADJUSTMENTS_PAGE: Final = Document(
    "refund_adjustments_page", PageAnswer[RefundAdjustmentAnswer], *_pages(15, 11)
)
REFUND_TRANSACTIONS_PAGE: Final = Document("refund_transactions_page", PageAnswer[TransactionAnswer], *_pages(37, 25))
FULFILMENT_LINES_PAGE: Final = Document("fulfilment_lines_page", PageAnswer[FulfilmentLineAnswer], *_pages(26, 18))
ORDER_RETURNS_PAGE: Final = Document("order_returns_page", PageAnswer[Reference], *_pages(14, 10))
RETURN_LINES_PAGE: Final = Document("return_lines_page", PageAnswer[ReturnLineAnswer], *_pages(59, 39))
RETURN_REVERSE_ORDERS_PAGE: Final = Document(
    "return_reverse_orders_page", PageAnswer[ReverseOrderAnswer], *_pages(367, 235, reverseLines=20, deliveries=2)
)
REVERSE_ORDER_LINES_PAGE: Final = Document("reverse_order_lines_page", PageAnswer[ReverseLineAnswer], *_pages(59, 39))
REVERSE_DELIVERIES_PAGE: Final = Document("reverse_deliveries_page", PageAnswer[ReverseDeliveryAnswer], *_pages(37, 25))
EXCHANGE_LINES_PAGE: Final = Document("exchange_lines_page", PageAnswer[ExchangeLineAnswer], *_pages(26, 18))

ORDER_LISTING: Final = Document("order_listing", OrdersAnswer[ListedOrderAnswer], *_pages(13, 9))
ORDER_SUMS: Final = Document("order_sums", OrdersAnswer[OrderSumAnswer], *_pages(24, 16))
ORDERS_COUNT: Final = Document(
    "orders_count", OrdersCountAnswer, PageSize(name="all", variables={"limit": 1}, estimate=10)
)
BULK_START: Final = Document("bulk_start", BulkStartAnswer, _plain(10), mutation=True)
BULK_STATUS: Final = Document("bulk_status", BulkStatusAnswer, _plain(1))
BULK_LIST: Final = Document("bulk_list", BulkListAnswer, PageSize(name="50", variables={"first": 50}, estimate=9))
BULK_CANCEL: Final = Document("bulk_cancel", BulkCancelAnswer, _plain(10), mutation=True)
SHOP_DESCRIPTION: Final = Document("shop_description", ShopDescriptionAnswer, _plain(5))
GRANTED_SCOPES: Final = Document("granted_scopes", GrantedScopesAnswer, _plain(2))
WEBHOOK_LIST: Final = Document("webhook_list", WebhookListAnswer, *_pages(13, 9))
WEBHOOK_CREATE: Final = Document("webhook_create", WebhookCreateAnswer, _plain(10), mutation=True)
WEBHOOK_DELETE: Final = Document("webhook_delete", WebhookDeleteAnswer, _plain(10), mutation=True)

ORDER_GLANCES: Final = Document("order_glances", Nodes, _plain(7, ids=50))
ORDER_ATTRIBUTES_UPDATE: Final = Document("order_attributes_update", OrderUpdateAnswer, _plain(10), mutation=True)

ORDER_STANDING: Final = Document("order_standing", OneOrderStandingAnswer, _plain(2))
ORDER_MARK_AS_PAID: Final = Document("order_mark_as_paid", OrderMarkAsPaidAnswer, _plain(10), mutation=True)
ORDER_CANCEL: Final = Document("order_cancel", OrderCancelAnswer, _plain(10), mutation=True)
JOB_STATUS: Final = Document("job_status", JobStatusAnswer, _plain(1))
ORDER_CAPTURE: Final = Document("order_capture", OrderCaptureAnswer, _plain(20), mutation=True)
ORDER_CLOSE: Final = Document("order_close", OrderCloseAnswer, _plain(16), mutation=True)
ORDER_OPEN: Final = Document("order_open", OrderOpenAnswer, _plain(10), mutation=True)

ORDER_SHIPPING: Final = Document(
    "order_shipping",
    Nodes,
    PageSize(
        name="few",
        variables={"fulfilmentOrders": 5, "fulfilmentOrderLines": 50, "fulfilmentLines": 50},
        estimate=85,
    ),
    PageSize(
        name="least",
        variables={"fulfilmentOrders": 1, "fulfilmentOrderLines": 5, "fulfilmentLines": 5},
        estimate=27,
    ),
)
ORDER_SHIPPING_PAGE: Final = Document(
    "order_shipping_page", PageAnswer[ShippableAnswer], *_pages(190, 122, fulfilmentOrderLines=20)
)
FULFILMENT_CREATE: Final = Document("fulfilment_create", FulfilmentCreateAnswer, _plain(38), mutation=True)
FULFILMENT_TRACKING_UPDATE: Final = Document(
    "fulfilment_tracking_update", FulfilmentTrackingUpdateAnswer, _plain(78), mutation=True
)
FULFILMENT_REQUEST_ACCEPT: Final = Document(
    "fulfilment_request_accept", FulfilmentRequestAcceptAnswer, _plain(10), mutation=True
)

PAYOUTS: Final = Document("payouts", PayoutsAnswer, *_pages(25, 17))
BALANCE_TRANSACTIONS: Final = Document("balance_transactions", BalanceTransactionsAnswer, *_pages(25, 17))
DISPUTES: Final = Document("disputes", DisputesAnswer, *_pages(36, 24))

STOCK_VARIANTS: Final = Document("stock_variants", StockVariantsAnswer, *_pages(24, 16))
STOCK_LEVELS: Final = Document(
    "stock_levels",
    Nodes,
    PageSize(name="many", variables={"levels": 50}, estimate=24, ids=250),
    PageSize(name="least", variables={"levels": 5}, estimate=12, ids=50),
)
STOCK_LEVELS_PAGE: Final = Document("stock_levels_page", PageAnswer[LevelAnswer], *_pages(36, 24))
INVENTORY_SET: Final = Document("inventory_set", InventorySetAnswer, _plain(10), mutation=True)
INVENTORY_ACTIVATE: Final = Document("inventory_activate", InventoryActivateAnswer, _plain(10), mutation=True)

STORE_LOCATIONS: Final = Document("store_locations", LocationsAnswer, *_pages(13, 9))
SALES_AREAS: Final = Document("sales_areas", SalesAreasAnswer, _plain(2))
DELIVERY_GROUPS: Final = Document("delivery_groups", DeliveryGroupsAnswer, *_pages(35, 23))
ONE_ZONE: Final = PageSize(name="one", variables={"first": 1, "methods": 250}, estimate=44)
DELIVERY_ZONES: Final = Document(
    "delivery_zones",
    DeliveryZonesAnswer,
    PageSize(name="50", variables={"first": 50, "methods": 250}, estimate=284),
    PageSize(name="5", variables={"first": 5, "methods": 250}, estimate=124),
    ONE_ZONE,
)
MARKET_SHIPPING: Final = Document(
    "market_shipping",
    MarketsAnswer,
    PageSize(name="50", variables={"first": 50, "options": 250}, estimate=114),
    PageSize(name="5", variables={"first": 5, "options": 250}, estimate=50),
)
MARKET_SHIPPING_OPTIONS: Final = Document("market_shipping_options", MarketOptionsAnswer, *_pages(16, 12))
PAYMENT_TERMS_TEMPLATES: Final = Document("payment_terms_templates", TermsTemplatesAnswer, _plain(1))
RECENT_ORDERS: Final = Document(
    "recent_orders",
    RecentOrdersAnswer,
    PageSize(name="100", variables={"first": 100, "shippingLines": 5}, estimate=74),
)

CUSTOMER_LISTING: Final = Document("customer_listing", CustomerListingAnswer, *_pages(13, 9))
CUSTOMERS_WHOLE: Final = Document(
    "customers_whole",
    Nodes,
    PageSize(name="many", variables={"addresses": 10}, estimate=9, ids=250),
    PageSize(name="least", variables={"addresses": 1}, estimate=6, ids=25),
)
CUSTOMER_LOOK_UP: Final = Document("customer_look_up", CustomerLookUpAnswer, _plain(6))
CUSTOMER_CREATE: Final = Document("customer_create", CustomerCreateAnswer, _plain(10), mutation=True)
CUSTOMER_UPDATE: Final = Document("customer_update", CustomerUpdateAnswer, _plain(10), mutation=True)
CUSTOMER_ADDRESS_CREATE: Final = Document(
    "customer_address_create", CustomerAddressCreateAnswer, _plain(10), mutation=True
)
CUSTOMER_ADDRESS_UPDATE: Final = Document(
    "customer_address_update", CustomerAddressUpdateAnswer, _plain(10), mutation=True
)

COMPANY_LISTING: Final = Document("company_listing", CompanyListingAnswer, *_pages(79, 51, locations=10))
COMPANY_LOCATIONS_PAGE: Final = Document("company_locations_page", PageAnswer[Reference], *_pages(14, 10))
COMPANY_LOCATION_LISTING: Final = Document("company_location_listing", CompanyLocationListingAnswer, *_pages(13, 9))
COMPANIES_BY_EXTERNAL_ID: Final = Document("companies_by_external_id", CompaniesByExternalIdAnswer, _plain(5))
COMPANY_STANDING: Final = Document("company_standing", OneCompanyStandingAnswer, _plain(13))
COMPANY_LOCATION_STANDINGS: Final = Document("company_location_standings", Nodes, _plain(27, ids=50))
COMPANY_CONTACTS: Final = Document("company_contacts", CompanyContactsAnswer, _plain(3))
COMPANY_CREATE: Final = Document("company_create", CompanyCreateAnswer, _plain(10), mutation=True)
COMPANY_UPDATE: Final = Document("company_update", CompanyUpdateAnswer, _plain(10), mutation=True)
COMPANY_CONTACT_ASSIGN: Final = Document(
    "company_contact_assign", CompanyContactAssignAnswer, _plain(10), mutation=True
)
COMPANY_MAIN_CONTACT_ASSIGN: Final = Document(
    "company_main_contact_assign", CompanyMainContactAssignAnswer, _plain(10), mutation=True
)
COMPANY_ROLE_ASSIGN: Final = Document("company_role_assign", CompanyRoleAssignAnswer, _plain(10), mutation=True)
COMPANY_LOCATION_CREATE: Final = Document(
    "company_location_create", CompanyLocationCreateAnswer, _plain(10), mutation=True
)
COMPANY_LOCATION_UPDATE: Final = Document(
    "company_location_update", CompanyLocationUpdateAnswer, _plain(10), mutation=True
)
COMPANY_LOCATION_ADDRESS_ASSIGN: Final = Document(
    "company_location_address_assign", CompanyLocationAddressAssignAnswer, _plain(10), mutation=True
)
COMPANY_LOCATION_TAX_UPDATE: Final = Document(
    "company_location_tax_update", CompanyLocationTaxUpdateAnswer, _plain(10), mutation=True
)
