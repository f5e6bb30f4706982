"""The documents against Shopify's schema, their typed answers against the documents, their prices against the model."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    parse,
    validate,
    visit,
)

from app.adapters.shopify import catalogue, price_catalogue, product_catalogue
from app.adapters.shopify.answers.companies import CompanyLocationAnswer
from app.adapters.shopify.answers.company_writing import LocationStandingAnswer
from app.adapters.shopify.answers.customers import WholeCustomerAnswer
from app.adapters.shopify.answers.fulfilments import OrderFulfilmentsAnswer
from app.adapters.shopify.answers.gift_cards import GiftCardAnswer
from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.products import FoundVariantAnswer, PicturedProductAnswer, ProductAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import OrderReturnsAnswer, ReturnAnswer
from app.adapters.shopify.answers.scoped_parts import ReceiptAnswer
from app.adapters.shopify.answers.shipping import OrderShippingAnswer
from app.adapters.shopify.answers.stock import StockedItemAnswer
from app.adapters.shopify.answers.writing import OrderGlanceAnswer
from app.adapters.shopify.document import Document, PageSize
from app.adapters.shopify.endpoints import API_VERSION
from app.ports.errors import StoreRefused
from app.store_simulator.graphql_schema import load_schema
from tests.contract.shopify.answer_shapes import ShapeCheck
from tests.contract.shopify.stores import SimulatedStore

DOCUMENTS: dict[str, Document[Any]] = {
    each.file: each
    for entries in (catalogue, price_catalogue, product_catalogue)
    for each in vars(entries).values()
    if isinstance(each, Document)
}
NODES = {
    "orders_whole": OrderAnswer,
    "refunds_whole": RefundAnswer,
    "order_fulfilments": OrderFulfilmentsAnswer,
    "order_returns": OrderReturnsAnswer,
    "returns_whole": ReturnAnswer,
    "gift_card_receipts": ReceiptAnswer,
    "gift_cards": GiftCardAnswer,
    "order_glances": OrderGlanceAnswer,
    "company_locations": CompanyLocationAnswer,
    "company_location_standings": LocationStandingAnswer,
    "customers_whole": WholeCustomerAnswer,
    "order_shipping": OrderShippingAnswer,
    "products_whole": ProductAnswer,
    "product_media": PicturedProductAnswer,
    "variants_by_id": FoundVariantAnswer,
    "stock_levels": StockedItemAnswer,
}
FLAGS = {
    "orders_whole": {"paymentTerms": True, "staff": True, "companies": True},
    "company_locations": {"contacts": True},
    "order_shipping": {"recorded": True},
    "customer_look_up": {"withPhone": True},
}
GIVEN: dict[str, dict[str, Any]] = {
    "product_variants_update": {"productId": "gid://shopify/Product/1", "variants": []},
    "product_by_handle": {"handle": "nothing"},
    "variant_media_detach": {"productId": "gid://shopify/Product/1", "variantMedia": []},
    "staged_uploads_create": {"input": []},
    "bulk_change_start": {"mutation": "mutation { nothing }", "path": "nowhere"},
    "product_set": {"input": {"title": "Nothing"}},
    "company_create": {"input": {"company": {"name": "Nobody"}}},
    "company_update": {"input": {"name": "Nobody"}},
    "company_location_create": {"input": {"name": "Nowhere"}},
    "company_location_update": {"input": {"name": "Nowhere"}},
    "company_catalogs": {"publications": True},
    "market_catalogs": {"publications": True},
    "catalogs_of_company": {"publications": True},
    "catalog_create": {"title": "Nothing"},
    "price_list_create": {"name": "Nothing", "catalog": "gid://shopify/CompanyLocationCatalog/1"},
    "publication_create": {"catalog": "gid://shopify/CompanyLocationCatalog/1"},
    "fixed_prices_add": {"priceList": "gid://shopify/PriceList/1", "prices": []},
    "fixed_prices_delete": {"priceList": "gid://shopify/PriceList/1", "variants": []},
    "fixed_prices": {"priceList": "gid://shopify/PriceList/1"},
    "inventory_set": {"input": {"name": "available", "reason": "correction", "quantities": []}},
}
"""What a document is given that others call by the same name."""
CHECKOUT = Path(__file__).parents[3]
FOLDER = CHECKOUT / "app/adapters/shopify/documents"


@cache
def full_schema() -> GraphQLSchema:
    """Shopify's own schema, where it has been fetched."""
    place = os.environ.get("ORDERBRIDGE_SHOPIFY_SCHEMA") or CHECKOUT / f".cache/shopify-schema/admin_{API_VERSION}.json"
    if not Path(place).is_file():
        pytest.skip("Shopify's full schema is not here")
    introspection = json.loads(Path(place).read_bytes())
    return build_client_schema(introspection.get("data", introspection))


@cache
def trimmed_schema() -> GraphQLSchema:
    """The part of it that the simulator carries."""
    return load_schema().graphql


HARMLESS = {
    # An order states its own last change, a part of one that of its order: a page asks for one of the two.
    "data.node.order is read but not asked for",
    "data.node.updatedAt is read but not asked for",
}
every_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
both_schemas = pytest.mark.parametrize("schema", [full_schema, trimmed_schema], ids=["full", "trimmed"])


class DeprecatedUses(Visitor):
    """Collects the deprecated fields that a document asks for."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        definition, parent = self._types.get_field_def(), self._types.get_parent_type()
        if definition is not None and definition.deprecation_reason:
            self.found.append(f"{parent}.{node.name.value}")


def test_every_file_is_a_document_that_is_used() -> None:
    assert {path.stem for path in FOLDER.glob("*.graphql")} - {"fragments"} == set(DOCUMENTS)


@every_document
@both_schemas
def test_a_document_is_valid_in_the_schema_of_its_version(document: Document[Any], schema: Any) -> None:
    assert [error.message for error in validate(schema(), parse(document.text))] == []


@every_document
def test_a_document_asks_for_nothing_that_is_going_away(document: Document[Any]) -> None:
    types = TypeInfo(full_schema())
    uses = DeprecatedUses(types)

    visit(parse(document.text), TypeInfoVisitor(types, uses))

    assert uses.found == []


@every_document
@both_schemas
def test_an_answer_is_typed_as_the_schema_promises_it(document: Document[Any], schema: Any) -> None:
    check = ShapeCheck(schema(), parse(document.text), nodes=NODES.get(document.file))

    assert sorted(set(check.problems(document.answer)) - HARMLESS) == []


PAGES_OF_OTHERS = (
    catalogue.CUSTOMER_ADDRESSES_PAGE,
    catalogue.COMPANY_LOCATIONS_PAGE,
    price_catalogue.CATALOG_LOCATIONS_PAGE,
    price_catalogue.CATALOG_MARKETS_PAGE,
)
PAGES_OF_ORDERS = [each for each in DOCUMENTS.values() if "page:" in each.text and each not in PAGES_OF_OTHERS]


@pytest.mark.parametrize("document", PAGES_OF_ORDERS, ids=lambda document: document.file)
def test_a_page_tells_when_its_order_was_last_changed(document: Document[Any]) -> None:
    assert "updatedAt" in document.text


def sizes() -> Iterator[Any]:
    for document in DOCUMENTS.values():
        for size in document.sizes:
            yield pytest.param(document, size, id=f"{document.file}-{size.name}")


@pytest.mark.parametrize(("document", "size"), list(sizes()))
async def test_a_page_costs_what_we_reserve_for_it(
    store: SimulatedStore, document: Document[Any], size: PageSize
) -> None:
    await ask(store, document, size)

    [call] = await store.calls(document.operation)
    assert call["requestedQueryCost"] == size.estimate
    assert size.estimate <= 1000


async def ask(store: SimulatedStore, document: Document[Any], size: PageSize) -> None:
    """Send a document about nothing; its requested cost does not depend on what is there."""
    variables = {
        "ids": ["gid://shopify/Order/1"],
        "id": "gid://shopify/Order/1",
        "group": "gid://shopify/DeliveryLocationGroup/1",
        "after": "nowhere",
        "query": "",
        "topic": "ORDERS_CREATE",
        "authorisation": "gid://shopify/OrderTransaction/1",
        "amount": "1.00",
        "currency": "EUR",
        "reason": "OTHER",
        "restock": False,
        "notifyCustomer": False,
        "fulfillment": {"lineItemsByFulfillmentOrder": []},
        "tracking": {"number": "1"},
        "subscription": {"uri": "https://example.com/hook"},
        "input": {"id": "gid://shopify/Order/1"},
        "email": "nobody@example.com",
        "phone": "+31201234567",
        "taxId": "1",
        "address": {"address1": "Nowhere 1"},
        **dict.fromkeys(("company", "contact", "customer", "item", "location", "role"), "gid://shopify/Node/1"),
        "key": "once",
        **GIVEN.get(document.file, {}),
    }
    named = {name: value for name, value in variables.items() if f"${name}:" in document.text}
    # A cursor from nowhere is refused, and charged all the same.
    with suppress(StoreRefused):
        await store.gateway.transport.execute(store.ref, document, named, size=size, flags=FLAGS.get(document.file, {}))
