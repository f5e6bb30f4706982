"""Access tokens: fetched once for many, renewed early, kept before use; what a refusal leads to (B9, B10, AU-02)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.ports.errors import AccessRevoked, StoreUnavailable
from app.ports.store_access import AccessToken, CredentialsKind, StoreCredentials
from tests.contract.shopify.conftest import Connect
from tests.contract.shopify.stores import ACCESS_TOKEN, SimulatedStore

GRANT = "access_token"
OAUTH = StoreCredentials(
    kind=CredentialsKind.OAUTH, client_id="orderbridge-simulator", client_secret="shpss_simulator_secret"
)


async def grants(store: SimulatedStore) -> int:
    return len(await store.calls(GRANT))


def token(store: SimulatedStore, value: str, *, lives: timedelta | None) -> AccessToken:
    now = store.clock.now()
    return AccessToken(value=value, obtained_at=now, expires_at=now + lives if lives is not None else None)


async def test_a_token_is_fetched_once_by_many_callers_at_once(granting_store: SimulatedStore) -> None:
    store = granting_store

    await asyncio.gather(*(store.gateway.describe(store.ref) for _ in range(10)))

    assert await grants(store) == 1
    [(_, kept)] = store.vault.kept
    assert kept.expires_at is not None
    assert timedelta(hours=23) < kept.expires_at - kept.obtained_at < timedelta(hours=25)
    assert "read_orders" in kept.scopes


async def test_a_token_is_renewed_before_it_ends(granting_store: SimulatedStore) -> None:
    store = granting_store
    await store.gateway.describe(store.ref)
    first = store.vault.tokens[store.ref.id]

    store.vault.tokens[store.ref.id] = token(store, first.value, lives=timedelta(minutes=4))
    await store.gateway.describe(store.ref)

    assert await grants(store) == 2
    assert store.vault.tokens[store.ref.id].value != first.value


async def test_a_token_with_time_left_is_used_as_it_is(granting_store: SimulatedStore) -> None:
    store = granting_store
    store.vault.tokens[store.ref.id] = token(store, ACCESS_TOKEN, lives=timedelta(minutes=6))

    await store.gateway.describe(store.ref)

    assert await grants(store) == 0


async def test_a_token_of_unknown_end_is_not_taken_for_ended(granting_store: SimulatedStore) -> None:
    store = granting_store
    store.vault.tokens[store.ref.id] = token(store, ACCESS_TOKEN, lives=None)

    await store.gateway.describe(store.ref)

    assert await grants(store) == 0


async def test_a_token_refused_in_the_middle_is_renewed_once_for_all(granting_store: SimulatedStore) -> None:
    """Peers 43."""
    store = granting_store
    store.vault.tokens[store.ref.id] = token(store, "shpat_dead", lives=timedelta(hours=5))

    await asyncio.gather(*(store.gateway.describe(store.ref) for _ in range(8)))

    assert await grants(store) == 1
    assert store.vault.revoked == []


async def test_a_renewal_by_somebody_else_is_used_instead_of_another(granting_store: SimulatedStore) -> None:
    store = granting_store
    store.vault.tokens[store.ref.id] = token(store, "shpat_dead", lives=timedelta(hours=5))
    store.vault.forced[store.ref.id] = store.clock.now()

    refused = asyncio.Event()

    async def noted(response: httpx.Response) -> None:
        if response.status_code == 401:
            refused.set()

    store.http.event_hooks["response"].append(noted)
    async with store.vault.refreshing(store.ref.id):
        call = asyncio.create_task(store.gateway.describe(store.ref))
        await asyncio.wait_for(refused.wait(), timeout=10)
        store.vault.tokens[store.ref.id] = token(store, ACCESS_TOKEN, lives=timedelta(hours=24))
    await call

    assert await grants(store) == 0


async def test_only_one_renewal_a_minute_is_forced(granting_store: SimulatedStore) -> None:
    store = granting_store
    await store.fail("unauthorized", operation="ShopDescription", times=None)

    for _ in range(3):
        with pytest.raises(AccessRevoked):
            await store.gateway.describe(store.ref)

    assert await grants(store) == 2
    assert len(store.vault.revoked) == 3


async def test_a_static_token_that_is_refused_stops_the_store(store: SimulatedStore) -> None:
    store.vault.replaced[store.ref.id] = StoreCredentials(kind=CredentialsKind.ACCESS_TOKEN, access_token="shpat_other")

    with pytest.raises(AccessRevoked) as raised:
        await store.gateway.describe(store.ref)

    assert (raised.value.code, raised.value.facts["cause"]) == ("access_revoked", "token_refused")
    assert len(await store.calls("")) + len(await store.calls("ShopDescription")) <= 2
    assert "shpat_other" not in str(raised.value)


async def test_wrong_client_credentials_stop_the_store(granting_store: SimulatedStore) -> None:
    store = granting_store
    store.vault.replaced[store.ref.id] = StoreCredentials(
        kind=CredentialsKind.CLIENT_CREDENTIALS, client_id="orderbridge-simulator", client_secret="wrong-secret"
    )

    with pytest.raises(AccessRevoked) as raised:
        await store.gateway.describe(store.ref)

    assert (raised.value.code, raised.value.facts["cause"]) == ("access_revoked", "credentials_refused")
    assert "wrong-secret" not in str(raised.value)
    assert await grants(store) == 1


async def test_a_failing_renewal_does_not_waste_a_token_that_still_lives(granting_store: SimulatedStore) -> None:
    store = granting_store
    store.vault.tokens[store.ref.id] = token(store, ACCESS_TOKEN, lives=timedelta(minutes=3))
    await store.fail("server_error", operation=GRANT, times=None)

    assert (await store.gateway.describe(store.ref)).currency


async def test_without_a_living_token_a_failing_renewal_is_the_stores_trouble(granting_store: SimulatedStore) -> None:
    store = granting_store
    await store.fail("server_error", operation=GRANT, times=None)

    with pytest.raises(StoreUnavailable):
        await store.gateway.describe(store.ref)

    assert store.vault.revoked == []


@pytest.mark.parametrize(
    ("held", "cause"),
    [
        ({"kind": CredentialsKind.ACCESS_TOKEN}, "no_token"),
        ({"kind": CredentialsKind.OAUTH, "access_token": "shpat_x", "ended": True}, "token_ended"),
    ],
)
async def test_a_store_without_a_usable_token_is_not_called(
    store: SimulatedStore, held: dict[str, Any], cause: str
) -> None:
    ended = store.clock.now() - timedelta(minutes=1) if held.pop("ended", False) else None
    store.vault.replaced[store.ref.id] = StoreCredentials(**held, access_token_expires_at=ended)

    with pytest.raises(AccessRevoked) as raised:
        await store.gateway.describe(store.ref)

    assert (raised.value.code, raised.value.facts["cause"]) == ("access_revoked", cause)
    assert await store.calls() == []


async def test_secrets_do_not_show_where_credentials_are_printed(granting_store: SimulatedStore) -> None:
    await granting_store.gateway.describe(granting_store.ref)

    assert "shpat_" not in repr(granting_store.vault.tokens)
    assert "shpss_" not in repr(granting_store.vault.held)


async def test_a_token_of_an_installation_is_renewed_each_time_with_the_newest_refresh_token(connect: Connect) -> None:
    store = connect(replace(OAUTH, refresh_token="shprt_first", access_token="shpat_first"))
    await store.put(app={"access_token": None, "refresh_token": "shprt_first"})
    store.vault.replaced[store.ref.id] = replace(
        store.vault.held, access_token_expires_at=store.clock.now() + timedelta(minutes=4)
    )

    for number in (1, 2, 3):
        await store.gateway.describe(store.ref)
        assert await grants(store) == number
        kept = store.vault.tokens[store.ref.id]
        assert kept.refresh_token is not None
        assert kept.refresh_expires_at is not None
        assert kept.refresh_expires_at - kept.obtained_at == timedelta(days=90)
        store.vault.tokens[store.ref.id] = replace(kept, expires_at=store.clock.now() + timedelta(minutes=4))
    assert len({token.refresh_token for _, token in store.vault.kept}) == 3


async def test_the_tokens_of_an_installation_that_moves_here_are_used_while_they_last(connect: Connect) -> None:
    store = connect(replace(OAUTH, refresh_token="shprt_moved", access_token=ACCESS_TOKEN))
    store.vault.replaced[store.ref.id] = replace(
        store.vault.held, access_token_expires_at=store.clock.now() + timedelta(minutes=50)
    )

    await store.gateway.describe(store.ref)

    assert await grants(store) == 0
    assert store.vault.tokens[store.ref.id].refresh_token == "shprt_moved"


async def test_a_permanent_token_is_exchanged_for_an_expiring_one_once(connect: Connect) -> None:
    store = connect(replace(OAUTH, access_token=ACCESS_TOKEN))

    await store.gateway.describe(store.ref)
    await store.gateway.describe(store.ref)

    assert await grants(store) == 1
    kept = store.vault.tokens[store.ref.id]
    assert (kept.value != ACCESS_TOKEN, kept.refresh_token is not None) == (True, True)


async def test_where_shopify_exchanges_no_permanent_token_it_goes_on_with_it(connect: Connect) -> None:
    store = connect(replace(OAUTH, access_token=ACCESS_TOKEN))
    await store.fail("answer", operation="access_token", status=400, body={"error": "invalid_request"}, times=9)

    await store.gateway.describe(store.ref)
    await store.gateway.describe(store.ref)

    assert store.vault.tokens[store.ref.id].value == ACCESS_TOKEN
    assert store.vault.revoked == []


async def test_a_refresh_token_that_is_refused_stops_the_store_and_says_what_to_do(connect: Connect) -> None:
    store = connect(replace(OAUTH, refresh_token="shprt_lapsed"))

    with pytest.raises(AccessRevoked, match="Install the app again"):
        await store.gateway.describe(store.ref)

    assert len(store.vault.revoked) == 1


async def test_an_app_that_was_never_installed_says_where_to_begin(connect: Connect) -> None:
    store = connect(OAUTH)

    with pytest.raises(AccessRevoked, match="/oauth/shopify/install"):
        await store.gateway.describe(store.ref)
