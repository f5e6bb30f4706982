"""``/v1/privacy-requests``: what persons asked of the store, and what was done about it (P83)."""

from typing import Annotated

import msgspec
from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer, encoded
from app.api.auth import PrivacyRead, PrivacyWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.privacy_requests import (
    REQUEST_ID,
    PrivacyExport,
    PrivacyRequestList,
    PrivacyRequestShown,
    privacy_request_shown,
)
from app.services.privacy import PrivacyRequests

router = resource_router("privacy")
Requests = Annotated[PrivacyRequests, Depends(service(PrivacyRequests))]
RequestId = Annotated[str, Path(description="Our id of the request.", max_length=100, examples=[REQUEST_ID])]


@router.get("/privacy-requests", response_model=PrivacyRequestList, summary="List privacy requests")
async def list_privacy_requests(access: PrivacyRead, requests: Requests, page: PagingOf) -> Response:
    """In the order of their receipt. A key that is limited to shops sees those of stores all of whose shops it sees."""
    found = await requests.page(access, page.request)
    shown = [privacy_request_shown(each) for each in found.rows]
    return answer(PrivacyRequestList(data=shown, next_cursor=page.cursor(found.next_after)))


@router.get("/privacy-requests/{request_id}", response_model=PrivacyRequestShown, summary="Read a privacy request")
async def read_privacy_request(access: PrivacyRead, requests: Requests, request_id: RequestId) -> Response:
    """Where it stands. Persons are named in none; `export` answers a `data_request`."""
    return answer(privacy_request_shown(await requests.one(access, request_id)), tagged=True)


@router.get(
    "/privacy-requests/{request_id}/export",
    response_model=PrivacyExport,
    responses={409: {}},
    summary="Export what is held about a person",
)
async def export_person(access: PrivacyRead, requests: Requests, request_id: RequestId) -> Response:
    """What is held now of the person who asked, and of nobody else: for the owner of the shop to hand over. Refused for
    a request to forget.
    """
    return encoded(msgspec.json.encode({"data": await requests.export(access, request_id)}))


@router.post(
    "/privacy-requests/{request_id}/carry-out",
    response_model=PrivacyRequestShown,
    summary="Carry out a privacy request now",
)
async def carry_out_privacy_request(
    access: PrivacyWrite, requests: Requests, request_id: RequestId, repeat: Repeat
) -> Response:
    """Without waiting until the ERP has acknowledged the person's documents: what it has not read by then it reads
    without the person. Refused for a request that does not wait any more.
    """
    return await repeat.answer(
        lambda once: requests.carry_out(access, request_id, once=once),
        lambda done: answer(privacy_request_shown(done), tagged=True),
    )
