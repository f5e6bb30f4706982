"""What is read beside an order, as answers: transactions, fulfilment orders, refunds."""

from typing import Any

from app.api.order_answers import Plain, Scale, problems_json
from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.identifiers import OrderId, order_line_id, refund_id, refund_line_id
from app.domain.money import minor_digits
from app.domain.orders import Refund, RefundLine, RefundShipping, Transaction
from app.domain.refunds import is_creditable
from app.ports.repositories.refunds import StoredRefund


def transaction(each: Transaction, scale: Scale) -> Plain:
    """A movement of money."""
    return {
        "shopify_id": each.shopify_id,
        "kind": each.kind,
        "status": each.status,
        "gateway": each.gateway,
        "card_company": each.card_company,
        "test": each.test,
        "manual": each.manual,
        "created_at": each.created_at,
        "processed_at": each.processed_at,
        "amount": scale.amount(each.amount),
        "rounding": scale.amount(each.rounding),
        "parent_shopify_id": each.parent_id,
        "gift_card_shopify_id": each.gift_card_id,
        "payment_id": each.payment_id,
        "error_code": each.error_code,
    }


def fulfilment_order(each: FulfilmentOrder, order_id: OrderId) -> Plain:
    """Shopify's request to ship."""
    lines: list[dict[str, Any]] = [
        {
            "shopify_id": line.shopify_id,
            "order_line_id": order_line_id(order_id, line.line_id),
            "total_quantity": str(line.total_quantity),
            "remaining_quantity": str(line.remaining_quantity),
        }
        for line in each.lines
    ]
    return {
        "shopify_id": each.shopify_id,
        "status": each.status,
        "request_status": each.request_status,
        "location_id": each.location_id,
        "location_name": each.location_name,
        "delivery_method": each.delivery_method,
        "lines": lines,
    }


def refund(each: Refund, order_id: OrderId, scale: Scale) -> Plain:
    """Money, and perhaps goods, going back."""
    return {
        "id": refund_id(order_id, each.shopify_id),
        "shopify_id": each.shopify_id,
        "creditable": is_creditable(each),
        "created_at": each.created_at,
        "processed_at": each.processed_at,
        "refunded": scale.amount(each.refunded),
        "note": each.note,
        "return_shopify_id": each.return_id,
        "lines": [_refund_line(line, order_id, scale) for line in each.lines],
        "shipping_lines": [_refund_shipping(line, scale) for line in each.shipping],
        "transactions": [transaction(one, scale) for one in each.transactions],
    }


def refund_json(stored: StoredRefund) -> Plain:
    """A refund with where it stands."""
    scale = Scale(minor_digits(stored.currency), minor_digits(stored.presentment_currency))
    return {
        **refund(stored.refund, stored.order_id, scale),
        "shop": stored.shop,
        "order": {"id": stored.order_id, "shopify_id": stored.order_shopify_id, "name": stored.order_name},
        "state": stored.state,
        "problems": problems_json(stored.problems),
        "documents": stored.documents,
        "updated_at": stored.updated_at,
    }


def _refund_line(line: RefundLine, order_id: OrderId, scale: Scale) -> Plain:
    return {
        "id": None if line.shopify_id is None else refund_line_id(order_id, line.shopify_id),
        "shopify_id": line.shopify_id,
        "order_line_id": order_line_id(order_id, line.line_id),
        "quantity": str(line.quantity),
        "restock_type": line.restock_type,
        "restocked": line.restocked,
        "location_id": line.location_id,
        "subtotal": scale.amount(line.subtotal),
        "tax": scale.amount(line.tax),
    }


def _refund_shipping(line: RefundShipping, scale: Scale) -> Plain:
    return {
        "shopify_id": line.shopify_id,
        "shipping_line_shopify_id": line.shipping_line_id,
        "subtotal": scale.amount(line.subtotal),
        "tax": scale.amount(line.tax),
    }
