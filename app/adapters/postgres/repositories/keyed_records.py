"""Mappings and links by their natural keys: one implementation, told table and columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import asyncpg

from app.adapters.postgres.repositories.paging import page_of
from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest
from app.ports.repositories.keyed_records import Kept, Key

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class Table(Generic[Record]):
    """What distinguishes one kind from another. All names are ours, never a caller's."""

    name: str
    key: tuple[str, ...]
    """Key columns after ``shop_id``."""
    columns: Callable[[Record], Mapping[str, Any]]
    """Key and value columns of a record."""
    record: Callable[[Mapping[str, Any]], Record]
    of_shop: bool = True
    joined: str = ""
    """Joins and the columns they bring, for links: ``, c.no AS customer_no FROM … ``."""
    with_id: bool = False
    """Addressed by our id; ``key`` is then the natural key and its columns are unique."""


class PostgresKeyedRecords(Generic[Record]):
    def __init__(self, driver: asyncpg.Connection, table: Table[Record]) -> None:
        self._driver = driver
        self._table = table
        self._address = ("id",) if table.with_id else table.key

    def natural_key(self, value: Record) -> Key:
        columns = self._table.columns(value)
        return tuple(columns[name] for name in self._table.key)

    async def find(self, shop: ShopId | None, key: Key) -> Kept[Record] | None:
        return await self._one(shop, self._address, key, "")

    async def locked(self, shop: ShopId | None, key: Key) -> Kept[Record] | None:
        return await self._one(shop, self._address, key, " FOR UPDATE OF t")

    async def locked_by_text(self, shop: ShopId, value: Record) -> Kept[Record] | None:
        return await self._one(shop, self._table.key, self.natural_key(value), " FOR UPDATE OF t")

    async def page(self, shop: ShopId | None, request: PageRequest, *, under: Key = ()) -> Page[Kept[Record]]:
        parameters: list[Any] = []
        conditions = self._conditions(shop, self._table.key[: len(under)], under, parameters)
        if request.after is not None:
            names = ", ".join(f"t.{name}" for name in self._address)
            places = ", ".join(f"${len(parameters) + place + 1}" for place in range(len(self._address)))
            conditions.append(f"({names}) > ({places})")
            parameters += request.after
        order = ", ".join(f"t.{name}" for name in self._address)
        rows = await self._driver.fetch(
            f"{self._select()}{_where(conditions)} ORDER BY {order} LIMIT {request.limit + 1}", *parameters
        )
        address = self._address
        return page_of(rows, request, shape=self._kept, key=lambda row: tuple(row[name] for name in address))

    async def put(self, shop: ShopId | None, value: Record, *, now: datetime, new_id: str = "") -> Kept[Record]:
        table = self._table
        values = {**table.columns(value), "version": 1, "updated_at": now}
        if table.of_shop:
            values["shop_id"] = shop
        if table.with_id:
            values["id"] = new_id
        unique = [*(["shop_id"] if table.of_shop else []), *table.key]
        updates = [f'"{name}" = excluded."{name}"' for name in values if name not in {*unique, "version", "id"}]
        names = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f"${place + 1}" for place in range(len(values)))
        await self._driver.execute(
            f"INSERT INTO {table.name} AS t ({names}) VALUES ({places})"
            f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {', '.join(updates)}, version = t.version + 1",
            *values.values(),
        )
        kept = await self._one(shop, table.key, self.natural_key(value), "")
        assert kept is not None
        return kept

    async def delete(self, shop: ShopId | None, key: Key) -> None:
        parameters: list[Any] = []
        conditions = self._conditions(shop, self._address, key, parameters)
        await self._driver.execute(f"DELETE FROM {self._table.name} AS t{_where(conditions)}", *parameters)

    def _select(self) -> str:
        return f"SELECT t.*{self._table.joined or f' FROM {self._table.name} AS t'}"

    def _conditions(self, shop: ShopId | None, columns: tuple[str, ...], key: Key, parameters: list[Any]) -> list[str]:
        found: list[str] = []
        if self._table.of_shop:
            parameters.append(shop)
            found.append("t.shop_id = $1")
        for name, value in zip(columns, key, strict=True):
            parameters.append(value)
            found.append(f"t.{name} = ${len(parameters)}")
        return found

    async def _one(self, shop: ShopId | None, columns: tuple[str, ...], key: Key, lock: str) -> Kept[Record] | None:
        parameters: list[Any] = []
        conditions = self._conditions(shop, columns, key, parameters)
        row = await self._driver.fetchrow(f"{self._select()}{_where(conditions)}{lock}", *parameters)
        return self._kept(row) if row else None

    def _kept(self, row: asyncpg.Record) -> Kept[Record]:
        return Kept(
            value=self._table.record(row),
            version=row["version"],
            updated_at=row["updated_at"],
            id=row["id"] if self._table.with_id else "",
        )


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
