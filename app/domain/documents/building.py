"""An order becomes a sales document, is refused with every reason, or has nothing to document (P30–P34).

The order of the work: what is left of the order → its money → the proof of the total → the lines → the header.
Everything is tried even after something was missing, so that a person sees all of it at once. Stores nothing and
numbers nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from app.domain import awaited
from app.domain.chosen_customers import Parties
from app.domain.documents.differences import total_differs
from app.domain.documents.documented import Documented, documented, snapshot
from app.domain.documents.header import (
    currency_code,
    document_date,
    document_parties,
    due_date,
    header_codes,
    header_problems,
    order_tax_area,
)
from app.domain.documents.lines import LineWriter
from app.domain.documents.locations import LineLocations
from app.domain.documents.outcomes import (
    DocumentDraft,
    DocumentOutcome,
    NothingReason,
    NothingToDocument,
    Refusal,
)
from app.domain.documents.positions import Position
from app.domain.documents.proof import Proof
from app.domain.documents.targets import Targets
from app.domain.erp_number import without_number
from app.domain.identifiers import OrderId, ShopId, ShopifyId
from app.domain.items import ItemChoice
from app.domain.mappings import Mappings
from app.domain.money import ZERO, CurrencyHandling, rounded, written
from app.domain.order_record import OrderMapping
from app.domain.orders import LineKind, Order
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import DocumentContent, DocumentKind, DocumentLine, DocumentTotals
from app.domain.shop_settings import CancelledPaid, ShopSettings

_NOTHING_TO_FULFIL = ("fulfilled", "fulfillment_not_required", "fulfilment_not_required")


def build_document(  # noqa: PLR0913 -- every fact of the decision is passed in, by name
    order: Order,
    *,
    shop_id: ShopId,
    order_id: OrderId,
    settings: ShopSettings,
    mappings: Mappings,
    customer: Parties,
    items: Mapping[ShopifyId, ItemChoice | Problem],
    header: OrderMapping,
    local_currency: str | None,
    time_zone: tzinfo,
    use_shopify_number: bool,
    by_request: bool = False,
) -> DocumentOutcome:
    """The document of an order. ``by_request``: a person asks for it, which ``cancelled_paid = skip`` does not forbid
    (P34).
    """
    building = _Building(
        order=order,
        shop_id=shop_id,
        order_id=order_id,
        settings=settings,
        mappings=mappings,
        customer=customer,
        items=items,
        header=header,
        local_currency=local_currency,
        time_zone=time_zone,
        use_shopify_number=use_shopify_number,
    )
    return building.outcome(by_request=by_request)


def document_kind(order: Order, positions: Sequence[Position], *, invoice_when_fulfilled: bool) -> DocumentKind:
    """An invoice when nothing is left to fulfil and the setting allows it, else an order (P30, 5.02)."""
    sold = [position.line.kind for position in positions if position.line is not None]
    only_gift_cards = LineKind.GIFT_CARD in sold and all(kind in (LineKind.GIFT_CARD, LineKind.TIP) for kind in sold)
    nothing_left = order.fulfilment_status.casefold() in _NOTHING_TO_FULFIL or only_gift_cards
    return DocumentKind.SALES_INVOICE if nothing_left and invoice_when_fulfilled else DocumentKind.SALES_ORDER


def _nothing(order: Order, proof: Proof, *, settings: ShopSettings, by_request: bool) -> NothingToDocument | None:
    """Why the order makes no document though nothing is wrong with it. An order of which nothing is left but a charge
    that no line explains is not among them: it is refused by the proof.
    """
    cancelled = order.cancelled_at is not None
    sells = any(position.line is not None for position in proof.positions)
    if (cancelled and not sells) or (not proof.positions and not proof.difference):
        what = "The order was cancelled and nothing of it is left" if cancelled else "Nothing is left of the order"
        detail = f"{what}; it makes no document.{_money_kept(order)}"
        return NothingToDocument(reason=NothingReason.NOTHING_LEFT, detail=detail)
    if cancelled and not by_request and settings.orders.cancelled_paid is CancelledPaid.SKIP and order.paid:
        return NothingToDocument(
            reason=NothingReason.CANCELLED_PAID,
            detail="The order was paid and cancelled undocumented; orders.cancelled_paid leaves such orders out.",
        )
    return None


def _money_kept(order: Order) -> str:
    kept = order.totals.received.shop - order.totals.refunded.shop
    if kept <= 0:
        return ""
    return f" Of the money received for it, {written(kept, order.currency)} has not been given back in Shopify."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    """One attempt; its methods are the steps."""

    order: Order
    shop_id: ShopId
    order_id: OrderId
    settings: ShopSettings
    mappings: Mappings
    customer: Parties
    items: Mapping[ShopifyId, ItemChoice | Problem]
    header: OrderMapping
    local_currency: str | None
    time_zone: tzinfo
    use_shopify_number: bool

    @property
    def handling(self) -> CurrencyHandling:
        return self.settings.orders.currency_handling

    @property
    def currency(self) -> str:
        return self.order.currency_of(presentment=self.handling is CurrencyHandling.PRESENTMENT)

    def outcome(self, *, by_request: bool) -> DocumentOutcome:
        order, process, currency = self.order, self.settings.refunds.process, self.currency
        found = documented(order, process=process, handling=self.handling)
        proof = found.proof
        nothing = _nothing(order, proof, settings=self.settings, by_request=by_request)
        if nothing is not None:
            return nothing
        writer = self._write_lines(found)
        problems = self._problems(proof, writer)
        code = currency_code(
            currency,
            shop_id=self.shop_id,
            local_currency=self.local_currency,
            handling=self.handling,
            settings=self.settings,
            mappings=self.mappings,
        )
        if isinstance(code, Problem):
            return Refusal(problems=(*problems, code))
        if problems:
            return Refusal(problems=tuple(problems))
        return DocumentDraft(
            content=self._content(proof, writer.lines, currency_code=code),
            number=order.name if self.use_shopify_number else None,
            snapshot=snapshot(order, found, process),
        )

    def _write_lines(self, found: Documented) -> LineWriter:
        targets = Targets(
            shop_id=self.shop_id, accounts=self.settings.accounts, mappings=self.mappings, items=self.items
        )
        writer = LineWriter(
            shop_id=self.shop_id,
            order_id=self.order_id,
            currency=self.currency,
            targets=targets,
            locations=LineLocations(self.order, self.mappings),
            location_mandatory=self.settings.orders.location_mandatory,
        )
        if self.settings.orders.order_number_comment_line:
            writer.comment(f"Shopify order {self.order.name}")
        writer.write(found.positions)
        if found.proof.rounding:
            writer.cash_rounding(found.proof.rounding)
        return writer

    def _problems(self, proof: Proof, writer: LineWriter) -> list[Problem]:
        """Everything that stands in the way, customers first."""
        found = list(self.customer.problems)
        if not found and (self.customer.sell_to is None or self.customer.bill_to is None):
            found.append(_customer_missing(self.shop_id))
        found += writer.targets.missing.values()
        found += writer.unmapped.values()
        found += header_problems(
            self.order, shop_id=self.shop_id, mappings=self.mappings, use_shopify_number=self.use_shopify_number
        )
        if proof.difference:
            found.append(total_differs(self.order, proof, handling=self.handling, currency=self.currency))
        return found

    def _content(self, proof: Proof, lines: Sequence[DocumentLine], *, currency_code: str | None) -> DocumentContent:
        order, settings = self.order, self.settings
        codes = header_codes(order, mappings=self.mappings, by_hand=self.header)
        parties = document_parties(order, self.customer, settings.customers)
        area = order_tax_area(order, settings=settings, mappings=self.mappings)
        invoice_allowed = settings.orders.create_invoice_when_fulfilled
        return DocumentContent(
            kind=document_kind(order, proof.positions, invoice_when_fulfilled=invoice_allowed),
            external_document_no=order.po_number,
            document_date=document_date(order, self.time_zone),
            due_date=due_date(order, self.time_zone),
            currency=self.currency,
            currency_code=currency_code,
            currency_handling=self.handling,
            prices_include_tax=order.prices_include_tax,
            sell_to=parties.sell_to,
            bill_to=parties.bill_to,
            ship_to=parties.ship_to,
            payment_method_code=codes.payment_method_code,
            payment_terms_code=codes.payment_terms_code,
            shipment_method_code=codes.shipment_method_code,
            shipping_agent_code=codes.shipping_agent_code,
            shipping_agent_service_code=codes.shipping_agent_service_code,
            salesperson_code=codes.salesperson_code,
            tax_area_code=area.tax_area_code if area else None,
            tax_liable=bool(area and area.tax_area_code and area.tax_liable and not order.tax_exempt),
            work_description=order.note,
            discount_codes=order.discount_codes,
            attributes=without_number(order).attributes,
            lines=tuple(lines),
            totals=self._totals(proof, lines),
        )

    def _totals(self, proof: Proof, lines: Sequence[DocumentLine]) -> DocumentTotals:
        amount = sum((line.amount for line in lines), ZERO)
        with_tax = amount if self.order.prices_include_tax else amount + proof.tax
        return DocumentTotals(
            amount=rounded(amount, self.currency),
            tax=rounded(proof.tax, self.currency),
            amount_including_tax=rounded(with_tax, self.currency),
            charged_by_shopify=rounded(proof.charged_total(self.handling), self.currency),
        )


def _customer_missing(shop_id: ShopId) -> Problem:
    return Problem(
        code=ProblemCode.CUSTOMER_MISSING,
        pointer="/customer/sell_to_customer_no",
        detail="The order has no customer.",
        remedy="Set the customers of the order.",
        waits_for=(awaited.setting(shop_id, "customers.default_customer_no"),),
    )
