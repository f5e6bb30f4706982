"""Orders of a size that makes others fail: complete, to the cent, in little memory (F10, P15)."""

import gc
import resource
from decimal import Decimal

import pytest

from tests.integration.world import World, a_line, an_order, money

LINES, CHARGES, REFUNDED = 10_000, 300, 500
MEMORY = 300 * 1024 * 1024


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.long
async def test_an_order_of_ten_thousand_lines_is_documented_whole(world: World) -> None:
    """B8."""
    charges = [
        {"id": f"gid://shopify/ShippingLine/{number}", "title": f"Parcel {number}", "originalPriceSet": money("1.00")}
        for number in range(1, CHARGES + 1)
    ]
    await world.store.has(
        an_order(1001, lineItems=[a_line(number) for number in range(1, LINES + 1)], shippingLines=charges)
    )
    gc.collect()
    before = peak()

    counts = await world.imports(1001)

    assert (counts.imported, counts.documents) == (1, 1), await world.problems()
    document = await world.document_of()
    assert len(document["lines"]) == LINES + CHARGES
    assert Decimal(document["totals"]["amount"]) == LINES * 10 + CHARGES
    assert peak() - before < MEMORY


async def test_an_order_with_hundreds_of_refunded_lines_is_documented_to_the_cent(world: World) -> None:
    """Zero refunds reduce the order; the others are credited, and stay in it."""
    lines = [a_line(number) for number in range(1, REFUNDED + 2)]
    refunded = [
        {
            "lineItem": {"id": f"gid://shopify/LineItem/{number}"},
            "quantity": 1,
            "restockType": "CANCEL",
            "subtotalSet": money("10.00"),
        }
        for number in range(1, REFUNDED + 1)
    ]
    refund = {"legacyResourceId": "1", "refundLineItems": refunded, "totalRefundedSet": money(f"{REFUNDED * 10}.00")}
    await world.store.has(an_order(1001, lineItems=lines, refunds=[refund]))

    counts = await world.imports(1001)

    assert counts.documents == 1, await world.problems()
    document = await world.document_of()
    assert Decimal(document["totals"]["amount"]) == (REFUNDED + 1) * 10
    assert len((await world.order())["body"]["refunds"][0]["lines"]) == REFUNDED
