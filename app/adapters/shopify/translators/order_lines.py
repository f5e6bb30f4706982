"""Order lines and what kind each of them is. Shopify does not mark tips and custom lines; here is how they are told."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.adapters.shopify.answers.orders import AttributeAnswer, DutyAnswer, OrderAnswer, OrderLineAnswer
from app.adapters.shopify.translators.amounts import amount, discount_allocations, id_of, tax_lines
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.money import ZERO
from app.domain.orders import Attribute, Duty, LineKind, OrderLine

_TIP_TITLE = "tip"


def order_lines(order: OrderAnswer, exchanged: Mapping[ShopifyId, ShopifyId]) -> tuple[OrderLine, ...]:
    """The order's lines in Shopify's order; ``exchanged`` names the returns by which lines came in."""
    lines = order.line_items.nodes
    tips = tip_places(lines, order.total_tip_received_set.shop_money.amount)
    return tuple(_line(line, _kind(line, is_tip=place in tips), exchanged) for place, line in enumerate(lines))


def tip_places(lines: Sequence[OrderLineAnswer], tip: Decimal) -> frozenset[int]:
    """Which lines are tips: those without an article that together make the order's tip, whatever they are called.

    Where the amount does not decide, the title does, which Shopify writes in English whatever the buyer's language.
    """
    candidates = [place for place, line in enumerate(lines) if _may_be_tip(line)]
    titled = [place for place in candidates if lines[place].title.strip().casefold() == _TIP_TITLE]
    if not candidates or not tip:
        return frozenset(titled)
    untaxed = [place for place in candidates if not lines[place].taxable]
    for group in (titled, candidates, untaxed):
        if group and sum((_value(lines[place]) for place in group), ZERO) == tip:
            return frozenset(group)
    for group in (candidates, untaxed):
        alone = [place for place in group if _value(lines[place]) == tip]
        if len(alone) == 1:
            return frozenset(alone)
    return frozenset(titled)


def _value(line: OrderLineAnswer) -> Decimal:
    return line.original_unit_price_set.shop_money.amount * line.quantity


def _has_no_article(line: OrderLineAnswer) -> bool:
    """A line without any trace of an article; one whose product was deleted keeps the vendor, title or SKU of
    its sale.
    """
    return not (line.product or line.variant or line.variant_title or line.sku or line.vendor)


def _may_be_tip(line: OrderLineAnswer) -> bool:
    return _has_no_article(line) and not line.requires_shipping and not line.is_gift_card


def _kind(line: OrderLineAnswer, *, is_tip: bool) -> LineKind:
    if line.is_gift_card:
        return LineKind.GIFT_CARD
    if is_tip:
        return LineKind.TIP
    return LineKind.CUSTOM if _has_no_article(line) else LineKind.ITEM


def _line(line: OrderLineAnswer, kind: LineKind, exchanged: Mapping[ShopifyId, ShopifyId]) -> OrderLine:
    identifier = shopify_id(line.id)
    variant = line.variant
    return OrderLine(
        shopify_id=identifier,
        kind=kind,
        title=line.title,
        variant_title=line.variant_title or "",
        sku=line.sku or "",
        barcode=(variant.barcode or "") if variant else "",
        vendor=line.vendor or "",
        store_product_id=id_of(line.product),
        store_variant_id=shopify_id(variant.id) if variant else None,
        ordered_quantity=line.quantity,
        current_quantity=line.current_quantity,
        unit_price=amount(line.original_unit_price_set),
        discounts=discount_allocations(line.discount_allocations),
        tax_lines=tax_lines(line.tax_lines),
        duties=tuple(_duty(duty) for duty in line.duties),
        attributes=attributes(line.custom_attributes),
        exchange=identifier in exchanged,
        return_id=exchanged.get(identifier),
        requires_shipping=line.requires_shipping,
        taxable=line.taxable,
    )


def _duty(duty: DutyAnswer) -> Duty:
    return Duty(shopify_id=shopify_id(duty.id), amount=amount(duty.price), tax_lines=tax_lines(duty.tax_lines))


def attributes(answers: Sequence[AttributeAnswer]) -> tuple[Attribute, ...]:
    return tuple(Attribute(key=attribute.key, value=attribute.value or "") for attribute in answers)
