"""What an answer means: data, a wait, a refusal, or a store that is closed to us. The one table from Shopify's
signs to our errors.

Knows neither how to send nor how to wait.
"""

from datetime import datetime
from typing import Final

import msgspec

from app.adapters.shopify.envelope import ACCESS_DENIED, Envelope, ErrorEntry, error_entries, in_its_words, opened
from app.adapters.shopify.failures import ExecutionFailed, PageTooDear
from app.adapters.shopify.points import throttled_for
from app.adapters.shopify.retrying import LONGEST_RETRY_AFTER, TryAgain, retry_after, throttled
from app.adapters.shopify.wire import WireAnswer
from app.ports.errors import ScopeMissing, StoreRefused, StoreUnavailable

OK: Final = 200
UNAUTHORIZED: Final = 401
_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429
_SECURITY_REJECTION: Final = 430

_CLOSED: Final = {
    402: ("store_frozen", "Shopify has frozen the store (402). Its owner must settle his account with Shopify."),
    403: ("store_forbidden", "Shopify forbids access to the store (403). Check the app's installation and its scopes."),
    404: ("store_gone", "Shopify knows no such store, or no longer (404). Check the store's domain."),
    423: ("store_locked", "Shopify has locked the store (423). Ask Shopify's support."),
}
_FAILED_INSIDE: Final = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
_CLOSED_CODES: Final = {
    "SHOP_INACTIVE": "store_inactive",
    "FORBIDDEN": "store_forbidden",
}


class Closed(Exception):
    """The store is closed to us until a person acts."""

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


def check_status(answer: WireAnswer, *, now: datetime, mutation: bool) -> None:
    """Raise what the HTTP status means, unless it is 200. A 401 is not for here: it may be healed."""
    status = answer.status
    if status == OK:
        return
    if status in _CLOSED:
        code, reason = _CLOSED[status]
        raise Closed(reason, code=code)
    if status == _TOO_MANY:
        raise throttled("Shopify asks for fewer requests (429).", retry_after(answer.headers.get("retry-after"), now))
    if status == _SECURITY_REJECTION:
        raise throttled("Shopify takes the traffic for an attack (430).", LONGEST_RETRY_AFTER)
    if status >= _SERVER_ERROR:
        raise unanswered(f"Shopify is in trouble (HTTP {status}).", mutation=mutation)
    raise StoreRefused(f"Shopify refused the request (HTTP {status}): {_words(answer)}")


def unanswered(detail: str, *, mutation: bool) -> Exception:
    """No usable answer. A query may be repeated; a mutation may have had its effect, so nobody repeats it
    blindly (B6).
    """
    if mutation:
        return StoreUnavailable(f"{detail} Whether the change took effect is not known.", outcome_known=False)
    return TryAgain(StoreUnavailable(detail))


def checked_envelope(answer: WireAnswer, *, mutation: bool) -> tuple[Envelope, tuple[ErrorEntry, ...]]:
    """The envelope with its data. Raises what errors without data mean."""
    try:
        envelope = opened(answer.body)
    except msgspec.DecodeError as exc:
        raise unanswered("Shopify's answer is not whole JSON.", mutation=mutation) from exc
    errors = error_entries(envelope)
    if any(error.code == "THROTTLED" for error in errors):
        wait = throttled_for(envelope.extensions.cost if envelope.extensions else None)
        raise throttled("The store's points are used up.", wait)
    if not envelope.has_data:
        _refuse(errors, mutation=mutation)
    return envelope, errors


def dearest_cost(envelope_errors: tuple[ErrorEntry, ...]) -> int | None:
    """What a query that was too dear would have cost, as Shopify states it."""
    return next(
        (error.extensions.cost for error in envelope_errors if error.extensions and error.extensions.cost), None
    )


def _refuse(errors: tuple[ErrorEntry, ...], *, mutation: bool) -> None:
    codes = {error.code for error in errors}
    words = in_its_words(errors)
    if "MAX_COST_EXCEEDED" in codes:
        raise PageTooDear(f"Shopify calls the query too dear: {words}", facts={"cost": dearest_cost(errors)})
    if ACCESS_DENIED in codes:
        # Only this document needs what was not granted, and nobody need enter credentials once it is.
        denied = "does not allow this change" if mutation else "denies access"
        raise ScopeMissing(f"Shopify {denied}: {words}")
    for code, ours in _CLOSED_CODES.items():
        if code in codes:
            raise Closed(f"Shopify denies access: {words}", code=ours)
    if codes & _FAILED_INSIDE or not errors:
        detail = f"Shopify failed inside: {words}"
        if mutation:
            raise StoreUnavailable(f"{detail} Whether the change took effect is not known.", outcome_known=False)
        raise TryAgain(ExecutionFailed(detail))
    raise StoreRefused(f"Shopify refused the query: {words}", facts={"codes": sorted(code for code in codes if code)})


def _words(answer: WireAnswer) -> str:
    try:
        return in_its_words(error_entries(opened(answer.body)))
    except msgspec.DecodeError:
        return "no reason given"
