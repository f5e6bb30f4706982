"""P30: kind, number, parties, dates and codes at the head of a document."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.chosen_customers import ExistingCustomer, Parties
from app.domain.documents import DocumentDraft
from app.domain.identifiers import CustomerId
from app.domain.mappings import (
    Mappings,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.money import CurrencyHandling
from app.domain.order_record import OrderMapping
from app.domain.orders import Attribute, LineKind, Named, Order, OrderLine, PaymentTerms, Transaction
from app.domain.sales_documents import DocumentKind
from app.domain.shop_settings import CountySource, NameSource, TaxAddress
from tests.builders import (
    address,
    built,
    documented,
    line,
    order,
    payment,
    settings,
    shipping,
    sid,
    store_customer,
)

ANYWHERE = settings(orders={"tax_area_priority": (TaxAddress.SHIP_TO, TaxAddress.SELL_TO, TaxAddress.BILL_TO)})
CALIFORNIA = TaxArea(country_code="US", province="CA", province_name="California", tax_area_code="CA", tax_liable=True)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("fulfilled", DocumentKind.SALES_INVOICE),
        ("fulfillment_not_required", DocumentKind.SALES_INVOICE),
        ("unfulfilled", DocumentKind.SALES_ORDER),
        ("partially_fulfilled", DocumentKind.SALES_ORDER),
        ("in_progress", DocumentKind.SALES_ORDER),
        ("restocked", DocumentKind.SALES_ORDER),
    ],
)
def test_an_order_with_nothing_left_to_fulfil_becomes_an_invoice(status: str, kind: DocumentKind) -> None:
    """5.02, P30."""
    assert documented(order(fulfilment_status=status)).kind is kind


def test_without_the_setting_a_fulfilled_order_stays_an_order() -> None:
    shop = settings(orders={"create_invoice_when_fulfilled": False})
    assert documented(order(fulfilment_status="fulfilled"), shop=shop).kind is DocumentKind.SALES_ORDER


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((line(1, kind=LineKind.GIFT_CARD),), DocumentKind.SALES_INVOICE),
        ((line(1, kind=LineKind.GIFT_CARD), line(2, kind=LineKind.TIP)), DocumentKind.SALES_INVOICE),
        ((line(1, kind=LineKind.GIFT_CARD), line(2)), DocumentKind.SALES_ORDER),
        ((line(1, kind=LineKind.TIP),), DocumentKind.SALES_ORDER),
    ],
)
def test_gift_cards_alone_need_no_fulfilment(lines: tuple[OrderLine, ...], kind: DocumentKind) -> None:
    assert documented(order(*lines)).kind is kind


@pytest.mark.parametrize("name", ["WEB511", "#1001", "EU 1001 / b", "W" * 200, "1001@home"])
def test_the_orders_name_is_the_number_as_it_is_where_the_shop_says_so(name: str) -> None:
    """5.07, DO-02: nothing is cut off and only a leading @ is refused."""
    outcome = built(order(name=name), use_shopify_number=True)
    assert isinstance(outcome, DocumentDraft)
    assert outcome.number == name


def test_otherwise_the_series_numbers_the_document() -> None:
    outcome = built(order(name="@1001"), use_shopify_number=False)
    assert isinstance(outcome, DocumentDraft)
    assert outcome.number is None


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("UTC", "2026-01-15T22:30:00+00:00", date(2026, 1, 15)),
        ("Pacific/Auckland", "2026-01-15T22:30:00+00:00", date(2026, 1, 16)),
        ("America/Lima", "2026-01-15T22:30:00+00:00", date(2026, 1, 15)),
        ("Europe/Amsterdam", "2026-12-31T22:59:59+00:00", date(2026, 12, 31)),
        ("Europe/Amsterdam", "2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
        ("Europe/Amsterdam", "2026-10-24T22:30:00+00:00", date(2026, 10, 25)),
        ("Europe/Amsterdam", "2026-10-25T22:59:59+00:00", date(2026, 10, 25)),
        ("America/Havana", "2026-11-01T04:30:00+00:00", date(2026, 11, 1)),
        ("America/Havana", "2026-11-01T05:30:00+00:00", date(2026, 11, 1)),
    ],
)
def test_the_document_date_is_the_day_at_the_shop(zone: str, instant: str, day: date) -> None:
    """5.13, D16: a minute before midnight, and in the night whose hour comes twice."""
    made = order(created_at=datetime.fromisoformat(instant))
    assert documented(made, time_zone=ZoneInfo(zone)).document_date == day


def test_po_number_note_and_attributes_are_carried() -> None:
    """5.14, 5.18, 5.37."""
    made = order(po_number="PO-7", note="Ring twice", attributes=(Attribute(key="gift", value="yes"),))
    document = documented(made)
    assert (document.external_document_no, document.work_description) == ("PO-7", "Ring twice")
    assert document.attributes == (Attribute(key="gift", value="yes"),)


def test_the_codes_that_the_buyer_entered_are_carried() -> None:
    """5.37, G23: all of them, as they were entered."""
    assert documented(order(discount_codes=("Summer", "VIP-1"))).discount_codes == ("Summer", "VIP-1")


def test_a_po_number_is_never_cut() -> None:
    """5.14: longer than most ERPs' fields; how much of it one keeps is its own to decide."""
    assert documented(order(po_number="P" * 200)).external_document_no == "P" * 200


def test_odd_addresses_and_long_notes_are_carried_whole() -> None:
    """D15: without a country, a region or a last name, with a box for a street, and a dozen lines of note."""
    note = "\n".join(f"Line {number}: {'x' * 80}" for number in range(12))
    odd = address(
        company="",
        first_name="Cher",
        last_name="",
        line1="P.O. Box 7",
        line2="",
        city="A" * 255,
        country_code="",
    )
    document = documented(order(note=note, sell_to_address=odd, bill_to_address=odd, ship_to_address=odd))

    assert document.work_description == note
    for party in (document.sell_to, document.bill_to, document.ship_to):
        assert (party.address.line1, party.address.city) == ("P.O. Box 7", "A" * 255)
        assert (party.address.country_code or "") == ""
    assert document.ship_to.name == "Cher"


def test_parties_come_from_the_orders_addresses_and_their_numbers_from_the_customers() -> None:
    """5.08."""
    made = order(
        sell_to_address=address(company="Buyer Ltd"),
        bill_to_address=address(company="Payer Ltd", city="Payville"),
        ship_to_address=address(company="", first_name="Ann", last_name="Lee", phone="555"),
        email="a@example.com",
        phone="+31 6 1",
    )
    customers = Parties(
        sell_to=ExistingCustomer(id=CustomerId("cus_1"), no="C1"), bill_to=ExistingCustomer(id=CustomerId("cus_2"))
    )
    document = documented(made, customer=customers)
    sell_to, bill_to, ship_to = document.sell_to, document.bill_to, document.ship_to
    assert (sell_to.customer_id, sell_to.customer_no, sell_to.name, sell_to.name2) == (
        "cus_1",
        "C1",
        "Buyer Ltd",
        "Firstname Lastname",
    )
    assert (sell_to.email, sell_to.phone) == ("a@example.com", "+31 6 1")
    assert (bill_to.customer_id, bill_to.customer_no, bill_to.name, bill_to.address.city) == (
        "cus_2",
        None,
        "Payer Ltd",
        "Payville",
    )
    assert (ship_to.customer_id, ship_to.name, ship_to.name2, ship_to.phone) == (None, "Ann Lee", "", "555")


def test_a_till_order_without_addresses_bears_the_buyers_name_and_ships_nowhere() -> None:
    """D15."""
    made = order(sell_to_address=None, bill_to_address=None, ship_to_address=None)
    document = documented(made)
    assert (document.sell_to.name, document.bill_to.name, document.ship_to.name) == (
        "Dummy Customer",
        "Dummy Customer",
        "",
    )


def test_an_order_without_a_bill_to_address_is_billed_to_the_sell_to() -> None:
    document = documented(order(bill_to_address=None, sell_to_address=address(company="Buyer Ltd")))
    assert document.bill_to.name == "Buyer Ltd"


def test_a_company_order_without_a_company_in_its_address_bears_the_companys_name() -> None:
    made = order(
        b2b=True,
        company=Named(shopify_id=sid(6001), name="Mill Ltd"),
        sell_to_address=address(company="", first_name="", last_name=""),
    )
    assert documented(made).sell_to.name == "Mill Ltd"


def test_a_companys_address_without_a_person_names_who_ordered_on_the_sell_to_alone() -> None:
    """COM-12."""
    site = address(company="Mill Ltd", first_name="", last_name="")
    bob = store_customer(first_name="Bob", last_name="Red")
    made = order(b2b=True, customer=bob, sell_to_address=site, bill_to_address=site, ship_to_address=site)
    found = documented(made, shop=settings(customers={"name2_source": NameSource.NONE}))
    assert [each.contact_name for each in (found.sell_to, found.bill_to, found.ship_to)] == ["Bob Red", "", ""]
    assert documented(order(customer=bob, sell_to_address=site)).sell_to.contact_name == ""
    named = address(company="Mill Ltd", first_name="Ada", last_name="Blue")
    assert documented(order(b2b=True, customer=bob, sell_to_address=named)).sell_to.contact_name == "Ada Blue"
    nobody = settings(customers={"contact_source": NameSource.NONE})
    assert documented(order(b2b=True, customer=bob, sell_to_address=site), shop=nobody).sell_to.contact_name == ""


def test_names_and_county_follow_the_settings() -> None:
    """2.01, CUS-8."""
    shop = settings(
        customers={
            "name_source": NameSource.LAST_FIRST,
            "name2_source": NameSource.COMPANY,
            "contact_source": NameSource.NONE,
            "county_source": CountySource.NAME,
        }
    )
    made = order(sell_to_address=address(province_code="CA", province_name="California"))
    party = documented(made, shop=shop).sell_to
    assert (party.name, party.name2, party.contact_name) == ("Lastname Firstname", "Company", "")
    assert party.address.county == "California"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (order(phone="1", customer=store_customer(phone="3")), "1"),
        (order(sell_to_address=address(phone="2"), customer=store_customer(phone="3")), "2"),
        (order(sell_to_address=address(phone=""), customer=store_customer(phone="3")), "3"),
        (
            order(sell_to_address=address(phone=""), customer=store_customer(addresses=(address(phone="4"),))),
            "4",
        ),
        (order(sell_to_address=address(phone=""), ship_to_address=address(phone="5")), "5"),
    ],
)
def test_the_phone_is_the_orders_else_the_first_one_known(who: Order, expected: str) -> None:
    assert documented(who).sell_to.phone == expected


PAYMENTS = Mappings(
    payment_methods={
        ("shopify_payments", "visa"): PaymentMethodMapping(gateway="shopify_payments", payment_method_code="CARD"),
        ("shopify_payments", ""): PaymentMethodMapping(gateway="shopify_payments", payment_method_code="SHOPPAY"),
        ("bank", ""): PaymentMethodMapping(gateway="bank", payment_method_code="BANK"),
        ("other card", ""): PaymentMethodMapping(gateway="other card", payment_method_code="CARD"),
    }
)


@pytest.mark.parametrize(
    ("payments", "code"),
    [
        ((payment(card_company="Visa"),), "CARD"),
        ((payment(card_company="Amex"),), "SHOPPAY"),
        ((payment("Bank", kind="authorization"), payment("bank", kind="capture")), "BANK"),
        ((payment(card_company="Visa"), payment("other card")), "CARD"),
        ((payment(card_company="Visa"), payment("bank")), None),
        ((payment(card_company="Visa"), payment("unmapped")), None),
        ((payment("bank"), payment("shopify_payments", status="failure"), payment("gift", kind="refund")), "BANK"),
        ((), None),
    ],
)
def test_the_payment_method_is_the_one_all_successful_payments_map_to(
    payments: tuple[Transaction, ...], code: str | None
) -> None:
    """4.28, 4.29."""
    assert documented(order(transactions=payments), mappings=PAYMENTS).payment_method_code == code


def test_methods_and_agents_come_from_the_first_shipping_charge_even_a_free_one() -> None:
    """4.25, DO-04."""
    mappings = Mappings(
        shipment_methods={
            "standard": ShipmentMethodMapping(
                title="Standard",
                shipment_method_code="EXW",
                shipping_agent_code="UPS",
                shipping_agent_service_code="STD",
            )
        }
    )
    charges = (shipping("0.00", title="Standard"), shipping("3.00", number=2, title="Express"))
    document = documented(order(line(1), shipping_lines=charges), mappings=mappings)
    codes = (document.shipment_method_code, document.shipping_agent_code, document.shipping_agent_service_code)
    assert codes == ("EXW", "UPS", "STD")


def test_codes_that_a_person_set_are_kept_even_when_set_to_nothing() -> None:
    by_hand = OrderMapping(
        shipment_method_code="BY-HAND",
        payment_method_code=None,
        by_hand=("shipment_method_code", "payment_method_code"),
    )
    made = order(transactions=(payment("bank"),))
    document = documented(made, mappings=PAYMENTS, header=by_hand)
    assert (document.shipment_method_code, document.payment_method_code) == ("BY-HAND", None)


def test_a_row_that_waits_for_its_code_hides_no_row_that_has_one() -> None:
    """What the store tells of and nobody mapped decides nothing (P04)."""
    mappings = Mappings(
        payment_methods={
            ("shopify_payments", "visa"): PaymentMethodMapping(gateway="shopify_payments", card_company="Visa"),
            ("shopify_payments", ""): PaymentMethodMapping(gateway="shopify_payments", payment_method_code="SHOPPAY"),
        },
        payment_terms=(
            PaymentTermsMapping(terms_id=sid(4), name="Net 30", type="net"),
            PaymentTermsMapping(terms_id=sid(5), name="Net 30", type="net", payment_terms_code="30D"),
        ),
    )
    made = order(transactions=(payment(card_company="Visa"),), payment_terms=PaymentTerms(name="Net 30", type="net"))
    document = documented(made, mappings=mappings)
    assert (document.payment_method_code, document.payment_terms_code) == ("SHOPPAY", "30D")


def test_payment_terms_are_found_by_type_and_name_and_the_due_date_is_carried() -> None:
    """5.15."""
    mappings = Mappings(
        payment_terms=(
            PaymentTermsMapping(terms_id=sid(4), name="Net 14", type="NET", payment_terms_code="14D"),
            PaymentTermsMapping(terms_id=sid(5), name="Net 30", type="NET", payment_terms_code="30D"),
        )
    )
    terms = PaymentTerms(name="net 30", type="net", due_at=datetime(2026, 2, 14, 9, tzinfo=UTC))
    document = documented(order(payment_terms=terms), mappings=mappings)
    assert (document.payment_terms_code, document.due_date) == ("30D", date(2026, 2, 14))


def test_the_salesperson_is_the_one_mapped_to_the_staff_member() -> None:
    """JB-01."""
    mappings = Mappings(staff={sid(31): "JO"})
    assert documented(order(staff_id=sid(31)), mappings=mappings).salesperson_code == "JO"
    assert documented(order(staff_id=sid(32)), mappings=mappings).salesperson_code is None


@pytest.mark.parametrize(
    ("ship_to", "exempt", "expected"),
    [
        (address(province_code="CA"), False, ("CA", True)),
        (address(province_code="", province_name="california"), False, ("CA", True)),
        (address(province_code="CA"), True, ("CA", False)),
        (address(province_code="NY", province_name="New York"), False, (None, False)),
        (address(city="", province_code="CA"), False, (None, False)),
    ],
)
def test_the_tax_area_is_that_of_the_first_address_with_a_city(
    ship_to: object, exempt: bool, expected: tuple[str | None, bool]
) -> None:
    """4.30, CUS-73, DO-03: an exempt order keeps the area and is not liable; no other address is tried."""
    made = order(ship_to_address=ship_to, sell_to_address=address(province_code=""), tax_exempt=exempt)
    document = documented(made, shop=ANYWHERE, mappings=Mappings(tax_areas=(CALIFORNIA,)))
    assert (document.tax_area_code, document.tax_liable) == expected


def test_a_province_without_a_row_takes_the_row_of_its_country() -> None:
    country = TaxArea(country_code="US", tax_area_code="US")
    mappings = Mappings(tax_areas=(country, CALIFORNIA))
    assert documented(order(), shop=ANYWHERE, mappings=mappings).tax_area_code == "US"


def test_without_a_priority_there_is_no_tax_area() -> None:
    assert (
        documented(
            order(), mappings=Mappings(tax_areas=(TaxArea(country_code="US", tax_area_code="US"),))
        ).tax_area_code
        is None
    )


@pytest.mark.parametrize(
    ("local", "handling", "setting", "mapped", "code"),
    [
        ("EUR", "shop", "EURO", {"EUR": "E"}, None),
        ("USD", "shop", "EURO", {"EUR": "E"}, "EURO"),
        ("USD", "shop", None, {"EUR": "E"}, "E"),
        ("USD", "presentment", "EURO", {"EUR": "E"}, "E"),
    ],
)
def test_the_currency_code_is_none_for_local_then_the_setting_then_the_mapping(
    local: str, handling: str, setting: str | None, mapped: dict[str, str], code: str | None
) -> None:
    """D9: 4.40, api.md currency_code."""
    shop = settings(orders={"currency_handling": CurrencyHandling(handling), "currency_code": setting})
    document = documented(order(), shop=shop, mappings=Mappings(currencies=mapped), local_currency=local)
    assert (document.currency, document.currency_code) == ("EUR", code)
