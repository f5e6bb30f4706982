"""The resources of the surface. A module here has a ``router``; naming it below puts it on the surface."""

from fastapi import APIRouter

from app.api import health
from app.api.routes import (
    activities,
    api_keys,
    country_mappings,
    customers,
    events,
    items,
    links,
    mappings,
    me,
    new_customers,
    order_requests,
    orders,
    orders_to_import,
    refunds,
    runs,
    sales_documents,
    schedules,
    shops,
    tasks,
    text_mappings,
    webhook_subscriptions,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    me.router,
    api_keys.router,
    shops.router,
    mappings.router,
    text_mappings.router,
    country_mappings.router,
    links.router,
    customers.router,
    items.router,
    new_customers.router,
    tasks.router,
    schedules.router,
    runs.router,
    activities.router,
    events.router,
    webhook_subscriptions.router,
    sales_documents.router,
    orders.router,
    order_requests.router,
    refunds.router,
    orders_to_import.router,
)
