"""Reading lists of a store's own to their end: every page, or a refusal."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, Protocol, TypeVar

from app.adapters.shopify.answers.money import PageInfo
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import ACCESS_DENIED, in_its_words
from app.adapters.shopify.failures import AnswerUnreadablyLarge, ExecutionFailed, PageTooDear
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreRef

Data = TypeVar("Data")

_MOST_PAGES: Final = 1000


class HasPageInfo(Protocol):
    @property
    def page_info(self) -> PageInfo: ...


async def pages(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Data],
    page_of: Callable[[Data], HasPageInfo],
    given: Mapping[str, object] | None = None,
) -> AsyncIterator[Data]:
    """Every page of a list."""
    size, after, cursors = document.sizes[0], None, Cursors(document)
    while True:
        try:
            answer = await asked_whole(transport, store, document, {**(given or {}), "after": after}, size)
        except (PageTooDear, AnswerUnreadablyLarge):
            smaller = document.smaller(size)
            if smaller is None:
                raise
            size = smaller
            continue
        yield answer.data
        info = page_of(answer.data).page_info
        if not info.has_next_page:
            return
        after = cursors.next(info)


async def asked_whole(
    transport: ShopifyTransport,
    store: StoreRef,
    document: Document[Data],
    variables: Mapping[str, object],
    size: PageSize,
) -> Answer[Data]:
    """The whole answer, or a refusal: a part that is left out is not an empty one (B4)."""
    try:
        answer = await transport.execute(store, document, variables, size=size)
    except ExecutionFailed as failure:
        # The store answers, so it is this part that it cannot tell.
        raise StoreRefused(failure.detail, code=failure.code) from failure
    if answer.errors:
        denied = any(error.code == ACCESS_DENIED for error in answer.errors)
        code = "scope_missing" if denied else "answered_in_part"
        raise StoreRefused(f"Shopify answered only in part: {in_its_words(answer.errors)}", code=code)
    return answer


class Cursors:
    """The cursors of one list so far; one that comes twice would never end."""

    def __init__(self, document: Document[Data]) -> None:
        self._operation = document.operation
        self._seen: set[str] = set()

    def next(self, info: PageInfo) -> str:
        cursor = info.end_cursor
        if cursor is None or cursor in self._seen or len(self._seen) >= _MOST_PAGES:
            raise StoreUnavailable(
                f"The pages of {self._operation} do not end: Shopify repeats a cursor, or gives none."
            )
        self._seen.add(cursor)
        return cursor
