"""Rows that documents stand on, and documents that name only what a test is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import asyncpg
import msgspec

from app.domain.addresses import Address
from app.domain.identifiers import CustomerId, DocumentId, OrderId, ShopId, ShopifyId
from app.domain.money import Amount as Money
from app.domain.money import CurrencyHandling
from app.domain.orders import Order, OrderTotals
from app.domain.sales_documents import (
    DocumentContent,
    DocumentKind,
    DocumentLine,
    DocumentParty,
    DocumentTax,
    DocumentTotals,
    LineSource,
    LineType,
    SourceKind,
)
from app.ports.repositories.documents import NewDocument

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
WEB, POS = ShopId("sho_web"), ShopId("sho_pos")
SHOPIFY_ORDER = "5501"
_numbers = count(1)


async def a_store_with_two_shops(driver: asyncpg.Connection) -> None:
    """One store; ``web`` and ``pos`` share it."""
    await driver.execute(
        "INSERT INTO stores (id, store_domain, currency, created_at, updated_at)"
        " VALUES ('sto_1', 'one.myshopify.com', 'EUR', $1, $1)",
        NOW,
    )
    for shop in (WEB, POS):
        await driver.execute(
            "INSERT INTO shops (id, store_id, code, name, settings, version, created_at, updated_at)"
            " VALUES ($1, 'sto_1', $2, $2, '{}'::text::jsonb, 1, $3, $3)",
            shop,
            shop.removeprefix("sho_"),
            NOW,
        )


async def a_customer(driver: asyncpg.Connection, *, no: str | None) -> CustomerId:
    customer = CustomerId(f"cus_{next(_numbers):026}")
    await driver.execute(
        "INSERT INTO customers (id, no, name, name2, contact_name, email, phone, line1, line2, postal_code, city,"
        " county, country_code, vat_registration_no, registration_no, payment_terms_code, blocked, version,"
        " created_at, updated_at)"
        " VALUES ($1, $2, 'A. Buyer', '', '', '', '', '', '', '', '', '', 'NL', '', '', '', false, 1, $3, $3)",
        customer,
        no,
        NOW,
    )
    return customer


async def an_item(driver: asyncpg.Connection, *, no: str) -> None:
    """An item known by its number, in pieces."""
    await driver.execute(
        "INSERT INTO items (no, description, base_unit, blocked, variants, barcodes, version, created_at, updated_at)"
        " VALUES ($1, 'Article', 'PCS', false, '[]'::text::jsonb, '{}', 1, $2, $2)",
        no,
        NOW,
    )
    await driver.execute("INSERT INTO item_codes VALUES ($1, '', 'item_no', $2)", no, no.casefold())


def a_copy(**changes: Any) -> Order:
    """A copy of an order of 30.00 in one currency."""
    thirty = Money(Decimal("30.00"), Decimal("30.00"))
    plain: dict[str, Any] = {
        "shopify_id": ShopifyId(SHOPIFY_ORDER),
        "name": "#1001",
        "created_at": NOW,
        "updated_at": NOW,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "prices_include_tax": True,
        "totals": OrderTotals(total=thirty, current_total=thirty),
    }
    return Order(**(plain | changes))


async def an_order(
    driver: asyncpg.Connection,
    *,
    shop: ShopId = WEB,
    copy: Order | None = None,
    shopify_id: str | None = None,
    state: str = "unprocessed",
    conflict: Mapping[str, Any] | None = None,
    mapping: Mapping[str, Any] | None = None,
    problems: list[Mapping[str, Any]] | None = None,
    updated_at: datetime = NOW,
) -> OrderId:
    order = OrderId(f"ord_{next(_numbers):026}")
    shopify = shopify_id or f"{next(_numbers)}"
    copy = replace(copy or a_copy(), shopify_id=ShopifyId(shopify))
    await driver.execute(
        "INSERT INTO orders (id, store_id, shopify_id, shop_id, name, body, body_version, body_hash, store_updated_at,"
        " read_at, state, mapping, problems, waits_for, documents_on_request, use_shopify_number, conflict,"
        " financial_status, fulfilment_status, cancelled_at, closed_at, version, created_at, updated_at)"
        " VALUES ($1, 'sto_1', $2, $3, $4, $5::text::jsonb, 1, '', $6, $6, $7, $8::text::jsonb, $9::text::jsonb, '{}',"
        " false, false, $10::text::jsonb, $11, $12, $13, $14, 1, $6, $15)",
        order,
        shopify,
        shop,
        copy.name,
        msgspec.json.encode(copy).decode(),
        NOW,
        state,
        msgspec.json.encode(mapping or {}).decode(),
        msgspec.json.encode(problems or []).decode(),
        None if conflict is None else msgspec.json.encode(conflict).decode(),
        copy.financial_status,
        copy.fulfilment_status,
        copy.cancelled_at,
        copy.closed_at,
        updated_at,
    )
    return order


async def an_order_to_import(driver: asyncpg.Connection, shopify_id: str, **telling: Any) -> str:
    """A row of the queue of ``web``, listed and never tried."""
    columns: dict[str, Any] = {
        "id": f"oti_{shopify_id}",
        "store_id": "sto_1",
        "shopify_id": shopify_id,
        "shop_id": WEB,
        "action": "new",
        "source": "listing",
        "wanted": 1,
        "attempts": 0,
        "claim_by_id": False,
        "claim_no": 0,
        "listed_at": NOW,
        "updated_at": NOW,
    } | telling
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    await driver.execute(f"INSERT INTO orders_to_import ({', '.join(columns)}) VALUES ({places})", *columns.values())
    return str(columns["id"])


async def a_shipment(driver: asyncpg.Connection, order: OrderId, *, no: str = "S-1", **telling: Any) -> str:
    """A shipment of one piece of the order's line 11301, whatever came of it."""
    columns: dict[str, Any] = {
        "id": f"shp_{next(_numbers):026}",
        "store_id": "sto_1",
        "order_id": order,
        "erp_shipment_no": no,
        "fingerprint": no,
        "body": f'{{"erp_shipment_no": "{no}", "lines": [{{"line_id": "11301", "quantity": 1}}]}}',
        "results": "[{}]",
        "state": "pending",
        "tracking_changed": False,
        "attempts": 0,
        "claim_no": 0,
        "failed_at": NOW,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    } | telling
    columns["shop_id"] = await driver.fetchval("SELECT shop_id FROM orders WHERE id = $1", order)
    places = [
        f"${place}{'::text::jsonb' if name in {'body', 'results'} else ''}" for place, name in enumerate(columns, 1)
    ]
    await driver.execute(
        f"INSERT INTO shipments ({', '.join(columns)}) VALUES ({', '.join(places)})", *columns.values()
    )
    return str(columns["id"])


def a_line(line_no: int = 10000, **changes: Any) -> DocumentLine:
    plain: dict[str, Any] = {
        "line_no": line_no,
        "type": LineType.ITEM,
        "no": "ITEM-A",
        "description": "Article A",
        "unit": "PCS",
        "quantity": Decimal(2),
        "unit_price": Decimal("15.5"),
        "discount_amount": Decimal(1),
        "amount": Decimal(30),
        "tax_amount": Decimal("4.79"),
        "taxes": (DocumentTax(title="VAT", rate=Decimal("0.19"), amount=Decimal("4.79")),),
        "location_code": "BLUE",
        "source": LineSource(kind=SourceKind.ORDER_LINE, id="orl_1", shopify_id="11301"),
    }
    return DocumentLine(**(plain | changes))


def content(**changes: Any) -> DocumentContent:
    """30.00 including tax, as in the contract's example."""
    buyer = DocumentParty(customer_no="C100", name="A. Buyer", address=Address(line1="Street 1", country_code="NL"))
    thirty = Decimal(30)
    plain: dict[str, Any] = {
        "kind": DocumentKind.SALES_ORDER,
        "document_date": date(2026, 1, 15),
        "currency": "EUR",
        "currency_handling": CurrencyHandling.SHOP,
        "prices_include_tax": True,
        "sell_to": buyer,
        "bill_to": buyer,
        "ship_to": buyer,
        "lines": (a_line(),),
        "totals": DocumentTotals(
            amount=thirty, tax=Decimal("4.79"), amount_including_tax=thirty, charged_by_shopify=thirty
        ),
    }
    return DocumentContent(**(plain | changes))


def a_document(
    order: OrderId, *, shop: ShopId = WEB, kind: DocumentKind = DocumentKind.SALES_ORDER, **changes: Any
) -> NewDocument:
    """A released sales order of the web shop numbered by the series."""
    plain: dict[str, Any] = {
        "id": DocumentId(f"doc_{next(_numbers):026}"),
        "shop_id": shop,
        "order_id": order,
        "content": content(kind=kind),
        "snapshot": {"schema_version": 1},
        "series_prefix": "SO-",
        "released": True,
    }
    return NewDocument(**(plain | changes))
