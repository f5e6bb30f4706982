"""What an order names and no mapping table has a row for."""

from dataclasses import replace

from app.domain.identifiers import ShopifyId
from app.domain.mappings import LocationMapping, Mappings, PaymentMethodMapping, ShipmentMethodMapping
from app.domain.seen_values import LONGEST_TEXT, MOST_ROWS, SeenValues, seen, unknown_values
from tests.builders import fulfilment_order, line, order, payment, refund, refund_line, shipping, sid

SOLD = line(1)
SHIPPED = order(
    SOLD,
    fulfilment_orders=(fulfilment_order((SOLD, 1), location=5001),),
    shipping_lines=(shipping(title="Drone"), shipping(number=12002, title="DRONE")),
    transactions=(payment(card_company="Visa"), payment("Shopify_Payments", card_company="VISA")),
)


def test_every_value_without_a_row_is_found_once_with_its_text() -> None:
    found = unknown_values(SHIPPED, Mappings())

    assert set(found.locations) == {sid(5001)}
    assert list(found.titles) == ["drone"]
    assert list(found.gateways) == [("shopify_payments", "visa")]


def test_a_row_counts_whether_it_has_a_code_or_not() -> None:
    mappings = Mappings(
        locations={sid(5001): LocationMapping(location_id=sid(5001))},
        shipment_methods={"drone": ShipmentMethodMapping(title="Drone")},
        payment_methods={("shopify_payments", "visa"): PaymentMethodMapping(gateway="shopify_payments")},
    )

    assert not unknown_values(SHIPPED, mappings)


def test_a_card_company_has_a_row_of_its_own_beside_that_of_its_gateway() -> None:
    mappings = Mappings(payment_methods={("shopify_payments", ""): PaymentMethodMapping(gateway="shopify_payments")})

    assert list(unknown_values(SHIPPED, mappings).gateways) == [("shopify_payments", "visa")]


def test_refunded_pieces_name_the_location_they_went_back_to() -> None:
    back = refund(replace(refund_line(SOLD), location_id=sid(5002)))

    assert unknown_values(order(SOLD, refunds=(back,)), Mappings()).locations == {sid(5002): ""}


def test_a_location_that_was_deleted_has_no_id_and_leaves_no_row() -> None:
    gone = order(SOLD, fulfilment_orders=(fulfilment_order((SOLD, 1), location=None),))

    assert not unknown_values(gone, Mappings())


def test_what_cannot_be_mapped_is_not_kept() -> None:
    too_long = "x" * (LONGEST_TEXT + 1)

    assert not seen(titles=("", too_long), gateways=(("", "Visa"), (too_long, ""), ("paypal", too_long)))


def test_titles_without_end_do_not_fill_the_table() -> None:
    """Some stores write a day and an hour into each."""
    rows = {f"slot {number}": ShipmentMethodMapping(title=f"Slot {number}") for number in range(MOST_ROWS)}

    assert not unknown_values(order(SOLD, shipping_lines=(shipping(title="Slot X"),)), Mappings(shipment_methods=rows))


def test_of_two_orders_what_was_seen_first_keeps_its_text() -> None:
    first, second = seen(titles=["Drone"]), seen(titles=["DRONE", "Boat"])

    assert (first | second).titles == {"drone": "Drone", "boat": "Boat"}


def test_a_name_that_is_told_later_is_not_lost() -> None:
    unnamed = SeenValues(locations={ShopifyId("1"): ""})
    named = SeenValues(locations={ShopifyId("1"): "Shop"})

    assert (unnamed | named).locations == (named | unnamed).locations == {ShopifyId("1"): "Shop"}
