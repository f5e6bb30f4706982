"""How a simulated store grants access tokens: by client credentials, by installation, by renewal, by exchange."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from app.store_simulator.simulator import Shop

DAY_SECONDS = 86_399
HOUR_SECONDS = 3_600
NINETY_DAYS_SECONDS = 7_776_000
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

Answer = tuple[int, dict[str, Any]]


def granted(shop: Shop, given: dict[str, Any]) -> Answer:
    """Status and body of the answer to a token request."""
    app = shop.store.app
    if given.get("client_id") != app.client_id or given.get("client_secret") != app.client_secret:
        return 401, {"error": "invalid_client", "error_description": "Client authentication failed."}
    match given.get("grant_type"):
        case "client_credentials":
            return 200, _token(shop, DAY_SECONDS)
        case "refresh_token":
            return _by_refresh_token(shop, given)
        case kind if kind == EXCHANGE:
            return _by_exchange(shop, given)
        case None:
            return _by_code(shop, given)
        case _:
            return 400, {"error": "unsupported_grant_type"}


def callback_url(shop: Shop, redirect_uri: str, state: str) -> str:
    """Where the merchant's browser is sent with a code, signed as Shopify signs it."""
    code = secrets.token_hex(16)
    shop.store.app.codes.add(code)
    moment = str(int(shop.store.clock.now().timestamp()))
    host = quote(f"{shop.store.domain}/admin", safe="")
    query = {"code": code, "host": host, "shop": shop.store.domain, "state": state, "timestamp": moment}
    signed = urlencode(sorted(query.items()))
    query["hmac"] = hmac.new(shop.store.app.client_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    return f"{redirect_uri}?{urlencode(query)}"


def _by_code(shop: Shop, given: dict[str, Any]) -> Answer:
    if given.get("code") not in shop.store.app.codes:
        return 400, {"error": "invalid_request", "error_description": "The code was not found or was already used."}
    shop.store.app.codes.discard(str(given["code"]))
    return 200, _expiring(shop)


def _by_refresh_token(shop: Shop, given: dict[str, Any]) -> Answer:
    if not given.get("refresh_token") or given["refresh_token"] != shop.store.app.refresh_token:
        return 400, {"error": "invalid_grant", "error_description": "The refresh token is not valid."}
    return 200, _expiring(shop)


def _by_exchange(shop: Shop, given: dict[str, Any]) -> Answer:
    app = shop.store.app
    if app.access_token is None or given.get("subject_token") != app.access_token:
        return 400, {"error": "invalid_subject_token"}
    app.access_token = None
    return 200, _expiring(shop)


def _expiring(shop: Shop) -> dict[str, Any]:
    """A token for an hour with another refresh token. The tokens before it end: an app has one of a store."""
    app = shop.store.app
    app.issued.clear()
    app.refresh_token = f"shprt_{secrets.token_hex(16)}"
    return _token(shop, HOUR_SECONDS) | {
        "refresh_token": app.refresh_token,
        "refresh_token_expires_in": NINETY_DAYS_SECONDS,
    }


def _token(shop: Shop, seconds: int) -> dict[str, Any]:
    app, now = shop.store.app, shop.store.clock.now()
    token = f"shpat_{secrets.token_hex(16)}"
    app.issued = {known: end for known, end in app.issued.items() if end > now}
    app.issued[token] = now + timedelta(seconds=seconds)
    return {"access_token": token, "scope": ",".join(sorted(app.scopes)), "expires_in": seconds}
