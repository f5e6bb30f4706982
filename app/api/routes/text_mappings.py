"""Mappings of what the store knows by a text: shipping titles, payment gateways. One kind like the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Path
from pydantic import BaseModel
from starlette.responses import Response

from app.api.answers import REPLACED, answer, no_content, put_answer
from app.api.auth import MappingsRead, MappingsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.pagination import ListOf, PagingOf
from app.api.routing import resource_router
from app.api.schemas.mappings import (
    PaymentMethodGiven,
    PaymentMethodList,
    PaymentMethodShown,
    ShipmentMethodGiven,
    ShipmentMethodList,
    ShipmentMethodShown,
    payment_method_shown,
    shipment_method_shown,
)
from app.domain.mappings import PaymentMethodMapping, ShipmentMethodMapping
from app.ports.repositories.keyed_records import Kept
from app.services.mappings import MappingTables, TextKeyedTable

router = resource_router("mappings")

TheEntry = Annotated[
    str, Path(max_length=100, description="Our id of the mapping.", examples=["map_01kf0eeeeeeeeeeeeeeeeeeeee"])
]
Tables = Annotated[MappingTables, Depends(service(MappingTables))]
Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[Record]):
    """What distinguishes the mappings of one kind of text from those of another."""

    noun: str
    table: Callable[[MappingTables], TextKeyedTable[Record]]
    record: Callable[..., Record]
    given: type[BaseModel]
    shown: type[BaseModel]
    listed: type[ListOf[Any]]
    show: Callable[[Kept[Record]], BaseModel]

    def name(self, verb: str) -> str:
        return f"{verb}_{self.noun.replace(' ', '_')}"

    @property
    def collection(self) -> str:
        return f"{self.noun.replace(' ', '-')}s"


def _add(kind: Kind[Any]) -> None:
    path = f"/shops/{{shop}}/{kind.collection}"
    _add_collection(kind, path)
    _add_entry(kind, f"{path}/{{entry_id}}")


def _add_collection(kind: Kind[Any], path: str) -> None:
    @router.get(path, name=f"{kind.name('list')}s", response_model=kind.listed, summary=f"List {kind.noun}s")
    async def page(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
        """In the order of their ids."""
        return paging.answer(kind.listed, await kind.table(tables).page(shop.id, paging.request), kind.show)

    async def post(body: Any, _: MappingsWrite, shop: VisibleShop, repeat: Repeat, tables: Tables) -> Response:
        """Makes the entry of this text, or replaces the one there is (200)."""
        value = kind.record(**dict(body))
        location = f"/v1/shops/{shop.code}/{kind.collection}"
        return await repeat.answer(
            lambda once: kind.table(tables).post(shop.id, value, once=once),
            lambda done: put_answer(kind.show(done.kept), done, location=f"{location}/{done.kept.id}"),
        )

    post.__annotations__["body"] = kind.given
    router.post(
        path,
        name=kind.name("post"),
        response_model=kind.shown,
        status_code=201,
        responses=REPLACED,
        summary=f"Set a {kind.noun}",
    )(post)


def _add_entry(kind: Kind[Any], path: str) -> None:
    @router.get(path, name=kind.name("get"), response_model=kind.shown, summary=f"Read a {kind.noun}")
    async def get(_: MappingsRead, shop: VisibleShop, entry_id: TheEntry, tables: Tables) -> Response:
        """404 when there is none."""
        kept = await kind.table(tables).get(shop.id, entry_id)
        return answer(kind.show(kept), version=kept.version)

    async def put(
        body: Any, _: MappingsWrite, shop: VisibleShop, entry_id: TheEntry, expected: ExpectedVersion, tables: Tables
    ) -> Response:
        """Fields not given are null; the text it is about stays."""
        kept = await kind.table(tables).put(shop.id, entry_id, kind.record(**dict(body)), expected=expected)
        return answer(kind.show(kept), version=kept.version)

    put.__annotations__["body"] = kind.given
    router.put(path, name=kind.name("put"), response_model=kind.shown, summary=f"Replace a {kind.noun}")(put)

    @router.delete(path, name=kind.name("delete"), status_code=204, summary=f"Delete a {kind.noun}")
    async def delete(
        _: MappingsWrite, shop: VisibleShop, entry_id: TheEntry, expected: ExpectedVersion, tables: Tables
    ) -> Response:
        """404 when there is none."""
        await kind.table(tables).delete(shop.id, entry_id, expected=expected)
        return no_content()


_add(
    Kind(
        noun="shipment method mapping",
        table=lambda tables: tables.shipment_methods,
        record=ShipmentMethodMapping,
        given=ShipmentMethodGiven,
        shown=ShipmentMethodShown,
        listed=ShipmentMethodList,
        show=shipment_method_shown,
    )
)
_add(
    Kind(
        noun="payment method mapping",
        table=lambda tables: tables.payment_methods,
        record=PaymentMethodMapping,
        given=PaymentMethodGiven,
        shown=PaymentMethodShown,
        listed=PaymentMethodList,
        show=payment_method_shown,
    )
)
