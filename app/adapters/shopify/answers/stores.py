"""The order listing, the store's description, scopes and webhook subscriptions, as their documents answer them."""

from datetime import datetime
from typing import Generic

from app.adapters.shopify.answers.money import MoneyBag, Node, Page, Wire


class ListedOrderAnswer(Wire):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    closed: bool
    test: bool
    display_fulfillment_status: str
    cancelled_at: datetime | None = None
    display_financial_status: str | None = None


class RefundSumAnswer(Wire):
    id: str
    created_at: datetime | None
    total_refunded_set: MoneyBag


class OrderSumAnswer(Wire):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    closed: bool
    current_total_price_set: MoneyBag
    refunds: list[RefundSumAnswer]


class OrdersAnswer(Wire, Generic[Node]):
    """A page of orders, whatever is asked of each."""

    orders: Page[Node]


class PlanAnswer(Wire):
    public_display_name: str


class ShopAddressAnswer(Wire):
    country_code_v2: str | None = None


class ShopAnswer(Wire):
    name: str
    currency_code: str
    iana_timezone: str
    plan: PlanAnswer
    shop_address: ShopAddressAnswer


class ScopeAnswer(Wire):
    handle: str


class InstallationAnswer(Wire):
    access_scopes: list[ScopeAnswer]


class ApiVersionAnswer(Wire):
    handle: str
    supported: bool


class ShopDescriptionAnswer(Wire):
    shop: ShopAnswer
    current_app_installation: InstallationAnswer
    public_api_versions: list[ApiVersionAnswer]


class GrantedScopesAnswer(Wire):
    current_app_installation: InstallationAnswer


class SubscriptionVersionAnswer(Wire):
    handle: str


class SubscriptionAnswer(Wire):
    id: str
    topic: str
    uri: str
    api_version: SubscriptionVersionAnswer


class WebhookListAnswer(Wire):
    webhook_subscriptions: Page[SubscriptionAnswer]


class UserErrorAnswer(Wire):
    message: str
    field: list[str] | None = None


class WebhookCreatePayload(Wire):
    user_errors: list[UserErrorAnswer]
    webhook_subscription: SubscriptionAnswer | None = None


class WebhookCreateAnswer(Wire):
    webhook_subscription_create: WebhookCreatePayload | None = None


class WebhookDeletePayload(Wire):
    user_errors: list[UserErrorAnswer]
    deleted_webhook_subscription_id: str | None = None


class WebhookDeleteAnswer(Wire):
    webhook_subscription_delete: WebhookDeletePayload | None = None
