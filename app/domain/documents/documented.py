"""What of an order is documented, in each of its currencies, before anything of the ERP is known (P32).

The one way from an order to its proved positions; a document, the totals that the API shows, and the state that later
edits are compared with all start here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.domain.documents.charges import position_sets
from app.domain.documents.positions import Position
from app.domain.documents.proof import Proof, prove
from app.domain.documents.quantities import documented_quantities
from app.domain.documents.taxes import with_header_tax
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, ZERO, Amount, CurrencyHandling
from app.domain.orders import Order
from app.domain.sales_documents import SourceKind
from app.domain.shop_settings import RefundProcess
from app.domain.snapshots import PartSnapshot, Snapshot, snapshot_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One side of the order's money: its proof, and the positions with taxes that add up to the header's."""

    handling: CurrencyHandling
    quantities: Mapping[ShopifyId, int]
    proof: Proof
    positions: tuple[Position, ...]


def documented(order: Order, *, process: RefundProcess, handling: CurrencyHandling) -> Documented:
    """The order's positions in one currency, as near to what was charged as they come."""
    currency = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
    quantities = documented_quantities(order, process)
    sets = position_sets(order, quantities=quantities, process=process, handling=handling, currency=currency)
    proof = prove(order, sets, process=process, handling=handling, currency=currency)
    positions = with_header_tax(proof.positions, header_tax=proof.tax, header_lines=order.tax_lines, currency=currency)
    return Documented(handling=handling, quantities=quantities, proof=proof, positions=tuple(positions))


def other_side(order: Order, known: Documented, process: RefundProcess) -> Documented:
    """The order in its other currency; the same where both currencies and their amounts are one."""
    if order.currency == order.presentment_currency and order.totals.total.shop == order.totals.total.presentment:
        return known
    shop = known.handling is CurrencyHandling.SHOP
    handling = CurrencyHandling.PRESENTMENT if shop else CurrencyHandling.SHOP
    return documented(order, process=process, handling=handling)


def snapshot(order: Order, known: Documented, process: RefundProcess) -> Snapshot:
    """The state of the order by which a document made of it now would be judged later."""
    other = other_side(order, known, process)
    shop, presentment = (known, other) if known.handling is CurrencyHandling.SHOP else (other, known)
    return snapshot_of(
        order,
        known.quantities,
        _paired(dict(_parts(shop)), dict(_parts(presentment))),
        total=Amount(
            shop.proof.charged_total(CurrencyHandling.SHOP),
            presentment.proof.charged_total(CurrencyHandling.PRESENTMENT),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part in one currency."""

    source: SourceKind
    shopify_id: ShopifyId | None
    title: str
    quantity: int = 1
    unit_price: Decimal
    discount: Decimal = ZERO
    amount: Decimal
    tax: Decimal = ZERO


def _parts(side: Documented) -> Iterator[tuple[str, _Part]]:
    for each in side.positions:
        part = _Part(
            source=each.source,
            shopify_id=ShopifyId(each.shopify_id) if each.shopify_id else None,
            title=each.title,
            quantity=each.quantity,
            unit_price=each.unit_price,
            discount=each.discount + each.order_discount,
            amount=each.amount,
            tax=sum((tax.amount for tax in each.taxes), ZERO),
        )
        yield f"{each.source.value}:{each.shopify_id or ''}", part
    if side.proof.rounding:
        rounding = side.proof.rounding
        source = SourceKind.CASH_ROUNDING
        yield source.value, _Part(source=source, shopify_id=None, title="", unit_price=rounding, amount=rounding)


def _paired(shop: Mapping[str, _Part], presentment: Mapping[str, _Part]) -> Mapping[str, PartSnapshot]:
    """The parts with both amounts; what only one currency has comes to nothing in the other."""
    paired = {}
    for key in dict.fromkeys((*shop, *presentment)):
        one, other = shop.get(key), presentment.get(key)
        known = one or other
        assert known is not None
        paired[key] = PartSnapshot(
            source=known.source,
            shopify_id=known.shopify_id,
            title=known.title,
            quantity=known.quantity,
            **{name: _pair(one, other, name) for name in ("unit_price", "discount", "amount", "tax")},
        )
    return paired


def _pair(shop: _Part | None, presentment: _Part | None, name: str) -> Amount:
    amount = Amount(getattr(shop, name, ZERO), getattr(presentment, name, ZERO))
    return amount or NOTHING
