"""A flash sale: five thousand webhooks in ten seconds, each answered in time, and every order right (A26, peers 6).

By one process of each kind, and by two of each among which the webhooks are divided, those of one order too.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.database import rows, wait_until_quiet
from tests.acceptance.harness import Installation, Simulator, all_documents
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import an_order, open_store
from tests.acceptance.test_peers_webhooks import DOOR, announcement
from tests.faults.house import FaultyHouse, faulty_house

WEBHOOKS, SECONDS, ORDERS = 5_000, 10, 1_000
SENDERS = 128
SHOP = "flood"

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


async def flood(service: FaultyHouse, desk: StoreDesk, orders: Sequence[int]) -> list[tuple[bytes, float]]:
    """Status and seconds of each delivery, spread evenly over the time, over connections that are kept."""
    deliveries = [_request(desk, orders[place % len(orders)], f"w-{place}") for place in range(WEBHOOKS)]
    answers: list[tuple[bytes, float]] = []
    began = time.monotonic()

    async def send(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.ports[first % len(service.ports)])
        for place in range(first, WEBHOOKS, SENDERS):
            await asyncio.sleep(max(0.0, began + place * SECONDS / WEBHOOKS - time.monotonic()))
            sent = time.monotonic()
            writer.write(deliveries[place])
            head = await reader.readuntil(b"\r\n\r\n")
            answers.append((head.split(b" ", 2)[1], time.monotonic() - sent))
        writer.close()

    await asyncio.gather(*(send(first) for first in range(SENDERS)))
    return answers


def _request(desk: StoreDesk, order: int, webhook_id: str) -> bytes:
    """As bytes on the wire: a client that is busy itself would measure itself."""
    body, headers = announcement(desk, order, webhook_id)
    told = {"Host": "orderbridge", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {DOOR} HTTP/1.1\r\n{lines}\r\n".encode() + body


@pytest.mark.parametrize("each", [1, 2])
def test_five_thousand_webhooks_in_ten_seconds_are_answered_in_time_and_every_order_is_right(
    simulator: Simulator, each: int
) -> None:
    desk = simulator.desk(f"flood-{each}.myshopify.com")
    with faulty_house(simulator.url, apis=each, workers=each) as service:
        until(service.is_up, what="all processes are at work")
        erp: Erp = service.erp()
        open_store(erp, desk, flood={})
        numbers = range(30_001, 30_001 + ORDERS)
        desk.put(orders=[an_order(number) for number in numbers])

        answers = asyncio.run(flood(service, desk, numbers))

        assert Counter(status for status, _ in answers) == Counter({b"200": WEBHOOKS})
        slowest = sorted(seconds for _, seconds in answers)
        print(
            f"{each} of each, acknowledged:"
            f" p50 {slowest[WEBHOOKS // 2]:.3f} s, p99 {slowest[WEBHOOKS * 99 // 100]:.3f} s,"
            f" slowest {slowest[-1]:.3f} s"
        )
        assert slowest[-1] < 1
        until(lambda: _documented(service) >= ORDERS, what="all are documented", seconds=120)
        wait_until_quiet(service)
        assert _inbox(service) == Counter({"handled": WEBHOOKS})
        documents = all_documents(erp, SHOP)
        assert Counter(document["order"]["shopify_id"] for document in documents) == Counter(map(str, numbers))
        assert {document["totals"]["amount_including_tax"] for document in documents} == {"10.00"}
        assert _happened(erp, "order.imported") == _happened(erp, "sales_document.created") == ORDERS


def _happened(erp: Erp, kind: str) -> int:
    return sum(event["type"] == kind for event in erp.events())


def _documented(service: Installation) -> int:
    [row] = rows(service, "SELECT count(*) AS number FROM sales_documents")
    return int(row["number"])


def _inbox(service: Installation) -> Counter[str]:
    found = rows(service, "SELECT state, count(*) AS number FROM webhook_inbox GROUP BY 1")
    return Counter({row["state"]: row["number"] for row in found})
