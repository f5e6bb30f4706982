"""The ProductGateway of Shopify: products found, looked at, made and changed, few one by one, many in one operation."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from app.adapters.shopify.answers.products import (
    FoundVariantAnswer,
    ProductAnswer,
)
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.failures import PageTooDear
from app.adapters.shopify.listing import ListingWalk
from app.adapters.shopify.node_reading import read_nodes
from app.adapters.shopify.product_catalogue import (
    DISCOVERED_VARIANTS_PAGE,
    PRODUCT_BY_HANDLE,
    PRODUCT_SET,
    PRODUCT_VARIANTS_PAGE,
    PRODUCT_VARIANTS_UPDATE,
    PRODUCTS_CHANGED,
    PRODUCTS_WHOLE,
    VARIANTS_BY_CODE,
    VARIANTS_BY_ID,
)
from app.adapters.shopify.product_changes import ProductChanges, without_id
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators import products as told
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.products import DiscoveredProduct
from app.ports.errors import StoreRefused
from app.ports.product_gateway import (
    ChangeOutcome,
    FoundVariant,
    InDoubt,
    PriceDraft,
    ProductDraft,
    ProductOutcome,
    StoreProduct,
    Undertaking,
)
from app.ports.store_gateway import OrderListing, StoreRef

WRITE_PRODUCTS: Final = "write_products"
CODES_AT_ONCE: Final = 40
_PRODUCT: Final = msgspec.json.Decoder(ProductAnswer)
_FOUND: Final = msgspec.json.Decoder(FoundVariantAnswer)


class ShopifyProducts:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes, changes: ProductChanges) -> None:
        self._transport = transport
        self._scopes = scopes
        self.changes = changes

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
        done = await self.changes.each(store, PRODUCT_SET, list(map(told.product_variables, drafts)), undertaking)
        coded = {
            place: told.codes_variables(drafts[place], made)
            for place, made in done.items()
            if drafts[place].codes and isinstance(made, str)
        }
        if coded:
            outcomes = await self.changes.each(store, PRODUCT_VARIANTS_UPDATE, list(coded.values()), undertaking)
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
    ) -> AsyncIterator[tuple[int, ChangeOutcome]]:
        changes = list(map(told.price_variables, drafts))
        done = await self.changes.each(store, PRODUCT_VARIANTS_UPDATE, changes, undertaking)
        for place, outcome in done.items():
            yield place, without_id(outcome)

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


def _quoted(code: str) -> str:
    """A code as one word of a search."""
    return "'" + code.replace("\\", "\\\\").replace("'", "\\'") + "'"
