"""Requests about a person that Shopify passes on: what one asks, whom it is about, and how long it may wait (P83)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.identifiers import ShopifyId

ANSWERED_WITHIN = timedelta(days=30)
"""Shopify's rule for all three kinds."""
COLLECTED_WITHIN = timedelta(days=25)
"""How long documents that the ERP has not acknowledged yet hold a redaction up."""
LOOKED_AT_AGAIN_AFTER = timedelta(hours=6)
STORE_ASKED_AGAIN_AFTER = timedelta(days=1)
"""Whether the app is installed in it."""


class PrivacyKind(StrEnum):
    """What is asked."""

    DATA_REQUEST = "data_request"
    """What is held about a customer, for the owner of the shop to hand over."""
    CUSTOMER_REDACT = "customer_redact"
    """That a customer be forgotten."""
    SHOP_REDACT = "shop_redact"
    """That everything of a store be forgotten: 48 hours after the app was removed, if it is removed still."""


class PrivacyState(StrEnum):
    """``waiting`` until it is done; ``skipped`` = it must not be done any more, ``detail`` says why."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"


KINDS: Mapping[str, PrivacyKind] = {
    "customers/data_request": PrivacyKind.DATA_REQUEST,
    "customers/redact": PrivacyKind.CUSTOMER_REDACT,
    "shop/redact": PrivacyKind.SHOP_REDACT,
}
"""By topic."""


_OF_KIND: Mapping[PrivacyKind, frozenset[str]] = {
    PrivacyKind.DATA_REQUEST: frozenset({"customer", "orders_requested", "data_request"}),
    PrivacyKind.CUSTOMER_REDACT: frozenset({"customer", "orders_to_redact"}),
    PrivacyKind.SHOP_REDACT: frozenset(),
}
_OF_ANY = frozenset[str]().union(*_OF_KIND.values())


def fits(kind: PrivacyKind, payload: object) -> bool:
    """Whether a body can be of this kind. The signature covers the body alone: what was asked for somebody's data, and
    is sent on as if it asked to forget them, shows by its fields (A21).
    """
    return not isinstance(payload, Mapping) or not (payload.keys() & (_OF_ANY - _OF_KIND[kind]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer of a store as Shopify names one to us; each part may be missing."""

    customer_id: ShopifyId | None = None
    email: str = ""
    phone: str = ""
    orders: tuple[ShopifyId, ...] = ()


def person_of(payload: object) -> Person:
    """Whom the body of a privacy webhook is about. What cannot be read is missing."""
    if not isinstance(payload, Mapping):
        return Person()
    customer = payload.get("customer")
    told: Mapping[str, object] = customer if isinstance(customer, Mapping) else {}
    named = payload.get("orders_to_redact") or payload.get("orders_requested") or []
    return Person(
        customer_id=_number(told.get("id")),
        email=_text(told.get("email")),
        phone=_text(told.get("phone")),
        orders=tuple(order for each in named if (order := _number(each))) if isinstance(named, list) else (),
    )


def _number(value: object) -> ShopifyId | None:
    """An id as the bodies write it: a whole number, sometimes as a text."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return ShopifyId(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
