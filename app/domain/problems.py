"""Why something was not done, as a value: what is missing, where it is set, and what to do about it (P33)."""

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
