"""What the simulated store can be told to do, one module per area; importing the package makes all of them known."""

from app.store_simulator.mutations import fulfilment_orders, fulfilments, orders, webhook_subscriptions

__all__ = ["fulfilment_orders", "fulfilments", "orders", "webhook_subscriptions"]
