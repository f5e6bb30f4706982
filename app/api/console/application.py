"""The console put together: its addresses, its buttons, its files, and what strangers and mistakes are shown."""

import time
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from app.api.console.administration_pages import (
    api_keys,
    connection,
    privacy_export,
    privacy_request,
    webhook_endpoint,
    webhook_endpoints,
)
from app.api.console.buttons import press
from app.api.console.desk import FAILED_SIGN_INS_A_MINUTE, House, for_visitors
from app.api.console.pages import LISTS, SINGLE, listing, order, overview, refund, search, single
from app.api.console.remedies import REMEDIES
from app.api.console.rendering import FOLDER, Pages
from app.api.console.shop_pages import (
    MAPPINGS,
    completeness,
    mapping_table,
    save_mapping,
    save_schedule,
    save_settings,
    schedules,
    settings,
    shop,
)
from app.api.console.sign_in import show_sign_in, sign_in, sign_out
from app.api.container import Container
from app.api.limits import Buckets


def console(container: Container, surface: ASGIApp) -> Starlette:
    """The console's application, to be mounted; ``surface`` answers ``/v1``."""
    application = Starlette(routes=_routes(), exception_handlers={HTTPException: _not_here})
    application.router.redirect_slashes = False
    application.state.house = House(
        container=container,
        surface=surface,
        pages=Pages(),
        failures=Buckets(FAILED_SIGN_INS_A_MINUTE, seconds=time.monotonic),
    )
    return application


def _routes() -> list[BaseRoute]:
    return [
        Mount("/static", app=StaticFiles(directory=FOLDER / "static")),
        Route("/sign-in", show_sign_in),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/", for_visitors(overview)),
        Route("/search/{kind}", for_visitors(search)),
        Route("/orders/{order_id}", for_visitors(order)),
        Route("/refunds/{refund_id}", for_visitors(refund)),
        Route("/shops/{shop}", for_visitors(shop)),
        Route("/shops/{shop}/settings", for_visitors(settings)),
        Route("/shops/{shop}/settings/{part}", for_visitors(save_settings), methods=["POST"]),
        Route("/shops/{shop}/schedules", for_visitors(schedules)),
        Route("/shops/{shop}/schedules/{task}", for_visitors(save_schedule), methods=["POST"]),
        Route("/shops/{shop}/completeness", for_visitors(completeness)),
        Route("/shops/{shop}/connection", for_visitors(connection)),
        Route("/api-keys", for_visitors(api_keys)),
        Route("/webhook-endpoints", for_visitors(webhook_endpoints)),
        Route("/webhook-endpoints/{endpoint_id}", for_visitors(webhook_endpoint)),
        Route("/privacy-requests/{request_id}", for_visitors(privacy_request)),
        Route("/privacy-requests/{request_id}/export", for_visitors(privacy_export)),
        *(Route(table.path, for_visitors(partial(mapping_table, table=table))) for table in MAPPINGS),
        *(Route(table.path, for_visitors(partial(save_mapping, table=table)), methods=["POST"]) for table in MAPPINGS),
        *(Route(path, for_visitors(partial(listing, path=path))) for path in LISTS),
        *(Route(path, for_visitors(partial(single, path=path))) for path in SINGLE),
        *(Route(remedy.path, for_visitors(partial(press, remedy=remedy)), methods=["POST"]) for remedy in REMEDIES),
    ]


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    house: House = request.app.state.house
    return house.pages.page("not_here.html", status=error.status_code, title="There is no such page")
