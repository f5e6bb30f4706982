"""Values of the domain for tests: each builder has a plain, complete default, and a test names only what tells its
story.

Amounts are written as texts; ``"10"`` is the same in both currencies, ``("10", "11")`` is shop and presentment money.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.addresses import Address, StoreAddress
from app.domain.chosen_customers import ExistingCustomer, Parties
from app.domain.customers import Customer
from app.domain.documents import DocumentDraft, DocumentOutcome, Refusal, build_document
from app.domain.documents.refund_building import RefundContext, build_refund_document
from app.domain.fulfilment_orders import FulfilmentOrder, FulfilmentOrderLine
from app.domain.identifiers import CustomerId, OrderId, ShopId, ShopifyId
from app.domain.items import ItemChoice
from app.domain.mappings import Mappings
from app.domain.money import Amount, CurrencyHandling, total
from app.domain.order_record import OrderMapping
from app.domain.orders import (
    AdditionalFee,
    DiscountAllocation,
    Duty,
    LineKind,
    Order,
    OrderLine,
    OrderTotals,
    Refund,
    RefundLine,
    RefundShipping,
    ShippingLine,
    StoreCustomer,
    TaxLine,
    Transaction,
)
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import DocumentContent, DocumentLine
from app.domain.shop_settings import AccountSettings, ShopSettings
from app.domain.snapshots import snapshot_of

SHOP = ShopId("sho_01")
ORDER_ID = OrderId("ord_01")
CREATED = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
ACCOUNTS = AccountSettings(
    shipping_charges="4100",
    tips="4200",
    sold_gift_cards="2450",
    refunds="4300",
    refunds_not_restocked="4310",
    cash_rounding="6990",
    duties="4110",
    additional_fees="4120",
)

Money = str | tuple[str, str]

_numbers = itertools.count(11001)


def money(amount: Money) -> Amount:
    if isinstance(amount, tuple):
        return Amount(Decimal(amount[0]), Decimal(amount[1]))
    return Amount(Decimal(amount), Decimal(amount))


def sid(number: int | str) -> ShopifyId:
    return ShopifyId(str(number))


def tax(
    amount: Money = "1.00", *, title: str = "VAT", rate: str = "0.19", channel_liable: bool | None = None
) -> TaxLine:
    return TaxLine(title=title, rate=Decimal(rate), amount=money(amount), channel_liable=channel_liable)


def line(
    number: int | str | None = None,
    *,
    price: Money = "10.00",
    quantity: int = 1,
    current: int | None = None,
    discounts: Iterable[Money] = (),
    taxes: Iterable[TaxLine] = (),
    kind: LineKind = LineKind.ITEM,
    variant: int | str | None = None,
    duties: Iterable[tuple[str, Money]] = (),
    **fields: Any,
) -> OrderLine:
    number = next(_numbers) if number is None else number
    return OrderLine(
        shopify_id=sid(number),
        kind=kind,
        title=fields.pop(
            "title", {LineKind.TIP: "Tip", LineKind.GIFT_CARD: "Gift card"}.get(kind, f"Article {number}")
        ),
        store_variant_id=sid(variant) if variant is not None else None,
        ordered_quantity=quantity,
        current_quantity=quantity if current is None else current,
        unit_price=money(price),
        discounts=tuple(DiscountAllocation(amount=money(each)) for each in discounts),
        tax_lines=tuple(taxes),
        duties=tuple(Duty(shopify_id=sid(each), amount=money(amount)) for each, amount in duties),
        **fields,
    )


def shipping(
    amount: Money = "5.00",
    *,
    number: int | str = 12001,
    title: str = "Standard",
    discount: Money = "0",
    taxes: Iterable[TaxLine] = (),
) -> ShippingLine:
    return ShippingLine(
        shopify_id=sid(number),
        title=title,
        amount=money(amount),
        discount=money(discount),
        tax_lines=tuple(taxes),
    )


def fee(amount: Money = "2.00", *, number: int | str = 13001, name: str = "Handling") -> AdditionalFee:
    return AdditionalFee(shopify_id=sid(number), name=name, amount=money(amount))


def payment(
    gateway: str = "shopify_payments",
    *,
    kind: str = "sale",
    status: str = "success",
    card_company: str = "",
    amount: Money = "10.00",
) -> Transaction:
    return Transaction(
        shopify_id=sid(next(_numbers)),
        kind=kind,
        status=status,
        gateway=gateway,
        card_company=card_company,
        amount=money(amount),
    )


def refund_line(
    of: OrderLine,
    *,
    quantity: int = 1,
    subtotal: Money = "0",
    tax: Money = "0",
    restock_type: str = "no_restock",
) -> RefundLine:
    return RefundLine(
        shopify_id=sid(next(_numbers)),
        line_id=of.shopify_id,
        quantity=quantity,
        restock_type=restock_type,
        subtotal=money(subtotal),
        tax=money(tax),
    )


def refund(
    *lines: RefundLine,
    refunded: Money = "0",
    return_id: int | str | None = None,
    shipping: Iterable[RefundShipping] = (),
    number: int | str | None = None,
    **fields: Any,
) -> Refund:
    return Refund(
        shopify_id=sid(next(_numbers) if number is None else number),
        refunded=money(refunded),
        return_id=sid(return_id) if return_id is not None else None,
        lines=lines,
        shipping=tuple(shipping),
        **fields,
    )


def refunded_shipping(amount: Money, *, of: ShippingLine, tax: Money = "0") -> RefundShipping:
    return RefundShipping(shopify_id=None, shipping_line_id=of.shopify_id, subtotal=money(amount), tax=money(tax))


def fulfilment_order(
    *parts: tuple[OrderLine, int],
    location: int | str | None = 5001,
    name: str = "",
    status: str = "open",
    number: int | None = None,
) -> FulfilmentOrder:
    number = next(_numbers) if number is None else number
    return FulfilmentOrder(
        shopify_id=sid(number),
        status=status,
        location_id=sid(location) if location is not None else None,
        location_name=name,
        lines=tuple(
            FulfilmentOrderLine(
                shopify_id=sid(next(_numbers)),
                line_id=part.shopify_id,
                total_quantity=quantity,
                remaining_quantity=0 if status == "closed" else quantity,
            )
            for part, quantity in parts
        ),
    )


def address(**fields: Any) -> StoreAddress:
    given = {
        "first_name": "Firstname",
        "last_name": "Lastname",
        "company": "Company",
        "line1": "Address",
        "line2": "Address 2",
        "postal_code": "1111",
        "city": "City",
        "country_code": "US",
        "phone": "111",
    }
    return StoreAddress(**(given | fields))


def store_customer(number: int | str = 7000, **fields: Any) -> StoreCustomer:
    given: dict[str, Any] = {"first_name": "Dummy", "last_name": "Customer", "email": "dummy@customer.com"}
    return StoreCustomer(shopify_id=sid(number), **(given | fields))


def customer(no: str | None = "C100", *, our_id: str | None = None, **fields: Any) -> Customer:
    return Customer(id=CustomerId(our_id or f"cus_{no}"), no=no, address=fields.pop("address", Address()), **fields)


def charged_for(
    lines: Sequence[OrderLine],
    shipping_lines: Sequence[ShippingLine] = (),
    fees: Sequence[AdditionalFee] = (),
    *,
    prices_include_tax: bool = True,
) -> OrderTotals:
    """The totals of an order as it was placed: everything as ordered."""
    goods = total(
        Amount(each.unit_price.shop * each.ordered_quantity, each.unit_price.presentment * each.ordered_quantity)
        for each in lines
    )
    line_discount = total(each.discount for each in lines)
    shipping_total = total(each.amount - each.discount for each in shipping_lines)
    duties = total(duty.amount for each in lines for duty in each.duties)
    fee_total = total(each.amount for each in fees)
    parts: list[OrderLine | ShippingLine | AdditionalFee] = [*lines, *shipping_lines, *fees]
    taxes = total(part.amount for each in parts for part in each.tax_lines)
    subtotal = goods - line_discount
    whole = subtotal + shipping_total + duties + fee_total
    whole = whole if prices_include_tax else whole + taxes
    discount = line_discount + total(each.discount for each in shipping_lines)
    return OrderTotals(
        total=whole,
        current_total=whole,
        subtotal=subtotal,
        current_subtotal=subtotal,
        tax=taxes,
        current_tax=taxes,
        discount=discount,
        current_discount=discount,
        shipping=shipping_total,
        current_shipping=shipping_total,
        duties=duties,
        additional_fees=fee_total,
    )


def totals(whole: Money, *, current: Money | None = None, tax: Money = "0", **fields: Money) -> OrderTotals:
    """Header amounts as given; what is not given is nothing, and current is as it was ordered."""
    given = {name: money(amount) for name, amount in fields.items()}
    given.setdefault("current_tax", money(tax))
    return OrderTotals(
        total=money(whole), current_total=money(whole if current is None else current), tax=money(tax), **given
    )


def order(*lines: OrderLine, **fields: Any) -> Order:
    """An order of one article of 10.00 unless lines are given; its totals are what its parts come to unless given."""
    parts = lines or (line(11301, variant=9001),)
    given: dict[str, Any] = {
        "shopify_id": sid(5501),
        "name": "#1001",
        "created_at": CREATED,
        "updated_at": CREATED,
        "currency": "EUR",
        "prices_include_tax": True,
        "email": "dummy@customer.com",
        "financial_status": "paid",
        "customer": store_customer(),
        "sell_to_address": address(),
        "bill_to_address": address(),
        "ship_to_address": address(),
        "lines": parts,
    } | fields
    given.setdefault("presentment_currency", given["currency"])
    if "totals" not in given:
        given["totals"] = charged_for(
            parts,
            given.get("shipping_lines", ()),
            given.get("additional_fees", ()),
            prices_include_tax=given["prices_include_tax"],
        )
    return Order(**given)


def settings(**groups: Mapping[str, Any]) -> ShopSettings:
    """Settings with every account set; ``orders={"location_mandatory": True}`` changes one leaf."""
    shop = ShopSettings(accounts=ACCOUNTS)
    changes = {name: dataclasses.replace(getattr(shop, name), **leaves) for name, leaves in groups.items()}
    return dataclasses.replace(shop, **changes)


def items_for(of: Order, **given: ItemChoice) -> dict[ShopifyId, ItemChoice | Problem]:
    """An item for every line that needs one."""
    return {
        each.shopify_id: given.get(
            each.shopify_id,
            ItemChoice(item_no=f"ITEM-{each.shopify_id}", description=f"Item {each.shopify_id}", unit="PCS"),
        )
        for each in of.lines
        if each.kind in (LineKind.ITEM, LineKind.CUSTOM)
    }


PARTIES = Parties(
    sell_to=ExistingCustomer(id=CustomerId("cus_C100"), no="C100"),
    bill_to=ExistingCustomer(id=CustomerId("cus_C100"), no="C100"),
)


def built(
    of: Order, *, shop: ShopSettings | None = None, mappings: Mappings | None = None, **given: Any
) -> DocumentOutcome:
    """What comes of documenting an order whose customer and items are known, unless given otherwise."""
    arguments: dict[str, Any] = {
        "items": items_for(of),
        "customer": PARTIES,
        "header": OrderMapping(),
        "local_currency": "EUR",
        "time_zone": ZoneInfo("UTC"),
        "use_shopify_number": False,
    } | given
    return build_document(
        of, shop_id=SHOP, order_id=ORDER_ID, settings=shop or settings(), mappings=mappings or Mappings(), **arguments
    )


def documented(of: Order, **given: Any) -> DocumentContent:
    """The content of the document that is made; fails with the reasons when none is."""
    outcome = built(of, **given)
    assert isinstance(outcome, DocumentDraft), outcome
    return outcome.content


def refused(of: Order, **given: Any) -> dict[ProblemCode, Problem]:
    """The problems of the refusal, by code (the last of a code)."""
    outcome = built(of, **given)
    assert isinstance(outcome, Refusal), outcome
    return {problem.code: problem for problem in outcome.problems}


def refunded(
    of: Order,
    *,
    shop: ShopSettings | None = None,
    mappings: Mappings | None = None,
    handling: CurrencyHandling = CurrencyHandling.SHOP,
    **given: Any,
) -> DocumentDraft | Refusal:
    """What comes of documenting the last refund of an order whose customer and items are known."""
    arguments: dict[str, Any] = {
        "shop_id": SHOP,
        "order_id": ORDER_ID,
        "settings": shop or settings(),
        "mappings": mappings or Mappings(),
        "customer": PARTIES,
        "items": items_for(of),
        "handling": handling,
        "local_currency": "EUR",
        "time_zone": ZoneInfo("UTC"),
        "snapshot": snapshot_of(of, {}),
    } | given
    return build_refund_document(of, of.refunds[-1], RefundContext(**arguments))


def credited(of: Order, **given: Any) -> DocumentContent:
    """The content of the document of the last refund; fails with the reasons when none is made."""
    outcome = refunded(of, **given)
    assert isinstance(outcome, DocumentDraft), outcome
    return outcome.content


def told(lines: Iterable[DocumentLine], *names: str) -> list[tuple[Any, ...]]:
    """The named fields of lines, numbers as texts."""

    def text(value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value

    return [tuple(text(getattr(each, name)) for name in names) for each in lines]
