"""What each cue counts, as conditions on rows: the same for the number and for the list behind it (P80)."""

from collections.abc import Mapping
from typing import Final

from app.domain.activities import Cue
from app.domain.problems import ProblemCode

_OPEN: Final = "state <> 'processed' AND NOT documents_on_request"
"""Not those of which a person or the ERP has taken the document back: they wait for a request."""
_OF_A_COMPANY: Final = "coalesce((body ->> 'b2b')::boolean, false)"
_NOBODY: Final = (
    ProblemCode.CUSTOMER_MISSING,
    ProblemCode.CUSTOMER_AMBIGUOUS,
    ProblemCode.CUSTOMER_NO_ADDRESS,
    ProblemCode.TEMPLATE_MISSING,
)
"""No customer could be chosen, for whatever reason; of companies' orders as well."""


def _with_problem(*codes: ProblemCode) -> str:
    each = " OR ".join(f"""problems @> '[{{"code": "{code}"}}]'""" for code in codes)
    return f"problems <> '[]'::jsonb AND ({each})"


CUES_OF_ORDERS: Final[Mapping[Cue, str]] = {
    Cue.UNMAPPED_CUSTOMERS: f"{_OPEN} AND {_with_problem(*_NOBODY)} AND NOT {_OF_A_COMPANY}",
    Cue.UNMAPPED_COMPANIES: f"{_OPEN} AND {_with_problem(*_NOBODY, ProblemCode.COMPANY_MISSING)} AND {_OF_A_COMPANY}",
    Cue.UNMAPPED_PRODUCTS: f"{_OPEN} AND {_with_problem(ProblemCode.ITEM_MISSING, ProblemCode.ITEM_AMBIGUOUS)}",
    Cue.UNPROCESSED_ORDERS: f"{_OPEN} AND NOT ({_with_problem(ProblemCode.NOTHING_TO_DOCUMENT)})",
}
"""On the columns of ``orders``."""

CHANGED: Final = _with_problem(ProblemCode.REFUND_CHANGED)
CUES_OF_REFUNDS: Final[Mapping[Cue, str]] = {
    Cue.REFUNDS_WAITING: "state IN ('open', 'waiting')",
    Cue.REFUNDS_BLOCKED: f"(state IN ('blocked', 'failed') OR {CHANGED})",
}
"""On the columns of ``refunds``: what waits for a person, for Shopify or for its order; and what went wrong with it."""
