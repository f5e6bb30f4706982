"""The page of all calls, and the description that it reads: both from here alone, and beside other requests."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.api import reference
from tests.erp_surface import Surface, surface

FILES = Path(str(reference.__file__)).parent


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, lambda _uow, _clock: {}) as found:
        found.client.headers.pop("Authorization")
        yield found


async def test_the_page_and_all_that_it_needs_come_from_here(house: Surface) -> None:
    page = await house.client.get("/docs")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    needed = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text)
    assert len(needed) == 2
    for path in needed:
        assert (await house.client.get(path)).status_code == 200
    texts = [file.read_text() for file in FILES.rglob("*") if file.suffix in {".html", ".css", ".js"}]
    assert [text for text in texts if re.search(r"https?://", text)] == []
    assert not any("innerHTML" in text or "localStorage" in text for text in texts)
    assert (await house.client.get("/docs/door.py")).status_code == 404


@pytest.mark.long
async def test_others_are_served_while_the_description_is_made_and_it_is_made_once(house: Surface) -> None:
    asked = [asyncio.create_task(house.client.get("/openapi.json")) for _ in range(2)]
    alive = 0
    while not all(each.done() for each in asked):
        assert (await house.client.get("/livez")).status_code == 200
        alive += 1
        await asyncio.sleep(0.01)

    first, second = [each.result() for each in asked]
    assert alive > 5
    assert first.json()["info"]["title"] == "Orderbridge"
    assert first.headers["etag"] == second.headers["etag"]
    again = await house.client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
