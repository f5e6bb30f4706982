"""What an order line sells: article, tip, gift card, or a text of the merchant. Shopify does not say; facts do."""

from typing import Any

import msgspec
import pytest

from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.orders import LineKind
from tests.unit.shopify.shopify_answers import a_bare_line, a_line, an_order, money

ITEM, TIP, GIFT_CARD, CUSTOM = LineKind.ITEM, LineKind.TIP, LineKind.GIFT_CARD, LineKind.CUSTOM


def kinds(*lines: dict[str, Any], tip: str = "0.00") -> list[LineKind]:
    answer = an_order(lines=list(lines), totalTipReceivedSet=money(tip))
    header = msgspec.json.decode(msgspec.json.encode(answer), type=OrderAnswer)
    return [line.kind for line in order_of(OrderParts(header=header)).lines]


def test_a_tip_is_known_by_its_amount_whatever_it_is_called() -> None:
    assert kinds(a_line(1), a_bare_line(2, title="Trinkgeld", price="3.00"), tip="3.00") == [ITEM, TIP]


def test_several_tips_together_make_the_orders_tip() -> None:
    lines = [a_bare_line(1, title="Tip", price="3.00"), a_bare_line(2, title="Tip", price="2.00")]

    assert kinds(*lines, tip="5.00") == [TIP, TIP]


def test_a_text_of_the_merchant_beside_a_tip_stays_his() -> None:
    lines = [a_bare_line(1, title="Engraving", price="8.00"), a_bare_line(2, title="Pourboire", price="3.00")]

    assert kinds(*lines, tip="3.00") == [CUSTOM, TIP]


def test_of_two_alike_the_one_called_tip_is_the_tip() -> None:
    lines = [a_bare_line(1, title="Engraving", price="3.00"), a_bare_line(2, title="Tip", price="3.00")]

    assert kinds(*lines, tip="3.00") == [CUSTOM, TIP]


def test_of_two_alike_the_untaxed_one_is_the_tip() -> None:
    lines = [a_bare_line(1, title="Gravur", price="3.00", taxable=True), a_bare_line(2, title="Drink", price="3.00")]

    assert kinds(*lines, tip="3.00") == [CUSTOM, TIP]


def test_where_nothing_tells_two_alike_apart_none_is_taken_for_a_tip() -> None:
    lines = [a_bare_line(1, title="Gravur", price="3.00"), a_bare_line(2, title="Drink", price="3.00")]

    assert kinds(*lines, tip="3.00") == [CUSTOM, CUSTOM]


def test_a_line_called_tip_is_one_even_where_the_order_states_none() -> None:
    assert kinds(a_bare_line(1, title="Tip", price="3.00")) == [TIP]


def test_an_article_called_tip_is_an_article() -> None:
    assert kinds(a_line(1, title="Tip", price="3.00"), tip="3.00") == [ITEM]


def test_a_gift_card_sold_is_one_even_without_a_product() -> None:
    assert kinds(a_bare_line(1, title="Voucher", price="25.00", isGiftCard=True)) == [GIFT_CARD]


def test_a_text_that_is_shipped_is_the_merchants_and_no_tip() -> None:
    assert kinds(a_bare_line(1, title="Odd vase", price="3.00", requiresShipping=True), tip="3.00") == [CUSTOM]


@pytest.mark.parametrize("trace", [{"vendor": "Potters"}, {"variantTitle": "Blue"}, {"sku": "TEA-1"}])
def test_an_article_whose_product_was_deleted_stays_an_article(trace: dict[str, str]) -> None:
    assert kinds(a_bare_line(1, title="Teapot", price="10.00", **trace)) == [ITEM]
