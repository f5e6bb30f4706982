"""What changed in an order since its document was made, each change with its weight and its worth (P40–P43).

Compares two states of an order field by field; the table of kinds and severities is api.md's. What is undone again is
no change. Lines and charges are compared by ``owed_changes``. Knows nothing of documents' states or of what is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from app.domain.addresses import StoreAddress
from app.domain.changes import Change, ChangeKind, ChangeValue, Severity
from app.domain.money import NOTHING, Amount, total
from app.domain.owed_changes import OwedChanges
from app.domain.shop_settings import RefundProcess
from app.domain.snapshots import Snapshot

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
        yield from OwedChanges(booked=self.booked, now=self.now).changes()
        yield from self._goods_and_money_back()
        yield from self._parties()
        yield from self._states()
        yield from self._remarks()

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


def _buyer(state: Snapshot) -> Mapping[str, str]:
    known = {
        "customer": state.customer_id,
        "company": state.company_id,
        "company_location": state.company_location_id,
    }
    return {name: str(shopify_id) for name, shopify_id in known.items() if shopify_id}


def _place(address: StoreAddress | None) -> Mapping[str, str] | None:
    """What is written on the parcel; an order's addresses have no ids that last."""
    if address is None:
        return None
    return {name: value for name, value in asdict(address).items() if value and name != "shopify_id"}
