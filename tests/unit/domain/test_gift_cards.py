"""Gift cards as facts of an order: what was sold, what was paid with, and nothing of it twice (2.18)."""

from app.domain.gift_card import UNKNOWN_GIFT_CARDS, GiftCard
from app.domain.gift_cards import GiftCardState, concerns_gift_cards, gift_card_entries, gift_cards_are_known
from app.domain.identifiers import ShopifyId
from app.domain.orders import LineKind, Order, OrderLine, Transaction
from tests.builders import line, money, order

CARD = ShopifyId("4711")


def sold(number: str, price: str = "25.00") -> OrderLine:
    return line(number, price=price, kind=LineKind.GIFT_CARD)


def moved(amount: str, *, kind: str = "sale", status: str = "success", card: ShopifyId | None = CARD) -> Transaction:
    return Transaction(
        shopify_id=ShopifyId(f"{kind}-{amount}-{status}"),
        kind=kind,
        status=status,
        gateway="gift_card",
        amount=money(amount),
        gift_card_id=card,
    )


def entries(made: Order) -> list[tuple[str, str, str, str | None]]:
    return [(each.state, each.shopify_id, str(each.amount.shop), each.line_id) for each in gift_card_entries(made)]


def test_a_sold_card_is_worth_the_price_of_its_line() -> None:
    cards = (
        GiftCard(shopify_id=ShopifyId("1"), issued=True, line_id=ShopifyId("12")),
        GiftCard(shopify_id=ShopifyId("2"), issued=True, line_id=ShopifyId("11")),
    )
    made = order(sold("11"), sold("12", "50.00"), gift_cards=cards)

    assert entries(made) == [("issued", "1", "50.00", "12"), ("issued", "2", "25.00", "11")]


def test_a_card_whose_line_is_not_told_belongs_to_the_only_one() -> None:
    card = GiftCard(shopify_id=ShopifyId("1"), issued=True)

    assert entries(order(sold("11"), gift_cards=(card,))) == [("issued", "1", "25.00", "11")]
    assert entries(order(sold("11"), sold("12"), gift_cards=(card,))) == [("issued", "1", "0", None)]


def test_what_a_card_paid_counts_once_it_is_through_less_what_went_back() -> None:
    payments = (
        moved("10.00"),
        moved("5.00", kind="capture"),
        moved("7.00", kind="authorization"),
        moved("99.00", status="failure"),
        moved("4.00", kind="refund"),
        moved("3.00", kind="refund", status="pending"),
        moved("20.00", card=None),
    )

    assert entries(order(transactions=payments)) == [("redeemed", "4711", "11.00", None)]


def test_a_card_that_only_failed_to_pay_is_not_redeemed() -> None:
    made = order(transactions=(moved("10.00", status="failure"),))

    assert (entries(made), concerns_gift_cards(made)) == ([], True)


def test_a_card_that_paid_shows_its_last_characters_and_is_not_issued() -> None:
    card = GiftCard(shopify_id=CARD, last_characters="a3f9")

    [entry] = gift_card_entries(order(transactions=(moved("10.00"),), gift_cards=(card,)))

    assert (entry.state, entry.last_characters) == (GiftCardState.REDEEMED, "a3f9")


def test_other_orders_have_nothing_to_do_with_gift_cards() -> None:
    assert not concerns_gift_cards(order(line("1"), transactions=(moved("10.00", card=None),)))
    assert concerns_gift_cards(order(sold("1")))


def test_cards_are_unknown_where_the_store_did_not_tell_them() -> None:
    assert gift_cards_are_known(order(unknown=("staff",)))
    assert not gift_cards_are_known(order(unknown=(UNKNOWN_GIFT_CARDS,)))
