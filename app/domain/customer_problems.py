"""What is said when an order has no customer: what was tried, what to do, and which facts would change it (P33).

The texts hold no personal data; the awaited facts do, and stay with us.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain import awaited
from app.domain.customer_lookup import CustomerLookup
from app.domain.identifiers import ShopId
from app.domain.orders import Order
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import CustomerMapping, ShopSettings

POINTER = "/customer/sell_to_customer_no"
_TRIED = {
    CustomerMapping.BY_EMAIL_PHONE: "its link, its e-mail and its phone",
    CustomerMapping.BY_BILL_TO: "the links of its addresses and itself, and the bill-to names and address",
    CustomerMapping.ALWAYS_DEFAULT: "the default customer",
}
_SETTINGS_THAT_HELP = (
    "customers.mapping",
    "customers.import",
    "customers.default_customer_no",
    "customers.default_as_last_resort",
    "customers.auto_create",
    "customers.name_source",
    "customers.name2_source",
    "customers.contact_source",
    "customers.county_source",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProblems:
    """The problems of one order's customer."""

    order: Order
    shop_id: ShopId
    settings: ShopSettings
    wanted: CustomerLookup

    def missing(self, *, similar: Sequence[str] = ()) -> Problem:
        """``similar`` may be the one (CUS-34); a person says so by a link."""
        tried = _TRIED[self.settings.customers.mapping]
        hint = f" The phones of {', '.join(similar)} end alike." if similar else ""
        return self._problem(
            ProblemCode.CUSTOMER_MISSING,
            f"No customer was found for {self._who()} by {tried}.{hint}",
            "Link the store customer to a customer, set the customers of the order, "
            "or allow creating customers or a default customer."
            if self.wanted.store_customer_id
            else "Set the customers of the order, or allow a default customer. Nobody is created of a guest.",
        )

    def default_unknown(self, no: str, *, rule: str) -> Problem:
        ship_to = self.order.ship_to_address
        country = ship_to.country_code if ship_to else ""
        by_country = rule == "template_default"
        where = f"the customer template of {country}" if by_country else "customers.default_customer_no"
        return self._problem(
            ProblemCode.CUSTOMER_MISSING,
            f"The default customer {no} (rule {rule}) is not known.",
            f"Send the customer {no}, or name another in {where}.",
            awaited.customer_no(no),
        )

    def ambiguous(self, rule: str, candidates: Sequence[str]) -> Problem:
        return self._problem(
            ProblemCode.CUSTOMER_AMBIGUOUS,
            f"Several customers fit {self._who()} by {rule.replace('_', ' ')}: {', '.join(candidates)}.",
            "Link the store customer to one of them, or set the customers of the order.",
        )

    def no_address(self) -> Problem:
        return self._problem(
            ProblemCode.CUSTOMER_NO_ADDRESS,
            f"No customer can be created for {self._who()}: it has no address.",
            "Give the store customer an address, link it to a customer, or set the customers of the order.",
        )

    def template_missing(self, country_code: str) -> Problem:
        return self._problem(
            ProblemCode.TEMPLATE_MISSING,
            f"No customer can be created for {self._who()}: "
            f"neither country {country_code or '(none)'} nor the shop has a template.",
            "Set customers.template_code, or the template of the country.",
            awaited.setting(self.shop_id, "customers.template_code"),
            awaited.customer_template(self.shop_id, country_code),
            pointer="/settings/customers/template_code",
        )

    def _who(self) -> str:
        known = self.wanted.store_customer_id
        return f"store customer {known}" if known else "this order without a store customer"

    def _problem(
        self, code: ProblemCode, detail: str, remedy: str, *also_waits_for: str, pointer: str = POINTER
    ) -> Problem:
        waits = [*also_waits_for]
        wanted = self.wanted
        if wanted.store_customer_id:
            waits.append(awaited.store_customer_link(self.shop_id, wanted.store_customer_id))
        if wanted.email_key:
            waits.append(awaited.customer_email(wanted.email_key))
        if wanted.phone_key:
            waits.append(awaited.customer_phone(wanted.phone_key))
        waits += [awaited.customer_address(key) for key in wanted.address_keys]
        if self.order.ship_to_address:
            waits.append(awaited.customer_template(self.shop_id, self.order.ship_to_address.country_code))
        waits += [awaited.setting(self.shop_id, path) for path in _SETTINGS_THAT_HELP]
        return Problem(code=code, pointer=pointer, detail=detail, remedy=remedy, waits_for=tuple(dict.fromkeys(waits)))
