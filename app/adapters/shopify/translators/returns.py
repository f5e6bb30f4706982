"""Returns, whole, and which order lines came in by them."""

from collections.abc import Iterable, Mapping

from app.adapters.shopify.answers.returns import (
    ExchangeLineAnswer,
    KnownLineAnswer,
    ReturnAnswer,
    ReturnLineAnswer,
    ReverseDeliveryAnswer,
    ReverseLineAnswer,
    ReverseOrderAnswer,
    ShippedLineAnswer,
    UnverifiedLineAnswer,
)
from app.adapters.shopify.translators.amounts import amount, id_of, word
from app.domain.fulfilments import Tracking
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.money import NOTHING, total
from app.domain.returns import (
    Disposition,
    ExchangeLine,
    RestockingFee,
    Return,
    ReturnLine,
    ReverseDelivery,
    ReverseFulfilmentOrder,
    ReverseLine,
    UnverifiedPrice,
)


def exchanged_lines(answers: Iterable[ReturnAnswer]) -> Mapping[ShopifyId, ShopifyId]:
    """The return that each exchanged line of an order came in by."""
    return {
        shopify_id(line.id): shopify_id(answer.id)
        for answer in answers
        for exchange in answer.exchange_line_items.nodes
        for line in exchange.line_items or ()
    }


def order_return(answer: ReturnAnswer) -> Return:
    decline = answer.decline
    return Return(
        shopify_id=shopify_id(answer.id),
        name=answer.name,
        status=word(answer.status),
        created_at=answer.created_at,
        approved_at=answer.request_approved_at,
        closed_at=answer.closed_at,
        total_quantity=answer.total_quantity,
        decline_reason=word(decline.reason) if decline else "",
        decline_note=(decline.note or "") if decline else "",
        shipping_fees=total(amount(fee.amount_set) for fee in answer.return_shipping_fees),
        lines=tuple(_line(line) for line in answer.return_line_items.nodes),
        exchange_lines=tuple(_exchange_line(line) for line in answer.exchange_line_items.nodes),
        reverse_orders=tuple(_reverse_order(each) for each in answer.reverse_fulfillment_orders.nodes),
    )


def _line(line: ReturnLineAnswer) -> ReturnLine:
    known = line if isinstance(line, KnownLineAnswer) else None
    reason = line.return_reason_definition
    return ReturnLine(
        shopify_id=shopify_id(line.id),
        line_id=_line_of(known.fulfillment_line_item) if known else None,
        quantity=line.quantity,
        processed_quantity=line.processed_quantity,
        refundable_quantity=line.refundable_quantity,
        refunded_quantity=line.refunded_quantity,
        reason=reason.handle if reason else "",
        reason_name=reason.name if reason else "",
        reason_note=line.return_reason_note,
        customer_note=line.customer_note or "",
        restocking_fee=_restocking_fee(known) if known else None,
        total=amount(known.with_code_discounted_total_price_set) if known else NOTHING,
        unit_price=_unit_price(line) if isinstance(line, UnverifiedLineAnswer) else None,
    )


def _line_of(shipped: ShippedLineAnswer | None) -> ShopifyId | None:
    return shopify_id(shipped.line_item.id) if shipped else None


def _restocking_fee(line: KnownLineAnswer) -> RestockingFee | None:
    fee = line.restocking_fee
    return RestockingFee(percentage=fee.percentage, amount=amount(fee.amount_set)) if fee else None


def _unit_price(line: UnverifiedLineAnswer) -> UnverifiedPrice:
    return UnverifiedPrice(amount=line.unit_price.amount, currency=line.unit_price.currency_code)


def _exchange_line(line: ExchangeLineAnswer) -> ExchangeLine:
    return ExchangeLine(
        shopify_id=shopify_id(line.id),
        quantity=line.quantity,
        processed_quantity=line.processed_quantity,
        title=line.title or "",
        sku=line.variant_sku or "",
        line_ids=tuple(shopify_id(each.id) for each in line.line_items or ()),
    )


def _reverse_order(answer: ReverseOrderAnswer) -> ReverseFulfilmentOrder:
    return ReverseFulfilmentOrder(
        shopify_id=shopify_id(answer.id),
        status=word(answer.status),
        lines=tuple(_reverse_line(line) for line in answer.line_items.nodes),
        deliveries=tuple(_delivery(each) for each in answer.reverse_deliveries.nodes),
    )


def _reverse_line(line: ReverseLineAnswer) -> ReverseLine:
    return ReverseLine(
        shopify_id=shopify_id(line.id),
        line_id=_line_of(line.fulfillment_line_item),
        quantity=line.total_quantity,
        dispositions=tuple(
            Disposition(
                shopify_id=shopify_id(each.id),
                kind=word(each.type),
                quantity=each.quantity,
                location_id=id_of(each.location),
                created_at=each.created_at,
            )
            for each in line.dispositions
        ),
    )


def _delivery(answer: ReverseDeliveryAnswer) -> ReverseDelivery:
    told = answer.deliverable.tracking if answer.deliverable else None
    tracking = Tracking(company=told.carrier_name or "", number=told.number or "", url=told.url or "") if told else None
    return ReverseDelivery(shopify_id=shopify_id(answer.id), tracking=tracking)
