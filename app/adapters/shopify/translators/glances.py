"""An order at a glance, in the words in which our copy of it is written."""

from app.adapters.shopify.answers.writing import OrderGlanceAnswer
from app.adapters.shopify.translators.amounts import amount, word
from app.adapters.shopify.translators.order_lines import attributes
from app.adapters.shopify.translators.parties import store_address
from app.domain.erp_number import ERP_NUMBER_KEY
from app.domain.identifiers import shopify_id
from app.domain.order_glance import OrderGlance


def glance_of(answer: OrderGlanceAnswer) -> OrderGlance:
    return OrderGlance(
        cancelled_at=answer.cancelled_at,
        closed_at=answer.closed_at,
        edited=answer.edited,
        email=answer.email or "",
        phone=answer.phone or "",
        note=answer.note or "",
        po_number=answer.po_number or "",
        tags=tuple(answer.tags),
        attributes=tuple(each for each in attributes(answer.custom_attributes) if each.key != ERP_NUMBER_KEY),
        discount_codes=tuple(answer.discount_codes),
        financial_status=word(answer.display_financial_status) or None,
        fulfilment_status=word(answer.display_fulfillment_status),
        return_status=word(answer.return_status),
        totals=(
            amount(answer.current_total_price_set),
            amount(answer.current_subtotal_price_set),
            amount(answer.current_total_tax_set),
            amount(answer.current_total_discounts_set),
            amount(answer.current_shipping_price_set),
            amount(answer.total_received_set),
            amount(answer.total_refunded_set),
            amount(answer.total_outstanding_set),
        ),
        sell_to_address=store_address(answer.display_address),
        bill_to_address=store_address(answer.billing_address),
        ship_to_address=store_address(answer.shipping_address),
        transactions=frozenset((shopify_id(each.id), word(each.status)) for each in answer.transactions),
        refunds=frozenset(shopify_id(each.id) for each in answer.refunds),
    )
