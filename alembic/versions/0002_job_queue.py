"""Job queue: PgQueuer's tables, as the library itself declares them.

Revision ID: 0002
Revises: 0001

They are not logged to the WAL: a job is only a nudge, and what is due is nudged again after a crash.
"""

import re

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.domain.settings import DBSettings, Durability

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENT_END = re.compile(r";[ \t]*\n(?:[ \t]*\n)+|;\s*\Z")
"""The library separates its statements by a blank line; those inside its function body hold none at that place."""


def _environment() -> QueryBuilderEnvironment:
    return QueryBuilderEnvironment(settings=DBSettings(durability=Durability.volatile))


def _statements(script: str) -> list[str]:
    found: list[str] = []
    rest = ""
    for part in STATEMENT_END.split(script):
        rest = f"{rest};\n\n{part}" if rest else part
        # Inside $$ … $$ a semicolon does not end a statement.
        if rest.count("$$") % 2 == 0 and rest.strip():
            found.append(rest)
            rest = ""
    return found


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _statements(_environment().build_install_query()):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in re.split(r";\s*\n|;\s*\Z", _environment().build_uninstall_query()):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
