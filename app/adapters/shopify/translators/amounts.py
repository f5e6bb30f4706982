"""Amounts in both currencies, taxes and texts."""

from collections.abc import Iterable

from app.adapters.shopify.answers.money import MoneyBag, Reference
from app.adapters.shopify.answers.orders import DiscountAllocationAnswer, TaxAnswer
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.money import NOTHING, ZERO, Amount
from app.domain.orders import DiscountAllocation, TaxLine


def amount(bag: MoneyBag | None) -> Amount:
    """Both sides of an amount; where Shopify's schema allows null it means that there is none."""
    if bag is None:
        return NOTHING
    return Amount(bag.shop_money.amount, bag.presentment_money.amount)


def tax_lines(answers: Iterable[TaxAnswer]) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(
            title=tax.title,
            rate=tax.rate if tax.rate is not None else ZERO,
            amount=amount(tax.price_set),
            channel_liable=tax.channel_liable,
        )
        for tax in answers
    )


def discount_allocations(answers: Iterable[DiscountAllocationAnswer]) -> tuple[DiscountAllocation, ...]:
    return tuple(
        DiscountAllocation(amount=amount(share.allocated_amount_set), application=share.discount_application.index)
        for share in answers
    )


def id_of(reference: Reference | None) -> ShopifyId | None:
    """The id of another object, if there is one."""
    return shopify_id(reference.id) if reference is not None else None


def word(value: str | None) -> str:
    """One of Shopify's enumerated values in our case; none is an empty text."""
    return value.lower() if value else ""
