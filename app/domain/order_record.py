"""What we decided about an order: customer, items, problems and state, beside the copy of what Shopify says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.identifiers import CustomerId, ShopifyId
from app.domain.items import ItemChoice


class OrderState(StrEnum):
    """``processed`` = a live document exists; ``blocked`` = something is missing; else ``unprocessed``."""

    UNPROCESSED = "unprocessed"
    BLOCKED = "blocked"
    PROCESSED = "processed"


class MatchOutcome(StrEnum):
    """What came of a rule that the settings ask for; others are not told. ``skipped`` = what it needs is not there."""

    MATCHED = "matched"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    CREATED = "created"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One step of the customer choice: the rule, what came of it, the field that matched, the candidates' numbers."""

    rule: str
    outcome: MatchOutcome
    matched_on: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMapping:
    """The ERP's side of an order. What a person set is in ``by_hand`` (field names) and is never overwritten (P20)."""

    sell_to_customer_id: CustomerId | None = None
    bill_to_customer_id: CustomerId | None = None
    explanation: tuple[Explanation, ...] = ()
    template_code: str | None = None
    shipment_method_code: str | None = None
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None
    payment_method_code: str | None = None
    payment_terms_code: str | None = None
    items: Mapping[ShopifyId, ItemChoice] = field(default_factory=dict)
    """By Shopify line id."""
    by_hand: tuple[str, ...] = ()
