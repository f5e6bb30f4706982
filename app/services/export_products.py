"""Items to products: what changed since it was last sent, made or changed at the store, linked, and noted (P70).

Whoever takes over after a crash finds each item as it was last noted. Changing a product twice comes to the same; of
one whose making was begun it looks first, by the handle that was noted before (decision 46).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.catalogue import Item
from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.product_matching import matched, product_to_adopt
from app.domain.products import (
    NotAProduct,
    WantedProduct,
    codes_to_find,
    fingerprint,
    price_of,
    product_of,
)
from app.ports.product_gateway import Declined, InDoubt, ProductDraft, ProductOutcome, StoreProduct, VariantDraft
from app.ports.repositories.products import ExportOutcome, ExportPart, ItemToExport
from app.services.item_exports import ITEMS_AT_ONCE, ItemExports, Outgoing
from app.services.tasks import RunContext

DELETED = "product_deleted"
DELETED_DETAIL = (
    "The product was deleted at Shopify. Ask for the item by POST /v1/shops/{shop}/exports/items to make it anew."
)
HANDLE_TAKEN = "HANDLE_NOT_UNIQUE"
IN_DOUBT = "outcome_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """An item on its way: what it is to be, the product that it is (None = to be made), and whose that is."""

    source: ItemToExport
    wanted: WantedProduct
    sent: str
    product: StoreProduct | None = None
    adopted: bool = False

    @property
    def no(self) -> str:
        return self.source.item.no


class ExportProducts:
    def __init__(self, exports: ItemExports) -> None:
        self._exports = exports
        self._gateway = exports.gateway

    async def __call__(self, run: RunContext) -> None:
        """``counts``: items ``unchanged``, ``created``, ``updated``, ``adopted`` and ``skipped``."""
        of = await self._exports.outgoing(run)
        if of is None:
            return
        waiting: list[_Sending] = []
        async for page in self._exports.pages(of):
            looked = [self._changed(of, item) for item in page]
            changed = [each for each in looked if each is not None]
            await run.count("unchanged", len(page) - len(changed))
            await self._skip(of, [each for each in changed if isinstance(each, ExportOutcome)])
            waiting += [each for each in changed if isinstance(each, _Sending)]
            if len(waiting) >= ITEMS_AT_ONCE:
                await self._send(of, waiting)
                waiting = []
        if not run.cancelled:
            await self._send(of, waiting)

    def _changed(self, of: Outgoing, item: ItemToExport) -> _Sending | ExportOutcome | None:
        """None = it stands at the store as it is, or was deleted there and nobody asked for it again."""
        state = item.part(ExportPart.PRODUCT)
        if state.error_code == DELETED and of.named is None:
            return None
        exists = bool(item.product_id or item.links)
        wanted = product_of(item.item, of.shop.settings.items, exists=exists)
        if isinstance(wanted, NotAProduct):
            return _skipped(item.item.no, wanted)
        sent = _as_sent(of, item.item)
        if state.sent == sent and state.error_code is None and item.product_id and of.named is None:
            return None
        return _Sending(source=item, wanted=wanted, sent=sent, adopted=state.adopted)

    async def _skip(self, of: Outgoing, outcomes: Sequence[ExportOutcome]) -> None:
        await self._exports.keep(of, outcomes)

    async def _send(self, of: Outgoing, sendings: Sequence[_Sending]) -> None:
        drafts: list[tuple[_Sending, ProductDraft]] = []
        skipped: list[ExportOutcome] = []
        for each in await self._located(of, sendings):
            draft = each if isinstance(each, ExportOutcome) else self._draft(of, each)
            if isinstance(draft, ExportOutcome):
                skipped.append(draft)
            elif isinstance(each, _Sending):
                drafts.append((each, draft))
        await self._skip(of, skipped)
        begun = {each.no: draft.handle for each, draft in drafts if draft.handle is not None}
        if begun:
            await self._exports.begin(of.shop.id, begun)
        if not drafts:
            return
        outcomes: list[ExportOutcome] = []
        links: list[StoreVariantLink] = []
        under = of.undertaking([(each.no, each.sent) for each, _ in drafts])
        async for place, outcome in self._gateway.put(of.store, [draft for _, draft in drafts], under):
            sending, draft = drafts[place]
            kept, made = await self._ended(of, sending, draft, outcome)
            outcomes += kept
            links += made
        await self._exports.keep(of, outcomes, links)

    async def _located(self, of: Outgoing, sendings: Sequence[_Sending]) -> Sequence[_Sending | ExportOutcome]:
        """Each with the product that it is at the store: known, linked, begun, or to be adopted."""
        unknown = [each for each in sendings if not each.source.product_id]
        known = {each.no: each.source.product_id for each in sendings if each.source.product_id}
        linked = {variant: each.no for each in unknown for variant in each.source.links}
        told: dict[str, set[ShopifyId]] = {}
        if linked:
            for found in await self._gateway.of_variants(of.store, list(linked)):
                told.setdefault(linked[found.shopify_id], set()).add(found.product_id)
        begun = {each.no: each.source.part(ExportPart.PRODUCT).handle for each in unknown if not each.source.links}
        made = {no: await self._gateway.by_handle(of.store, handle) for no, handle in begun.items() if handle}
        to_find = [each for each in unknown if each.no not in told and made.get(each.no) is None]
        skus, barcodes = codes_to_find(each.wanted for each in to_find)
        anywhere = await self._gateway.find(of.store, skus=skus, barcodes=barcodes) if skus or barcodes else ()
        places: dict[str, ShopifyId | NotAProduct | None] = dict(known)
        for each in to_find:
            places[each.no] = product_to_adopt(each.wanted, anywhere)
        for no, products in told.items():
            places[no] = _of_links(products)
        ids = sorted({place for place in places.values() if isinstance(place, str)})
        seen = dict(zip(ids, await self._gateway.look_at(of.store, ids), strict=True)) if ids else {}
        return [self._at(of, each, places.get(each.no), seen, made.get(each.no)) for each in sendings]

    def _at(
        self,
        of: Outgoing,
        sending: _Sending,
        place: ShopifyId | NotAProduct | None,
        seen: Mapping[ShopifyId, StoreProduct | None],
        made: StoreProduct | None,
    ) -> _Sending | ExportOutcome:
        if isinstance(place, NotAProduct):
            return _skipped(sending.no, place)
        if place is None and not sending.source.links:
            return replace(sending, product=made)
        product = seen[place] if place is not None else None
        if product is not None:
            return replace(sending, product=product, adopted=sending.adopted or not sending.source.product_id)
        if of.named is None:
            return replace(_skipped(sending.no, NotAProduct(reason=DELETED, detail=DELETED_DETAIL)), gone=True)
        anew = product_of(sending.source.item, of.shop.settings.items, exists=False)
        if isinstance(anew, NotAProduct):
            return _skipped(sending.no, anew)
        source = replace(sending.source, links={})
        return _Sending(source=source, wanted=anew, sent=sending.sent)

    def _draft(self, of: Outgoing, sending: _Sending) -> ProductDraft | ExportOutcome:
        product, wanted = sending.product, sending.wanted
        if product is not None and product.is_gift_card:
            detail = f"The product {product.shopify_id} is a gift card; no item is sent to it."
            return _skipped(sending.no, NotAProduct(reason="is_gift_card", detail=detail))
        places = matched(wanted, product.variants, sending.source.links) if product else {}
        if isinstance(places, NotAProduct):
            return _skipped(sending.no, places)
        drafts = [self._variant(of, sending, place, places) for place in range(len(wanted.variants))]
        if free := [each for each in drafts if each.shopify_id is None and each.price and each.price.price is None]:
            detail = f"{len(free)} of its variants have no price, and would be given away. Send POST /v1/prices/batch."
            return _skipped(sending.no, NotAProduct(reason="no_price", detail=detail))
        if product is None:
            return ProductDraft(wanted=wanted, handle=wanted.handle, options=wanted.options, variants=tuple(drafts))
        if sending.adopted:
            return _of_adopted(sending, product, drafts)
        return ProductDraft(
            wanted=wanted,
            shopify_id=product.shopify_id,
            options=wanted.options,
            variants=(*drafts, *_of_merchant(product, wanted, places, sending.source.links)),
        )

    def _variant(self, of: Outgoing, sending: _Sending, place: int, places: Mapping[str, ShopifyId]) -> VariantDraft:
        """Only a variant that is new is given its price here; afterwards sync_prices does."""
        variant = sending.wanted.variants[place]
        known = places.get(variant.code)
        source = sending.source
        price = None if known else price_of(source.item, variant.code, source.prices, shop_id=of.shop.id)
        return VariantDraft(
            shopify_id=known, options=variant.options, sku=variant.sku, barcode=variant.barcode, price=price
        )

    async def _ended(
        self, of: Outgoing, sending: _Sending, draft: ProductDraft, outcome: ProductOutcome
    ) -> tuple[list[ExportOutcome], list[StoreVariantLink]]:
        match outcome:
            case InDoubt():
                kept = _skipped(sending.no, NotAProduct(reason=IN_DOUBT, detail=outcome.detail))
                return [replace(kept, in_doubt=draft.handle is not None)], []
            case Declined(codes=codes) if HANDLE_TAKEN in codes and draft.handle is not None:
                return await self._found_again(of, sending, draft.handle, outcome)
            case Declined():
                return [_skipped(sending.no, NotAProduct(reason=outcome.code, detail=outcome.detail))], []
            case StoreProduct():
                await of.run.count(_what_happened(sending))
                return await self._noted(of, sending, draft, outcome)

    async def _found_again(
        self, of: Outgoing, sending: _Sending, handle: str, refusal: Declined
    ) -> tuple[list[ExportOutcome], list[StoreVariantLink]]:
        """Somebody made it meanwhile under this handle, which only this item has: a run that nobody saw the end of."""
        found = await self._gateway.by_handle(of.store, handle)
        places = matched(sending.wanted, found.variants, {}) if found else {}
        if found is None or isinstance(places, NotAProduct) or not places:
            return [_skipped(sending.no, NotAProduct(reason=refusal.code, detail=refusal.detail))], []
        known = ExportOutcome(item_no=sending.no, part=ExportPart.PRODUCT, store_product_id=found.shopify_id)
        await of.run.count("created")
        return [known], _links(sending, places)

    async def _noted(
        self, of: Outgoing, sending: _Sending, draft: ProductDraft, product: StoreProduct
    ) -> tuple[list[ExportOutcome], list[StoreVariantLink]]:
        places = matched(sending.wanted, product.variants, sending.source.links)
        if isinstance(places, NotAProduct):
            places = {}
        there = {each.shopify_id for each in product.variants}
        if dead := [variant for variant in sending.source.links if variant not in there]:
            await self._exports.unlink(of, sending.no, dead)
        outcomes = [
            ExportOutcome(
                item_no=sending.no,
                part=ExportPart.PRODUCT,
                store_product_id=product.shopify_id,
                adopted=sending.adopted,
                sent=sending.sent,
            )
        ]
        if sending.product is None:
            told = tuple((places[code], price) for code, price in _prices(draft, sending) if code in places)
            outcomes.append(
                ExportOutcome(item_no=sending.no, part=ExportPart.PRICES, sent=fingerprint(sorted(told, key=str)))
            )
        return outcomes, _links(sending, places)


def _as_sent(of: Outgoing, item: Item) -> str:
    """Of the product that it is afterwards: when it is made it is given a status besides, which people may change."""
    return fingerprint(product_of(item, of.shop.settings.items, exists=True))


def _prices(draft: ProductDraft, sending: _Sending) -> list[tuple[str, object]]:
    return [(variant.code, each.price) for variant, each in zip(sending.wanted.variants, draft.variants, strict=False)]


def _of_links(products: set[ShopifyId]) -> ShopifyId | NotAProduct:
    if len(products) == 1:
        return next(iter(products))
    detail = f"The links of this item lead to several products: {', '.join(sorted(products)[:10])}."
    return NotAProduct(reason="ambiguous_products", detail=detail)


def _of_adopted(
    sending: _Sending, product: StoreProduct, drafts: Sequence[VariantDraft]
) -> ProductDraft | ExportOutcome:
    """Options and further variants of a product that was there before us stay as they are."""
    missing = [
        variant.code for variant, draft in zip(sending.wanted.variants, drafts, strict=True) if draft.shopify_id is None
    ]
    if missing:
        detail = (
            f"The product {product.shopify_id} was not made by us and has no variant for {', '.join(missing[:10])} of"
            " the item. Add them at Shopify, with their SKU or barcode, or link them."
        )
        return _skipped(sending.no, NotAProduct(reason="variant_not_at_store", detail=detail))
    return ProductDraft(wanted=sending.wanted, shopify_id=product.shopify_id, codes=tuple(drafts))


def _of_merchant(
    product: StoreProduct, wanted: WantedProduct, places: Mapping[str, ShopifyId], links: Mapping[ShopifyId, str]
) -> list[VariantDraft]:
    """Variants that the merchant added to a product of ours stay. One that we linked and the ERP took back goes."""
    ours = {*places.values(), *links}
    said = {tuple(value for _, value in variant.options) for variant in wanted.variants}
    return [
        VariantDraft(shopify_id=each.shopify_id, options=each.options, is_ours=False)
        for each in product.variants
        if each.shopify_id not in ours
        and tuple(name for name, _ in each.options) == wanted.options
        and tuple(value for _, value in each.options) not in said
    ]


def _links(sending: _Sending, places: Mapping[str, ShopifyId]) -> list[StoreVariantLink]:
    return [
        StoreVariantLink(store_variant_id=variant, item_no=sending.no, variant_code=code or None)
        for code, variant in places.items()
    ]


def _what_happened(sending: _Sending) -> str:
    if sending.product is None:
        return "created"
    return "updated" if sending.source.product_id else "adopted"


def _skipped(item_no: str, why: NotAProduct) -> ExportOutcome:
    return ExportOutcome(item_no=item_no, part=ExportPart.PRODUCT, error_code=why.reason, error_detail=why.detail)
