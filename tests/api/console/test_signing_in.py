"""Signing in to the console: who gets in, how often, for how long, and forms from elsewhere (P82, S8)."""

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest

from app.domain.console_roles import ConsoleRole
from app.ports.errors import Conflict
from app.services.console_users import ConsoleUsers
from tests.api.console.visits import QUEUE, Browser, a_user, queued, said
from tests.erp_surface import Surface


async def test_a_stranger_is_led_to_the_form_and_from_there_to_the_page_that_was_wanted(
    house: Surface, stranger: Browser
) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    led = await stranger.get(QUEUE, has_error="true")
    assert led.status_code == 303
    form = await stranger.get(led.headers["location"])
    following = re.search(r'name="next" value="([^"]+)"', form.text)
    assert following
    answer = await stranger.sign_in("Ann ", password, next=unescape(following[1]))

    assert answer.headers["location"] == f"{QUEUE}?has_error=true"
    assert (await stranger.get(QUEUE, has_error="true")).status_code == 200


async def test_without_its_last_slash_the_address_leads_to_the_first_page(stranger: Browser) -> None:
    answer = await stranger.get("/console")

    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "/v1/orders", "/console/\\evil", ""])
async def test_nobody_is_led_elsewhere_after_signing_in(house: Surface, stranger: Browser, following: str) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    answer = await stranger.sign_in("ann", password, next=following)

    assert answer.headers["location"] == "/console/"


async def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(house: Surface, stranger: Browser) -> None:
    password = await a_user(house, "ann", ConsoleRole.VIEWER)

    plain = (await stranger.sign_in("ann", password)).headers["set-cookie"]
    transport = httpx.ASGITransport(app=house.application)
    async with httpx.AsyncClient(transport=transport, base_url="https://orderbridge") as client:
        secure = (await Browser(client=client).sign_in("ann", password)).headers["set-cookie"]

    assert {"HttpOnly", "SameSite=strict", "Path=/console"} <= set(plain.split("; "))
    assert "Secure" in secure.split("; ")
    assert "Secure" not in plain.split("; ")


async def test_of_passwords_and_sessions_the_database_has_hashes_only(house: Surface, operator: Browser) -> None:
    [row] = await house.fetch("SELECT * FROM console_users JOIN console_sessions ON user_id = id")

    assert row["password_hash"].startswith("$argon2id$")
    kept = " ".join(str(each) for each in row.values())
    assert operator.password not in kept
    assert operator.client.cookies["orderbridge_session"] not in kept


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", "wrong"), ("ann", ""), ("ann", "x" * 9999)]
)
async def test_wrong_names_and_wrong_passwords_are_the_same(
    house: Surface, stranger: Browser, name: str, password: str
) -> None:
    await a_user(house, "ann", ConsoleRole.ADMIN)

    answer = await stranger.sign_in(name, password)

    assert answer.status_code == 401
    assert said(answer) == "Name or password is wrong."
    assert "set-cookie" not in answer.headers


async def test_attempts_are_limited_also_for_the_right_password_until_time_has_passed(
    house: Surface, stranger: Browser
) -> None:
    password = await a_user(house, "ann", ConsoleRole.ADMIN)

    answers = [(await stranger.sign_in("ann", "wrong")).status_code for _ in range(10)]
    limited = await stranger.sign_in("ann", password)

    assert set(answers) == {401}
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) >= 1


async def test_a_form_of_another_site_signs_nobody_in(house: Surface, stranger: Browser) -> None:
    password = await a_user(house, "ann", ConsoleRole.ADMIN)
    given = {"name": "ann", "password": password}

    for header in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = await stranger.client.post("/console/sign-in", data=given, headers=header)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(house: Surface, operator: Browser) -> None:
    token = operator.client.cookies["orderbridge_session"]

    await operator.client.post("/console/sign-out", data={"form_token": await operator.form_token()})
    operator.client.cookies.set("orderbridge_session", token, domain="orderbridge", path="/console")

    assert (await operator.get("/console/")).status_code == 303
    assert await house.fetch("SELECT * FROM console_sessions") == []


async def test_a_new_password_and_a_removal_end_every_session(house: Surface, operator: Browser) -> None:
    users = house.application.state.container.service(ConsoleUsers)

    renewed = await users.renew_password("ann")
    assert (await operator.get("/console/")).status_code == 303
    assert (await operator.sign_in("ann", operator.password)).status_code == 401
    assert (await operator.sign_in("ann", renewed.password)).status_code == 303
    await users.remove("ann")

    assert (await operator.get("/console/")).status_code == 303


async def test_who_is_switched_off_while_a_form_arrives_does_nothing_with_it_any_more(
    house: Surface, admin: Browser
) -> None:
    """The head of a request may come hours before its end."""
    users: ConsoleUsers = house.application.state.container.service(ConsoleUsers)
    form = urlencode({"form_token": await admin.form_token(), "name": "eve", "role": "admin"}).encode()

    async def dripping() -> AsyncIterator[bytes]:
        yield form[:10]
        await users.change("ada", enabled=False)
        yield form[10:]

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await admin.client.post("/console/console-users", content=dripping(), headers=headers)

    assert answer.headers["location"].startswith("/console/sign-in")
    assert [user.name for user in await users.everybody()] == ["ada"]


async def test_a_session_that_nobody_used_for_half_a_day_is_over(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE console_sessions SET seen_at = seen_at - interval '13 hours'")
        await uow.commit()

    assert (await operator.get("/console/")).status_code == 303


async def test_a_button_needs_the_token_of_a_page_that_this_session_was_shown(
    house: Surface, operator: Browser
) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y", attempts=3)

    for given in ({}, {"form_token": ""}, {"form_token": "x" * 44}):
        answer = await operator.client.post(f"{QUEUE}/{row}/leave-out", data={**given, "back": QUEUE})
        assert said(await operator.get(answer.headers["location"])).startswith("The form was too old")
    good = {"form_token": await operator.form_token(), "back": QUEUE}
    elsewhere = await operator.client.post(
        f"{QUEUE}/{row}/leave-out", data=good, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert said(await operator.get(elsewhere.headers["location"])).startswith("The form was too old")
    assert (await house.fetch("SELECT left_out_at FROM orders_to_import"))[0]["left_out_at"] is None


async def test_a_session_is_no_key_and_a_key_no_session(house: Surface, operator: Browser) -> None:
    assert (await operator.get("/v1/shops")).status_code == 401
    assert (await house.client.get("/console/")).status_code == 303


async def test_two_users_cannot_have_one_name(house: Surface) -> None:
    await a_user(house, "ann", ConsoleRole.VIEWER)

    with pytest.raises(Conflict, match="ann already"):
        await a_user(house, " ANN", ConsoleRole.ADMIN)
