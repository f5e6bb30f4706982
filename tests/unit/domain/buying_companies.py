"""A company that buys, as tests of its rules need it."""

from typing import Any

from app.domain.companies import CompanyContact, CompanyProfile
from app.domain.orders import Named, Order
from tests.builders import order, sid

ADA = CompanyContact(shopify_id=sid(7600), first_name="Ada", last_name="Blue", email="Ada@Mill.example", phone="55")


def bought(profile: CompanyProfile | None, **fields: Any) -> Order:
    """An order of the company Mill through its location North."""
    given: dict[str, Any] = {
        "b2b": True,
        "company": Named(shopify_id=sid(6001), name="Mill"),
        "company_location": Named(shopify_id=sid(6101), name="North"),
        "company_profile": profile,
    }
    return order(**(given | fields))
