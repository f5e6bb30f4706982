"""What the document of an order shows, in what the order differs from it now, and what its customer owes.

An oracle of P32, P41 and P51 by the store's own objects: it must not import the code that it judges. Where Shopify's
figures leave open what was charged it says so instead of guessing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.property.judging import DECIMALS
from tests.property.living_orders import (
    NONE,
    Json,
    charges_of,
    credits_charges,
    exchanged_lines,
    is_creditable,
    line_worth,
    money,
    part_worth,
    quantities_of,
)

SIDES = {"shopMoney": "currencyCode", "presentmentMoney": "presentmentCurrencyCode"}
NOTHING_TO_SHIP = ("FULFILLED", "FULFILLMENT_NOT_REQUIRED")
AT_THE_HEAD = {
    "ship_to_changed": "shippingAddress",
    "bill_to_changed": "billingAddress",
    "customer_changed": "customer",
    "po_number_changed": "poNumber",
}
REMARKS = {"note_changed": "note", "tags_changed": "tags"}

Pair = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line as a document shows it; the share of its discounts before it is rounded."""

    quantity: int
    price: Pair
    discount: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """In what an order is no longer what its document shows."""

    lines: Mapping[str, tuple[int, int]]
    """Those that differ, by their number: the pieces before and now."""
    doubtful: frozenset[str]
    """Lines with a discount that falls between two minor units, of which Shopify may have meant either."""
    kinds: frozenset[str]
    """Whatever else conflicts, in the words of the API."""
    remarks: frozenset[str]
    """What is only noted."""
    amount: Pair | None
    """What the buyer owes more; None where the store's figures can be read in two ways."""

    @property
    def conflict(self) -> bool | None:
        """Whether somebody has to mend something; None = the figures do not say."""
        if self.lines or self.kinds:
            return True
        if self.doubtful or self.amount is None:
            return None
        return any(self.amount)


def verdict(booked: Json, now: Json, *, nobody_credits: bool) -> Verdict:
    """Compare the order with what it was when its document was made, or when its differences were settled last."""
    before, after = (shown_lines(each, nobody_credits=nobody_credits) for each in (booked, now))
    differing, doubtful = {}, set()
    for number in {**before, **after}:
        one, other = before.get(number), after.get(number)
        match _same(one, other, now):
            case False:
                differing[number] = (one.quantity if one else 0, other.quantity if other else 0)
            case None:
                doubtful.add(number)
    return Verdict(
        lines=differing,
        doubtful=frozenset(doubtful),
        kinds=frozenset(_other_conflicts(booked, now, nobody_credits=nobody_credits)),
        remarks=frozenset(kind for kind, field in REMARKS.items() if booked[field] != now[field]),
        amount=_owed_more(booked, now, nobody_credits=nobody_credits),
    )


def shown_lines(order: Json, *, nobody_credits: bool) -> Mapping[str, ShownLine]:
    """The lines of a document, by their number."""
    pieces = quantities_of(order, nobody_credits=nobody_credits)
    found = {}
    for line in order["lineItems"]:
        number = line["id"].rsplit("/", 1)[1]
        if number in pieces:
            off = (_off(line, side) * pieces[number] / line["quantity"] for side in SIDES)
            found[number] = ShownLine(
                quantity=pieces[number], price=pair(line["originalUnitPriceSet"]), discount=(next(off), next(off))
            )
    return found


def _off(line: Json, side: str) -> Fraction:
    return sum(
        (Fraction(money(share["allocatedAmountSet"], side)) for share in line["discountAllocations"]), Fraction()
    )


def _same(one: ShownLine | None, other: ShownLine | None, order: Json) -> bool | None:
    """None where only the rounding of a share of a discount can tell them apart."""
    if one is None or other is None or (one.quantity, one.price) != (other.quantity, other.price):
        return False
    units = [Fraction(1, 10 ** DECIMALS.get(order[code], 2)) for code in SIDES.values()]
    gaps = [abs(a - b) / unit for a, b, unit in zip(one.discount, other.discount, units, strict=True)]
    whole = all(
        (discount / unit).denominator == 1
        for line in (one, other)
        for discount, unit in zip(line.discount, units, strict=True)
    )
    if any(gap >= 1 for gap in gaps):
        return False
    return True if whole else None


def pair(bag: Json | None) -> Pair:
    """An amount in both currencies."""
    return (money(bag, "shopMoney"), money(bag, "presentmentMoney"))


def _plus(one: Pair, other: Pair) -> Pair:
    return (one[0] + other[0], one[1] + other[1])


def _other_conflicts(booked: Json, now: Json, *, nobody_credits: bool) -> Iterator[str]:
    for kind, name in AT_THE_HEAD.items():
        shipped = kind == "ship_to_changed" and now["displayFulfillmentStatus"] in NOTHING_TO_SHIP
        if _named(booked[name]) != _named(now[name]) and not shipped:
            yield kind
    if now["cancelledAt"] and not booked["cancelledAt"]:
        yield "cancelled_paid" if _is_paid(now) else "cancelled_unpaid"
    if nobody_credits:
        if {each["id"] for each in _credited(now)} - {each["id"] for each in _credited(booked)}:
            yield "refund_added"
        if exchanged_lines(now) - exchanged_lines(booked):
            yield "exchange_added"
    if now["cancelledAt"]:
        # Its charges are still there and nothing is charged for them; the cancellation says it all.
        return
    charges, charges_now = (_charges(each, nobody_credits=nobody_credits) for each in (booked, now))
    if charges != charges_now:
        yield "shipping_changed"
    levies, levies_now = (dict(_levies(each, nobody_credits=nobody_credits)) for each in (booked, now))
    yield from (kind for kind in levies if levies[kind] != levies_now[kind])


def _named(value: object) -> object:
    """Of a customer or an address what a document says of it: the rest of the object may be filled in later."""
    if not isinstance(value, dict):
        return value
    wanted = (
        "firstName",
        "lastName",
        "company",
        "address1",
        "address2",
        "zip",
        "city",
        "provinceCode",
        "countryCodeV2",
    )
    return value["id"] if "address1" not in value else tuple(value.get(name) for name in wanted)


def _is_paid(order: Json) -> bool:
    return any(each["kind"] in ("SALE", "CAPTURE") and each["status"] == "SUCCESS" for each in order["transactions"])


def _credited(order: Json) -> list[Json]:
    """The refunds that a credit memo may follow for."""
    return [
        each
        for each in order["refunds"]
        if credits_charges(each) or any(is_creditable(each, part) for part in each["refundLineItems"])
    ]


def _charges(order: Json, *, nobody_credits: bool) -> Counter[Pair]:
    """What is charged for shipping, whatever the charges are called. What a credit memo gives back stands still."""
    amounts = {each["id"]: pair(each["currentDiscountedPriceSet"]) for each in order["shippingLines"]}
    for refund in order["refunds"]:
        for part in refund["refundShippingLines"] if credits_charges(refund) and not nobody_credits else ():
            number = part["shippingLine"]["id"]
            amounts[number] = _plus(amounts[number], pair(part["subtotalAmountSet"]))
    return Counter(amount for amount in amounts.values() if any(amount))


def _levies(order: Json, *, nobody_credits: bool) -> Iterator[tuple[str, Pair]]:
    duties = (NONE, NONE) if order["dutiesIncluded"] else pair(order["currentTotalDutiesSet"])
    for refund in order["refunds"]:
        for part in refund["duties"] if credits_charges(refund) and not nobody_credits else ():
            duties = _plus(duties, pair(part["amountSet"]))
    yield "duties_changed", duties
    yield "additional_fees_changed", pair(order["currentTotalAdditionalFeesSet"])


def _owed_more(booked: Json, now: Json, *, nobody_credits: bool) -> Pair | None:
    sides = [_more_on(side, booked, now, nobody_credits=nobody_credits) for side in SIDES]
    shop, presentment = sides
    return None if shop is None or presentment is None else (shop, presentment)


def _more_on(side: str, booked: Json, now: Json, *, nobody_credits: bool) -> Decimal | None:
    before, after = (
        {total for total, _ in charges_of(each, side, nobody_credits=nobody_credits)} for each in (booked, now)
    )
    unpaid_now = now["cancelledAt"] and not booked["cancelledAt"] and not _is_paid(now)
    if len(before) > 1 or (len(after) > 1 and not unpaid_now):
        return None
    return (NONE if unpaid_now else after.pop()) - before.pop()


def owed(order: Json, side: str, *, nobody_credits: bool) -> frozenset[Decimal]:
    """What all documents of an order may come to.

    That is what its goods and charges cost now, and of what came back that part for which no money went back; an
    exchange for something dearer leaves nothing over (P51). Of a cancelled order nothing is current, so it is what was
    documented less what was refunded. Where nobody credits, exchanged goods are in no document (P32).
    """
    totals = {total for total, _ in charges_of(order, side, nobody_credits=nobody_credits)}
    if nobody_credits:
        return frozenset(totals)
    rounding = order["totalCashRoundingAdjustment"]
    back = money(rounding["refundSet"], side)
    if order["cancelledAt"]:
        refunded = sum((money(refund["totalRefundedSet"], side) for refund in _credited(order)), NONE)
        return frozenset(total - refunded - back for total in totals)
    come_to = money(order["currentTotalPriceSet"], side) + money(rounding["paymentSet"], side) - back
    return frozenset({come_to + sum((_kept(order, refund, side) for refund in _credited(order)), NONE)})


def _kept(order: Json, refund: Json, side: str) -> Decimal:
    """The worth of what a credit memo is for, less what was refunded."""
    back = sum((worth.total for worth, _, creditable in part_worth(order, refund, side) if creditable), NONE)
    came = sum((_standing_worth(order, line, side) for line in _came_for(order, refund)), NONE)
    paid = money(refund["totalRefundedSet"], side)
    return NONE if came > back and not paid else back - came - paid


def _came_for(order: Json, refund: Json) -> list[Json]:
    """The lines that came instead of what this refund takes back."""
    stub = refund.get("return") or {}
    exchanges = [
        line["id"]
        for back in order["returns"]
        for each in back["exchangeLineItems"]
        for line in each["lineItems"]
        if back["id"] == stub.get("id")
    ]
    return [line for line in order["lineItems"] if line["id"] in exchanges]


def _standing_worth(order: Json, line: Json, side: str) -> Decimal:
    """Less what was taken off the order again without a credit memo."""
    parts = (part for refund in order["refunds"] for part in part_worth(order, refund, side))
    taken = sum((worth.total for worth, number, creditable in parts if number == line["id"] and not creditable), NONE)
    return line_worth(order, line, side).total - taken
