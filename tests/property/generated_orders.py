"""Random orders with the books that Shopify would keep of them, for the properties of documents.

The model works in whole minor units and knows nothing of the code under test: it sells, discounts, taxes, edits,
refunds and rounds, and adds up as it goes. ``charged`` and ``tax`` are what a document of the order must come to.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.money import Amount, total
from app.domain.orders import (
    AdditionalFee,
    DiscountAllocation,
    LineKind,
    Order,
    OrderLine,
    OrderTotals,
    Refund,
    RefundLine,
    RefundShipping,
    ShippingLine,
    TaxLine,
)
from tests.builders import CREATED, fulfilment_order, order, sid

DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
CURRENCIES = [
    ("EUR", "EUR"),
    ("EUR", "USD"),
    ("JPY", "JPY"),
    ("JPY", "EUR"),
    ("KWD", "KWD"),
    ("EUR", "KWD"),
    ("USD", "JPY"),
]
SIDES = (0, 1)
RATE = Decimal("0.19")


@dataclass
class Books:
    """Sums of both sides (shop, presentment), in minor units."""

    total: list[int] = field(default_factory=lambda: [0, 0])
    current: list[int] = field(default_factory=lambda: [0, 0])
    tax: list[int] = field(default_factory=lambda: [0, 0])
    current_tax: list[int] = field(default_factory=lambda: [0, 0])
    discount: list[int] = field(default_factory=lambda: [0, 0])
    charged: list[int] = field(default_factory=lambda: [0, 0])
    charged_tax: list[int] = field(default_factory=lambda: [0, 0])


@dataclass
class Case:
    """An order and the truth about it."""

    order: Order
    charged: Amount
    tax: Amount
    quantities: dict[str, int]
    unallocated: Amount
    """The order discount that Shopify did not allocate to lines."""

    @property
    def parted(self) -> bool:
        """Whether a line is documented in part, so that its discount was rounded."""
        return any(self.quantities[each.shopify_id] != each.ordered_quantity for each in self.order.lines)


class Seller:
    """Draws one order and keeps its books."""

    def __init__(self, draw: st.DrawFn, *, nobody_credits: bool) -> None:
        self.draw = draw
        self.nobody_credits = nobody_credits
        self.currencies = draw(st.sampled_from(CURRENCIES))
        self.includes = draw(st.booleans())
        self.books = Books()
        self.lines: list[OrderLine] = []
        self.refunds: list[Refund] = []
        self.quantities: dict[str, int] = {}

    def units(self, low: int, high: int) -> tuple[int, int]:
        numbers = st.integers(low, high)
        return self.draw(numbers), self.draw(numbers)

    def money(self, units: tuple[int, int] | list[int]) -> Amount:
        shop, presentment = (Decimal(units[side]).scaleb(-DIGITS[self.currencies[side]]) for side in SIDES)
        return Amount(shop, presentment)

    def book(self, amount: tuple[int, int], tax: tuple[int, int], *names: str) -> None:
        """An amount (gross or net as prices are) and its tax, into the named sums."""
        for side in SIDES:
            for name in names:
                getattr(self.books, name)[side] += amount[side] + (0 if self.includes else tax[side])
                taxes = {"total": "tax", "current": "current_tax", "charged": "charged_tax"}[name]
                getattr(self.books, taxes)[side] += tax[side]

    def tax_of(self, amount: tuple[int, int]) -> tuple[int, int]:
        share = RATE / (1 + RATE) if self.includes else RATE
        return int(amount[0] * share + Decimal("0.5")), int(amount[1] * share + Decimal("0.5"))

    def sell_line(self, number: int) -> None:
        kind = self.draw(st.sampled_from([LineKind.ITEM] * 5 + [LineKind.TIP, LineKind.GIFT_CARD, LineKind.CUSTOM]))
        ordered = 1 if kind is LineKind.TIP else self.draw(st.integers(1, 6))
        removed = self.draw(st.integers(0, ordered)) if kind is LineKind.ITEM and self.draw(st.booleans()) else 0
        kept = ordered - removed
        returned = self.draw(st.integers(0, kept)) if kind is LineKind.ITEM and self.draw(st.booleans()) else 0
        price = self.units(200 if removed else 0, 20000)
        discounts = tuple(self.draw(st.integers(0, price[side] * ordered // 2)) for side in SIDES)
        discount = (discounts[0], discounts[1])
        taxed = kind in (LineKind.ITEM, LineKind.CUSTOM) and self.draw(st.booleans())
        whole = self.value(price, ordered, discount)
        tax = self.tax_of(whole) if taxed else (0, 0)
        nets = self.kept_value(price, kept, ordered, discount)
        kept_tax = (tax[0] * kept // ordered, tax[1] * kept // ordered)
        made = OrderLine(
            shopify_id=sid(number),
            kind=kind,
            title=f"Line {number}",
            ordered_quantity=ordered,
            current_quantity=kept - returned,
            unit_price=self.money(price),
            discounts=(DiscountAllocation(amount=self.money(discount)),) if any(discount) else (),
            tax_lines=(TaxLine(title="VAT", rate=RATE, amount=self.money(tax)),) if taxed else (),
            taxable=taxed,
        )
        self.lines.append(made)
        for side in SIDES:
            self.books.discount[side] += discount[side]
        self.book(whole, tax, "total")
        self.book(nets, kept_tax, "current")
        if not self.nobody_credits:
            self.book(nets, kept_tax, "charged")
        if removed:
            self.edit(
                made, removed, (whole[0] - nets[0], whole[1] - nets[1]), (tax[0] - kept_tax[0], tax[1] - kept_tax[1])
            )
        left, left_tax = nets, kept_tax
        if returned:
            left, left_tax = self.give_back(made, returned, nets, kept_tax, kept, price, discount)
        if self.nobody_credits:
            self.book(left, left_tax, "charged")
        self.quantities[str(number)] = kept - returned if self.nobody_credits else kept

    def value(self, price: tuple[int, int], quantity: int, discount: tuple[int, int]) -> tuple[int, int]:
        return price[0] * quantity - discount[0], price[1] * quantity - discount[1]

    def kept_value(self, price: tuple[int, int], kept: int, ordered: int, discount: tuple[int, int]) -> tuple[int, int]:
        """What the kept pieces come to; a discount between two minor units is rounded as Shopify pleases."""
        if kept == ordered:
            return self.value(price, kept, discount)
        up = self.draw(st.booleans())
        shares = [(each * kept + (ordered - 1 if up else 0)) // ordered for each in discount]
        return self.value(price, kept, (shares[0], shares[1]))

    def edit(self, made: OrderLine, removed: int, value: tuple[int, int], tax: tuple[int, int]) -> None:
        """Shopify writes a refund without money, an empty one, or none."""
        written = self.draw(st.sampled_from(["refund", "empty", "none"]))
        if written == "none":
            return
        row = RefundLine(
            shopify_id=None,
            line_id=made.shopify_id,
            quantity=removed,
            restock_type=self.draw(st.sampled_from(["no_restock", "cancel"])),
            subtotal=self.money(value),
            tax=self.money(tax),
        )
        self.refunds.append(
            Refund(shopify_id=sid(900 + len(self.refunds)), lines=(row,) if written == "refund" else ())
        )

    def give_back(
        self,
        made: OrderLine,
        returned: int,
        value: tuple[int, int],
        tax: tuple[int, int],
        kept: int,
        price: tuple[int, int],
        discount: tuple[int, int],
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """A creditable refund of some pieces: the current sums fall, what was charged does not. Gives what is left."""
        stays = self.kept_value(price, kept - returned, made.ordered_quantity, discount)
        stays_tax = (tax[0] * (kept - returned) // kept, tax[1] * (kept - returned) // kept)
        back = (value[0] - stays[0], value[1] - stays[1])
        back_tax = (tax[0] - stays_tax[0], tax[1] - stays_tax[1])
        for side in SIDES:
            self.books.current[side] -= back[side] + (0 if self.includes else back_tax[side])
            self.books.current_tax[side] -= back_tax[side]
        by_return = self.draw(st.booleans())
        row = RefundLine(
            shopify_id=None,
            line_id=made.shopify_id,
            quantity=returned,
            restock_type="return" if by_return else "no_restock",
            subtotal=self.money(back),
            tax=self.money(back_tax),
        )
        refunded = Amount(Decimal(0), Decimal(0)) if by_return else Amount(Decimal(1), Decimal(1))
        self.refunds.append(Refund(shopify_id=sid(900 + len(self.refunds)), refunded=refunded, lines=(row,)))
        return stays, stays_tax

    def ship(self, number: int) -> ShippingLine:
        amount = self.units(0, 2000)
        share = self.draw(st.sampled_from([0, 0, 2, 1]))
        discount = (amount[0] // share, amount[1] // share) if share else (0, 0)
        net = (amount[0] - discount[0], amount[1] - discount[1])
        tax = self.tax_of(net) if self.draw(st.booleans()) else (0, 0)
        self.book(net, tax, "total", "current", "charged")
        for side in SIDES:
            self.books.discount[side] += discount[side]
        if not any(tax) and self.draw(st.booleans()):
            self.give_shipping_back(number, net)
        return ShippingLine(
            shopify_id=sid(number),
            title="Standard",
            amount=self.money(amount),
            discount=self.money(discount),
            tax_lines=(TaxLine(title="VAT", rate=RATE, amount=self.money(tax)),) if any(tax) else (),
        )

    def give_shipping_back(self, number: int, net: tuple[int, int]) -> None:
        """Some of a charge: with money a credit memo will say so, without money the order is smaller."""
        back = self.draw(st.integers(0, net[0])), self.draw(st.integers(0, net[1]))
        with_money = self.draw(st.booleans())
        for side in SIDES:
            self.books.current[side] -= back[side]
            if self.nobody_credits or not with_money:
                self.books.charged[side] -= back[side]
        refunded = Amount(Decimal(1), Decimal(1)) if with_money else Amount(Decimal(0), Decimal(0))
        part = RefundShipping(shopify_id=None, shipping_line_id=sid(number), subtotal=self.money(back))
        self.refunds.append(Refund(shopify_id=sid(900 + len(self.refunds)), refunded=refunded, shipping=(part,)))

    def charge_fee(self, number: int) -> AdditionalFee:
        amount = self.units(1, 500)
        self.book(amount, (0, 0), "total", "current", "charged")
        return AdditionalFee(shopify_id=sid(number), name="Handling", amount=self.money(amount))

    def finish(self) -> Case:
        shipping_lines = tuple(self.ship(number) for number in range(300, 300 + self.draw(st.integers(0, 3))))
        fees = tuple(self.charge_fee(number) for number in range(400, 400 + self.draw(st.integers(0, 1))))
        unallocated = self._discount_the_order()
        self._adjust_header_tax()
        rounding, charged = self._cash_rounding()
        made = order(
            *self.lines,
            currency=self.currencies[0],
            presentment_currency=self.currencies[1],
            prices_include_tax=self.includes,
            shipping_lines=shipping_lines,
            additional_fees=fees,
            refunds=tuple(self.refunds),
            created_at=CREATED + timedelta(minutes=1),
            totals=OrderTotals(
                total=self.money(self.books.total),
                current_total=self.money(self.books.current),
                tax=self.money(self.books.tax),
                current_tax=self.money(self.books.current_tax),
                discount=self.money(self.books.discount),
                current_discount=self.money(self.books.discount),
                additional_fees=total(fee.amount for fee in fees),
                cash_rounding=self.money(rounding),
            ),
            fulfilment_orders=self._fulfilment_orders(),
        )
        return Case(
            order=made,
            charged=self.money(charged),
            tax=self.money(self.books.charged_tax),
            quantities=self.quantities,
            unallocated=self.money(unallocated),
        )

    def _discount_the_order(self) -> tuple[int, int]:
        """A discount on the order as a whole that Shopify states in the header only."""
        most = [0, 0]
        for each in self.lines:
            if (
                each.kind in (LineKind.ITEM, LineKind.CUSTOM)
                and each.ordered_quantity == self.quantities[each.shopify_id]
            ):
                for side, (price, discount) in enumerate(
                    (
                        (each.unit_price.shop, each.discount.shop),
                        (each.unit_price.presentment, each.discount.presentment),
                    )
                ):
                    most[side] += int((price * each.ordered_quantity - discount).scaleb(DIGITS[self.currencies[side]]))
        if not all(most) or self.draw(st.booleans()):
            return 0, 0
        given = self.draw(st.integers(0, most[0])), self.draw(st.integers(0, most[1]))
        for side in SIDES:
            self.books.discount[side] += given[side]
            for name in ("total", "current", "charged"):
                getattr(self.books, name)[side] -= given[side]
        return given

    def _adjust_header_tax(self) -> None:
        """A header tax that the lines do not add up to, by less or by more than roundings."""
        if self.draw(st.booleans()) or not any(self.quantities.values()):
            return
        gap = self.units(-3, 300)
        for side in SIDES:
            for name in ("tax", "current_tax", "charged_tax"):
                getattr(self.books, name)[side] += gap[side]
            if not self.includes:
                for name in ("total", "current", "charged"):
                    getattr(self.books, name)[side] += gap[side]

    def _cash_rounding(self) -> tuple[list[int], list[int]]:
        """Rounding of cash that Shopify's totals hold, or leave out.

        Not beside discounts that were rounded: a minor unit could then be the one or the other, and nobody could say
        which.
        """
        charged = list(self.books.charged)
        parted = any(
            each.discounts and self.quantities[each.shopify_id] != each.ordered_quantity for each in self.lines
        )
        if parted or self.draw(st.booleans()):
            return [0, 0], charged
        rounding = list(self.units(-4, 4))
        held = self.draw(st.booleans())
        for side in SIDES:
            charged[side] += rounding[side]
            if held:
                self.books.total[side] += rounding[side]
                self.books.current[side] += rounding[side]
        return rounding, charged

    def _fulfilment_orders(self) -> tuple[FulfilmentOrder, ...]:
        """Every line from one, two or three locations, or from none known."""
        places: dict[int, list[tuple[OrderLine, int]]] = {}
        for each in self.lines:
            left = self.quantities[each.shopify_id]
            for location in self.draw(st.lists(st.sampled_from([5001, 5002, 5003]), max_size=3, unique=True)):
                pieces = self.draw(st.integers(0, left))
                left -= pieces
                places.setdefault(location, []).append((each, pieces))
        return tuple(fulfilment_order(*parts, location=location) for location, parts in places.items())


@st.composite
def cases(draw: st.DrawFn, *, nobody_credits: bool = False) -> Case:
    """An order of one to six lines with everything that may befall it."""
    seller = Seller(draw, nobody_credits=nobody_credits)
    for number in range(101, 101 + draw(st.integers(1, 6))):
        seller.sell_line(number)
    return seller.finish()
