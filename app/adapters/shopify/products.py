"""The ProductGateway of Shopify: products found, looked at, made and changed, few one by one, many in one operation."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec

from app.adapters.shopify.answers.products import (
    BulkLineAnswer,
    CodedErrorAnswer,
    FoundVariantAnswer,
    ProductAnswer,
    ProductPayload,
)
from app.adapters.shopify.bulk_changes import FROM, BulkChanges
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.failures import PageTooDear
from app.adapters.shopify.listing import ListingWalk
from app.adapters.shopify.mutations import mutated
from app.adapters.shopify.node_reading import read_nodes
from app.adapters.shopify.points import Priority
from app.adapters.shopify.product_catalogue import (
    DISCOVERED_VARIANTS_PAGE,
    PRODUCT_BY_HANDLE,
    PRODUCT_PICTURES_SET,
    PRODUCT_SET,
    PRODUCT_VARIANTS_PAGE,
    PRODUCT_VARIANTS_UPDATE,
    PRODUCTS_CHANGED,
    PRODUCTS_WHOLE,
    VARIANTS_BY_CODE,
    VARIANTS_BY_ID,
)
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.staged_uploads import FileToStage, staged
from app.adapters.shopify.translators import products as told
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.products import DiscoveredProduct
from app.ports.errors import OutcomeUnknown, StoreDeclined, StoreRefused, StoreUnavailable
from app.ports.product_gateway import (
    Declined,
    FoundVariant,
    InDoubt,
    Picture,
    PriceDraft,
    PriceOutcome,
    ProductDraft,
    ProductOutcome,
    StoreProduct,
    Undertaking,
)
from app.ports.store_gateway import OrderListing, StoreRef

WRITE_PRODUCTS: Final = "write_products"
CODES_AT_ONCE: Final = 40
NO_RESULT: Final = "Shopify told no result of this change."
_PRODUCT: Final = msgspec.json.Decoder(ProductAnswer)
_FOUND: Final = msgspec.json.Decoder(FoundVariantAnswer)

Done = ShopifyId | Declined | InDoubt


class ShopifyProducts:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes, http: httpx.AsyncClient) -> None:
        self._transport = transport
        self._scopes = scopes
        self._http = http
        self._bulk = BulkChanges(transport, http)

    async def may_write(self, store: StoreRef) -> bool:
        return WRITE_PRODUCTS in await self._scopes.of(store)

    async def find(
        self, store: StoreRef, *, skus: Collection[str], barcodes: Collection[str]
    ) -> Sequence[FoundVariant]:
        terms = [f"sku:{_quoted(each)}" for each in sorted(skus)]
        terms += [f"barcode:{_quoted(each)}" for each in sorted(barcodes)]
        found: dict[ShopifyId, FoundVariant] = {}
        for start in range(0, len(terms), CODES_AT_ONCE):
            query, after = " OR ".join(terms[start : start + CODES_AT_ONCE]), None
            while True:
                page = (await self._asked(store, VARIANTS_BY_CODE, {"query": query, "after": after})).data
                found |= {shopify_id(each.id): told.found_variant(each) for each in page.product_variants.nodes}
                after = page.product_variants.page_info.end_cursor
                if not page.product_variants.page_info.has_next_page:
                    break
        # The search is by words; what it finds beside the very code is not meant.
        codes = {each.casefold() for each in (*skus, *barcodes)}
        return [each for each in found.values() if {each.sku.casefold(), each.barcode.casefold()} & codes]

    async def of_variants(self, store: StoreRef, variants: Sequence[ShopifyId]) -> Sequence[FoundVariant]:
        gids = [told.variant_gid(each) for each in variants]
        outcomes = await read_nodes(self._transport, store, VARIANTS_BY_ID, gids)
        return [told.found_variant(_FOUND.decode(each.raw)) for each in outcomes if each.raw is not None]

    async def look_at(self, store: StoreRef, products: Sequence[ShopifyId]) -> Sequence[StoreProduct | None]:
        gids = [told.product_gid(each) for each in products]
        outcomes = await read_nodes(self._transport, store, PRODUCTS_WHOLE, gids)
        seen: list[StoreProduct | None] = []
        for each in outcomes:
            if each.errors:
                raise StoreRefused(f"Shopify cannot show a product: {in_its_words(each.errors)}")
            seen.append(None if each.raw is None else await self._whole(store, _PRODUCT.decode(each.raw)))
        return seen

    async def _whole(self, store: StoreRef, answer: ProductAnswer) -> StoreProduct:
        """With all of its variants."""
        while answer.variants.page_info.has_next_page:
            variables = {"id": answer.id, "after": answer.variants.page_info.end_cursor}
            page = (await self._asked(store, PRODUCT_VARIANTS_PAGE, variables)).data.product
            if page is None:
                break
            answer.variants.nodes += page.variants.nodes
            answer.variants.page_info = page.variants.page_info
        return told.store_product(answer)

    async def by_handle(self, store: StoreRef, handle: str) -> StoreProduct | None:
        answer = await self._asked(store, PRODUCT_BY_HANDLE, {"handle": handle})
        found = answer.data.product_by_identifier
        return None if found is None else (await self.look_at(store, [shopify_id(found.id)]))[0]

    async def put(
        self, store: StoreRef, drafts: Sequence[ProductDraft], undertaking: Undertaking
    ) -> AsyncIterator[tuple[int, ProductOutcome]]:
        done = await self._changed(store, PRODUCT_SET, list(map(told.product_variables, drafts)), undertaking)
        coded = {
            place: told.codes_variables(drafts[place], made)
            for place, made in done.items()
            if drafts[place].codes and isinstance(made, str)
        }
        if coded:
            outcomes = await self._changed(store, PRODUCT_VARIANTS_UPDATE, list(coded.values()), undertaking)
            done |= {place: outcomes[nth] for nth, place in enumerate(coded)}
        made = {place: each for place, each in done.items() if isinstance(each, str)}
        seen = dict(zip(made, await self.look_at(store, list(made.values())), strict=True))
        for place, outcome in done.items():
            if isinstance(outcome, str):
                yield place, seen[place] or InDoubt(detail="The product was gone right after it was changed.")
            else:
                yield place, outcome

    async def set_prices(
        self, store: StoreRef, drafts: Sequence[PriceDraft], undertaking: Undertaking
    ) -> AsyncIterator[tuple[int, PriceOutcome]]:
        changes = list(map(told.price_variables, drafts))
        done = await self._changed(store, PRODUCT_VARIANTS_UPDATE, changes, undertaking)
        for place, outcome in done.items():
            yield place, None if isinstance(outcome, str) else outcome

    async def _changed(
        self,
        store: StoreRef,
        document: Document[Any],
        changes: Sequence[Mapping[str, Any]],
        undertaking: Undertaking,
    ) -> dict[int, Done]:
        """What came of each change, by its place."""
        if len(changes) < FROM:
            return {place: await self._one(store, document, each) for place, each in enumerate(changes)}
        try:
            lines = await self._bulk.results(
                store, document, changes, mark=undertaking.mark, cancelled=undertaking.cancelled
            )
        except OutcomeUnknown as lost:
            return {place: InDoubt(detail=lost.detail) for place in range(len(changes))}
        return {place: _of_line(document, lines.get(place)) for place in range(len(changes))}

    async def _one(self, store: StoreRef, document: Document[Any], variables: Mapping[str, Any]) -> Done:
        try:
            answer = await self._transport.execute(store, document, variables, priority=Priority.CATCH_UP)
        except StoreUnavailable as lost:
            if lost.outcome_known:
                raise
            return InDoubt(detail=lost.detail)
        return _meant(_payload(answer.data), in_its_words(answer.errors) if answer.errors else "")

    async def put_pictures(
        self, store: StoreRef, product: ShopifyId, pictures: Sequence[Picture]
    ) -> Sequence[str] | Declined:
        fresh = [each for each in pictures if each.file_id is None]
        files = [
            FileToStage(resource="IMAGE", filename=each.filename, mime_type=each.mime_type, content=each.content)
            for each in fresh
        ]
        addresses = iter(await staged(self._transport, self._http, store, files) if files else ())
        given = [
            {"id": each.file_id, "alt": each.alt}
            if each.file_id is not None
            else {"originalSource": next(addresses).address, "alt": each.alt, "contentType": "IMAGE"}
            for each in pictures
        ]
        variables = {"identifier": {"id": told.product_gid(product)}, "input": {"files": given}}
        try:
            done = await mutated(
                self._transport, store, PRODUCT_PICTURES_SET, variables, payload=lambda data: data.product_set
            )
        except StoreDeclined as refusal:
            return Declined(detail=refusal.detail)
        if done.product is None:
            raise StoreRefused("Shopify changed no product and gave no reason.")
        return [each.id for each in done.product.media.nodes]

    async def changed_since(
        self, store: StoreRef, since: datetime | None
    ) -> AsyncIterator[tuple[datetime, Sequence[DiscoveredProduct]]]:
        walk = ListingWalk(
            self._transport,
            store,
            OrderListing(updated_since=since),
            PRODUCTS_CHANGED,
            lambda data: data.products,
            what="products",
            terms="gift_card:false",
        )
        async for page in walk.pages():
            for each in page:
                while each.variants.page_info.has_next_page:
                    asked = {"id": each.id, "after": each.variants.page_info.end_cursor}
                    more = (await self._asked(store, DISCOVERED_VARIANTS_PAGE, asked)).data.product
                    if more is None:
                        break
                    each.variants.nodes += more.variants.nodes
                    each.variants.page_info = more.variants.page_info
            yield page[-1].updated_at, [told.discovered_product(each) for each in page if not each.is_gift_card]

    async def _asked(self, store: StoreRef, document: Document[Any], variables: Mapping[str, Any]) -> Answer[Any]:
        """With a smaller page where one is too dear. Raises StoreRefused when a part is missing."""
        size: PageSize | None = document.sizes[0]
        while size is not None:
            try:
                answer = await self._transport.execute(store, document, variables, size=size)
            except PageTooDear:
                size = document.smaller(size)
                continue
            if answer.errors:
                raise StoreRefused(f"Shopify answered in part: {in_its_words(answer.errors)}")
            return answer
        raise StoreRefused("Shopify calls even the smallest page of products too dear.")


def _payload(data: Any) -> ProductPayload | None:
    """The payload of either of the mutations."""
    found = getattr(data, "product_set", None) or getattr(data, "product_variants_bulk_update", None)
    return found if isinstance(found, ProductPayload) else None


def _of_line(document: Document[Any], line: BulkLineAnswer | None) -> Done:
    if line is None:
        return InDoubt(detail=NO_RESULT)
    said = " · ".join(bytes(each).decode(errors="replace")[:200] for each in line.errors or ())
    if bytes(line.data) == b"null":
        return Declined(detail=said or NO_RESULT)
    return _meant(_payload(document.decoded(line.data)), said)


def _meant(payload: ProductPayload | None, said: str) -> Done:
    if payload is not None and payload.user_errors:
        return _declined(payload.user_errors)
    if payload is None or payload.product is None:
        return Declined(detail=said or NO_RESULT)
    return shopify_id(payload.product.id)


def _declined(errors: Sequence[CodedErrorAnswer]) -> Declined:
    words = " · ".join(each.message for each in errors)[:300]
    return Declined(detail=words, codes=tuple(each.code for each in errors if each.code))


def _quoted(code: str) -> str:
    """A code as one word of a search."""
    return "'" + code.replace("\\", "\\\\").replace("'", "\\'") + "'"
