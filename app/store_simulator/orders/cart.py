"""Fills the cart of a generated order: which lines and charges, at which prices, with which taxes.

Lines come from the catalogue, except custom lines (no product) and tips (no product, named in the customer's language).
Each line's discounts and taxes are fixed here; the order around it is made in `checkout`.
"""

import random
from dataclasses import dataclass

from app.store_simulator.orders.catalogue import Catalogue, Merchandise
from app.store_simulator.orders.discounts import Discountable, Discounts
from app.store_simulator.orders.line_money import ODD_TIP_TITLES, refresh_line
from app.store_simulator.orders.markets import Market, Place, TaxRate
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, portion
from app.store_simulator.orders.nodes import ChildIds
from app.store_simulator.orders.options import GeneratorOptions, happens
from app.store_simulator.orders.people import ATTRIBUTES, CUSTOM_WORK, SHIPPING_TITLES
from app.store_simulator.orders.taxes import Liability, tax_lines


@dataclass(slots=True, kw_only=True)
class CartLine(Discountable):
    """A line before it is written."""

    title: str
    merchandise: Merchandise | None = None
    requires_shipping: bool = True
    rates: tuple[TaxRate, ...] = ()
    taxable: bool = True
    """Of the article, whether or not this order is taxed."""
    deleted: bool = False
    """Whether its product has been deleted since."""
    tip: bool = False


@dataclass(slots=True, kw_only=True)
class CartCharge(Discountable):
    """A shipping charge before it is written."""

    title: str
    code: str
    rates: tuple[TaxRate, ...] = ()


class Cart:
    """Draws the lines and charges of one order."""

    def __init__(
        self,
        *,
        rng: random.Random,
        options: GeneratorOptions,
        catalogue: Catalogue,
        currencies: Currencies,
        market: Market,
        place: Place,
        taxed: bool,
        at_till: bool,
    ) -> None:
        self._rng = rng
        self._options = options
        self._catalogue = catalogue
        self._currencies = currencies
        self._market = market
        self._standard = place.rates if taxed else ()
        self._reduced = (place.reduced or place.rates) if taxed else ()
        self._at_till = at_till
        self.discounts = Discounts(rng, currencies)
        self.lines: list[CartLine] = []
        self.charges: list[CartCharge] = []

    def fill(self) -> None:
        """Draw everything: goods, charges, discounts, and the tip last."""
        rng, options = self._rng, self._options
        self._draw_goods()
        if any(line.requires_shipping for line in self.lines) and not self._at_till:
            self._draw_charges()
        if rng.random() < options.free_orders:
            self.discounts.everything_free(self.lines, self.charges)
        else:
            if rng.random() < options.discounts:
                self.discounts.on_goods(self.lines)
            if happens(rng, options.given_away):
                self.discounts.one_for_nothing(self.lines)
            if rng.random() < options.shipping_discounts:
                self.discounts.on_shipping(self.charges)
        if rng.random() < options.tips * (3 if self._at_till else 1):
            self.lines.append(self._tip())

    def _draw_goods(self) -> None:
        rng, options = self._rng, self._options
        if rng.random() < options.gift_cards_sold:
            self.lines.append(self._gift_card())
            if rng.random() < 0.4:
                return
        goods, unlinked = self._catalogue.goods, self._catalogue.unlinked
        for _ in range(self._number_of_lines()):
            if rng.random() < options.custom_lines / 3:
                self.lines.append(self._custom_line())
            elif unlinked and rng.random() < options.unlinked_products / 3:
                self.lines.append(self._goods_line(rng.choice(unlinked)))
            else:
                self.lines.append(self._goods_line(rng.choice(goods)))

    def _number_of_lines(self) -> int:
        rng, (least, most) = self._rng, self._options.lines
        if least == most:
            return least
        draw = rng.random()
        if draw < self._options.long_tail and most > 50:
            return max(least, int(50 * (most / 50) ** rng.random()))
        drawn = rng.randint(1, 3) if draw < 0.62 else rng.randint(3, 9) if draw < 0.95 else rng.randint(9, 40)
        return min(max(drawn, least), most)

    def _converted(self, euro_cents: int) -> Amounts:
        """A price of the shop's own making, in its currency and the customer's."""
        return self._currencies.convert(Currencies("EUR", self._currencies.shop).convert(euro_cents).presentment)

    def _goods_line(self, merchandise: Merchandise) -> CartLine:
        rng, options = self._rng, self._options
        quantity = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 12)) if not self._at_till else 1
        taxable = not happens(rng, options.zero_rated)
        rates = self._reduced if merchandise.reduced_rate else self._standard
        return CartLine(
            title=merchandise.product["title"],
            merchandise=merchandise,
            price=ZERO if happens(rng, options.zero_prices) else self._price(merchandise),
            quantity=quantity,
            rates=rates if taxable else (),
            taxable=taxable,
            deleted=happens(rng, options.deleted_products),
        )

    def _price(self, merchandise: Merchandise) -> Amounts:
        catalogue, shop = self._catalogue.currency, self._currencies.shop
        if catalogue == shop:
            return self._currencies.convert(merchandise.price)
        return self._currencies.convert(Currencies(catalogue, shop).convert(merchandise.price).presentment)

    def _gift_card(self) -> CartLine:
        merchandise = self._rng.choice(self._catalogue.gift_cards)
        return CartLine(
            title=merchandise.product["title"],
            merchandise=merchandise,
            price=self._price(merchandise),
            quantity=self._rng.choice((1, 1, 1, 2)),
            eligible=False,
            requires_shipping=False,
            taxable=False,
        )

    def _custom_line(self) -> CartLine:
        return CartLine(
            title=self._rng.choice(CUSTOM_WORK),
            price=self._converted(self._rng.randint(5, 120) * 25),
            rates=self._standard,
            requires_shipping=self._rng.random() < 0.3,
        )

    def _tip(self) -> CartLine:
        worth = ZERO
        for line in self.lines:
            worth = worth + line.net
        least = self._converted(100)
        percent = self._rng.choice((5, 10, 15))
        tip = Amounts(
            max(portion(worth.shop, percent, 100), least.shop),
            max(portion(worth.presentment, percent, 100), least.presentment),
        )
        odd = happens(self._rng, self._options.odd_tip_names)
        title = self._rng.choice(ODD_TIP_TITLES) if odd else self._market.tip_word
        return CartLine(title=title, price=tip, eligible=False, requires_shipping=False, taxable=False, tip=True)

    def _draw_charges(self) -> None:
        rates = self._standard if self._market.shipping_taxed else ()
        number = self._rng.choice(self._options.shipping_lines)
        for title, code, cents in self._rng.sample(SHIPPING_TITLES, min(number, len(SHIPPING_TITLES))):
            self.charges.append(CartCharge(title=title, code=code, price=self._converted(cents), rates=rates))


def write_line(
    line: CartLine, order: JsonObject, ids: ChildIds, currencies: Currencies, *, liability: Liability
) -> JsonObject:
    """A cart line as a LineItem of the order; of a product that was deleted since only the copied texts are left."""
    goods = line.merchandise
    variant = goods.variant if goods else None
    there = goods is not None and not line.deleted
    variant_title = variant["title"] if variant and variant["title"] != "Default Title" else None
    node: JsonObject = {
        "id": ids.next("LineItem"),
        "name": f"{line.title} - {variant_title}" if variant_title else line.title,
        "title": line.title,
        "variantTitle": variant_title,
        "sku": variant["sku"] if variant else None,
        "vendor": goods.product["vendor"] if goods else None,
        "quantity": line.quantity,
        "currentQuantity": line.quantity,
        "requiresShipping": line.requires_shipping,
        "taxable": line.taxable,
        "isGiftCard": bool(goods and goods.gift_card),
        "restockable": goods is not None and there and not goods.gift_card,
        "merchantEditable": True,
        "customAttributes": _attributes_of(line, order),
        "variant": _variant_reference(variant) if variant and there else None,
        "product": _product_reference(goods.product) if goods and there else None,
        "originalUnitPriceSet": currencies.bag(line.price),
        "discountAllocations": line.as_state(currencies),
        "taxLines": tax_lines(line.net, line.rates, currencies, included=order["taxesIncluded"], liability=liability),
        "duties": [],
        "lineItemGroup": None,
        "sellingPlan": None,
    }
    refresh_line(node, order, currencies)
    return node


def _attributes_of(line: CartLine, order: JsonObject) -> list[JsonObject]:
    if line.merchandise is None and not line.tip and order["number"] % 2:
        key, value = ATTRIBUTES[0]
        return [{"key": key, "value": value}]
    return []


def _variant_reference(variant: JsonObject) -> JsonObject:
    names = ("id", "legacyResourceId", "title", "displayName", "sku", "barcode", "price", "taxable")
    return {name: variant[name] for name in names}


def _product_reference(product: JsonObject) -> JsonObject:
    return {name: product[name] for name in ("id", "legacyResourceId", "title", "vendor", "isGiftCard")}


def write_charge(
    charge: CartCharge, order: JsonObject, ids: ChildIds, currencies: Currencies, *, liability: Liability
) -> JsonObject:
    """A charge as a ShippingLine of the order."""
    return {
        "id": ids.next("ShippingLine"),
        "title": charge.title,
        "code": charge.code,
        "source": "shopify",
        "carrierIdentifier": None,
        "deliveryCategory": None,
        "custom": False,
        "isRemoved": False,
        "phone": None,
        "shippingRateHandle": None,
        "originalPriceSet": currencies.bag(charge.price),
        "discountedPriceSet": currencies.bag(charge.net),
        "currentDiscountedPriceSet": currencies.bag(charge.net),
        "discountAllocations": charge.as_state(currencies),
        "taxLines": tax_lines(
            charge.net,
            charge.rates,
            currencies,
            included=order["taxesIncluded"],
            liability=liability.beside_lines,
        ),
    }
