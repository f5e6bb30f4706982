"""Importing orders: whole or not at all, once, and never twice by two workers (P14, decisions 3 and 4)."""

from tests.integration.world import World, an_order


async def test_an_order_is_imported_and_documented(world: World) -> None:
    await world.store.has(an_order(1001))

    counts = await world.imports(1001)

    assert (counts.imported, counts.documents) == (1, 1)
    document = await world.document_of("#1001")
    assert document["number"] == "SO-000001"
    assert await world.queue() == []
    assert await world.events() == ["order.imported", "sales_document.created", "sales_document.released"]
