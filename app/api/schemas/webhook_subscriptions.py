"""Webhook subscriptions of a store on the wire."""

from pydantic import Field

from app.api.schemas.types import AnswerBody
from app.services.webhook_subscriptions import SubscriptionState, SubscriptionStatus


class SubscriptionShown(AnswerBody):
    """A subscription there is, or should be."""

    topic: str = Field(examples=["orders/updated"], description="Shopify's topic.")
    shopify_id: str | None = Field(examples=["1029384756"], description="Shopify's id; null = there is none.")
    uri: str | None = Field(examples=["https://erp.example/webhooks/shopify"], description="Where it leads.")
    state: SubscriptionState = Field(
        examples=["ok"],
        description="missing: wanted, not there; foreign: not one of the wanted; not_granted: wanted, without scope.",
    )


class SubscriptionList(AnswerBody):
    """Every wanted topic and every subscription of this app."""

    data: list[SubscriptionShown] = Field(description="By topic.")
    next_cursor: None = Field(description="Always null: the list is short.")


def subscription_shown(status: SubscriptionStatus) -> SubscriptionShown:
    """A subscription as compared with what is wanted."""
    return SubscriptionShown(topic=status.topic, shopify_id=status.shopify_id, uri=status.uri, state=status.state)
