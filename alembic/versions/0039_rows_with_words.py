"""Customers and items with the words of a search are found by the words' index, whatever the server believes of them.

The first with the rights of whoever migrates: to who is held to some shops a condition on words could otherwise be no
way into the table, since it is looked at after the policy. Customers with a number are everybody's.

Revision ID: 0039
Revises: 0038
"""

from functools import reduce

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

WITH_WORDS = """
CREATE FUNCTION {table}_with_words(wanted tsquery, at_most bigint)
RETURNS TABLE (no text, updated_at timestamptz)
LANGUAGE sql STABLE {rights} SET search_path = {schema}, pg_temp
SET enable_seqscan = off SET enable_indexscan = off AS $function$
    SELECT t.no, t.updated_at FROM {table} AS t WHERE {words} @@ wanted AND t.no IS NOT NULL LIMIT at_most
$function$
"""


def _words(*columns: str) -> str:
    text = reduce(lambda before, following: f"(({before} || ' ') || {following})", map(_text, columns))
    return f"to_tsvector('simple', translate({text[1:-1]}, '-_./@:+&;<>~?=%#', repeat(' ', 16)))"


def _text(column: str) -> str:
    return f"COALESCE(t.{column}, '')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    customers = _words("no", "name", "name2", "contact_name", "email", "postal_code", "city")
    items = f"({_words('no', 'description', 'sku')} || array_to_tsvector(array_remove(t.barcodes, '')))"
    for table, words, rights in (("customers", customers, "SECURITY DEFINER"), ("items", items, "")):
        op.execute(WITH_WORDS.format(table=table, words=words, rights=rights, schema=schema))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION items_with_words")
    op.execute("DROP FUNCTION customers_with_words")
