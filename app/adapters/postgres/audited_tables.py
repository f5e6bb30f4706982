"""Which tables are audited, and what of them is told (P81, S27): the triggers of the database are made from this list.

A trigger adds the entry in the transaction of the change, whoever writes it and by whatever statement; it does so while
somebody acts (``orderbridge.actor``, set by the unit of work), so that what the service does by itself is no entry.
A test compares the list with the classification of the columns and with the triggers that stand in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FUNCTION = "audit_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A table; ``resource`` is its word at the surface. Of ``withheld`` columns only the name is told."""

    table: str
    resource: str
    key: tuple[str, ...]
    """What names a row, unless that names a person."""
    told: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    of_shop: str = "shop_id"
    always: bool = False
    """Also what the service does by itself."""

    @property
    def arguments(self) -> Sequence[str]:
        """Of the trigger."""
        return (self.resource, ",".join(self.key), ",".join(self.told), ",".join(self.withheld), self.of_shop)


AUDITED: tuple[Audited, ...] = (
    Audited(table="shops", resource="shops", key=("code",), told=("code", "name", "settings"), of_shop="id"),
    Audited(
        table="stores",
        resource="stores",
        key=("store_domain",),
        told=("store_domain", "deleted_at"),
        withheld=("credentials", "previous_webhook_secret"),
        of_shop="",
    ),
    Audited(
        table="api_keys",
        resource="api_keys",
        key=("id",),
        told=("name", "scopes", "shop_ids", "expires_at", "revoked_at"),
        withheld=("secret_hash",),
        of_shop="",
    ),
    Audited(
        table="console_users",
        resource="console_users",
        key=("name",),
        told=("name", "role", "enabled"),
        withheld=("password_hash",),
        of_shop="",
    ),
    Audited(
        table="schedules",
        resource="schedules",
        key=("task",),
        told=("enabled", "every_minutes", "cron", "filters", "parameters", "category"),
    ),
    Audited(
        table="webhook_endpoints",
        resource="webhook_endpoints",
        key=("id",),
        told=("description", "types", "shop_ids", "enabled", "disabled_reason"),
        withheld=("url",),
        of_shop="",
    ),
    Audited(
        table="webhook_endpoint_secrets",
        resource="webhook_endpoint_secrets",
        key=("endpoint_id",),
        told=("expires_at",),
        withheld=("secret",),
        of_shop="",
    ),
    Audited(
        table="location_mappings",
        resource="location_mappings",
        key=("location_id",),
        told=("name", "status", "location_code", "location_filter", "stock_calculation"),
    ),
    Audited(
        table="shipment_method_mappings",
        resource="shipment_method_mappings",
        key=("id",),
        told=(
            "title",
            "shipment_method_code",
            "shipping_agent_code",
            "shipping_agent_service_code",
            "charge_type",
            "charge_no",
        ),
    ),
    Audited(
        table="payment_method_mappings",
        resource="payment_method_mappings",
        key=("id",),
        told=("gateway", "card_company", "payment_method_code"),
    ),
    Audited(
        table="payment_terms_mappings",
        resource="payment_terms_mappings",
        key=("terms_id",),
        told=("name", "type", "payment_terms_code", "primary"),
    ),
    Audited(
        table="staff_mappings", resource="staff_mappings", key=(), told=("salesperson_code",), withheld=("staff_id",)
    ),
    Audited(
        table="store_catalogs",
        resource="catalogs",
        key=("catalog_id",),
        told=("type", "status"),
        withheld=("price_group",),
    ),
    Audited(
        table="customer_templates",
        resource="customer_templates",
        key=("country_code", "province"),
        told=("template_code", "prices_include_tax"),
        withheld=("default_customer_no",),
    ),
    Audited(
        table="tax_areas",
        resource="tax_areas",
        key=("country_code", "province"),
        told=("province_name", "tax_area_code", "tax_liable", "vat_business_group"),
        of_shop="",
    ),
    Audited(table="currency_mappings", resource="currency_mappings", key=("iso",), told=("currency_code",), of_shop=""),
    Audited(
        table="shipping_agents",
        resource="shipping_agents",
        key=("code",),
        told=("name", "tracking_company", "tracking_url_template"),
        of_shop="",
    ),
    Audited(
        table="store_customer_links",
        resource="store_customers",
        key=(),
        told=(),
        withheld=("store_customer_id", "customer_id"),
    ),
    Audited(
        table="store_address_links",
        resource="addresses",
        key=(),
        told=(),
        withheld=("store_customer_id", "customer_id"),
    ),
    Audited(
        table="store_company_links",
        resource="store_companies",
        key=("store_company_id",),
        told=(),
        withheld=("customer_id",),
    ),
    Audited(
        table="company_location_links",
        resource="company_locations",
        key=("company_location_id",),
        told=(),
        withheld=("sell_to_customer_id", "bill_to_customer_id"),
    ),
    Audited(
        table="store_variant_links",
        resource="store_variants",
        key=("store_variant_id",),
        told=("item_no", "variant_code", "unit"),
    ),
    Audited(
        table="privacy_requests",
        resource="privacy_requests",
        key=("id",),
        told=("kind", "state", "counts"),
        of_shop="",
        always=True,
    ),
)


def trigger_definition(audited: Audited) -> str:
    """The statement that makes the table's trigger."""
    # What ends with its shop or endpoint is told by that one's entry alone: depth is above 0 below a reference.
    condition = "" if audited.always else " AND current_setting('orderbridge.actor', true) <> ''"
    arguments = ", ".join(f"'{each}'" for each in audited.arguments)
    return (
        f"CREATE TRIGGER {FUNCTION} AFTER INSERT OR UPDATE OR DELETE ON {audited.table} FOR EACH ROW"
        f" WHEN (pg_trigger_depth() = 0{condition}) EXECUTE FUNCTION {FUNCTION}({arguments})"
    )
