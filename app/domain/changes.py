"""What can change in an order after its document was made: the kinds, their weight, and one change as a value (P40).

How changes are found is in ``app.domain.edit_impact``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount


class Severity(StrEnum):
    """``conflict``: the document is wrong now. ``synchronised``: only our copy moves. ``noted``: worth knowing."""

    CONFLICT = "conflict"
    SYNCHRONISED = "synchronised"
    NOTED = "noted"


class ChangeKind(StrEnum):
    LINE_QUANTITY_INCREASED = "line_quantity_increased"
    LINE_QUANTITY_DECREASED = "line_quantity_decreased"
    LINE_ADDED = "line_added"
    LINE_REMOVED = "line_removed"
    LINE_PRICE_CHANGED = "line_price_changed"
    DISCOUNT_CHANGED = "discount_changed"
    SHIPPING_CHANGED = "shipping_changed"
    SHIPPING_TITLE_CHANGED = "shipping_title_changed"
    DUTIES_CHANGED = "duties_changed"
    ADDITIONAL_FEES_CHANGED = "additional_fees_changed"
    CASH_ROUNDING_CHANGED = "cash_rounding_changed"
    TAX_CHANGED = "tax_changed"
    TOTAL_CHANGED = "total_changed"
    SHIP_TO_CHANGED = "ship_to_changed"
    BILL_TO_CHANGED = "bill_to_changed"
    CUSTOMER_CHANGED = "customer_changed"
    PO_NUMBER_CHANGED = "po_number_changed"
    CANCELLED_PAID = "cancelled_paid"
    CANCELLED_UNPAID = "cancelled_unpaid"
    REFUND_ADDED = "refund_added"
    EXCHANGE_ADDED = "exchange_added"
    RETURN_ADDED = "return_added"
    LOCATION_CHANGED = "location_changed"
    PAYMENT_CHANGED = "payment_changed"
    FULFILMENT_CHANGED = "fulfilment_changed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CONTACT_CHANGED = "contact_changed"
    NOTE_CHANGED = "note_changed"
    TAGS_CHANGED = "tags_changed"
    ATTRIBUTES_CHANGED = "attributes_changed"


ChangeValue = str | Mapping[str, str] | tuple[str, ...] | None
"""As it is shown and kept: money is ``shop`` and ``presentment``, an address its parts that are not blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. ``shopify_id`` is that of the line, charge, duty, fee or refund it is about.

    ``amount`` is what the buyer owes more (or less, if negative) because of it, tax included; the amounts of all
    changes add up to the difference between what was charged then and now.
    """

    kind: ChangeKind
    severity: Severity
    shopify_id: ShopifyId | None = None
    before: ChangeValue = None
    after: ChangeValue = None
    amount: Amount = NOTHING
    about_a_line: bool = False
    """Whether ``shopify_id`` is an order line's."""
