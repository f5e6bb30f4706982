"""Bad input that no other test of the surface sends: sizes, ids, parameters, fields nobody may set (D, E, S)."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.problems import MEDIA_TYPE, TITLES, TYPE_PREFIX
from tests.api.live_service import KEY, live_service
from tests.api.test_conventions import problem, sent
from tests.api.test_every_route import address, call, routes
from tests.erp_surface import Surface

LEAKS = ("Traceback", "pydantic", "asyncpg", "sqlalchemy", "fastapi", "SELECT ", "/app/", ".py", "Input should be")


@pytest.mark.long
async def test_objects_and_lists_of_a_million_parts_are_refused(house: Surface) -> None:
    """D6."""
    many = b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b"}"
    long = b"[" + b"0," * 500_000 + b"0]"

    problem(await sent(house, many), 422, "unknown_field")
    problem(await sent(house, long), 422, "invalid_input")


async def test_very_many_parameters_are_refused_at_the_first(house: Surface) -> None:
    """D6, E8."""
    query = "&".join(f"p{number}=1" for number in range(5_000))

    problem(await house.client.get(f"/v1/customers?{query}"), 400, "unknown_parameter")


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "updated_from=", "updated_from=2026-01-01", "limit=1.0", "Limit=1"]
)
async def test_what_could_be_read_in_two_ways_is_refused(house: Surface, query: str) -> None:
    """E8, S21."""
    answer = await house.client.get(f"/v1/customers?{query}")

    body = problem(answer, 400, answer.json()["code"])
    assert body["errors"][0]["pointer"] in {"limit", "updated_from", "Limit"}
    assert body["errors"][0]["pointer"] in body["detail"]


@pytest.mark.parametrize("name", ["id", "version", "created_at", "updated_at", "shop", "customer_id"])
async def test_nobody_sets_what_is_ours(house: Surface, name: str) -> None:
    """S19."""
    for path in ("/v1/customers/C1", "/v1/items/I1", "/v1/currency-mappings/USD", "/v1/shops/web/staff-mappings/1"):
        body = problem(await sent(house, json.dumps({name: "1"}).encode(), path=path), 422, "unknown_field")
        assert [error["pointer"] for error in body["errors"]] == [f"/{name}"]


@pytest.mark.long
async def test_no_refusal_of_any_route_tells_what_is_inside(database_url: str, tmp_path: Path) -> None:
    """E12: every route of the running service, with a body that is not meant for it and a parameter it does not have.

    Its store is nowhere: what asks the store says so with a 502 or 503. Nothing breaks off with a 500.
    """
    headers = {"Authorization": f"Bearer {KEY}"}
    async with live_service(database_url, tmp_path) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        for method, path, _ in routes():
            for target in (address(path), f"{address(path)}?nonsense=1"):
                body: dict[str, Any] = {"json": {"nonsense": [1]}} if method != "GET" else {}
                answer = await client.request(method, target, **body)
                assert answer.status_code in {200, 204, 400, 404, 409, 415, 422, 502, 503}, (method, path, answer.text)
                if answer.status_code >= 400:
                    told = answer.json()
                    assert answer.headers["content-type"] == MEDIA_TYPE
                    assert told["type"] == TYPE_PREFIX + told["code"]
                    assert told["title"] == TITLES[answer.status_code]
                    assert not [leak for leak in LEAKS if leak in answer.text], (method, path, answer.text)


async def test_a_change_that_cannot_be_guarded_says_so(house: Surface) -> None:
    """E4: If-Match is never ignored."""
    answer = await house.client.put(
        "/v1/shops/web/credentials",
        json={"kind": "access_token", "access_token": "shpat_aaaaaaaa"},
        headers={"If-Match": '"1"'},
    )

    problem(answer, 400, "invalid_parameter")


async def test_an_empty_parameter_is_not_taken_for_everything(house: Surface) -> None:
    """E8: a name with an unencoded # arrives empty."""
    body = problem(await house.client.get("/v1/customers?updated_from="), 400, "invalid_parameter")

    assert "%23" in body["detail"]


async def test_the_form_of_an_impossible_address_is_told(house: Surface) -> None:
    """D20: a country in lower case is nowhere, and the caller learns why."""
    body = problem(await house.client.get("/v1/tax-areas/nl"), 404, "not_found")

    assert "^[A-Z]{2}$" in body["detail"]


async def test_single_resources_have_an_etag_that_changes_with_them(house: Surface) -> None:
    """E4: also what has no version of its own."""
    first = await house.client.get("/v1/me")
    again = await house.client.get("/v1/me", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)


async def test_a_stranger_learns_nothing_about_routes(house: Surface) -> None:
    """S1, S3: the same 401 before anything else is looked at, whatever else is wrong."""
    headers = {"Authorization": "Bearer ob_aaaaaaaa_" + "a" * 43}

    for method, path, _ in routes():
        assert (await call(house, method, f"{address(path)}?nonsense=1", headers)).status_code == 401, (method, path)
