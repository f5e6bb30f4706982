"""API keys on the wire. The secret is in the answer that makes it and nowhere else."""

from typing import Annotated

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Instant, Line, RequestBody, ShopCode, Whole
from app.domain.access import Scope

SCOPES = [scope.value for scope in Scope]


class Me(AnswerBody):
    """The presented key."""

    key_id: str = Field(description="The public part of the key.", examples=["k3jd92mx"])
    name: str = Field(description="What it was named when it was made.", examples=["ERP poller"])
    scopes: list[str] = Field(description="What it may do.", examples=[["documents:read"]])
    shops: list[str] | None = Field(description="Codes of the shops it sees; null = all.", examples=[["web"]])
    expires_at: Instant | None = Field(description="When it stops working; null = never.")
    version: str = Field(description="The release of Orderbridge that answers.", examples=["1.0.0"])


class ApiKeyAnswer(AnswerBody):
    """A key without its secret."""

    id: str = Field(description="The public part of the key.", examples=["k3jd92mx"])
    name: str = Field(description="What it is for.", examples=["ERP poller"])
    scopes: list[str] = Field(description="What it may do.", examples=[["documents:read"]])
    shops: list[str] | None = Field(description="Codes of the shops it sees; null = all.", examples=[["web"]])
    created_at: Instant = Field(description="When it was made.")
    expires_at: Instant | None = Field(description="When it stops working; null = never.")
    revoked_at: Instant | None = Field(description="When it was revoked; null = it was not.", examples=[None])
    last_used_at: Instant | None = Field(description="When it was last used, to about five minutes; null = never.")


class NewApiKeyAnswer(ApiKeyAnswer):
    """A key just made, with its secret: this is the only time it is shown."""

    key: str = Field(description="The whole key, to be sent as `Authorization: Bearer …`.", examples=["ob_k3jd92mx_…"])


class NewApiKey(RequestBody):
    """A key to be made."""

    name: Annotated[Line, Field(min_length=1, description="What it is for.", examples=["ERP poller"])]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES), description="What it may do.")]
    shops: Annotated[
        list[ShopCode] | None, Field(max_length=1000, description="Codes of the shops it sees; null = all.")
    ] = None
    expires_at: Instant | None = Field(
        default=None, description="When it stops working; null = never.", examples=["2099-01-15T10:00:00Z"]
    )


class Rotation(RequestBody):
    """How a key is replaced."""

    old_key_hours: Annotated[
        Whole, Field(ge=0, le=720, description="How long the old key goes on working beside the new one.")
    ] = 24


ApiKeyList = ListOf[ApiKeyAnswer]
