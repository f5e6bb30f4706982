"""What each part of an order becomes in the ERP: an item, an account, a charge (P31, 4.20, 4.26, 5.25), or what is
missing for it.

Knows mappings and settings, no amounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from app.domain import awaited
from app.domain.documents.positions import Position
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.items import ItemChoice
from app.domain.mappings import ChargeType, Mappings, ShipmentMethodMapping
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import LineType, SourceKind
from app.domain.shop_settings import AccountSettings

_LINE_TYPES = {
    ChargeType.ACCOUNT: LineType.ACCOUNT,
    ChargeType.ITEM: LineType.ITEM,
    ChargeType.CHARGE: LineType.CHARGE,
}
_ACCOUNTS = {
    SourceKind.TIP: ("tips", "tips"),
    SourceKind.GIFT_CARD: ("sold_gift_cards", "sold gift cards"),
    SourceKind.SHIPPING_LINE: ("shipping_charges", "shipping charges"),
    SourceKind.DUTY: ("duties", "duties"),
    SourceKind.ADDITIONAL_FEE: ("additional_fees", "additional fees"),
    SourceKind.CASH_ROUNDING: ("cash_rounding", "cash rounding"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The ERP's side of a document line; ``no`` is None where a problem says what is missing."""

    type: LineType
    no: str | None = None
    variant_code: str | None = None
    unit: str | None = None
    description: str = ""
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None


@dataclass(slots=True, kw_only=True)
class Targets:
    """Finds targets and gathers what is missing, each missing thing once."""

    shop_id: ShopId
    accounts: AccountSettings
    mappings: Mappings
    items: Mapping[ShopifyId, ItemChoice | Problem]
    of_what: str = "The order"
    """What is documented, for the sentences about what it lacks."""
    missing: dict[str, Problem] = field(default_factory=dict)
    """By pointer."""

    def of(self, position: Position) -> Target:
        match position.source:
            case SourceKind.ORDER_LINE:
                assert position.shopify_id is not None, "an order line has its Shopify id"
                return self.item(ShopifyId(position.shopify_id), position.title)
            case SourceKind.SHIPPING_LINE:
                return self._shipping(position)
            case _:
                return self._account(position.source, position.title)

    def cash_rounding(self) -> Target:
        return self._account(SourceKind.CASH_ROUNDING, "Cash rounding")

    def item(self, line_id: ShopifyId, title: str) -> Target:
        """The item of an order line."""
        pointer = f"/lines/{line_id}/item_no"
        match self.items.get(line_id):
            case ItemChoice() as item:
                return Target(
                    type=LineType.ITEM,
                    no=item.item_no,
                    variant_code=item.variant_code,
                    unit=item.unit,
                    description=item.description or title,
                )
            case Problem() as problem:
                self.missing.setdefault(problem.pointer, problem)
            case None:
                self.missing.setdefault(pointer, _item_missing(pointer))
            case other:
                assert_never(other)
        return Target(type=LineType.ITEM, description=title)

    def _shipping(self, position: Position) -> Target:
        """By the mapping of the title: account, item or charge with a number of its own; without a type the account
        (4.26).
        """
        row = self.mappings.shipment_methods.get(position.title.casefold())
        if row is None or row.charge_type is None:
            account = self._account(SourceKind.SHIPPING_LINE, position.title)
            return _with_agent(account, row)
        if not row.charge_no:
            pointer = f"/shipping_lines/{position.shopify_id}/charge_no"
            self.missing.setdefault(pointer, self._charge_no_missing(pointer, position.title, row.charge_type))
        target = Target(type=_LINE_TYPES[row.charge_type], no=row.charge_no or None, description=position.title)
        return _with_agent(target, row)

    def _account(self, source: SourceKind, description: str) -> Target:
        name, words = _ACCOUNTS[source]
        return self.account(name, words, description, *self._row_awaited(source, description))

    def account(self, name: str, words: str, description: str, *awaited_too: str) -> Target:
        """An account line on ``settings.accounts``; ``words`` tell what is booked there."""
        no: str | None = getattr(self.accounts, name)
        if not no:
            path = f"accounts.{name}"
            pointer = f"/settings/accounts/{name}"
            problem = Problem(
                code=ProblemCode.ACCOUNT_MISSING,
                pointer=pointer,
                detail=f"{self.of_what} has {words}, and no account is set for them.",
                remedy=f"Set {path}.",
                waits_for=(awaited.setting(self.shop_id, path), *awaited_too),
            )
            self.missing.setdefault(pointer, problem)
        return Target(type=LineType.ACCOUNT, no=no or None, description=description)

    def _row_awaited(self, source: SourceKind, title: str) -> tuple[str, ...]:
        if source is not SourceKind.SHIPPING_LINE:
            return ()
        return (awaited.shipment_method_mapping(self.shop_id, title),)

    def _charge_no_missing(self, pointer: str, title: str, charge_type: ChargeType) -> Problem:
        return Problem(
            code=ProblemCode.CHARGE_NO_MISSING,
            pointer=pointer,
            detail=f"The shipping “{title}” is mapped to type {charge_type.value} without a number.",
            remedy="Set charge_no in the shipment method mapping of this title, or clear its charge_type.",
            waits_for=(awaited.shipment_method_mapping(self.shop_id, title),),
        )


def _with_agent(target: Target, row: ShipmentMethodMapping | None) -> Target:
    """Agent and service stand on the line, too (5.24)."""
    if row is None:
        return target
    return Target(
        type=target.type,
        no=target.no,
        description=target.description,
        shipping_agent_code=row.shipping_agent_code,
        shipping_agent_service_code=row.shipping_agent_service_code,
    )


def _item_missing(pointer: str) -> Problem:
    return Problem(
        code=ProblemCode.ITEM_MISSING,
        pointer=pointer,
        detail="No item was looked for on this line.",
        remedy="Find the mapping of the order again, or set the item of the line.",
    )
