"""Mappings of what the store knows by a text: shipping titles, payment gateways."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import REPLACED, answer, no_content, put_answer
from app.api.auth import MappingsRead, MappingsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
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
from app.domain.mappings import (
    PaymentMethodMapping,
    ShipmentMethodMapping,
)
from app.services.mappings import MappingTables

router = resource_router("mappings")

TheEntry = Annotated[
    str, Path(max_length=100, description="Our id of the mapping.", examples=["map_01KF0EEEEEEEEEEEEEEEEEEEEE"])
]
Tables = Annotated[MappingTables, Depends(service(MappingTables))]


@router.get(
    "/shops/{shop}/shipment-method-mappings", response_model=ShipmentMethodList, summary="List shipment method mappings"
)
async def list_shipment_method_mappings(
    _: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables
) -> Response:
    """In the order of their ids."""
    return paging.answer(
        ShipmentMethodList, await tables.shipment_methods.page(shop.id, paging.request), shipment_method_shown
    )


@router.post(
    "/shops/{shop}/shipment-method-mappings",
    response_model=ShipmentMethodShown,
    status_code=201,
    responses=REPLACED,
    summary="Set a shipment method mapping",
)
async def post_shipment_method_mapping(
    body: ShipmentMethodGiven, _: MappingsWrite, shop: VisibleShop, repeat: Repeat, tables: Tables
) -> Response:
    """Makes the entry of this text, or replaces the one there is (200)."""
    value = ShipmentMethodMapping(**dict(body))
    location = f"/v1/shops/{shop.code}/shipment-method-mappings"
    return await repeat.answer(
        lambda once: tables.shipment_methods.post(shop.id, value, once=once),
        lambda done: put_answer(shipment_method_shown(done.kept), done, location=f"{location}/{done.kept.id}"),
    )


@router.get(
    "/shops/{shop}/shipment-method-mappings/{entry_id}",
    response_model=ShipmentMethodShown,
    summary="Read a shipment method mapping",
)
async def get_shipment_method_mapping(
    _: MappingsRead, shop: VisibleShop, entry_id: TheEntry, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.shipment_methods.get(shop.id, entry_id)
    return answer(shipment_method_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/shipment-method-mappings/{entry_id}",
    response_model=ShipmentMethodShown,
    summary="Replace a shipment method mapping",
)
async def put_shipment_method_mapping(
    body: ShipmentMethodGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    entry_id: TheEntry,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Fields not given are null; the text it is about stays."""
    kept = await tables.shipment_methods.put(shop.id, entry_id, ShipmentMethodMapping(**dict(body)), expected=expected)
    return answer(shipment_method_shown(kept), version=kept.version)


@router.delete(
    "/shops/{shop}/shipment-method-mappings/{entry_id}", status_code=204, summary="Delete a shipment method mapping"
)
async def delete_shipment_method_mapping(
    _: MappingsWrite, shop: VisibleShop, entry_id: TheEntry, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.shipment_methods.delete(shop.id, entry_id, expected=expected)
    return no_content()


@router.get(
    "/shops/{shop}/payment-method-mappings", response_model=PaymentMethodList, summary="List payment method mappings"
)
async def list_payment_method_mappings(
    _: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables
) -> Response:
    """In the order of their ids."""
    return paging.answer(
        PaymentMethodList, await tables.payment_methods.page(shop.id, paging.request), payment_method_shown
    )


@router.post(
    "/shops/{shop}/payment-method-mappings",
    response_model=PaymentMethodShown,
    status_code=201,
    responses=REPLACED,
    summary="Set a payment method mapping",
)
async def post_payment_method_mapping(
    body: PaymentMethodGiven, _: MappingsWrite, shop: VisibleShop, repeat: Repeat, tables: Tables
) -> Response:
    """Makes the entry of this text, or replaces the one there is (200)."""
    value = PaymentMethodMapping(**dict(body))
    location = f"/v1/shops/{shop.code}/payment-method-mappings"
    return await repeat.answer(
        lambda once: tables.payment_methods.post(shop.id, value, once=once),
        lambda done: put_answer(payment_method_shown(done.kept), done, location=f"{location}/{done.kept.id}"),
    )


@router.get(
    "/shops/{shop}/payment-method-mappings/{entry_id}",
    response_model=PaymentMethodShown,
    summary="Read a payment method mapping",
)
async def get_payment_method_mapping(
    _: MappingsRead, shop: VisibleShop, entry_id: TheEntry, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.payment_methods.get(shop.id, entry_id)
    return answer(payment_method_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/payment-method-mappings/{entry_id}",
    response_model=PaymentMethodShown,
    summary="Replace a payment method mapping",
)
async def put_payment_method_mapping(
    body: PaymentMethodGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    entry_id: TheEntry,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Fields not given are null; the text it is about stays."""
    kept = await tables.payment_methods.put(shop.id, entry_id, PaymentMethodMapping(**dict(body)), expected=expected)
    return answer(payment_method_shown(kept), version=kept.version)


@router.delete(
    "/shops/{shop}/payment-method-mappings/{entry_id}", status_code=204, summary="Delete a payment method mapping"
)
async def delete_payment_method_mapping(
    _: MappingsWrite, shop: VisibleShop, entry_id: TheEntry, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.payment_methods.delete(shop.id, entry_id, expected=expected)
    return no_content()
