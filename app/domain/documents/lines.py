"""The lines of a document, in its order: comment, order lines as in Shopify, shipping, duties, fees, cash rounding
(P31).

Splits a line that ships from several locations, to the cent. The money is proved before it comes here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.domain.documents.location_problems import location_missing
from app.domain.documents.locations import LineLocations, LocationShare, by_code
from app.domain.documents.positions import Position
from app.domain.documents.targets import Target, Targets
from app.domain.identifiers import OrderId, ShopId, order_line_id, shipping_line_id
from app.domain.money import ZERO, allocate, rounded
from app.domain.orders import Attribute, OrderLine
from app.domain.problems import Problem
from app.domain.sales_documents import DocumentLine, DocumentTax, LineSource, LineType, SourceKind

LINE_STEP = 10000


@dataclass(slots=True, kw_only=True)
class LineWriter:
    """Writes positions as document lines and numbers them."""

    shop_id: ShopId
    order_id: OrderId
    currency: str
    targets: Targets
    locations: LineLocations
    location_mandatory: bool
    lines: list[DocumentLine] = field(default_factory=list)
    unmapped: dict[str, Problem] = field(default_factory=dict)

    def comment(self, text: str) -> None:
        self._append(Target(type=LineType.COMMENT, description=text), LineSource(kind=SourceKind.COMMENT))

    def write(self, positions: Iterable[Position]) -> None:
        for position in positions:
            target = self.targets.of(position)
            source = LineSource(kind=position.source, id=self._our_id(position), shopify_id=position.shopify_id)
            if position.line is None or target.type is not LineType.ITEM:
                self._append_position(position, target, source)
                continue
            found = self.locations.shares(position.line.shopify_id, position.quantity)
            self._require_locations(position.line, found)
            shares = by_code(found)
            if len(shares) == 1:
                self._append_position(position, target, source, location_code=shares[0].location_code)
            else:
                self._append_split(position, target, source, shares)

    def cash_rounding(self, amount: Decimal) -> None:
        target = self.targets.cash_rounding()
        position = Position(source=SourceKind.CASH_ROUNDING, unit_price=amount, amount=rounded(amount, self.currency))
        self._append_position(position, target, LineSource(kind=SourceKind.CASH_ROUNDING))

    def _our_id(self, position: Position) -> str | None:
        if position.line is not None:
            return order_line_id(self.order_id, position.line.shopify_id)
        if position.shipping is not None:
            return shipping_line_id(self.order_id, position.shipping.shopify_id)
        return None

    def _append_position(
        self, position: Position, target: Target, source: LineSource, *, location_code: str | None = None
    ) -> None:
        self._append(
            target,
            source,
            quantity=position.quantity,
            unit_price=position.unit_price,
            discount=position.discount,
            order_discount=position.order_discount,
            amount=position.amount,
            taxes=position.taxes,
            location_code=location_code,
            attributes=position.line.attributes if position.line else (),
        )

    def _append_split(
        self, position: Position, target: Target, source: LineSource, shares: Sequence[LocationShare]
    ) -> None:
        """A line per location; discounts and taxes are shared by pieces so that the parts are the whole again."""
        weights = [Decimal(share.quantity) for share in shares]
        discounts = allocate(position.discount, weights, self.currency)
        order_discounts = allocate(position.order_discount, weights, self.currency)
        taxes = list(_split_taxes(position.taxes, weights, self.currency))
        left = position.amount
        for place, share in enumerate(shares):
            gross = position.unit_price * share.quantity
            amount = rounded(gross - discounts[place] - order_discounts[place], self.currency)
            left -= amount
            self._append(
                target,
                source,
                quantity=share.quantity,
                unit_price=position.unit_price,
                discount=discounts[place],
                order_discount=order_discounts[place],
                amount=amount + left if place == len(shares) - 1 else amount,
                taxes=taxes[place],
                location_code=share.location_code,
                attributes=position.line.attributes if position.line else (),
            )

    def _append(  # noqa: PLR0913 -- the fields of a line
        self,
        target: Target,
        source: LineSource,
        *,
        quantity: int = 0,
        unit_price: Decimal = ZERO,
        discount: Decimal = ZERO,
        order_discount: Decimal = ZERO,
        amount: Decimal = ZERO,
        taxes: tuple[DocumentTax, ...] = (),
        location_code: str | None = None,
        attributes: tuple[Attribute, ...] = (),
    ) -> None:
        self.lines.append(
            DocumentLine(
                line_no=(len(self.lines) + 1) * LINE_STEP,
                type=target.type,
                no=target.no,
                variant_code=target.variant_code,
                description=target.description,
                unit=target.unit,
                quantity=Decimal(quantity),
                unit_price=unit_price,
                discount_amount=rounded(discount + order_discount, self.currency),
                order_discount_amount=rounded(order_discount, self.currency),
                amount=rounded(amount, self.currency),
                tax_amount=rounded(sum((tax.amount for tax in taxes), ZERO), self.currency),
                taxes=taxes,
                location_code=location_code,
                shipping_agent_code=target.shipping_agent_code,
                shipping_agent_service_code=target.shipping_agent_service_code,
                attributes=attributes,
                source=source,
            )
        )

    def _require_locations(self, line: OrderLine, shares: Sequence[LocationShare]) -> None:
        """What is not shipped and stands at no location needs none."""
        if not self.location_mandatory:
            return
        lacking = [share for share in shares if share.location_code is None]
        if not line.requires_shipping:
            lacking = [share for share in lacking if share.location_id or share.location_name]
        if lacking:
            pointer = f"/lines/{line.shopify_id}/location_code"
            self.unmapped.setdefault(pointer, location_missing(pointer, lacking, self.shop_id))


def _split_taxes(
    taxes: Sequence[DocumentTax], weights: Sequence[Decimal], currency: str
) -> Iterator[tuple[DocumentTax, ...]]:
    shares = [allocate(tax.amount, weights, currency) for tax in taxes]
    for place in range(len(weights)):
        yield tuple(
            DocumentTax(
                title=tax.title,
                rate=tax.rate,
                amount=of_tax[place],
                channel_liable=tax.channel_liable,
                estimated=tax.estimated,
            )
            for tax, of_tax in zip(taxes, shares, strict=True)
        )
