"""A simulated store as a test holds it: the adapter connected to it over HTTP, and the simulator's own doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.adapters.shopify import ShopifyGateway
from app.domain.identifiers import ShopifyId
from app.domain.orders import Order
from app.ports.store_access import CredentialsKind, StoreCredentials
from app.ports.store_gateway import OrderRead, StoreRef
from tests.contract.shopify.access_in_memory import BucketInMemory, MovableClock, Pauses, VaultInMemory

ACCESS_TOKEN = "shpat_simulator_token"
STATIC = StoreCredentials(kind=CredentialsKind.ACCESS_TOKEN, access_token=ACCESS_TOKEN, api_secret="shpss_x")
CLIENT = StoreCredentials(
    kind=CredentialsKind.CLIENT_CREDENTIALS, client_id="orderbridge-simulator", client_secret="shpss_simulator_secret"
)
Json = dict[str, Any]


@dataclass(kw_only=True)
class SimulatedStore:
    ref: StoreRef
    gateway: ShopifyGateway
    vault: VaultInMemory
    bucket: BucketInMemory
    clock: MovableClock
    pauses: Pauses
    doors: httpx.AsyncClient
    log: LogCapture
    http: httpx.AsyncClient
    """What the adapter sends with."""

    async def put(self, **state: Any) -> None:
        await self._ask("PUT", "state", state)

    async def patch(self, number: int | str, **fields: Any) -> None:
        await self._ask("PATCH", f"orders/{number}", fields)

    async def generate(self, **wish: Any) -> list[ShopifyId]:
        """Generated orders; their ids, oldest first."""
        answer = await self._ask("POST", "orders/generate", wish)
        return [ShopifyId(str(each)) for each in answer["ids"]]

    async def act(self, number: int | str, action: str, **given: Any) -> Json:
        return await self._ask("POST", f"orders/{number}/{action}", given)

    async def act_on_fulfilment_order(self, number: int | str, action: str, **given: Any) -> Json:
        return await self._ask("POST", f"fulfillment-orders/{number}/{action}", given)

    async def shipped(self) -> list[Json]:
        """Every fulfilment that the store ever recorded."""
        answer = await self._ask("GET", "fulfillments", None)
        made: list[Json] = answer["fulfillments"]
        return made

    async def fail(self, kind: str, **options: Any) -> None:
        await self._ask("POST", "faults", {"kind": kind, **options})

    async def calls(self, operation: str | None = None) -> list[Json]:
        answer = await self._ask("GET", "calls" + (f"?operation={operation}" if operation else ""), None)
        calls: list[Json] = answer["calls"]
        return calls

    async def forget_calls(self) -> None:
        await self._ask("DELETE", "calls", None)

    async def order(self, number: int | str) -> Order:
        """The one order, read whole."""
        [reading] = await self.gateway.read_orders(self.ref, [ShopifyId(str(number))])
        assert isinstance(reading, OrderRead), reading
        return reading.order

    async def orders(self, numbers: Sequence[ShopifyId]) -> list[Order]:
        readings = await self.gateway.read_orders(self.ref, numbers)
        return [reading.order for reading in readings if isinstance(reading, OrderRead)]

    async def _ask(self, method: str, door: str, body: Json | None) -> Json:
        answer = await self.doors.request(method, f"/control/{self.ref.domain}/{door}", json=body)
        assert answer.status_code == 200, answer.text
        content: Json = answer.json()
        return content


def connected(url: str, *, domain: str, credentials: StoreCredentials, doors: httpx.AsyncClient) -> SimulatedStore:
    """The adapter and a store of the simulator at this URL."""
    clock = MovableClock()
    pauses = Pauses(clock)
    vault, bucket = VaultInMemory(credentials, clock), BucketInMemory(clock)
    # Plain HTTP on this machine: loading certificates for each test would take most of its time.
    http = httpx.AsyncClient(verify=False, follow_redirects=False)
    log = LogCapture()
    address = f"{url}/{{store_domain}}"
    gateway = ShopifyGateway(
        vault=vault,
        bucket=bucket,
        clock=clock,
        url=address,
        sleep=pauses,
        http=http,
        log=wrap_logger(None, processors=[log]),
    )
    ref = StoreRef(id=_store_id(domain), domain=domain)
    return SimulatedStore(
        ref=ref,
        gateway=gateway,
        vault=vault,
        bucket=bucket,
        clock=clock,
        pauses=pauses,
        doors=doors,
        log=log,
        http=http,
    )


def _store_id(domain: str) -> Any:
    return f"sto_{domain.split('.', 1)[0]}"
