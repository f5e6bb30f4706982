"""The customers chosen for an order, as values: existing ones, ones to be made, links to be remembered. How:
``customer_choice``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.addresses import StoreAddress
from app.domain.customers import Customer, NewCustomer
from app.domain.identifiers import CustomerId
from app.domain.order_record import Explanation
from app.domain.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingCustomer:
    """A customer we hold; ``no`` is None while the ERP has not numbered it."""

    id: CustomerId
    no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedCustomer:
    """A customer to be made with this order: its place among the choice's ``new_customers``."""

    place: int = 0


CustomerRef = ExistingCustomer | CreatedCustomer


class LinkKind(StrEnum):
    STORE_CUSTOMER = "store_customer"
    ADDRESS = "address"
    COMPANY = "company"
    COMPANY_LOCATION = "company_location"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkToMake:
    """A store customer, one of its addresses, a company or one of its locations that from now on is this customer."""

    kind: LinkKind
    shopify_id: str
    customer: CustomerRef


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCustomer:
    """A customer that the store's customer, one address of it, a company or its location was found to be; ``address``
    is what the store says of it (CUS-63, COM-29). Defaults and what a person chose are not among them: they stand for
    nobody in particular.
    """

    customer: Customer
    kind: LinkKind
    address: StoreAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The customers of a document, once every one of them has an id."""

    sell_to: ExistingCustomer | None = None
    bill_to: ExistingCustomer | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChoice:
    """What was chosen and why. Without problems both roles are filled."""

    sell_to: CustomerRef | None = None
    bill_to: CustomerRef | None = None
    explanation: tuple[Explanation, ...] = ()
    problems: tuple[Problem, ...] = ()
    links_to_make: tuple[LinkToMake, ...] = ()
    new_customers: tuple[NewCustomer, ...] = ()
    found: tuple[FoundCustomer, ...] = ()

    def parties(self, created: Sequence[CustomerId] = ()) -> Parties:
        """The choice with the ids that the new customers were given, in their order."""

        def known(ref: CustomerRef | None) -> ExistingCustomer | None:
            return ExistingCustomer(id=created[ref.place]) if isinstance(ref, CreatedCustomer) else ref

        return Parties(sell_to=known(self.sell_to), bill_to=known(self.bill_to), problems=self.problems)
