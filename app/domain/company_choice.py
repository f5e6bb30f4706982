"""The customers of a company's order (COM-10 … COM-12): its linked location or company, else the default company.

A chain of rules, each giving both roles or nothing; further rules (e-mail of the main contact, tax id, creation) take
their place in ``_Chain.rules`` before the default. No default by country for companies (P20).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain import awaited
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, LocationCustomers
from app.domain.customers import Customer
from app.domain.identifiers import ShopId
from app.domain.order_record import Explanation, MatchOutcome
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import CompanySettings, ImportRange, ShopSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCustomers:
    """Both customers of a company's order, or the problem."""

    sell_to: Customer | None = None
    bill_to: Customer | None = None
    explanation: tuple[Explanation, ...] = ()
    problems: tuple[Problem, ...] = ()


def choose_company_customer(
    *, shop_id: ShopId, settings: ShopSettings, facts: CustomerFacts, wanted: CustomerLookup
) -> CompanyCustomers:
    """The first rule that finds both roles; each is explained."""
    trail: list[Explanation] = []
    chain = _Chain(settings=settings.companies, facts=facts, wanted=wanted)
    for name, matched_on, found in chain.rules():
        if found is None or found.sell_to is None:
            trail.append(Explanation(rule=name, outcome=MatchOutcome.NOT_FOUND))
            continue
        bill_to = found.bill_to or found.sell_to
        no = found.sell_to.no or found.sell_to.id
        trail.append(Explanation(rule=name, outcome=MatchOutcome.MATCHED, matched_on=matched_on, candidates=(no,)))
        return CompanyCustomers(sell_to=found.sell_to, bill_to=bill_to, explanation=tuple(trail))
    problem = _missing(shop_id=shop_id, settings=settings.companies, wanted=wanted)
    return CompanyCustomers(explanation=tuple(trail), problems=(problem,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """The rules, on what is known of one order."""

    settings: CompanySettings
    facts: CustomerFacts
    wanted: CustomerLookup

    def rules(self) -> Iterator[tuple[str, str, LocationCustomers | None]]:
        """Name, what it matched on, and what it found, in the order they are tried."""
        default = self._default()
        nothing_imported = self.settings.import_ is ImportRange.NONE
        yield "company_import_none_default", "companies.default_customer_no", default if nothing_imported else None
        yield "company_location_link", "company_location_id", self._location_link()
        yield "company_link", "company_id", self._company_link()
        yield "company_default", "companies.default_customer_no", default

    def _default(self) -> LocationCustomers | None:
        """COM-10, COM-12: the default company, first where none are imported and last in every mode."""
        no = self.settings.default_customer_no
        return _both(self.facts.by_no.get(no)) if no else None

    def _location_link(self) -> LocationCustomers | None:
        """COM-11: the location's own customers; a bill-to without a sell-to says nothing."""
        location = self.wanted.company_location_id
        return self.facts.company_location_links.get(location) if location else None

    def _company_link(self) -> LocationCustomers | None:
        """COM-11: the company's customer for both roles."""
        company = self.wanted.company_id
        return _both(self.facts.company_links.get(company)) if company else None


def _both(customer: Customer | None) -> LocationCustomers | None:
    return LocationCustomers(sell_to=customer) if customer else None


def _missing(*, shop_id: ShopId, settings: CompanySettings, wanted: CustomerLookup) -> Problem:
    waits = [awaited.setting(shop_id, "companies.default_customer_no"), awaited.setting(shop_id, "companies.import")]
    if wanted.company_id:
        waits.insert(0, awaited.company_link(shop_id, wanted.company_id))
    detail = f"The company {wanted.company_id or '(unknown)'} of this order is linked to no customer"
    if settings.default_customer_no:
        waits.append(awaited.customer_no(settings.default_customer_no))
        detail += f", and the default customer {settings.default_customer_no} is not known"
    return Problem(
        code=ProblemCode.COMPANY_MISSING,
        pointer="/customer/sell_to_customer_no",
        detail=f"{detail}.",
        remedy=(
            "Link the company or its location to a customer, set companies.default_customer_no, "
            "or set the customers of the order."
        ),
        waits_for=tuple(waits),
    )
