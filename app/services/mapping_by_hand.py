"""What a person decides about an order's customers and codes, laid over its mapping (P20, 4.23).

Knows nothing of when that may be done, nor of what follows from it.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.customer_lookup import CustomerLookup
from app.domain.identifiers import CustomerId, ShopId
from app.domain.order_record import OrderMapping
from app.domain.problems import ProblemCode
from app.ports.errors import FieldError, InvalidInput
from app.ports.unit_of_work import UnitOfWork

CUSTOMERS = {"sell_to_customer_no": "sell_to_customer_id", "bill_to_customer_no": "bill_to_customer_id"}
BY_HAND_CODES = (
    "template_code",
    "shipment_method_code",
    "shipping_agent_code",
    "shipping_agent_service_code",
    "payment_method_code",
    "payment_terms_code",
)

ABOUT_THE_CUSTOMER = frozenset(
    {
        ProblemCode.CUSTOMER_MISSING,
        ProblemCode.CUSTOMER_AMBIGUOUS,
        ProblemCode.CUSTOMER_NO_ADDRESS,
        ProblemCode.COMPANY_MISSING,
        ProblemCode.TEMPLATE_MISSING,
    }
)


async def mapped_by_hand(
    uow: UnitOfWork, shop: ShopId, mapping: OrderMapping, changes: Mapping[str, str | None]
) -> OrderMapping:
    """The mapping with what was decided: customers by their number, codes as they are; None gives a field back to the
    rules. Raises ``InvalidInput``: ``unknown_customer``.
    """
    values: dict[str, object] = {}
    for name, value in changes.items():
        if name in CUSTOMERS:
            values[CUSTOMERS[name]] = await _customer(uow, shop, name, value)
        elif name in BY_HAND_CODES:
            values[name] = value
    by_hand = set(mapping.by_hand)
    by_hand |= {name for name, value in values.items() if value is not None}
    by_hand -= {name for name, value in values.items() if value is None}
    return replace(mapping, **values, by_hand=tuple(sorted(by_hand)))  # type: ignore[arg-type]


def as_it_was_sold(mapping: OrderMapping) -> OrderMapping:
    """The mapping with the customers it has, whatever the rules would choose now."""
    had = {name for name in CUSTOMERS.values() if getattr(mapping, name) is not None}
    return replace(mapping, by_hand=tuple(sorted({*mapping.by_hand, *had})))


async def _customer(uow: UnitOfWork, shop: ShopId, field: str, no: str | None) -> CustomerId | None:
    if no is None:
        return None
    facts = await uow.order_facts.customers(shop, [CustomerLookup(customer_nos=(no,))])
    if no not in facts.by_no:
        detail = f"There is no customer {no}. Send it with PUT /v1/customers/{{no}} first."
        raise InvalidInput(detail, errors=[FieldError(pointer=f"/{field}", code="unknown_customer", detail=detail)])
    return facts.by_no[no].id
