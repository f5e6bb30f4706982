"""Listing what changed at a store, oldest change first, to the end; a page that fails or repeats raises,
nothing is skipped.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Generic, Protocol, TypeVar

from app.adapters.shopify.answers.money import Page
from app.adapters.shopify.answers.stores import ListedOrderAnswer, OrdersAnswer, OrderSumAnswer
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.failures import PageTooDear
from app.adapters.shopify.points import Priority
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.domain.completeness import OrderSum, RefundSum
from app.domain.identifiers import shopify_id
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import ListedOrder, OrderListing, StoreRef

WINDOW_PAGES: Final = 80
"""Pages by one cursor, before the listing goes on from the last change seen: Shopify ends a cursor after
25,000 objects.
"""

MOST_PAGES: Final = 20_000


def search_text(listing: OrderListing, since: datetime | None) -> str:
    """The listing in Shopify's search syntax. Values are quoted for their colons, and in UTC, or they would be
    misread.
    """
    terms = []
    if since is not None:
        terms.append(f"updated_at:>='{instant(since)}'")
    if listing.created_from is not None:
        terms.append(f"created_at:>='{instant(listing.created_from)}'")
    if listing.created_to is not None:
        terms.append(f"created_at:<='{instant(listing.created_to)}'")
    if listing.open_only:
        terms.append("status:open")
    return " ".join(terms)


def instant(moment: datetime) -> str:
    """UTC to the second, as Shopify keeps it; the fraction is cut, so that no bound excludes what it should include."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Listed(Protocol):
    id: str
    updated_at: datetime


Data = TypeVar("Data")
One = TypeVar("One", bound=_Listed)


def orders_of(answer: OrdersAnswer[One]) -> Page[One]:
    return answer.orders


class ListingWalk(Generic[Data, One]):
    """One walk through a listing, by a document that asks of each record at least its id and its change time.
    ``page_of`` finds the page in an answer; ``what`` is listed, in words; ``terms`` narrow the search besides.
    """

    def __init__(
        self,
        transport: ShopifyTransport,
        store: StoreRef,
        listing: OrderListing,
        document: Document[Data],
        page_of: Callable[[Data], Page[One]],
        *,
        what: str = "orders",
        terms: str = "",
    ) -> None:
        self._transport = transport
        self._document = document
        self._page_of = page_of
        self._what = what
        self._terms = terms
        self._store = store
        self._listing = listing
        self._since = listing.updated_since
        self._cursor: str | None = None
        self._cursors: set[str] = set()
        self._last: datetime | None = None
        self._told_at_last: set[tuple[str, datetime]] = set()
        self._size: PageSize = document.sizes[0]

    async def pages(self) -> AsyncIterator[Sequence[One]]:
        """Pages of records. One that changes meanwhile moves to the end and may come twice."""
        for number in range(1, MOST_PAGES + 1):
            page = self._page_of((await self._page()).data)
            told = {(each.id, each.updated_at): each for each in page.nodes}
            found = [each for key, each in told.items() if key not in self._told_at_last]
            self._remember(found)
            if found:
                yield found
            if not page.page_info.has_next_page:
                return
            if number % WINDOW_PAGES == 0 and self._last is not None and self._last != self._since:
                self._since, self._cursor = self._last, None
                self._cursors.clear()
            else:
                self._advance(page.page_info.end_cursor)
        raise self._endless()

    def _remember(self, found: Sequence[One]) -> None:
        """Keep the records told for the second of the last change, where a new cursor would begin with them again."""
        for each in found:
            second = each.updated_at.replace(microsecond=0)
            if self._last is None or second > self._last:
                self._last = second
                self._told_at_last.clear()
            self._told_at_last.add((each.id, each.updated_at))

    def _advance(self, cursor: str | None) -> None:
        if cursor is None or cursor in self._cursors:
            raise self._endless()
        self._cursors.add(cursor)
        self._cursor = cursor

    async def _page(self) -> Answer[Data]:
        query = f"{self._terms} {search_text(self._listing, self._since)}".strip()
        variables = {"query": query, "after": self._cursor}
        try:
            answer = await self._transport.execute(
                self._store, self._document, variables, size=self._size, priority=Priority.CATCH_UP
            )
        except PageTooDear:
            smaller = self._document.smaller(self._size)
            if smaller is None:
                raise
            self._size = smaller
            return await self._page()
        if answer.errors:
            raise StoreUnavailable(f"Shopify listed the {self._what} only in part: {in_its_words(answer.errors)}")
        if answer.search_warnings:
            fields = ", ".join(sorted({warning.field or warning.message for warning in answer.search_warnings}))
            raise StoreRefused(
                f"Shopify ignored a part of the search ({fields}) and would list other {self._what} than asked for.",
                code="search_ignored",
            )
        return answer

    def _endless(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"The pages of the listing of {self._what} do not end: Shopify repeats a cursor, or gives none."
        )


def listed(answer: ListedOrderAnswer) -> ListedOrder:
    return ListedOrder(
        shopify_id=shopify_id(answer.id),
        name=answer.name,
        created_at=answer.created_at,
        updated_at=answer.updated_at,
        closed=answer.closed,
        cancelled=answer.cancelled_at is not None,
        test=answer.test,
        financial_status=answer.display_financial_status.lower() if answer.display_financial_status else None,
        fulfilment_status=answer.display_fulfillment_status.lower(),
    )


def summed(answer: OrderSumAnswer) -> OrderSum:
    refunds = (
        RefundSum(
            shopify_id=shopify_id(each.id),
            created_at=each.created_at or answer.updated_at,
            refunded=each.total_refunded_set.shop_money.amount,
        )
        for each in answer.refunds
    )
    return OrderSum(
        shopify_id=shopify_id(answer.id),
        name=answer.name,
        created_at=answer.created_at,
        updated_at=answer.updated_at,
        closed=answer.closed,
        amount=answer.current_total_price_set.shop_money.amount,
        refunds=tuple(refunds),
    )
