"""What changed in what an order is owed for: its lines, its charges and their taxes, each change with its worth (P41).

Compares part by part, and tells what one part owes more once: by the first of its changes. Knows nothing of buyers,
addresses and states, nor of what a whole order came to (``edit_impact``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from app.domain.changes import Change, ChangeKind, Severity
from app.domain.money import NOTHING, Amount, total
from app.domain.sales_documents import SourceKind
from app.domain.snapshots import PartSnapshot, Snapshot

_LINES = (SourceKind.ORDER_LINE, SourceKind.TIP, SourceKind.GIFT_CARD)
_CHARGES = {
    SourceKind.SHIPPING_LINE: ChangeKind.SHIPPING_CHANGED,
    SourceKind.DUTY: ChangeKind.DUTIES_CHANGED,
    SourceKind.ADDITIONAL_FEE: ChangeKind.ADDITIONAL_FEES_CHANGED,
    SourceKind.CASH_ROUNDING: ChangeKind.CASH_ROUNDING_CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedChanges:
    """Between the state that a document was made from and the order as it is."""

    booked: Snapshot
    now: Snapshot

    def changes(self) -> Iterator[Change]:
        """Lines first, then charges, then rates that changed without an amount."""
        yield from self._lines()
        yield from self._charges()
        yield from self._tax_rates()

    def _lines(self) -> Iterator[Change]:
        for key in dict.fromkeys((*self.booked.parts, *self.now.parts)):
            before, after = self.booked.parts.get(key), self.now.parts.get(key)
            part = before or after
            if part is None or part.source not in _LINES:
                continue
            if before is None or after is None:
                found: Iterable[Change] = (self._line_gone_or_come(before, after),)
            else:
                found = self._line(before, after)
            yield from (replace(change, about_a_line=True) for change in found)

    def _line_gone_or_come(self, before: PartSnapshot | None, after: PartSnapshot | None) -> Change:
        part = before or after
        assert part is not None
        return Change(
            kind=ChangeKind.LINE_ADDED if before is None else ChangeKind.LINE_REMOVED,
            severity=Severity.CONFLICT,
            shopify_id=part.shopify_id,
            before=str(before.quantity) if before else None,
            after=str(after.quantity) if after else None,
            amount=self._owed_more(before, after),
        )

    def _line(self, before: PartSnapshot, after: PartSnapshot) -> Iterator[Change]:
        """What the line is worth more goes to the kinds of its changes without a rest: price and discount by
        themselves, all else, its tax included, to the first of them.
        """
        found = [
            change
            for change in (_quantity(before, after), _price(before, after), _discount(before, after))
            if change is not None
        ]
        more = self._owed_more(before, after)
        if not found:
            yield from self._tax(before, after)
            return
        first, *others = found
        yield replace(first, amount=more - total(each.amount for each in others))
        yield from others

    def _charges(self) -> Iterator[Change]:
        booked, now = _charges_of(self.booked), _charges_of(self.now)
        for one, other in _same_charge_anew(booked, now):
            yield from self._title(one, other)
            del booked[f"{one.source.value}:{one.shopify_id}"], now[f"{other.source.value}:{other.shopify_id}"]
        for key in dict.fromkeys((*booked, *now)):
            before, after = booked.get(key), now.get(key)
            if before and after:
                yield from self._title(before, after)
                if before.amount == after.amount:
                    yield from self._tax(before, after)
                    continue
            yield self._charge(before, after)

    def _charge(self, before: PartSnapshot | None, after: PartSnapshot | None) -> Change:
        """One that comes to nothing may come and go: nobody owes another amount."""
        part = before or after
        assert part is not None
        worth = any(each.amount or each.tax for each in (before, after) if each)
        return Change(
            kind=_CHARGES[part.source],
            severity=Severity.CONFLICT if worth else Severity.NOTED,
            shopify_id=part.shopify_id,
            before=_money(before.amount) if before else None,
            after=_money(after.amount) if after else None,
            amount=self._owed_more(before, after),
        )

    def _title(self, before: PartSnapshot, after: PartSnapshot) -> Iterator[Change]:
        if before.title != after.title and before.source is SourceKind.SHIPPING_LINE:
            yield Change(
                kind=ChangeKind.SHIPPING_TITLE_CHANGED,
                severity=Severity.NOTED,
                shopify_id=after.shopify_id,
                before=before.title,
                after=after.title,
            )

    def _tax(self, before: PartSnapshot, after: PartSnapshot) -> Iterator[Change]:
        """Another tax on the same net price changes what is owed; inside the same gross price it does not."""
        if before.tax != after.tax:
            more = self._owed_more(before, after)
            yield Change(
                kind=ChangeKind.TAX_CHANGED,
                severity=Severity.CONFLICT if more else Severity.NOTED,
                shopify_id=after.shopify_id,
                before=_money(before.tax),
                after=_money(after.tax),
                amount=more,
            )

    def _tax_rates(self) -> Iterator[Change]:
        if self.booked.tax_rates != self.now.tax_rates:
            before, after = (
                {title: f"{rate.normalize():f}" for title, rate in state.tax_rates.items()}
                for state in (self.booked, self.now)
            )
            yield Change(kind=ChangeKind.TAX_CHANGED, severity=Severity.NOTED, before=before, after=after)

    def _owed_more(self, before: PartSnapshot | None, after: PartSnapshot | None) -> Amount:
        return _owed(after, self.now) - _owed(before, self.booked)


def _owed(part: PartSnapshot | None, state: Snapshot) -> Amount:
    if part is None:
        return NOTHING
    return part.amount if state.prices_include_tax else part.amount + part.tax


def _quantity(before: PartSnapshot, after: PartSnapshot) -> Change | None:
    if before.quantity == after.quantity:
        return None
    more = after.quantity > before.quantity
    return Change(
        kind=ChangeKind.LINE_QUANTITY_INCREASED if more else ChangeKind.LINE_QUANTITY_DECREASED,
        severity=Severity.CONFLICT,
        shopify_id=after.shopify_id,
        before=str(before.quantity),
        after=str(after.quantity),
    )


def _price(before: PartSnapshot, after: PartSnapshot) -> Change | None:
    if before.unit_price == after.unit_price:
        return None
    dearer = after.unit_price - before.unit_price
    return Change(
        kind=ChangeKind.LINE_PRICE_CHANGED,
        severity=Severity.CONFLICT,
        shopify_id=after.shopify_id,
        before=_money(before.unit_price),
        after=_money(after.unit_price),
        amount=Amount(dearer.shop * after.quantity, dearer.presentment * after.quantity),
    )


def _discount(before: PartSnapshot, after: PartSnapshot) -> Change | None:
    """A discount that shrank or grew with the quantity is the same discount (3.20)."""
    if before.discount == after.discount:
        return None
    expected = _in_proportion(before, after)
    unit = _unit(before.discount, after.discount)
    off = after.discount - expected
    if before.quantity != after.quantity and abs(off.shop) <= unit and abs(off.presentment) <= unit:
        return None
    return Change(
        kind=ChangeKind.DISCOUNT_CHANGED,
        severity=Severity.CONFLICT,
        shopify_id=after.shopify_id,
        before=_money(before.discount),
        after=_money(after.discount),
        amount=before.discount - after.discount,
    )


def _in_proportion(before: PartSnapshot, after: PartSnapshot) -> Amount:
    pieces = Decimal(after.quantity) / before.quantity
    return Amount(before.discount.shop * pieces, before.discount.presentment * pieces)


def _unit(*amounts: Amount) -> Decimal:
    """The finest unit in which these amounts are written."""
    exponents = (side.as_tuple().exponent for amount in amounts for side in (amount.shop, amount.presentment))
    return Decimal(1).scaleb(min(each for each in exponents if isinstance(each, int)))


def _charges_of(state: Snapshot) -> dict[str, PartSnapshot]:
    return {f"{part.source.value}:{part.shopify_id}": part for part in state.parts.values() if part.source in _CHARGES}


def _same_charge_anew(
    booked: Mapping[str, PartSnapshot], now: Mapping[str, PartSnapshot]
) -> list[tuple[PartSnapshot, PartSnapshot]]:
    """Charges that were taken off and put on again at the same price: to the buyer they are the same."""
    come = [part for key, part in now.items() if key not in booked]
    pairs = []
    for key, part in booked.items():
        if key in now:
            continue
        like = next(
            (each for each in come if (each.source, each.amount, each.tax) == (part.source, part.amount, part.tax)),
            None,
        )
        if like is not None:
            come.remove(like)
            pairs.append((part, like))
    return pairs


def _money(amount: Amount) -> Mapping[str, str]:
    return {"shop": f"{amount.shop:f}", "presentment": f"{amount.presentment:f}"}
