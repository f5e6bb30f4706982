"""Orders as answers: from the copy and our decisions to plain values in the contract's words. Decides nothing.

Plain values instead of models, because a page may hold thousands of lines; a test compares them with the schemas.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.domain.addresses import StoreAddress
from app.domain.changes import Change
from app.domain.conflicts import Conflict
from app.domain.decimal_text import plain, rate
from app.domain.identifiers import OrderId, ShopifyId, order_line_id, shipping_line_id
from app.domain.money import Amount, minor_digits
from app.domain.names import names_of, place_of
from app.domain.orders import Named, Order, OrderLine, ShippingLine, TaxLine
from app.domain.problems import Problem
from app.ports.repositories.documents_reading import DocumentOfOrder
from app.ports.repositories.orders_reading import HistoryEntry, StoredOrder
from app.services.read_orders import OrderView

LINES_WITH_ORDER = 250

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scale:
    """The decimals of an order's two currencies."""

    shop: int
    presentment: int

    @classmethod
    def of(cls, order: Order) -> "Scale":
        return cls(minor_digits(order.currency), minor_digits(order.presentment_currency))

    def amount(self, amount: Amount) -> Plain:
        return {"shop": plain(amount.shop, self.shop), "presentment": plain(amount.presentment, self.presentment)}

    def taxes(self, taxes: Iterable[TaxLine]) -> list[Plain]:
        return [
            {
                "title": tax.title,
                "rate": rate(tax.rate),
                "amount": self.amount(tax.amount),
                "channel_liable": bool(tax.channel_liable),
            }
            for tax in taxes
        ]


def order_json(view: OrderView, *, lines_cursor: str | None) -> bytes:
    """An order with its first lines; ``lines_cursor`` names the rest, if there is one."""
    return msgspec.json.encode(_order(view, lines_cursor))


def lines_json(view: OrderView, lines: Sequence[OrderLine]) -> list[bytes]:
    """Some lines of an order."""
    return [msgspec.json.encode(each) for each in _lines(view, lines)]


def _order(view: OrderView, lines_cursor: str | None) -> Plain:
    stored, order = view.stored, view.stored.order
    scale = Scale.of(order)
    return {
        **_identity(stored, order),
        **_state_at_store(order),
        **_parties(view),
        "totals": _totals(view, scale),
        "tax_lines": scale.taxes(order.tax_lines),
        "discount_codes": order.discount_codes,
        "payment_terms": order.payment_terms,
        "lines": _lines(view, order.lines[:LINES_WITH_ORDER]),
        "lines_cursor": lines_cursor,
        "shipping_lines": [_shipping_line(stored, each, scale) for each in order.shipping_lines],
        "customer": {
            "sell_to_customer_no": stored.sell_to_customer_no,
            "bill_to_customer_no": stored.bill_to_customer_no,
            "explanation": stored.mapping.explanation,
        },
        "problems": problems_json(stored.problems),
        "conflict": _conflict(stored.conflict, stored.id, scale),
        "documents": [_document(each) for each in view.documents],
    }


def problems_json(problems: Iterable[Problem]) -> list[Plain]:
    """Problems without what they wait for, which is ours."""
    return [
        {
            "code": each.code,
            "title": each.title,
            "pointer": each.pointer,
            "detail": each.detail,
            "remedy": each.remedy,
        }
        for each in problems
    ]


def _conflict(conflict: Conflict | None, order_id: OrderId, scale: Scale) -> Plain | None:
    if conflict is None:
        return None
    return {
        "detected_at": conflict.detected_at,
        "detail": conflict.detail,
        "changes": changes_json(conflict.changes, order_id, scale),
        "amount": scale.amount(conflict.amount),
        "proposed": conflict.proposed,
    }


def changes_json(changes: Iterable[Change], order_id: OrderId, scale: Scale) -> list[Plain]:
    """What differs from the document, each change with our id of its line where it is about one."""
    return [
        {
            "kind": each.kind,
            "line_id": order_line_id(order_id, each.shopify_id) if each.shopify_id and each.about_a_line else None,
            "shopify_id": each.shopify_id,
            "before": each.before,
            "after": each.after,
            "amount": scale.amount(each.amount),
            "severity": each.severity,
        }
        for each in changes
    ]


def history_json(entry: HistoryEntry) -> Plain:
    """One thing that happened; amounts of changes as they were kept."""
    return {
        "occurred_at": entry.occurred_at,
        "type": entry.type,
        "resource_type": entry.resource_type,
        "resource_id": entry.resource_id,
        "version": entry.version,
        "changes": changes_json(entry.changes, OrderId(entry.resource_id), Scale(0, 0)),
        "note": entry.note,
    }


def _identity(stored: StoredOrder, order: Order) -> Plain:
    return {
        "id": stored.id,
        "shop": stored.shop,
        "store_domain": stored.store_domain,
        "shopify_id": order.shopify_id,
        "name": order.name,
        "state": stored.state,
        "created_at": order.created_at,
        "updated_at": stored.updated_at,
        "store_updated_at": order.updated_at,
        "processed_at": order.processed_at,
        "cancelled_at": order.cancelled_at,
        "cancel_reason": order.cancel_reason,
        "closed_at": order.closed_at,
        "test": order.test,
        "confirmed": order.confirmed,
        "edited": order.edited,
        "currency": order.currency,
        "presentment_currency": order.presentment_currency,
        "prices_include_tax": order.prices_include_tax,
        "tax_exempt": order.tax_exempt,
        "email": order.email,
        "phone": order.phone,
        "note": order.note,
        "po_number": order.po_number,
        "tags": order.tags,
        "attributes": order.attributes,
    }


def _state_at_store(order: Order) -> Plain:
    return {
        "channel": order.channel,
        "source_name": order.source_name,
        "retail_location": _named(order.retail_location),
        "b2b": order.b2b,
        "company": _named(order.company),
        "company_location": _named(order.company_location),
        "customer_shopify_id": order.customer.shopify_id if order.customer else None,
        "high_risk": order.high_risk,
        "risks": order.risks,
        "channel_liable": order.channel_liable,
        "financial_status": order.financial_status,
        "fulfilment_status": order.fulfilment_status,
        "return_status": order.return_status,
        "status_page_url": order.status_page_url,
    }


def _parties(view: OrderView) -> Plain:
    order = view.stored.order
    return {
        "sell_to_address": _address(view, order.sell_to_address),
        "bill_to_address": _address(view, order.bill_to_address),
        "ship_to_address": _address(view, order.ship_to_address),
    }


def _address(view: OrderView, address: StoreAddress | None) -> Plain | None:
    if address is None:
        return None
    names = names_of(address, view.settings.customers)
    return {
        "shopify_id": address.shopify_id,
        "name": names.name,
        "name2": names.name2,
        "contact_name": names.contact_name,
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "line1": address.line1,
        "line2": address.line2,
        "postal_code": address.postal_code,
        "city": address.city,
        "county": place_of(address, view.settings.customers.county_source).county,
        "province_code": address.province_code,
        "province_name": address.province_name,
        "country_code": address.country_code,
        "phone": address.phone,
    }


def _totals(view: OrderView, scale: Scale) -> Plain:
    documented, store = view.totals, view.stored.order.totals
    amounts = {
        "total": documented.total,
        "subtotal": documented.subtotal,
        "shipping": store.shipping,
        "tax": documented.tax,
        "discount": store.discount,
        "tip": store.tip,
        "duties": store.duties,
        "additional_fees": store.additional_fees,
        "cash_rounding": store.cash_rounding,
        "charged": documented.charged,
        "received": store.received,
        "refunded": store.refunded,
        "outstanding": store.outstanding,
    }
    return {name: scale.amount(amount) for name, amount in amounts.items()}


def _lines(view: OrderView, lines: Sequence[OrderLine]) -> list[Plain]:
    order = view.stored.order
    scale, methods = Scale.of(order), _delivery_methods(order)
    return [_line(view, line, scale, methods) for line in lines]


def _line(view: OrderView, line: OrderLine, scale: Scale, methods: Mapping[ShopifyId, str]) -> Plain:
    quantity = view.quantities.get(line.shopify_id, 0)
    choice = view.stored.mapping.items.get(line.shopify_id)
    return {
        "id": order_line_id(view.stored.id, line.shopify_id),
        "shopify_id": line.shopify_id,
        "kind": line.kind,
        "exchange": line.exchange,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "store_product_id": line.store_product_id,
        "store_variant_id": line.store_variant_id,
        "ordered_quantity": str(line.ordered_quantity),
        "current_quantity": str(line.current_quantity),
        "quantity": str(quantity),
        "unit_price": scale.amount(line.unit_price),
        "discount_amount": scale.amount(line.discount),
        "tax_lines": scale.taxes(line.tax_lines),
        "item_no": choice.item_no if choice else None,
        "variant_code": choice.variant_code if choice else None,
        "unit": choice.unit if choice else None,
        "locations": _locations(view, line.shopify_id, quantity),
        "delivery_method": methods.get(line.shopify_id),
        "attributes": line.attributes,
    }


def _locations(view: OrderView, line: ShopifyId, quantity: int) -> list[Plain]:
    return [
        {"location_id": share.location_id, "location_code": share.location_code, "quantity": str(share.quantity)}
        for share in view.locations.shares(line, quantity)
        if share.quantity
    ]


def _delivery_methods(order: Order) -> Mapping[ShopifyId, str]:
    """The delivery method of each line: that of the first fulfilment order that ships it and says one."""
    methods: dict[ShopifyId, str] = {}
    for fulfilment_order in order.fulfilment_orders:
        if fulfilment_order.delivery_method:
            for line in fulfilment_order.lines:
                methods.setdefault(line.line_id, fulfilment_order.delivery_method)
    return methods


def _shipping_line(stored: StoredOrder, line: ShippingLine, scale: Scale) -> Plain:
    return {
        "id": shipping_line_id(stored.id, line.shopify_id),
        "shopify_id": line.shopify_id,
        "title": line.title,
        "code": line.code,
        "source": line.source,
        "amount": scale.amount(line.amount),
        "discount_amount": scale.amount(line.discount),
        "tax_lines": scale.taxes(line.tax_lines),
    }


def _document(document: DocumentOfOrder) -> Plain:
    return {
        "id": document.id,
        "kind": document.kind,
        "number": document.number,
        "state": document.state,
        "unlinked_at": document.unlinked_at,
    }


def _named(thing: Named | None) -> Plain | None:
    return None if thing is None else {"shopify_id": thing.shopify_id, "name": thing.name}
