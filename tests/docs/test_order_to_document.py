"""docs/order-to-document.md is run: its order becomes its document, each row of its tables is so, and no field that is
asked of Shopify is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode, parse

from app.adapters.postgres.document_json import encode_header, encode_lines
from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.chosen_customers import ExistingCustomer, Parties
from app.domain.documents import DocumentDraft, build_document
from app.domain.identifiers import CustomerId, OrderId, ShopId, ShopifyId
from app.domain.items import ItemChoice
from app.domain.mappings import (
    LocationMapping,
    Mappings,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.settings_values import settings_from_json
from tests.docs.papers import CHECKOUT, paper

Json = Any

PAGE = paper("docs/order-to-document.md")
DOCUMENTS = CHECKOUT / "app" / "adapters" / "shopify" / "documents"
PAGES_OF_LISTS = frozenset(
    "lineItems shippingLines fulfillmentOrders addressesV2 paymentSchedules refundLineItems refundShippingLines"
    " orderAdjustments".split()
)
_ROW = re.compile(r"^\| `([^`]+)` \| (?:`([^`]*)`)? ?\| (?:`([^`]+)`|—) \| (.+) \|$", re.MULTILINE)


def shop() -> Json:
    return json.loads(PAGE.blocks("json")[0])


def order_answer() -> Json:
    return json.loads(PAGE.blocks("json")[1])


def rows() -> list[tuple[str, str | None, str | None, str]]:
    """Shopify's field, its value, the document's field, and what stands there or what the field does instead."""
    return [(field, value, place, there) for field, value, place, there in _ROW.findall(PAGE.text)]


def as_answered(value: Json, name: str = "", *, of_refund: bool = False) -> Json:
    """What the page writes shortly as Shopify writes it: amounts in both currencies, lists in pages."""
    if isinstance(value, str) and (name.endswith("Set") or name == "price"):
        return {"shopMoney": {"amount": value}, "presentmentMoney": {"amount": value}}
    if isinstance(value, list):
        nodes = [as_answered(each, of_refund=of_refund or name == "refunds") for each in value]
        paged = name in PAGES_OF_LISTS or (of_refund and name == "transactions")
        return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes} if paged else nodes
    if isinstance(value, dict):
        return {key: as_answered(each, key, of_refund=of_refund) for key, each in value.items()}
    return value


def the_order() -> Order:
    answer = as_answered(order_answer())
    refunds = msgspec.convert(answer["refunds"], list[RefundAnswer], strict=False)
    header = msgspec.json.decode(msgspec.json.encode(answer), type=OrderAnswer)
    return order_of(OrderParts(header=header, refunds=refunds))


def the_mappings() -> Mappings:
    given = shop()
    areas = [(*key.split("/"), row) for key, row in given["tax-areas"].items()]
    return Mappings(
        locations={
            ShopifyId(key): LocationMapping(location_id=ShopifyId(key), **row)
            for key, row in given["location-mappings"].items()
        },
        shipment_methods={
            key.casefold(): ShipmentMethodMapping(title=key, **row)
            for key, row in given["shipment-method-mappings"].items()
        },
        payment_methods={
            (key, ""): PaymentMethodMapping(gateway=key, **row) for key, row in given["payment-method-mappings"].items()
        },
        payment_terms=tuple(
            PaymentTermsMapping(terms_id=ShopifyId(key), **row) for key, row in given["payment-terms-mappings"].items()
        ),
        staff={ShopifyId(key): row["salesperson_code"] for key, row in given["staff-mappings"].items()},
        tax_areas=tuple(TaxArea(country_code=country, province=province, **row) for country, province, row in areas),
    )


@cache
def the_document() -> Json:
    order, given = the_order(), shop()
    assert order.customer is not None
    (customer,) = (given["store-customers"][order.customer.shopify_id],)
    party = ExistingCustomer(id=CustomerId("cus_01"), no=customer["customer_no"])
    settings = settings_from_json(given["settings"])
    outcome = build_document(
        order,
        shop_id=ShopId("sho_01"),
        order_id=OrderId("ord_01"),
        settings=settings,
        mappings=the_mappings(),
        customer=Parties(sell_to=party, bill_to=party),
        items={
            line.shopify_id: ItemChoice(**given["store-variants"][line.store_variant_id])
            for line in order.lines
            if line.store_variant_id in given["store-variants"]
        },
        header=OrderMapping(),
        local_currency=settings.general.local_currency,
        time_zone=ZoneInfo(settings.general.time_zone or "UTC"),
        use_shopify_number=False,
    )
    assert isinstance(outcome, DocumentDraft), outcome
    return {**json.loads(encode_header(outcome.content)), "lines": json.loads(encode_lines(outcome.content))}


def at(value: Json, path: str) -> Json:
    for name, place in re.findall(r"(\w+)|\[(\d+)\]", path):
        value = value[int(place)] if place else value[name]
    return value


def test_the_document_on_the_page_is_the_one_that_is_made_of_the_order() -> None:
    assert json.loads(PAGE.blocks("json")[2]) == the_document(), json.dumps(the_document())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_what_is_so(row: tuple[str, str, str, str]) -> None:
    field, value, place, there = row
    if not field.endswith(".*"):
        assert at(order_answer(), field) == json.loads(value)
    if place:
        assert at(the_document(), place) == json.loads(there.strip("`"))


def test_every_field_that_is_asked_of_shopify_has_its_row() -> None:
    told = {re.sub(r"\[\d+\]", "", field) for field, *_ in rows()}
    whole = {field.removesuffix("*") for field in told if field.endswith(".*")}
    asked = {*leaves("orders_whole.graphql"), *(f"refunds.{leaf}" for leaf in leaves("refunds_whole.graphql"))}
    untold = {
        field
        for field in asked
        if not any(field == each or field.startswith(f"{each}.") for each in told)
        and not any(field.startswith(each) for each in whole)
    }
    assert untold == set(), "say on docs/order-to-document.md where these land"


def test_the_page_tells_of_no_field_that_is_not_asked() -> None:
    asked = {*leaves("orders_whole.graphql"), *(f"refunds.{leaf}" for leaf in leaves("refunds_whole.graphql"))}
    told = {re.sub(r"\[\d+\]", "", field).removesuffix(".*") for field, *_ in rows()}
    assert {field for field in told if not any(f"{leaf}.".startswith(f"{field}.") for leaf in asked)} == set()


def test_every_field_of_a_document_is_on_the_page() -> None:
    """Those that this order leaves empty are in the document at the end of the page."""
    places = {re.sub(r"\[\d+\]", "", place).split(".")[0] for _, _, place, _ in rows() if place}
    empty = {name for name, value in the_document().items() if value in (None, "", [], {})}
    of_the_shop = {"currency_code", "currency_handling", "shipping_agent_code", "shipping_agent_service_code"}
    assert set(the_document()) - places - empty - of_the_shop == set()


@cache
def fragments() -> Mapping[str, FragmentDefinitionNode]:
    found = parse((DOCUMENTS / "fragments.graphql").read_text()).definitions
    return {each.name.value: each for each in found if isinstance(each, FragmentDefinitionNode)}


def leaves(document: str) -> list[str]:
    """The paths of everything that a document asks; an amount is one thing."""
    (operation,) = parse(Path(DOCUMENTS / document).read_text()).definitions
    found = _leaves(operation.selection_set, "")  # type: ignore[attr-defined]
    return sorted(set(found))


def _leaves(selection: SelectionSetNode, path: str) -> Iterator[str]:
    for each in selection.selections:
        match each:
            case FieldNode() if each.name.value in ("pageInfo", "__typename"):
                pass
            case FieldNode(selection_set=inner):
                name = each.name.value
                here = path if name == "nodes" else f"{path}.{name}".lstrip(".")
                if inner is None or _is_amount(inner):
                    yield here
                else:
                    yield from _leaves(inner, here)
            case InlineFragmentNode():
                yield from _leaves(each.selection_set, path)
            case FragmentSpreadNode():
                yield from _leaves(fragments()[each.name.value].selection_set, path)


def _is_amount(selection: SelectionSetNode) -> bool:
    return any(isinstance(each, FragmentSpreadNode) and each.name.value == "Money" for each in selection.selections)
