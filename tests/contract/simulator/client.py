"""Talks to a simulator in this process the way an app and a test talk to it over HTTP."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from app.store_simulator.simulator import Simulator

DOMAIN = "test-shop.myshopify.com"
TOKEN = "shpat_simulator_token"
PATIENCE = 10.0

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopClient:
    """One store, seen through its own API and through the control API."""

    http: httpx.AsyncClient
    simulator: Simulator
    domain: str = DOMAIN

    async def post(
        self, query: str, variables: Values | None = None, *, token: str | None = TOKEN, version: str = "2026-10"
    ) -> httpx.Response:
        return await self.http.post(
            f"/{self.domain}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": token} if token else {},
        )

    async def ask(self, query: str, variables: Values | None = None) -> Values:
        """The whole body of an answer with status 200."""
        answer = await self.post(query, variables)
        assert answer.status_code == 200, answer.text
        body: Values = answer.json()
        return body

    async def data(self, query: str, variables: Values | None = None) -> Values:
        """The data of an answer without errors."""
        body = await self.ask(query, variables)
        assert "errors" not in body, body["errors"]
        data: Values = body["data"]
        return data

    async def control(self, method: str, path: str, body: Values | None = None, *, status: int = 200) -> Values:
        answer = await self.http.request(method, f"/control/{self.domain}/{path}", json=body)
        assert answer.status_code == status, answer.text
        content: Values = answer.json()
        return content

    async def put(self, **state: Any) -> Values:
        return await self.control("PUT", "state", state)

    async def fault(self, **fault: Any) -> Values:
        return await self.control("POST", "faults", fault)


async def eventually(condition: Callable[[], bool]) -> None:
    """Waits until something has happened elsewhere in the program."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the condition is somebody else's state, there is no event to await
            await asyncio.sleep(0.005)


def an_order(number: int = 1001, **fields: Any) -> Values:
    """An order of which a test says only what it is about."""
    line = {"id": f"gid://shopify/LineItem/{number}1", "name": "Item A", "originalUnitPriceSet": eur("10.00")}
    return {"legacyResourceId": str(number), "name": f"WEB{number}", "lineItems": [line], **fields}


def eur(amount: str) -> Values:
    return {"shopMoney": {"amount": amount}}
