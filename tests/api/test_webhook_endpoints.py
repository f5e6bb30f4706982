"""``/v1/webhook-endpoints`` over HTTP: secrets shown once, what a key may see, versions, repeats, refusals by field."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.ulid import Ulids
from app.adapters.webhooks_out.addresses import refused_url
from app.domain.webhook_deliveries import Attempt
from app.services.webhook_endpoints import WebhookEndpoints
from tests.erp_surface import Surface, surface
from tests.stored_documents import WEB

URL = "https://erp.example.com/hooks"
ENDPOINTS = "/v1/webhook-endpoints"


class ASender:
    """Looks at the form of addresses, resolves no name, and is answered 200."""

    def __init__(self) -> None:
        self.sent: list[tuple[object, ...]] = []

    async def refusal(self, url: str) -> str | None:
        return refused_url(url, private=False)

    async def send(self, url: str, body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime) -> Attempt:
        self.sent.append((url, message_id, now, len(secrets), body))
        return Attempt(status=200, code="delivered", detail="", seconds=0.05)


@pytest.fixture
def sender() -> ASender:
    return ASender()


@pytest.fixture
async def erp(database_url: str, sender: ASender) -> AsyncIterator[Surface]:
    def services(uow: Any, clock: Any) -> dict[type, object]:
        keyring = AesGcmKeyring([b"k" * 32])
        return {WebhookEndpoints: WebhookEndpoints(uow=uow, clock=clock, ids=Ulids(), keyring=keyring, sender=sender)}

    async with surface(database_url, services) as found:
        yield found


async def made(erp: Surface, **given: Any) -> dict[str, Any]:
    answer = await erp.client.post(ENDPOINTS, json={"url": URL, **given})
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{ENDPOINTS}/{content['id']}"
    return content


async def test_the_secret_is_in_the_answers_that_make_it_and_nowhere_else(erp: Surface) -> None:
    endpoint = await made(erp)
    rotated = await erp.client.post(f"{ENDPOINTS}/{endpoint['id']}/rotate-secret", json={"old_secret_hours": 1})

    secrets = [endpoint["secret"], rotated.json()["secret"]]
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert len(set(secrets)) == 2
    read = [await erp.get(ENDPOINTS), await erp.get(f"{ENDPOINTS}/{endpoint['id']}")]
    assert "secret" not in str(read)


async def test_a_repeat_with_the_same_key_makes_one_endpoint_and_shows_the_same_secret(erp: Surface) -> None:
    headers = {"Idempotency-Key": "make-1"}
    first, second = [await erp.client.post(ENDPOINTS, json={"url": URL}, headers=headers) for _ in range(2)]

    assert first.json() == second.json()
    assert len((await erp.get(ENDPOINTS))["data"]) == 1


async def test_an_endpoint_is_patched_and_guarded_by_its_version(erp: Surface) -> None:
    endpoint = await made(erp, types=["order.*"], shops=["web"])
    address = f"{ENDPOINTS}/{endpoint['id']}"

    changed = await erp.client.patch(
        address, json={"types": ["run.failed"], "shops": None}, headers={"If-Match": '"1"'}
    )
    late = await erp.client.patch(address, json={"enabled": False}, headers={"If-Match": '"1"'})

    assert (changed.json()["types"], changed.json()["shops"], changed.headers["etag"]) == (["run.failed"], None, '"2"')
    assert late.status_code == 412
    off = (await erp.client.patch(address, json={"enabled": False})).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "on_request")
    assert (await erp.client.delete(address)).status_code == 204
    assert (await erp.client.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"url": "http://erp.example.com/"}, "/url", "url_refused"),
        ({"url": "https://169.254.169.254/"}, "/url", "url_refused"),
        ({"url": ""}, "/url", "too_short"),
        ({"types": ["order.flown"]}, "/types", "not_one_of"),
        ({"types": ["everything"]}, "/types/0", "wrong_form"),
        ({"shops": ["nowhere"]}, "/shops/0", "unknown_shop"),
        ({"secret": "mine"}, "/secret", "unknown_field"),
    ],
    ids=["http", "metadata", "empty", "type", "form-of-type", "shop", "field"],
)
async def test_what_is_wrong_is_named_by_its_field(
    erp: Surface, given: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await erp.client.post(ENDPOINTS, json={"url": URL, **given})

    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_a_key_limited_to_shops_makes_and_sees_endpoints_of_those_only(erp: Surface) -> None:
    everything, pos = await made(erp), await made(erp, shops=["pos"])
    headers = await erp.key(shops=[WEB])

    own = await erp.client.post(ENDPOINTS, json={"url": URL, "shops": ["web"]}, headers=headers)
    too_much = await erp.client.post(ENDPOINTS, json={"url": URL}, headers=headers)
    foreign = await erp.client.post(ENDPOINTS, json={"url": URL, "shops": ["pos"]}, headers=headers)
    listed = await erp.client.get(ENDPOINTS, headers=headers)

    assert (own.status_code, too_much.status_code, foreign.status_code) == (201, 403, 422)
    assert [each["id"] for each in listed.json()["data"]] == [own.json()["id"]]
    for hidden in (everything, pos):
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("GET", "/deliveries")):
            body: dict[str, Any] | None = {} if method == "PATCH" else None
            answer = await erp.client.request(method, f"{ENDPOINTS}/{hidden['id']}{path}", headers=headers, json=body)
            assert answer.status_code == 404, (method, path)


async def test_a_test_tells_what_came_back_and_a_repeat_sends_nothing_more(erp: Surface, sender: ASender) -> None:
    address = f"{ENDPOINTS}/{(await made(erp))['id']}/test"

    answers = [await erp.client.post(address, headers={"Idempotency-Key": "try"}) for _ in range(2)]

    assert [answer.json() for answer in answers] == [
        {"delivered": True, "status": 200, "code": "delivered", "detail": "", "ms": 50}
    ] * 2
    assert len(sender.sent) == 1


async def test_a_replay_says_from_where_to_where_or_why_not(erp: Surface) -> None:
    endpoint = await made(erp)
    async with erp.rows() as uow:
        await uow.driver.execute("INSERT INTO event_positions (id, last, purged) VALUES (1, 9, 3)")
        await uow.commit()

    answers = [
        await erp.client.post(f"{ENDPOINTS}/{endpoint['id']}/replay", json={"from_position": position})
        for position in (4, 3, 10, 0)
    ]

    assert [answer.status_code for answer in answers] == [202, 410, 422, 422]
    assert answers[0].json() == {"from_position": 4, "to_position": 9}
    assert answers[1].json()["oldest_position"] == 4


async def test_deliveries_are_paged_the_latest_first(erp: Surface) -> None:
    endpoint = await made(erp)
    async with erp.rows() as uow:
        await uow.driver.execute(
            "INSERT INTO webhook_deliveries (endpoint_id, position, event_id, type, state, attempts, history, claim_no,"
            " created_at, updated_at) SELECT $1, n, 'evt_' || n, 'order.imported', CASE n WHEN 2 THEN 'failed' ELSE"
            " 'delivered' END, 1, '[]', 1, now(), now() FROM generate_series(1, 3) AS n",
            endpoint["id"],
        )
        await uow.commit()
    address = f"{ENDPOINTS}/{endpoint['id']}/deliveries"

    first = await erp.get(address, limit=2)
    second = await erp.get(address, limit=2, cursor=first["next_cursor"])
    failed = await erp.get(address, state="failed")

    assert [each["position"] for each in first["data"] + second["data"]] == [3, 2, 1]
    assert ([each["position"] for each in failed["data"]], second["next_cursor"]) == ([2], None)
