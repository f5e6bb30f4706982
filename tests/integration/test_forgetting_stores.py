"""A store that is to be forgotten is asked whether the app is installed in it still: no webhook proves it (P83)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from app.adapters.contact import ContactKeys
from app.domain.identifiers import ShopId
from app.domain.privacy import COLLECTED_WITHIN
from app.ports.errors import AccessRevoked, ScopeMissing, StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreGateway, StoreRef
from app.ports.unit_of_work import UnitOfWork
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.privacy import PrivacyRequests
from tests.machinery import DOMAIN, EVERYBODY, STORE, Machinery, delivery, door, machinery

CLOSED = AccessRevoked("Shopify refuses the access token (401).")
SILENT = StoreUnavailable("Shopify cannot be reached.")


@dataclass
class Shopify:
    """The store, asked who it is; ``says`` None = it answers."""

    says: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def describe(self, store: StoreRef) -> object:
        self.asked.append(store.domain)
        if self.says is not None:
            raise self.says
        return object()


@dataclass
class Shifted:
    """The real time and some."""

    house: Machinery
    by: timedelta = timedelta()

    def now(self) -> datetime:
        return self.house.clock.now() + self.by


@dataclass
class Asked:
    """A house of whose store Shopify asked that it be forgotten."""

    house: Machinery
    shopify: Shopify
    clock: Shifted

    @property
    def requests(self) -> PrivacyRequests:
        return PrivacyRequests(self.house.unit_of_work, self.clock, ContactKeys(), cast("StoreGateway", self.shopify))

    async def after(self, time: timedelta, *, says: Exception | None) -> str:
        """What became of the request once somebody looks so much later."""
        self.clock.by, self.shopify.says = time, says
        await self.requests.due(STORE)
        return str(await self.house.value("SELECT state FROM privacy_requests"))

    async def shops(self) -> int:
        return int(await self.house.value("SELECT count(*) FROM shops"))


@pytest.fixture
async def asked(database_url: str) -> AsyncIterator[Asked]:
    async with machinery(database_url) as house, door(house.url) as receive:
        body: dict[str, Any] = {"shop_id": 1, "shop_domain": DOMAIN}
        await receive(delivery(json.dumps(body).encode(), topic="shop/redact"))
        await DispatchWebhooks(house.unit_of_work, house.clock, house.ids)()
        yield Asked(house=house, shopify=Shopify(), clock=Shifted(house))


async def test_a_store_whose_removal_nobody_told_is_forgotten_once_it_refuses_us(asked: Asked) -> None:
    """S15: the webhook of the removal was lost, and nothing called the store since."""
    assert await asked.after(timedelta(), says=CLOSED) == "done"

    assert (await asked.shops(), asked.shopify.asked) == (0, [DOMAIN])


@pytest.mark.parametrize("says", [None, ScopeMissing("It may not tell.")], ids=["answers", "lacks_a_scope"])
async def test_a_store_that_lets_us_in_is_not_forgotten(asked: Asked, says: Exception | None) -> None:
    """S15, A21: the request is older than the connection, or is another signed body that was sent on as one."""
    await asked.house.do("UPDATE stores SET access_revoked_at = now(), access_revoked_reason = 'app_uninstalled'")

    assert await asked.after(timedelta(), says=says) == "skipped"

    assert await asked.shops() == 2


@pytest.mark.parametrize("says", [SILENT, StoreRefused("What?")], ids=["silent", "odd"])
async def test_a_store_that_says_nothing_clear_is_asked_daily_and_forgotten_in_time(
    asked: Asked, says: Exception
) -> None:
    """S15."""
    hour = timedelta(hours=1)
    assert await asked.after(timedelta(), says=says) == "waiting"
    assert await asked.after(timedelta(hours=23), says=says) == "waiting"
    assert len(asked.shopify.asked) == 1
    assert await asked.after(timedelta(days=1) + hour, says=says) == "waiting"
    assert len(asked.shopify.asked) == 2
    assert "asked again daily" in await asked.house.value("SELECT detail FROM privacy_requests")
    assert await asked.shops() == 2

    assert await asked.after(COLLECTED_WITHIN + hour, says=says) == "done"

    assert await asked.shops() == 0


async def test_a_store_that_is_just_being_connected_again_is_given_time(asked: Asked) -> None:
    """S15: its credentials are new, and the app is not installed by them yet."""
    await asked.house.do("UPDATE stores SET credentials_set_at = now() + interval '1 minute'")

    assert await asked.after(timedelta(minutes=2), says=CLOSED) == "waiting"
    assert await asked.after(timedelta(days=2), says=None) == "skipped"

    assert await asked.shops() == 2


async def test_who_carries_the_request_out_does_not_wait_for_a_store_that_is_silent(asked: Asked) -> None:
    """S15: and is told so where the app is installed."""
    request = str(await asked.house.value("SELECT id FROM privacy_requests"))
    asked.shopify.says = SILENT

    done = await asked.requests.carry_out(EVERYBODY, request)

    assert (done.state, await asked.shops()) == ("done", 0)


async def test_a_store_that_was_deleted_here_is_not_asked(asked: Asked) -> None:
    await asked.house.do("UPDATE stores SET deleted_at = now(), credentials = NULL")

    assert await asked.after(timedelta(), says=None) == "done"

    assert asked.shopify.asked == []


class AnsweredBeforeError(Exception):
    """How a repeat leaves the use case."""


class Repeat:
    """A request whose answer was kept."""

    async def begin(self, _uow: UnitOfWork) -> None:
        raise AnsweredBeforeError

    async def answered(self, _uow: UnitOfWork, _result: object) -> None:
        raise AssertionError("a repeat is not answered anew")


async def test_a_repeat_by_hand_asks_the_store_no_more_and_needs_no_shop(asked: Asked) -> None:
    """E1: the shops of a caller that is limited to them are gone with the store."""
    request = await asked.house.value("SELECT id FROM privacy_requests")
    seen_no_more = replace(EVERYBODY, shops=frozenset({ShopId("sho_gone")}))

    with pytest.raises(AnsweredBeforeError):
        await asked.requests.carry_out(seen_no_more, request, once=Repeat())

    assert asked.shopify.asked == []
