"""Who changed what: entries that triggers add in the transaction of the change, and that stay.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

AUDIT_CHANGE = """
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    acting jsonb := nullif(current_setting('orderbridge.actor', true), '')::jsonb;
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
    named jsonb := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
    told text[];
    withheld text[];
BEGIN
    SELECT coalesce(array_agg(field), '{}') INTO told FROM unnest(string_to_array(TG_ARGV[2], ',')) AS field
    WHERE nullif(old_row -> field, 'null') IS DISTINCT FROM nullif(new_row -> field, 'null');
    SELECT coalesce(array_agg(field), '{}') INTO withheld FROM unnest(string_to_array(TG_ARGV[3], ',')) AS field
    WHERE nullif(old_row -> field, 'null') IS DISTINCT FROM nullif(new_row -> field, 'null');
    IF TG_OP = 'UPDATE' AND told = '{}' AND withheld = '{}' THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_entries (
        actor_kind, actor_id, actor_name, operation, change, resource, resource_id, of_shop, before, after, withheld
    ) VALUES (
        coalesce(acting ->> 'kind', 'orderbridge'), acting ->> 'id', coalesce(acting ->> 'name', 'Orderbridge'),
        acting ->> 'operation',
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
        TG_ARGV[0],
        (SELECT string_agg(named ->> field, '/' ORDER BY place)
         FROM unnest(string_to_array(TG_ARGV[1], ',')) WITH ORDINALITY AS key (field, place)
         WHERE named ->> field <> ''),
        named ->> nullif(TG_ARGV[4], ''),
        (SELECT jsonb_object_agg(field, old_row -> field) FROM unnest(told) AS field WHERE TG_OP <> 'INSERT'),
        (SELECT jsonb_object_agg(field, new_row -> field) FROM unnest(told) AS field WHERE TG_OP <> 'DELETE'),
        withheld
    );
    PERFORM set_config('orderbridge.audited', 'yes', true);
    RETURN NULL;
END
$function$
"""

AUDIT_STAYS = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.occurred_at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit entries are never changed, and stay for 365 days';
END
$function$
"""

AUDITED = (
    ("shops", False, "shops", "code", "code,name,settings", "", "id"),
    ("stores", False, "stores", "store_domain", "store_domain,deleted_at", "credentials,previous_webhook_secret", ""),
    ("api_keys", False, "api_keys", "id", "name,scopes,shop_ids,expires_at,revoked_at", "secret_hash", ""),
    ("console_users", False, "console_users", "name", "name,role", "password_hash", ""),
    ("schedules", False, "schedules", "task", "enabled,every_minutes,cron,filters,parameters,category", "", "shop_id"),
    (
        "webhook_endpoints",
        False,
        "webhook_endpoints",
        "id",
        "description,types,shop_ids,enabled,disabled_reason",
        "url",
        "",
    ),
    ("webhook_endpoint_secrets", False, "webhook_endpoint_secrets", "endpoint_id", "expires_at", "secret", ""),
    (
        "location_mappings",
        False,
        "location_mappings",
        "location_id",
        "name,status,location_code,location_filter,stock_calculation",
        "",
        "shop_id",
    ),
    (
        "shipment_method_mappings",
        False,
        "shipment_method_mappings",
        "id",
        "title,shipment_method_code,shipping_agent_code,shipping_agent_service_code,charge_type,charge_no",
        "",
        "shop_id",
    ),
    (
        "payment_method_mappings",
        False,
        "payment_method_mappings",
        "id",
        "gateway,card_company,payment_method_code",
        "",
        "shop_id",
    ),
    (
        "payment_terms_mappings",
        False,
        "payment_terms_mappings",
        "terms_id",
        "name,type,payment_terms_code,primary",
        "",
        "shop_id",
    ),
    ("staff_mappings", False, "staff_mappings", "", "salesperson_code", "staff_id", "shop_id"),
    (
        "customer_templates",
        False,
        "customer_templates",
        "country_code,province",
        "template_code,prices_include_tax",
        "default_customer_no",
        "shop_id",
    ),
    (
        "tax_areas",
        False,
        "tax_areas",
        "country_code,province",
        "province_name,tax_area_code,tax_liable,vat_business_group",
        "",
        "",
    ),
    ("currency_mappings", False, "currency_mappings", "iso", "currency_code", "", ""),
    ("shipping_agents", False, "shipping_agents", "code", "name,tracking_company,tracking_url_template", "", ""),
    ("store_customer_links", False, "store_customers", "", "", "store_customer_id,customer_id", "shop_id"),
    ("store_address_links", False, "addresses", "", "", "store_customer_id,customer_id", "shop_id"),
    ("store_company_links", False, "store_companies", "store_company_id", "", "customer_id", "shop_id"),
    (
        "company_location_links",
        False,
        "company_locations",
        "company_location_id",
        "",
        "sell_to_customer_id,bill_to_customer_id",
        "shop_id",
    ),
    ("store_variant_links", False, "store_variants", "store_variant_id", "item_no,variant_code,unit", "", "shop_id"),
    ("privacy_requests", True, "privacy_requests", "id", "kind,state,counts", "", ""),
)
"""Table, whether also what the service does by itself, then the trigger's arguments: resource, key, fields that are
told, fields that are only named, the column of the shop.
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_entries",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("of_shop", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("withheld", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('key', 'user', 'command_line', 'orderbridge')", name=op.f("ck_audit_entries_actor_kind")
        ),
        sa.CheckConstraint("change IN ('created', 'changed', 'removed', 'done')", name=op.f("ck_audit_entries_change")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_occurred", "audit_entries", ["occurred_at"], unique=False)
    op.create_index("ix_audit_entries_about", "audit_entries", ["resource", "resource_id", "seq"], unique=False)
    op.create_index("ix_audit_entries_of", "audit_entries", ["of_shop", "seq"], unique=False)
    op.execute(AUDIT_STAYS)
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION audit_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )
    op.execute(AUDIT_CHANGE)
    for table, always, *arguments in AUDITED:
        acting = "" if always else " AND current_setting('orderbridge.actor', true) <> ''"
        given = ", ".join(f"'{each}'" for each in arguments)
        op.execute(
            f"CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" WHEN (pg_trigger_depth() = 0{acting}) EXECUTE FUNCTION audit_change({given})"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, *_ in AUDITED:
        op.execute(f"DROP TRIGGER audit_change ON {table}")
    op.execute("DROP FUNCTION audit_change()")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION audit_stays()")
