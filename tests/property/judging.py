"""Whether a document says what Shopify charged for an order: a judge who sees the store's objects and the document.

It adds up, rounds and splits with nothing of what it judges, whether the document comes from the domain in memory or
over HTTP. Knows Shopify's field names and the public ones of documents.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.store_simulator.orders.line_money import TIP_TITLES
from tests.property.living_orders import NONE, Json, charges_of, exchanged_lines, money, quantities_of

DECIMALS = {"JPY": 0, "KWD": 3}
SOLD = ("order_line", "tip", "gift_card")


@dataclass(frozen=True, slots=True)
class TaxFigures:
    title: str
    amount: Decimal
    channel_liable: bool
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    line_no: int
    no: str | None
    kind: str
    shopify_id: str | None
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    tax: Decimal
    taxes: tuple[TaxFigures, ...]
    location: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFigures:
    """What of a document is judged."""

    currency: str
    prices_include_tax: bool
    amount: Decimal
    tax: Decimal
    total: Decimal
    charged: Decimal
    lines: tuple[LineFigures, ...]


def figures_of(document: Any) -> DocumentFigures:
    """Those of a document of the domain, or of one as the API shows it."""
    totals = _get(document, "totals")
    return DocumentFigures(
        currency=_get(document, "currency"),
        prices_include_tax=_get(document, "prices_include_tax"),
        amount=_decimal(totals, "amount"),
        tax=_decimal(totals, "tax"),
        total=_decimal(totals, "amount_including_tax"),
        charged=_decimal(totals, "charged_by_shopify"),
        lines=tuple(_line(line) for line in _get(document, "lines")),
    )


def _line(line: Any) -> LineFigures:
    source = _get(line, "source")
    return LineFigures(
        line_no=_get(line, "line_no"),
        no=_get(line, "no"),
        kind=str(_get(source, "kind")),
        shopify_id=_get(source, "shopify_id"),
        quantity=_decimal(line, "quantity"),
        unit_price=_decimal(line, "unit_price"),
        discount=_decimal(line, "discount_amount"),
        amount=_decimal(line, "amount"),
        tax=_decimal(line, "tax_amount"),
        taxes=tuple(
            TaxFigures(
                _get(each, "title"), _decimal(each, "amount"), _get(each, "channel_liable"), _get(each, "estimated")
            )
            for each in _get(line, "taxes")
        ),
        location=_get(line, "location_code"),
    )


def _get(node: Any, name: str) -> Any:
    return node[name] if isinstance(node, dict) else getattr(node, name)


def _decimal(node: Any, name: str) -> Decimal:
    return Decimal(_get(node, name))


def faults(
    order: Json, document: DocumentFigures, *, side: str, nobody_credits: bool, locations: Mapping[str, str]
) -> list[str]:
    """What is wrong with the document, in words; ``locations`` are the ERP's codes by the store's ids."""
    found = [*_total_faults(order, document, side, nobody_credits=nobody_credits)]
    for line in document.lines:
        found += _line_faults(line, document.currency)
    found += _lost_or_mistaken(order, document, nobody_credits=nobody_credits)
    found += _tax_share_faults(order, document, side, nobody_credits=nobody_credits)
    if is_plain(order):
        found += _plain_faults(order, document, side)
        found += _location_faults(order, document, locations)
    return found


def is_plain(order: Json) -> bool:
    """Whether the order is as it was placed, so that each of its parts can be held against the document's."""
    return not (order["edited"] or order["refunds"] or order["returns"] or order["cancelledAt"])


def _total_faults(order: Json, document: DocumentFigures, side: str, *, nobody_credits: bool) -> Iterator[str]:
    amount = sum((line.amount for line in document.lines), NONE)
    tax = sum((line.tax for line in document.lines), NONE)
    on_top = NONE if document.prices_include_tax else tax
    if document.amount != amount:
        yield f"its amount is {document.amount}, its lines come to {amount}"
    if document.tax != tax:
        yield f"its tax is {document.tax}, its lines come to {tax}"
    if document.total != amount + on_top:
        yield f"its total is {document.total}, its parts come to {amount + on_top}"
    if document.total != document.charged:
        yield f"its total is {document.total}, and it says that {document.charged} was charged"
    charges = charges_of(order, side, nobody_credits=nobody_credits)
    if (document.charged, document.tax) not in charges:
        yield f"it says {document.charged} with {document.tax} tax, charged was one of {sorted(charges)}"
    if document.prices_include_tax != order["taxesIncluded"]:
        yield "its prices are of the other tax mode"
    if document.currency != order["currencyCode" if side == "shopMoney" else "presentmentCurrencyCode"]:
        yield f"its currency is {document.currency}"


def _line_faults(line: LineFigures, currency: str) -> Iterator[str]:
    worth = line.quantity * line.unit_price - line.discount
    if line.amount != worth:
        yield f"line {line.line_no} comes to {worth} and says {line.amount}"
    taxes = sum((tax.amount for tax in line.taxes), NONE)
    if line.tax != taxes:
        yield f"the taxes of line {line.line_no} come to {taxes}, it says {line.tax}"
    amounts = (line.amount, line.discount, line.tax, *(tax.amount for tax in line.taxes))
    unit = Decimal(1).scaleb(-DECIMALS.get(currency, 2))
    if any(amount % unit for amount in amounts):
        yield f"line {line.line_no} has amounts finer than {currency}"
    if not line.no:
        yield f"line {line.line_no} is on nothing"
    if line.kind in SOLD and not (line.quantity > 0 and line.discount >= 0):
        yield f"line {line.line_no} has {line.quantity} pieces less {line.discount}"


def _lost_or_mistaken(order: Json, document: DocumentFigures, *, nobody_credits: bool) -> Iterator[str]:
    pieces: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    for line in document.lines:
        if line.kind in SOLD:
            pieces[str(line.shopify_id)] += int(line.quantity)
            kinds[str(line.shopify_id)] = line.kind
    wanted = quantities_of(order, nobody_credits=nobody_credits)
    if pieces != wanted:
        yield f"it shows the pieces {dict(pieces)} instead of {wanted}"
    for sold in order["lineItems"]:
        number = _number(sold["id"])
        if kinds.get(number, _kind(sold)) != _kind(sold):
            yield f"{sold['title']} is a {_kind(sold)}, not a {kinds[number]}"
    numbers = [line.line_no for line in document.lines]
    if numbers != [10000 * (place + 1) for place in range(len(numbers))]:
        yield f"its lines are numbered {numbers}"
    exchanged = {_number(each) for each in exchanged_lines(order)}
    if exchanged & pieces.keys():
        yield "it shows lines that came in by exchange"


def _number(identifier: str) -> str:
    return identifier.rsplit("/", 1)[1]


def _kind(sold: Json) -> str:
    if sold["isGiftCard"]:
        return "gift_card"
    without_article = sold["product"] is None and sold["sku"] is None and not sold["requiresShipping"]
    return "tip" if without_article and sold["title"] in TIP_TITLES else "order_line"


def _tax_share_faults(order: Json, document: DocumentFigures, side: str, *, nobody_credits: bool) -> Iterator[str]:
    """Where the taxes of the pieces that are shown come to the header's, no line may have another tax than they."""
    beside = [node for node in (*order["shippingLines"], *order["additionalFees"]) if not node.get("isRemoved")]
    pieces = quantities_of(order, nobody_credits=nobody_credits)
    unit = Decimal(1).scaleb(-DECIMALS.get(document.currency, 2))
    expected: dict[str, Decimal] = {}
    for sold in order["lineItems"]:
        share = Decimal(pieces.get(_number(sold["id"]), 0)) / sold["quantity"]
        taxes = (money(tax["priceSet"], side) * share for tax in sold["taxLines"])
        expected[_number(sold["id"])] = sum((tax.quantize(unit, ROUND_HALF_UP) for tax in taxes), NONE)
    others = sum((money(tax["priceSet"], side) for node in beside for tax in node["taxLines"]), NONE)
    if sum(expected.values(), NONE) + others != document.tax or _duties_are_taxed(order):
        return
    shown: dict[str, Decimal] = dict.fromkeys(expected, NONE)
    for line in document.lines:
        if line.kind in SOLD:
            shown[str(line.shopify_id)] += line.tax
    if shown != expected:
        yield f"the taxes of its lines are {shown} instead of {expected}"


def _duties_are_taxed(order: Json) -> bool:
    return any(duty["taxLines"] for sold in order["lineItems"] for duty in sold["duties"])


def _plain_faults(order: Json, document: DocumentFigures, side: str) -> Iterator[str]:
    """Every part of the order in the document with its own amount and its own tax, and nothing else."""
    shown: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    taxes: dict[tuple[str, str | None], Counter[tuple[str, bool]]] = defaultdict(Counter)
    for line in document.lines:
        part = (line.kind, line.shopify_id)
        shown[part] += line.amount
        for tax in line.taxes:
            taxes[part][tax.title, tax.channel_liable] += tax.amount  # type: ignore[assignment]
            if tax.estimated:
                yield f"the tax {tax.title} of line {line.line_no} is an estimate"
    parts = dict(_parts(order, side))
    told = {part: amount for part, (amount, _) in parts.items()}
    if dict(shown) != told:
        yield f"it shows {dict(shown)}, the order is {told}"
    for part, (_, part_taxes) in parts.items():
        sums: Counter[tuple[str, bool]] = Counter()
        for each in part_taxes:
            sums[each["title"], bool(each["channelLiable"])] += money(each["priceSet"], side)  # type: ignore[assignment]
        if taxes[part] != sums:
            yield f"the taxes of {part} are {dict(sums)}, it shows {dict(taxes[part])}"


def _parts(order: Json, side: str) -> Iterator[tuple[tuple[str, str | None], tuple[Decimal, list[Json]]]]:
    for sold in order["lineItems"]:
        gross = money(sold["originalUnitPriceSet"], side) * sold["quantity"]
        yield (_kind(sold), _number(sold["id"])), (gross - _off(sold, side), sold["taxLines"])
        for duty in () if order["dutiesIncluded"] else sold["duties"]:
            if money(duty["price"], side):
                yield ("duty", _number(duty["id"])), (money(duty["price"], side), duty["taxLines"])
    for charge in order["shippingLines"]:
        if price := money(charge["originalPriceSet"], side):
            yield ("shipping_line", _number(charge["id"])), (price - _off(charge, side), charge["taxLines"])
    for fee in order["additionalFees"]:
        if price := money(fee["price"], side):
            yield ("additional_fee", _number(fee["id"])), (price, fee["taxLines"])
    if rounding := money(order["totalCashRoundingAdjustment"]["paymentSet"], side):
        yield ("cash_rounding", None), (rounding, [])


def _off(node: Json, side: str) -> Decimal:
    return sum((money(share["allocatedAmountSet"], side) for share in node["discountAllocations"]), NONE)


def _location_faults(order: Json, document: DocumentFigures, locations: Mapping[str, str]) -> Iterator[str]:
    """Of a plain order that nobody ships from yet, each location has the pieces that its fulfilment order asks for."""
    if order["fulfillments"]:
        return
    wanted: Counter[tuple[str, str]] = Counter()
    for node in order["fulfillmentOrders"]:
        code = locations.get(node["assignedLocation"]["location"]["id"])
        for part in node["lineItems"]:
            if code:
                wanted[_number(part["lineItem"]["id"]), code] += part["totalQuantity"]
    items = {_number(sold["id"]) for sold in order["lineItems"] if _kind(sold) == "order_line"}
    expected = {place: pieces for place, pieces in wanted.items() if place[0] in items}
    shown: Counter[tuple[str, str]] = Counter()
    for line in document.lines:
        if line.kind == "order_line" and line.location:
            shown[str(line.shopify_id), line.location] += int(line.quantity)
    if shown != expected:
        yield f"it ships {dict(shown)}, asked for is {expected}"
