"""What a generated day of orders shall contain: switches, shares and sizes, and presets of them.

Shares are chances between 0 and 1. Knows nothing of how an order is built.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field


def _euros() -> Mapping[str, float]:
    return {"EUR": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorOptions:
    """How varied generated orders are. The default has what most stores see; the rest is named at the end, and is all
    in the preset `everything`.
    """

    shop_currencies: Mapping[str, float] = field(default_factory=_euros)
    """Weights of the currency the shop keeps its books in when an order is placed."""
    presentment_currencies: Mapping[str, float] = field(default_factory=dict)
    """Weights of the customers' currencies; empty: always the shop's."""
    lines: tuple[int, int] = (1, 300)
    """Smallest and largest number of lines; within it most orders are small, with a long tail."""
    long_tail: float = 0.01
    """Chance of an order with more than 50 lines, as far as `lines` allows."""
    discounts: float = 0.45
    shipping_discounts: float = 0.12
    free_orders: float = 0.01
    """Chance of 100 % off everything."""
    shipping_lines: tuple[int, ...] = (0, 1, 1, 1, 1, 1, 1, 1, 2, 3)
    """One of these numbers of charges is drawn for an order that ships."""
    taxes: bool = True
    tax_basis_swapped: float = 0.1
    """Chance that prices include taxes where the country's habit is otherwise, or the reverse."""
    tax_exempt: float = 0.04
    tips: float = 0.06
    gift_cards_sold: float = 0.05
    gift_card_payments: float = 0.06
    point_of_sale: float = 0.1
    cash_rounding: bool = True
    custom_lines: float = 0.04
    unlinked_products: float = 0.03
    """Chance of a line with a product that the catalogue marks as unknown to the ERP."""
    guests: float = 0.1
    test_orders: float = 0.01
    annotations: float = 0.3
    """Chance of each of note, attributes, tags."""
    high_risk: float = 0.04
    marketplace: float = 0.03
    """Chance of a marketplace order, whose taxes the channel remits."""
    payments: Mapping[str, float] = field(
        default_factory=lambda: {"paid": 0.72, "authorized": 0.08, "captured": 0.08, "pending": 0.08, "partial": 0.04}
    )
    fulfilments: Mapping[str, float] = field(
        default_factory=lambda: {"none": 0.62, "partial": 0.1, "full": 0.28},
    )
    split_locations: float = 0.1
    edited: float = 0.06
    refunded: float = 0.05
    cancelled: float = 0.03
    closed: float = 0.1
    """Chance that a paid and fulfilled order is closed."""

    # What few stores see, so the default leaves it out; nothing is drawn for what is left out.
    duties: float = 0
    """Chance of duties on every line of an order that ships with a charge."""
    duties_included: float = 0
    """Chance that the prices hold those duties."""
    duty_taxes: float = 0
    """Chance that duties which are charged apart are taxed like the goods."""
    additional_fees: float = 0
    zero_prices: float = 0
    """Chance of a line that costs nothing."""
    given_away: float = 0
    """Chance of 100 % off one line."""
    zero_rated: float = 0
    """Chance that a line's article is not taxable."""
    odd_tip_names: float = 0
    """Chance that a tip is called something that no dictionary has for it."""
    abroad: float = 0
    """Chance of a customer whose country does not use the order's currency."""
    channel_liable: float = 0
    """Chance that a channel remits the first tax of every line, and nobody but the shop the others."""
    deleted_products: float = 0
    """Chance of a line whose product has been deleted since; the line keeps its texts and its SKU."""
    split_ways: int = 2
    """Among how many locations at most the lines of a split order are shared out."""
    exchanged: float = 0
    """Chance that shipped goods come back against others."""
    returned: float = 0
    """Chance that shipped goods are asked to come back, and of how far their return has come."""
    parcels: float = 0
    """Chance that what left an order wholly left it in several parcels."""
    b2b: float = 0
    """Chance that a company buys, with its order number and on payment terms."""
    refunded_duties: float = 0
    """Chance that a refund gives duties back, too."""


TYPICAL = GeneratorOptions(
    lines=(2, 2),
    long_tail=0,
    discounts=0,
    shipping_discounts=0,
    free_orders=0,
    shipping_lines=(1,),
    tax_basis_swapped=0,
    tax_exempt=0,
    tips=0,
    gift_cards_sold=0,
    gift_card_payments=0,
    point_of_sale=0,
    custom_lines=0,
    unlinked_products=0,
    guests=0,
    test_orders=0,
    annotations=0,
    high_risk=0,
    marketplace=0,
    payments={"paid": 1.0},
    fulfilments={"none": 1.0},
    split_locations=0,
    edited=0,
    refunded=0,
    cancelled=0,
    closed=0,
)
"""Two lines, one charge, one transaction, one fulfilment order: the order a benchmark counts."""

DAY = GeneratorOptions(
    presentment_currencies={"EUR": 0.8, "CHF": 0.06, "USD": 0.05, "GBP": 0.04, "JPY": 0.03, "KWD": 0.02},
    lines=(1, 120),
    custom_lines=0.01,
    unlinked_products=0.015,
)
"""About 200 of these make a varied day, with a handful that a connector must refuse until something is set up."""

EVERYTHING = GeneratorOptions(
    lines=(1, 12),
    long_tail=0,
    discounts=0.6,
    shipping_discounts=0.3,
    free_orders=0.03,
    tax_basis_swapped=0.5,
    tax_exempt=0.1,
    tips=0.15,
    gift_cards_sold=0.12,
    gift_card_payments=0.15,
    point_of_sale=0.2,
    custom_lines=0.15,
    marketplace=0.1,
    split_locations=0.4,
    edited=0.25,
    refunded=0.2,
    duties=0.25,
    duties_included=0.3,
    duty_taxes=0.3,
    additional_fees=0.25,
    zero_prices=0.08,
    given_away=0.15,
    zero_rated=0.1,
    odd_tip_names=0.4,
    abroad=0.4,
    channel_liable=0.15,
    deleted_products=0.06,
    split_ways=3,
    exchanged=0.25,
    returned=0.25,
    parcels=0.3,
    b2b=0.15,
    refunded_duties=0.5,
)
"""Whatever an order can be, far more often than any store sees it: what proofs are made of."""

PRESETS: Mapping[str, GeneratorOptions] = {
    "default": GeneratorOptions(),
    "typical": TYPICAL,
    "day": DAY,
    "everything": EVERYTHING,
}


def weighted(rng: random.Random, weights: Mapping[str, float]) -> str:
    """Draw one key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def happens(rng: random.Random, chance: float) -> bool:
    """Draw whether something happens; what never or always does needs no draw, so it moves no other."""
    return chance >= 1 or (chance > 0 and rng.random() < chance)
