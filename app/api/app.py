"""The application: routes, error handlers and the outermost layer put together around a container."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.api.console.door import console_routes
from app.api.container import Container
from app.api.middleware import Surroundings
from app.api.openapi import describe
from app.api.problems import ApiProblem, from_http_exception, problem_of, problem_response, request_id_of
from app.api.reference.door import reference_routes
from app.api.routes import ROUTERS
from app.api.validation import request_problem
from app.ports.errors import ConnectorError

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def create_app(container: Container, *, lifespan: Lifespan = _nothing) -> FastAPI:
    """The surface over this container; ``lifespan`` opens and closes what the composition root brought."""
    app = FastAPI(
        title="Orderbridge",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        separate_input_output_schemas=False,
    )
    app.state.container = container
    for router in ROUTERS:
        # Not include_router: it reads every signature a second time, which no prefix or dependency of ours asks for.
        app.router.routes.extend(router.routes)
    app.router.routes.extend(console_routes(container, app))
    app.add_exception_handler(ConnectorError, _on_connector_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_middleware(Surroundings)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    app.router.routes.extend(reference_routes(app.openapi))
    return app


async def _on_connector_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ConnectorError)
    problem = problem_of(error)
    if problem.status_code == 422 and request.method == "GET":
        # There is no body in it: what is wrong is a parameter.
        problem = ApiProblem(400, problem.code, problem.detail, errors=problem.errors, facts=problem.facts)
    return problem_response(problem, request_id_of(request))


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found: list[dict[str, Any]] = [dict(each) for each in error.errors()]
    return problem_response(request_problem(found), request_id_of(request))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, ApiProblem):
        return problem_response(error, request_id_of(request))
    assert isinstance(error, HTTPException)
    allow = _methods_here(request) if error.status_code == 405 else ()
    return problem_response(from_http_exception(error, allow), request_id_of(request))


def _methods_here(request: Request) -> list[str]:
    """The methods of every route that knows this path; the router itself tells those of the first one only."""
    found: set[str] = set()
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.path_regex.match(request.scope["path"]):
                found |= route.methods or set()
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
