"""What of an order, a document and a request is personal (P83)."""

from dataclasses import dataclass, replace

from app.domain.addresses import StoreAddress
from app.domain.changes import Change, ChangeKind, Severity
from app.domain.fulfilments import Tracking
from app.domain.identifiers import ShopifyId
from app.domain.orders import Attribute
from app.domain.privacy import Person, person_of
from app.domain.redaction import names_in, without_person
from app.domain.returns import Return, ReturnLine, ReverseDelivery, ReverseFulfilmentOrder
from app.ports.shipment_gateway import FulfilmentTracking


def test_an_address_keeps_its_country_and_province_for_the_taxes() -> None:
    full = StoreAddress(
        first_name="Ada",
        last_name="L",
        company="L BV",
        line1="Street 1",
        postal_code="1011",
        city="A",
        country_code="NL",
        province_code="NH",
        phone="+31",
    )

    assert without_person(full) == StoreAddress(country_code="NL", province_code="NH")


def test_values_and_their_json_are_treated_alike() -> None:
    attribute = Attribute(key="gift for", value="Ada")

    assert without_person(attribute) == Attribute(key="gift for", value="")
    assert without_person({"key": "gift for", "value": "Ada"}) == {"key": "gift for", "value": ""}


def test_numbers_of_parcels_go_one_by_one_and_together() -> None:
    together = FulfilmentTracking(company="DHL", numbers=("A1", "A2"), urls=("https://x",))

    assert without_person({"number": "A1", "url": None}) == {"number": "", "url": None}
    assert without_person(together) == FulfilmentTracking(company="DHL", numbers=("", ""), urls=("",))
    assert without_person({"numbers": ["A1"], "urls": []}) == {"numbers": [""], "urls": []}


def test_names_of_things_stay() -> None:
    document = {"order": {"name": "#1001"}, "sell_to": {"name": "Ada", "contact_name": "Ada", "customer_no": "C1"}}

    assert without_person(document) == {
        "order": {"name": "#1001"},
        "sell_to": {"name": "", "contact_name": "", "customer_no": "C1"},
    }


def test_changes_of_addresses_and_notes_lose_both_sides_and_changes_of_quantities_neither() -> None:
    moved = Change(
        kind=ChangeKind.SHIP_TO_CHANGED, severity=Severity.CONFLICT, before={"line1": "A"}, after={"line1": "B"}
    )
    more = Change(kind=ChangeKind.LINE_QUANTITY_INCREASED, severity=Severity.CONFLICT, before="1", after="2")

    assert (without_person(moved).before, without_person(moved).after) == (None, None)
    assert without_person(more) is more


def test_what_was_written_about_a_return_goes_and_what_came_back_stays() -> None:
    line = ReturnLine(shopify_id=ShopifyId("5"), quantity=2, reason="defective", customer_note="Ada", reason_note="Ada")
    parcel = ReverseDelivery(shopify_id=ShopifyId("6"), tracking=Tracking(company="DHL", number="R1", url="https://x"))
    reverse = ReverseFulfilmentOrder(shopify_id=ShopifyId("7"), status="open", deliveries=(parcel,))
    back = Return(
        shopify_id=ShopifyId("4"),
        name="#1001-R1",
        status="declined",
        decline_note="Ada",
        lines=(line,),
        reverse_orders=(reverse,),
    )

    assert without_person(back) == replace(
        back,
        decline_note="",
        lines=(replace(line, customer_note="", reason_note=""),),
        reverse_orders=(replace(reverse, deliveries=(replace(parcel, tracking=Tracking(company="DHL")),)),),
    )


def test_sentences_of_others_are_found_by_what_names_the_person() -> None:
    place = {"last_name": "Lovelace", "city": "A"}
    order = {"email": "a@x.nl", "phone": "", "ship_to": place, "lines": [{"note": "N"}]}

    assert names_in(order) == {"a@x.nl", "Lovelace"}


def test_blank_things_are_themselves() -> None:
    @dataclass(frozen=True)
    class Nothing:
        email: str = ""

    nothing = Nothing()
    assert without_person(nothing) == nothing


def test_a_person_is_read_from_what_there_is_of_it() -> None:
    body = {"customer": {"id": 207119551, "email": " a@example.com "}, "orders_to_redact": [299938, "280263", None, {}]}

    assert person_of(body) == Person(customer_id="207119551", email="a@example.com", orders=("299938", "280263"))  # type: ignore[arg-type]
    assert person_of({"customer": None, "orders_requested": "none"}) == Person()
    assert person_of([]) == Person()
