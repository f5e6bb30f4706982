"""The routes of whatever is kept under a key, one kind like the other: list, read, set, delete. Knows no kind itself.

A kind says its words, models and table; where its entries stand in an address is told by a dependency that answers an
`Address`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MappingsRead, MappingsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.pagination import ListOf, PagingOf
from app.domain.identifiers import ShopId
from app.ports.repositories.keyed_records import Kept, Key
from app.ports.versions import Expected
from app.services.mappings import KeyedTable, Put

MISSING = "404 when there is none."

Tables = TypeVar("Tables")
Record = TypeVar("Record")
Given = TypeVar("Given", bound=BaseModel)
Shown = TypeVar("Shown", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where entries stand: in a shop, or for all shops, and under which key or the beginning of one."""

    shop: ShopId | None
    key: Key = ()

    @property
    def in_shop(self) -> ShopId:
        """The shop, where there always is one."""
        assert self.shop is not None
        return self.shop


Where = Callable[..., Awaitable[Address]]
"""A dependency; its parameters are those of the path."""


async def in_a_shop(shop: VisibleShop) -> Address:
    return Address(shop=shop.id)


async def for_all_shops() -> Address:
    return Address(shop=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a kind of entries is named, and its operations with it."""

    noun: str
    """As in "Read a location mapping"."""
    of: str = ""
    """What is added where entries of the kind stand at a second address, such as "of a province"."""

    @property
    def one(self) -> str:
        return f"a {self.noun} {self.of}".strip()

    def operation(self, verb: str) -> str:
        return f"{verb} {self.noun} {self.of.replace(' a ', ' ')}".strip().replace(" ", "_")


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[Tables, Record, Given, Shown]):
    """What distinguishes one kind of entries from another."""

    noun: str
    tables: type[Tables]
    table: Callable[[Tables], KeyedTable[Record]]
    put: Callable[[Tables, Address, Given, Expected], Awaitable[Put[Record]]]
    given: type[Given]
    shown: type[Shown]
    show: Callable[[Kept[Record]], Shown]
    replaces: str = "Makes or replaces it, also before Shopify named the id. Fields not given are null."


AnyKind = Kind[Any, Any, Any, Any]


def add_list(
    router: APIRouter,
    path: str,
    kind: AnyKind,
    listed: type[ListOf[Any]],
    *,
    where: Where = in_a_shop,
    order: str = "In the order of their ids.",
) -> None:
    """A page of the entries below an address."""
    words = Words(noun=f"{kind.noun}s")

    @router.get(
        path,
        name=words.operation("list"),
        response_model=listed,
        summary=f"List {words.noun}",
        description=order,
    )
    async def page(
        _: MappingsRead,
        address: Annotated[Address, Depends(where)],
        paging: PagingOf,
        tables: Annotated[Any, Depends(service(kind.tables))],
    ) -> Response:
        found = await kind.table(tables).page(address.shop, paging.request, under=address.key)
        return paging.answer(listed, found, kind.show)


def add_entry(router: APIRouter, path: str, kind: AnyKind, *, where: Where, of: str = "") -> None:
    """One entry: to be read, set and deleted."""
    words = Words(noun=kind.noun, of=of)
    _add_reading(router, path, kind, words, where)
    _add_setting(router, path, kind, words, where)
    _add_deleting(router, path, kind, words, where)


def _add_reading(router: APIRouter, path: str, kind: AnyKind, words: Words, where: Where) -> None:
    @router.get(
        path,
        name=words.operation("get"),
        response_model=kind.shown,
        summary=f"Read {words.one}",
        description=MISSING,
    )
    async def read(
        _: MappingsRead,
        address: Annotated[Address, Depends(where)],
        tables: Annotated[Any, Depends(service(kind.tables))],
    ) -> Response:
        kept = await kind.table(tables).get(address.shop, address.key)
        return answer(kind.show(kept), version=kept.version)


def _add_setting(router: APIRouter, path: str, kind: AnyKind, words: Words, where: Where) -> None:
    async def put(
        body: Any,
        _: MappingsWrite,
        address: Annotated[Address, Depends(where)],
        expected: ExpectedVersion,
        tables: Annotated[Any, Depends(service(kind.tables))],
    ) -> Response:
        done = await kind.put(tables, address, body, expected)
        return put_answer(kind.show(done.kept), done)

    put.__annotations__["body"] = kind.given
    router.put(
        path,
        name=words.operation("put"),
        response_model=kind.shown,
        responses=CREATED,
        summary=f"Set {words.one}",
        description=kind.replaces,
    )(put)


def _add_deleting(router: APIRouter, path: str, kind: AnyKind, words: Words, where: Where) -> None:
    @router.delete(
        path,
        name=words.operation("delete"),
        status_code=204,
        summary=f"Delete {words.one}",
        description=MISSING,
    )
    async def delete(
        _: MappingsWrite,
        address: Annotated[Address, Depends(where)],
        expected: ExpectedVersion,
        tables: Annotated[Any, Depends(service(kind.tables))],
    ) -> Response:
        await kind.table(tables).delete(address.shop, address.key, expected=expected)
        return no_content()
