"""Why nothing of a shop goes out to its store until a person acts: the shop does not allow it, or a scope is missing.

Knows neither what was to go out nor how long it waits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """``detail`` says to a person what stands in the way and what to do."""

    code: str
    detail: str


OUTGOING_NOT_ALLOWED = Hindrance(
    code="outgoing_not_allowed",
    detail="The shop's settings allow nothing to be written to Shopify. Switch general.allow_outgoing on.",
)

SCOPE_MISSING = "scope_missing"
HELD_CODES = (OUTGOING_NOT_ALLOWED.code, SCOPE_MISSING)
"""What carries one of these is let go when a setting or a grant is changed here."""


def scope_missing(detail: str) -> Hindrance:
    """The app was not granted what this takes; ``detail`` names the scopes."""
    return Hindrance(code=SCOPE_MISSING, detail=detail)
