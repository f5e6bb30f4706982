"""Refunds on the wire: money, and perhaps goods, going back, and the document that shows it."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.order_parts import OrderRefund
from app.api.schemas.orders import ORDER_ID, DocumentOfOrder, OrderProblem
from app.api.schemas.types import AnswerBody, Instant


class OrderOfRefund(AnswerBody):
    """The order it belongs to."""

    id: str = Field(description="Our id.", examples=[ORDER_ID])
    shopify_id: str = Field(description="Shopify's id.", examples=["5501"])
    name: str = Field(description="Its name.", examples=["#1001"])


class Refund(OrderRefund):
    """A refund and where it stands on its way to a document."""

    shop: str = Field(description="The shop's code.", examples=["web"])
    order: OrderOfRefund = Field(description="Its order.")
    state: str = Field(
        description=(
            "`open` waits for a person; `waiting` for its money or the order's document; `blocked` for what `problems`"
            " name; `failed` could not be made; `done`; `not_needed`. More may come."
        ),
        examples=["open"],
    )
    problems: list[OrderProblem] = Field(description="What it lacks.")
    documents: list[DocumentOfOrder] = Field(description="Its documents, ended ones included.")
    updated_at: Instant = Field(description="When anything of it last changed here.")


class RefundList(ListOf[Refund]):
    """A page of refunds."""
