"""Who bought and who pays: the customers of an order, in the seed's order of rules, each step explained (P20).

By hand → template default of the ship-to country → shop default when nothing is imported → the mapping type → created
→ default as the last resort → a problem. How a customer is found is ``app.domain.customer_matching``'s; companies have
rules of their own (``app.domain.company_choice``). Knows nothing of databases or of how keys are made.
"""

from dataclasses import dataclass

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
from app.domain.customer_creation import new_customer, template_code_for
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, address_to_create_from, template_of
from app.domain.customer_matching import CustomerMatching, existing
from app.domain.identifiers import CustomerId, ShopId
from app.domain.mappings import Mappings
from app.domain.order_record import MatchOutcome, OrderMapping
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.shop_settings import CustomerMapping, ImportRange, ShopSettings

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
    rules = _Rules(
        order=order,
        settings=settings,
        mappings=mappings,
        matching=CustomerMatching(order=order, shop_id=shop_id, settings=settings, facts=facts, wanted=wanted),
        template_code=by_hand.template_code,
        may_create=may_create,
    )
    if sell_to or bill_to:
        return rules.beside(sell_to, bill_to)
    if order.b2b:
        return choose_company_customer(
            order,
            shop_id=shop_id,
            settings=settings,
            mappings=mappings,
            facts=facts,
            wanted=wanted,
            template_code=by_hand.template_code,
            may_create=may_create,
        )
    return rules.run()


def _by_hand(
    name: str, chosen: CustomerId | None, *, mapping: OrderMapping, facts: CustomerFacts
) -> ExistingCustomer | None:
    if chosen is None or name not in mapping.by_hand:
        return None
    customer = facts.by_id.get(chosen)
    return existing(customer) if customer else ExistingCustomer(id=chosen)


@dataclass(slots=True, kw_only=True)
class _Rules:
    """One run through the rules for a consumer's order. Each rule returns a choice, or None for the next one to try."""

    order: Order
    settings: ShopSettings
    mappings: Mappings
    matching: CustomerMatching
    template_code: str | None
    may_create: bool | None

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
        return self._missing()

    def beside(self, sell_to: ExistingCustomer | None, bill_to: ExistingCustomer | None) -> CustomerChoice:
        """What a person chose stays; the other role takes its own only where it is looked for on its own
        (by_bill_to).
        """
        self.matching.explain("by_hand", MatchOutcome.MATCHED)
        chosen = sell_to or bill_to
        assert chosen is not None, "only called for what a person chose"
        if sell_to is None or bill_to is None:
            order = self.order
            ours, theirs = order.sell_to_address, order.bill_to_address
            one, other = (ours, theirs) if sell_to is None else (theirs, ours)
            apart = self.matching.apart(one, beside=other, other=chosen)
            if isinstance(apart, Problem):
                return self.matching.problem(apart)
            sell_to, bill_to = sell_to or apart or chosen, bill_to or apart or chosen
        return CustomerChoice(sell_to=sell_to, bill_to=bill_to, explanation=tuple(self.matching.trail))

    def _template_default(self) -> CustomerChoice | None:
        """CUS-10: the default customer of the country the order goes to."""
        template = template_of(self.order, self.mappings)
        if template is None or not template.default_customer_no:
            return None
        return self._default("template_default", template.default_customer_no, matched_on="ship_to_country")

    def _import_none_default(self) -> CustomerChoice | None:
        """CUS-11, by the default of the row rather than its mere presence (CUS-12)."""
        no = self.settings.customers.default_customer_no
        if self.settings.customers.import_ is not ImportRange.NONE or not no:
            return None
        return self._default("import_none_default", no, matched_on="customers.default_customer_no")

    def _last_resort(self) -> CustomerChoice | None:
        """CUS-15, as an option that can be seen."""
        no = self.settings.customers.default_customer_no
        if not self.settings.customers.default_as_last_resort or not no:
            return None
        return self._default("default_as_last_resort", no, matched_on="customers.default_customer_no")

    def _default(self, rule: str, no: str, *, matched_on: str) -> CustomerChoice:
        customer = self.matching.facts.by_no.get(no)
        if customer is None:
            self.matching.explain(rule, MatchOutcome.NOT_FOUND, matched_on=matched_on)
            return self.matching.problem(self.matching.problems.default_unknown(no, rule=rule))
        return self.matching.matched(rule, customer, matched_on=matched_on)

    def _by_mapping_type(self) -> CustomerChoice | None:
        match self.settings.customers.mapping:
            case CustomerMapping.ALWAYS_DEFAULT:
                no = self.settings.customers.default_customer_no
                if no:
                    return self._default("always_default", no, matched_on="customers.default_customer_no")
                return self._missing()
            case CustomerMapping.BY_BILL_TO if self.matching.named(self.matching.bill_to_address):
                return self.matching.by_bill_to()
            case CustomerMapping.BY_EMAIL_PHONE | CustomerMapping.BY_BILL_TO:
                return self.matching.by_email_phone()

    def _create(self) -> CustomerChoice | None:
        """P22: a new customer from template, where the settings allow it. What prevents it is the problem, unless
        there is a last resort.
        """
        customers = self.settings.customers
        allowed = customers.auto_create and customers.import_ is not ImportRange.NONE
        if not (allowed if self.may_create is None else self.may_create):
            return None
        if self.order.customer is None:
            self.matching.explain("create", MatchOutcome.SKIPPED, matched_on="store_customer")
            return None
        by_bill_to = customers.mapping is CustomerMapping.BY_BILL_TO
        bill_to = self.matching.bill_to_address if by_bill_to else None
        like = self.matching.store_address_like(bill_to) if bill_to and self.matching.named(bill_to) else None
        address = like or address_to_create_from(self.order)
        if address is None:
            return self._prevented(self.matching.problems.no_address(), "address")
        if by_bill_to and like is None and (had := self.matching.like_new(address)) is not None:
            return had
        code = template_code_for(address, explicit=self.template_code, settings=self.settings, mappings=self.mappings)
        if code is None:
            return self._prevented(self.matching.problems.template_missing(address.country_code), "template")
        return self._created(address, code, only_address=like is not None)

    def _prevented(self, problem: Problem, what: str) -> CustomerChoice | None:
        self.matching.explain("create", MatchOutcome.SKIPPED, matched_on=what)
        return self._last_resort() or self.matching.problem(problem)

    def _missing(self) -> CustomerChoice:
        """The phones that only end alike are told where phones decide."""
        tried = {step.rule for step in self.matching.trail}
        similar = self.matching.similar if "phone_ending" in tried else ()
        return self.matching.problem(self.matching.problems.missing(similar=similar))

    def _created(self, address: StoreAddress, template_code: str, *, only_address: bool) -> CustomerChoice:
        """CUS-38. Found by its bill-to address, the address alone is linked: one store customer may be several
        customers (CUS-52).
        """
        new = new_customer(
            self.order,
            address,
            shop_id=self.matching.shop_id,
            template_code=template_code,
            settings=self.settings,
            mappings=self.mappings,
        )
        self.matching.explain("create", MatchOutcome.CREATED)
        ref = CreatedCustomer()
        links = (
            [LinkToMake(kind=LinkKind.ADDRESS, shopify_id=address.shopify_id, customer=ref)]
            if address.shopify_id
            else []
        )
        store_customer = self.matching.wanted.store_customer_id
        if store_customer and not (only_address and links):
            links.append(LinkToMake(kind=LinkKind.STORE_CUSTOMER, shopify_id=store_customer, customer=ref))
        return CustomerChoice(
            sell_to=ref,
            bill_to=ref,
            explanation=tuple(self.matching.trail),
            links_to_make=tuple(links),
            new_customers=(new,),
        )
