"""What the ERP says its items cost, kept for the shops it is said for."""

from app.domain.access import Access
from app.domain.products import ItemPrice, PriceKey
from app.ports.clock import Clock
from app.ports.errors import FieldError, InvalidInput
from app.ports.repositories.products import ToldPrice
from app.ports.unit_of_work import UnitOfWorkFactory


class ItemPrices:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def tell(
        self, access: Access, item_no: str, variant_code: str, price: ItemPrice, *, shop: str | None
    ) -> bool:
        """Keep a price; whether there was none. Raises InvalidInput for a shop that there is not, or is not seen."""
        async with self._uow() as uow:
            shop_id = ""
            if shop is not None:
                of = await uow.runs.shop(shop, access.shops)
                if of is None:
                    detail = f"There is no shop {shop!r}, or none that this key may see."
                    error = FieldError(pointer="/shop", code="unknown_shop", detail=detail)
                    raise InvalidInput(detail, errors=[error], code="unknown_shop")
                shop_id = of.id
            told = ToldPrice(item_no=item_no, key=PriceKey(variant_code, shop_id), price=price)
            made = await uow.products.tell_price(told, now=self._clock.now())
            await uow.commit()
        return made
