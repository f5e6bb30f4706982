"""Users of the console who are switched off.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("console_users", sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False))
    _audit("name,role,enabled")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Before there was such a thing: who must not sign in is no user.
    op.execute("DELETE FROM console_users WHERE NOT enabled")
    op.drop_column("console_users", "enabled")
    _audit("name,role")


def _audit(told: str) -> None:
    op.execute("DROP TRIGGER audit_change ON console_users")
    op.execute(
        "CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON console_users FOR EACH ROW"
        " WHEN (pg_trigger_depth() = 0 AND current_setting('orderbridge.actor', true) <> '')"
        f" EXECUTE FUNCTION audit_change('console_users', 'name', '{told}', 'password_hash', '')"
    )
