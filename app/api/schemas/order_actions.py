"""What is asked of an order at its store, on the wire."""

from pydantic import Field

from app.api.schemas.types import DecimalString, Flag, RequestBody
from app.domain.order_actions import CancelOrder, CancelReason, CancelRefund


class OrderCancellation(RequestBody):
    """How an order is cancelled. Nothing undoes it."""

    reason: CancelReason = Field(description="Why; Shopify keeps it with the order.", examples=["customer"])
    refund: CancelRefund = Field(
        description=(
            "Where what was paid goes: back the way it came, to the customer's store credit, or nowhere. What was "
            "only authorised is released in any case."
        ),
        examples=["original_payment"],
    )
    restock: Flag = Field(description="Whether the goods go back into Shopify's stock.", examples=[True])
    notify_customer: Flag = Field(
        default=False, description="Whether Shopify sends the buyer its mail about it.", examples=[False]
    )

    def action(self) -> CancelOrder:
        """The same as a value."""
        return CancelOrder(
            reason=self.reason, refund=self.refund, restock=self.restock, notify_customer=self.notify_customer
        )


class PaymentCapture(RequestBody):
    """How much of an authorised payment is taken."""

    amount: DecimalString | None = Field(
        default=None,
        description=(
            "In the currency the buyer pays in (`presentment_currency`, mostly the same as `currency`); absent = all "
            "that is still authorised."
        ),
        examples=["12.50"],
    )
