"""Planted faults and the journal of calls."""

import httpx
import pytest

from app.store_simulator.server import serving
from tests.contract.simulator.client import TOKEN, ShopClient, an_order

NAMES = "query Names { orders(first: 5) { nodes { name customer { id } } } }"
PAGES = """query Pages($after: String) { orders(first: 1, after: $after) {
  nodes { name } pageInfo { hasNextPage endCursor } } }"""
NOTE = """mutation Note($note: String!) { orderUpdate(input: {id: "gid://shopify/Order/1", note: $note}) {
  order { note } userErrors { field message } } }"""


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "rate_limited"}, 429),
        ({"kind": "server_error"}, 503),
        ({"kind": "server_error", "status": 502}, 502),
        ({"kind": "unauthorized"}, 401),
    ],
)
async def test_a_status_is_answered_once_and_then_no_more(
    shop: ShopClient, fault: dict[str, object], status: int
) -> None:
    await shop.fault(**fault)
    assert (await shop.post(NAMES)).status_code == status
    assert (await shop.post(NAMES)).status_code == 200


async def test_a_rate_limit_says_how_long_to_wait(shop: ShopClient) -> None:
    await shop.fault(kind="rate_limited", retryAfter="2.0")
    assert (await shop.post(NAMES)).headers["Retry-After"] == "2.0"


async def test_a_server_error_is_a_page_for_people(shop: ShopClient) -> None:
    await shop.fault(kind="server_error")
    answer = await shop.post(NAMES)
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_planted_throttle_looks_like_a_real_one(shop: ShopClient) -> None:
    await shop.fault(kind="throttled")
    body = await shop.ask(NAMES)
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 0


async def test_a_fault_hits_the_operation_it_names_as_often_as_it_says(shop: ShopClient) -> None:
    await shop.fault(kind="server_error", operation="Names", skip=1, times=2)
    assert (await shop.post("query Other { shop { name } }")).status_code == 200
    assert [(await shop.post(NAMES)).status_code for _call in range(4)] == [200, 503, 503, 200]


async def test_cut_json_cannot_be_read(shop: ShopClient) -> None:
    await shop.fault(kind="cut_json")
    answer = await shop.post(NAMES)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        answer.json()


async def test_partial_data_is_null_in_one_place_and_says_so(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, customer={"legacyResourceId": "7"})])
    await shop.fault(kind="partial_data", path=["orders", "nodes", 0, "customer"])
    body = await shop.ask(NAMES)
    assert body["data"]["orders"]["nodes"] == [{"name": "WEB1", "customer": None}]
    assert body["errors"][0]["path"] == ["orders", "nodes", 0, "customer"]
    assert body["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_a_mutation_can_be_made_to_refuse(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    errors = [{"field": ["id"], "message": "No."}]
    await shop.fault(kind="user_errors", mutation="orderUpdate", userErrors=errors)
    assert (await shop.data(NOTE, {"note": "x"}))["orderUpdate"] == {"order": None, "userErrors": errors}
    assert (await shop.data(NOTE, {"note": "x"}))["orderUpdate"]["order"] == {"note": "x"}


async def test_any_answer_can_be_put_in_the_shops_mouth(shop: ShopClient) -> None:
    await shop.fault(kind="answer", status=423, body={"errors": "Locked"})
    answer = await shop.post(NAMES)
    assert (answer.status_code, answer.json()) == (423, {"errors": "Locked"})


async def test_faults_can_be_read_and_taken_back(shop: ShopClient) -> None:
    await shop.fault(kind="latency", seconds=5, times=None)
    assert (await shop.control("GET", "faults"))["faults"][0]["kind"] == "latency"
    assert await shop.control("DELETE", "faults") == {"faults": []}


async def test_a_stale_page_says_what_the_same_question_was_answered_last(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    before = await shop.data(NAMES)
    await shop.put(orders=[an_order(2)])
    await shop.fault(kind="stale_page", operation="Names")
    assert await shop.data(NAMES) == before
    assert len((await shop.data(NAMES))["orders"]["nodes"]) == 2


async def test_a_repeated_page_is_the_page_before_and_a_first_one_has_its_elements_twice(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(number) for number in (1, 2, 3)])
    first = await shop.data(PAGES)
    cursor = first["orders"]["pageInfo"]["endCursor"]
    await shop.fault(kind="repeated_page", times=2)
    assert await shop.data(PAGES, {"after": cursor}) == first
    assert (await shop.data(PAGES))["orders"]["nodes"] == [{"name": "WEB1"}, {"name": "WEB1"}]
    assert (await shop.data(PAGES, {"after": cursor}))["orders"]["nodes"] == [{"name": "WEB2"}]


@pytest.mark.parametrize("fault", [{"kind": "fire"}, {"kind": "latency", "times": 0}, {"kind": "user_errors"}])
async def test_a_fault_that_makes_no_sense_is_refused(shop: ShopClient, fault: dict[str, object]) -> None:
    assert "error" in await shop.control("POST", "faults", fault, status=400)


async def test_a_fault_of_the_token_endpoint(shop: ShopClient) -> None:
    await shop.fault(kind="server_error", operation="access_token")
    answer = await shop.http.post(f"/{shop.domain}/admin/oauth/access_token", json={})
    assert answer.status_code == 503


@pytest.mark.parametrize(("kind", "note"), [("timeout_before", None), ("timeout_after", "x")])
async def test_a_lost_answer_comes_before_or_after_the_effect(kind: str, note: str | None) -> None:
    """Over a real socket: the caller's own patience is what ends it."""
    with serving() as running:
        async with httpx.AsyncClient(base_url=running.base_url) as http:
            shop = ShopClient(http=http, simulator=running.simulator)
            await shop.put(orders=[an_order(1)])
            await shop.fault(kind=kind)
            with pytest.raises(httpx.TimeoutException):
                await http.post(
                    f"/{shop.domain}/admin/api/2026-10/graphql.json",
                    json={"query": NOTE, "variables": {"note": "x"}},
                    headers={"X-Shopify-Access-Token": TOKEN},
                    timeout=0.3,
                )
            assert (await shop.data('{ order(id: "gid://shopify/Order/1") { note } }'))["order"] == {"note": note}


async def test_every_call_is_in_the_journal_with_its_cost(shop: ShopClient) -> None:
    await shop.fault(kind="server_error")
    await shop.post(NAMES)
    await shop.post(NAMES)
    await shop.post(NAMES, token="shpat_wrong")
    journal = await shop.control("GET", "calls?operation=Names")
    told = [(call["status"], call["requestedQueryCost"], call["faults"], call["executed"]) for call in journal["calls"]]
    assert told == [(503, None, ["server_error"], False), (200, 8, [], True), (401, None, [], False)]
    assert journal["totals"]["requestedQueryCost"] == 8
    assert (await shop.control("GET", "calls?since=2"))["calls"][0]["number"] == 3
    await shop.control("DELETE", "calls")
    assert (await shop.control("GET", "calls"))["calls"] == []
