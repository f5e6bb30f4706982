"""All that stands encrypted in the database: whose key is missing, and writing anew what an older key made.

Knows the places, each a table, a column and the key of its row, to which a ciphertext is bound. Does not know what the
values mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import database_trouble
from app.domain.identifiers import StoreId
from app.ports.errors import ConnectorError
from app.ports.keyring import Keyring

BATCH = 200
"""Rows locked at once, for as long as a few hundred small updates take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column of ciphertexts, each bound to ``table.column:key``."""

    table: str
    column: str
    row: tuple[str, ...]
    """The primary key, in the order in which the ciphertext is bound to it."""

    def context(self, key: Sequence[str]) -> str:
        return f"{self.table}.{self.column}:{':'.join(key)}"

    @property
    def _is_stale(self) -> str:
        newest = "CAST(:newest AS bytea)"
        return f"substring({self.column} FROM 1 FOR length({newest})) <> {newest}"

    @property
    def count_stale(self) -> TextClause:
        return text(f"SELECT count(*) FROM {self.table} WHERE {self._is_stale}")

    @property
    def read_stale(self) -> TextClause:
        """The next ones after a key, with the value last."""
        key, after = ", ".join(self.row), ", ".join(f":after_{name}" for name in self.row)
        return text(
            f"SELECT {key}, {self.column} FROM {self.table} WHERE ({key}) > ({after}) AND {self._is_stale}"
            f" ORDER BY {key} LIMIT {BATCH}"
        )

    @property
    def write(self) -> TextClause:
        """Only over the value that was read: whoever wrote another meanwhile is right."""
        same = " AND ".join(f"{name} = :{name}" for name in self.row)
        return text(f"UPDATE {self.table} SET {self.column} = :fresh WHERE {same} AND {self.column} = :stale")


PLACES = (
    Place(table="stores", column="credentials", row=("id",)),
    Place(table="stores", column="previous_webhook_secret", row=("id",)),
    Place(table="store_tokens", column="token", row=("store_id",)),
    Place(table="store_tokens", column="refresh_token", row=("store_id",)),
    Place(table="idempotency_keys", column="body", row=("api_key_id", "operation", "key")),
    Place(table="webhook_endpoint_secrets", column="secret", row=("endpoint_id", "id")),
)

_OF_STORES = """
SELECT id, store_domain, credentials, token,
    CASE WHEN previous_webhook_secret_until > :now THEN previous_webhook_secret END AS previous
FROM stores LEFT JOIN store_tokens ON store_id = id ORDER BY store_domain
"""
_FORGET = text("""
UPDATE stores SET
    credentials = CASE WHEN :credentials THEN NULL ELSE credentials END,
    previous_webhook_secret = CASE WHEN :previous THEN NULL ELSE previous_webhook_secret END
WHERE id = :store
""")
_FORGET_TOKEN = text("DELETE FROM store_tokens WHERE store_id = :store")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableStore:
    """A store of whose secrets none of the given keys can read at least one."""

    id: StoreId
    domain: str
    credentials: bool
    previous_secret: bool
    token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """How many values are under the first key now, and how many are left under a key that is not given."""

    written: int
    unreadable: int


class SealedValues:
    """The encrypted values of an installation, under its keyring."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    async def unreadable_stores(self, *, now: datetime) -> Sequence[UnreadableStore]:
        """The stores with a secret in use that no given key can read. An answer kept for a repeat is not worth it."""
        async with database_trouble(), self._engine.connect() as connection:
            return self._unreadable((await connection.execute(text(_OF_STORES), {"now": now})).all())

    async def forget_unreadable(self, *, now: datetime) -> Sequence[UnreadableStore]:
        """Delete what no given key can read of the secrets of stores, and say of which stores."""
        async with database_trouble(), self._engine.begin() as connection:
            rows = (await connection.execute(text(f"{_OF_STORES} FOR UPDATE OF stores"), {"now": now})).all()
            forgotten = self._unreadable(rows)
            for store in forgotten:
                given = {"store": store.id, "credentials": store.credentials, "previous": store.previous_secret}
                await connection.execute(_FORGET, given)
                if store.credentials or store.token:
                    await connection.execute(_FORGET_TOKEN, {"store": store.id})
        return forgotten

    def _unreadable(self, rows: Sequence[Row[Any]]) -> Sequence[UnreadableStore]:
        found = [
            UnreadableStore(
                id=StoreId(row.id),
                domain=row.store_domain,
                credentials=self._is_unreadable(row.credentials),
                previous_secret=self._is_unreadable(row.previous),
                token=self._is_unreadable(row.token),
            )
            for row in rows
        ]
        return [each for each in found if each.credentials or each.previous_secret or each.token]

    def _is_unreadable(self, cipher: bytes | None) -> bool:
        return cipher is not None and not self._keyring.knows(cipher)

    async def stale(self) -> int:
        """How many values another than the first key made."""
        async with database_trouble(), self._engine.connect() as connection:
            newest = {"newest": self._keyring.newest}
            return sum([await connection.scalar(place.count_stale, newest) or 0 for place in PLACES])

    async def renew(self) -> Renewed:
        """Write everything under the first key, in small transactions; beside running work, and by several at once."""
        done = Renewed(written=0, unreadable=0)
        for place in PLACES:
            after = ("",) * len(place.row)
            while rows := await self._stale_of(place, after):
                one = await self._renew(place, rows)
                done = Renewed(written=done.written + one.written, unreadable=done.unreadable + one.unreadable)
                after = tuple(rows[-1])[:-1]
        return done

    async def _stale_of(self, place: Place, after: Sequence[str]) -> Sequence[Row[Any]]:
        given = {f"after_{name}": value for name, value in zip(place.row, after, strict=True)}
        async with database_trouble(), self._engine.connect() as connection:
            return (await connection.execute(place.read_stale, {"newest": self._keyring.newest, **given})).all()

    async def _renew(self, place: Place, rows: Sequence[Row[Any]]) -> Renewed:
        written = 0
        fresh = [each for row in rows if (each := self._fresh(place, row)) is not None]
        async with database_trouble(), self._engine.begin() as connection:
            for each in fresh:
                written += (await connection.execute(place.write, each)).rowcount
        return Renewed(written=written, unreadable=len(rows) - len(fresh))

    def _fresh(self, place: Place, row: Row[Any]) -> dict[str, object] | None:
        """What `Place.write` takes; None if no key of ours reads the value."""
        key, stale = tuple(row)[:-1], row[-1]
        context = place.context(key)
        try:
            plain = self._keyring.decrypt(stale, context=context)
        except ConnectorError:
            return None
        fresh = self._keyring.encrypt(plain, context=context)
        return {"fresh": fresh, "stale": stale, **dict(zip(place.row, key, strict=True))}
