"""Shops and credentials on the wire. Credentials go in and never come out."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.api.pagination import ListOf
from app.api.schemas.settings import SettingsGiven, SettingsShown, settings_of
from app.api.schemas.types import AnswerBody, Instant, RequestBody, ShopCode
from app.domain.settings_values import settings_to_json
from app.ports.store_access import CredentialsKind, StoreCredentials
from app.services.shops import NewShop, ShownShop

Secret = Annotated[str, StringConstraints(min_length=8, max_length=1000, pattern=r"^[\x21-\x7e]+$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[\x21-\x7e]+$")]
"""Made by the store, of whatever length it likes."""
ShopName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
StoreDomain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com$", max_length=75)]


class AccessTokenCredentials(RequestBody):
    """A static Admin API token of a custom app."""

    kind: Literal["access_token"] = Field(description="A token that does not expire.")
    access_token: Secret = Field(description="The Admin API access token.", examples=["the-token-of-the-custom-app"])
    api_secret: Secret | None = Field(default=None, description="The app's API secret; signs webhooks.")


class ClientCredentials(RequestBody):
    """The client-credentials grant: tokens are fetched as needed."""

    kind: Literal["client_credentials"] = Field(description="Tokens by the client-credentials grant.")
    client_id: Secret = Field(description="The app's client id.", examples=["the-app-s-client-id"])
    client_secret: Secret = Field(description="The app's client secret; signs webhooks.", examples=["the-app-s-secret"])


class OAuthCredentials(RequestBody):
    """An app installed by OAuth, perhaps with the tokens of an installation that moves here."""

    kind: Literal["oauth"] = Field(description="Expiring offline tokens by the authorization-code grant.")
    client_id: Secret = Field(description="The app's client id.", examples=["the-app-s-client-id"])
    client_secret: Secret = Field(description="The app's client secret; signs webhooks.", examples=["the-app-s-secret"])
    access_token: Token | None = Field(default=None, description="The present offline token.")
    access_token_expires_at: Instant | None = Field(default=None, description="When it expires; null = unknown.")
    refresh_token: Token | None = Field(default=None, description="The present refresh token.")
    refresh_token_expires_at: Instant | None = Field(default=None, description="When it expires; null = unknown.")


CredentialsGiven = Annotated[AccessTokenCredentials | ClientCredentials | OAuthCredentials, Field(discriminator="kind")]


class ShopGiven(RequestBody):
    """A shop to be made."""

    code: ShopCode = Field(description="What people and addresses call it.", examples=["web"])
    name: ShopName = Field(description="Its name.", examples=["Web shop"])
    store_domain: StoreDomain = Field(description="The store it stands on.", examples=["example.myshopify.com"])
    credentials: CredentialsGiven | None = Field(
        default=None, description="Of the store; not needed when another shop stands on it already."
    )
    settings: SettingsGiven = Field(default=SettingsGiven(), description="What is not given has its default.")  # type: ignore[valid-type]


class ShopChanged(RequestBody):
    """What of a shop may change."""

    name: ShopName = Field(description="Its name.", examples=["Web shop"])
    settings: SettingsGiven = Field(description="All its rules.")  # type: ignore[valid-type]


class CredentialsShown(AnswerBody):
    """What may be told of a store's credentials."""

    kind: str | None = Field(description="`access_token`, `client_credentials` or `oauth`; null = none are set.")
    set: bool = Field(description="Whether there are any.")


class StoreShown(AnswerBody):
    """What is known of the store; null until the first contact."""

    name: str | None = Field(description="Its name at Shopify.")
    plan: str | None = Field(description="Its plan.")
    currency: str | None = Field(description="The currency of its books.", examples=["EUR"])
    time_zone: str | None = Field(description="Its time zone.", examples=["Europe/Amsterdam"])
    country_code: str | None = Field(description="Its country.", examples=["NL"])
    granted_scopes: list[str] | None = Field(description="What our app may do there.")
    access_revoked_at: Instant | None = Field(
        description="Since when the store refuses us; null = it does not.", examples=[None]
    )
    access_revoked_reason: str | None = Field(description="Why.", examples=[None])


class ShopShown(AnswerBody):
    """A set of rules on a store."""

    id: str = Field(description="Ours.", examples=["shp_01k9"])
    code: str = Field(description="What people and addresses call it.", examples=["web"])
    name: str = Field(description="Its name.", examples=["Web shop"])
    store_domain: str = Field(description="The store it stands on.", examples=["example.myshopify.com"])
    store: StoreShown = Field(description="What is known of the store.")
    credentials: CredentialsShown = Field(description="How the store is reached, without any secret.")
    settings: SettingsShown = Field(description="All its rules.")  # type: ignore[valid-type]
    created_at: Instant = Field(description="When it was made.")
    updated_at: Instant = Field(description="When it last changed.")


ShopList = ListOf[ShopShown]


def credentials_of(given: RequestBody) -> StoreCredentials:
    """The credentials of a request."""
    values: dict[str, Any] = dict(given)
    return StoreCredentials(**{**values, "kind": CredentialsKind(values["kind"])})


def new_shop(given: ShopGiven) -> NewShop:
    """The command in a request."""
    return NewShop(
        code=given.code,
        name=given.name,
        store_domain=given.store_domain,
        settings=settings_of(given.settings),
        credentials=None if given.credentials is None else credentials_of(given.credentials),
    )


def shop_shown(shown: ShownShop) -> ShopShown:
    """A shop as it is answered."""
    shop, store = shown.shop, shown.store
    return ShopShown(
        id=shop.id,
        code=shop.code,
        name=shop.name,
        store_domain=store.store_domain,
        store=StoreShown(
            name=store.name,
            plan=store.plan,
            currency=store.currency,
            time_zone=store.time_zone,
            country_code=store.country_code,
            granted_scopes=None if store.granted_scopes is None else list(store.granted_scopes),
            access_revoked_at=store.access_revoked_at,
            access_revoked_reason=store.access_revoked_reason,
        ),
        credentials=CredentialsShown(kind=shown.credentials_kind, set=shown.credentials_kind is not None),
        settings=SettingsShown.model_validate(settings_to_json(shop.settings)),
        created_at=shop.created_at,
        updated_at=shop.updated_at,
    )
