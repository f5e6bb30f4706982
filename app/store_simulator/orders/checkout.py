"""Places one generated order: draws what it is, then writes it in the Admin API's fields as it stands at that moment.

Puts together cart, buyer, payment and the first fulfilment orders. What happens to the order later is not decided here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store_simulator.orders.business import sell_to_company
from app.store_simulator.orders.cart import Cart, write_charge, write_line
from app.store_simulator.orders.catalogue import Catalogue
from app.store_simulator.orders.fulfilment import refresh_shipping
from app.store_simulator.orders.fulfilment_orders import fulfilment_order, location_reference
from app.store_simulator.orders.header import open_header
from app.store_simulator.orders.levies import Levies
from app.store_simulator.orders.line_money import is_tip
from app.store_simulator.orders.money import Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds, gid, timestamp
from app.store_simulator.orders.options import GeneratorOptions, happens
from app.store_simulator.orders.parties import Buyer, online_buyer, till_buyer
from app.store_simulator.orders.people import ATTRIBUTES, NOTES, TAGS
from app.store_simulator.orders.taxes import Liability
from app.store_simulator.orders.tender import Till


@dataclass(slots=True, kw_only=True)
class Checkout:
    """Everything that fixes one order."""

    rng: random.Random
    options: GeneratorOptions
    catalogue: Catalogue
    shop_currency: str
    presentment_currency: str
    order_id: int
    number: int
    placed_at: datetime

    def place(self) -> JsonObject:
        """The order as it is right after checkout."""
        rng, options = self.rng, self.options
        at_till = bool(self.catalogue.locations) and rng.random() < options.point_of_sale
        till = self._till() if at_till else None
        buyer = self._buyer(till)
        if till is not None:
            self.presentment_currency = self._till_currency(buyer)
        currencies = Currencies(self.shop_currency, self.presentment_currency)
        ids = ChildIds(self.order_id)
        exempt = rng.random() < options.tax_exempt
        cart = Cart(
            rng=rng,
            options=options,
            catalogue=self.catalogue,
            currencies=currencies,
            market=buyer.market,
            place=buyer.place,
            taxed=options.taxes and not exempt,
            at_till=at_till,
        )
        cart.fill()
        if not any(line.requires_shipping for line in cart.lines):
            buyer = _without_delivery(buyer)
        order = self._head(buyer, till, exempt=exempt)
        _identify_addresses(order, ids)
        self._write_charges(order, cart, buyer, ids, currencies)
        open_header(order, currencies)
        if buyer.customer and happens(rng, options.b2b):
            sell_to_company(order, rng, ids, currencies, self.placed_at)
        order["fulfillmentOrders"] = self._fulfilment_orders(order, till, ids)
        order["requiresShipping"] = any(line["requiresShipping"] for line in order["lineItems"])
        order["restockable"] = any(line["restockable"] for line in order["lineItems"])
        refresh_shipping(order, currencies)
        Till(rng, options, ids, currencies).take(order, self.placed_at, in_person=at_till)
        return order

    def _write_charges(
        self, order: JsonObject, cart: Cart, buyer: Buyer, ids: ChildIds, currencies: Currencies
    ) -> None:
        """Everything that the order asks money for, with its discounts and taxes."""
        liability = self._liability(order)
        _add_discounts(order, cart)
        order["lineItems"] = [write_line(line, order, ids, currencies, liability=liability) for line in cart.lines]
        order["shippingLines"] = [
            write_charge(one, order, ids, currencies, liability=liability) for one in cart.charges
        ]
        Levies(
            rng=self.rng,
            options=self.options,
            ids=ids,
            currencies=currencies,
            rates=buyer.place.rates if self.options.taxes and not order["taxExempt"] else (),
            liability=liability,
        ).add_to(order)

    def _till(self) -> JsonObject:
        shops = [location for location in self.catalogue.locations if "Store" in location["name"]]
        till: JsonObject = self.rng.choice(shops or self.catalogue.locations)
        return till

    def _till_currency(self, buyer: Buyer) -> str:
        """A till takes the money of its country where the shop sells in it, else that of the shop."""
        local = buyer.market.currency
        return local if local in self.options.presentment_currencies else self.shop_currency

    def _liability(self, order: JsonObject) -> Liability:
        """The marketplace remits all taxes, another channel some; now and then Shopify does not know."""
        if order["sourceName"] == "marketplace":
            return Liability(first=True, others=True)
        if self.rng.random() < 0.03:
            return Liability(first=None, others=None)
        return Liability(first=happens(self.rng, self.options.channel_liable))

    def _buyer(self, till: JsonObject | None) -> Buyer:
        if till is not None:
            return till_buyer(self.rng, till)
        guest = self.rng.random() < self.options.guests
        abroad = happens(self.rng, self.options.abroad)
        return online_buyer(self.rng, self.catalogue, self.presentment_currency, guest=guest, ships=True, abroad=abroad)

    def _head(self, buyer: Buyer, till: JsonObject | None, *, exempt: bool) -> JsonObject:
        rng, options = self.rng, self.options
        swapped = rng.random() < options.tax_basis_swapped
        source = "pos" if till else "marketplace" if rng.random() < options.marketplace else "web"
        head: JsonObject = {
            "id": gid("Order", self.order_id),
            "legacyResourceId": str(self.order_id),
            "name": f"#{self.number}",
            "number": self.number,
            "confirmationNumber": "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=9)),
            "sourceName": source,
            "sourceIdentifier": f"{rng.randint(100, 999)}-{self.number}" if source != "web" else None,
            "app": _app(source),
            "attribution": _attribution(source),
            "test": rng.random() < options.test_orders,
            "currencyCode": self.shop_currency,
            "presentmentCurrencyCode": self.presentment_currency,
            "taxesIncluded": buyer.market.taxes_included is not swapped,
            "taxExempt": exempt,
            "retailLocation": location_reference(till) if till else None,
            "risk": self._risk(),
        }
        head.update(_fresh(timestamp(self.placed_at)))
        head.update(_buyer_fields(buyer))
        head.update(self._annotations())
        return head

    def _annotations(self) -> JsonObject:
        rng, chance = self.rng, self.options.annotations
        attributes = rng.sample(ATTRIBUTES, rng.randint(1, 2)) if rng.random() < chance else ()
        return {
            "note": rng.choice(NOTES) if rng.random() < chance else None,
            "tags": sorted(rng.sample(TAGS, rng.randint(1, 3))) if rng.random() < chance else [],
            "customAttributes": [{"key": key, "value": value} for key, value in attributes],
        }

    def _risk(self) -> JsonObject:
        risky = self.rng.random() < self.options.high_risk
        level, advice = ("HIGH", "CANCEL") if risky else ("LOW", "ACCEPT")
        text = "Card country differs from delivery country" if risky else "Payment was made from a known device"
        fact = {"description": text, "sentiment": "NEGATIVE" if risky else "POSITIVE"}
        assessment = {"riskLevel": level, "provider": None, "facts": [fact]}
        return {"recommendation": advice, "assessments": [assessment]}

    def _fulfilment_orders(self, order: JsonObject, till: JsonObject | None, ids: ChildIds) -> list[JsonObject]:
        parcels = [line for line in order["lineItems"] if line["requiresShipping"]]
        virtual = [line for line in order["lineItems"] if not line["requiresShipping"] and not is_tip(line)]
        locations = self.catalogue.locations
        made: list[JsonObject] = []
        if parcels and till:
            units = [(line, line["quantity"]) for line in parcels]
            method = {"methodType": "RETAIL", "presentedName": None}
            made.append(fulfilment_order(ids, order, units, till, method, self.placed_at))
        elif parcels and locations:
            made.extend(self._parcels(order, parcels, ids))
        if virtual and locations:
            units = [(line, line["quantity"]) for line in virtual]
            place = till or locations[0]
            made.append(fulfilment_order(ids, order, units, place, {"methodType": "NONE"}, self.placed_at))
        return made

    def _parcels(self, order: JsonObject, lines: Sequence[JsonObject], ids: ChildIds) -> list[JsonObject]:
        locations = self.catalogue.locations
        first_charge = order["shippingLines"][0] if order["shippingLines"] else None
        method = {
            "methodType": "SHIPPING",
            "presentedName": first_charge["title"] if first_charge else None,
            "serviceCode": first_charge["code"] if first_charge else None,
        }
        places = [locations[place % len(locations)] for place in range(max(self.options.split_ways, 1))]
        split: list[list[tuple[JsonObject, int]]] = [[] for _ in places]
        wanted = self.rng.random() < self.options.split_locations
        for line in lines:
            left = line["quantity"]
            for units in split[1:]:
                away = self.rng.randint(0, left) if wanted else 0
                if away:
                    units.append((line, away))
                left -= away
            if left:
                split[0].append((line, left))
        return [
            fulfilment_order(ids, order, units, place, method, self.placed_at)
            for units, place in zip(split, places, strict=True)
            if units
        ]


def _add_discounts(order: JsonObject, cart: Cart) -> None:
    order["discountApplications"] = cart.discounts.applications
    codes = (application.get("code") for application in cart.discounts.applications)
    order["discountCodes"] = [code for code in codes if code]
    order["discountCode"] = order["discountCodes"][0] if order["discountCodes"] else None


def _identify_addresses(order: JsonObject, ids: ChildIds) -> None:
    for name in ("shippingAddress", "billingAddress", "displayAddress"):
        if order[name]:
            order[name]["id"] = ids.next("MailingAddress")


def _fresh(written: str) -> JsonObject:
    """What every order that was just placed has in common."""
    lists = ("refunds", "returns", "fulfillments", "additionalFees", "merchantEditableErrors")
    nothing = ("poNumber", "closedAt", "cancelledAt", "cancelReason", "cancellation")
    return {
        "createdAt": written,
        "processedAt": written,
        "updatedAt": written,
        "closed": False,
        "confirmed": True,
        "edited": False,
        "dutiesIncluded": False,
        "estimatedTaxes": False,
        "returnStatus": "NO_RETURN",
        "merchantEditable": True,
        "merchantOfRecordApp": None,
        "paymentTerms": None,
        **dict.fromkeys(nothing),
        **{name: [] for name in lists},
    }


def _without_delivery(buyer: Buyer) -> Buyer:
    return Buyer(
        market=buyer.market,
        place=buyer.place,
        customer=buyer.customer,
        email=buyer.email,
        phone=buyer.phone,
        shipping_address=None,
        billing_address=buyer.billing_address,
    )


def _buyer_fields(buyer: Buyer) -> JsonObject:
    shipping, billing = buyer.shipping_address, buyer.billing_address
    display = shipping or billing
    return {
        "customer": buyer.customer,
        "purchasingEntity": None,
        "email": buyer.email,
        "phone": buyer.phone,
        "customerLocale": buyer.market.locale,
        "shippingAddress": shipping,
        "billingAddress": billing,
        "displayAddress": dict(display) if display else None,
        "billingAddressMatchesShippingAddress": shipping is not None and shipping == billing,
        "canNotifyCustomer": buyer.email is not None or buyer.phone is not None,
    }


def _app(source: str) -> JsonObject:
    names = {"web": ("580111", "Online Store"), "pos": ("129785", "Point of Sale")}
    number, name = names.get(source, ("777001", "Harbour Market"))
    return {"id": gid("OrderApp", number), "name": name}


def _attribution(source: str) -> JsonObject:
    names = {"web": ("web", "Online Store"), "pos": ("pos", "Point of Sale")}
    handle, name = names.get(source, ("harbour-market", "Harbour Market"))
    return {"handle": handle, "displayName": name, "icon": None}
