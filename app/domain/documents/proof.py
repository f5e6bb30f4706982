"""The proof that a document's total is what Shopify charged, to the minor unit (P32), or how far it is from it.

Three things Shopify leaves open are settled by the figures alone, never by guessing: whether its total already holds
the cash rounding, how much of the order discount it allocated to lines, and which way a share of a discount was
rounded.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.documents.charged import Charged, readings_of
from app.domain.documents.positions import Position
from app.domain.money import ZERO, CurrencyHandling, allocate, minor_unit
from app.domain.orders import Order
from app.domain.sales_documents import SourceKind
from app.domain.shop_settings import RefundProcess

_SOLD = (SourceKind.ORDER_LINE, SourceKind.TIP, SourceKind.GIFT_CARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How the positions and what was charged compare. ``positions`` carry the order discount that was spread over
    them.
    """

    positions: tuple[Position, ...]
    charged: Charged
    """The reading that held, or the first."""
    tax: Decimal
    """Shopify's header tax for what is documented."""
    rounding: Decimal
    rounding_left_out: bool
    """Whether Shopify's total did not hold the cash rounding, so that it was added to both sides."""
    difference: Decimal
    """Document less charged; zero = proved."""

    def charged_total(self, handling: CurrencyHandling) -> Decimal:
        """What the document must come to: Shopify's total, with the cash rounding that it left out."""
        total = self.charged.total.of(handling)
        return total + self.rounding if self.rounding_left_out else total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """One way to document the order against one reading of what was charged."""

    positions: Sequence[Position]
    reading: Charged
    place: int
    """Of the reading, among all of them."""
    order_discount: Decimal
    left_out: bool
    gap: Decimal


def prove(
    order: Order,
    sets: Sequence[Sequence[Position]],
    *,
    process: RefundProcess,
    handling: CurrencyHandling,
    currency: str,
) -> Proof:
    """Compare the ways to document the order with the readings of what was charged; the first pair that holds wins."""
    rounding = _rounding(order, process, handling)
    matches = [
        match
        for positions in sets
        for match in _matches(order, positions, readings_of(order, process), rounding=rounding, handling=handling)
    ]
    best = _best(matches, handling=handling, currency=currency)
    settled = _discounted(best.positions, best.order_discount, currency)
    nudged = _nudged(settled, best.gap, currency)
    return Proof(
        positions=tuple(settled if nudged is None else nudged),
        charged=best.reading,
        tax=best.reading.tax.of(handling),
        rounding=rounding,
        rounding_left_out=best.left_out,
        difference=best.gap if nudged is None else ZERO,
    )


def _rounding(order: Order, process: RefundProcess, handling: CurrencyHandling) -> Decimal:
    """The cash rounding of payments; that of refunds is the credit memos', unless nobody writes any."""
    rounding = order.totals.cash_rounding.of(handling)
    if process is RefundProcess.NONE:
        for each in order.transactions:
            if each.kind == "refund" and each.status == "success":
                rounding -= each.rounding.of(handling)
    return rounding


def _matches(
    order: Order,
    positions: Sequence[Position],
    readings: Sequence[Charged],
    *,
    rounding: Decimal,
    handling: CurrencyHandling,
) -> Iterator[_Match]:
    net = sum((position.amount for position in positions), ZERO)
    for discount in _order_discounts(order, positions, handling):
        for place, reading in enumerate(readings):
            total = reading.total.of(handling)
            # A tax that no position can carry is a charge without a line, not a tax on top of one.
            goal = total if order.prices_include_tax or not positions else total - reading.tax.of(handling)
            gap = net - discount - goal
            for left_out in (True, False) if rounding else (True,):
                yield _Match(
                    positions=positions,
                    reading=reading,
                    place=place,
                    order_discount=discount,
                    left_out=left_out,
                    gap=gap if left_out else gap + rounding,
                )


def _best(matches: Sequence[_Match], *, handling: CurrencyHandling, currency: str) -> _Match:
    """An exact match (of several that of the best reading, and of one total that with its lines' own tax), else the
    closest within roundings, else the closest.
    """
    exact = [match for match in matches if not match.gap]
    if exact:
        best = min(exact, key=lambda match: match.place)
        alike = [match for match in exact if match.reading.total == best.reading.total]
        return next((match for match in alike if match.reading.tax.of(handling) == _tax(match.positions)), best)
    within = [match for match in matches if _nudged(match.positions, match.gap, currency) is not None]
    return min(within or matches, key=lambda match: abs(match.gap))


def _tax(positions: Iterable[Position]) -> Decimal:
    return sum((each.amount for position in positions for each in position.taxes), ZERO)


def _order_discounts(order: Order, positions: Sequence[Position], handling: CurrencyHandling) -> list[Decimal]:
    """How much of the order's discount Shopify may have left unallocated: nothing, or the rest by either header
    figure.
    """
    totals = order.totals
    if not totals.discount and not totals.current_discount:
        return [ZERO]
    shipping = sum((line.discount.of(handling) for line in order.shipping_lines), ZERO)
    removed = sum((line.discount.of(handling) for line in order.removed_shipping_lines), ZERO)
    allocated = sum((line.discount.of(handling) for line in order.lines), ZERO)
    documented = sum((position.discount for position in positions if position.source in _SOLD), ZERO)
    most = sum((position.amount for position in _discountable(positions)), ZERO)
    stated = totals.discount.of(handling) - allocated - shipping - removed
    now = totals.current_discount.of(handling) - documented - shipping
    # What the header states beyond the lines is likelier than nothing; its current figure also moves with edits.
    return list(dict.fromkeys(rest for rest in (stated, ZERO, now) if not rest or 0 < rest <= most))


def _discountable(positions: Iterable[Position]) -> list[Position]:
    """The item lines; an order that sells none spreads over whatever it sells."""
    sold = [position for position in positions if position.source in _SOLD]
    return [position for position in sold if position.source is SourceKind.ORDER_LINE] or sold


def _discounted(positions: Sequence[Position], discount: Decimal, currency: str) -> list[Position]:
    """The positions with a discount that Shopify did not allocate spread over the item lines by amount (P31)."""
    if not discount:
        return list(positions)
    takers = {id(position) for position in _discountable(positions)}
    places = [place for place, position in enumerate(positions) if id(position) in takers]
    shares = allocate(discount, [positions[place].amount for place in places], currency)
    spread = list(positions)
    for place, share in zip(places, shares, strict=True):
        position = spread[place]
        spread[place] = dataclasses.replace(position, order_discount=share, amount=position.amount - share)
    return spread


def _nudged(positions: Sequence[Position], gap: Decimal, currency: str) -> list[Position] | None:
    """The positions with so many shares of discounts rounded the other way that the gap closes; None if that cannot be.

    A discount of a line that is documented in part falls between two minor units. Which of the two it was is Shopify's
    to say, and it says so by its total; no share leaves the two units around its exact value.
    """
    if not gap:
        return list(positions)
    unit = minor_unit(currency)
    steps = abs(gap) / unit
    up = gap > 0
    open_ones = [
        place
        for place, each in enumerate(positions)
        if each.exact_discount != each.discount and (each.exact_discount > each.discount) == up
    ]
    if steps != int(steps) or steps > len(open_ones):
        return None
    open_ones.sort(key=lambda place: -abs(positions[place].exact_discount - positions[place].discount))
    moved = list(positions)
    step = unit if up else -unit
    for place in open_ones[: int(steps)]:
        each = moved[place]
        moved[place] = dataclasses.replace(each, discount=each.discount + step, amount=each.amount - step)
    return moved
