"""The map of personal data (decision 12): complete, not obviously wrong, and the page about it true."""

import pytest
from sqlalchemy import ARRAY, JSON, Column, LargeBinary, Text

from app.adapters.postgres.personal_rows import covered
from app.adapters.postgres.store_removal import STAYS, removal_statements
from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from app.adapters.telemetry.redaction import holds_a_secret_or_a_person
from scripts.write_personal_data_map import PAGE, personal_data_map

COLUMNS = {
    f"{table.name}.{column.name}": column
    for table in sorted(metadata.tables.values(), key=lambda each: each.name)
    for column in table.columns
    if isinstance(column.type, (Text, LargeBinary, JSON, ARRAY))
}
"""All that are wide enough for a person: no numbers, instants or flags."""

OF_THINGS = frozenset(
    "api_keys.name audit_entries.actor_name console_users.name idempotency_keys.api_key_id location_mappings.name"
    " orders.name"
    " orders_to_import.name payment_terms_mappings.name run_tallies.name runs.parameters schedules.parameters"
    " shipping_agents.name shops.name stores.name".split()
)
"""Names of keys, of who works here, places, counters and orders (#1001); what a run was asked to do: filters, order
numbers.
"""

OF_MACHINES = frozenset({"idempotency_keys.fingerprint", "order_captures.digest", "orders.body_hash"})
"""Bytes that are hashes of whole requests and answers."""


def test_every_column_says_what_it_can_hold() -> None:
    columns = [column for table in metadata.tables.values() for column in table.columns]

    assert [str(column) for column in columns if not isinstance(column.info.get("holds"), Holds)] == []


@pytest.mark.parametrize("name", [name for name in COLUMNS if holds_a_secret_or_a_person(name.partition(".")[2])])
def test_a_column_whose_name_would_not_be_printed_is_not_called_plain(name: str) -> None:
    assert name in OF_THINGS | OF_MACHINES or COLUMNS[name].info["holds"] is not Holds.PLAIN


@pytest.mark.parametrize("name", [name for name, column in COLUMNS.items() if isinstance(column.type, LargeBinary)])
def test_bytes_are_a_secret_a_person_or_a_hash(name: str) -> None:
    assert name in OF_MACHINES or COLUMNS[name].info["holds"] in {Holds.PERSON, Holds.SECRET}


def test_the_values_that_are_told_to_be_plain_though_they_could_hold_anything_are_these() -> None:
    def is_open(column: Column[object]) -> bool:
        return isinstance(column.type, (JSON, ARRAY)) and column.info["holds"] is Holds.PLAIN

    assert {name for name, column in COLUMNS.items() if is_open(column)} == set(
        "api_keys.scopes api_keys.shop_ids audit_entries.after audit_entries.before audit_entries.withheld"
        " discovered_items.product idempotency_keys.headers"
        " items.barcodes items.variants location_mappings.location_filter payouts.summary product_exports.files"
        " store_catalogs.locations store_catalogs.markets"
        " runs.counts runs.filters runs.parameters schedules.filters schedules.parameters shops.settings"
        " store_tokens.scopes privacy_requests.counts stores.granted_scopes"
        " webhook_endpoints.shop_ids webhook_endpoints.types".split()
    )


def test_the_page_about_it_is_what_the_columns_say() -> None:
    assert PAGE.read_text() == personal_data_map(), "run: .venv/bin/python -m scripts.write_personal_data_map"


def test_every_personal_column_is_dealt_with_when_a_person_is_forgotten() -> None:
    personal = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info["holds"] is Holds.PERSON
    }

    assert personal == covered()


def test_everything_of_a_store_ends_with_it() -> None:
    kept = {
        "api_keys",
        "audit_entries",
        "catalog_prices",
        "console_sessions",
        "console_users",
        "currency_mappings",
        "document_costs",
        "event_positions",
        "idempotency_keys",
        "item_codes",
    }
    kept |= {
        "inventory_levels",
        "item_images",
        "items",
        "process_beats",
        "shipping_agents",
        "tax_areas",
        "webhook_deliveries",
        "webhook_endpoint_secrets",
    }
    kept |= {"webhook_endpoints", *STAYS}

    assert set(metadata.tables) - {table for table, _ in removal_statements()} == kept
