"""What the simulated store can be told to do, one module per area; importing the package makes all of them known."""

from app.store_simulator.mutations import (
    bulk_operations,
    catalogs,
    companies,
    customers,
    fulfilment_orders,
    fulfilments,
    inventory,
    orders,
    products,
    staged_uploads,
    webhook_subscriptions,
)

__all__ = [
    "bulk_operations",
    "catalogs",
    "companies",
    "customers",
    "fulfilment_orders",
    "fulfilments",
    "inventory",
    "orders",
    "products",
    "staged_uploads",
    "webhook_subscriptions",
]
