"""Fulfilments and returns of an order, as answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.api.order_answers import Plain, Scale
from app.domain.decimal_text import plain
from app.domain.fulfilments import Fulfilment, Tracking
from app.domain.identifiers import OrderId, ShopifyId, order_line_id, refund_id
from app.domain.money import minor_digits
from app.domain.orders import Order
from app.domain.returns import (
    UNKNOWN_RETURNS,
    Disposition,
    ExchangeLine,
    RestockingFee,
    Return,
    ReturnLine,
    ReverseFulfilmentOrder,
    ReverseLine,
    UnverifiedPrice,
)


def fulfilment(each: Fulfilment, order_id: OrderId) -> Plain:
    """What left a location."""
    return {
        "shopify_id": each.shopify_id,
        "name": each.name,
        "status": each.status,
        "display_status": each.display_status,
        "created_at": each.created_at,
        "updated_at": each.updated_at,
        "in_transit_at": each.in_transit_at,
        "estimated_delivery_at": each.estimated_delivery_at,
        "delivered_at": each.delivered_at,
        "location_id": each.location_id,
        "service": each.service,
        "tracking": [_tracking(parcel) for parcel in each.tracking],
        "lines": [
            {
                "shopify_id": line.shopify_id,
                "order_line_id": order_line_id(order_id, line.line_id),
                "quantity": str(line.quantity),
            }
            for line in each.lines
        ],
    }


def returns(order: Order, order_id: OrderId) -> list[Plain]:
    """Goods coming back, return by return."""
    shown = _ShownReturns(order_id=order_id, order=order, scale=Scale.of(order))
    return [shown.one(each) for each in order.returns]


def why_no_returns(order: Order) -> Plain | None:
    """The reason when the store does not tell the returns of an order."""
    if UNKNOWN_RETURNS not in order.unknown:
        return None
    return {
        "code": "scope_missing",
        "detail": "The app may not read the returns of this order's store: read_returns is not granted.",
        "remedy": "Grant the app read_returns; then POST /v1/orders/{id}/sync, or wait until the order changes.",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShownReturns:
    order_id: OrderId
    order: Order
    scale: Scale

    def one(self, each: Return) -> Plain:
        refunds = (refund for refund in self.order.refunds if refund.return_id == each.shopify_id)
        return {
            "shopify_id": each.shopify_id,
            "name": each.name,
            "status": each.status,
            "created_at": each.created_at,
            "approved_at": each.approved_at,
            "closed_at": each.closed_at,
            "total_quantity": str(each.total_quantity),
            "decline_reason": each.decline_reason,
            "decline_note": each.decline_note,
            "shipping_fees": self.scale.amount(each.shipping_fees),
            "refund_ids": [refund_id(self.order_id, refund.shopify_id) for refund in refunds],
            "lines": [self._line(line) for line in each.lines],
            "exchange_lines": [self._exchange_line(line) for line in each.exchange_lines],
            "reverse_fulfilment_orders": [self._reverse_order(one) for one in each.reverse_orders],
        }

    def _line(self, line: ReturnLine) -> Plain:
        return {
            "shopify_id": line.shopify_id,
            "order_line_id": self._line_id(line.line_id),
            "quantity": str(line.quantity),
            "processed_quantity": str(line.processed_quantity),
            "refundable_quantity": str(line.refundable_quantity),
            "refunded_quantity": str(line.refunded_quantity),
            "reason": line.reason,
            "reason_name": line.reason_name,
            "reason_note": line.reason_note,
            "customer_note": line.customer_note,
            "restocking_fee": self._fee(line.restocking_fee),
            "total": self.scale.amount(line.total),
            "unit_price": _unit_price(line.unit_price),
        }

    def _fee(self, fee: RestockingFee | None) -> Plain | None:
        if fee is None:
            return None
        return {"percentage": plain(fee.percentage), "amount": self.scale.amount(fee.amount)}

    def _exchange_line(self, line: ExchangeLine) -> Plain:
        return {
            "shopify_id": line.shopify_id,
            "quantity": str(line.quantity),
            "processed_quantity": str(line.processed_quantity),
            "title": line.title,
            "sku": line.sku,
            "order_line_ids": [order_line_id(self.order_id, each) for each in line.line_ids],
        }

    def _reverse_order(self, each: ReverseFulfilmentOrder) -> Plain:
        return {
            "shopify_id": each.shopify_id,
            "status": each.status,
            "lines": [self._reverse_line(line) for line in each.lines],
            "deliveries": [
                {"shopify_id": one.shopify_id, "tracking": _tracking(one.tracking) if one.tracking else None}
                for one in each.deliveries
            ],
        }

    def _reverse_line(self, line: ReverseLine) -> Plain:
        return {
            "shopify_id": line.shopify_id,
            "order_line_id": self._line_id(line.line_id),
            "quantity": str(line.quantity),
            "dispositions": _dispositions(line.dispositions),
        }

    def _line_id(self, line_id: ShopifyId | None) -> str | None:
        return None if line_id is None else order_line_id(self.order_id, line_id)


def _dispositions(dispositions: Iterable[Disposition]) -> list[Plain]:
    return [
        {
            "shopify_id": each.shopify_id,
            "type": each.kind,
            "quantity": str(each.quantity),
            "location_id": each.location_id,
            "created_at": each.created_at,
        }
        for each in dispositions
    ]


def _tracking(parcel: Tracking) -> Plain:
    return {"company": parcel.company, "number": parcel.number, "url": parcel.url}


def _unit_price(price: UnverifiedPrice | None) -> Plain | None:
    if price is None:
        return None
    return {"amount": plain(price.amount, minor_digits(price.currency)), "currency": price.currency}
