"""Odd values are stored and answered as they came, or refused by name; nothing is cut or turned on the way (D)."""

import asyncpg
import pytest

from tests.api.test_conventions import problem
from tests.erp_surface import Surface

ODD_NAMES = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\u202eevil\u202c \u05d0\u05d1",
    "Ame\u0301lie",
    "Am\u00e9lie",
    "'; DROP TABLE customers; --",
    "=cmd|' /C calc'!A0",
    '<img src=x onerror="alert(1)">',
    "O'Neil & Söhne \\ %s {0} $1",
    "line\u2028separator\ttab",
    "x" * 500,
    "\U0001f600" * 500,
    "   ",
)


async def test_names_of_any_script_come_back_as_they_were_sent(house: Surface) -> None:
    """D14: no character is changed, not even between composed and decomposed letters."""
    for number, name in enumerate(ODD_NAMES):
        answer = await house.client.put(f"/v1/customers/ODD-{number}", json={"name": name, "address": {"city": name}})
        assert answer.status_code == 201, (name, answer.text)

    shown = {each["no"]: each for each in (await house.get("/v1/customers"))["data"]}
    assert [shown[f"ODD-{number}"]["name"] for number in range(len(ODD_NAMES))] == list(ODD_NAMES)
    assert [shown[f"ODD-{number}"]["address"]["city"] for number in range(len(ODD_NAMES))] == list(ODD_NAMES)


async def test_a_name_is_measured_in_characters_and_never_cut(house: Surface) -> None:
    """D14: of five hundred letters one more is refused, however few bytes it has."""
    answer = await house.client.put("/v1/customers/LONG", json={"name": "x" * 501})

    assert problem(answer, 422, "invalid_input")["errors"][0]["pointer"] == "/name"


async def test_numbers_of_shopify_beyond_those_of_javascript_stay_what_they_are(house: Surface) -> None:
    """D20."""
    for number in ("9007199254740993", "18446744073709551615"):
        address = f"/v1/shops/web/staff-mappings/{number}"
        await house.client.put(address, json={"salesperson_code": "ANNA"})

        assert (await house.get(address))["staff_id"] == number
    for wrong in ("gid:%2F%2Fshopify%2FOrder%2F1", "..%2F..%2Fetc%2Fpasswd", "1" * 10_000, "-1", "1.0"):
        answer = await house.client.get(f"/v1/shops/web/staff-mappings/{wrong}")
        assert answer.status_code == 404, wrong


async def test_the_database_itself_takes_no_price_that_is_no_number(house: Surface) -> None:
    """D7: the second belt, behind the surface that refuses it."""
    await house.client.put("/v1/items/A", json={"unit_price": "1.00"})

    for price in ("'NaN'", "'Infinity'", "1e16"):
        async with house.rows() as uow:
            with pytest.raises(asyncpg.PostgresError):
                await uow.driver.execute(f"UPDATE items SET unit_price = {price}::numeric")
