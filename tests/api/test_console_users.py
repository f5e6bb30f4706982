"""Users of the console over the surface: made, given roles and passwords, removed; and nobody beyond themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.postgres.ulid import Ulids
from app.domain.access import Scope
from app.domain.console_roles import ConsoleRole
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.console_users import ConsoleUsers
from tests.api.configuration import configuring
from tests.erp_surface import RisingClock, Surface, surface
from tests.machinery import until

USERS = "/v1/console-users"
QUICK = Argon2Passwords(memory_kib=64, passes=1)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    def services(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
        users = ConsoleUsers(unit_of_work=uow, clock=clock, ids=Ulids(), passwords=QUICK)
        return {**configuring(uow, clock), ConsoleUsers: users}

    async with surface(database_url, services) as found:
        yield found


async def a_user(house: Surface, name: str, role: ConsoleRole = ConsoleRole.OPERATOR, **more: Any) -> dict[str, Any]:
    answer = await house.client.post(USERS, json={"name": name, "role": role}, **more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def signs_in(house: Surface, name: str, password: str) -> str | None:
    """The token of a new session."""
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    return await users.sign_in(name, password)


async def session(house: Surface, token: str | None) -> object:
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    return await users.session(token or "")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_user_is_made_with_a_password_that_is_shown_once(house: Surface) -> None:
    made = await a_user(house, "Ann")

    assert await signs_in(house, "ann", made["password"]) is not None
    shown = await house.get(f"{USERS}/ann")
    assert (shown["name"], shown["role"], shown["signed_in_at"] is None) == ("ann", "operator", False)
    assert "password" not in shown
    assert [each["name"] for each in (await house.get(USERS))["data"]] == ["ann"]


async def test_a_repeat_makes_one_user_and_answers_the_same_password(house: Surface) -> None:
    headers = {"Idempotency-Key": "ann"}

    first, again = await a_user(house, "ann", headers=headers), await a_user(house, "ann", headers=headers)

    assert first == again
    assert refusal(await house.client.post(USERS, json={"name": "ann", "role": "viewer"})) == (409, "name_taken")


async def test_a_new_password_and_signing_out_everywhere_end_the_sessions(house: Surface) -> None:
    made = await a_user(house, "ann")
    token = await signs_in(house, "ann", made["password"])

    assert (await house.client.post(f"{USERS}/ann/sign-out")).status_code == 204
    assert await session(house, token) is None
    token = await signs_in(house, "ann", made["password"])
    assert token is not None
    renewed = (await house.client.post(f"{USERS}/ann/renew-password")).json()

    assert await session(house, token) is None
    assert await signs_in(house, "ann", made["password"]) is None
    assert await signs_in(house, "ann", renewed["password"]) is not None


async def test_who_is_signing_in_while_the_password_is_renewed_does_not_come_in(house: Surface) -> None:
    """S8: comparing passwords takes a while, in which sessions are ended."""
    made = await a_user(house, "ann")
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)

    class Renewing(Argon2Passwords):
        async def match(self, password: str, kept: str | None) -> bool:
            matches = await super().match(password, kept)
            await users.renew_password("ann")
            return matches

    slow = ConsoleUsers(
        unit_of_work=house.rows, clock=RisingClock(), ids=Ulids(), passwords=Renewing(memory_kib=64, passes=1)
    )

    assert await slow.sign_in("ann", made["password"]) is None


async def test_a_role_is_true_from_the_next_request_on(house: Surface) -> None:
    made = await a_user(house, "ann", ConsoleRole.VIEWER)
    token = await signs_in(house, "ann", made["password"])

    changed = await house.client.patch(f"{USERS}/ann", json={"role": "operator"})

    assert changed.json()["role"] == "operator"
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    found = await users.session(token or "")
    assert found is not None
    assert found.access.may(Scope.ORDERS_WRITE)


async def test_a_user_who_is_removed_is_signed_out_and_gone(house: Surface) -> None:
    made = await a_user(house, "ann")
    token = await signs_in(house, "ann", made["password"])

    assert (await house.client.delete(f"{USERS}/ann")).status_code == 204

    assert await session(house, token) is None
    assert refusal(await house.client.get(f"{USERS}/ann")) == (404, "not_found")


async def test_the_only_admin_stays_one(house: Surface) -> None:
    await a_user(house, "ada", ConsoleRole.ADMIN)

    refused = await house.client.patch(f"{USERS}/ada", json={"role": "viewer"})
    assert refusal(refused) == (409, "last_admin")
    assert refusal(await house.client.delete(f"{USERS}/ada")) == (409, "last_admin")
    await a_user(house, "bea", ConsoleRole.ADMIN)

    assert (await house.client.delete(f"{USERS}/ada")).status_code == 204


async def test_who_is_just_becoming_the_only_admin_is_not_removed_meanwhile(house: Surface) -> None:
    await a_user(house, "ada", ConsoleRole.ADMIN)
    await a_user(house, "ann")
    async with house.rows() as uow:
        ada, ann = [each.id for each in await uow.console_users.all()]
        await uow.console_users.locked_admins()
        await uow.console_users.set_role(ann, ConsoleRole.ADMIN)
        await uow.console_users.set_role(ada, ConsoleRole.VIEWER)
        removal = asyncio.ensure_future(house.client.delete(f"{USERS}/ann"))
        await until(lambda: house.fetch("SELECT FROM pg_locks WHERE NOT granted"))
        await uow.commit()

    assert refusal(await removal) == (409, "last_admin")


async def test_nobody_makes_or_takes_over_a_user_who_may_do_more(house: Surface) -> None:
    """S1."""
    await a_user(house, "ada", ConsoleRole.ADMIN)
    await a_user(house, "ann")
    few = await house.key(scopes=[Scope.USERS_READ, Scope.USERS_WRITE])
    beyond = (403, "exceeds_own_rights")

    made = await house.client.post(USERS, json={"name": "eve", "role": "viewer"}, headers=few)
    raised = await house.client.patch(f"{USERS}/ann", json={"role": "admin"}, headers=few)
    taken = await house.client.post(f"{USERS}/ada/renew-password", headers=few)

    assert [refusal(made), refusal(raised), refusal(taken)] == [beyond, beyond, beyond]


async def test_a_key_that_is_limited_to_shops_sees_no_user(house: Surface) -> None:
    """S1."""
    await a_user(house, "ann")
    web = (await house.get("/v1/shops/web"))["id"]
    limited = await house.key(shops=[web])

    assert (await house.client.get(USERS, headers=limited)).json()["data"] == []
    assert refusal(await house.client.get(f"{USERS}/ann", headers=limited)) == (404, "not_found")
    assert refusal(await house.client.delete(f"{USERS}/ann", headers=limited)) == (404, "not_found")


async def test_users_are_read_by_pages_in_the_order_of_their_names(house: Surface) -> None:
    for name in ("cara", "ann", "bob"):
        await a_user(house, name)

    first = await house.get(USERS, limit=2)
    second = await house.get(USERS, limit=2, cursor=first["next_cursor"])

    assert [each["name"] for each in first["data"]] == ["ann", "bob"]
    assert ([each["name"] for each in second["data"]], second["next_cursor"]) == (["cara"], None)


@pytest.mark.parametrize("name", ["", " ", "an n", "-ann", "x" * 64])
async def test_a_name_that_nobody_could_sign_in_with_is_refused(house: Surface, name: str) -> None:
    answer = await house.client.post(USERS, json={"name": name, "role": "viewer"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")
