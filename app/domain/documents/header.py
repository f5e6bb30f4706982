"""What stands at the head of a document beside its lines: parties, dates, codes (P30, 5.07–5.18, 4.25–4.31).

Missing mappings of methods, terms and staff leave their code empty; they never hold up a document.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from app.domain import awaited
from app.domain.addresses import Address, StoreAddress
from app.domain.chosen_customers import ExistingCustomer, Parties
from app.domain.customer_lookup import template_of
from app.domain.identifiers import ShopId
from app.domain.mappings import Mappings, PaymentMethodMapping, TaxArea
from app.domain.money import CurrencyHandling
from app.domain.names import ComposedNames, composed, names_of, place_of
from app.domain.order_record import OrderMapping
from app.domain.orders import Order, Transaction
from app.domain.problems import Problem, ProblemCode
from app.domain.sales_documents import DocumentParty
from app.domain.shop_settings import CustomerSettings, ShopSettings, TaxAddress
from app.domain.tax_areas import tax_area_of

MONEY_IN = ("sale", "capture", "authorization")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCodes:
    """The ERP's codes of a document; what a person set on the order is taken as it is."""

    payment_method_code: str | None = None
    payment_terms_code: str | None = None
    shipment_method_code: str | None = None
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None
    salesperson_code: str | None = None


def header_codes(order: Order, *, mappings: Mappings, by_hand: OrderMapping) -> HeaderCodes:
    """Methods by the first shipping charge, payment by its transactions, terms by type and name, salesperson by
    staff.
    """
    first = order.shipping_lines[0] if order.shipping_lines else None
    row = mappings.shipment_methods.get(first.title.casefold()) if first else None
    found = {
        "payment_method_code": payment_method_code(order.transactions, mappings, kinds=MONEY_IN),
        "payment_terms_code": _payment_terms(order, mappings),
        "shipment_method_code": row.shipment_method_code if row else None,
        "shipping_agent_code": row.shipping_agent_code if row else None,
        "shipping_agent_service_code": row.shipping_agent_service_code if row else None,
    }
    chosen = {name: getattr(by_hand, name) if name in by_hand.by_hand else code for name, code in found.items()}
    salesperson = mappings.staff.get(order.staff_id) if order.staff_id else None
    return HeaderCodes(**chosen, salesperson_code=salesperson)


def payment_method_code(
    transactions: Sequence[Transaction], mappings: Mappings, *, kinds: Collection[str]
) -> str | None:
    """The one code to which all successful payments of these kinds map; a missing one is a code, too (4.28)."""
    methods: Mapping[tuple[str, str], PaymentMethodMapping] = mappings.payment_methods
    codes: set[str | None] = set()
    for each in transactions:
        if each.status == "success" and each.kind in kinds:
            gateway, card = each.gateway.casefold(), each.card_company.casefold()
            rows = (methods.get((gateway, card)), methods.get((gateway, "")))
            codes.add(next((row.payment_method_code for row in rows if row and row.payment_method_code), None))
    return codes.pop() if len(codes) == 1 else None


def _payment_terms(order: Order, mappings: Mappings) -> str | None:
    """By type and name (5.15); terms that only share the type are others."""
    terms = order.payment_terms
    if terms is None:
        return None
    for row in mappings.payment_terms:
        named = (row.type.casefold(), row.name.casefold()) == (terms.type.casefold(), terms.name.casefold())
        if named and row.payment_terms_code:
            return row.payment_terms_code
    return None


def document_date(order: Order, time_zone: tzinfo) -> date:
    """The day the order was made, where the shop keeps its books (5.13)."""
    return order.created_at.astimezone(time_zone).date()


def due_date(order: Order, time_zone: tzinfo) -> date | None:
    due: datetime | None = order.payment_terms.due_at if order.payment_terms else None
    return due.astimezone(time_zone).date() if due else None


def order_tax_area(order: Order, *, settings: ShopSettings, mappings: Mappings) -> TaxArea | None:
    """The row of the first address by priority that has a city; no other address is tried (CUS-73, 4.30)."""
    addresses = {
        TaxAddress.SHIP_TO: order.ship_to_address,
        TaxAddress.SELL_TO: order.sell_to_address,
        TaxAddress.BILL_TO: order.bill_to_address,
    }
    for which in settings.orders.tax_area_priority:
        address = addresses[which]
        if address is not None and address.city.strip():
            return tax_area_of(address, mappings.tax_areas)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentParties:
    sell_to: DocumentParty
    bill_to: DocumentParty
    ship_to: DocumentParty


def document_parties(order: Order, customers: Parties, settings: CustomerSettings) -> DocumentParties:
    """The blocks of the order's own addresses with the chosen customers' numbers (5.08).

    An order without a bill-to address is billed to its sell-to. A missing ship-to stays empty: nothing is shipped.
    """
    bill_to = order.bill_to_address or order.sell_to_address
    sell_to = order.sell_to_address or order.bill_to_address
    phone = _order_phone(order)
    return DocumentParties(
        sell_to=_party(order, sell_to, customers.sell_to, settings, phone=phone, buyer=True, ordered=order.b2b),
        bill_to=_party(order, bill_to, customers.bill_to, settings, phone=phone, buyer=True),
        ship_to=_party(order, order.ship_to_address, None, settings, phone=phone, buyer=False),
    )


def _party(
    order: Order,
    address: StoreAddress | None,
    customer: ExistingCustomer | None,
    settings: CustomerSettings,
    *,
    phone: str,
    buyer: bool,
    ordered: bool = False,
) -> DocumentParty:
    if address is None and not buyer:
        return DocumentParty()
    names = names_of(address, settings) if address else ComposedNames()
    if buyer and not names.name:
        names = _buyer_names(order, settings)
    contact = names.contact_name
    if ordered and not contact and (who := _who_ordered(order, settings)) not in (names.name, names.name2):
        contact = who
    return DocumentParty(
        customer_id=customer.id if customer else None,
        customer_no=customer.no if customer else None,
        name=names.name,
        name2=names.name2,
        contact_name=contact,
        email=order.email or (order.customer.email if order.customer else ""),
        phone=phone if buyer else ((address.phone if address else "") or phone),
        address=place_of(address, settings.county_source) if address else Address(),
    )


def _buyer_names(order: Order, settings: CustomerSettings) -> ComposedNames:
    """Without names on the address the store customer's own, and the company's (reference 2.1)."""
    customer = order.customer
    person = StoreAddress(
        first_name=customer.first_name if customer else "",
        last_name=customer.last_name if customer else "",
        company=order.company.name if order.company else "",
    )
    return names_of(person, settings)


def _who_ordered(order: Order, settings: CustomerSettings) -> str:
    """Of a company's order whose address names nobody: the person who ordered."""
    buyer = order.customer
    if buyer is None:
        return ""
    return composed(settings.contact_source, company="", first_name=buyer.first_name, last_name=buyer.last_name)


def _order_phone(order: Order) -> str:
    """The order's phone, else the first one known (reference 2.1)."""
    customer = order.customer
    default = customer.addresses[0].phone if customer and customer.addresses else ""
    addresses = (order.sell_to_address, order.ship_to_address, order.bill_to_address)
    of_addresses = [address.phone if address else "" for address in addresses]
    candidates = (order.phone, of_addresses[0], customer.phone if customer else "", default, *of_addresses[1:])
    return next((phone for phone in candidates if phone), "")


def currency_code(
    currency: str,
    *,
    shop_id: ShopId,
    local_currency: str | None,
    handling: CurrencyHandling,
    settings: ShopSettings,
    mappings: Mappings,
) -> str | Problem | None:
    """The ERP's code of the document's currency: none for its own, else the setting (mode shop), else the mapping
    (G8).
    """
    if currency == local_currency:
        return None
    if handling is CurrencyHandling.SHOP and settings.orders.currency_code:
        return settings.orders.currency_code
    mapped = mappings.currencies.get(currency)
    if mapped:
        return mapped
    # The setting is the shop's one currency; documents in the buyer's money are in many.
    one_code = "orders.currency_code or " if handling is CurrencyHandling.SHOP else ""
    return Problem(
        code=ProblemCode.CURRENCY_MISSING,
        pointer=f"/currency-mappings/{currency}",
        detail=(
            f"The document is in {currency}; the local currency is {local_currency or 'not set'}, "
            f"and {currency} is not mapped."
        ),
        remedy=f"Map the currency {currency}, or set {one_code}general.local_currency.",
        waits_for=(
            awaited.currency_mapping(currency),
            awaited.setting(shop_id, "orders.currency_code"),
            awaited.setting(shop_id, "orders.currency_handling"),
            awaited.setting(shop_id, "general.local_currency"),
        ),
    )


def header_problems(order: Order, *, shop_id: ShopId, mappings: Mappings, use_shopify_number: bool) -> list[Problem]:
    """A number that cannot be one (5.07), and prices that are not as the country's template says."""
    problems: list[Problem] = []
    if use_shopify_number and order.name.startswith("@"):
        problems.append(
            Problem(
                code=ProblemCode.NUMBER_INVALID,
                pointer="/name",
                detail=f"The order's name {order.name} begins with @ and cannot be a document number.",
                remedy="Create the document with orders.use_shopify_order_number off: the series then numbers it.",
            )
        )
    template = template_of(order, mappings)
    if template and template.prices_include_tax not in (None, order.prices_include_tax):
        said, found = (
            "include" if each else "exclude" for each in (template.prices_include_tax, order.prices_include_tax)
        )
        problems.append(
            Problem(
                code=ProblemCode.PRICE_TAX_MODE_DIFFERS,
                pointer="/prices_include_tax",
                detail=f"The order's prices {found} tax; the template of {template.country_code} says they {said} it.",
                remedy="Correct the store's tax setting for this country, or prices_include_tax in the template.",
                waits_for=(awaited.customer_template(shop_id, template.country_code),),
            )
        )
    return problems
