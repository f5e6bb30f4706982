"""How a person is taken out of each table: the map of personal data, turned into statements (P83).

A test compares this list with the map (``tables.columns.Holds.PERSON``): a personal column that it does not name fails
it. Every condition may use the same parameters, which are named below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORDERS, SHOPIFY_ORDERS, CUSTOMERS, STORE_CUSTOMER, TEXTS, STORE, NAMES = "$1", "$2", "$3", "$4", "$5", "$6", "$7"
"""Our order ids; Shopify's; ids of customers we created; Shopify's customer id; texts to look for; the store; names and
other texts that are not this person's alone.
"""

_OF_THE_ORDERS = f"order_id = ANY({ORDERS}::text[])"
_SHOPS = f"shop_id IN (SELECT id FROM shops WHERE store_id = {STORE})"
_OF_THE_STORE_CUSTOMER = f"{_SHOPS} AND store_customer_id = {STORE_CUSTOMER}"
_NAMED = f"EXISTS (SELECT 1 FROM unnest({TEXTS}::text[]) AS sought WHERE position(sought IN lower({{0}})) > 0)"
_MENTIONED = _NAMED.replace(f"{TEXTS}::text[]", f"{TEXTS}::text[] || {NAMES}::text[]")
"""For what others said went wrong, which may name whomever and is worth little later."""
_NAMED_IN_BYTES = (
    f"EXISTS (SELECT 1 FROM unnest({TEXTS}::text[]) AS sought WHERE position(convert_to(sought, 'UTF8') IN {{0}}) > 0)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalRows:
    """Rows of a table that may hold the person. ``rewritten`` columns are JSON without its personal texts afterwards;
    ``blanked`` ones get this SQL value; with ``deleted`` the rows end, whatever they hold.
    """

    table: str
    key: tuple[str, ...]
    found_by: str
    rewritten: tuple[str, ...] = ()
    blanked: Mapping[str, str] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    own: bool = False
    """Whether the rows are about this person alone, and so are told to it."""


_TEXT = "''"
_NULL = "NULL"
_NONE = "'{}'"
_CAPTIONS_WITHOUT = f"""(
    SELECT jsonb_agg(shown || CASE WHEN {_NAMED.format("shown ->> 'alt'")} THEN jsonb '{{"alt": ""}}' ELSE '{{}}' END
        ORDER BY place)
    FROM jsonb_array_elements(images) WITH ORDINALITY AS pictures(shown, place)
)"""

PERSONAL_ROWS: tuple[PersonalRows, ...] = (
    PersonalRows(
        table="orders",
        key=("id",),
        found_by=f"id = ANY({ORDERS}::text[])",
        rewritten=("body", "conflict"),
        blanked={"problems": "'[]'", "waits_for": _NONE},
        own=True,
    ),
    PersonalRows(
        table="order_changes",
        key=("order_id", "version"),
        found_by=_OF_THE_ORDERS,
        rewritten=("changes",),
        blanked={"note": _NULL},
    ),
    PersonalRows(
        table="refunds",
        key=("id",),
        found_by=_OF_THE_ORDERS,
        rewritten=("body",),
        blanked={"problems": "'[]'", "waits_for": _NONE},
        own=True,
    ),
    PersonalRows(table="order_captures", key=("order_id",), found_by=_OF_THE_ORDERS, deleted=("body",)),
    PersonalRows(
        table="sales_documents",
        key=("id",),
        found_by=_OF_THE_ORDERS,
        rewritten=("content", "lines", "snapshot"),
        own=True,
    ),
    PersonalRows(
        table="sales_document_versions",
        key=("document_id", "version"),
        found_by=f"document_id IN (SELECT id FROM sales_documents WHERE {_OF_THE_ORDERS})",
        rewritten=("content", "lines", "snapshot"),
        own=True,
    ),
    PersonalRows(
        table="number_write_backs", key=("order_id",), found_by=_OF_THE_ORDERS, blanked={"error_detail": _NULL}
    ),
    PersonalRows(
        table="shipments",
        key=("id",),
        found_by=_OF_THE_ORDERS,
        rewritten=("body", "results"),
        blanked={"reason_detail": _NULL},
        own=True,
    ),
    PersonalRows(
        table="shipment_sendings", key=("shipment_id", "no"), found_by=_OF_THE_ORDERS, rewritten=("body",), own=True
    ),
    PersonalRows(
        table="orders_to_import",
        key=("id",),
        found_by=f"store_id = {STORE} AND shopify_id = ANY({SHOPIFY_ORDERS}::text[])",
        blanked={"error_detail": _NULL},
    ),
    PersonalRows(
        table="customers",
        key=("id",),
        found_by=f"id = ANY({CUSTOMERS}::text[])",
        own=True,
        blanked={
            **dict.fromkeys(
                "name name2 contact_name email phone line1 line2 postal_code city county vat_registration_no"
                " registration_no".split(),
                _TEXT,
            ),
            **dict.fromkeys(("email_key", "phone_key", "address_key"), _NULL),
        },
    ),
    # The people of a company go together, whichever of them is forgotten; the next order tells who is left.
    PersonalRows(
        table="customers",
        key=("id",),
        found_by=f"id = ANY({CUSTOMERS}::text[]) OR ({_SHOPS} AND {_NAMED.format('contacts::text')})",
        blanked={"contacts": _NULL},
    ),
    PersonalRows(
        table="store_customer_links",
        key=("shop_id", "store_customer_id"),
        found_by=_OF_THE_STORE_CUSTOMER,
        deleted=("told",),
    ),
    PersonalRows(
        table="store_address_links",
        key=("shop_id", "store_customer_id"),
        found_by=_OF_THE_STORE_CUSTOMER,
        deleted=("told",),
    ),
    # What was sent of the ERP's own customers is the ERP's; a customer that the store forgets is not sent again.
    PersonalRows(
        table="record_exchanges",
        key=("shop_id", "kind", "record_id"),
        found_by=f"{_SHOPS} AND ({STORE_CUSTOMER} IN (record_id, store_record_id)"
        f" OR record_id = ANY({CUSTOMERS}::text[]))",
        blanked={"sent": _NULL, "error_detail": _NULL},
    ),
    # The store's own name of a catalog comes again with the next listing, as the store then calls it.
    PersonalRows(
        table="store_catalogs",
        key=("shop_id", "catalog_id"),
        found_by=f"{_SHOPS} AND {_NAMED.format('title')}",
        blanked={"title": _NULL},
    ),
    # Of the ERP's words about its pictures only those end that name the person; with them the next run's at the store.
    PersonalRows(
        table="item_images",
        key=("item_no",),
        found_by=_NAMED.format("jsonb_path_query_array(images, '$[*].alt')::text"),
        blanked={"images": _CAPTIONS_WITHOUT},
    ),
    PersonalRows(
        table="company_catalogs",
        key=("shop_id", "store_company_id"),
        found_by=f"{_SHOPS} AND {_MENTIONED.format('error_detail')}",
        blanked={"error_detail": _NULL},
    ),
    PersonalRows(
        table="webhook_inbox",
        key=("store_id", "webhook_id"),
        found_by=f"store_id = {STORE} AND state <> 'waiting' AND {_NAMED_IN_BYTES.format('body')}",
        blanked={"body": "''::bytea"},
    ),
    PersonalRows(
        table="run_failures",
        key=("run_id",),
        found_by=f"resource_id = ANY({SHOPIFY_ORDERS}::text[] || {ORDERS}::text[])",
        blanked={"detail": _TEXT},
    ),
    PersonalRows(
        table="runs",
        key=("id",),
        found_by=f"{_SHOPS} AND ({_MENTIONED.format('errors::text')} OR {_MENTIONED.format('problem::text')})",
        blanked={"errors": "'[]'", "problem": _NULL},
    ),
    PersonalRows(
        table="webhook_deliveries",
        key=("endpoint_id", "position"),
        found_by=_MENTIONED.format("history::text"),
        blanked={"history": "'[]'"},
    ),
    PersonalRows(
        table="privacy_requests",
        key=("id",),
        found_by=f"store_id = {STORE} AND {_NAMED.format('person::text')}",
        blanked={"person": _NONE},
    ),
)


HASHES_OF_COMPANIES = frozenset({"store_company_links.told", "company_location_links.told"})
"""Called personal, since what they are hashes of is; a company is not forgotten with one of its buyers."""

SEALED_FOR_A_WEEK = frozenset({"idempotency_keys.body"})
"""Answers kept for repeats are encrypted, so nothing is found in them; they end within seven of the thirty days."""


def covered() -> frozenset[str]:
    """The personal columns that are dealt with, as ``table.column``."""
    return (
        HASHES_OF_COMPANIES
        | SEALED_FOR_A_WEEK
        | {
            f"{rows.table}.{column}"
            for rows in PERSONAL_ROWS
            for column in (*rows.rewritten, *rows.blanked, *rows.deleted)
        }
    )
