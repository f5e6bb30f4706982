"""Orderbridge connects Shopify stores to any ERP: orders in, sales documents out.

The package is built in rings; `docs/ARCHITECTURE.md` draws them.
"""

__version__ = "0.1.0"
