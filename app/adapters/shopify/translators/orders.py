"""The whole order: header, totals, shipping, fulfilment orders and risk, put together with its lines, parties
and money.

It takes answers that were read to their ends; whether they were is the reader's to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.adapters.shopify.answers.companies import CompanyLocationAnswer
from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.answers.gift_cards import GiftCardAnswer
from app.adapters.shopify.answers.money import NamedReference
from app.adapters.shopify.answers.orders import (
    FulfilmentOrderAnswer,
    OrderAnswer,
    PurchasingCompany,
    RiskAnswer,
    ShippingLineAnswer,
)
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import ReturnAnswer
from app.adapters.shopify.answers.scoped_parts import PaymentTermsAnswer
from app.adapters.shopify.translators.amounts import amount, discount_allocations, id_of, tax_lines, word
from app.adapters.shopify.translators.companies import company_profile
from app.adapters.shopify.translators.fulfilments import fulfilment
from app.adapters.shopify.translators.order_lines import attributes, order_lines
from app.adapters.shopify.translators.parties import store_address, store_customer
from app.adapters.shopify.translators.payments import gift_cards, transactions
from app.adapters.shopify.translators.refunds import refund
from app.adapters.shopify.translators.returns import exchanged_lines, order_return
from app.domain.fulfilment_orders import FulfilmentOrder, FulfilmentOrderLine
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.money import total
from app.domain.orders import (
    AdditionalFee,
    Channel,
    Named,
    Order,
    OrderTotals,
    PaymentTerms,
    Risk,
    ShippingLine,
)

_RISK_PROVIDER = "Shopify"
"""Shopify names no provider for its own assessments."""


class Untranslatable(Exception):
    """The answer lacks something without which the order cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParts:
    """All that was read of one order."""

    header: OrderAnswer
    refunds: Sequence[RefundAnswer] = ()
    fulfilments: Sequence[FulfilmentAnswer] = ()
    returns: Sequence[ReturnAnswer] = ()
    gift_cards: Mapping[ShopifyId, ShopifyId] = field(default_factory=dict)
    """Gift card by transaction."""
    cards: Sequence[GiftCardAnswer] = ()
    """Those it issued, and those that paid it."""
    company_location: CompanyLocationAnswer | None = None
    unknown: tuple[str, ...] = ()


def order_of(parts: OrderParts) -> Order:
    """The domain's order. Raises Untranslatable."""
    header = parts.header
    return replace(
        _order_by_its_header(header),
        lines=order_lines(header, exchanged_lines(parts.returns)),
        shipping_lines=tuple(_shipping_line(line) for line in header.shipping_lines.nodes if not line.is_removed),
        removed_shipping_lines=tuple(
            _shipping_line(line) for line in header.shipping_lines.nodes if line.is_removed and line.id
        ),
        additional_fees=_additional_fees(header),
        transactions=transactions(header.transactions, parts.gift_cards),
        gift_cards=gift_cards(parts.cards),
        fulfilment_orders=tuple(_fulfilment_order(each) for each in header.fulfillment_orders.nodes),
        fulfilments=tuple(fulfilment(each) for each in parts.fulfilments),
        refunds=tuple(refund(each, parts.gift_cards) for each in parts.refunds),
        returns=tuple(order_return(each) for each in parts.returns),
        company_profile=company_profile(parts.company_location),
        unknown=parts.unknown,
    )


def _order_by_its_header(header: OrderAnswer) -> Order:
    """What the order says of itself, its parties among it; without what it is made of."""
    return replace(
        _facts_of(header),
        attributes=attributes(header.custom_attributes),
        customer=store_customer(header.customer),
        risks=_risks(header.risk),
        sell_to_address=store_address(header.display_address),
        bill_to_address=store_address(header.billing_address),
        ship_to_address=store_address(header.shipping_address),
        tax_lines=tax_lines(header.tax_lines),
        payment_terms=_payment_terms(header.payment_terms),
    )


def _facts_of(header: OrderAnswer) -> Order:
    company = header.purchasing_entity if isinstance(header.purchasing_entity, PurchasingCompany) else None
    attribution = header.attribution
    return Order(
        shopify_id=shopify_id(header.id),
        name=header.name,
        created_at=header.created_at,
        updated_at=header.updated_at,
        processed_at=header.processed_at,
        cancelled_at=header.cancelled_at,
        cancel_reason=word(header.cancel_reason) or None,
        closed_at=header.closed_at,
        test=header.test,
        confirmed=header.confirmed,
        edited=header.edited,
        currency=header.currency_code,
        presentment_currency=header.presentment_currency_code,
        prices_include_tax=header.taxes_included,
        duties_included=header.duties_included,
        tax_exempt=header.tax_exempt,
        email=header.email or "",
        phone=header.phone or "",
        note=header.note or "",
        po_number=header.po_number or "",
        tags=tuple(header.tags),
        discount_codes=tuple(header.discount_codes),
        channel=Channel(handle=attribution.handle, name=attribution.display_name) if attribution else None,
        source_name=header.source_name or "",
        retail_location=_named(header.retail_location),
        b2b=company is not None,
        company=_named(company.company) if company else None,
        company_location=_named(company.location) if company else None,
        company_contact_id=id_of(company.contact) if company else None,
        staff_id=id_of(header.staff_member),
        financial_status=word(header.display_financial_status) or None,
        fulfilment_status=word(header.display_fulfillment_status),
        return_status=word(header.return_status),
        status_page_url=header.status_page_url,
        totals=_totals(header),
    )


def _totals(header: OrderAnswer) -> OrderTotals:
    return OrderTotals(
        total=amount(header.total_price_set),
        current_total=amount(header.current_total_price_set),
        subtotal=amount(header.subtotal_price_set),
        current_subtotal=amount(header.current_subtotal_price_set),
        tax=amount(header.total_tax_set),
        current_tax=amount(header.current_total_tax_set),
        discount=amount(header.total_discounts_set),
        current_discount=amount(header.current_total_discounts_set),
        shipping=amount(header.total_shipping_price_set),
        current_shipping=amount(header.current_shipping_price_set),
        tip=amount(header.total_tip_received_set),
        duties=amount(header.current_total_duties_set),
        additional_fees=amount(header.current_total_additional_fees_set),
        # That of refunds belongs to their credit memos (REF-55), where their transactions carry it.
        cash_rounding=amount(header.total_cash_rounding_adjustment.payment_set),
        received=amount(header.total_received_set),
        refunded=amount(header.total_refunded_set),
        outstanding=amount(header.total_outstanding_set),
    )


def _named(reference: NamedReference | None) -> Named | None:
    return Named(shopify_id=shopify_id(reference.id), name=reference.name) if reference else None


def _shipping_line(line: ShippingLineAnswer) -> ShippingLine:
    if line.id is None:
        raise Untranslatable(f"the shipping line {line.title[:40]!r} has no id")
    return ShippingLine(
        shopify_id=shopify_id(line.id),
        title=line.title,
        code=line.code or "",
        source=line.source or "",
        amount=amount(line.original_price_set),
        discount=total(share.amount for share in discount_allocations(line.discount_allocations)),
        tax_lines=tax_lines(line.tax_lines),
    )


def _additional_fees(header: OrderAnswer) -> tuple[AdditionalFee, ...]:
    return tuple(
        AdditionalFee(
            shopify_id=shopify_id(fee.id), name=fee.name, amount=amount(fee.price), tax_lines=tax_lines(fee.tax_lines)
        )
        for fee in header.additional_fees
    )


def _fulfilment_order(answer: FulfilmentOrderAnswer) -> FulfilmentOrder:
    location, method = answer.assigned_location, answer.delivery_method
    return FulfilmentOrder(
        shopify_id=shopify_id(answer.id),
        status=word(answer.status),
        request_status=word(answer.request_status),
        location_id=id_of(location.location),
        location_name=location.name,
        delivery_method=word(method.method_type) if method else "",
        lines=tuple(
            FulfilmentOrderLine(
                shopify_id=shopify_id(line.id),
                line_id=shopify_id(line.line_item.id),
                total_quantity=line.total_quantity,
                remaining_quantity=line.remaining_quantity,
            )
            for line in answer.line_items.nodes
        ),
    )


def _risks(answer: RiskAnswer) -> tuple[Risk, ...]:
    """One entry per fact of an assessment; an assessment without facts is told all the same."""
    found: list[Risk] = []
    for assessment in answer.assessments:
        level = word(assessment.risk_level)
        provider = assessment.provider.title if assessment.provider else _RISK_PROVIDER
        found += [
            Risk(level=level, provider=provider, text=fact.description, sentiment=word(fact.sentiment))
            for fact in assessment.facts
        ] or [Risk(level=level, provider=provider)]
    return tuple(found)


def _payment_terms(answer: PaymentTermsAnswer | None) -> PaymentTerms | None:
    if answer is None:
        return None
    schedules = answer.payment_schedules.nodes
    return PaymentTerms(
        name=answer.payment_terms_name,
        type=word(answer.payment_terms_type),
        due_in_days=answer.due_in_days,
        due_at=schedules[0].due_at if schedules else None,
    )
