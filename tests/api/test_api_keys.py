"""Keys: made, shown once, replaced, ended; never with more rights than their maker has (S3, S5)."""

from typing import Any

import pytest

from app import __version__
from app.domain.access import Scope
from tests.erp_surface import Surface

NEW = {"name": "ERP", "scopes": ["shops:read"], "shops": ["web"]}


def bearer(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['key']}"}


async def make(house: Surface, **telling: Any) -> dict[str, Any]:
    answer = await house.client.post("/v1/api-keys", json=NEW | telling)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_key_works_and_is_shown_once(house: Surface) -> None:
    """S12."""
    made = await make(house)

    me = (await house.client.get("/v1/me", headers=bearer(made))).json()

    assert (me["key_id"], me["name"], me["scopes"], me["shops"]) == (made["id"], "ERP", ["shops:read"], ["web"])
    assert me["version"] == __version__
    assert "key" not in await house.get(f"/v1/api-keys/{made['id']}")
    [row] = await house.fetch("SELECT secret_hash FROM api_keys WHERE id = $1", made["id"])
    assert made["key"].rsplit("_", 1)[-1].encode() not in row["secret_hash"]


async def test_a_revoked_key_stops_with_the_next_request(house: Surface) -> None:
    made = await make(house)

    for _ in range(2):
        assert (await house.client.delete(f"/v1/api-keys/{made['id']}")).status_code == 204

    assert (await house.client.get("/v1/me", headers=bearer(made))).status_code == 401


async def test_an_expired_key_stops(house: Surface) -> None:
    made = await make(house, expires_at="2099-01-01T00:00:00Z")
    assert (await house.client.get("/v1/me", headers=bearer(made))).status_code == 200
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE api_keys SET expires_at = '2000-01-01' WHERE id = $1", made["id"])
        await uow.commit()

    assert (await house.client.get("/v1/me", headers=bearer(made))).status_code == 401


async def test_a_replaced_key_goes_on_for_as_long_as_was_said(house: Surface) -> None:
    old = await make(house)
    new = (await house.client.post(f"/v1/api-keys/{old['id']}/rotate")).json()
    assert (new["scopes"], new["shops"]) == (old["scopes"], old["shops"])
    for key in (old, new):
        assert (await house.client.get("/v1/me", headers=bearer(key))).status_code == 200

    newest = await house.client.post(f"/v1/api-keys/{new['id']}/rotate", json={"old_key_hours": 0})

    assert newest.status_code == 201
    assert (await house.client.get("/v1/me", headers=bearer(new))).status_code == 401


async def test_nobody_gives_rights_they_do_not_have(house: Surface) -> None:
    web = (await house.get("/v1/shops/web"))["id"]
    headers = await house.key(scopes=[Scope.KEYS_WRITE, Scope.SHOPS_READ], shops=[web])

    async def status(**telling: Any) -> int:
        return (await house.client.post("/v1/api-keys", json=NEW | telling, headers=headers)).status_code

    assert await status() == 201
    assert await status(scopes=["shops:write"]) == 403
    assert await status(shops=None) == 403
    assert await status(shops=["pos"]) == 422
    powerful = await make(house, shops=None)
    assert (await house.client.post(f"/v1/api-keys/{powerful['id']}/rotate", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [([Scope.KEYS_WRITE], False), ([Scope.KEYS_WRITE, Scope.SHOPS_READ], True), (list(Scope), True)],
    ids=["less", "as_much", "more"],
)
@pytest.mark.parametrize("deed", ["rotate", "revoke"])
async def test_nobody_replaces_or_ends_a_key_that_may_do_more(
    house: Surface, scopes: list[Scope], deed: str, *, allowed: bool
) -> None:
    """S5."""
    theirs = await make(house, scopes=["keys:write", "shops:read"])
    own = await house.key(scopes=scopes)
    address = f"/v1/api-keys/{theirs['id']}"

    answer = await (
        house.client.delete(address, headers=own)
        if deed == "revoke"
        else house.client.post(f"{address}/rotate", json={"old_key_hours": 0}, headers=own)
    )

    works = (await house.client.get("/v1/me", headers=bearer(theirs))).status_code == 200
    assert works is not allowed
    assert answer.is_success or (answer.status_code, answer.json()["code"]) == (403, "exceeds_own_rights")


async def test_wrong_requests_are_named(house: Surface) -> None:
    for body, pointer in (
        (NEW | {"scopes": ["everything"]}, "/scopes/0"),
        (NEW | {"scopes": []}, "/scopes"),
        (NEW | {"expires_at": "2000-01-01T00:00:00Z"}, "/expires_at"),
        (NEW | {"expires_at": "2030-01-01T00:00:00"}, "/expires_at"),
        (NEW | {"id": "chosen"}, "/id"),
    ):
        answer = await house.client.post("/v1/api-keys", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
