"""Baseline.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shop_ids", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "currency_mappings",
        sa.Column("iso", sa.Text(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("iso", name=op.f("pk_currency_mappings")),
    )
    op.create_table(
        "document_costs",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_document_costs")),
    )
    op.create_table(
        "event_positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("purged", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_positions")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("api_key_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("api_key_id", "operation", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "items",
        sa.Column("no", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("base_unit", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("vendor_item_no", sa.Text(), nullable=True),
        sa.Column("unit_price", sa.Numeric(precision=21, scale=6), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("variants", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("barcodes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit_price = unit_price AND unit_price < 1e15", name=op.f("ck_items_unit_price")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_items")),
    )
    op.create_index("ix_items_no_key", "items", [sa.literal_column("lower(no)")], unique=False)
    op.create_table(
        "stores",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_domain", sa.Text(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=True),
        sa.Column("credentials_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_webhook_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=True),
        sa.Column("granted_scopes", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("orders_listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subscriptions_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("access_revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("access_revoked_reason", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("store_domain", name=op.f("uq_stores_store_domain")),
    )
    op.create_table(
        "tax_areas",
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("province_name", sa.Text(), nullable=True),
        sa.Column("tax_area_code", sa.Text(), nullable=True),
        sa.Column("tax_liable", sa.Boolean(), nullable=False),
        sa.Column("vat_business_group", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("country_code", "province", name=op.f("pk_tax_areas")),
    )
    op.create_table(
        "item_codes",
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_no"], ["items.no"], name=op.f("fk_item_codes_item_no_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_no", "variant_code", "kind", "code", name=op.f("pk_item_codes")),
    )
    op.create_index(op.f("ix_item_codes_kind_code"), "item_codes", ["kind", "code"], unique=False)
    op.create_table(
        "shops",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_shops_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("code", name=op.f("uq_shops_code")),
    )
    op.create_index(op.f("ix_shops_store_id"), "shops", ["store_id"], unique=False)
    op.create_table(
        "store_points",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("restore_rate", sa.Integer(), nullable=False),
        sa.Column("available", sa.Double(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_store_points_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store_points")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "store_tokens",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("forced_refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_store_tokens_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store_tokens")),
    )
    op.create_table(
        "webhook_inbox",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("triggered_at", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'handled', 'kept', 'parked')", name=op.f("ck_webhook_inbox_state")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_webhook_inbox_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "webhook_id", name=op.f("pk_webhook_inbox")),
        postgresql_with={"fillfactor": 85},
    )
    op.create_index("ix_webhook_inbox_received", "webhook_inbox", ["received_at"], unique=False)
    op.create_index(
        "ix_webhook_inbox_waiting",
        "webhook_inbox",
        ["received_at", "store_id", "webhook_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "customer_templates",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("default_customer_no", sa.Text(), nullable=True),
        sa.Column("template_code", sa.Text(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_customer_templates_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "country_code", "province", name=op.f("pk_customer_templates")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("no", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name2", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("line1", sa.Text(), nullable=False),
        sa.Column("line2", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("vat_registration_no", sa.Text(), nullable=False),
        sa.Column("registration_no", sa.Text(), nullable=False),
        sa.Column("payment_terms_code", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("phone_key", sa.Text(), nullable=True),
        sa.Column("address_key", sa.Text(), nullable=True),
        sa.Column("shop_id", sa.Text(), nullable=True),
        sa.Column("store_customer_id", sa.Text(), nullable=True),
        sa.Column("store_company_id", sa.Text(), nullable=True),
        sa.Column("template_code", sa.Text(), nullable=True),
        sa.Column("tax_area_code", sa.Text(), nullable=True),
        sa.Column("tax_liable", sa.Boolean(), nullable=True),
        sa.Column("vat_business_group", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_customers_shop_id_shops"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("no", name=op.f("uq_customers_no")),
    )
    op.create_index(
        op.f("ix_customers_address_key"),
        "customers",
        ["address_key"],
        unique=False,
        postgresql_where=sa.text("address_key IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_customers_email_key"),
        "customers",
        ["email_key"],
        unique=False,
        postgresql_where=sa.text("email_key IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_customers_phone_key"),
        "customers",
        ["phone_key"],
        unique=False,
        postgresql_where=sa.text("phone_key IS NOT NULL"),
    )
    op.create_index(
        "ix_customers_unnumbered",
        "customers",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("no IS NULL"),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("resource_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_events_shop_id_shops"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index("ix_events_occurred", "events", ["occurred_at"], unique=False)
    op.create_index("ix_events_resource", "events", ["resource_id", "seq"], unique=False)
    op.create_index(
        "ix_events_unpositioned", "events", ["seq"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_index(
        "uq_events_position", "events", ["position"], unique=True, postgresql_where=sa.text("position IS NOT NULL")
    )
    op.create_table(
        "location_mappings",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("location_code", sa.Text(), nullable=True),
        sa.Column("location_filter", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("stock_calculation", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_location_mappings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "location_id", name=op.f("pk_location_mappings")),
    )
    op.create_table(
        "number_series",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_number_series_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "kind", name=op.f("pk_number_series")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("body_version", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("store_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("waits_for", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("document_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("documents_on_request", sa.Boolean(), nullable=False),
        sa.Column("use_shopify_number", sa.Boolean(), nullable=False),
        sa.Column("conflict", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("financial_status", sa.Text(), nullable=True),
        sa.Column("fulfilment_status", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_customer_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('unprocessed', 'blocked', 'processed')", name=op.f("ck_orders_state")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_orders_shop_id_shops")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_orders_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("store_id", "shopify_id", name=op.f("uq_orders_store_id_shopify_id")),
    )
    op.create_index(
        "ix_orders_cancelled",
        "orders",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("cancelled_at IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_conflict",
        "orders",
        ["shop_id", "updated_at"],
        unique=False,
        postgresql_where=sa.text("conflict IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_document_due",
        "orders",
        ["shop_id", "document_due_at"],
        unique=False,
        postgresql_where=sa.text("document_due_at IS NOT NULL"),
    )
    op.create_index("ix_orders_financial_status", "orders", ["financial_status", "updated_at", "id"], unique=False)
    op.create_index("ix_orders_fulfilment_status", "orders", ["fulfilment_status", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_orders_open", "orders", ["updated_at", "id"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "ix_orders_problems",
        "orders",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("problems <> '[]'::jsonb"),
    )
    op.create_index("ix_orders_shop_name", "orders", ["shop_id", "name"], unique=False)
    op.create_index("ix_orders_shop_state", "orders", ["shop_id", "state", "updated_at", "id"], unique=False)
    op.create_index("ix_orders_shop_updated", "orders", ["shop_id", "updated_at", "id"], unique=False)
    op.create_index("ix_orders_state", "orders", ["state", "updated_at", "id"], unique=False)
    op.create_index(op.f("ix_orders_store_customer_id"), "orders", ["store_customer_id"], unique=False)
    op.create_index(
        "ix_orders_undocumented",
        "orders",
        ["shop_id", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'processed' AND NOT documents_on_request"),
    )
    op.create_index("ix_orders_updated", "orders", ["updated_at", "id"], unique=False)
    op.create_index("ix_orders_waits_for", "orders", ["waits_for"], unique=False, postgresql_using="gin")
    op.create_table(
        "orders_to_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("store_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unclaimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_by_id", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_no", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_orders_to_import_shop_id_shops"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_orders_to_import_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_to_import")),
        sa.UniqueConstraint("store_id", "shopify_id", name=op.f("uq_orders_to_import_store_id_shopify_id")),
        postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02},
    )
    op.create_index(
        "ix_orders_to_import_due",
        "orders_to_import",
        ["store_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_to_import_run",
        "orders_to_import",
        ["run_id"],
        unique=False,
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_orders_to_import_shop_id_id"), "orders_to_import", ["shop_id", "id"], unique=False)
    op.create_table(
        "payment_method_mappings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_key", sa.Text(), nullable=False),
        sa.Column("card_company", sa.Text(), nullable=True),
        sa.Column("card_company_key", sa.Text(), nullable=False),
        sa.Column("payment_method_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_payment_method_mappings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_method_mappings")),
        sa.UniqueConstraint(
            "shop_id",
            "gateway_key",
            "card_company_key",
            name=op.f("uq_payment_method_mappings_shop_id_gateway_key_card_company_key"),
        ),
    )
    op.create_table(
        "payment_terms_mappings",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payment_terms_code", sa.Text(), nullable=True),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_payment_terms_mappings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "terms_id", name=op.f("pk_payment_terms_mappings")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("parameters", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("schedule_key", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress_done", sa.BigInteger(), nullable=False),
        sa.Column("progress_total", sa.BigInteger(), nullable=True),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_no", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_runs_state")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_runs_shop_id_shops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("schedule_key", name=op.f("uq_runs_schedule_key")),
    )
    op.create_index(
        "ix_runs_open",
        "runs",
        ["category", "queued_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index("ix_runs_shop", "runs", ["shop_id", "queued_at", "id"], unique=False)
    op.create_index(
        "uq_runs_running_category", "runs", ["category"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "schedules",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=True),
        sa.Column("cron", sa.Text(), nullable=True),
        sa.Column("filters", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("parameters", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_schedules_shop_id_shops"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "task", name=op.f("pk_schedules")),
    )
    op.create_table(
        "shipment_method_mappings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("shipment_method_code", sa.Text(), nullable=True),
        sa.Column("shipping_agent_code", sa.Text(), nullable=True),
        sa.Column("shipping_agent_service_code", sa.Text(), nullable=True),
        sa.Column("charge_type", sa.Text(), nullable=True),
        sa.Column("charge_no", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_shipment_method_mappings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_method_mappings")),
        sa.UniqueConstraint("shop_id", "title_key", name=op.f("uq_shipment_method_mappings_shop_id_title_key")),
    )
    op.create_table(
        "staff_mappings",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("salesperson_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_staff_mappings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "staff_id", name=op.f("pk_staff_mappings")),
    )
    op.create_table(
        "store_variant_links",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_variant_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_no"], ["items.no"], name=op.f("fk_store_variant_links_item_no_items")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_store_variant_links_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "store_variant_id", name=op.f("pk_store_variant_links")),
    )
    op.create_index(op.f("ix_store_variant_links_item_no"), "store_variant_links", ["item_no"], unique=False)
    op.create_table(
        "company_location_links",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("company_location_id", sa.Text(), nullable=False),
        sa.Column("sell_to_customer_id", sa.Text(), nullable=True),
        sa.Column("bill_to_customer_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bill_to_customer_id"],
            ["customers.id"],
            name=op.f("fk_company_location_links_bill_to_customer_id_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["sell_to_customer_id"],
            ["customers.id"],
            name=op.f("fk_company_location_links_sell_to_customer_id_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_company_location_links_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "company_location_id", name=op.f("pk_company_location_links")),
    )
    op.create_index(
        op.f("ix_company_location_links_bill_to_customer_id"),
        "company_location_links",
        ["bill_to_customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_company_location_links_sell_to_customer_id"),
        "company_location_links",
        ["sell_to_customer_id"],
        unique=False,
    )
    op.create_table(
        "order_captures",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_captures_order_id_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "captured_at", name=op.f("pk_order_captures")),
    )
    op.create_table(
        "run_failures",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_failures_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "resource_type", "resource_id", name=op.f("pk_run_failures")),
    )
    op.create_table(
        "run_tallies",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_tallies_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_tallies")),
    )
    op.create_table(
        "sales_documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Text(), nullable=True),
        sa.Column("adjusts_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("external_document_no", sa.Text(), nullable=False),
        sa.Column("sell_to_customer_id", sa.Text(), nullable=True),
        sa.Column("bill_to_customer_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("erp_document_no", sa.Text(), nullable=True),
        sa.Column("posted_document_no", sa.Text(), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('sales_order', 'sales_invoice', 'credit_memo', 'return_order')",
            name=op.f("ck_sales_documents_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'released', 'acknowledged', 'posted', 'cancelled')",
            name=op.f("ck_sales_documents_state"),
        ),
        sa.CheckConstraint("total = total AND abs(total) < 1e15", name=op.f("ck_sales_documents_total")),
        sa.ForeignKeyConstraint(
            ["bill_to_customer_id"], ["customers.id"], name=op.f("fk_sales_documents_bill_to_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
            name=op.f("fk_sales_documents_order_id_orders"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["sell_to_customer_id"], ["customers.id"], name=op.f("fk_sales_documents_sell_to_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_sales_documents_shop_id_shops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_documents")),
        sa.UniqueConstraint("shop_id", "kind", "number", name=op.f("uq_sales_documents_shop_id_kind_number")),
    )
    op.create_index(
        op.f("ix_sales_documents_bill_to_customer_id"), "sales_documents", ["bill_to_customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_documents_external_document_no"),
        "sales_documents",
        ["external_document_no"],
        unique=False,
        postgresql_where=sa.text("external_document_no <> ''"),
    )
    op.create_index("ix_sales_documents_kind", "sales_documents", ["kind", "updated_at", "id"], unique=False)
    op.create_index(op.f("ix_sales_documents_number"), "sales_documents", ["number"], unique=False)
    op.create_index(op.f("ix_sales_documents_order_id"), "sales_documents", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_sales_documents_sell_to_customer_id"), "sales_documents", ["sell_to_customer_id"], unique=False
    )
    op.create_index(
        "ix_sales_documents_shop_state", "sales_documents", ["shop_id", "state", "updated_at", "id"], unique=False
    )
    op.create_index("ix_sales_documents_state", "sales_documents", ["state", "updated_at", "id"], unique=False)
    op.create_index("ix_sales_documents_updated", "sales_documents", ["updated_at", "id"], unique=False)
    op.create_index(
        "uq_sales_documents_live_order",
        "sales_documents",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text(
            "refund_id IS NULL AND adjusts_id IS NULL AND state <> 'cancelled' AND unlinked_at IS NULL"
        ),
    )
    op.create_index(
        "uq_sales_documents_live_refund",
        "sales_documents",
        ["refund_id"],
        unique=True,
        postgresql_where=sa.text("refund_id IS NOT NULL AND state <> 'cancelled' AND unlinked_at IS NULL"),
    )
    op.create_table(
        "store_address_links",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_customer_id", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_store_address_links_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_store_address_links_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "store_customer_id", "address_id", name=op.f("pk_store_address_links")),
    )
    op.create_index(op.f("ix_store_address_links_customer_id"), "store_address_links", ["customer_id"], unique=False)
    op.create_table(
        "store_company_links",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_company_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_store_company_links_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_store_company_links_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "store_company_id", name=op.f("pk_store_company_links")),
    )
    op.create_index(op.f("ix_store_company_links_customer_id"), "store_company_links", ["customer_id"], unique=False)
    op.create_table(
        "store_customer_links",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_customer_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_store_customer_links_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_store_customer_links_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "store_customer_id", name=op.f("pk_store_customer_links")),
    )
    op.create_index(op.f("ix_store_customer_links_customer_id"), "store_customer_links", ["customer_id"], unique=False)
    op.create_table(
        "sales_document_versions",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["sales_documents.id"],
            name=op.f("fk_sales_document_versions_document_id_sales_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_sales_document_versions")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("sales_document_versions")
    op.drop_index(op.f("ix_store_customer_links_customer_id"), table_name="store_customer_links")
    op.drop_table("store_customer_links")
    op.drop_index(op.f("ix_store_company_links_customer_id"), table_name="store_company_links")
    op.drop_table("store_company_links")
    op.drop_index(op.f("ix_store_address_links_customer_id"), table_name="store_address_links")
    op.drop_table("store_address_links")
    op.drop_index(
        "uq_sales_documents_live_refund",
        table_name="sales_documents",
        postgresql_where=sa.text("refund_id IS NOT NULL AND state <> 'cancelled' AND unlinked_at IS NULL"),
    )
    op.drop_index(
        "uq_sales_documents_live_order",
        table_name="sales_documents",
        postgresql_where=sa.text(
            "refund_id IS NULL AND adjusts_id IS NULL AND state <> 'cancelled' AND unlinked_at IS NULL"
        ),
    )
    op.drop_index("ix_sales_documents_updated", table_name="sales_documents")
    op.drop_index("ix_sales_documents_state", table_name="sales_documents")
    op.drop_index("ix_sales_documents_shop_state", table_name="sales_documents")
    op.drop_index(op.f("ix_sales_documents_sell_to_customer_id"), table_name="sales_documents")
    op.drop_index(op.f("ix_sales_documents_order_id"), table_name="sales_documents")
    op.drop_index(op.f("ix_sales_documents_number"), table_name="sales_documents")
    op.drop_index("ix_sales_documents_kind", table_name="sales_documents")
    op.drop_index(
        op.f("ix_sales_documents_external_document_no"),
        table_name="sales_documents",
        postgresql_where=sa.text("external_document_no <> ''"),
    )
    op.drop_index(op.f("ix_sales_documents_bill_to_customer_id"), table_name="sales_documents")
    op.drop_table("sales_documents")
    op.drop_table("run_tallies")
    op.drop_table("run_failures")
    op.drop_table("order_captures")
    op.drop_index(op.f("ix_company_location_links_sell_to_customer_id"), table_name="company_location_links")
    op.drop_index(op.f("ix_company_location_links_bill_to_customer_id"), table_name="company_location_links")
    op.drop_table("company_location_links")
    op.drop_index(op.f("ix_store_variant_links_item_no"), table_name="store_variant_links")
    op.drop_table("store_variant_links")
    op.drop_table("staff_mappings")
    op.drop_table("shipment_method_mappings")
    op.drop_table("schedules")
    op.drop_index("uq_runs_running_category", table_name="runs", postgresql_where=sa.text("state = 'running'"))
    op.drop_index("ix_runs_shop", table_name="runs")
    op.drop_index("ix_runs_open", table_name="runs", postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_table("runs")
    op.drop_table("payment_terms_mappings")
    op.drop_table("payment_method_mappings")
    op.drop_index(op.f("ix_orders_to_import_shop_id_id"), table_name="orders_to_import")
    op.drop_index(
        "ix_orders_to_import_run", table_name="orders_to_import", postgresql_where=sa.text("run_id IS NOT NULL")
    )
    op.drop_index(
        "ix_orders_to_import_due", table_name="orders_to_import", postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.drop_table("orders_to_import")
    op.drop_index("ix_orders_waits_for", table_name="orders", postgresql_using="gin")
    op.drop_index("ix_orders_updated", table_name="orders")
    op.drop_index(
        "ix_orders_undocumented",
        table_name="orders",
        postgresql_where=sa.text("state <> 'processed' AND NOT documents_on_request"),
    )
    op.drop_index(op.f("ix_orders_store_customer_id"), table_name="orders")
    op.drop_index("ix_orders_state", table_name="orders")
    op.drop_index("ix_orders_shop_updated", table_name="orders")
    op.drop_index("ix_orders_shop_state", table_name="orders")
    op.drop_index("ix_orders_shop_name", table_name="orders")
    op.drop_index("ix_orders_problems", table_name="orders", postgresql_where=sa.text("problems <> '[]'::jsonb"))
    op.drop_index("ix_orders_open", table_name="orders", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_orders_fulfilment_status", table_name="orders")
    op.drop_index("ix_orders_financial_status", table_name="orders")
    op.drop_index(
        "ix_orders_document_due", table_name="orders", postgresql_where=sa.text("document_due_at IS NOT NULL")
    )
    op.drop_index("ix_orders_conflict", table_name="orders", postgresql_where=sa.text("conflict IS NOT NULL"))
    op.drop_index("ix_orders_cancelled", table_name="orders", postgresql_where=sa.text("cancelled_at IS NOT NULL"))
    op.drop_table("orders")
    op.drop_table("number_series")
    op.drop_table("location_mappings")
    op.drop_index("uq_events_position", table_name="events", postgresql_where=sa.text("position IS NOT NULL"))
    op.drop_index("ix_events_unpositioned", table_name="events", postgresql_where=sa.text("position IS NULL"))
    op.drop_index("ix_events_resource", table_name="events")
    op.drop_index("ix_events_occurred", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_customers_unnumbered", table_name="customers", postgresql_where=sa.text("no IS NULL"))
    op.drop_index(
        op.f("ix_customers_phone_key"), table_name="customers", postgresql_where=sa.text("phone_key IS NOT NULL")
    )
    op.drop_index(
        op.f("ix_customers_email_key"), table_name="customers", postgresql_where=sa.text("email_key IS NOT NULL")
    )
    op.drop_index(
        op.f("ix_customers_address_key"), table_name="customers", postgresql_where=sa.text("address_key IS NOT NULL")
    )
    op.drop_table("customers")
    op.drop_table("customer_templates")
    op.drop_index("ix_webhook_inbox_waiting", table_name="webhook_inbox", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_webhook_inbox_received", table_name="webhook_inbox")
    op.drop_table("webhook_inbox")
    op.drop_table("store_tokens")
    op.drop_table("store_points")
    op.drop_index(op.f("ix_shops_store_id"), table_name="shops")
    op.drop_table("shops")
    op.drop_index(op.f("ix_item_codes_kind_code"), table_name="item_codes")
    op.drop_table("item_codes")
    op.drop_table("tax_areas")
    op.drop_table("stores")
    op.drop_index("ix_items_no_key", table_name="items")
    op.drop_table("items")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("event_positions")
    op.drop_table("document_costs")
    op.drop_table("currency_mappings")
    op.drop_table("api_keys")
