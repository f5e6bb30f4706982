"""The buttons of whoever decides how Orderbridge is used: stores, keys, users, webhook endpoints, privacy requests."""

from collections.abc import Mapping
from typing import Any

from app.api.console.buttons import Given, Remedy, Secret, delete, patch, post, put, remedy
from app.api.console.forms import whole
from app.api.console.rendering import words
from app.api.console.sessions import Said

KEY = "/api-keys/{key_id}"
USER = "/console-users/{name}"
ENDPOINT = "/webhook-endpoints/{endpoint_id}"
STORES_END = ".myshopify.com"
PASSWORD = Secret(
    field="password", label="Password", use="Hand it over in a way that nobody else reads. It is needed to sign in."
)
API_KEY = Secret(field="key", label="API key", use="Programs send it with every request: Authorization: Bearer …")
SIGNING = Secret(
    field="secret", label="Secret", use="The receiver proves with it, by Standard Webhooks, that events come from here."
)


def _new_shop(given: Given) -> object:
    store = given.text("store_domain").lower().removeprefix("https://").rstrip("/")
    return given.some("code", "name") | {"store_domain": store if "." in store else store + STORES_END}


def _new_key(given: Given) -> object:
    return (
        given.some("name")
        | given.day("expires_at", "23:59:59")
        | {"scopes": given.picked("scopes"), "shops": given.picked("shops") or None}
    )


def _endpoint(given: Given) -> dict[str, Any]:
    return given.some("url", "description") | {
        "types": given.picked("types"),
        "shops": _of_shops(given),
    }


def _of_shops(given: Given) -> list[str] | None:
    """None = of all. One that was limited becomes so by a tick alone: its shops may be gone, with nothing to tick."""
    picked = given.picked("shops")
    return picked if (picked or given.text("limited")) and not given.text("all_shops") else None


def _tried(answered: Mapping[str, Any]) -> Said:
    if answered["delivered"]:
        return Said(good=True, sentences=[f"The test got through: {answered['status']} after {answered['ms']} ms."])
    status = f" with {answered['status']}" if answered["status"] else ""
    sentence = f"The test did not get through: {words(answered['code'])}{status}. {answered['detail']}"
    return Said(good=False, sentences=[sentence])


def _credentials(given: Given) -> object:
    return given.some("kind", "access_token", "client_id", "client_secret", "api_secret")


ADMINISTRATION: tuple[Remedy, ...] = (
    remedy(
        "/shops",
        "The shop {name} is made. Connect its store.",
        post("/v1/shops", _new_shop),
        leads_to="/shops/{code}/connection",
    ),
    remedy(
        "/shops/{shop}/credentials",
        "The credentials are kept, and never shown again.",
        put("/v1/shops/{shop}/credentials", _credentials),
    ),
    remedy("/api-keys", "The key for {name} is made.", post("/v1/api-keys", _new_key, once=True), secret=API_KEY),
    remedy(
        f"{KEY}/rotate",
        "The new key for {name} is made; the old one works for another day.",
        post(f"/v1{KEY}/rotate", once=True),
        secret=API_KEY,
    ),
    remedy(f"{KEY}/revoke", "The key is revoked: whoever sends it is refused.", delete(f"/v1{KEY}")),
    remedy(
        "/console-users",
        "The user {name} is made.",
        post("/v1/console-users", lambda given: given.some("name", "role"), once=True),
        secret=PASSWORD,
    ),
    remedy(
        f"{USER}/renew-password",
        "{name} has a new password, and is signed out everywhere.",
        post(f"/v1{USER}/renew-password", once=True),
        secret=PASSWORD,
    ),
    remedy(
        f"{USER}/role",
        "{name} is {role} now.",
        patch(f"/v1{USER}", lambda given: given.some("role")),
        secret=PASSWORD,
    ),
    remedy(
        f"{USER}/disable",
        "{name} is switched off, and signed out everywhere.",
        patch(f"/v1{USER}", lambda _: {"enabled": False}),
    ),
    remedy(
        f"{USER}/enable",
        "{name} is switched on: the password is the same as before.",
        patch(f"/v1{USER}", lambda _: {"enabled": True}),
    ),
    remedy(f"{USER}/sign-out", "{name} is signed out everywhere."),
    remedy(f"{USER}/remove", "{name} is no user any more.", delete(f"/v1{USER}")),
    remedy("/privacy-requests/{request_id}/carry-out", "The request is carried out."),
    remedy(
        "/webhook-endpoints",
        "The endpoint is made, and told what happens from now on.",
        post("/v1/webhook-endpoints", _endpoint, once=True),
        secret=SIGNING,
    ),
    remedy(f"{ENDPOINT}/change", "The endpoint is changed.", patch(f"/v1{ENDPOINT}", _endpoint)),
    remedy(
        f"{ENDPOINT}/enable",
        "The endpoint is told events again, from where it stopped.",
        patch(f"/v1{ENDPOINT}", lambda _: {"enabled": True}),
    ),
    remedy(
        f"{ENDPOINT}/disable",
        "Nothing is sent to the endpoint until it is enabled.",
        patch(f"/v1{ENDPOINT}", lambda _: {"enabled": False}),
    ),
    remedy(f"{ENDPOINT}/test", _tried),
    remedy(
        f"{ENDPOINT}/rotate-secret",
        "The new secret signs from now on; the old one signs beside it for another day.",
        post(f"/v1{ENDPOINT}/rotate-secret", once=True),
        secret=SIGNING,
    ),
    remedy(
        f"{ENDPOINT}/replay",
        "Events {from_position} to {to_position} are sent again.",
        post(f"/v1{ENDPOINT}/replay", lambda given: {"from_position": whole(given.text("from_position"))}),
    ),
    remedy(
        f"{ENDPOINT}/delete",
        "The endpoint is deleted.",
        delete(f"/v1{ENDPOINT}"),
        leads_to="/webhook-endpoints",
    ),
)
