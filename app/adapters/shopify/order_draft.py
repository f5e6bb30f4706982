"""An order while its parts are being gathered. Holds what has come so far; fetches nothing."""

from dataclasses import dataclass, field

from app.adapters.shopify.answers.companies import CompanyLocationAnswer
from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.answers.gift_cards import GiftCardAnswer
from app.adapters.shopify.answers.orders import OrderAnswer, PurchasingCompany
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import ReturnAnswer
from app.adapters.shopify.page_reading import OrderMoved, PageReader, PartUnreadable
from app.adapters.shopify.translators.orders import OrderParts
from app.domain.identifiers import ShopifyId

GIFT_CARD_GATEWAY = "gift_card"
NO_RETURN = "NO_RETURN"
UNFULFILLED = "UNFULFILLED"
NOTHING_SHIPPED = frozenset({UNFULFILLED, "FULFILLMENT_NOT_REQUIRED"})
UNPAID = frozenset({"PENDING", "AUTHORIZED", "VOIDED", "EXPIRED"})


@dataclass(slots=True, kw_only=True)
class OrderDraft:
    """``trouble`` ends it: nothing more is asked for, and the order is not told in part."""

    shopify_id: ShopifyId
    header: OrderAnswer
    raw: bytes
    reader: PageReader
    refunds: dict[str, RefundAnswer] = field(default_factory=dict)
    fulfilments: list[FulfilmentAnswer] = field(default_factory=list)
    return_ids: list[str] = field(default_factory=list)
    returns: list[ReturnAnswer] = field(default_factory=list)
    gift_cards: dict[ShopifyId, ShopifyId] = field(default_factory=dict)
    """The card that each transaction was paid with."""
    cards: dict[str, GiftCardAnswer] = field(default_factory=dict)
    company_location: CompanyLocationAnswer | None = None
    unknown: set[str] = field(default_factory=set)
    trouble: OrderMoved | PartUnreadable | None = None

    @property
    def has_return(self) -> bool:
        return self.header.return_status != NO_RETURN

    @property
    def may_be_shipped(self) -> bool:
        """Whether there may be fulfilments. A cancelled one leaves the order unfulfilled, and its request closed."""
        closed = any(each.status == "CLOSED" for each in self.header.fulfillment_orders.nodes)
        return closed or self.header.display_fulfillment_status not in NOTHING_SHIPPED

    @property
    def gift_card_transactions(self) -> list[str]:
        """Ids of the transactions that a gift card paid."""
        return [each.id for each in self.header.transactions if each.gateway == GIFT_CARD_GATEWAY]

    @property
    def gift_cards_sold(self) -> int:
        """How many gift cards its lines may have issued: none before it is paid or anything of it fulfilled."""
        header = self.header
        if header.display_fulfillment_status == UNFULFILLED and header.display_financial_status in UNPAID:
            return 0
        return sum(line.quantity for line in header.line_items.nodes if line.is_gift_card)

    @property
    def is_b2b(self) -> bool:
        return isinstance(self.header.purchasing_entity, PurchasingCompany)

    @property
    def company_location_id(self) -> str | None:
        """Through which location a company bought, as far as it is told."""
        entity = self.header.purchasing_entity
        location = entity.location if isinstance(entity, PurchasingCompany) else None
        # A location without an id is none that could be read.
        return (location.id or None) if location else None

    def keep(self, part: str, raw: bytes) -> None:
        """Keep an answer that came beside the order's own, for the record."""
        self.reader.pages.setdefault(part, []).append(raw)

    def parts(self) -> OrderParts:
        return OrderParts(
            header=self.header,
            refunds=[self.refunds[reference.id] for reference in self.header.refunds],
            fulfilments=self.fulfilments,
            returns=self.returns,
            gift_cards=self.gift_cards,
            cards=tuple(self.cards.values()),
            company_location=self.company_location,
            unknown=tuple(sorted(self.unknown)),
        )

    def record(self) -> bytes:
        """The raw answers that the order was made of, as one JSON object: the order, and beside it what was
        read on its own.
        """
        if not self.reader.pages:
            return b'{"order":' + self.raw + b"}"
        rest = b",".join(
            b'"' + name.encode() + b'":[' + b",".join(pages) + b"]" for name, pages in self.reader.pages.items()
        )
        return b'{"order":' + self.raw + b',"parts":{' + rest + b"}}"
