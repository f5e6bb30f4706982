"""The customers of a company's order (COM-10 … COM-12): its linked location or company, else the default company.

A chain of rules, each giving both roles or nothing; further rules (e-mail of the main contact, tax id, creation) take their
place in ``_RULES`` before the default. No default by country for companies (P20).
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain import awaited
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, LocationCustomers
from app.domain.customers import Customer
from app.domain.identifiers import ShopId
from app.domain.order_record import Explanation, MatchOutcome
from app.domain.orders import Order
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
    order: Order, *, shop_id: ShopId, settings: ShopSettings, facts: CustomerFacts, wanted: CustomerLookup
) -> CompanyCustomers:
    """The first rule that finds both roles; each is explained."""
    trail: list[Explanation] = []
    for name, matched_on, rule in _RULES:
        found = rule(settings.companies, facts, wanted)
        if found is None or found.sell_to is None:
            trail.append(Explanation(rule=name, outcome=MatchOutcome.NOT_FOUND))
            continue
        bill_to = found.bill_to or found.sell_to
        no = found.sell_to.no or found.sell_to.id
        trail.append(Explanation(rule=name, outcome=MatchOutcome.MATCHED, matched_on=matched_on, candidates=(no,)))
        return CompanyCustomers(sell_to=found.sell_to, bill_to=bill_to, explanation=tuple(trail))
    problem = _missing(order, shop_id=shop_id, settings=settings.companies, wanted=wanted)
    return CompanyCustomers(explanation=tuple(trail), problems=(problem,))


_Rule = Callable[[CompanySettings, CustomerFacts, CustomerLookup], LocationCustomers | None]


def _both(customer: Customer | None) -> LocationCustomers | None:
    return LocationCustomers(sell_to=customer) if customer else None


def _default(settings: CompanySettings, facts: CustomerFacts, wanted: CustomerLookup) -> LocationCustomers | None:
    """COM-12: the default company, in every mode."""
    return _both(facts.by_no.get(settings.default_customer_no)) if settings.default_customer_no else None


def _import_none(settings: CompanySettings, facts: CustomerFacts, wanted: CustomerLookup) -> LocationCustomers | None:
    """COM-10: where no companies are imported the default company buys."""
    return _default(settings, facts, wanted) if settings.import_ is ImportRange.NONE else None


def _location_link(settings: CompanySettings, facts: CustomerFacts, wanted: CustomerLookup) -> LocationCustomers | None:
    """COM-11: the location's own customers; a bill-to without a sell-to says nothing."""
    location = wanted.company_location_id
    return facts.company_location_links.get(location) if location else None


def _company_link(settings: CompanySettings, facts: CustomerFacts, wanted: CustomerLookup) -> LocationCustomers | None:
    """COM-11: the company's customer for both roles."""
    return _both(facts.company_links.get(wanted.company_id)) if wanted.company_id else None


_RULES: tuple[tuple[str, str, _Rule], ...] = (
    ("company_import_none_default", "companies.default_customer_no", _import_none),
    ("company_location_link", "company_location_id", _location_link),
    ("company_link", "company_id", _company_link),
    ("company_default", "companies.default_customer_no", _default),
)


def _missing(order: Order, *, shop_id: ShopId, settings: CompanySettings, wanted: CustomerLookup) -> Problem:
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
        remedy="Link the company or its location to a customer, set companies.default_customer_no, or set the customers of the order.",
        waits_for=tuple(waits),
    )
