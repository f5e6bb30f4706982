"""Which gift cards an order issued and which paid it, as the adapter reads them from a simulated store (2.18)."""

from typing import Any

from app.adapters.shopify.gift_card_reading import MOST_PAGES
from app.domain.gift_card import UNKNOWN_GIFT_CARDS, GiftCard
from app.domain.identifiers import ShopifyId
from app.domain.orders import LineKind
from app.ports.store_gateway import OrderRead, OrderUnreadable
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import order

WITHOUT_GIFT_CARDS = [
    "read_orders",
    "read_customers",
    "read_products",
    "read_locations",
    *(f"read_{kind}_fulfillment_orders" for kind in ("merchant_managed", "third_party", "assigned")),
]
NOON = "2026-01-15T12:00:00Z"


def selling(number: int, *, cards: int = 1, **fields: Any) -> dict[str, Any]:
    """An order with one line that sells gift cards."""
    line = {"id": f"gid://shopify/LineItem/{number}1", "title": "Gift card", "quantity": cards, "isGiftCard": True}
    return order(number, **{"createdAt": NOON, "updatedAt": NOON, "lineItems": [line], **fields})


def card(number: int, *, of: int | None = None, **fields: Any) -> dict[str, Any]:
    """A gift card, made by an order or by hand."""
    made_by = {"order": {"id": f"gid://shopify/Order/{of}"}, "lineItem": {"id": f"gid://shopify/LineItem/{of}1"}}
    return {
        "id": f"gid://shopify/GiftCard/{number}",
        "lastCharacters": f"{number:04}",
        "createdAt": NOON,
        **(made_by if of else {"order": None, "lineItem": None}),
    } | fields


def paid_with(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "gift_card",
        "amountSet": {"shopMoney": {"amount": "5.00", "currencyCode": "EUR"}},
        "receiptJson": '{"gift_card_id": 4711}',
    } | fields


async def test_the_cards_an_order_issued_are_told_with_their_line(store: SimulatedStore) -> None:
    await store.put(
        orders=[selling(1, cards=2), selling(2)],
        giftCards=[card(11, of=1), card(12, of=1), card(21, of=2), card(99), card(98, of=3)],
    )

    first, second = await store.orders([ShopifyId("1"), ShopifyId("2")])

    assert [(each.shopify_id, each.last_characters, each.issued, each.line_id) for each in first.gift_cards] == [
        ("11", "0011", True, "11"),
        ("12", "0012", True, "11"),
    ]
    assert [each.shopify_id for each in second.gift_cards] == ["21"]
    assert len(await store.calls("IssuedGiftCards")) == 1


async def test_a_card_that_paid_is_told_and_not_issued(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, transactions=[paid_with(7)])], giftCards=[card(4711)])

    found = await store.order(1)

    assert found.gift_cards == (GiftCard(shopify_id=ShopifyId("4711"), last_characters="4711"),)
    assert await store.calls("IssuedGiftCards") == []


async def test_orders_without_gift_cards_cost_no_call_more(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)], giftCards=[card(11)])

    await store.order(1)

    assert {call["operation"] for call in await store.calls()} <= {"GrantedScopes", "OrdersWhole"}


async def test_cards_are_not_looked_for_before_they_can_be_issued(store: SimulatedStore) -> None:
    unpaid: dict[str, Any] = {"displayFinancialStatus": "PENDING"}
    await store.put(orders=[selling(1, **unpaid), selling(2, **unpaid, displayFulfillmentStatus="FULFILLED")])

    await store.order(1)
    assert await store.calls("IssuedGiftCards") == []
    await store.order(2)
    assert len(await store.calls("IssuedGiftCards")) == 1


async def test_without_the_scope_they_are_unknown_and_not_asked_for(store: SimulatedStore) -> None:
    await store.put(app={"scopes": WITHOUT_GIFT_CARDS}, orders=[selling(1)], giftCards=[card(11, of=1)])

    found = await store.order(1)

    assert (found.gift_cards, UNKNOWN_GIFT_CARDS in found.unknown) == ((), True)
    assert await store.calls("IssuedGiftCards") == []


async def test_cards_that_are_denied_all_the_same_are_unknown(store: SimulatedStore) -> None:
    await store.put(orders=[selling(1, transactions=[paid_with(7)]), order(2)], giftCards=[card(11, of=1), card(4711)])
    await store.order(2)
    # Taken away since we asked what is granted.
    await store.put(app={"scopes": WITHOUT_GIFT_CARDS})

    found = await store.order(1)

    assert (found.gift_cards, UNKNOWN_GIFT_CARDS in found.unknown) == ((), True)
    assert len(await store.calls("IssuedGiftCards")) == 1


async def test_cards_that_cannot_be_read_now_leave_the_order_for_later_and_none_of_its_neighbours(
    store: SimulatedStore,
) -> None:
    await store.put(orders=[selling(1), order(2)], giftCards=[card(11, of=1)])
    await store.fail("partial_data", operation="IssuedGiftCards", path=["giftCards", "nodes", 0, "lineItem"])

    first, second = await store.gateway.read_orders(store.ref, [ShopifyId("1"), ShopifyId("2")])

    assert isinstance(first, OrderUnreadable)
    assert first.retryable
    assert isinstance(second, OrderRead)


async def test_a_card_is_looked_for_no_further_than_so_many_pages(store: SimulatedStore) -> None:
    pages = MOST_PAGES + 1
    others = [card(number, createdAt=f"2026-01-15T12:{number // 250:02}:00Z") for number in range(1, 250 * pages)]
    late = card(900_000, of=1, createdAt="2026-01-15T23:00:00Z")
    await store.put(orders=[selling(1)], giftCards=[*others, late])

    found = await store.order(1)

    assert (found.gift_cards, UNKNOWN_GIFT_CARDS in found.unknown) == ((), True)
    assert len(await store.calls("IssuedGiftCards")) == MOST_PAGES


async def test_generated_orders_have_the_cards_they_sold_and_were_paid_with(store: SimulatedStore) -> None:
    wishes = {"gift_cards_sold": 0.5, "gift_card_payments": 0.5}
    numbers = await store.generate(seed=4, count=60, preset="day", options=wishes)

    orders = await store.orders(numbers)

    sold = [each for each in orders if any(entry.issued for entry in each.gift_cards)]
    paid = [payment for each in orders for payment in each.transactions if payment.gateway == "gift_card"]
    assert len(sold) > 5
    assert len(paid) > 5
    for each in sold:
        lines = sum(line.ordered_quantity for line in each.lines if line.kind is LineKind.GIFT_CARD)
        assert sum(entry.issued for entry in each.gift_cards) == lines
    assert all(payment.gift_card_id for payment in paid if payment.kind == "sale")
