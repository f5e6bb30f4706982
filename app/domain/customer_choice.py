"""Who bought and who pays: the customers of an order, in the seed's order of rules, each step explained (P20).

By hand → template default of the ship-to country → shop default when nothing is imported → the mapping type → created
→ default as the last resort → a problem. Several fitting customers are a problem, never a guess (P21). Companies have
rules of their own (``app.domain.company_choice``). Knows nothing of databases or of how keys are made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import (
    CreatedCustomer,
    CustomerChoice,
    CustomerRef,
    ExistingCustomer,
    LinkKind,
    LinkToMake,
    Parties,
)
from app.domain.company_choice import choose_company_customer
from app.domain.comparison import place_key
from app.domain.customer_creation import new_customer, template_code_for
from app.domain.customer_lookup import (
    CustomerFacts,
    CustomerLookup,
    address_to_create_from,
    key_of,
    template_of,
)
from app.domain.customer_problems import CustomerProblems
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId
from app.domain.mappings import Mappings
from app.domain.names import names_of
from app.domain.order_record import Explanation, MatchOutcome, OrderMapping
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.shop_settings import CustomerMapping, ImportRange, ShopSettings
from app.domain.text_folding import fold

__all__ = [
    "CreatedCustomer",
    "CustomerChoice",
    "CustomerRef",
    "ExistingCustomer",
    "LinkKind",
    "LinkToMake",
    "Parties",
    "choose_customer",
]


def choose_customer(
    order: Order,
    *,
    shop_id: ShopId,
    settings: ShopSettings,
    mappings: Mappings,
    facts: CustomerFacts,
    wanted: CustomerLookup,
    by_hand: OrderMapping,
    may_create: bool | None = None,
) -> CustomerChoice:
    """The customers of an order (P20). ``may_create`` overrides the setting, for a person who asks for it (4.05)."""
    sell_to = _by_hand("sell_to_customer_id", by_hand.sell_to_customer_id, mapping=by_hand, facts=facts)
    bill_to = _by_hand("bill_to_customer_id", by_hand.bill_to_customer_id, mapping=by_hand, facts=facts)
    search = _Search(
        order=order,
        shop_id=shop_id,
        settings=settings,
        mappings=mappings,
        facts=facts,
        wanted=wanted,
        template_code=by_hand.template_code,
        may_create=may_create,
    )
    if sell_to or bill_to:
        return search.beside(sell_to, bill_to)
    if order.b2b:
        company = choose_company_customer(shop_id=shop_id, settings=settings, facts=facts, wanted=wanted)
        return CustomerChoice(
            sell_to=_existing(company.sell_to) if company.sell_to else None,
            bill_to=_existing(company.bill_to) if company.bill_to else None,
            explanation=company.explanation,
            problems=company.problems,
        )
    return search.run()


def _existing(customer: Customer) -> ExistingCustomer:
    return ExistingCustomer(id=customer.id, no=customer.no)


def _by_hand(
    name: str, chosen: CustomerId | None, *, mapping: OrderMapping, facts: CustomerFacts
) -> ExistingCustomer | None:
    if chosen is None or name not in mapping.by_hand:
        return None
    customer = facts.by_id.get(chosen)
    return _existing(customer) if customer else ExistingCustomer(id=chosen)


@dataclass(slots=True, kw_only=True)
class _Search:
    """One run through the rules for a consumer's order. Each rule returns a choice, or None for the next one to try."""

    order: Order
    shop_id: ShopId
    settings: ShopSettings
    mappings: Mappings
    facts: CustomerFacts
    wanted: CustomerLookup
    template_code: str | None
    may_create: bool | None
    trail: list[Explanation] = field(default_factory=list)

    def run(self) -> CustomerChoice:
        rules = (
            self._template_default,
            self._import_none_default,
            self._by_mapping_type,
            self._create,
            self._last_resort,
        )
        for rule in rules:
            choice = rule()
            if choice is not None:
                return choice
        return self._problem(self._problems.missing())

    def beside(self, sell_to: ExistingCustomer | None, bill_to: ExistingCustomer | None) -> CustomerChoice:
        """What a person chose stays; the other role takes its own only where it is looked for on its own
        (by_bill_to).
        """
        self._explain("by_hand", MatchOutcome.MATCHED)
        chosen = sell_to or bill_to
        if sell_to is None or bill_to is None:
            apart = self._apart(self.order.sell_to_address if sell_to is None else self.order.bill_to_address)
            sell_to, bill_to = sell_to or apart or chosen, bill_to or apart or chosen
        return CustomerChoice(sell_to=sell_to, bill_to=bill_to, explanation=tuple(self.trail))

    @property
    def _problems(self) -> CustomerProblems:
        return CustomerProblems(order=self.order, shop_id=self.shop_id, settings=self.settings, wanted=self.wanted)

    def _template_default(self) -> CustomerChoice | None:
        """CUS-10: the default customer of the country the order goes to."""
        template = template_of(self.order, self.mappings)
        if template is None or not template.default_customer_no:
            self._explain("template_default", MatchOutcome.SKIPPED)
            return None
        return self._default("template_default", template.default_customer_no, matched_on="ship_to_country")

    def _import_none_default(self) -> CustomerChoice | None:
        """CUS-11, by the default of the row rather than its mere presence (CUS-12)."""
        no = self.settings.customers.default_customer_no
        if self.settings.customers.import_ is not ImportRange.NONE or not no:
            return None
        return self._default("import_none_default", no, matched_on="customers.default_customer_no")

    def _last_resort(self) -> CustomerChoice | None:
        no = self.settings.customers.default_customer_no
        if not self.settings.customers.default_as_last_resort or not no:
            return None
        return self._default("default_as_last_resort", no, matched_on="customers.default_customer_no")

    def _default(self, rule: str, no: str, *, matched_on: str) -> CustomerChoice:
        customer = self.facts.by_no.get(no)
        if customer is None:
            self._explain(rule, MatchOutcome.NOT_FOUND, matched_on=matched_on)
            return self._problem(self._problems.default_unknown(no, rule=rule))
        return self._matched(rule, customer, matched_on=matched_on)

    def _by_mapping_type(self) -> CustomerChoice | None:
        match self.settings.customers.mapping:
            case CustomerMapping.ALWAYS_DEFAULT:
                no = self.settings.customers.default_customer_no
                if no:
                    return self._default("always_default", no, matched_on="customers.default_customer_no")
                return self._problem(self._problems.missing())
            case CustomerMapping.BY_BILL_TO if self._named(self._bill_to_address):
                return self._by_bill_to()
            case CustomerMapping.BY_EMAIL_PHONE | CustomerMapping.BY_BILL_TO:
                return self._by_email_phone()

    def _by_email_phone(self) -> CustomerChoice | None:
        """CUS-28, CUS-32: the link, else the e-mail, else the phone; a link that was not there is made."""
        linked = self._linked_store_customer()
        if linked:
            return linked
        for rule, key, found in (
            ("email", self.wanted.email_key, self.facts.by_email),
            ("phone", self.wanted.phone_key, self.facts.by_phone),
        ):
            if key is None:
                self._explain(rule, MatchOutcome.SKIPPED)
                continue
            choice = self._only(rule, found.get(key, ()), link=self._store_customer_link)
            if choice:
                return choice
        return None

    def _by_bill_to(self) -> CustomerChoice | None:
        """CUS-46 … CUS-52: linked address or customer, else names and address; the sell-to may be found apart."""
        address = self._bill_to_address
        assert address is not None, "only called for a named bill-to"
        choice = self._linked_address(address) or self._linked_store_customer() or self._same_address(address)
        if choice is None or choice.problems or choice.bill_to is None:
            return choice
        apart = self._apart(self.order.sell_to_address)
        if apart is None:
            return choice
        return CustomerChoice(
            sell_to=apart,
            bill_to=choice.bill_to,
            explanation=tuple(self.trail),
            links_to_make=choice.links_to_make,
        )

    def _apart(self, address: StoreAddress | None) -> ExistingCustomer | None:
        """The customer of an address other than the bill-to's, where that is how customers are found."""
        by_address = self.settings.customers.mapping is CustomerMapping.BY_BILL_TO and not self.order.b2b
        if not by_address or address is None or not self._named(address):
            return None
        linked = self._store_address_like(address)
        customer = self.facts.address_links.get(linked.shopify_id or "") if linked else None
        if customer is None:
            found = self.facts.by_address.get(key_of(address, self.settings.customers) or "", ())
            customer = found[0] if len(found) == 1 else None
            if len(found) > 1:
                candidates = tuple(sorted(each.no or each.id for each in found))
                self._explain(
                    "sell_to_address", MatchOutcome.AMBIGUOUS, matched_on="sell_to_address", candidates=candidates
                )
        return _existing(customer) if customer else None

    def _linked_store_customer(self) -> CustomerChoice | None:
        linked = (
            self.facts.store_customer_links.get(self.wanted.store_customer_id)
            if self.wanted.store_customer_id
            else None
        )
        if linked is None:
            self._explain("store_customer_link", MatchOutcome.NOT_FOUND)
            return None
        return self._matched("store_customer_link", linked, matched_on="store_customer_id")

    def _linked_address(self, address: StoreAddress) -> CustomerChoice | None:
        like = self._store_address_like(address)
        linked = self.facts.address_links.get(like.shopify_id or "") if like else None
        if linked is None:
            self._explain("address_link", MatchOutcome.NOT_FOUND)
            return None
        return self._matched("address_link", linked, matched_on="bill_to_address")

    def _same_address(self, address: StoreAddress) -> CustomerChoice | None:
        key = key_of(address, self.settings.customers)
        found = self.facts.by_address.get(key, ()) if key else ()
        like = self._store_address_like(address)
        link = (LinkKind.ADDRESS, like.shopify_id) if like and like.shopify_id else None
        return self._only("bill_to_address", found, link=link)

    @property
    def _bill_to_address(self) -> StoreAddress | None:
        return self.order.bill_to_address or self.order.sell_to_address

    def _named(self, address: StoreAddress | None) -> bool:
        """CUS-25: without a name there is nothing to find a customer by, other than e-mail and phone."""
        return bool(address and names_of(address, self.settings.customers).name)

    def _store_address_like(self, address: StoreAddress) -> StoreAddress | None:
        """The store customer's address with the same place and names (CUS-47, CUS-48); linked ones first."""
        settings = self.settings.customers
        names, place = names_of(address, settings), place_key(address)
        like = [
            each
            for each in (self.order.customer.addresses if self.order.customer else ())
            if place_key(each) == place
            and fold(names_of(each, settings).name) == fold(names.name)
            and fold(names_of(each, settings).name2) == fold(names.name2)
        ]
        like.sort(key=lambda each: each.shopify_id not in self.facts.address_links)
        return like[0] if like else None

    def _create(self) -> CustomerChoice | None:
        """P22: a new customer from template, where the settings allow it. What prevents it is the problem, unless
        there is a last resort.
        """
        customers = self.settings.customers
        allowed = customers.auto_create and customers.import_ is not ImportRange.NONE
        if not (allowed if self.may_create is None else self.may_create) or self.order.customer is None:
            self._explain("create", MatchOutcome.SKIPPED)
            return None
        bill_to = self._bill_to_address if self.settings.customers.mapping is CustomerMapping.BY_BILL_TO else None
        like = self._store_address_like(bill_to) if bill_to and self._named(bill_to) else None
        address = like or address_to_create_from(self.order)
        if address is None:
            return self._prevented(self._problems.no_address(), "address")
        code = template_code_for(address, explicit=self.template_code, settings=self.settings, mappings=self.mappings)
        if code is None:
            return self._prevented(self._problems.template_missing(address.country_code), "template")
        return self._created(address, code, only_address=like is not None)

    def _prevented(self, problem: Problem, what: str) -> CustomerChoice | None:
        self._explain("create", MatchOutcome.SKIPPED, matched_on=what)
        return self._last_resort() or self._problem(problem)

    def _created(self, address: StoreAddress, template_code: str, *, only_address: bool) -> CustomerChoice:
        """CUS-38. Found by its bill-to address, the address alone is linked: one store customer may be several
        customers (CUS-52).
        """
        new = new_customer(
            self.order,
            address,
            shop_id=self.shop_id,
            template_code=template_code,
            settings=self.settings,
            mappings=self.mappings,
        )
        self._explain("create", MatchOutcome.CREATED)
        ref = CreatedCustomer()
        links = (
            [LinkToMake(kind=LinkKind.ADDRESS, shopify_id=address.shopify_id, customer=ref)]
            if address.shopify_id
            else []
        )
        if self.wanted.store_customer_id and not (only_address and links):
            links.append(
                LinkToMake(kind=LinkKind.STORE_CUSTOMER, shopify_id=self.wanted.store_customer_id, customer=ref)
            )
        return CustomerChoice(
            sell_to=ref,
            bill_to=ref,
            explanation=tuple(self.trail),
            links_to_make=tuple(links),
            new_customers=(new,),
        )

    @property
    def _store_customer_link(self) -> tuple[LinkKind, str] | None:
        known = self.wanted.store_customer_id
        return (LinkKind.STORE_CUSTOMER, known) if known else None

    def _only(
        self, rule: str, found: Sequence[Customer], *, link: tuple[LinkKind, str] | None
    ) -> CustomerChoice | None:
        """The only customer found; several are a problem (P21)."""
        distinct = tuple({customer.id: customer for customer in found}.values())
        if not distinct:
            self._explain(rule, MatchOutcome.NOT_FOUND)
            return None
        if len(distinct) == 1:
            return self._matched(rule, distinct[0], matched_on=rule, link=link)
        candidates = tuple(sorted(customer.no or customer.id for customer in distinct))
        self._explain(rule, MatchOutcome.AMBIGUOUS, matched_on=rule, candidates=candidates)
        return self._problem(self._problems.ambiguous(rule, candidates))

    def _matched(
        self, rule: str, customer: Customer, *, matched_on: str, link: tuple[LinkKind, str] | None = None
    ) -> CustomerChoice:
        self._explain(rule, MatchOutcome.MATCHED, matched_on=matched_on, candidates=(customer.no or customer.id,))
        ref = _existing(customer)
        links = (LinkToMake(kind=link[0], shopify_id=link[1], customer=ref),) if link else ()
        return CustomerChoice(sell_to=ref, bill_to=ref, explanation=tuple(self.trail), links_to_make=links)

    def _problem(self, problem: Problem) -> CustomerChoice:
        return CustomerChoice(explanation=tuple(self.trail), problems=(problem,))

    def _explain(
        self, rule: str, outcome: MatchOutcome, *, matched_on: str | None = None, candidates: tuple[str, ...] = ()
    ) -> None:
        self.trail.append(Explanation(rule=rule, outcome=outcome, matched_on=matched_on, candidates=candidates))
