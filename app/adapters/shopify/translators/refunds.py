"""Refunds, whole."""

from collections.abc import Mapping

from app.adapters.shopify.answers.refunds import RefundAnswer, RefundLineAnswer
from app.adapters.shopify.translators.amounts import amount, id_of, word
from app.adapters.shopify.translators.payments import transactions
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.money import total
from app.domain.orders import Refund, RefundAdjustment, RefundLine, RefundShipping


def refund(answer: RefundAnswer, gift_cards: Mapping[ShopifyId, ShopifyId]) -> Refund:
    return Refund(
        shopify_id=shopify_id(answer.id),
        created_at=answer.created_at,
        processed_at=answer.processed_at,
        updated_at=answer.updated_at,
        note=answer.note or "",
        return_id=id_of(answer.return_),
        refunded=amount(answer.total_refunded_set),
        lines=tuple(_line(line) for line in answer.refund_line_items.nodes),
        shipping=_shipping(answer),
        duties=total(amount(duty.amount_set) for duty in answer.duties or ()),
        adjustments=_adjustments(answer),
        transactions=transactions(answer.transactions.nodes, gift_cards),
    )


def _line(line: RefundLineAnswer) -> RefundLine:
    return RefundLine(
        shopify_id=shopify_id(line.id) if line.id else None,
        line_id=shopify_id(line.line_item.id),
        quantity=line.quantity,
        restock_type=word(line.restock_type),
        restocked=line.restocked,
        location_id=id_of(line.location),
        subtotal=amount(line.subtotal_set),
        tax=amount(line.total_tax_set),
    )


def _shipping(answer: RefundAnswer) -> tuple[RefundShipping, ...]:
    return tuple(
        RefundShipping(
            shopify_id=shopify_id(each.id),
            shipping_line_id=shopify_id(each.shipping_line.id) if each.shipping_line.id else None,
            title=each.shipping_line.title or "",
            subtotal=amount(each.subtotal_amount_set),
            tax=amount(each.tax_amount_set),
        )
        for each in answer.refund_shipping_lines.nodes
    )


def _adjustments(answer: RefundAnswer) -> tuple[RefundAdjustment, ...]:
    return tuple(
        RefundAdjustment(
            shopify_id=shopify_id(each.id),
            reason=word(each.reason),
            amount=amount(each.amount_set),
            tax=amount(each.tax_amount_set),
        )
        for each in answer.order_adjustments.nodes
    )
