"""Taxes per line that add up to Shopify's header tax (P32). The header wins; what the lines lack is spread and
marked.
"""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from app.domain.documents.positions import Position
from app.domain.money import ZERO, allocate
from app.domain.orders import TaxLine
from app.domain.sales_documents import DocumentTax


def with_header_tax(
    positions: Sequence[Position], *, header_tax: Decimal, header_lines: Sequence[TaxLine], currency: str
) -> list[Position]:
    """The positions with the difference to the header's tax spread over the taxable ones as ``estimated`` taxes: by
    amount where tax is lacking, by their taxes where there is too much, so that no tax falls below nothing.
    """
    rest = header_tax - sum((_tax(position) for position in positions), ZERO)
    if not rest or not positions:
        return list(positions)
    places = _takers(positions) if rest > 0 else _givers(positions)
    weights = [positions[place].amount if rest > 0 else _tax(positions[place]) for place in places]
    shares = allocate(rest, [max(weight, ZERO) for weight in weights], currency)
    spread = list(positions)
    for place, share in zip(places, shares, strict=True):
        if share:
            position = spread[place]
            tax = _estimated(position, share, header_lines)
            spread[place] = dataclasses.replace(position, taxes=(*position.taxes, tax))
    return spread


def _takers(positions: Sequence[Position]) -> Sequence[int]:
    """Where tax can lie: taxable positions, else those that carry any tax, else whatever has an amount, else all."""
    tests = (
        [place for place, each in enumerate(positions) if each.taxable and each.amount > 0],
        [place for place, each in enumerate(positions) if each.taxes],
        [place for place, each in enumerate(positions) if each.amount > 0],
    )
    return next((places for places in tests if places), range(len(positions)))


def _givers(positions: Sequence[Position]) -> Sequence[int]:
    """Where there is tax to be taken off, else wherever tax can lie."""
    return [place for place, each in enumerate(positions) if _tax(each) > 0] or _takers(positions)


def _tax(position: Position) -> Decimal:
    return sum((tax.amount for tax in position.taxes), ZERO)


def _estimated(position: Position, amount: Decimal, header_lines: Sequence[TaxLine]) -> DocumentTax:
    """Named after the only tax it can belong to; where several could be meant it has no name of its own and no rate."""
    if len(header_lines) == 1:
        only = header_lines[0]
        liable = bool(only.channel_liable)
        return DocumentTax(title=only.title, rate=only.rate, amount=amount, channel_liable=liable, estimated=True)
    if len(position.taxes) == 1:
        return dataclasses.replace(position.taxes[0], amount=amount, estimated=True)
    return DocumentTax(title="Tax", rate=ZERO, amount=amount, estimated=True)
