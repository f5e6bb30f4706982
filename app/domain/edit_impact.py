"""What changed in an order since its document was made, each change with its weight and its worth (P40–P43).

Compares two states of an order, part by part and field by field; the table of kinds and severities is api.md's. What is
undone again is no change. Knows nothing of documents' states or of what is stored.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from app.domain.addresses import StoreAddress
from app.domain.changes import Change, ChangeKind, ChangeValue, Severity
from app.domain.money import NOTHING, Amount, total
from app.domain.sales_documents import SourceKind
from app.domain.shop_settings import RefundProcess
from app.domain.snapshots import PartSnapshot, Snapshot

_LINES = (SourceKind.ORDER_LINE, SourceKind.TIP, SourceKind.GIFT_CARD)
_CHARGES = {
    SourceKind.SHIPPING_LINE: ChangeKind.SHIPPING_CHANGED,
    SourceKind.DUTY: ChangeKind.DUTIES_CHANGED,
    SourceKind.ADDITIONAL_FEE: ChangeKind.ADDITIONAL_FEES_CHANGED,
    SourceKind.CASH_ROUNDING: ChangeKind.CASH_ROUNDING_CHANGED,
}
_NOTHING_TO_SHIP = ("fulfilled", "fulfillment_not_required", "fulfilment_not_required")


def changes_between(booked: Snapshot, now: Snapshot, process: RefundProcess) -> tuple[Change, ...]:
    """Every difference between the state a document was made from and the order as it is, money first."""
    found = list(_Comparison(booked=booked, now=now, process=process).changes())
    explained = total(each.amount for each in found if each.kind is not ChangeKind.CANCELLED_UNPAID)
    return tuple(_explained(found, now.total - booked.total - explained))


def _explained(changes: list[Change], rest: Amount) -> list[Change]:
    """The changes with what none of them explains: money that nobody will credit, else a change of its own."""
    if not rest:
        return changes
    for place, change in enumerate(changes):
        nobody_credits = change.severity is Severity.CONFLICT
        if nobody_credits and change.kind in (ChangeKind.REFUND_ADDED, ChangeKind.EXCHANGE_ADDED):
            return [*changes[:place], replace(change, amount=rest), *changes[place + 1 :]]
    return [*changes, Change(kind=ChangeKind.TOTAL_CHANGED, severity=Severity.CONFLICT, amount=rest)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    booked: Snapshot
    now: Snapshot
    process: RefundProcess

    def changes(self) -> Iterator[Change]:
        yield from self._cancellation()
        yield from self._lines()
        yield from self._charges()
        yield from self._tax_rates()
        yield from self._goods_and_money_back()
        yield from self._parties()
        yield from self._states()
        yield from self._remarks()

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

    def _cancellation(self) -> Iterator[Change]:
        """Of an unpaid cancelled order nothing is owed. What a paid one gives back is for its refunds."""
        cancelled_at = self.now.cancelled_at
        if cancelled_at is None or self.booked.cancelled_at is not None:
            return
        yield Change(
            kind=ChangeKind.CANCELLED_PAID if self.now.paid else ChangeKind.CANCELLED_UNPAID,
            severity=Severity.CONFLICT,
            after=cancelled_at.isoformat().replace("+00:00", "Z"),
            amount=NOTHING if self.now.paid else -self.now.total,
        )

    def _goods_and_money_back(self) -> Iterator[Change]:
        nobody_credits = Severity.CONFLICT if self.process is RefundProcess.NONE else Severity.NOTED
        for refund in self.now.refunds:
            if refund not in self.booked.refunds:
                yield Change(
                    kind=ChangeKind.REFUND_ADDED, severity=nobody_credits, shopify_id=refund, after=str(refund)
                )
        for line_id, line in self.now.lines.items():
            known = self.booked.lines.get(line_id)
            if line.exchange and not (known and known.exchange):
                yield Change(
                    kind=ChangeKind.EXCHANGE_ADDED,
                    severity=nobody_credits,
                    about_a_line=True,
                    shopify_id=line_id,
                    after=str(line.ordered_quantity),
                )
        yield from self._returns()

    def _returns(self) -> Iterator[Change]:
        """Each return that came since; what becomes of one later is told with it, and no change of the order. Where
        returns are not told, their common status speaks for them.
        """
        booked, now = self.booked.returns, self.now.returns
        if booked is not None and now is not None:
            for each in now:
                if each not in booked:
                    yield Change(
                        kind=ChangeKind.RETURN_ADDED, severity=Severity.NOTED, shopify_id=each, after=str(each)
                    )
        elif self.booked.return_status != self.now.return_status:
            yield self._noted(ChangeKind.RETURN_ADDED, self.booked.return_status, self.now.return_status)

    def _parties(self) -> Iterator[Change]:
        booked, now = self.booked, self.now
        before, after = _buyer(booked), _buyer(now)
        if before != after:
            yield Change(kind=ChangeKind.CUSTOMER_CHANGED, severity=Severity.CONFLICT, before=before, after=after)
        if _place(booked.bill_to_address) != _place(now.bill_to_address):
            yield Change(
                kind=ChangeKind.BILL_TO_CHANGED,
                severity=Severity.CONFLICT,
                before=_place(booked.bill_to_address),
                after=_place(now.bill_to_address),
            )
        if _place(booked.ship_to_address) != _place(now.ship_to_address):
            shipped = now.fulfilment_status.casefold() in _NOTHING_TO_SHIP
            yield Change(
                kind=ChangeKind.SHIP_TO_CHANGED,
                severity=Severity.NOTED if shipped else Severity.CONFLICT,
                before=_place(booked.ship_to_address),
                after=_place(now.ship_to_address),
            )
        if booked.po_number != now.po_number:
            yield Change(
                kind=ChangeKind.PO_NUMBER_CHANGED,
                severity=Severity.CONFLICT,
                before=booked.po_number,
                after=now.po_number,
            )

    def _states(self) -> Iterator[Change]:
        booked, now = self.booked, self.now
        for line_id, line in now.lines.items():
            known = booked.lines.get(line_id)
            # Finished fulfilment orders speak no more: only a location that is new to the line tells of a move.
            if known and known.locations and not line.locations.keys() <= known.locations.keys():
                yield Change(
                    kind=ChangeKind.LOCATION_CHANGED,
                    severity=Severity.SYNCHRONISED,
                    about_a_line=True,
                    shopify_id=line_id,
                    before=tuple(sorted(known.locations)),
                    after=tuple(sorted(line.locations)),
                )
        if booked.financial_status != now.financial_status:
            yield self._synchronised(ChangeKind.PAYMENT_CHANGED, booked.financial_status, now.financial_status)
        if booked.fulfilment_status != now.fulfilment_status:
            yield self._synchronised(ChangeKind.FULFILMENT_CHANGED, booked.fulfilment_status, now.fulfilment_status)
        if booked.closed != now.closed:
            yield Change(kind=ChangeKind.CLOSED if now.closed else ChangeKind.REOPENED, severity=Severity.SYNCHRONISED)

    def _remarks(self) -> Iterator[Change]:
        booked, now = self.booked, self.now
        if (booked.email, booked.phone) != (now.email, now.phone):
            yield self._noted(
                ChangeKind.CONTACT_CHANGED,
                {"email": booked.email, "phone": booked.phone},
                {"email": now.email, "phone": now.phone},
            )
        if booked.note != now.note:
            yield self._noted(ChangeKind.NOTE_CHANGED, booked.note, now.note)
        if booked.tags != now.tags:
            yield self._noted(ChangeKind.TAGS_CHANGED, booked.tags, now.tags)
        if booked.attributes != now.attributes:
            yield self._noted(
                ChangeKind.ATTRIBUTES_CHANGED,
                {each.key: each.value for each in booked.attributes},
                {each.key: each.value for each in now.attributes},
            )

    def _noted(self, kind: ChangeKind, before: ChangeValue, after: ChangeValue) -> Change:
        return Change(kind=kind, severity=Severity.NOTED, before=before, after=after)

    def _synchronised(self, kind: ChangeKind, before: str | None, after: str | None) -> Change:
        return Change(kind=kind, severity=Severity.SYNCHRONISED, before=before, after=after)

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


def _buyer(state: Snapshot) -> Mapping[str, str]:
    known = {
        "customer": state.customer_id,
        "company": state.company_id,
        "company_location": state.company_location_id,
    }
    return {name: str(shopify_id) for name, shopify_id in known.items() if shopify_id}


def _money(amount: Amount) -> Mapping[str, str]:
    return {"shop": f"{amount.shop:f}", "presentment": f"{amount.presentment:f}"}


def _place(address: StoreAddress | None) -> Mapping[str, str] | None:
    """What is written on the parcel; an order's addresses have no ids that last."""
    if address is None:
        return None
    return {name: value for name, value in asdict(address).items() if value and name != "shopify_id"}
