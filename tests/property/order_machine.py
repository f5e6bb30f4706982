"""The life of one order in the store and here, step by step in any order, and what must hold after each step.

The steps are what customers, merchants, the ERP and operators do; the letters of the invariants are those of
docs/edits-and-refunds.md. What is right is judged by ``booked_orders`` from the store's own objects.
"""

import copy
import dataclasses
import random
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.changes import ChangeKind, Severity
from app.domain.order_record import OrderState
from app.domain.problems import ProblemCode
from app.domain.refund_states import RefundState
from app.ports.errors import Conflict
from app.store_simulator.orders import life
from tests.property.booked_orders import AT_THE_HEAD, REMARKS, Verdict, owed, verdict
from tests.property.living_orders import CURRENCIES, Json, cancelled, edited, exchanged, paid_back, refunded, returned
from tests.property.trials import HOUSES, Document, Look, Trial, Trials

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
OURS_STILL = ("open", "released")
PLACES = (
    {"firstName": "Anna", "lastName": "Buyer", "address1": "Elsewhere 1", "city": "Delft", "countryCodeV2": "NL"},
    {"firstName": "Anna", "lastName": "Buyer", "address1": "Nowhere 2", "city": "Gent", "countryCodeV2": "BE"},
)
REWRITTEN: dict[str, tuple[Any, ...]] = {
    "shippingAddress": PLACES,
    "billingAddress": PLACES,
    "poNumber": ("PO-1", "PO-2"),
    "note": ("Ring twice", "Do not ring"),
    "tags": (["vip"], ["vip", "late"]),
    "email": ("anna@example.com", "buyer@example.com"),
}
"""What a merchant may write anew on an order. What it was at first is a choice, too: so it is also taken back."""


CHANGES: dict[str, Callable[[Json, random.Random, Any], object]] = {
    "refunded": refunded,
    "paid back": paid_back,
    "returned": returned,
    "exchanged": exchanged,
    "shipped": lambda order, _, at: life.fulfil(order, None, None, at),
    "captured": lambda order, _, at: life.capture(order, None, at),
    "marked as paid": lambda order, _, at: life.mark_as_paid(order, at),
    "closed": lambda order, _, at: life.close(order, at),
    "reopened": lambda order, _, at: life.reopen(order, at),
    "cancelled": cancelled,
}


class OrderMachine(RuleBasedStateMachine):
    trials: ClassVar[Trials]

    @initialize(house=st.sampled_from(HOUSES), currency=st.sampled_from(CURRENCIES), seed=SEEDS)
    def is_placed(self, house: Any, currency: str, seed: int) -> None:
        self.trial: Trial = self.trials.of(house)
        self.nobody_credits = house.process == "none"
        self.order = self.trials.run(self.trial.place(seed, currency))
        self.first = copy.deepcopy(self.order)
        self.seen: Json | None = None
        """The order as it was read last."""
        self.booked: Json | None = None
        """The order as its document shows it, or as somebody said that it is right."""
        self.settled_by_hand = False
        self.look: Look | None = None
        self.to_be_judged = False
        self.imported()

    # What happens in the store.

    def _happens(self, change: Callable[[Json, random.Random, Any], object], seed: int) -> None:
        """Mostly it is imported at once; else with whatever comes next."""
        rng = random.Random(seed)
        self.trial.changes(self.order, change, rng)
        if rng.random() < 0.6:
            self.imported()

    @rule(change=st.sampled_from(tuple(CHANGES)), seed=SEEDS)
    def changes(self, change: str, seed: int) -> None:
        self._happens(CHANGES[change], seed)

    @rule(seed=SEEDS)
    def is_edited(self, seed: int) -> None:
        self._happens(edited, seed)

    @rule(seed=SEEDS)
    def is_edited_again(self, seed: int) -> None:
        self._happens(edited, seed)

    @rule(name=st.sampled_from(sorted(REWRITTEN)), choice=st.integers(0, 2), seed=SEEDS)
    def is_rewritten(self, name: str, choice: int, seed: int) -> None:
        value = (*REWRITTEN[name], self.first[name])[choice]
        self._happens(lambda order, _, at: life.change(order, {name: copy.deepcopy(value)}, at), seed)

    # What happens here.

    @rule()
    def imported(self) -> None:
        nothing_new = not self._has_news
        before = list(self.look.events) if self.look else []
        self.seen = copy.deepcopy(self.order)
        self.trials.run(self.trial.imports())
        self._look()
        assert self.look is not None
        if nothing_new:
            assert list(self.look.events) == before, "f. an import without news was announced"
        elif before:
            self._judge_copy()

    @precondition(lambda self: self.live is None)
    @rule()
    def is_documented(self) -> None:
        assert self.look is not None
        refused = self._refusal_of(self.trial.create(self.look))
        assert refused is None or refused.code == "nothing_to_document", f"{refused.code}: {refused.errors}"
        self._look()

    @precondition(lambda self: self.live is not None)
    @rule()
    def the_erp_goes_on(self) -> None:
        """It takes the document, its number is written to the store's order, it posts."""
        assert self.live is not None
        if self.live.state == "released":
            self.trials.run(self.trial.acknowledge(self.live))
            self._look()
            self._write_number()
        elif self.live.state == "acknowledged":
            self.trials.run(self.trial.post(self.live))
            self._look()

    def _write_number(self) -> None:
        assert self.look is not None
        before = self.look
        self.trials.run(self.trial.write_number())
        self._look()
        assert (list(self.look.events), self.look.view.stored.conflict) == (
            list(before.events),
            before.view.stored.conflict,
        ), "f. our own write was announced"

    @precondition(lambda self: self.in_conflict)
    @rule()
    def its_conflict_is_resolved(self) -> None:
        assert self.look is not None
        self.trials.run(self.trial.resolve(self.look))
        self.booked, self.settled_by_hand = self.seen, True
        self._look()

    @precondition(lambda self: self.in_conflict)
    @rule()
    def its_document_is_amended(self) -> None:
        self._amend()

    @precondition(lambda self: self.live is not None)
    @rule()
    def is_unlinked_and_documented_anew(self) -> None:
        self._make_anew()

    @rule()
    def its_refunds_are_credited(self) -> None:
        self._credit()

    @rule()
    def everything_is_mended(self) -> None:
        """After which (d) all documents come to what the customer owes."""
        if self._has_news:
            self.imported()
            self._judge()
        if self.live is not None and (self.in_conflict or self.settled_by_hand):
            if self.settled_by_hand or not self._amend():
                self._make_anew()
        elif self.live is None:
            self.is_documented()
        self._credit()
        self._judge()
        self._judge_sum()

    def teardown(self) -> None:
        if hasattr(self, "look"):
            self.everything_is_mended()

    # How it is done.

    @property
    def _has_news(self) -> bool:
        """Whether the store has something that was not imported."""
        return self.seen is None or _apart_from_ours(self.seen) != _apart_from_ours(self.order)

    @property
    def live(self) -> Document | None:
        return self.look.document if self.look else None

    @property
    def in_conflict(self) -> bool:
        return self.look is not None and self.look.view.stored.conflict is not None

    def _look(self) -> None:
        before = self.live
        self.look = self.trials.run(self.trial.look())
        now = self.live
        if now is None:
            self.booked, self.settled_by_hand = None, False
        elif before is None or (before.id, before.version) != (now.id, now.version):
            self.booked, self.settled_by_hand = self.seen, False
        self.to_be_judged = True

    def _amend(self) -> bool:
        """Whether what changed can be told by an amendment."""
        assert self.look is not None
        assert self.live is not None
        ours = self.live.state in OURS_STILL
        wanted = self._verdict()
        refused = self._refusal_of(self.trial.amend(self.look))
        if refused is None:
            self.booked = self.seen
        elif refused.code == "nothing_to_document":
            assert ours, "what the ERP has is adjusted"
            self.trials.run(self.trial.cancel(self.live))
        else:
            assert refused.code == "invalid_state", f"{refused.code}: {refused.errors}"
            assert not ours, "what the ERP has not taken gets another version"
            assert wanted.kinds & set(AT_THE_HEAD), f"nothing at the head changed: {wanted}"
            return False
        self._look()
        return True

    def _refusal_of(self, doing: Coroutine[Any, Any, None]) -> Conflict | None:
        try:
            self.trials.run(doing)
        except Conflict as refused:
            return refused
        return None

    def _make_anew(self) -> None:
        assert self.look is not None
        self.trials.run(self.trial.unlink(self.look))
        self._look()
        self.is_documented()

    def _credit(self) -> None:
        """Every refund that waits for a person, and anew those that are no longer what their document says."""
        assert self.look is not None
        for refund in self.look.refunds:
            if any(each.code is ProblemCode.REFUND_CHANGED for each in refund.problems):
                [document] = [each for each in self.look.documents if each.live and each.refund == refund.id]
                self.trials.run(self.trial.cancel(document))
        self._look()
        for refund in self.look.refunds:
            if refund.state is RefundState.OPEN:
                self.trials.run(self.trial.credit(refund))
        self._look()

    def _verdict(self) -> Verdict:
        assert self.booked is not None
        assert self.seen is not None
        return verdict(self.booked, self.seen, nobody_credits=self.nobody_credits)

    # What must hold.

    @invariant()
    def holds(self) -> None:
        if self.to_be_judged:
            self.to_be_judged = False
            self._judge()

    def _judge(self) -> None:
        assert self.look is not None
        self._judge_documents(self.look)
        if self.booked is None:
            assert not self.in_conflict, "b. an order without a document is in conflict"
            return
        assert self.look.view.stored.state is OrderState.PROCESSED
        self._judge_conflict(self._verdict())

    def _judge_documents(self, look: Look) -> None:
        live = [each for each in look.documents if each.live]
        assert sum(each.of_the_order for each in live) <= 1, f"e. several live documents: {live}"
        assert all(each.total == each.of_its_lines for each in look.documents), f"d. {look.documents}"
        credited = [each.refund for each in live if each.refund]
        assert len(credited) == len(set(credited)), f"e. several live documents of a refund: {live}"

    def _judge_conflict(self, expected: Verdict) -> None:
        assert self.look is not None
        conflict = self.look.view.stored.conflict
        wrong = [each for each in conflict.changes if each.severity is Severity.CONFLICT] if conflict else []
        assert bool(conflict) is bool(wrong)
        if expected.conflict is not None:
            assert bool(conflict) is expected.conflict, f"b. expected {expected}, found {conflict}"
        if conflict is None:
            return
        told = {each.shopify_id: (each.before, each.after) for each in wrong if each.about_a_line and each.shopify_id}
        named = set(told) & _lines(self.seen, self.booked)
        missing = set(expected.lines) - named
        assert not missing, f"c. the lines {missing} differ and are not named: {wrong}"
        untrue = named - set(expected.lines) - expected.doubtful
        if "exchange_added" not in expected.kinds:
            assert not untrue, f"c. the lines {untrue} do not differ: {wrong}, {expected}"
        kinds = {each.kind.value for each in wrong}
        assert expected.kinds <= kinds, f"c. {expected.kinds - kinds} is not named: {wrong}"
        about_parts = {*AT_THE_HEAD, "cancelled_paid", "cancelled_unpaid"}
        if self.seen and not self.seen["cancelledAt"]:
            about_parts |= {"shipping_changed", "duties_changed"}
        false = (kinds & about_parts) - expected.kinds
        assert not false, f"c. {false} is not so: {wrong}"
        noted = {each.kind.value for each in conflict.changes} & set(REMARKS)
        assert noted == expected.remarks, f"c. {noted} is noted instead of {expected.remarks}"
        self._judge_pieces(expected, wrong)
        if expected.amount is not None:
            assert (conflict.amount.shop, conflict.amount.presentment) == expected.amount, f"{conflict}, {expected}"

    def _judge_pieces(self, expected: Verdict, wrong: list[Any]) -> None:
        for change in wrong:
            if change.kind in (ChangeKind.LINE_QUANTITY_INCREASED, ChangeKind.LINE_QUANTITY_DECREASED):
                pieces = tuple(str(each) for each in expected.lines[change.shopify_id])
                assert (change.before, change.after) == pieces, f"c. {change} instead of {pieces}"

    def _judge_copy(self) -> None:
        """The copy is the order (a); of one that is not processed also whatever follows from it is as if just seen."""
        assert self.look is not None
        stored = self.look.view.stored
        if stored.state is OrderState.PROCESSED:
            return
        fresh = self.trials.run(self.trial.seen_first())
        # A change that was taken back before anybody looked is none: then only its time is news, and is not written.
        apart = [
            (each.name, getattr(stored.order, each.name), getattr(fresh.stored.order, each.name))
            for each in dataclasses.fields(stored.order)
            if each.name != "updated_at" and getattr(stored.order, each.name) != getattr(fresh.stored.order, each.name)
        ]
        assert not apart, f"a. the copy is not the order: {apart}"
        view = self.look.view
        assert (view.quantities, view.totals) == (fresh.quantities, fresh.totals), "a. it would be documented otherwise"
        if not self.look.documents:
            mine, other = (_decided(each) for each in (stored, fresh.stored))
            assert mine == other, f"a. decided {mine} instead of {other}"

    def _judge_sum(self) -> None:
        assert self.look is not None
        assert self.order["cancelledAt"] or not self.in_conflict, "d. a remedy left a conflict"
        for refund in self.look.refunds:
            assert refund.state in (RefundState.DONE, RefundState.NOT_NEEDED, RefundState.WAITING), f"d. {refund}"
            assert self.live is None or refund.state is not RefundState.WAITING, f"d. {refund}"
            assert not refund.problems, f"d. {refund}"
        if self.live is None:
            return
        side = "shopMoney" if self.trial.house.handling == "shop" else "presentmentMoney"
        come_to = sum(each.signed for each in self.look.documents if each.live)
        expected = owed(self.order, side, nobody_credits=self.nobody_credits)
        told = [(each.kind, each.refund, f"{each.total:f}") for each in self.look.documents if each.live]
        assert come_to in expected, f"d. the documents come to {come_to}, owed is {[*map(str, expected)]}: {told}"


def _apart_from_ours(order: Json) -> Json:
    """An order without its time of change and the number that we write to it."""
    ours = [each for each in order["customAttributes"] if "ERP" not in str(each["value"])]
    return {**order, "updatedAt": None, "customAttributes": ours}


def _lines(*orders: Json | None) -> set[str]:
    return {line["id"].rsplit("/", 1)[1] for order in orders if order for line in order["lineItems"]}


def _decided(stored: Any) -> object:
    """What was decided about an order, without ids of ours."""
    return (
        [(each.code, each.pointer) for each in stored.problems],
        {line: (each.item_no, each.variant_code) for line, each in stored.mapping.items.items()},
        stored.sell_to_customer_no,
        stored.bill_to_customer_no,
        [(each.rule, each.outcome) for each in stored.mapping.explanation],
    )


def machine_in(houses: Trials) -> type[OrderMachine]:
    """The machine for these installations."""

    class Machine(OrderMachine):
        trials = houses

    return Machine
