"""Which settings of a shop exclude each other, told to whoever would set them together (0.02, REF-8, CUS-6, COM-6).

Knows nothing of what a setting by itself may be; which filters let nothing through is ``impossible_filters``.
"""

import dataclasses
from dataclasses import dataclass

from app.domain.impossible_filters import ImpossibleFilter, impossible_filters
from app.domain.shop_settings import CompanyMapping, CustomerMapping, RefundProcess, ShopSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two settings that exclude each other; ``paths`` are dotted (``refunds.process``)."""

    paths: tuple[str, str]
    detail: str


def contradictions(settings: ShopSettings) -> list[Contradiction]:
    """Every pair of settings that must not stand together (0.02, REF-8, CUS-6, COM-6); impossible filters, too."""
    filters = dataclasses.asdict(settings.orders.filters)
    return [*_between_settings(settings), *map(_of_filter, impossible_filters(filters))]


def _of_filter(impossible: ImpossibleFilter) -> Contradiction:
    first, second = (f"orders.filters.{impossible.name}.{key}" for key in impossible.keys)
    return Contradiction(paths=(first, second), detail=impossible.detail)


def _between_settings(settings: ShopSettings) -> list[Contradiction]:
    found: list[Contradiction] = []

    def refuse(first: str, second: str, detail: str) -> None:
        found.append(Contradiction(paths=(first, second), detail=detail))

    if settings.refunds.process is RefundProcess.AUTO_CREATE and not settings.orders.auto_create_documents:
        refuse(
            "refunds.process",
            "orders.auto_create_documents",
            "Refund documents can only be made automatically when order documents are.",
        )
    if settings.customers.update_from_store and settings.customers.update_store:
        refuse(
            "customers.update_from_store", "customers.update_store", "Customers can be updated in one direction only."
        )
    if settings.companies.update_from_store and settings.companies.update_store:
        refuse(
            "companies.update_from_store", "companies.update_store", "Companies can be updated in one direction only."
        )
    if settings.customers.default_customer_no is None:
        if settings.customers.mapping is CustomerMapping.ALWAYS_DEFAULT:
            refuse(
                "customers.mapping",
                "customers.default_customer_no",
                "Always taking the default customer needs a default customer.",
            )
        if settings.customers.default_as_last_resort:
            refuse(
                "customers.default_as_last_resort",
                "customers.default_customer_no",
                "A last resort needs a default customer.",
            )
    if CompanyMapping.DEFAULT_COMPANY in settings.companies.mapping and settings.companies.default_customer_no is None:
        refuse(
            "companies.mapping", "companies.default_customer_no", "Taking the default company needs a default customer."
        )
    return found
