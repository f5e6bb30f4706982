"""A refund becomes a credit memo or a return order, or is refused with everything it lacks (P51, REF-40 … REF-58).

In the currency mode of the document it reverses, with the order's parties. Whether a refund gets a document at all is
for ``app.domain.refund_states``; what it gives back is for ``refund_parts``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal

from app.domain import awaited
from app.domain.chosen_customers import Parties
from app.domain.documents.header import currency_code, document_parties, order_tax_area, payment_method_code
from app.domain.documents.lines import LINE_STEP
from app.domain.documents.outcomes import DocumentDraft, Refusal
from app.domain.documents.positions import MoneySide
from app.domain.documents.refund_parts import RefundPart, RefundParts, refund_parts
from app.domain.documents.targets import Target, Targets
from app.domain.identifiers import OrderId, ShopId, ShopifyId, order_line_id
from app.domain.items import ItemChoice
from app.domain.mappings import Mappings
from app.domain.money import ZERO, CurrencyHandling, rounded, written
from app.domain.orders import Order, Refund
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import (
    DocumentContent,
    DocumentKind,
    DocumentLine,
    DocumentTotals,
    LineSource,
    LineType,
    SourceKind,
)
from app.domain.shop_settings import RefundDocument, ReturnLocationPriority, ShopSettings
from app.domain.snapshots import Snapshot

MONEY_OUT = ("refund",)
_WORDS = {
    "refunds": "amounts for the refund account",
    "refunds_not_restocked": "goods that were not restocked",
    "sold_gift_cards": "gift cards",
    "shipping_charges": "shipping charges",
    "duties": "duties",
    "additional_fees": "additional fees",
    "cash_rounding": "cash rounding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundContext:
    """What is known when a refund is documented. ``items`` has a choice, or a problem, for each line it brings back.

    ``handling`` is that of the document that is reversed (REF-42); ``snapshot`` the state of the order now.
    """

    shop_id: ShopId
    order_id: OrderId
    settings: ShopSettings
    mappings: Mappings
    customer: Parties
    items: Mapping[ShopifyId, ItemChoice | Problem]
    handling: CurrencyHandling
    local_currency: str | None
    time_zone: tzinfo
    snapshot: Snapshot
    by_request: bool = False
    """A person asks for it: then a large remainder does not stop it."""


def build_refund_document(order: Order, refund: Refund, context: RefundContext) -> DocumentDraft | Refusal:
    """The document of a creditable refund, whose total is what was refunded."""
    return _RefundBuilding(order=order, refund=refund, context=context).outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class _RefundBuilding:
    order: Order
    refund: Refund
    context: RefundContext

    @property
    def currency(self) -> str:
        return self.order.currency_of(presentment=self.context.handling is CurrencyHandling.PRESENTMENT)

    def outcome(self) -> DocumentDraft | Refusal:
        context = self.context
        found = refund_parts(self.order, self.refund, MoneySide(context.handling, self.currency))
        targets = Targets(
            shop_id=context.shop_id,
            accounts=context.settings.accounts,
            mappings=context.mappings,
            items=context.items,
            of_what="The refund",
        )
        lines = self._lines(found, targets)
        problems = [*context.customer.problems, *targets.missing.values(), *self._remainder_problems(found)]
        code = currency_code(
            self.currency,
            shop_id=context.shop_id,
            local_currency=context.local_currency,
            handling=context.handling,
            settings=context.settings,
            mappings=context.mappings,
        )
        if isinstance(code, Problem):
            problems.append(code)
        elif not problems:
            return DocumentDraft(
                content=self._content(found, lines, currency_code=code), number=None, snapshot=context.snapshot
            )
        return Refusal(problems=tuple(problems))

    def _lines(self, found: RefundParts, targets: Targets) -> tuple[DocumentLine, ...]:
        lines = []
        if self.context.settings.orders.order_number_comment_line:
            comment = f"Shopify order {self.order.name}"
            lines.append(_line(Target(type=LineType.COMMENT, description=comment), LineSource(kind=SourceKind.COMMENT)))
        lines += [self._part_line(part, targets) for part in found.parts]
        return tuple(replace(line, line_no=(place + 1) * LINE_STEP) for place, line in enumerate(lines))

    def _part_line(self, part: RefundPart, targets: Targets) -> DocumentLine:
        if part.account is not None:
            target = targets.account(part.account, _WORDS[part.account], part.title)
        else:
            assert part.line is not None
            target = targets.item(part.line.shopify_id, part.title)
        our_line = part.line is not None and part.source in (SourceKind.REFUND_LINE, SourceKind.EXCHANGE_LINE)
        source = LineSource(
            kind=part.source,
            id=order_line_id(self.context.order_id, part.line.shopify_id) if our_line and part.line else None,
            shopify_id=part.shopify_id,
        )
        return _line(
            target,
            source,
            part=part,
            currency=self.currency,
            location_code=self._location(part) if target.type is LineType.ITEM else None,
        )

    def _location(self, part: RefundPart) -> str | None:
        """REF-52: the default return location, or the place it came back to where that is wanted and known."""
        refunds = self.context.settings.refunds
        row = self.context.mappings.locations.get(part.location_id) if part.location_id else None
        if refunds.return_location_priority is ReturnLocationPriority.ORIGINAL_THEN_DEFAULT and row:
            return row.location_code or refunds.default_return_location
        return refunds.default_return_location

    def _remainder_problems(self, found: RefundParts) -> list[Problem]:
        limit = self.context.settings.refunds.remainder_limit
        if limit is None or self.context.by_request or abs(found.remainder) <= limit:
            return []
        return [
            Problem(
                code=ProblemCode.REMAINDER_TOO_LARGE,
                pointer="/settings/refunds/remainder_limit",
                detail=(
                    f"Of the refund, {written(found.remainder, self.currency)} are not explained by its lines, "
                    f"more than the limit of {written(limit, self.currency)}."
                ),
                remedy="Look at the refund in Shopify; make its document by request, or raise the limit.",
                waits_for=(awaited.setting(self.context.shop_id, "refunds.remainder_limit"),),
            )
        ]

    def _content(
        self, found: RefundParts, lines: tuple[DocumentLine, ...], *, currency_code: str | None
    ) -> DocumentContent:
        order, context = self.order, self.context
        settings = context.settings
        parties = document_parties(order, context.customer, settings.customers)
        area = order_tax_area(order, settings=settings, mappings=context.mappings)
        moment = self.refund.created_at or self.refund.processed_at or order.updated_at
        return_order = settings.refunds.create_as is RefundDocument.RETURN_ORDER
        return DocumentContent(
            kind=DocumentKind.RETURN_ORDER if return_order else DocumentKind.CREDIT_MEMO,
            external_document_no=order.po_number,
            document_date=moment.astimezone(context.time_zone).date(),
            currency=self.currency,
            currency_code=currency_code,
            currency_handling=context.handling,
            prices_include_tax=order.prices_include_tax,
            sell_to=parties.sell_to,
            bill_to=parties.bill_to,
            ship_to=parties.ship_to,
            payment_method_code=payment_method_code(self.refund.transactions, context.mappings, kinds=MONEY_OUT),
            tax_area_code=area.tax_area_code if area else None,
            tax_liable=bool(area and area.tax_area_code and area.tax_liable and not order.tax_exempt),
            work_description=self.refund.note,
            lines=lines,
            totals=self._totals(found),
        )

    def _totals(self, found: RefundParts) -> DocumentTotals:
        net = sum((part.amount for part in found.parts), ZERO)
        return DocumentTotals(
            amount=rounded(net, self.currency),
            tax=rounded(found.tax, self.currency),
            amount_including_tax=rounded(found.total, self.currency),
            charged_by_shopify=rounded(found.total, self.currency),
        )


def _line(
    target: Target,
    source: LineSource,
    *,
    part: RefundPart | None = None,
    currency: str = "",
    location_code: str | None = None,
) -> DocumentLine:
    if part is None:
        return DocumentLine(line_no=0, type=target.type, description=target.description, source=source)
    return DocumentLine(
        line_no=0,
        type=target.type,
        no=target.no,
        variant_code=target.variant_code,
        description=target.description,
        unit=target.unit,
        quantity=Decimal(part.quantity),
        unit_price=part.unit_price,
        discount_amount=rounded(part.discount, currency),
        order_discount_amount=rounded(ZERO, currency),
        amount=rounded(part.amount, currency),
        tax_amount=rounded(sum((tax.amount for tax in part.taxes), ZERO), currency),
        taxes=part.taxes,
        location_code=location_code,
        attributes=part.line.attributes if part.line else (),
        source=source,
    )
