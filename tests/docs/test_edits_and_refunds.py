"""docs/edits-and-refunds.md names a test for every row, and each of them is there."""

import re
from pathlib import Path

from tests.docs.papers import paper

PAGE = paper("docs/edits-and-refunds.md").text
NAMED = re.compile(r"`(test_\w+)`")


def test_every_row_names_a_test() -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("| ") and not row.endswith("| test |")]
    assert len(rows) > 30
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_test_it_names_is_there() -> None:
    code = "\n".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name in NAMED.findall(PAGE) if f"def {name}(" not in code] == []
