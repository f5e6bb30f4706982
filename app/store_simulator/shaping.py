"""Brings a partial object, given in Shopify's field names, into the form the simulator keeps.

Led by the schema: connections become lists, ids and currencies are completed, unknown names are reported.
Does not know what any amount should be; that is the matter of the order's own defaults.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from app.store_simulator.ids import gid, number_of, type_of

Values = dict[str, Any]

# Fields that earlier versions had or that only the simulator knows, kept without complaint.
TOLERATED = frozenset({"__typename"})

# Which member of an abstract type a value is, by a key only that member has.
TELLING_KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "PurchasingEntity": (("company", "PurchasingCompany"), ("location", "PurchasingCompany"), ("", "Customer")),
    "PricingValue": (("percentage", "PricingPercentageValue"), ("", "MoneyV2")),
    "DiscountApplication": (
        ("code", "DiscountCodeApplication"),
        ("description", "ManualDiscountApplication"),
        ("", "AutomaticDiscountApplication"),
    ),
    "DeliveryRateProvider": (
        ("carrierService", "DeliveryParticipant"),
        ("participantServices", "DeliveryParticipant"),
        ("", "DeliveryRateDefinition"),
    ),
    "DeliveryOptionDefinition": (
        ("name", "DeliveryFlatRateOptionDefinition"),
        ("", "DeliveryCarrierCalculatedOptionDefinition"),
    ),
    "ReturnLineItemType": (("", "ReturnLineItem"),),
    "SalesAgreement": (("refund", "RefundAgreement"), ("return", "ReturnAgreement"), ("", "OrderAgreement")),
    "Sale": (("lineItem", "ProductSale"), ("shippingLine", "ShippingLineSale"), ("", "UnknownSale")),
    "PaymentDetails": (("", "CardPaymentDetails"),),
}


@dataclass(frozen=True, slots=True)
class FieldShape:
    type_name: str
    is_connection: bool
    is_object: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    shop: str
    presentment: str


class Shaper:
    """Walks values along the schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fields: dict[str, dict[str, FieldShape]] = {}

    def fields(self, type_name: str) -> dict[str, FieldShape]:
        if type_name not in self._fields:
            kind = self._schema.type_map.get(type_name)
            known = kind.fields if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else {}
            self._fields[type_name] = {name: self._shape(field.type) for name, field in known.items()}
        return self._fields[type_name]

    def concrete(self, type_name: str, value: Values) -> str:
        """The object type of a value that a field of an abstract type holds."""
        kind = self._schema.type_map.get(type_name)
        if not isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return type_name
        possible = {option.name for option in self._schema.get_possible_types(kind)}
        for candidate in (value.get("__typename"), type_of(value.get("id"))):
            if candidate in possible:
                return str(candidate)
        for key, candidate in TELLING_KEYS.get(type_name, ()):
            if (not key or key in value) and candidate in possible:
                return candidate
        return next(iter(sorted(possible)))

    def shape(
        self, type_name: str, value: Values, currencies: Currencies, new_number: Callable[[], int]
    ) -> tuple[Values, list[str]]:
        """The value in kept form, and the paths of names that the schema does not have."""
        walk = _Walk(self, currencies, new_number)
        return walk.object(type_name, value, ""), walk.unknown

    def _shape(self, kind: Any) -> FieldShape:
        named = get_named_type(kind)
        connection = named.name.endswith("Connection") and isinstance(named, GraphQLObjectType)
        type_name = named.name
        if connection and "nodes" in named.fields:
            type_name = get_named_type(named.fields["nodes"].type).name
            named = self._schema.type_map[type_name]
        composite = isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        return FieldShape(type_name, connection, composite)


class _Walk:
    def __init__(self, shaper: Shaper, currencies: Currencies, new_number: Callable[[], int]) -> None:
        self._shaper = shaper
        self._currencies = currencies
        self._new_number = new_number
        self.unknown: list[str] = []

    def object(self, type_name: str, value: Values, path: str) -> Values:
        name = self._shaper.concrete(type_name, value)
        fields = self._shaper.fields(name)
        if name == "MoneyBag":
            return self._money_bag(value)
        if name == "MoneyV2":
            return {"currencyCode": self._currencies.shop, **value, "amount": str(value.get("amount", "0.0"))}
        shaped: Values = {} if name == type_name else {"__typename": name}
        for key, item in value.items():
            shape = fields.get(key)
            if shape is None:
                if key not in TOLERATED and fields:
                    self.unknown.append(f"{path}{key}")
                shaped[key] = item
            else:
                shaped[key] = self._field(shape, item, f"{path}{key}.")
        if "id" in fields:
            self._identify(name, shaped, fields)
        return shaped

    def _field(self, shape: FieldShape, value: Any, path: str) -> Any:
        if value is None:
            return [] if shape.is_connection else None
        if shape.is_connection and isinstance(value, dict):
            value = value["nodes"] if "nodes" in value else [edge["node"] for edge in value.get("edges", [])]
        if not shape.is_object:
            return value
        if isinstance(value, list | tuple):
            return [self.object(shape.type_name, item, path) if isinstance(item, dict) else item for item in value]
        return self.object(shape.type_name, value, path) if isinstance(value, dict) else value

    def _identify(self, name: str, value: Values, fields: dict[str, FieldShape]) -> None:
        if value.get("id") is None:
            number = value.get("legacyResourceId")
            value["id"] = gid(name, number if number is not None else self._new_number())
        elif not type_of(value["id"]):
            value["id"] = gid(name, value["id"])
        if "legacyResourceId" in fields:
            value["legacyResourceId"] = str(value.get("legacyResourceId") or number_of(value["id"]))

    def _money_bag(self, value: Values) -> Values:
        """PresentmentMoney may stay away here: what it then is depends on which amount it is."""
        bag: Values = {}
        for side, currency in (
            ("shopMoney", self._currencies.shop),
            ("presentmentMoney", self._currencies.presentment),
        ):
            money = value.get(side)
            if money is not None:
                bag[side] = {"amount": str(money["amount"]), "currencyCode": money.get("currencyCode") or currency}
        return bag
