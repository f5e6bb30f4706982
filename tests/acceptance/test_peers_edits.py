"""What edits and refunds did to documents elsewhere: the cases 8, 13 and 27 of peers, over HTTP between processes."""

from decimal import Decimal

import pytest

from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.harness import UNLIMITED, Simulator, all_documents, set_up_shop
from tests.acceptance.queue_orders import CUSTOMER, ITEM, a_line, an_order, open_store, run_import, shop_settings
from tests.acceptance.refunded_orders import ACCOUNTS, a_refund, amount, freight_back, given_back, memo


def test_lines_added_after_the_document_are_told_each_by_its_id_even_when_one_looks_like_another(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 8: an upsell of two lines, one of the very article and quantity that the order has already."""
    shop, desk = "peers-8", simulator.desk("peers-8.myshopify.com")
    open_store(erp, desk, peers_8={})
    desk.put(orders=[an_order(801, lineItems=[a_line(8011)])])
    run_import(erp, shop)
    [document] = all_documents(erp, shop)

    variant = {"legacyResourceId": str(90_000 + 11), "sku": ITEM, "price": "10.00"}
    same = {"variant": variant, "product": {"legacyResourceId": "801", "title": "Teapot"}, "quantity": 1}
    other = same | {"variant": variant | {"legacyResourceId": "90099", "price": "7.50"}, "quantity": 2}
    desk.act("801", "edit", changes=[{"addVariant": same}, {"addVariant": other}])
    run_import(erp, shop)

    [listed] = erp.every("/v1/orders", shop=shop, in_conflict=True)
    order = erp.get(f"/v1/orders/{listed['id']}")
    kept, *added = order["lines"]
    conflict = order["conflict"]
    unshown = [each for each in conflict["changes"] if each["severity"] == "conflict"]
    alike = ("store_variant_id", "sku", "ordered_quantity")
    assert (kept["shopify_id"], [kept[name] for name in alike]) == ("8011", [added[0][name] for name in alike])
    assert [(each["kind"], each["line_id"], each["shopify_id"], each["amount"]["shop"]) for each in unshown] == [
        ("line_added", added[0]["id"], added[0]["shopify_id"], "10.00"),
        ("line_added", added[1]["id"], added[1]["shopify_id"], "15.00"),
    ]
    assert (conflict["amount"]["shop"], conflict["proposed"]) == ("25.00", "amend_document")
    assert all_documents(erp, shop) == [document]


def test_each_line_of_a_memo_has_a_number_of_its_own_and_each_refund_a_memo_of_its_own(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 27: goods back and not back, shipping and a remainder; then a second refund of the same order."""
    shop, desk = "peers-27", simulator.desk("peers-27.myshopify.com")
    open_store(erp, desk)
    settings = shop_settings(accounts=ACCOUNTS, refunds={"process": "auto_create"})
    set_up_shop(erp, desk, shop, settings=settings)
    charge = {"id": "gid://shopify/ShippingLine/2701", "title": "Standard", "originalPriceSet": amount("5.00")}
    lines = [a_line(27_010 + place) for place in range(4)]
    paid = {
        "id": "gid://shopify/OrderTransaction/2701",
        "kind": "SALE",
        "status": "SUCCESS",
        "amountSet": amount("45.00"),
    }
    desk.put(orders=[an_order(2701, lineItems=lines, shippingLines=[charge], transactions=[paid])])
    run_import(erp, shop)

    ten = amount("10.00")
    first = a_refund(
        271,
        given_back(27_010, ten, restock="RETURN"),
        given_back(27_011, ten, restock="NO_RESTOCK"),
        refunded=amount("27.00"),
        refundShippingLines=[freight_back(272, charge, amount("5.00"))],
    )
    second = a_refund(273, given_back(27_012, ten, restock="RETURN"), refunded=ten)
    for refund in (first, second):
        desk.act("2701", "refund", refund=refund)
        run_import(erp, shop)

    [sale, *_] = all_documents(erp, shop)
    made, later = memo(erp, shop, "271"), memo(erp, shop, "273")
    assert [(line["line_no"], line["source"]["kind"], line["amount"]) for line in made["lines"]] == [
        (10_000, "refund_line", "10.00"),
        (20_000, "refund_line", "10.00"),
        (30_000, "refund_shipping", "5.00"),
        (40_000, "refund_remainder", "2.00"),
    ]
    assert [(line["line_no"], line["no"]) for line in later["lines"]] == [(10_000, ITEM)]
    assert len({made["number"], later["number"], sale["number"]}) == 3
    assert (made["totals"]["amount_including_tax"], later["totals"]["amount_including_tax"]) == ("27.00", "10.00")


@pytest.mark.parametrize(
    ("mode", "currency", "freight", "total"), [("shop", "GBP", "5.00", "15.00"), ("presentment", "ISK", "875", "2625")]
)
def test_a_memo_is_in_the_currency_of_its_order_in_every_line(
    erp: Erp, simulator: Simulator, mode: str, currency: str, freight: str, total: str
) -> None:
    """Case 13: goods and shipping given back; a shop of pounds, a buyer of krónur."""
    shop, desk = f"peers-13-{mode}", simulator.desk(f"peers-13-{mode}.myshopify.com")
    _pounds_and_kronur(erp, desk, shop, mode)
    charge = {"id": "gid://shopify/ShippingLine/1301", "title": "Standard", "originalPriceSet": amount("5.00", "875")}
    ten = amount("10.00", "1750")
    order = an_order(
        1301,
        lineItems=[a_line(13_010, originalUnitPriceSet=ten), a_line(13_011, originalUnitPriceSet=ten)],
        shippingLines=[charge],
        currencyCode="GBP",
        presentmentCurrencyCode="ISK",
    )
    desk.put(orders=[order])
    run_import(erp, shop)
    back = a_refund(
        131,
        given_back(13_010, ten, restock="RETURN"),
        refunded=amount("15.00", "2625"),
        refundShippingLines=[freight_back(132, charge, amount("5.00", "875"))],
    )
    desk.act("1301", "refund", refund=back)
    run_import(erp, shop)

    made = memo(erp, shop, "131")
    assert (made["currency"], made["currency_code"], made["currency_handling"]) == (currency, currency, mode)
    assert [line["source"]["kind"] for line in made["lines"]] == ["refund_line", "refund_shipping"]
    assert made["lines"][1]["amount"] == freight
    assert sum(Decimal(line["amount"]) for line in made["lines"]) == Decimal(total)
    assert made["totals"]["charged_by_shopify"] == made["totals"]["amount_including_tax"] == total


def _pounds_and_kronur(erp: Erp, desk: StoreDesk, shop: str, mode: str) -> None:
    desk.put(throttle=UNLIMITED, shop={"currencyCode": "GBP", "ianaTimezone": "UTC"})
    erp.put(f"/v1/customers/{CUSTOMER}", {"name": "Web sales"})
    erp.put(f"/v1/items/{ITEM}", {"description": "Teapot", "base_unit": "PCS"})
    for code in ("GBP", "ISK"):
        erp.put(f"/v1/currency-mappings/{code}", {"currency_code": code})
    orders = {"auto_create_documents": True, "webhooks": False, "currency_handling": mode}
    settings = shop_settings(orders=orders, accounts=ACCOUNTS, refunds={"process": "auto_create"})
    set_up_shop(erp, desk, shop, settings=settings)
