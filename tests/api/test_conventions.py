"""What holds for every request: problems, keys, strict JSON, versions, cursors, repeats."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from app.api.middleware import Surroundings
from app.api.problems import MEDIA_TYPE
from app.domain.access import Scope
from tests.erp_surface import Surface

CUSTOMER = "/v1/customers/C100"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) >= MEMBERS
    assert (body["status"], body["code"]) == (status, code), body
    assert body["instance"] == f"/requests/{answer.headers['request-id']}"
    assert answer.headers["cache-control"] == "no-store"
    return body


async def sent(house: Surface, body: bytes, *, path: str = CUSTOMER, **headers: str) -> httpx.Response:
    return await house.client.put(path, content=body, headers={"content-type": "application/json"} | headers)


async def test_what_is_not_there_is_a_problem(house: Surface) -> None:
    problem(await house.client.get("/v1/nowhere"), 404, "not_found")
    problem(await house.client.get("/v1/shops/"), 404, "not_found")


async def test_a_wrong_method_names_all_the_right_ones(house: Surface) -> None:
    answer = await house.client.put("/v1/shops")

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic b2I6b2I="},
        {"Authorization": "Bearer ob_unknown1_" + "A" * 43},
        {"Authorization": "Bearer ob_short_secret"},
        {"Authorization": "Bearer ob_\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9_" + "\u00e9" * 43},
    ],
)
async def test_strangers_all_get_the_same_answer(house: Surface, headers: dict[str, str]) -> None:
    """S3."""
    house.client.headers.pop("Authorization")
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    answer = await house.client.get("/v1/me", headers=raw)

    body = problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "unknown" not in body["detail"]


async def test_a_right_id_with_a_wrong_secret_is_a_stranger_too(house: Surface) -> None:
    key = house.client.headers["Authorization"][:-1]
    last = "A" if house.client.headers["Authorization"][-1] != "A" else "B"
    problem(await house.client.get("/v1/me", headers={"Authorization": key + last}), 401, "unauthorized")


async def test_a_key_without_the_scope_is_told_which_one_it_lacks(house: Surface) -> None:
    headers = await house.key(scopes=[Scope.SHOPS_READ])

    body = problem(await house.client.delete("/v1/shops/web", headers=headers), 403, "scope_missing")

    assert body["missing_scopes"] == ["shops:write"]


async def test_a_shop_that_a_key_may_not_see_is_not_there(house: Surface) -> None:
    web = (await house.get("/v1/shops/web"))["id"]
    headers = await house.key(shops=[web])

    foreign = problem(await house.client.get("/v1/shops/pos", headers=headers), 404, "not_found")
    missing = problem(await house.client.get("/v1/shops/none", headers=headers), 404, "not_found")

    assert foreign | {"instance": ""} == missing | {"instance": ""}
    assert (await house.client.get("/v1/shops/web", headers=headers)).status_code == 200
    listed = (await house.client.get("/v1/shops", headers=headers)).json()["data"]
    assert [shop["code"] for shop in listed] == ["web"]


@pytest.mark.parametrize("query", ["nonsense=1", "limit=1&limit=2", "limit=0", "limit=251", "limit=x", "cursor=x"])
async def test_parameters_that_would_be_misread_are_refused(house: Surface, query: str) -> None:
    """E8."""
    answer = await house.client.get(f"/v1/customers?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] in {"unknown_parameter", "invalid_parameter", "invalid_cursor"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"\xff\xfe{\x00}\x00", 400, "invalid_json"),
        ('{"name": "a"}'.encode("utf-16"), 400, "invalid_json"),
        (b"\xef\xbb\xbf{}", 400, "invalid_json"),
        (b'{"name": "a", "name": "b"}', 400, "invalid_json"),
        (b'{"name": NaN}', 400, "invalid_json"),
        (b'{"name": 1e400}', 400, "invalid_json"),
        (b'{"name": ' + b"1" * 5000 + b"}", 400, "invalid_json"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "invalid_json"),
        (b'{"name": "a\\u0000b"}', 422, "invalid_input"),
        (b'{"name": "\\ud800"}', 422, "invalid_input"),
        (b'{"nonsense": 1}', 422, "unknown_field"),
        (b'{"address": {"street": "x"}}', 422, "unknown_field"),
        (b'{"blocked": "yes"}', 422, "invalid_input"),
        (b'{"name": 5}', 422, "invalid_input"),
        (b"[]", 422, "invalid_input"),
        (b"", 422, "invalid_input"),
    ],
)
async def test_bodies_are_read_without_leniency(house: Surface, body: bytes, status: int, code: str) -> None:
    """D1, D2, D3, D4, S21."""
    problem(await sent(house, body), status, code)


async def test_an_unknown_field_is_named_by_its_pointer(house: Surface) -> None:
    body = problem(await sent(house, b'{"address": {"street": "x"}}'), 422, "unknown_field")

    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("/address/street", "unknown_field")]


@pytest.mark.parametrize("amount", ["12.5", "-1", "1e2"])
async def test_an_amount_as_a_json_number_is_refused(house: Surface, amount: str) -> None:
    """D7."""
    answer = await sent(house, f'{{"unit_price": {amount}}}'.encode(), path="/v1/items/A")

    assert problem(answer, 422, "money_must_be_a_string")["errors"][0]["pointer"] == "/unit_price"


@pytest.mark.parametrize(
    "amount", ["1_000", "\u0661\u0662", "1E+9", " 1", "NaN", "1.1234567", "9" * 16, "+1", "01", "1."]
)
async def test_texts_that_only_look_like_amounts_are_refused(house: Surface, amount: str) -> None:
    """D7, D8."""
    answer = await sent(house, json.dumps({"unit_price": amount}).encode(), path="/v1/items/A")

    problem(answer, 422, "invalid_input")


async def test_minus_zero_is_written_as_zero(house: Surface) -> None:
    answer = await sent(house, b'{"unit_price": "-0.00"}', path="/v1/items/A")

    assert answer.json()["unit_price"] in {"0", "0.00"}


async def test_other_content_is_refused(house: Surface) -> None:
    """D5."""
    for content_type in ("text/plain", "application/xml", "application/json; charset=utf-16", ""):
        answer = await house.client.put(CUSTOMER, content=b"{}", headers={"content-type": content_type})
        problem(answer, 415, "unsupported_media_type")
    problem(await sent(house, b"{}", **{"content-encoding": "gzip"}), 415, "unsupported_encoding")


async def test_a_body_over_the_limit_is_refused_whatever_its_length_says(house: Surface) -> None:
    """D6."""
    large = b'{"name": "' + b"x" * 1_100_000 + b'"}'

    async def pieces() -> Any:
        for place in range(0, len(large), 65536):
            yield large[place : place + 65536]

    problem(await sent(house, large), 413, "body_too_large")
    streamed = await house.client.put(CUSTOMER, content=pieces(), headers={"content-type": "application/json"})
    problem(streamed, 413, "body_too_large")


async def test_a_body_that_does_not_end_is_not_waited_for(house: Surface) -> None:
    """Else whoever began a request would send its end after the key was revoked."""

    async def dripping() -> Any:
        yield b"{"
        await asyncio.Event().wait()

    transport = httpx.ASGITransport(app=Surroundings(house.application, body_seconds=0.05))
    headers = {**house.client.headers, "content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge", headers=headers) as client:
        answer = await client.put(CUSTOMER, content=dripping())

    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")


async def test_a_batch_may_be_larger(house: Surface) -> None:
    items = [
        {"no": f"C{place}", "name": "x" * 400, "name2": "y" * 400, "contact_name": "z" * 400} for place in range(250)
    ]
    body = json.dumps({"items": items}).encode() + b" " * 1_000_000
    answer = await house.client.post("/v1/customers/batch", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 207


async def test_head_answers_as_get_without_the_body(house: Surface) -> None:
    got, asked = await house.client.get("/v1/shops/web"), await house.client.head("/v1/shops/web")

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["etag"] == got.headers["etag"]


async def test_what_the_caller_has_already_is_not_sent_again(house: Surface) -> None:
    tag = (await house.client.get("/v1/shops/web")).headers["etag"]

    answer = await house.client.get("/v1/shops/web", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


async def test_ids_that_nothing_can_have_are_not_found(house: Surface) -> None:
    """D20."""
    for path in (
        "/v1/customers/%00",
        "/v1/shops/" + "x" * 5000,
        "/v1/shops/web/staff-mappings/gid",
        "/v1/tax-areas/nl",
    ):
        problem(await house.client.get(path), 404, "not_found")


async def test_of_two_changes_to_the_same_version_one_wins(house: Surface) -> None:
    """E4."""
    tag = (await sent(house, b'{"name": "a"}')).headers["etag"]

    answers = await asyncio.gather(
        *(sent(house, f'{{"name": "{name}"}}'.encode(), **{"if-match": tag}) for name in ("b", "c"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    refused = next(answer for answer in answers if answer.status_code == 412)
    assert problem(refused, 412, "version_conflict")["current_version"] == 2
    assert refused.headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-match": "*"}, 200),
        ({"if-match": 'W/"1"'}, 412),
        ({"if-match": '"7", "1"'}, 200),
        ({"if-match": "1"}, 400),
        ({"if-none-match": "*"}, 412),
        ({}, 200),
    ],
)
async def test_if_match_is_enforced_when_it_is_sent(house: Surface, headers: dict[str, str], status: int) -> None:
    """E4."""
    await sent(house, b'{"name": "a"}')

    assert (await sent(house, b'{"name": "b"}', **headers)).status_code == status


async def test_if_match_on_what_is_not_there_fails(house: Surface) -> None:
    problem(await sent(house, b"{}", **{"if-match": "*"}), 412, "version_conflict")


async def test_pages_show_every_row_once_while_others_come_and_go(house: Surface) -> None:
    """E6."""
    for number in range(0, 20, 2):
        await sent(house, b"{}", path=f"/v1/customers/C{number:02}")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await house.get("/v1/customers", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [row["no"] for row in page["data"]]
        await sent(house, b"{}", path=f"/v1/customers/B{len(seen)}")
        await house.client.delete(f"/v1/customers/{seen[-1]}")
        if (cursor := page["next_cursor"]) is None:
            break

    assert seen == [f"C{number:02}" for number in range(0, 20, 2)]


async def test_a_cursor_serves_its_own_list_only(house: Surface) -> None:
    """E5."""
    for number in range(3):
        await sent(house, b"{}", path=f"/v1/customers/C{number}")
        await sent(house, b"{}", path=f"/v1/items/I{number}")
    cursor = (await house.get("/v1/customers", limit=1))["next_cursor"]

    for path in (
        f"/v1/items?cursor={cursor}",
        f"/v1/customers?cursor={cursor}&updated_from=2020-01-01T00:00:00Z",
        f"/v1/customers?cursor={cursor[:-2]}AA",
        "/v1/customers?cursor=%C3%A9",
    ):
        problem(await house.client.get(path), 400, "invalid_cursor")


async def test_a_repeat_with_the_same_key_gets_the_same_answer_and_does_nothing(house: Surface) -> None:
    """E1."""
    headers = {"Idempotency-Key": "once"}
    body = {"name": "ERP", "scopes": ["shops:read"]}

    first = await house.client.post("/v1/api-keys", json=body, headers=headers)
    again = await house.client.post("/v1/api-keys", json=body, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len((await house.get("/v1/api-keys"))["data"]) == 2


async def test_a_kept_answer_is_unreadable_in_the_database(house: Surface) -> None:
    """S12."""
    body = {"name": "ERP", "scopes": ["shops:read"]}
    made = await house.client.post("/v1/api-keys", json=body, headers={"Idempotency-Key": "once"})

    [row] = await house.fetch("SELECT body FROM idempotency_keys")

    assert made.json()["key"].encode() not in row["body"]
    assert b"ERP" not in row["body"]


async def test_the_same_key_with_another_body_is_refused(house: Surface) -> None:
    """E2."""
    headers = {"Idempotency-Key": "once"}
    await house.client.post("/v1/api-keys", json={"name": "a", "scopes": ["shops:read"]}, headers=headers)

    other = await house.client.post("/v1/api-keys", json={"name": "b", "scopes": ["shops:read"]}, headers=headers)

    problem(other, 422, "idempotency_key_reused")


async def test_two_equal_requests_at_once_have_one_effect(house: Surface) -> None:
    """E1."""
    body = {"name": "ERP", "scopes": ["shops:read"]}

    answers = await asyncio.gather(
        *(house.client.post("/v1/api-keys", json=body, headers={"Idempotency-Key": "once"}) for _ in range(5))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["key"] for answer in answers}) == 1
    assert len((await house.get("/v1/api-keys"))["data"]) == 2


async def test_a_refused_request_keeps_nothing_so_that_its_repeat_runs(house: Surface) -> None:
    """E3."""
    headers = {"Idempotency-Key": "once"}
    body = {"code": "web", "name": "Again", "store_domain": "another.myshopify.com"}
    problem(await house.client.post("/v1/shops", json=body, headers=headers), 409, "already_exists")

    assert await house.fetch("SELECT 1 FROM idempotency_keys") == []
    assert (await house.client.delete("/v1/shops/web")).status_code == 204
    assert (await house.client.post("/v1/shops", json=body, headers=headers)).status_code == 201


async def test_a_key_of_one_caller_says_nothing_to_another(house: Surface) -> None:
    """E2."""
    body = {"name": "ERP", "scopes": ["shops:read"]}
    headers = {"Idempotency-Key": "once"}
    first = await house.client.post("/v1/api-keys", json=body, headers=headers)

    other = await house.client.post("/v1/api-keys", json=body, headers=headers | await house.key())

    assert first.json()["key"] != other.json()["key"]


@pytest.mark.parametrize("key", ["x" * 256, "with space", "\u00e9"])
async def test_a_key_that_is_none_is_refused(house: Surface, key: str) -> None:
    """E2."""
    body = {"name": "ERP", "scopes": ["shops:read"]}
    raw = [(b"idempotency-key", key.encode("utf-8"))]
    problem(await house.client.post("/v1/api-keys", json=body, headers=raw), 400, "invalid_parameter")


async def test_a_batch_is_repeated_as_a_whole(house: Surface) -> None:
    body = {"items": [{"no": "C1", "name": "a"}, {"no": "C2", "nonsense": 1}]}
    headers = {"Idempotency-Key": "once"}

    first = await house.client.post("/v1/customers/batch", json=body, headers=headers)
    again = await house.client.post("/v1/customers/batch", json=body, headers=headers)

    assert [result["status"] for result in first.json()["results"]] == [201, 422]
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")


async def test_health_needs_no_key(house: Surface) -> None:
    house.client.headers.pop("Authorization")

    assert (await house.client.get("/livez")).json() == {"status": "ok"}
    assert (await house.client.get("/readyz")).status_code == 200
