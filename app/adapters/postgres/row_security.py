"""The second belt (S2): of which shop a row is, as the database itself knows it, and the role that is held to it.

A transaction that reads for a key limited to shops takes on that role for its length; policies of the role let it see
the rows of the shops told with it. Whoever does not take it on, as imports do, has nothing of it: the owner of the
tables is no subject of policies, and a plain role is one of a policy that is true.

The conditions are made of the tables' columns, so that no table can be forgotten (decision 54).
"""

from collections.abc import Mapping
from typing import Final

SEEN: Final = "((SELECT string_to_array(current_setting('orderbridge.seen'), ','))::text[])"
"""The shops that were told. Asked once a statement; an error where none were, nothing where none were left."""
_OF_SHOP: Final = f"shop_id = ANY {SEEN}"
_SEEN_STORES: Final = "(ARRAY(SELECT shops.store_id FROM shops))"
_OF_STORE: Final = f"store_id = ANY {_SEEN_STORES}"
"""Of a store, what any of its shops may see: ``shops`` has its own condition here, too."""

ALL_ROWS: Final = "all_rows"
SEEN_ROWS: Final = "seen_rows"
"""The two policies of a table: without the first nobody but the owner would see anything."""

SPECIAL: Final[Mapping[str, str]] = {
    "shops": f"id = ANY {SEEN}",
    "stores": f"id = ANY {_SEEN_STORES}",
    # Of the ERP's are those with a number; one that was made of a store's customer is its shop's until it has one.
    "customers": f"no IS NOT NULL OR {_OF_SHOP}",
    "item_prices": f"shop_id = '' OR {_OF_SHOP}",
    "orders_to_import": f"{_OF_SHOP} OR (shop_id IS NULL AND {_OF_STORE})",
    "audit_entries": f"of_shop = ANY {SEEN}",
    "api_keys": f"shop_ids <@ {SEEN}",
    "webhook_endpoints": f"shop_ids <@ {SEEN}",
    # A person bought from the store, not from one shop: whoever sees only some of its shops sees nothing of it.
    "privacy_requests": "sees_whole_store(store_id)",
    "order_captures": "EXISTS (SELECT FROM orders WHERE orders.id = order_id)",
    "order_changes": "EXISTS (SELECT FROM orders WHERE orders.id = order_id)",
    "sales_document_versions": "EXISTS (SELECT FROM sales_documents WHERE sales_documents.id = document_id)",
    "shipment_sendings": "EXISTS (SELECT FROM shipments WHERE shipments.id = shipment_id)",
    "run_failures": "EXISTS (SELECT FROM runs WHERE runs.id = run_id)",
    "run_tallies": "EXISTS (SELECT FROM runs WHERE runs.id = run_id)",
    "webhook_deliveries": "EXISTS (SELECT FROM webhook_endpoints WHERE webhook_endpoints.id = endpoint_id)",
    "webhook_endpoint_secrets": "EXISTS (SELECT FROM webhook_endpoints WHERE webhook_endpoints.id = endpoint_id)",
}
"""Whose rows are not simply those of their ``shop_id``, or of any shop of their ``store_id``."""

OF_NO_SHOP: Final = frozenset(
    """catalog_prices console_sessions console_users currency_mappings document_costs event_positions idempotency_keys
    inventory_levels item_codes item_images items process_beats shipping_agents tax_areas""".split()
)
"""Tables that every shop shares, or that belong to none."""


def conditions() -> Mapping[str, str]:
    """Of each table with rows of shops, which of them may be seen. Loads the tables' descriptions."""
    from app.adapters.postgres.tables import metadata  # noqa: PLC0415 - no process that serves needs them

    found = dict(SPECIAL)
    for table in metadata.sorted_tables:
        if table.name in found or table.name in OF_NO_SHOP:
            continue
        if "shop_id" in table.columns:
            found[table.name] = _OF_SHOP
        elif "store_id" in table.columns:
            found[table.name] = _OF_STORE
        else:
            raise LookupError(f"It is not said whose rows those of {table.name} are.")
    return found
