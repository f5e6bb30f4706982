"""The customers of a company's order (COM-10 … COM-28, COM-36): by links, by the shop's ways of finding one, or made.

Default where nothing is imported → the link of the location → the link of the company → the configured ways in their
order → created → default → a problem. Companies have no default by country (P20). Several fitting customers are a
problem, never a guess (P21). Knows nothing of databases or of how keys are made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.chosen_customers import (
    CreatedCustomer,
    CustomerChoice,
    CustomerRef,
    ExistingCustomer,
    FoundCustomer,
    LinkKind,
    LinkToMake,
)
from app.domain.companies import CompanyProfile
from app.domain.company_creation import address_of_company, company_template_code, new_company_customer
from app.domain.company_problems import CompanyProblems
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, company_country
from app.domain.customers import Customer, candidate_numbers
from app.domain.identifiers import ShopId
from app.domain.mappings import Mappings
from app.domain.order_record import Explanation, MatchOutcome
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.shop_settings import CompanyMapping, CompanySettings, ImportRange, ShopSettings, TaxIdField
from app.domain.tax_ids import other_tax_id, same_tax_id

Rule = Callable[[], CustomerChoice | None]
Found = Mapping[str, Sequence[Customer]]


def choose_company_customer(
    order: Order,
    *,
    shop_id: ShopId,
    settings: ShopSettings,
    mappings: Mappings,
    facts: CustomerFacts,
    wanted: CustomerLookup,
    template_code: str | None = None,
    may_create: bool | None = None,
) -> CustomerChoice:
    """The first rule that knows decides; each that was tried is explained."""
    rules = _CompanyRules(
        order=order,
        shop_id=shop_id,
        settings=settings,
        mappings=mappings,
        facts=facts,
        wanted=wanted,
        template_code=template_code,
        may_create=may_create,
    )
    return rules.run()


@dataclass(slots=True, kw_only=True)
class _CompanyRules:
    """One run through the rules. Each returns a choice, or None for the next one to try."""

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
        for rule in self._rules():
            choice = rule()
            if choice is not None:
                return choice
        return self._problem(self._problems.missing())

    def _rules(self) -> Iterator[Rule]:
        yield self._import_none_default
        yield self._location_link
        yield self._company_link
        ways: dict[CompanyMapping, tuple[Rule, ...]] = {
            CompanyMapping.BY_EMAIL_PHONE: (self._by_email, self._by_phone),
            CompanyMapping.BY_TAX_ID: (self._by_tax_id,),
            CompanyMapping.DEFAULT_COMPANY: (self._default_company,),
        }
        for mapping in self._companies.mapping:
            yield from ways[mapping]
        yield self._create
        yield self._last_resort

    @property
    def _companies(self) -> CompanySettings:
        return self.settings.companies

    @property
    def _profile(self) -> CompanyProfile | None:
        return self.order.company_profile

    @property
    def _problems(self) -> CompanyProblems:
        return CompanyProblems(order=self.order, shop_id=self.shop_id, settings=self.settings, wanted=self.wanted)

    def _import_none_default(self) -> CustomerChoice | None:
        """COM-10."""
        if self._companies.import_ is not ImportRange.NONE or not self._companies.default_customer_no:
            return None
        return self._default("company_import_none_default")

    def _default_company(self) -> CustomerChoice | None:
        """COM-25. Not remembered as a link, so that another default is another default for every company."""
        return self._default("default_company")

    def _last_resort(self) -> CustomerChoice | None:
        """COM-12: in every mode. A default that is not known is named by the problem that follows."""
        no = self._companies.default_customer_no
        if not no:
            return None
        if no not in self.facts.by_no:
            self._explain("company_default", MatchOutcome.NOT_FOUND)
            return None
        return self._default("company_default")

    def _default(self, rule: str) -> CustomerChoice:
        no, matched_on = self._companies.default_customer_no or "", "companies.default_customer_no"
        customer = self.facts.by_no.get(no)
        if customer is None:
            self._explain(rule, MatchOutcome.NOT_FOUND, matched_on=matched_on)
            return self._problem(self._problems.default_unknown(no, rule=rule))
        return self._matched(rule, customer, matched_on=matched_on)

    def _location_link(self) -> CustomerChoice | None:
        """COM-11: the location's own customers; a bill-to without a sell-to says nothing."""
        location = self.wanted.company_location_id
        linked = self.facts.company_location_links.get(location) if location else None
        if linked is None or linked.sell_to is None:
            self._explain("company_location_link", MatchOutcome.NOT_FOUND)
            return None
        return self._matched(
            "company_location_link",
            linked.sell_to,
            matched_on="company_location_id",
            bill_to=linked.bill_to,
            linked=LinkKind.COMPANY_LOCATION,
        )

    def _company_link(self) -> CustomerChoice | None:
        """COM-11: the company's customer for both roles, unless tax ids decide and it has another than the location:
        then the location is somebody of its own (COM-36).
        """
        linked = self._linked_company
        if linked is None:
            self._explain("company_link", MatchOutcome.NOT_FOUND)
            return None
        if self._has_another_tax_id(linked):
            self._explain(
                "company_link", MatchOutcome.SKIPPED, matched_on="tax_id", candidates=(linked.no or linked.id,)
            )
            return None
        return self._matched("company_link", linked, matched_on="company_id", linked=LinkKind.COMPANY)

    @property
    def _linked_company(self) -> Customer | None:
        company = self.wanted.company_id
        return self.facts.company_links.get(company) if company else None

    def _by_email(self) -> CustomerChoice | None:
        return self._by_contact("company_email", self.wanted.email_key, self.facts.by_email, "main_contact.email")

    def _by_phone(self) -> CustomerChoice | None:
        return self._by_contact("company_phone", self.wanted.phone_key, self.facts.by_phone, "main_contact.phone")

    def _by_contact(self, rule: str, key: str | None, found: Found, matched_on: str) -> CustomerChoice | None:
        """COM-23, with the phone tried after the e-mail whether or not there is one."""
        if key is None:
            self._explain(rule, MatchOutcome.SKIPPED, matched_on=self._why_unknown)
            return None
        everybody = found.get(key, ())
        fitting = [each for each in everybody if not self._has_another_tax_id(each)]
        if everybody and not fitting:
            candidates = candidate_numbers(everybody, shop_id=self.shop_id)
            self._explain(rule, MatchOutcome.SKIPPED, matched_on="tax_id", candidates=candidates)
            return None
        return self._only(rule, fitting, matched_on=matched_on)

    def _by_tax_id(self) -> CustomerChoice | None:
        """COM-24: the id of the location that bought; a blank one finds nobody."""
        if not self.wanted.tax_id_keys:
            self._explain("company_tax_id", MatchOutcome.SKIPPED, matched_on=self._why_unknown)
            return None
        found = [each for key in self.wanted.tax_id_keys for each in self.facts.by_tax_id.get(key, ())]
        same = [each for each in found if self._has_the_tax_id(each)]
        return self._only("company_tax_id", same, matched_on=self._companies.tax_id_field.value)

    def _has_the_tax_id(self, customer: Customer) -> bool:
        return same_tax_id(*self._tax_ids_beside(customer))

    def _tax_ids_beside(self, customer: Customer) -> tuple[str, str, str, str]:
        """The location's and the customer's, each with its country; a customer without one is in the shop's."""
        assert self._profile is not None, "only called with a tax id"
        country = customer.address.country_code or self.settings.general.country_code or ""
        of_customer = _tax_id_of(customer, self._companies.tax_id_field)
        return self._profile.tax_id, company_country(self.order), of_customer, country

    def _has_another_tax_id(self, customer: Customer) -> bool:
        """Whether a customer is told from this location by the ids that decide here; a blank id tells nothing."""
        decides = CompanyMapping.BY_TAX_ID in self._companies.mapping and bool(self.wanted.tax_id_keys)
        return decides and other_tax_id(*self._tax_ids_beside(customer))

    @property
    def _why_unknown(self) -> str | None:
        """Which part the store does not tell; None where there is nothing to tell."""
        return next((part for part in ("company", "company_contact") if part in self.order.unknown), None)

    def _create(self) -> CustomerChoice | None:
        """P22, COM-12, COM-28. What it would have to be found by must be known, lest it is made twice."""
        companies = self._companies
        allowed = companies.auto_create and companies.import_ is not ImportRange.NONE
        if not (allowed if self.may_create is None else self.may_create):
            return None
        if self._profile is None or self._why_unknown:
            self._explain("create", MatchOutcome.SKIPPED, matched_on=self._why_unknown or "company")
            return None
        address = address_of_company(self.order)
        if address is None:
            return self._prevented(self._problems.no_address(), "address")
        code = company_template_code(
            address, explicit=self.template_code, settings=self.settings, mappings=self.mappings
        )
        if code is None:
            return self._prevented(self._problems.template_missing(address.country_code), "template")
        new = new_company_customer(
            self.order,
            address,
            shop_id=self.shop_id,
            template_code=code,
            settings=self.settings,
            mappings=self.mappings,
        )
        self._explain("create", MatchOutcome.CREATED)
        ref = CreatedCustomer()
        return CustomerChoice(
            sell_to=ref,
            bill_to=ref,
            explanation=tuple(self.trail),
            links_to_make=self._remembering(ref),
            new_customers=(new,),
        )

    def _prevented(self, problem: Problem, what: str) -> CustomerChoice:
        self._explain("create", MatchOutcome.SKIPPED, matched_on=what)
        return self._last_resort() or self._problem(problem)

    def _only(self, rule: str, found: Sequence[Customer], *, matched_on: str) -> CustomerChoice | None:
        """The only customer found, from now on linked; several are a problem (P21)."""
        distinct = tuple({customer.id: customer for customer in found}.values())
        if not distinct:
            self._explain(rule, MatchOutcome.NOT_FOUND)
            return None
        if len(distinct) == 1:
            return self._matched(rule, distinct[0], matched_on=matched_on, remembered=True)
        candidates = candidate_numbers(distinct, shop_id=self.shop_id)
        self._explain(rule, MatchOutcome.AMBIGUOUS, matched_on=matched_on, candidates=candidates)
        return self._problem(self._problems.ambiguous(matched_on, candidates))

    def _matched(
        self,
        rule: str,
        customer: Customer,
        *,
        matched_on: str,
        bill_to: Customer | None = None,
        linked: LinkKind | None = None,
        remembered: bool = False,
    ) -> CustomerChoice:
        self._explain(rule, MatchOutcome.MATCHED, matched_on=matched_on, candidates=(customer.no or customer.id,))
        ref = _existing(customer)
        links = self._remembering(ref) if remembered else ()
        return CustomerChoice(
            sell_to=ref,
            bill_to=_existing(bill_to) if bill_to else ref,
            explanation=tuple(self.trail),
            links_to_make=links,
            found=self._found(customer, linked or (links[0].kind if links else None)),
        )

    def _found(self, customer: Customer, kind: LinkKind | None) -> tuple[FoundCustomer, ...]:
        """Who the company or its location was found to be; a default is nobody in particular."""
        address = address_of_company(self.order)
        if kind is None or address is None:
            return ()
        return (FoundCustomer(customer=customer, kind=kind, address=address),)

    def _remembering(self, ref: CustomerRef) -> tuple[LinkToMake, ...]:
        """Links of the company, or of the location alone where the company is somebody else already; and of the main
        contact (COM-23, COM-28).
        """
        links = []
        if self._linked_company is None and self.wanted.company_id:
            links.append(LinkToMake(kind=LinkKind.COMPANY, shopify_id=self.wanted.company_id, customer=ref))
        elif self.wanted.company_location_id:
            location = self.wanted.company_location_id
            links.append(LinkToMake(kind=LinkKind.COMPANY_LOCATION, shopify_id=location, customer=ref))
        contact = self._profile.contact if self._profile else None
        if contact is not None:
            links.append(LinkToMake(kind=LinkKind.STORE_CUSTOMER, shopify_id=contact.shopify_id, customer=ref))
        return tuple(links)

    def _problem(self, problem: Problem) -> CustomerChoice:
        return CustomerChoice(explanation=tuple(self.trail), problems=(problem,))

    def _explain(
        self, rule: str, outcome: MatchOutcome, *, matched_on: str | None = None, candidates: tuple[str, ...] = ()
    ) -> None:
        self.trail.append(Explanation(rule=rule, outcome=outcome, matched_on=matched_on, candidates=candidates))


def _existing(customer: Customer) -> ExistingCustomer:
    return ExistingCustomer(id=customer.id, no=customer.no)


def _tax_id_of(customer: Customer, where: TaxIdField) -> str:
    return customer.registration_no if where is TaxIdField.REGISTRATION_NO else customer.vat_registration_no
