"""The webhook subscriptions of this app at a store: listed, made and ended. Which are wanted is a service's to know."""

from collections.abc import Sequence
from typing import Final

from app.adapters.shopify.answers.stores import SubscriptionAnswer, UserErrorAnswer
from app.adapters.shopify.catalogue import WEBHOOK_CREATE, WEBHOOK_DELETE, WEBHOOK_LIST
from app.adapters.shopify.endpoints import API_VERSION
from app.adapters.shopify.envelope import ErrorEntry, in_its_words
from app.adapters.shopify.points import Priority
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.identifiers import ShopifyId, shopify_id
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreRef, WebhookSubscription

_MOST_PAGES: Final = 100
_LONG_SUBJECTS: Final = tuple(
    """
    APP_PURCHASES_ONE_TIME APP_SUBSCRIPTIONS AUDIT_EVENTS BULK_OPERATIONS COLLECTION_LISTINGS
    COLLECTION_PUBLICATIONS COMPANY_CONTACTS COMPANY_CONTACT_ROLES COMPANY_LOCATIONS
    CUSTOMERS_EMAIL_MARKETING_CONSENT CUSTOMERS_MARKETING_CONSENT CUSTOMERS_WHATS_APP_MARKETING_CONSENT
    CUSTOMER_ACCOUNT_SETTINGS CUSTOMER_GROUPS CUSTOMER_PAYMENT_METHODS CUSTOMER_TAGS DELIVERY_PROMISE_SETTINGS
    DRAFT_ORDERS FINANCE_APP_STAFF_MEMBER FINANCE_KYC_INFORMATION FULFILLMENT_EVENTS FULFILLMENT_HOLDS
    FULFILLMENT_ORDERS INVENTORY_ITEMS INVENTORY_LEVELS INVENTORY_SHIPMENTS INVENTORY_TRANSFERS
    MARKETS_BACKUP_REGION METAFIELD_DEFINITIONS ORDER_TRANSACTIONS PAYMENT_SCHEDULES PAYMENT_TERMS PRODUCT_FEEDS
    PRODUCT_LISTINGS PRODUCT_PUBLICATIONS REVERSE_DELIVERIES REVERSE_FULFILLMENT_ORDERS
    SCHEDULED_PRODUCT_LISTINGS SELLING_PLAN_GROUPS SHIPPING_ADDRESSES SUBSCRIPTION_BILLING_ATTEMPTS
    SUBSCRIPTION_BILLING_CYCLES SUBSCRIPTION_BILLING_CYCLE_EDITS SUBSCRIPTION_CONTRACTS TAX_SERVICES
    TENDER_TRANSACTIONS
    """.split()
)
"""Subjects whose name has an underscore of its own; the longest that fits decides where the slash goes."""


def topic_from_enum(value: str) -> str:
    """``ORDERS_UPDATED`` is ``orders/updated``."""
    matching = [subject for subject in _LONG_SUBJECTS if value.startswith(f"{subject}_")]
    subject = max(matching, key=len) if matching else value.split("_", 1)[0]
    return f"{subject}/{value[len(subject) + 1 :]}".lower()


def topic_to_enum(topic: str) -> str:
    """``orders/updated`` is ``ORDERS_UPDATED``."""
    return topic.replace("/", "_").upper()


class Subscriptions:
    def __init__(self, transport: ShopifyTransport) -> None:
        self._transport = transport

    async def all(self, store: StoreRef) -> Sequence[WebhookSubscription]:
        """Every subscription of ours at the store."""
        found: list[WebhookSubscription] = []
        after: str | None = None
        for _ in range(_MOST_PAGES):
            answer = await self._transport.execute(store, WEBHOOK_LIST, {"after": after}, priority=Priority.URGENT)
            if answer.errors:
                raise StoreRefused(f"Shopify listed the subscriptions only in part: {in_its_words(answer.errors)}")
            page = answer.data.webhook_subscriptions
            found += [_subscription(each) for each in page.nodes]
            if not page.page_info.has_next_page:
                return found
            after = page.page_info.end_cursor
        raise StoreUnavailable("The pages of the webhook subscriptions do not end.")

    async def create(self, store: StoreRef, topic: str, uri: str) -> WebhookSubscription:
        """Subscribe; when the answer was lost, whether it happened is looked up (B6). Raises StoreRefused in
        Shopify's words.
        """
        variables = {"topic": topic_to_enum(topic), "subscription": {"uri": uri, "format": "JSON"}}
        try:
            answer = await self._transport.execute(store, WEBHOOK_CREATE, variables, priority=Priority.URGENT)
        except StoreUnavailable as lost:
            made = None if lost.outcome_known else await self._standing(store, topic, uri)
            if made is None:
                raise
            return made
        payload = answer.data.webhook_subscription_create
        _refuse(payload.user_errors if payload else (), answer.errors)
        if payload is None or payload.webhook_subscription is None:
            raise StoreRefused("Shopify made no webhook subscription and gave no reason.")
        return _subscription(payload.webhook_subscription)

    async def delete(self, store: StoreRef, subscription: ShopifyId) -> None:
        """End a subscription; one that is gone already is as good as ended."""
        variables = {"id": f"gid://shopify/WebhookSubscription/{subscription}"}
        try:
            answer = await self._transport.execute(store, WEBHOOK_DELETE, variables, priority=Priority.URGENT)
        except StoreUnavailable as lost:
            if lost.outcome_known or subscription in {each.shopify_id for each in await self.all(store)}:
                raise
            return
        payload = answer.data.webhook_subscription_delete
        if payload is not None and payload.deleted_webhook_subscription_id is not None:
            return
        if subscription in {each.shopify_id for each in await self.all(store)}:
            _refuse(payload.user_errors if payload else (), answer.errors)
            raise StoreRefused("Shopify did not end the webhook subscription and gave no reason.")

    async def _standing(self, store: StoreRef, topic: str, uri: str) -> WebhookSubscription | None:
        return next((each for each in await self.all(store) if (each.topic, each.uri) == (topic, uri)), None)


def _subscription(answer: SubscriptionAnswer) -> WebhookSubscription:
    return WebhookSubscription(
        shopify_id=shopify_id(answer.id),
        topic=topic_from_enum(answer.topic),
        uri=answer.uri,
        outdated=answer.api_version.handle != API_VERSION,
    )


def _refuse(user_errors: Sequence[UserErrorAnswer], errors: Sequence[ErrorEntry]) -> None:
    """Shopify's own refusal is not repeated (B5)."""
    if user_errors:
        words = " · ".join(error.message for error in user_errors)[:300]
        raise StoreRefused(words, facts={"fields": [".".join(error.field or ()) for error in user_errors]})
    if errors:
        raise StoreRefused(in_its_words(errors))
