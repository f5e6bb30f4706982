"""The form that changes a webhook endpoint: whose events it is sent afterwards."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.services.webhook_endpoints import WebhookEndpoints
from tests.api.console.visits import Browser, said, services
from tests.api.test_webhook_endpoints import URL, ASender
from tests.erp_surface import Surface, surface


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    signals = PostgresSignals(database_url)
    keyring = AesGcmKeyring([b"k" * 32])
    async with surface(
        database_url,
        lambda uow, clock: {
            **services(uow, clock, signals=signals),
            WebhookEndpoints: WebhookEndpoints(uow=uow, clock=clock, ids=Ulids(), keyring=keyring, sender=ASender()),
        },
    ) as found:
        yield found


async def limited_to_web(house: Surface) -> str:
    answer = await house.client.post("/v1/webhook-endpoints", json={"url": URL, "shops": ["web"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def hidden(page: httpx.Response) -> dict[str, str]:
    return {"limited": "yes"} if '<input type="hidden" name="limited" value="yes">' in page.text else {}


async def test_an_endpoint_whose_shops_are_gone_is_not_opened_to_all_by_saving_it(
    house: Surface, admin: Browser
) -> None:
    """S2."""
    endpoint = await limited_to_web(house)
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE webhook_endpoints SET shop_ids = '{sho_gone}'")
        await uow.commit()
    at = f"/console/webhook-endpoints/{endpoint}"

    shown = await admin.get(at)
    after = await admin.press(f"{at}/change", url=URL, description="mine", back=at, **hidden(shown))
    saved = await house.get(f"/v1/webhook-endpoints/{endpoint}")
    await admin.press(f"{at}/change", url=URL, all_shops="yes", back=at, **hidden(shown))
    opened = await house.get(f"/v1/webhook-endpoints/{endpoint}")

    assert said(after) == "The endpoint is changed."
    assert (saved["description"], saved["shops"], opened["shops"]) == ("mine", [], None)
