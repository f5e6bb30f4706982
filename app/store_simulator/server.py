"""Puts the simulator on the network: its routes, and the ways to run it.

Knows addresses and processes only; what is answered is decided behind the routes.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.store_simulator.admin_api import AdminApi, json_response
from app.store_simulator.control_api import ControlApi, explained
from app.store_simulator.graphql_schema import AdminSchema
from app.store_simulator.simulator import Simulator

SECONDS_TO_START = 30.0


def create_simulator(schema: AdminSchema | None = None, simulator: Simulator | None = None) -> Starlette:
    """The simulator as an ASGI application; `application.state.simulator` holds its stores."""
    chosen = simulator or Simulator(schema)
    admin, control = AdminApi(chosen), ControlApi(chosen)

    @contextlib.asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        yield
        await chosen.close()

    application = Starlette(routes=[*_admin_routes(admin), *_control_routes(control)], lifespan=lifespan)
    application.state.simulator = chosen
    return application


def _admin_routes(admin: AdminApi) -> list[Route]:
    return [
        Route("/{store_domain}/admin/api/{version}/graphql.json", admin.graphql, methods=["POST"]),
        Route("/{store_domain}/admin/oauth/authorize", admin.authorize, methods=["GET"]),
        Route("/{store_domain}/bulk/{number}.jsonl", admin.bulk_result, methods=["GET"]),
        Route("/{store_domain}/staged-uploads/{key:path}", admin.upload, methods=["POST", "PUT"]),
        Route("/{store_domain}/admin/oauth/access_token", admin.access_token, methods=["POST"]),
    ]


def _control_routes(control: ControlApi) -> list[Route]:
    store, order = "/control/{store_domain}", "/control/{store_domain}/orders/{order_id}"
    doors = [
        ("/control/reset", control.reset, "POST"),
        ("/control/stores", control.stores, "GET"),
        (f"{store}/reset", control.reset, "POST"),
        (f"{store}/state", control.put_state, "PUT"),
        (f"{store}/state", control.get_state, "GET"),
        (f"{store}/fulfillments", control.shipped, "GET"),
        (f"{store}/fulfillment-orders/{{id}}/{{action}}", control.act_on_fulfilment_order, "POST"),
        (f"{store}/calls", control.calls, "GET"),
        (f"{store}/calls", control.delete_calls, "DELETE"),
        (f"{store}/faults", control.add_faults, "POST"),
        (f"{store}/faults", control.get_faults, "GET"),
        (f"{store}/faults", control.delete_faults, "DELETE"),
        (f"{store}/webhooks", control.webhooks, "POST"),
        (f"{store}/webhooks", control.deliveries, "GET"),
        (f"{store}/orders/generate", control.generate_orders, "POST"),
        (order, control.get_order, "GET"),
        (order, control.patch_order, "PATCH"),
        (order, control.delete_order, "DELETE"),
        (order + "/{action}", control.act_on_order, "POST"),
    ]
    routes = [Route(path, explained(door), methods=[method]) for path, door, method in doors]
    return [Route("/control/health", _health, methods=["GET"]), *routes]


async def _health(_http: Request) -> Response:
    return json_response({"status": "ok"})


def run(host: str = "127.0.0.1", port: int = 8900) -> None:
    """Serves until it is stopped; port 0 takes a free one. Says where on standard output."""
    listener = _listen(host, port)
    sys.stdout.write(f"simulator listening on {_address(listener)}\n")
    sys.stdout.flush()
    uvicorn.Server(_config(create_simulator())).run(sockets=[listener])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSimulator:
    """A simulator that serves in a thread of this process."""

    base_url: str
    simulator: Simulator

    def store_url(self, domain: str) -> str:
        return f"{self.base_url}/{domain}"


@contextlib.contextmanager
def serving(schema: AdminSchema | None = None, host: str = "127.0.0.1", port: int = 0) -> Iterator[RunningSimulator]:
    """Serves while the block runs, on a free port unless one is named."""
    listener = _listen(host, port)
    application = create_simulator(schema)
    server = uvicorn.Server(_config(application))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield RunningSimulator(base_url=_address(listener), simulator=application.state.simulator)
    finally:
        server.should_exit = True
        thread.join(SECONDS_TO_START)
        listener.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    for _attempt in range(int(SECONDS_TO_START / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        pause.wait(0.01)
    raise RuntimeError("the simulator did not start")


def _config(application: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
        # A store tells the time by its own clock.
        date_header=False,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(256)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
