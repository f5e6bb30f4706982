"""Whatever becomes of an order at Shopify: its document is right to the minor unit, or there is nothing to document.

Orders come from the simulator with everything that an order can have, go through the adapter's translators and the
domain in both currency modes, and are judged by figures computed from the simulator's objects alone.
"""

import pytest

from tests.property.documented_orders import Judged, judge_orders
from tests.property.living_orders import CURRENCIES
from tests.property.order_features import every_feature

WITHOUT_COINS = every_feature() - {"cash rounding"}
"""What orders of every currency have; cash is rounded where the smallest coins are gone."""


def test_every_living_order_is_documented_as_charged() -> None:
    judged = judge_orders(seed=20260115, count=600)
    assert judged.faults == []
    assert judged.documents > 2000
    assert judged.nothing < 300
    assert missing(judged, *CURRENCIES) == set()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_five_thousand_orders_with_everything_in_every_currency_are_documented_as_charged() -> None:
    judged = judge_orders(seed=5000, count=5000)
    assert judged.faults == []
    assert {currency: missing(judged, currency) & WITHOUT_COINS for currency in CURRENCIES} == {
        currency: set() for currency in CURRENCIES
    }
    assert judged.features["SEK", "cash rounding"] > 50


@pytest.mark.long
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(6))
def test_thousands_of_living_orders_are_documented_as_charged(seed: int) -> None:
    assert judge_orders(seed=seed, count=2000).faults == []


def missing(judged: Judged, *currencies: str) -> set[str]:
    """The features that none of the orders had."""
    return {name for name in every_feature() if not any(judged.features[currency, name] for currency in currencies)}
