"""The sentence that explains why a document would not come to what Shopify charged (P32). Figures only, no persons."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.documents.positions import Position
from app.domain.documents.proof import Proof
from app.domain.money import ZERO, CurrencyHandling, written
from app.domain.orders import Order
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import SourceKind

_PARTS = (
    ("items", (SourceKind.ORDER_LINE,)),
    ("tips", (SourceKind.TIP,)),
    ("gift cards", (SourceKind.GIFT_CARD,)),
    ("shipping", (SourceKind.SHIPPING_LINE,)),
    ("duties", (SourceKind.DUTY,)),
    ("fees", (SourceKind.ADDITIONAL_FEE,)),
)


def total_differs(order: Order, proof: Proof, *, handling: CurrencyHandling, currency: str) -> Problem:
    """Both totals, the difference, and what the document's side is made of."""
    charged = proof.charged_total(handling)
    document = charged + proof.difference
    way = "more" if proof.difference > 0 else "less"
    gap = written(abs(proof.difference), currency)
    made_of = [f"{name} {written(amount, currency)}" for name, amount in _parts(proof.positions)]
    if not order.prices_include_tax:
        made_of.append(f"tax {written(proof.tax, currency)}")
    if proof.rounding:
        made_of.append(f"cash rounding {written(proof.rounding, currency)}")
    return Problem(
        code=ProblemCode.TOTAL_DIFFERS,
        pointer="/totals/total",
        detail=(
            f"The document would come to {written(document, currency)} ({', '.join(made_of) or 'no lines'}), "
            f"{gap} {way} than the {written(charged, currency)} that Shopify charged."
        ),
        remedy=(
            "Compare the order's lines, discounts, charges and refunds in Shopify with these figures; "
            "read the order again after correcting it, or report the order if Shopify's own sum is right."
        ),
    )


def _parts(positions: Sequence[Position]) -> list[tuple[str, Decimal]]:
    sums = [
        (name, sum((position.amount for position in positions if position.source in kinds), ZERO))
        for name, kinds in _PARTS
    ]
    return [(name, amount) for name, amount in sums if amount]
