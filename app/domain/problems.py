"""Why something was not done, as a value: what is missing, where it is set, and what to do about it (P33)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """The reasons for which an order makes no document; the list may grow."""

    CUSTOMER_MISSING = "customer_missing"
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_NO_ADDRESS = "customer_no_address"
    COMPANY_MISSING = "company_missing"
    TEMPLATE_MISSING = "template_missing"
    ITEM_MISSING = "item_missing"
    ITEM_AMBIGUOUS = "item_ambiguous"
    ACCOUNT_MISSING = "account_missing"
    CHARGE_NO_MISSING = "charge_no_missing"
    LOCATION_MISSING = "location_missing"
    CURRENCY_MISSING = "currency_missing"
    NUMBER_INVALID = "number_invalid"
    NUMBER_TAKEN = "number_taken"
    TOTAL_DIFFERS = "total_differs"
    PRICE_TAX_MODE_DIFFERS = "price_tax_mode_differs"
    DOCUMENT_REJECTED = "document_rejected"
    NOTHING_TO_DOCUMENT = "nothing_to_document"
    REMAINDER_TOO_LARGE = "remainder_too_large"
    REFUND_CHANGED = "refund_changed"
    REFUND_FAILED = "refund_failed"


TITLES: Mapping[ProblemCode, str] = {
    ProblemCode.CUSTOMER_MISSING: "The order has no customer",
    ProblemCode.CUSTOMER_AMBIGUOUS: "Several customers fit the order",
    ProblemCode.CUSTOMER_NO_ADDRESS: "A new customer would have no address",
    ProblemCode.COMPANY_MISSING: "The company has no customer",
    ProblemCode.TEMPLATE_MISSING: "A new customer would have no template",
    ProblemCode.ITEM_MISSING: "A line has no item",
    ProblemCode.ITEM_AMBIGUOUS: "Several items fit a line",
    ProblemCode.ACCOUNT_MISSING: "An account is not set",
    ProblemCode.CHARGE_NO_MISSING: "A shipping charge has no number",
    ProblemCode.LOCATION_MISSING: "A line has no location",
    ProblemCode.CURRENCY_MISSING: "The currency has no code",
    ProblemCode.NUMBER_INVALID: "The order's name cannot be a number",
    ProblemCode.NUMBER_TAKEN: "The order's name is already a number",
    ProblemCode.TOTAL_DIFFERS: "The total is not what Shopify charged",
    ProblemCode.PRICE_TAX_MODE_DIFFERS: "Order and country disagree whether prices include tax",
    ProblemCode.DOCUMENT_REJECTED: "The document was taken back",
    ProblemCode.NOTHING_TO_DOCUMENT: "There is nothing to document",
    ProblemCode.REMAINDER_TOO_LARGE: "The refund is not explained by its lines",
    ProblemCode.REFUND_FAILED: "The document of the refund could not be made",
    ProblemCode.REFUND_CHANGED: "The refund changed after its document was made",
}
"""What a person reads first; the same for every problem of a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One missing or contradicting piece.

    ``pointer`` says where it is (``/lines/11804/item_no`` with Shopify's line id, ``/settings/accounts/tips``),
    ``detail`` what was found, ``remedy`` what to do. Neither text holds personal data. ``waits_for`` names the facts
    whose appearance makes a new attempt worthwhile (see ``app.domain.awaited``); it is ours and not shown.
    """

    code: ProblemCode
    pointer: str
    detail: str
    remedy: str
    waits_for: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return TITLES[self.code]
