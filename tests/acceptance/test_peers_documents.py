"""Documents in which connectors of other ERPs fail their users, as real cases over HTTP: numbers are those of the list
of peers' cases. The same orders are documented twice, in the shop's money and in the buyer's.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.charges import differences
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import UNLIMITED, Simulator, all_documents, set_up_shop
from tests.acceptance.processes import until

SIDES = {"shop": "shopMoney", "presentment": "presentmentMoney"}
LOCAL = "EUR"
FOREIGN = ("GBP", "CHF", "ISK", "JPY", "BHD")
SHARED_BARCODE = "5901234123457"
SETTINGS: Json = {
    "general": {"local_currency": LOCAL, "time_zone": "UTC", "country_code": "NL"},
    "orders": {"auto_create_documents": True},
    "customers": {"mapping": "always_default", "default_customer_no": "PEERS"},
    "items": {"sku_mapping": "item_no"},
    "accounts": {"shipping_charges": "4100", "tips": "4200", "sold_gift_cards": "2450"},
}

pytestmark = pytest.mark.timeout(120)


def money(shop: str, presentment: str | None = None) -> Json:
    return {"shopMoney": {"amount": shop}, "presentmentMoney": {"amount": presentment or shop}}


def a_tax(amount: str, *, rate: float) -> Json:
    return {"title": "VAT", "rate": rate, "ratePercentage": rate * 100, "priceSet": money(amount)}


def a_discount(amount: str) -> Json:
    return {"allocatedAmountSet": money(amount), "discountApplication": {"index": 0}}


def a_line(number: int, price: Json, **fields: Any) -> Json:
    """A line of an article that the ERP knows by its SKU."""
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": "PEER-A",
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": "9001"},
        "originalUnitPriceSet": price,
    } | fields


def a_bare_line(number: int, title: str, price: Json, **fields: Any) -> Json:
    """A line without an article."""
    bare: Json = {"title": title, "sku": None, "product": None, "variant": None, "requiresShipping": False}
    return a_line(number, price, **{**bare, "taxable": False, **fields})


def an_order(number: int, *lines: Json, **fields: Any) -> Json:
    """The order ``#number``; its totals are what its parts come to, unless given."""
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "currencyCode": LOCAL,
        "taxesIncluded": True,
        "lineItems": list(lines),
        "shippingLines": [],
        "fulfillmentOrders": [],
    } | fields


def shipping_refunded_in_two_currencies() -> Json:
    """Goods of 20.00 and shipping of 5.00; the shipping was given back."""
    freight, price = money("5.00", "875"), money("10.00", "1750")
    charge = {"id": "gid://shopify/ShippingLine/131", "title": "Standard", "originalPriceSet": freight}
    back = {
        "id": "gid://shopify/Refund/132",
        "createdAt": "2026-01-16T09:00:00Z",
        "totalRefundedSet": freight,
        "refundLineItems": [],
        "refundShippingLines": [
            {
                "id": "gid://shopify/RefundShippingLine/133",
                "shippingLine": charge,
                "subtotalAmountSet": freight,
                "taxAmountSet": money("0.00", "0"),
            }
        ],
    }
    return an_order(
        113,
        a_line(1131, price, quantity=2),
        currencyCode="GBP",
        presentmentCurrencyCode="ISK",
        shippingLines=[charge],
        refunds=[back],
        totalPriceSet=money("25.00", "4375"),
        currentTotalPriceSet=money("20.00", "3500"),
        totalRefundedSet=freight,
        displayFinancialStatus="PARTIALLY_REFUNDED",
    )


def tips_between_articles() -> list[Json]:
    def sold(number: int, title: str) -> Json:
        lines = (
            a_line(number * 10 + 1, money("10.00")),
            a_bare_line(number * 10 + 2, title, money("2.00")),
            a_line(number * 10 + 3, money("20.00")),
        )
        return an_order(number, *lines, totalTipReceivedSet=money("2.00"))

    return [sold(115, "Tip"), sold(1150, "Trinkgeld")]


def given_away() -> list[Json]:
    free = {"discountAllocations": [a_discount("10.00")]}
    return [
        an_order(
            121,
            a_line(1211, money("10.00"), **free),
            a_line(1212, money("7.00")),
            totalDiscountsSet=money("10.00"),
        ),
        an_order(1210, a_line(1213, money("10.00"), quantity=1, **free), totalDiscountsSet=money("10.00")),
        an_order(1219, a_line(1214, money("0.00"), quantity=3)),
    ]


def exact_decimals() -> list[Json]:
    return [
        an_order(144, a_line(1441, money("10.10")), a_line(1442, money("0.1"))),
        an_order(1440, a_line(1443, money("1000")), currencyCode="JPY"),
        an_order(1449, a_line(1444, money("1.005"), quantity=3), currencyCode="BHD"),
    ]


def of_doubtful_items() -> list[Json]:
    doubtful = {"sku": "NOBODY-KNOWS", "variant": {"legacyResourceId": "9046", "barcode": SHARED_BARCODE}}
    return [
        an_order(146, a_line(1461, money("5.00"), **doubtful)),
        an_order(
            1460,
            a_line(1462, money("5.00"), product={"legacyResourceId": "861"}, variant={"legacyResourceId": "9061"}),
            a_line(1463, money("6.00"), product={"legacyResourceId": "862"}, variant={"legacyResourceId": "9062"}),
        ),
    ]


def orders() -> list[Json]:
    net = a_line(
        1191,
        money("100.00"),
        discountAllocations=[a_discount("20.00")],
        taxLines=[a_tax("8.00", rate=0.1)],
    )
    return [
        shipping_refunded_in_two_currencies(),
        an_order(114, a_line(1141, money("50.00", "53.20")), currencyCode="CHF", presentmentCurrencyCode="EUR"),
        *tips_between_articles(),
        an_order(116, a_line(1161, money("10.00")), a_bare_line(1162, "Engraving as agreed", money("4.00"))),
        an_order(119, net, taxesIncluded=False, taxLines=[a_tax("8.00", rate=0.1)], totalDiscountsSet=money("20.00")),
        *given_away(),
        *exact_decimals(),
        *of_doubtful_items(),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """One store, imported in one currency mode."""

    mode: str
    erp: Erp
    desk: StoreDesk

    @property
    def shop(self) -> str:
        return f"peers-{self.mode}"

    def order(self, name: str) -> Json:
        (found,) = self.erp.every("/v1/orders", shop=self.shop, name=name)
        return self.erp.get(f"/v1/orders/{found['id']}")

    def documents(self, name: str) -> list[Json]:
        return list(self.erp.every("/v1/sales-documents", shop=self.shop, order_name=name, include="lines"))

    def document(self, name: str) -> Json:
        (found,) = self.documents(name)
        return found

    def comes_to_be(self, name: str) -> Json:
        until(lambda: self.documents(name), what=f"a document of {name} is made by itself", seconds=10)
        return self.document(name)


@pytest.fixture(scope="module")
def stores(simulator: Simulator, erp: Erp) -> dict[str, Peers]:
    erp.put("/v1/customers/PEERS", {"name": "Peers"})
    for number in ("PEER-A", "PEER-ENGRAVING"):
        erp.put(f"/v1/items/{number}", {"description": "Teapot", "base_unit": "PCS"})
    for number in ("PEER-TWIN-1", "PEER-TWIN-2"):
        erp.put(f"/v1/items/{number}", {"description": "Twin", "base_unit": "PCS", "barcodes": [SHARED_BARCODE]})
    for currency in FOREIGN:
        erp.put(f"/v1/currency-mappings/{currency}", {"currency_code": currency})
    return {mode: _imported(erp, simulator.desk(f"peers-{mode}.myshopify.com"), mode) for mode in SIDES}


def _imported(erp: Erp, desk: StoreDesk, mode: str) -> Peers:
    found = Peers(mode=mode, erp=erp, desk=desk)
    desk.put(shop={"currencyCode": LOCAL, "ianaTimezone": "UTC"}, throttle=UNLIMITED, orders=orders())
    handled = SETTINGS["orders"] | {"currency_handling": mode}
    set_up_shop(erp, desk, found.shop, settings=SETTINGS | {"orders": handled})
    run = erp.finished_run(found.shop, "import_orders", {"updated_since": "2020-01-01T00:00:00Z"})
    assert (run["state"], run["errors"]) == ("succeeded", [])
    return found


@pytest.fixture(params=SIDES)
def peers(stores: dict[str, Peers], request: pytest.FixtureRequest) -> Peers:
    return stores[request.param]


def facts(document: Json, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(line[name] for name in names) for line in document["lines"]]


def test_a_document_with_refunded_shipping_is_in_one_currency(peers: Peers) -> None:
    """13: GBP shop, ISK buyer. The shipping stays on the document; giving it back is the credit memo's."""
    document = peers.document("#113")
    expected = {
        "shop": ("GBP", [("10.00", "20.00"), ("5.00", "5.00")], "25.00"),
        "presentment": ("ISK", [("1750", "3500"), ("875", "875")], "4375"),
    }
    currency, lines, total = expected[peers.mode]
    assert (document["currency"], document["currency_code"], document["currency_handling"]) == (
        currency,
        currency,
        peers.mode,
    )
    assert facts(document, "unit_price", "amount") == lines
    assert document["totals"]["amount_including_tax"] == document["totals"]["charged_by_shopify"] == total


def test_the_currency_of_the_order_is_the_documents_and_both_totals_are_kept(peers: Peers) -> None:
    """14: books in EUR, order in CHF, shown in EUR."""
    document, order = peers.document("#114"), peers.order("#114")
    assert order["totals"]["total"] == {"shop": "50.00", "presentment": "53.20"}
    told = (document["currency"], document["currency_code"], document["totals"]["amount"])
    assert told == {"shop": ("CHF", "CHF", "50.00"), "presentment": ("EUR", None, "53.20")}[peers.mode]


@pytest.mark.parametrize("name", ["#115", "#1150"])
def test_only_the_line_that_is_a_tip_is_one_whatever_it_is_called(peers: Peers, name: str) -> None:
    """15: an article after a tip stays an article."""
    assert [line["kind"] for line in peers.order(name)["lines"]] == ["item", "tip", "item"]
    assert facts(peers.document(name), "type", "no", "amount") == [
        ("item", "PEER-A", "10.00"),
        ("account", "4200", "2.00"),
        ("item", "PEER-A", "20.00"),
    ]


def test_a_line_without_a_product_waits_for_its_item_and_is_never_left_out(peers: Peers) -> None:
    """16: imported as a custom line; a document that is short of it is never made."""
    order = peers.order("#116")
    custom = order["lines"][1]
    assert (order["state"], custom["kind"], custom["store_product_id"]) == ("blocked", "custom", None)
    (problem,) = order["problems"]
    assert (problem["code"], problem["title"], problem["pointer"]) == (
        "item_missing",
        "A line has no item",
        "/lines/1162/item_no",
    )
    assert problem["remedy"] == "Set the item of the line."
    assert peers.documents("#116") == []

    peers.erp.patch(f"/v1/orders/{order['id']}/lines/{custom['id']}", {"item_no": "PEER-ENGRAVING"})

    assert facts(peers.comes_to_be("#116"), "no", "amount") == [("PEER-A", "10.00"), ("PEER-ENGRAVING", "4.00")]


def test_tax_is_on_the_price_after_discount(peers: Peers) -> None:
    """19: 100 net, 20 off, 10 % tax."""
    document = peers.document("#119")
    assert facts(document, "unit_price", "discount_amount", "amount", "tax_amount") == [
        ("100.00", "20.00", "80.00", "8.00")
    ]
    totals = document["totals"]
    assert (totals["amount"], totals["tax"], totals["amount_including_tax"]) == ("80.00", "8.00", "88.00")


def test_what_is_given_away_keeps_its_line_and_quantity(peers: Peers) -> None:
    """21: a line at 100 % discount, a whole order of it, and a price of nothing."""
    assert facts(peers.document("#121"), "quantity", "discount_amount", "amount") == [
        ("1", "10.00", "0.00"),
        ("1", "0.00", "7.00"),
    ]
    assert facts(peers.document("#1210"), "quantity", "unit_price", "amount") == [("1", "10.00", "0.00")]
    assert facts(peers.document("#1219"), "quantity", "unit_price", "amount") == [("3", "0.00", "0.00")]
    for name in ("#1210", "#1219"):
        assert peers.document(name)["totals"]["charged_by_shopify"] == "0.00"


@pytest.mark.parametrize(
    ("name", "prices", "total"),
    [("#144", ["10.10", "0.10"], "10.20"), ("#1440", ["1000"], "1000"), ("#1449", ["1.005"], "3.015")],
)
def test_no_decimal_is_lost_or_added(peers: Peers, name: str, prices: list[str], total: str) -> None:
    """44: texts at the scale of their currency, in the order and in the document."""
    order, document = peers.order(name), peers.document(name)
    assert [line["unit_price"][peers.mode] for line in order["lines"]] == prices
    assert order["totals"]["charged"][peers.mode] == total
    assert [line["unit_price"] for line in document["lines"]] == prices
    assert document["totals"]["amount"] == total


def test_two_items_with_one_code_are_a_question_not_a_guess(peers: Peers) -> None:
    """46: the items are named; a link answers, and the order is tried again by itself."""
    order = peers.order("#146")
    (problem,) = order["problems"]
    assert problem["code"] == "item_ambiguous"
    assert "PEER-TWIN-1, PEER-TWIN-2" in problem["detail"]
    waiting = list(peers.erp.every("/v1/orders", shop=peers.shop, problem="item_ambiguous"))
    assert [each["name"] for each in waiting] == ["#146"]
    (product,) = peers.erp.every(f"/v1/shops/{peers.shop}/unmapped-products")
    assert (product["store_variant_id"], product["ambiguous"], product["order_count"]) == ("9046", True, 1)
    assert [(line["order_name"], line["shopify_line_id"]) for line in product["lines"]] == [("#146", "1461")]

    peers.erp.put(f"/v1/shops/{peers.shop}/store-variants/9046", {"item_no": "PEER-TWIN-2", "unit": "BOX"})

    assert facts(peers.comes_to_be("#146"), "no", "unit") == [("PEER-TWIN-2", "BOX")]
    assert list(peers.erp.every(f"/v1/shops/{peers.shop}/unmapped-products")) == []


def test_one_sku_on_two_products_is_the_one_item_of_that_number(peers: Peers) -> None:
    """46: the store's duplicates are no doubt about the ERP's item."""
    assert facts(peers.document("#1460"), "no", "amount") == [("PEER-A", "5.00"), ("PEER-A", "6.00")]


def test_every_total_is_what_the_store_charged(peers: Peers) -> None:
    """By a computation of its own, from the store's own figures; and the parts of every document add up."""
    found = all_documents(peers.erp, peers.shop)
    assert len(found) >= len(orders()) - 2
    assert differences(found, peers.desk.state("orders")["orders"], side=SIDES[peers.mode]) == []
    for document in found:
        amounts = sum((Decimal(line["amount"]) for line in document["lines"]), start=Decimal(0))
        assert amounts == Decimal(document["totals"]["amount"]), document["number"]
