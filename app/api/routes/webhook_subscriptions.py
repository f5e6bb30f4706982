"""``/v1/shops/{shop}/webhook-subscriptions``: what the store will tell us."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import ShopsRead
from app.api.dependencies import VisibleShop, service
from app.api.routing import resource_router
from app.api.schemas.webhook_subscriptions import SubscriptionList, subscription_shown
from app.services.webhook_subscriptions import WebhookSubscriptions

router = resource_router("shops")


@router.get(
    "/shops/{shop}/webhook-subscriptions",
    response_model=SubscriptionList,
    responses={502: {}},
    summary="List the webhook subscriptions",
)
async def list_webhook_subscriptions(
    access: ShopsRead,
    subscriptions: Annotated[WebhookSubscriptions, Depends(service(WebhookSubscriptions))],
    shop: VisibleShop,
) -> Response:
    """Asks the store: every topic that is wanted and every subscription there is. `repair` makes them agree."""
    found = await subscriptions.status(access, shop.code)
    return answer(SubscriptionList(data=[subscription_shown(status) for status in found], next_cursor=None))
