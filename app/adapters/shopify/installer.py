"""Installing the app in a store: the page that a merchant is sent to, and the tokens that come of it."""

from urllib.parse import urlencode

from app.adapters.shopify.endpoints import Endpoints
from app.adapters.shopify.scopes import ASKED_FOR
from app.adapters.shopify.tokens import Tokens
from app.ports.store_gateway import StoreRef


class ShopifyInstaller:
    def __init__(self, endpoints: Endpoints, tokens: Tokens) -> None:
        self._endpoints = endpoints
        self._tokens = tokens

    def authorization_url(self, domain: str, *, client_id: str, redirect_uri: str, state: str) -> str:
        """No ``grant_options``: the token is the store's, not a user's."""
        asked = {"client_id": client_id, "scope": ",".join(ASKED_FOR), "redirect_uri": redirect_uri, "state": state}
        return f"{self._endpoints.authorize(domain)}?{urlencode(asked)}"

    async def installed(self, store: StoreRef, code: str) -> None:
        await self._tokens.installed(store, code)
