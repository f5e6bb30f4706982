"""What the ERP says its items cost, kept for the shops, or for the price groups, that it is said for."""

from dataclasses import dataclass

from app.domain.access import Access
from app.domain.products import ItemPrice, PriceKey
from app.domain.store_catalogs import CatalogPriceKey
from app.ports.clock import Clock
from app.ports.errors import FieldError, InvalidInput
from app.ports.repositories.products import ToldPrice
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTold:
    """A price as the ERP tells it: in a shop's own currency, or for a price group in a currency of its own."""

    item_no: str
    variant_code: str
    price: ItemPrice
    shop: str | None = None
    price_group: str | None = None
    currency: str | None = None


class ItemPrices:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def tell(self, access: Access, told: PriceTold) -> bool:
        """Keep a price; whether there was none. Raises InvalidInput for a shop that there is not, or is not seen, and
        for what does not go together.
        """
        if errors := _contradictions(told):
            raise InvalidInput(errors[0].detail, errors=errors)
        async with self._uow() as uow:
            if told.price_group is None or told.currency is None:
                made = await self._of_shop(uow, access, told)
            else:
                key = CatalogPriceKey(told.price_group, told.currency, told.item_no, told.variant_code)
                price = None if told.price.price is None else told.price
                made = await uow.catalogs.tell_price(key, price, now=self._clock.now())
            await uow.commit()
        return made

    async def _of_shop(self, uow: UnitOfWork, access: Access, told: PriceTold) -> bool:
        shop_id = ""
        if told.shop is not None:
            of = await uow.runs.shop(told.shop, access.shops)
            if of is None:
                detail = f"There is no shop {told.shop!r}, or none that this key may see."
                error = FieldError(pointer="/shop", code="unknown_shop", detail=detail)
                raise InvalidInput(detail, errors=[error], code="unknown_shop")
            shop_id = of.id
        price = ToldPrice(item_no=told.item_no, key=PriceKey(told.variant_code, shop_id), price=told.price)
        return await uow.products.tell_price(price, now=self._clock.now())


def _contradictions(told: PriceTold) -> list[FieldError]:
    """What a price group takes, and what goes with none."""
    group = told.price_group is not None
    wrong = (
        ("currency", group and told.currency is None, "A price of a price group needs its currency."),
        (
            "currency",
            not group and told.currency is not None,
            "A price without a price group is in the shop's currency.",
        ),
        (
            "shop",
            group and told.shop is not None,
            "A price group holds in every shop; the catalog says which it is given.",
        ),
        (
            "unit_cost",
            group and told.price.unit_cost is not None,
            "What an item costs you does not depend on who buys.",
        ),
        (
            "price",
            group and told.price.price is None and told.price.compare_at_price is not None,
            "There is nothing to compare without a price.",
        ),
    )
    return [FieldError(pointer=f"/{name}", code="wrong_value", detail=detail) for name, is_so, detail in wrong if is_so]
