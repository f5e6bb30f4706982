"""Orderbridge connects Shopify stores to any ERP: orders in, sales documents out.

The package is built in rings; `docs/ARCHITECTURE.md` draws them.
"""

__version__ = "1.0.0"
"""The one place: the build, the command line, `/v1/me`, the description and `/metrics` take it from here."""
