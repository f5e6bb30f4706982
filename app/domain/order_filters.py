"""Which orders a shop, a schedule or a run is about, and which shop an order belongs to (P11, 1.15–1.17).

Everything given must hold; texts compare without case. A list that is empty or not given restricts nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from app.domain.addresses import StoreAddress
from app.domain.identifiers import ShopId
from app.domain.orders import Order
from app.domain.shop_settings import OrderFilters

_RISK_LEVELS = ("high", "medium", "low", "none", "pending")


class ImportAction(StrEnum):
    """Whether an order comes in for the first time or again."""

    NEW = "new"
    UPDATE = "update"


def matches(order: Order, filters: OrderFilters, *, action: ImportAction | None = None) -> bool:
    """Whether an order passes filters. Without ``action`` the filter by action is left out, as for a shop's claim."""
    return (
        _one_of(order.financial_status, filters.financial_status)
        and _one_of(order.fulfilment_status, filters.fulfilment_status)
        and _one_of(order.channel.handle if order.channel else order.source_name or None, filters.channel)
        and _one_of(risk_level(order), filters.risk)
        and _one_of(order.name, filters.name)
        and _one_of(_country(order.ship_to_address), filters.ship_to_country)
        and _one_of(_country(order.sell_to_address), filters.sell_to_country)
        and _one_of(_country(order.bill_to_address), filters.bill_to_country)
        and _holds(order.tags, filters.tags, all_of="contains", none_of="not_contains")
        and _holds((each.key for each in order.attributes), filters.attribute, all_of="has", none_of="has_not")
        and _between(order.totals.total.shop, filters.total)
        and _between(order.totals.tax.shop, filters.tax)
        and _is(order.test, filters.test)
        and _is(order.confirmed, filters.confirmed)
        and _is(order.channel_liable, filters.channel_liable)
        and (action is None or not filters.action or filters.action.casefold() == action.value)
    )


def claiming_shop(order: Order, shops: Iterable[tuple[ShopId, OrderFilters]]) -> ShopId | None:
    """The first shop, in order of creation, whose filters the order passes; None leaves it unclaimed, and visible."""
    return next((shop for shop, filters in shops if matches(order, filters)), None)


def risk_level(order: Order) -> str:
    """The highest level of all assessments; an order nobody assessed has ``none``."""
    levels = {risk.level.casefold() for risk in order.risks}
    return next((level for level in _RISK_LEVELS if level in levels), "none")


def _country(address: StoreAddress | None) -> str | None:
    return address.country_code if address and address.country_code else None


def _one_of(value: str | None, rule: Mapping[str, Sequence[str]] | None) -> bool:
    """``in`` never matches what is unknown; ``not_in`` does not exclude it."""
    if not rule:
        return True
    wanted, unwanted = _folded(rule.get("in")), _folded(rule.get("not_in"))
    if value is None:
        return not wanted
    found = value.casefold()
    return (not wanted or found in wanted) and found not in unwanted


def _holds(values: Iterable[str], rule: Mapping[str, Sequence[str]] | None, *, all_of: str, none_of: str) -> bool:
    if not rule:
        return True
    found = _folded(list(values))
    return _folded(rule.get(all_of)) <= found and not (_folded(rule.get(none_of)) & found)


def _between(amount: Decimal, rule: Mapping[str, str] | None) -> bool:
    """Both ends included."""
    if not rule:
        return True
    least, most = rule.get("min"), rule.get("max")
    return (least is None or amount >= Decimal(least)) and (most is None or amount <= Decimal(most))


def _is(value: bool, wanted: bool | None) -> bool:  # noqa: FBT001 -- the two sides of one comparison
    return wanted is None or value is wanted


def _folded(texts: Sequence[str] | None) -> frozenset[str]:
    return frozenset(text.strip().casefold() for text in texts or ())
