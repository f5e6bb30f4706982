"""``/v1/shipments`` and ``/v1/shipping-agents``: what the ERP shipped, on its way to the store."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import ShipmentsRead, ShipmentsWrite
from app.api.batch import batch_body, items_of, results_of
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.keyed_routes import Address, Kind, add_entry, add_list, for_all_shops
from app.api.pagination import PagingEitherWay
from app.api.routing import resource_router
from app.api.schemas.shipments import (
    AgentGiven,
    AgentList,
    AgentShown,
    Shipment,
    ShipmentGiven,
    ShipmentList,
    ShipmentResult,
    ShipmentResults,
    TrackingGiven,
)
from app.api.schemas.types import CalendarDate, JsonBody
from app.api.shipment_bodies import parcels, posted_shipment, shipment_shown
from app.domain.identifiers import OrderId, ShipmentId
from app.domain.shipments import ShipmentState
from app.domain.shipping_agents import ShippingAgent
from app.ports.repositories.keyed_records import Kept
from app.ports.repositories.shipments import ShipmentFilter, StoredShipment
from app.services.mappings import MappingTables
from app.services.shipments import Posted, Shipments

router = resource_router("shipments")

Service = Annotated[Shipments, Depends(service(Shipments))]
TheShipment = Annotated[
    ShipmentId,
    Path(max_length=100, description="Our id of the shipment.", examples=["shp_01kf0fffffffffffffffffffff"]),
]
SENT_BEFORE: dict[int | str, dict[str, Any]] = {200: {"description": "This very shipment was posted before."}}


@router.post("/shipments", response_model=Shipment, status_code=201, responses=SENT_BEFORE, summary="Post a shipment")
async def post_shipment(body: ShipmentGiven, access: ShipmentsWrite, repeat: Repeat, shipments: Service) -> Response:
    """Kept, and sent in the background at once: read it again, or await its event, for what came of it.

    422 `order_unknown`, `no_lines`; 409 `shipment_no_taken` for another body under the same number.
    """
    posted = posted_shipment(body)
    return await repeat.answer(lambda once: shipments.post(access, posted, once=once), _posted)


@router.post(
    "/shipments/batch",
    response_model=ShipmentResults,
    status_code=207,
    summary="Post many shipments",
    openapi_extra=batch_body(ShipmentGiven),
)
async def post_shipments(
    body: JsonBody, request: Request, access: ShipmentsWrite, repeat: Repeat, shipments: Service
) -> Response:
    """Up to 250, each in a transaction of its own: look at the `status` of every result."""
    items = items_of(body)

    async def post(given: ShipmentGiven) -> tuple[int, str]:
        done = await shipments.post(access, posted_shipment(given))
        return 201 if done.created else 200, done.shipment.id

    async def post_each() -> ShipmentResults:
        done = await results_of(request, items, ShipmentGiven, post, named="id", numbered="erp_shipment_no")
        results = [
            ShipmentResult.model_construct(status=each.status, id=each.name, problem=each.problem) for each in done
        ]
        return ShipmentResults.model_construct(results=results)

    return await repeat.around(post_each, lambda results: answer(results, status=207))


@router.get("/shipments", response_model=ShipmentList, summary="List shipments")
async def list_shipments(  # noqa: PLR0913, PLR0917 - one argument a filter, named by FastAPI
    access: ShipmentsRead,
    shipments: Service,
    paging: PagingEitherWay,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    state: Annotated[ShipmentState | None, Query(description="Only in this state.")] = None,
    has_errors: Annotated[
        bool | None, Query(description="Only those that are `failed` or `partially` sent; `false`: only the others.")
    ] = None,
    order_id: Annotated[str | None, Query(max_length=100, description="Only of this order, by our id.")] = None,
    erp_shipment_no: Annotated[str | None, Query(max_length=100, description="Only with this number.")] = None,
    posting_date_from: Annotated[CalendarDate | None, Query(description="Only posted on or after this day.")] = None,
    posting_date_to: Annotated[CalendarDate | None, Query(description="Only posted on or before this day.")] = None,
) -> Response:
    """In the order in which they were posted here, or the other way round with `newest_first`."""
    wanted = ShipmentFilter(
        shop=shop,
        state=state,
        has_errors=has_errors,
        order_id=OrderId(order_id) if order_id else None,
        erp_shipment_no=erp_shipment_no,
        posting_date_from=posting_date_from,
        posting_date_to=posting_date_to,
    )
    return paging.answer(ShipmentList, await shipments.page(access, wanted, paging.request), shipment_shown)


@router.get("/shipments/{shipment_id}", response_model=Shipment, summary="Read a shipment")
async def get_shipment(access: ShipmentsRead, shipments: Service, shipment_id: TheShipment) -> Response:
    """What came of it, line by line."""
    return _shown(await shipments.one(access, shipment_id))


@router.post("/shipments/{shipment_id}/retry", response_model=Shipment, summary="Send the rest of a shipment again")
async def retry_shipment(
    access: ShipmentsWrite, repeat: Repeat, shipments: Service, shipment_id: TheShipment
) -> Response:
    """What was not sent is tried at once; what was sent stays as it is. 409 `invalid_state` when all of it was."""
    return await repeat.answer(lambda once: shipments.retry(access, shipment_id, once=once), _shown)


@router.put("/shipments/{shipment_id}/tracking", response_model=Shipment, summary="Replace a shipment's tracking")
async def put_tracking(
    body: TrackingGiven,
    access: ShipmentsWrite,
    expected: ExpectedVersion,
    shipments: Service,
    shipment_id: TheShipment,
) -> Response:
    """All parcels of it. Fulfilments that Shopify has already are corrected there, in the background."""
    given = await shipments.give_tracking(
        access, shipment_id, parcels(body.tracking), notify_customer=body.notify_customer, expected=expected
    )
    return _shown(given)


def _posted(done: Posted) -> Response:
    location = f"/v1/shipments/{done.shipment.id}"
    status = 201 if done.created else 200
    return answer(shipment_shown(done.shipment), status=status, version=done.shipment.version, location=location)


def _shown(shipment: StoredShipment) -> Response:
    return answer(shipment_shown(shipment), version=shipment.version)


async def _agent_of(
    code: Annotated[
        str, Path(min_length=1, max_length=100, description="The ERP's code, percent-encoded.", examples=["DHL"])
    ],
) -> Address:
    return Address(shop=None, key=(code,))


def _agent(address: Address, body: AgentGiven) -> ShippingAgent:
    [code] = address.key
    return ShippingAgent(code=code, **dict(body))


def _agent_shown(kept: Kept[ShippingAgent]) -> AgentShown:
    agent = kept.value
    return AgentShown(
        code=agent.code,
        name=agent.name,
        tracking_company=agent.tracking_company,
        tracking_url_template=agent.tracking_url_template,
        updated_at=kept.updated_at,
    )


AGENTS = Kind[MappingTables, ShippingAgent, AgentGiven, AgentShown](
    noun="shipping agent",
    tables=MappingTables,
    table=lambda tables: tables.shipping_agents,
    put=lambda tables, at, body, expected: tables.shipping_agents.put(at.shop, _agent(at, body), expected=expected),
    given=AgentGiven,
    shown=AgentShown,
    show=_agent_shown,
    replaces="Makes or replaces it. Fields not given are null.",
)

add_list(router, "/shipping-agents", AGENTS, AgentList, where=for_all_shops, order="By their codes.")
add_entry(router, "/shipping-agents/{code:path}", AGENTS, where=_agent_of)
