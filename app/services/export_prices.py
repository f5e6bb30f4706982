"""The task ``sync_prices``: prices of items that are products, as they changed since they were last sent (P70, PRD-11).

Setting a price twice comes to the same, so nothing is noted before; what nobody knows the end of is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.identifiers import ShopifyId
from app.domain.products import ItemPrice, fingerprint, price_of
from app.ports.product_gateway import ChangeOutcome, Declined, PriceDraft
from app.ports.repositories.products import ExportOutcome, ExportPart, ItemToExport
from app.services.item_exports import ItemExports, Outgoing
from app.services.tasks import RunContext

NOTHING_TOLD = ItemPrice()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prices:
    """The prices of an item's linked variants."""

    source: ItemToExport
    prices: tuple[tuple[ShopifyId, ItemPrice], ...]
    sent: str


class ExportPrices:
    def __init__(self, exports: ItemExports) -> None:
        self._exports = exports

    async def __call__(self, run: RunContext) -> None:
        """``counts``: items ``unchanged``, ``updated``, ``skipped``, and ``without_price`` or link or both."""
        of = await self._exports.outgoing(run)
        if of is None:
            return
        async for page in self._exports.pages(of):
            changed: list[_Prices] = []
            for item in page:
                wanted = _wanted(of, item)
                if not wanted.prices:
                    await run.count("without_price")
                elif _is_sent(item, wanted):
                    await run.count("unchanged")
                else:
                    changed.append(wanted)
            await self._send(of, changed)

    async def _send(self, of: Outgoing, changed: Sequence[_Prices]) -> None:
        drafts = await self._drafts(of, changed)
        if not drafts:
            return
        outcomes: list[ExportOutcome] = []
        places = list(drafts)
        under = of.undertaking([each.sent for each in changed])
        async for place, outcome in self._exports.gateway.set_prices(of.store, list(drafts.values()), under):
            outcomes.append(_ended(changed[places[place]], outcome))
        await of.run.count("updated", sum(each.error_code is None for each in outcomes))
        await self._exports.keep(of, outcomes)

    async def _drafts(self, of: Outgoing, changed: Sequence[_Prices]) -> dict[int, PriceDraft]:
        """By place."""
        products = await self._exports.products_of(of, [each.source for each in changed])
        drafts: dict[int, PriceDraft] = {}
        for place, each in enumerate(changed):
            product = products.get(each.source.item.no)
            if product is not None:
                drafts[place] = PriceDraft(product_id=product, prices=each.prices)
        return drafts


def _wanted(of: Outgoing, item: ItemToExport) -> _Prices:
    prices = [
        (variant, price_of(item.item, code, item.prices, shop_id=of.shop.id)) for variant, code in item.links.items()
    ]
    told = tuple(sorted(((variant, price) for variant, price in prices if price != NOTHING_TOLD), key=str))
    return _Prices(source=item, prices=told, sent=fingerprint(told))


def _is_sent(item: ItemToExport, wanted: _Prices) -> bool:
    state = item.part(ExportPart.PRICES)
    return state.sent == wanted.sent and state.error_code is None


def _ended(prices: _Prices, outcome: ChangeOutcome) -> ExportOutcome:
    if outcome is None:
        return ExportOutcome(item_no=prices.source.item.no, part=ExportPart.PRICES, sent=prices.sent)
    code = outcome.code if isinstance(outcome, Declined) else "outcome_unknown"
    return ExportOutcome(
        item_no=prices.source.item.no, part=ExportPart.PRICES, error_code=code, error_detail=outcome.detail
    )
