"""The lines of a bulk operation's file, put beside their parents however far behind these they come.

They are kept in a database file of this process alone, which has no name and is gone with it: memory stays the same
for a hundred orders and for a hundred thousand, and nothing personal is left behind. Calls take milliseconds and
belong into a thread. Knows lines, their ids and parents; what they say is not its matter.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

_CACHE_KIB: Final = 8 * 1024
_TABLE: Final = "CREATE TABLE lines (place INTEGER PRIMARY KEY, id TEXT, parent TEXT, kind TEXT, body BLOB NOT NULL)"
_INDEXES: Final = {"by_parent": "lines (parent, place)", "by_id": "lines (id)"}
_ORPHANS: Final = (
    "SELECT count(*) FROM lines AS child WHERE parent IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM lines AS parent WHERE parent.id = child.parent)"
)


class LineHead(msgspec.Struct, gc=False):
    """What a line says of its place."""

    id: str | None = None
    parent: str | None = msgspec.field(name="__parentId", default=None)
    kind: str | None = msgspec.field(name="__typename", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledLine:
    """A line, and what belongs to it by kind, in the order of the file."""

    body: bytes
    children: "Mapping[str, Sequence[SpooledLine]]"


_HEADS: Final = msgspec.json.Decoder(LineHead)


class BulkSpool:
    def __init__(self) -> None:
        # An empty name is a file without one; several threads use it, one at a time.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{_CACHE_KIB}"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(_TABLE)

    def close(self) -> None:
        self._database.close()

    def add(self, lines: Iterable[bytes]) -> None:
        """Raises ``msgspec.DecodeError`` for a line that is not whole."""
        rows = ((head.id, head.parent, head.kind, line) for line in lines for head in (_HEADS.decode(line),))
        self._database.execute("BEGIN")
        try:
            self._database.executemany("INSERT INTO lines (id, parent, kind, body) VALUES (?, ?, ?, ?)", rows)
        finally:
            self._database.execute("COMMIT")

    def clear(self) -> None:
        for name in _INDEXES:
            self._database.execute(f"DROP INDEX IF EXISTS {name}")
        self._database.execute("DELETE FROM lines")

    def complete(self) -> None:
        """Everything has come: make it findable."""
        for name, columns in _INDEXES.items():
            self._database.execute(f"CREATE INDEX {name} ON {columns}")

    def counts(self) -> tuple[int, int]:
        """Lines, and those without a parent."""
        found = self._database.execute("SELECT count(*), count(*) FILTER (WHERE parent IS NULL) FROM lines").fetchone()
        return int(found[0]), int(found[1])

    def orphans(self) -> int:
        """Lines whose parent is not there."""
        return int(self._database.execute(_ORPHANS).fetchone()[0])

    def place_of_root(self, number: int) -> int | None:
        """Where the root stands that has so many roots before it; None = there are not so many."""
        found = self._database.execute(
            "SELECT place FROM lines WHERE parent IS NULL ORDER BY place LIMIT 1 OFFSET ?", (number,)
        ).fetchone()
        return int(found[0]) if found else None

    def roots(self, *, place: int, limit: int) -> tuple[Sequence[SpooledLine], int]:
        """Lines without a parent from a place on, with all that belongs to them; and the place to go on from."""
        rows = self._database.execute(
            "SELECT place, id, body FROM lines WHERE parent IS NULL AND place >= ? ORDER BY place LIMIT ?",
            (place, limit),
        ).fetchall()
        below = self._children([identifier for _place, identifier, _body in rows])
        found = [SpooledLine(body=body, children=below.get(identifier, {})) for _place, identifier, body in rows]
        return found, (rows[-1][0] + 1 if rows else place)

    def _children(self, parents: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[SpooledLine]]]:
        """By parent and kind; as deep as it goes."""
        if not parents:
            return {}
        places = ", ".join("?" * len(parents))
        rows = self._database.execute(
            f"SELECT id, parent, kind, body FROM lines WHERE parent IN ({places}) ORDER BY place",  # noqa: S608 - marks only
            list(parents),
        ).fetchall()
        below = self._below([identifier for identifier, *_rest in rows if identifier is not None])
        found: dict[str, dict[str, list[SpooledLine]]] = defaultdict(lambda: defaultdict(list))
        for identifier, parent, kind, body in rows:
            found[parent][kind or ""].append(SpooledLine(body=body, children=below.get(identifier, {})))
        return found

    def _below(self, parents: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[SpooledLine]]]:
        """Of many parents, in statements of bounded length."""
        found: dict[str, Mapping[str, Sequence[SpooledLine]]] = {}
        for start in range(0, len(parents), 500):
            found |= self._children(parents[start : start + 500])
        return found
