"""A shop's days compared with the store, on the wire."""

from pydantic import Field

from app.api.schemas.types import AnswerBody, CalendarDate, DecimalString, Whole
from app.domain.completeness import DayCompared, Difference, DifferenceKind, Explained, Reason, Sum
from app.domain.money import rounded
from app.services.completeness import ShopDays

UNKNOWN = "EUR"
"""Digits of amounts while the store has not told its currency."""


class SumShown(AnswerBody):
    """How many, and what they amount to."""

    count: Whole = Field(description="How many.", examples=[12])
    sum: DecimalString = Field(description="Of their amounts, in `currency`.", examples=["512.40"])


class SidesShown(AnswerBody):
    """The store's side and ours."""

    shopify: SumShown = Field(description="At Shopify, whichever shop of the store they are.")
    here: SumShown = Field(description="Our copies of this shop's.")


class ExplainedShown(AnswerBody):
    """Orders of the store that are rightly not this shop's, with their refunds of the day."""

    reason: Reason = Field(
        description="`other_shop`: claimed by another shop; `unclaimed`: the filters of no shop match; `before_start`:"
        " older than `general.start_date`; `before_connection`: older than the connection, and orders were never asked"
        " for; `closed`: closed before it was listed; `left_out`: deleted from the queue by a person; `waiting`: in the"
        " queue.",
        examples=["other_shop"],
    )
    orders: SumShown = Field(description="Orders made on the day.")
    refunds: SumShown = Field(description="Refunds made on the day.")


class DifferenceShown(AnswerBody):
    """An order or a refund that is not here as it is at Shopify."""

    kind: DifferenceKind = Field(
        description="`missing`, `import_failed`, `changed` (of another amount), `gone` (not at Shopify any more);"
        " `refund_missing`, `refund_changed`, `refund_gone`.",
        examples=["missing"],
    )
    shopify_id: str = Field(description="Shopify's id of the order or refund.", examples=["5501"])
    order_shopify_id: str = Field(description="Shopify's id of the order.", examples=["5501"])
    order_name: str = Field(description="Its name.", examples=["#1001"])
    shopify: DecimalString | None = Field(description="The amount there; null = it is not there.", examples=["30.00"])
    here: DecimalString | None = Field(description="The amount here; null = it is not here.", examples=[None])


class DayShown(AnswerBody):
    """A day of the shop. Orders at Shopify = orders here, less those `gone`, + explained + missing ones."""

    date: CalendarDate = Field(description="In the shop's time zone: orders by creation, refunds by their own.")
    complete: bool = Field(description="Nothing differs.", examples=[True])
    orders: SidesShown = Field(description="Orders made on the day, at what they amount to now.")
    refunds: SidesShown = Field(description="Refunds made on the day, of whichever day's orders.")
    explained: list[ExplainedShown] = Field(description="What is at Shopify and rightly not here.")
    differences: list[DifferenceShown] = Field(description="Everything that differs, by name.")


class CompletenessShown(AnswerBody):
    """Days of a shop compared with Shopify just now."""

    shop: str = Field(description="The shop's code.", examples=["web"])
    time_zone: str = Field(description="In which its days are counted.", examples=["Europe/Amsterdam"])
    currency: str | None = Field(description="Of all amounts; null = not known yet.", examples=["EUR"])
    complete: bool = Field(description="Nothing differs on any day.", examples=[True])
    data: list[DayShown] = Field(description="One for each day, the first first.")
    next_cursor: None = Field(description="Always null: all days are here.")


def completeness_shown(found: ShopDays) -> CompletenessShown:
    currency = found.currency or UNKNOWN
    return CompletenessShown(
        shop=found.shop,
        time_zone=found.time_zone,
        currency=found.currency,
        complete=all(day.complete for day in found.days),
        data=[_day(day, currency) for day in found.days],
        next_cursor=None,
    )


def _day(day: DayCompared, currency: str) -> DayShown:
    return DayShown(
        date=day.day,
        complete=day.complete,
        orders=SidesShown(shopify=_sum(day.orders_there, currency), here=_sum(day.orders_here, currency)),
        refunds=SidesShown(shopify=_sum(day.refunds_there, currency), here=_sum(day.refunds_here, currency)),
        explained=[_explained(reason, each, currency) for reason, each in sorted(day.explained.items())],
        differences=[_difference(each, currency) for each in day.differences],
    )


def _sum(found: Sum, currency: str) -> SumShown:
    return SumShown(count=found.count, sum=rounded(found.amount, currency))


def _explained(reason: Reason, each: Explained, currency: str) -> ExplainedShown:
    return ExplainedShown(reason=reason, orders=_sum(each.orders, currency), refunds=_sum(each.refunds, currency))


def _difference(each: Difference, currency: str) -> DifferenceShown:
    return DifferenceShown(
        kind=each.kind,
        shopify_id=each.shopify_id,
        order_shopify_id=each.order,
        order_name=each.name,
        shopify=None if each.there is None else rounded(each.there, currency),
        here=None if each.here is None else rounded(each.here, currency),
    )
