"""Users of the console over the surface: made, given roles and passwords, removed; and nobody beyond themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.postgres.ulid import Ulids
from app.domain.access import Scope
from app.domain.console_roles import ConsoleRole, scopes_of
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
    """S3: comparing passwords takes a while, in which sessions are ended."""
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


async def changed(house: Surface, name: str, **fields: Any) -> dict[str, Any]:
    answer = await house.client.patch(f"{USERS}/{name}", json=fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_who_may_do_more_than_before_signs_in_with_a_new_password(house: Surface) -> None:
    """S5: the old one may be known to somebody who may do less than the person does now."""
    made = await a_user(house, "ann", ConsoleRole.VIEWER)
    token = await signs_in(house, "ann", made["password"])

    raised = await changed(house, "ann", role="operator")

    assert raised["role"] == "operator"
    assert await session(house, token) is None
    assert await signs_in(house, "ann", made["password"]) is None
    again = await signs_in(house, "ann", raised["password"])
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    found = await users.session(again or "")
    assert found is not None
    assert found.access.may(Scope.ORDERS_WRITE)


async def test_who_may_do_less_than_before_is_signed_out_and_keeps_the_password(house: Surface) -> None:
    """S3."""
    made = await a_user(house, "ann")
    token = await signs_in(house, "ann", made["password"])

    lowered = await changed(house, "ann", role="viewer")

    assert (lowered["role"], lowered["password"]) == ("viewer", None)
    assert await session(house, token) is None
    assert await signs_in(house, "ann", made["password"]) is not None


async def test_the_same_role_again_changes_nothing(house: Surface) -> None:
    made = await a_user(house, "ann")
    token = await signs_in(house, "ann", made["password"])

    for same in ({"role": "operator"}, {"enabled": True}, {}):
        assert (await changed(house, "ann", **same))["password"] is None

    assert await session(house, token) is not None


async def test_who_is_switched_off_is_out_at_once_and_comes_in_again_once_switched_on(house: Surface) -> None:
    """S3."""
    made = await a_user(house, "ann")
    token = await signs_in(house, "ann", made["password"])

    assert (await changed(house, "ann", enabled=False))["enabled"] is False

    assert await session(house, token) is None
    assert await signs_in(house, "ann", made["password"]) is None
    assert (await house.get(f"{USERS}/ann"))["enabled"] is False
    assert (await changed(house, "ann", enabled=True))["enabled"] is True
    assert await signs_in(house, "ann", made["password"]) is not None


async def test_who_is_switched_off_while_signing_in_does_not_come_in(house: Surface) -> None:
    """S3."""
    made = await a_user(house, "ann")
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)

    class SwitchingOff(Argon2Passwords):
        async def match(self, password: str, kept: str | None) -> bool:
            matches = await super().match(password, kept)
            await users.change("ann", enabled=False)
            return matches

    slow = ConsoleUsers(
        unit_of_work=house.rows, clock=RisingClock(), ids=Ulids(), passwords=SwitchingOff(memory_kib=64, passes=1)
    )

    assert await slow.sign_in("ann", made["password"]) is None


async def test_two_admins_who_switch_each_other_off_at_once_leave_one(house: Surface) -> None:
    names = ("ada", "bea")
    for name in names:
        await a_user(house, name, ConsoleRole.ADMIN)

    answers = await asyncio.gather(*(house.client.patch(f"{USERS}/{name}", json={"enabled": False}) for name in names))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [each["enabled"] for each in (await house.get(USERS))["data"]].count(True) == 1


async def test_an_admin_who_is_switched_off_is_none_to_rely_on(house: Surface) -> None:
    await a_user(house, "ada", ConsoleRole.ADMIN)
    await a_user(house, "bea", ConsoleRole.ADMIN)
    await changed(house, "bea", enabled=False)

    refused = [
        await house.client.patch(f"{USERS}/ada", json={"enabled": False}),
        await house.client.patch(f"{USERS}/ada", json={"role": "operator"}),
        await house.client.delete(f"{USERS}/ada"),
    ]

    assert [refusal(each) for each in refused] == [(409, "last_admin")] * 3
    assert (await house.client.delete(f"{USERS}/bea")).status_code == 204


async def test_switching_somebody_off_is_told_in_the_audit(house: Surface) -> None:
    """S27."""
    await a_user(house, "ann")

    await changed(house, "ann", enabled=False)

    told = await house.fetch("SELECT before::text AS was, after::text AS became FROM audit_entries ORDER BY seq")
    assert ("true" in told[-1]["was"], "false" in told[-1]["became"]) == (True, True)


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
        await uow.console_users.set_rights(ann, ConsoleRole.ADMIN, enabled=True)
        await uow.console_users.set_rights(ada, ConsoleRole.VIEWER, enabled=True)
        removal = asyncio.ensure_future(house.client.delete(f"{USERS}/ann"))
        await until(lambda: house.fetch("SELECT FROM pg_locks WHERE NOT granted"))
        await uow.commit()

    assert refusal(await removal) == (409, "last_admin")


BEYOND = (403, "exceeds_own_rights")
DEEDS: Mapping[str, tuple[str, str, dict[str, Any] | None]] = {
    "change": ("PATCH", "", {"role": "viewer"}),
    "change_nothing": ("PATCH", "", {}),
    "switch_off": ("PATCH", "", {"enabled": False}),
    "renew_password": ("POST", "/renew-password", None),
    "sign_out": ("POST", "/sign-out", None),
    "remove": ("DELETE", "", None),
}
"""What is done to a user."""


def key_of(role: ConsoleRole) -> set[Scope]:
    """What a key has that may do as much as a role, and see to users."""
    return {*scopes_of(role), Scope.USERS_READ, Scope.USERS_WRITE}


@pytest.mark.parametrize("deed", DEEDS)
async def test_nobody_does_anything_to_a_user_who_may_do_more(house: Surface, deed: str) -> None:
    """S5: each deed by a key as strong as each role, on a user of each role."""
    method, address, body = DEEDS[deed]
    answers: dict[tuple[ConsoleRole, ConsoleRole], bool] = {}
    for own in ConsoleRole:
        key = await house.key(scopes=sorted(key_of(own)))
        for theirs in ConsoleRole:
            name = f"{own}-{theirs}"
            await a_user(house, name, theirs)
            answer = await house.client.request(method, f"{USERS}/{name}{address}", json=body, headers=key)
            answers[own, theirs] = answer.is_success
            assert answer.is_success or refusal(answer) == BEYOND, answer.text

    assert answers == {(own, theirs): scopes_of(theirs) <= key_of(own) for own, theirs in answers}


@pytest.mark.parametrize("own", ConsoleRole)
async def test_nobody_makes_or_raises_a_user_beyond_themselves(house: Surface, own: ConsoleRole) -> None:
    """S5."""
    key = await house.key(scopes=sorted(key_of(own)))
    for role in ConsoleRole:
        await a_user(house, f"to-be-{role}", ConsoleRole.VIEWER)
        made = await house.client.post(USERS, json={"name": f"new-{role}", "role": role}, headers=key)
        raised = await house.client.patch(f"{USERS}/to-be-{role}", json={"role": role}, headers=key)
        if scopes_of(role) <= key_of(own):
            assert (made.status_code, raised.status_code) == (201, 200)
        else:
            assert [refusal(made), refusal(raised)] == [BEYOND, BEYOND]


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
