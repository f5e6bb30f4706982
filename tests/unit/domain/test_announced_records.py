"""P17: what a webhook about a record of the store says of it, whatever its shape."""

from datetime import UTC, datetime

import pytest

from app.domain.announced_records import AnnouncedRecord, record_of
from app.domain.identifiers import ShopifyId


def test_a_record_is_known_by_its_global_id_before_its_number() -> None:
    told = record_of("companies/update", {"admin_graphql_api_id": "gid://shopify/Company/7", "id": 9})

    assert told.shopify_id == ShopifyId("7")


def test_a_record_says_when_it_changed() -> None:
    told = record_of("customers/update", {"id": 9, "updated_at": "2026-01-15T11:00:00+01:00"})

    assert told == AnnouncedRecord(shopify_id=ShopifyId("9"), changed_at=datetime(2026, 1, 15, 10, tzinfo=UTC))


def test_a_level_is_known_by_its_inventory_item() -> None:
    told = record_of("inventory_levels/connect", {"inventory_item_id": 31, "location_id": 61, "available": 4})

    assert told == AnnouncedRecord(shopify_id=ShopifyId("31"))


def test_only_an_inventory_item_tells_its_sku() -> None:
    assert record_of("inventory_items/create", {"id": 31, "sku": " A-1 "}).sku == "A-1"
    assert record_of("products/create", {"id": 31, "sku": "A-1"}).sku == ""


@pytest.mark.parametrize(
    "payload",
    [None, [], "text", {}, {"id": None}, {"id": True}, {"id": "x"}, {"id": -1}, {"id": 1.5}, {"updated_at": "soon"}],
)
def test_what_cannot_be_understood_says_nothing(payload: object) -> None:
    assert record_of("products/update", payload) == AnnouncedRecord()


@pytest.mark.parametrize("sku", ["\x00A", "\ud800", "A" * 256, 7, None])
def test_a_sku_that_no_database_takes_is_none(sku: object) -> None:
    assert record_of("inventory_items/update", {"id": 31, "sku": sku}).sku == ""
