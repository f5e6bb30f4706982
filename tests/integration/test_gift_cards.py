"""Gift cards beside the copies of their orders: written with them, listed with what is known to be used (2.18, P13)."""

from typing import Any

from app.domain.gift_cards import GiftCardState
from app.ports.paging import PageRequest
from app.ports.repositories.gift_cards import GiftCardFilter, ListedGiftCard
from app.services.read_gift_cards import ReadGiftCards
from tests.integration.world import EVERYBODY, Json, World, a_line, an_order, money

READABLE = [
    "read_orders",
    "read_all_orders",
    "read_customers",
    "read_products",
    "read_locations",
    "read_gift_cards",
]
OF_FULFILMENT = [f"read_{kind}_fulfillment_orders" for kind in ("merchant_managed", "third_party", "assigned")]


def a_sale(number: int, *, price: str = "50.00", **fields: Any) -> Json:
    """An order that sells one gift card."""
    return an_order(number, lineItems=[a_line(number * 10, sku=None, price=price, isGiftCard=True)], **fields)


def the_card(number: int, *, of: int) -> Json:
    return {
        "id": f"gid://shopify/GiftCard/{number}",
        "lastCharacters": f"{number}",
        "createdAt": "2026-01-15T09:00:01Z",
        "order": {"id": f"gid://shopify/Order/{of}"},
        "lineItem": {"id": f"gid://shopify/LineItem/{of * 10}"},
    }


def paid(number: int, amount: str, *, card: int, kind: str = "SALE") -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "gift_card",
        "amountSet": money(amount),
        "receiptJson": f'{{"gift_card_id": {card}}}',
    }


async def listed(world: World, **wanted: Any) -> list[ListedGiftCard]:
    found = await ReadGiftCards(world.uow)(EVERYBODY, GiftCardFilter(**wanted), PageRequest(limit=50))
    return list(found.page.rows)


async def rows(world: World, **wanted: Any) -> list[tuple[str, str, str, str, str]]:
    return [
        (each.state, each.shopify_id, each.order_name, f"{each.amount.shop:.2f}", f"{each.used:.2f}")
        for each in await listed(world, **wanted)
    ]


async def test_a_card_is_listed_with_the_order_that_sold_it_and_with_each_it_paid(world: World) -> None:
    await world.store.has(
        a_sale(1001),
        an_order(1002, transactions=[paid(1, "8.00", card=4711)]),
        an_order(1003, transactions=[paid(2, "5.00", card=4711), paid(3, "2.00", card=4711, kind="REFUND")]),
        giftCards=[the_card(4711, of=1001)],
    )

    await world.imports(1001, 1002, 1003)

    assert sorted(await rows(world)) == [
        ("issued", "4711", "#1001", "50.00", "11.00"),
        ("redeemed", "4711", "#1002", "8.00", "11.00"),
        ("redeemed", "4711", "#1003", "3.00", "11.00"),
    ]
    assert {each.last_characters for each in await listed(world)} == {"4711"}
    assert len(await rows(world, state=GiftCardState.REDEEMED)) == 2
    [issued] = await rows(world, order_id=await world.order_id("#1001"))
    assert issued[0] == "issued"


async def test_a_card_made_after_the_order_came_in_is_listed_with_the_next_reading(world: World) -> None:
    await world.store.has(a_sale(1001))
    await world.imports(1001)
    assert await rows(world) == []

    await world.store.has(giftCards=[the_card(4711, of=1001)])
    await world.store.change(1001, displayFulfillmentStatus="FULFILLED", updatedAt="2026-01-15T09:30:00Z")
    await world.imports(1001)

    assert [row[:3] for row in await rows(world)] == [("issued", "4711", "#1001")]


async def test_reading_an_order_again_writes_its_cards_no_second_time(world: World) -> None:
    await world.store.has(a_sale(1001), giftCards=[the_card(4711, of=1001)])
    await world.imports(1001)
    events = await world.events()

    await world.imports(1001)

    assert (len(await rows(world)), await world.events()) == (1, events)


async def test_a_store_without_the_scope_lists_none_and_says_so_and_keeps_what_it_told(world: World) -> None:
    await world.store.has(
        a_sale(1001),
        an_order(1002, transactions=[paid(1, "8.00", card=4711)]),
        giftCards=[the_card(4711, of=1001)],
        app={"scopes": [*READABLE, *OF_FULFILMENT]},
    )
    await world.run()
    assert len(await rows(world)) == 2

    await world.store.has(app={"scopes": [*READABLE[:-1], *OF_FULFILMENT]})
    world.clock.pass_by(hours=2)
    await world.store.change(1001, note="changed", updatedAt="2026-01-15T09:30:00Z")
    await world.run()
    found = await ReadGiftCards(world.uow)(EVERYBODY, GiftCardFilter(), PageRequest(limit=50))
    assert (found.page.rows, found.without_access) == ([], ["web"])

    await world.store.has(app={"scopes": [*READABLE, *OF_FULFILMENT]})
    await world.run()
    assert len(await rows(world)) == 2


async def test_a_payment_that_was_taken_back_is_no_redemption_any_more(world: World) -> None:
    await world.store.has(an_order(1001, transactions=[paid(1, "8.00", card=4711)]))
    await world.imports(1001)
    assert len(await rows(world)) == 1

    failed = paid(1, "8.00", card=4711) | {"status": "FAILURE"}
    await world.store.change(1001, transactions=[failed], updatedAt="2026-01-15T09:30:00Z")
    await world.imports(1001)

    assert await rows(world) == []


async def test_gift_cards_are_paged_in_the_order_of_their_orders(world: World) -> None:
    numbers = range(1001, 1006)
    await world.store.has(
        *(a_sale(number) for number in numbers), giftCards=[the_card(4000 + number, of=number) for number in numbers]
    )
    await world.imports(*numbers)
    read = ReadGiftCards(world.uow)

    first = (await read(EVERYBODY, GiftCardFilter(), PageRequest(limit=3))).page
    second = (await read(EVERYBODY, GiftCardFilter(), PageRequest(limit=3, after=first.next_after))).page

    assert (len(first.rows), len(second.rows), second.next_after) == (3, 2, None)
    assert len({each.shopify_id for each in (*first.rows, *second.rows)}) == 5


async def test_a_redeemed_card_is_a_payment_and_never_a_line_of_the_document(world: World) -> None:
    await world.store.has(an_order(1001, transactions=[paid(1, "10.00", card=4711)]))

    await world.imports(1001)

    document = await world.document_of()
    assert [line["type"] for line in document["lines"]] == ["item"]
    assert document["totals"]["amount_including_tax"] == "10.00"


async def test_orders_without_gift_cards_cost_no_statement_more(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)

    assert await world.value("SELECT count(*) FROM gift_cards") == 0
