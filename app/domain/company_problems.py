"""What is said when a company's order has no customer: what was tried, what to do, which facts would change it (P33).

The texts hold no personal data; the awaited facts do, and stay with us.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain import awaited
from app.domain.customer_lookup import CustomerLookup
from app.domain.identifiers import ShopId
from app.domain.orders import Order
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import CompanyMapping, ImportRange, ShopSettings

POINTER = "/customer/sell_to_customer_no"
_TRIED = {
    CompanyMapping.BY_EMAIL_PHONE: "the e-mail and phone of its main contact",
    CompanyMapping.BY_TAX_ID: "the tax id of its location",
    CompanyMapping.DEFAULT_COMPANY: "the default customer",
}
_SETTINGS_THAT_HELP = (
    "companies.mapping",
    "companies.import",
    "companies.tax_id_field",
    "companies.default_customer_no",
    "companies.auto_create",
)
_UNKNOWN = {
    "company": "The store does not tell what it holds of the company: grant read_companies or read_customers.",
    "company_contact": "The store does not tell the main contact of the company: grant read_customers.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyProblems:
    """The problems of one order's company."""

    order: Order
    shop_id: ShopId
    settings: ShopSettings
    wanted: CustomerLookup

    def missing(self) -> Problem:
        companies = self.settings.companies
        tried = ["the link of its location", "its own link", *(_TRIED[each] for each in companies.mapping)]
        default = companies.default_customer_no
        rest = [f"The default customer {default} is not known." if default else "No default customer is set."]
        if not companies.auto_create or companies.import_ is ImportRange.NONE:
            rest.append("Creating customers for companies is not allowed.")
        return self._problem(
            ProblemCode.COMPANY_MISSING,
            f"No customer was found for {self._who} by {', '.join(tried[:-1])} and {tried[-1]}. {' '.join(rest)}",
            "Link the company or its location to a customer, set the customers of the order, "
            "set companies.default_customer_no, or allow companies.auto_create.",
        )

    def default_unknown(self, no: str, *, rule: str) -> Problem:
        return self._problem(
            ProblemCode.COMPANY_MISSING,
            f"The default customer {no} of companies (rule {rule}) is not known.",
            f"Send the customer {no}, or name another in companies.default_customer_no.",
        )

    def ambiguous(self, matched_on: str, candidates: Sequence[str]) -> Problem:
        return self._problem(
            ProblemCode.CUSTOMER_AMBIGUOUS,
            f"Several customers fit {self._who} by {matched_on}: {', '.join(candidates)}.",
            "Link the company or its location to one of them, or set the customers of the order.",
        )

    def no_address(self) -> Problem:
        return self._problem(
            ProblemCode.CUSTOMER_NO_ADDRESS,
            f"No customer can be created for {self._who}: its location has no address.",
            "Give the company location an address, link it or the company to a customer, "
            "or set the customers of the order.",
        )

    def template_missing(self, country_code: str) -> Problem:
        return self._problem(
            ProblemCode.TEMPLATE_MISSING,
            f"No customer can be created for {self._who}: "
            f"neither country {country_code or '(none)'} nor companies nor the shop have a template.",
            "Set companies.template_code, customers.template_code, or the template of the country.",
            awaited.setting(self.shop_id, "companies.template_code"),
            awaited.setting(self.shop_id, "customers.template_code"),
            awaited.customer_template(self.shop_id, country_code),
            pointer="/settings/companies/template_code",
        )

    @property
    def _who(self) -> str:
        return f"company {self.wanted.company_id}" if self.wanted.company_id else "the company of this order"

    def _problem(
        self, code: ProblemCode, detail: str, remedy: str, *also_waits_for: str, pointer: str = POINTER
    ) -> Problem:
        unknown = [sentence for part, sentence in _UNKNOWN.items() if part in self.order.unknown]
        if unknown:
            remedy = f"{remedy} Or grant the app what is missing and read the order again."
        return Problem(
            code=code,
            pointer=pointer,
            detail=" ".join((detail, *unknown)),
            remedy=remedy,
            waits_for=tuple(dict.fromkeys((*also_waits_for, *self._waits_for()))),
        )

    def _waits_for(self) -> list[str]:
        wanted = self.wanted
        waits = [awaited.setting(self.shop_id, path) for path in _SETTINGS_THAT_HELP]
        if wanted.company_id:
            waits.append(awaited.company_link(self.shop_id, wanted.company_id))
        if wanted.email_key:
            waits.append(awaited.customer_email(wanted.email_key))
        if wanted.phone_key:
            waits.append(awaited.customer_phone(wanted.phone_key))
        waits += [awaited.customer_tax_id(key) for key in wanted.tax_id_keys]
        waits += [awaited.customer_no(no) for no in wanted.customer_nos]
        return waits
