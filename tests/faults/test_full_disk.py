"""The disk of the database is really full: nothing is acknowledged that is not kept, and room is all it takes to go on.

C6. Needs to be allowed to mount a small file system.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import asyncpg
import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.database import rows
from tests.acceptance.harness import CREDENTIALS, Installation, scratch_folder
from tests.acceptance.processes import until
from tests.acceptance.searched import searched_at_its_end
from tests.faults.small_disk import FILLS_THE_LOG_OF_CHANGES, SmallDisk, small_disk

DOMAIN = "full.myshopify.com"
ROOM = "400m"
NO_STORE = "http://127.0.0.1:1"
PATIENCE_SECONDS = 90.0
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with scratch_folder() as place, small_disk(place, ROOM) as made:
        if made is None:
            pytest.skip("nobody here may mount a file system")
        yield made


@pytest.fixture
def service(disk: SmallDisk) -> Iterator[Installation]:
    made = Installation(disk.folder, shopify_url=NO_STORE)
    with searched_at_its_end(made):
        try:
            made.start()
            yield made
        finally:
            disk.make_room()


class Sender:
    """A store that sends webhooks and remembers which were taken."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self.taken: list[str] = []
        self.answers: set[int] = set()

    def send(self, *, size: int = 200_000) -> int:
        number = len(self.taken)
        body = json.dumps({"id": 5000 + number, "note": "x" * size}).encode()
        signature = base64.b64encode(hmac.digest(CREDENTIALS["api_secret"].encode(), body, hashlib.sha256)).decode()
        headers = {
            "X-Shopify-Topic": "shop/update",
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Webhook-Id": f"w-{number}",
        }
        status = self._erp.http.post("/webhooks/shopify", content=body, headers=headers).status_code
        self.answers.add(status)
        if status == 200:
            self.taken.append(f"w-{number}")
        return status


def write_changes(service: Installation) -> bool:
    """Whether there is still room for them."""
    try:
        rows(service, FILLS_THE_LOG_OF_CHANGES)
    except AWAY:
        return False
    return True


@pytest.mark.parametrize("what", ["the tables", "the log of changes"])
def test_a_full_disk_takes_nothing_it_does_not_keep_and_needs_nothing_but_room_to_go_on(
    service: Installation, disk: SmallDisk, what: str
) -> None:
    erp = service.erp()
    erp.post("/v1/shops", {"code": "web", "name": "Web", "store_domain": DOMAIN, "credentials": CREDENTIALS})
    sender, serving = Sender(service.caller(None)), service.process("all").pid
    until(lambda: sender.send() == 200, what="the door is open")

    disk.fill()
    if what == "the log of changes":
        until(lambda: not write_changes(service), what="no change can be written any more", seconds=PATIENCE_SECONDS)
    until(lambda: sender.send() == 503, what="the door says that it is full", seconds=PATIENCE_SECONDS)
    refused = erp.send("PUT", "/v1/customers/FULL", {"name": "x" * 200}).status_code
    disk.make_room()

    until(lambda: sender.send() == 200, what="the door is open again", seconds=PATIENCE_SECONDS)
    until(lambda: erp.send("GET", "/readyz").status_code == 200, what="it is ready", seconds=PATIENCE_SECONDS)
    kept = [row["webhook_id"] for row in rows(service, "SELECT webhook_id FROM webhook_inbox")]
    assert sender.answers == {200, 503}
    assert refused in (200, 201, 503)
    assert set(sender.taken) <= set(kept)
    assert service.process("all").pid == serving
    until(
        lambda: not rows(service, "SELECT 1 FROM webhook_inbox WHERE state = 'waiting'"), what="all of it is dealt with"
    )
