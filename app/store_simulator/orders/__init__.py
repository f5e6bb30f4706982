"""Orders of the simulated store: the goods they refer to, how they come to be, and how they live on.

Everything is plain dicts in Shopify's GraphQL field names with connections as lists; the engine around it pages and
serves them. `catalogue` and `generator` make state from a seed, `life` changes it as the platform would.
"""

from app.store_simulator.orders.catalogue import Catalogue, generate_catalogue
from app.store_simulator.orders.generator import generate_orders
from app.store_simulator.orders.options import DAY, EVERYTHING, PRESETS, TYPICAL, GeneratorOptions

__all__ = [
    "DAY",
    "EVERYTHING",
    "PRESETS",
    "TYPICAL",
    "Catalogue",
    "GeneratorOptions",
    "generate_catalogue",
    "generate_orders",
]
