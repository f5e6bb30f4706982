"""What an order asks for beside its lines: shipping, duties, fees, and a tip that stands on no line (P31).

Shopify states each charge as it was made and only in the header how much of all of them still stands. Where the two
disagree, there is more than one honest way to document the charges; which of them was charged is for ``proof`` to find
out by the figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from app.domain.documents.charged import fees_given_back
from app.domain.documents.positions import MoneySide, Position, line_positions, share_of
from app.domain.identifiers import ShopifyId
from app.domain.money import ZERO, CurrencyHandling, allocate, rounded
from app.domain.orders import LineKind, Order, ShippingLine
from app.domain.refunds import credits_shipping
from app.domain.sales_documents import DocumentTax, SourceKind
from app.domain.shop_settings import RefundProcess

Positions = Sequence[Position]


def position_sets(
    order: Order,
    *,
    quantities: Mapping[ShopifyId, int],
    process: RefundProcess,
    handling: CurrencyHandling,
    currency: str,
) -> Sequence[Positions]:
    """The ways to document the order, likeliest first, each in the order of the document: lines as in Shopify,
    shipping, duties, fees. Nearly always there is one.
    """
    side = MoneySide(handling, currency)
    lines = list(line_positions(order, quantities, side))
    shipping = _shipping_sets(order, process, side)
    duties = _duty_sets(order, quantities, process, side)
    fees = _fee_sets(order, process, side)
    sets = [[*lines, *each, *duty, *fee] for each, duty, fee in product(shipping, duties, fees)]
    tip = _tip_without_line(order, side)
    return [*sets, *([*lines, tip, *one[len(lines) :]] for one in sets)] if tip else sets


def _shipping_sets(order: Order, process: RefundProcess, side: MoneySide) -> list[Positions]:
    """As charged, less what nobody will credit. Of a cancelled order and of a charge that an edit took away nothing
    stands but what credit memos give back; of the latter as it was refunded or, where that was stated without the tax
    that the prices hold (REF-54), all of it.
    """
    waived, credited = _given_back(order, process, side.handling)
    sets: list[Positions] = [list(_shipping(order.shipping_lines, waived, side))]
    if order.cancelled_at is not None and sets[0]:
        sets.append(list(_credited_shipping(order.shipping_lines, credited, side)))
    removed = [charge for charge in order.removed_shipping_lines if credited.get(charge.shopify_id)]
    if not removed:
        return sets
    ways: list[Positions] = [list(_credited_shipping(removed, credited, side))]
    if order.prices_include_tax:
        ways.append(list(_shipping(removed, waived, side)))
    return [[*standing, *gone] for standing, gone in product(sets, ways)]


def _credited_shipping(
    charges: Sequence[ShippingLine], credited: Mapping[ShopifyId, Decimal], side: MoneySide
) -> Iterator[Position]:
    less = {
        charge.shopify_id: _net(charge, side.handling) - credited.get(charge.shopify_id, ZERO) for charge in charges
    }
    return _shipping(charges, less, side)


def _net(charge: ShippingLine, handling: CurrencyHandling) -> Decimal:
    return charge.amount.of(handling) - charge.discount.of(handling)


def _shipping(
    charges: Sequence[ShippingLine], less: Mapping[ShopifyId, Decimal], side: MoneySide
) -> Iterator[Position]:
    """Each charge its own position; free shipping makes none, fully discounted shipping makes one (5.24)."""
    for charge in charges:
        full, discount = charge.amount.of(side.handling), charge.discount.of(side.handling)
        off = less.get(charge.shopify_id, ZERO)
        price = full - off
        if not price or (off and price == discount):
            continue
        yield Position(
            source=SourceKind.SHIPPING_LINE,
            shopify_id=charge.shopify_id,
            title=charge.title,
            unit_price=price,
            discount=discount,
            exact_discount=discount,
            taxes=side.taxes(charge.tax_lines, part=price - discount, whole=full - discount),
            taxable=bool(charge.tax_lines),
            amount=rounded(price - discount, side.iso),
            shipping=charge,
        )


def _given_back(
    order: Order, process: RefundProcess, handling: CurrencyHandling
) -> tuple[Mapping[ShopifyId, Decimal], Mapping[ShopifyId, Decimal]]:
    """What was given back of each charge: that which nobody will credit (waived without money, or ``refunds.process =
    none``), which makes it smaller from the start, and that which a credit memo will show.
    """
    waived: dict[ShopifyId, Decimal] = {}
    credited: dict[ShopifyId, Decimal] = {}
    for refund in order.refunds:
        back = credited if process is not RefundProcess.NONE and credits_shipping(refund) else waived
        for each in refund.shipping:
            if each.shipping_line_id:
                back[each.shipping_line_id] = back.get(each.shipping_line_id, ZERO) + each.subtotal.of(handling)
    return waived, credited


def _duty_sets(
    order: Order, quantities: Mapping[ShopifyId, int], process: RefundProcess, side: MoneySide
) -> list[Positions]:
    """By the pieces that are documented, as charged, or what of them stands by the header; none where the prices hold
    them.
    """
    if order.duties_included:
        return [[]]
    owed = [(line, duty) for line in order.lines if not line.exchange for duty in line.duties]
    stands = order.totals.duties.of(side.handling) + _credited_duties(order, process, side.handling)
    if not owed:
        return [[_beside_lines(SourceKind.DUTY, "Duties", rounded(stands, side.iso))], []] if stands > 0 else [[]]
    whole = [duty.amount.of(side.handling) for _, duty in owed]
    by_pieces = [
        rounded(share_of(amount, max(quantities[line.shopify_id], 0), line.ordered_quantity or 1), side.iso)
        for amount, (line, _) in zip(whole, owed, strict=True)
    ]
    ways = [by_pieces, whole]
    if stands >= 0 and all(amount >= 0 for amount in whole):
        ways.append(allocate(stands, whole, side.iso))
    ways.sort(key=lambda amounts: sum(amounts, ZERO) != stands)
    return [
        [
            _beside_lines(
                SourceKind.DUTY,
                "Duties",
                amount,
                shopify_id=duty.shopify_id,
                taxes=side.taxes(duty.tax_lines, part=amount, whole=full),
            )
            for amount, full, (_, duty) in zip(amounts, whole, owed, strict=True)
            if amount
        ]
        for amounts in dict.fromkeys(map(tuple, ways))
    ]


def _credited_duties(order: Order, process: RefundProcess, handling: CurrencyHandling) -> Decimal:
    if process is RefundProcess.NONE:
        return ZERO
    return sum((refund.duties.of(handling) for refund in order.refunds if credits_shipping(refund)), ZERO)


def _fee_sets(order: Order, process: RefundProcess, side: MoneySide) -> list[Positions]:
    """As charged, or what of them stands by the header, with and without what a credit memo will show of them."""
    whole = [fee.amount.of(side.handling) for fee in order.additional_fees]
    stands, back = order.totals.additional_fees.of(side.handling), fees_given_back(order, process)
    ways = [whole]
    if whole and stands >= 0 and all(amount >= 0 for amount in whole):
        if back:
            net = back.total if order.prices_include_tax else back.total - back.tax
            ways.append(allocate(stands + net.of(side.handling), whole, side.iso))
        ways.append(allocate(stands, whole, side.iso))
    return [
        [
            _beside_lines(
                SourceKind.ADDITIONAL_FEE,
                fee.name,
                amount,
                shopify_id=fee.shopify_id,
                taxes=side.taxes(fee.tax_lines, part=amount, whole=full),
            )
            for amount, full, fee in zip(amounts, whole, order.additional_fees, strict=True)
            if amount
        ]
        for amounts in dict.fromkeys(map(tuple, ways))
    ]


def _tip_without_line(order: Order, side: MoneySide) -> Position | None:
    """The tip that the header states beyond the lines that are tips."""
    tips = (line for line in order.lines if line.kind is LineKind.TIP)
    told = sum((line.unit_price.of(side.handling) * line.ordered_quantity for line in tips), ZERO)
    beyond = order.totals.tip.of(side.handling) - told
    return _beside_lines(SourceKind.TIP, "Tip", rounded(beyond, side.iso)) if beyond > 0 else None


def _beside_lines(
    source: SourceKind,
    title: str,
    amount: Decimal,
    *,
    shopify_id: ShopifyId | None = None,
    taxes: tuple[DocumentTax, ...] = (),
) -> Position:
    return Position(
        source=source,
        shopify_id=shopify_id,
        title=title,
        unit_price=amount,
        taxes=taxes,
        taxable=bool(taxes),
        amount=amount,
    )
