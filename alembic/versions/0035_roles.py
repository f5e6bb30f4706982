"""What a role that does not own the tables needs done for it: ending old audit entries, seeing whose a whole store is.

Both run with the rights of whoever migrates. The policies that use the second are made with every migration, for the
roles that there are: `app.adapters.postgres.roles`.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

PURGE_AUDIT = """
CREATE FUNCTION purge_audit(ended timestamptz, at_most bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $function$
    WITH gone AS (
        DELETE FROM audit_entries WHERE seq IN (
            SELECT seq FROM audit_entries
            WHERE occurred_at < least(ended, now() - interval '365 days') ORDER BY occurred_at LIMIT at_most
        )
        RETURNING seq
    )
    SELECT count(*) FROM gone
$function$
"""

SEES_WHOLE_STORE = """
CREATE FUNCTION sees_whole_store(store text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $function$
    SELECT coalesce(bool_and(id = ANY (string_to_array(current_setting('orderbridge.seen'), ','))), false)
    FROM shops WHERE store_id = store
$function$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(PURGE_AUDIT.format(schema=schema))
    op.execute("REVOKE EXECUTE ON FUNCTION purge_audit FROM PUBLIC")
    op.execute(SEES_WHOLE_STORE.format(schema=schema))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION purge_audit")
    # With the policy of the table that asks it.
    op.execute("DROP FUNCTION sees_whole_store CASCADE")
