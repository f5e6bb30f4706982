"""Reading a connection to its end, page by page, with every way in which pages can lie noticed (B7).

Pages of one order belong together only while the order does not change; a change is reported, not papered over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from app.adapters.shopify.answers.money import Page, PageInfo
from app.adapters.shopify.answers.pages import PageAnswer
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import ACCESS_DENIED, ErrorEntry, in_its_words
from app.adapters.shopify.failures import AnswerUnreadablyLarge, ExecutionFailed, PageTooDear
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.ports.errors import ScopeMissing, StoreRefused
from app.ports.store_gateway import StoreRef

Item = TypeVar("Item")

NOT_ALLOWED: Final = "access_denied"
MOST_PAGES: Final = 1000
"""Of one list: 250,000 parts, ten times what Shopify lets anybody page through."""


class OrderMoved(Exception):
    """The order changed, or went away, while its parts were being read."""


class PartUnreadable(Exception):
    """A part of an order cannot be read, so the order cannot."""

    def __init__(self, detail: str, *, code: str, retryable: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.retryable = retryable


def unreadable(errors: tuple[ErrorEntry, ...]) -> PartUnreadable:
    """What errors beside the data mean for the order they name."""
    denied = any(error.code == ACCESS_DENIED for error in errors)
    named = ", ".join(sorted({_field(error) for error in errors} - {""}))
    detail = f"Shopify left out {named or 'a part of the order'}: {in_its_words(errors)}"
    return PartUnreadable(detail, code=NOT_ALLOWED if denied else "answered_in_part", retryable=not denied)


def _field(error: ErrorEntry) -> str:
    return ".".join(str(step) for step in (error.path or [])[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReader:
    """Fills up the lists of one order; keeps the raw pages for the record."""

    transport: ShopifyTransport
    store: StoreRef
    updated_at: datetime
    """When the order was last changed as its reading began."""
    pages: dict[str, list[bytes]] = field(default_factory=dict)

    async def fill(self, page: Page[Item], document: Document[PageAnswer[Item]], owner: str) -> list[Item]:
        """Append to the page's list what lies behind it, and return that. Raises OrderMoved, PartUnreadable."""
        known = len(page.nodes)
        info, size = page.page_info, document.sizes[0]
        seen: set[str] = set()
        while info.has_next_page:
            cursor = self._next_cursor(info, seen, document)
            answer, size = await self._page(document, size, {"id": owner, "after": cursor})
            self.pages.setdefault(document.file, []).append(answer.raw)
            found = self._checked(answer)
            page.nodes.extend(found.nodes)
            info = found.page_info
        if seen:
            _check_told_once(page.nodes)
        return page.nodes[known:]

    def check_unmoved(self, updated_at: datetime | None) -> None:
        """A part that states another last change belongs to another order than the one begun."""
        if updated_at is not None and updated_at != self.updated_at:
            raise OrderMoved

    def _checked(self, answer: Answer[PageAnswer[Item]]) -> Page[Item]:
        if answer.errors:
            raise unreadable(answer.errors)
        node = answer.data.node
        if node is None:
            raise OrderMoved
        self.check_unmoved(node.order_updated_at)
        return node.page

    def _next_cursor(self, info: PageInfo, seen: set[str], document: Document[PageAnswer[Item]]) -> str:
        cursor = info.end_cursor
        if cursor is None or cursor in seen or len(seen) >= MOST_PAGES:
            detail = f"The pages of {document.operation} do not end: Shopify repeats a cursor, or gives none."
            raise PartUnreadable(detail, code="endless_pages", retryable=True)
        seen.add(cursor)
        return cursor

    async def _page(
        self, document: Document[PageAnswer[Item]], size: PageSize, variables: Mapping[str, object]
    ) -> tuple[Answer[PageAnswer[Item]], PageSize]:
        while True:
            try:
                return await self.transport.execute(self.store, document, variables, size=size), size
            except (PageTooDear, AnswerUnreadablyLarge) as trouble:
                smaller = document.smaller(size)
                if smaller is None:
                    raise PartUnreadable(trouble.detail, code=trouble.code, retryable=False) from trouble
                size = smaller
            except ScopeMissing:
                raise
            except (StoreRefused, ExecutionFailed) as trouble:
                # The store answers, so it is this page: a cursor that is no longer good, or a part that cannot be told.
                raise PartUnreadable(trouble.detail, code=trouble.code, retryable=True) from trouble


def _check_told_once(nodes: Sequence[object]) -> None:
    """What two pages tell has moved between them, and something else may have slipped through."""
    ids = [identifier for node in nodes if (identifier := getattr(node, "id", None)) is not None]
    if len(set(ids)) < len(ids):
        raise OrderMoved
