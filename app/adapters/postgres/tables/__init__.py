"""All tables. Rows live in this ring only and validate nothing (decision 7)."""

from app.adapters.postgres.tables import mappings, master_data, orders, stores, work, write_backs
from app.adapters.postgres.tables.base import metadata

__all__ = ["mappings", "master_data", "metadata", "orders", "stores", "work", "write_backs"]
