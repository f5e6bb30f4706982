"""Finding a consumer among the customers we know: by links, e-mail and phone, or bill-to names and address (P20, P21).

Each search returns a choice, or None when it found nobody. Several fitting customers are a problem, never a guess.
Which search is asked, and what happens when nobody is found, is ``app.domain.customer_choice``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import CustomerChoice, ExistingCustomer, FoundCustomer, LinkKind, LinkToMake
from app.domain.comparison import place_key
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, address_to_create_from, key_of
from app.domain.customer_problems import CustomerProblems
from app.domain.customers import Customer, candidate_numbers
from app.domain.identifiers import ShopId
from app.domain.names import names_of
from app.domain.order_record import Explanation, MatchOutcome
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.shop_settings import CustomerMapping, ShopSettings
from app.domain.text_folding import fold

Link = tuple[LinkKind, str]


@dataclass(slots=True, kw_only=True)
class CustomerMatching:
    """The searches for one order, and the trail of what was tried."""

    order: Order
    shop_id: ShopId
    settings: ShopSettings
    facts: CustomerFacts
    wanted: CustomerLookup
    trail: list[Explanation] = field(default_factory=list)
    found: list[FoundCustomer] = field(default_factory=list)

    @property
    def problems(self) -> CustomerProblems:
        return CustomerProblems(order=self.order, shop_id=self.shop_id, settings=self.settings, wanted=self.wanted)

    @property
    def bill_to_address(self) -> StoreAddress | None:
        return self.order.bill_to_address or self.order.sell_to_address

    def named(self, address: StoreAddress | None) -> bool:
        """CUS-25: without a name there is nothing to find a customer by, other than e-mail and phone."""
        return bool(address and names_of(address, self.settings.customers).name)

    def by_email_phone(self) -> CustomerChoice | None:
        """CUS-28 … CUS-32: the link, else the e-mail, else the phone; a link that was not there is made."""
        linked = self._linked_store_customer()
        if linked:
            return linked
        for rule, key, found in (
            ("email", self.wanted.email_key, self.facts.by_email),
            ("phone", self.wanted.phone_key, self.facts.by_phone),
        ):
            if key is None:
                self.explain(rule, MatchOutcome.SKIPPED)
                continue
            choice = self.only(rule, found.get(key, ()), link=self._store_customer_link, of=self._default_address)
            if choice:
                return choice
        if self.similar:
            self.explain("phone_ending", MatchOutcome.NOT_FOUND, matched_on="phone_ending", candidates=self.similar)
        return None

    def by_bill_to(self) -> CustomerChoice | None:
        """CUS-46 … CUS-52: linked address or customer, else names and address; the sell-to may be found apart."""
        address = self.bill_to_address
        assert address is not None, "only called for a named bill-to"
        choice = self._linked_address(address) or self._linked_store_customer() or self._same_address(address)
        if choice is None or choice.problems or not isinstance(choice.bill_to, ExistingCustomer):
            return choice
        apart = self.apart(self.order.sell_to_address, beside=address, other=choice.bill_to)
        if isinstance(apart, Problem):
            return self.problem(apart)
        return CustomerChoice(
            sell_to=apart or choice.sell_to,
            bill_to=choice.bill_to,
            explanation=tuple(self.trail),
            links_to_make=choice.links_to_make,
            found=tuple(self.found),
        )

    def apart(
        self, address: StoreAddress | None, *, beside: StoreAddress | None, other: ExistingCustomer
    ) -> ExistingCustomer | Problem | None:
        """The customer of one role's address where that is how customers are found (CUS-13); None = the other role's.

        One block for both roles is one customer. Several that fit are a problem, unless the other role's is among them.
        """
        by_address = self.settings.customers.mapping is CustomerMapping.BY_BILL_TO and not self.order.b2b
        if not by_address or address is None or not self.named(address) or self._same_block(address, beside):
            return None
        like = self.store_address_like(address)
        linked = self.facts.address_links.get(like.shopify_id or "") if like else None
        if linked is not None:
            self._is(linked, LinkKind.ADDRESS, like)
            return existing(linked)
        found = self._at(address)
        candidates = candidate_numbers(found, shop_id=self.shop_id)
        if len(found) > 1 and other.id not in {each.id for each in found}:
            self.explain("sell_to_address", MatchOutcome.AMBIGUOUS, matched_on="sell_to_address", candidates=candidates)
            return self.problems.ambiguous("sell_to_address", candidates)
        return existing(found[0]) if len(found) == 1 else None

    def like_new(self, address: StoreAddress) -> CustomerChoice | None:
        """CUS-51: before a customer is made of an address that is not the order's, whoever has it already."""
        link = (LinkKind.ADDRESS, address.shopify_id) if address.shopify_id else None
        return self.only("store_customer_address", self._at(address), link=link, of=address)

    def store_address_like(self, address: StoreAddress) -> StoreAddress | None:
        """The store customer's address with the same place and names (CUS-47, CUS-48); linked ones first."""
        like = [
            each
            for each in (self.order.customer.addresses if self.order.customer else ())
            if self._same_block(each, address)
        ]
        like.sort(key=lambda each: each.shopify_id not in self.facts.address_links)
        return like[0] if like else None

    def only(
        self, rule: str, found: Sequence[Customer], *, link: Link | None, of: StoreAddress | None
    ) -> CustomerChoice | None:
        """The only customer found; several are a problem (P21). ``of`` is what the store says of the one linked."""
        distinct = tuple({customer.id: customer for customer in found}.values())
        if not distinct:
            self.explain(rule, MatchOutcome.NOT_FOUND)
            return None
        if len(distinct) == 1:
            if link:
                self._is(distinct[0], link[0], of)
            return self.matched(rule, distinct[0], matched_on=rule, link=link)
        candidates = candidate_numbers(distinct, shop_id=self.shop_id)
        self.explain(rule, MatchOutcome.AMBIGUOUS, matched_on=rule, candidates=candidates)
        return self.problem(self.problems.ambiguous(rule, candidates))

    def matched(self, rule: str, customer: Customer, *, matched_on: str, link: Link | None = None) -> CustomerChoice:
        self.explain(rule, MatchOutcome.MATCHED, matched_on=matched_on, candidates=(customer.no or customer.id,))
        ref = existing(customer)
        links = (LinkToMake(kind=link[0], shopify_id=link[1], customer=ref),) if link else ()
        return CustomerChoice(
            sell_to=ref,
            bill_to=ref,
            explanation=tuple(self.trail),
            links_to_make=links,
            found=tuple(self.found),
        )

    def problem(self, problem: Problem) -> CustomerChoice:
        return CustomerChoice(explanation=tuple(self.trail), problems=(problem,))

    def explain(
        self, rule: str, outcome: MatchOutcome, *, matched_on: str | None = None, candidates: tuple[str, ...] = ()
    ) -> None:
        self.trail.append(Explanation(rule=rule, outcome=outcome, matched_on=matched_on, candidates=candidates))

    def _linked_store_customer(self) -> CustomerChoice | None:
        known = self.wanted.store_customer_id
        linked = self.facts.store_customer_links.get(known) if known else None
        if linked is None:
            self.explain("store_customer_link", MatchOutcome.NOT_FOUND)
            return None
        self._is(linked, LinkKind.STORE_CUSTOMER, self._default_address)
        return self.matched("store_customer_link", linked, matched_on="store_customer_id")

    def _linked_address(self, address: StoreAddress) -> CustomerChoice | None:
        like = self.store_address_like(address)
        linked = self.facts.address_links.get(like.shopify_id or "") if like else None
        if linked is None:
            self.explain("address_link", MatchOutcome.NOT_FOUND)
            return None
        self._is(linked, LinkKind.ADDRESS, like)
        return self.matched("address_link", linked, matched_on="bill_to_address")

    def _same_address(self, address: StoreAddress) -> CustomerChoice | None:
        like = self.store_address_like(address)
        link = (LinkKind.ADDRESS, like.shopify_id) if like and like.shopify_id else None
        return self.only("bill_to_address", self._at(address), link=link, of=like)

    def _at(self, address: StoreAddress) -> Sequence[Customer]:
        """The customers with these names at this address (CUS-49)."""
        key = key_of(address, self.settings.customers)
        found = self.facts.by_address.get(key, ()) if key else ()
        return tuple({customer.id: customer for customer in found}.values())

    @property
    def similar(self) -> tuple[str, ...]:
        """CUS-34: whose phones only end alike. They say who it may be, and choose nobody."""
        alike = self.facts.by_phone_ending.get(self.wanted.phone_ending or "", ())
        return candidate_numbers(alike, shop_id=self.shop_id)

    def _same_block(self, one: StoreAddress, other: StoreAddress | None) -> bool:
        """Whether two addresses name the same people at the same place."""
        if other is None:
            return False
        settings = self.settings.customers
        names, others = names_of(one, settings), names_of(other, settings)
        return (
            place_key(one) == place_key(other)
            and fold(names.name) == fold(others.name)
            and fold(names.name2) == fold(others.name2)
        )

    def _is(self, customer: Customer, kind: LinkKind, address: StoreAddress | None) -> None:
        if self.wanted.store_customer_id and address is not None:
            self.found.append(FoundCustomer(customer=customer, kind=kind, address=address))

    @property
    def _default_address(self) -> StoreAddress | None:
        return address_to_create_from(self.order)

    @property
    def _store_customer_link(self) -> Link | None:
        known = self.wanted.store_customer_id
        return (LinkKind.STORE_CUSTOMER, known) if known else None


def existing(customer: Customer) -> ExistingCustomer:
    return ExistingCustomer(id=customer.id, no=customer.no)
