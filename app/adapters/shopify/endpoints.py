"""Where a store is reached and in which API version. The version stands here and nowhere else."""

import re
from dataclasses import dataclass
from typing import Final

from app.ports.errors import StoreRefused

API_VERSION: Final = "2026-10"
DEFAULT_URL: Final = "https://{store_domain}"

_STORE_DOMAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses of stores, made from one template."""

    template: str = DEFAULT_URL

    def __post_init__(self) -> None:
        if "{store_domain}" not in self.template:
            raise ValueError(f"the Shopify URL must contain {{store_domain}}; found {self.template!r}")

    def graphql(self, domain: str) -> str:
        return f"{self._base(domain)}/admin/api/{API_VERSION}/graphql.json"

    def access_token(self, domain: str) -> str:
        return f"{self._base(domain)}/admin/oauth/access_token"

    def authorize(self, domain: str) -> str:
        return f"{self._base(domain)}/admin/oauth/authorize"

    def _base(self, domain: str) -> str:
        """The store's address; any other kind of name is refused before a secret could travel to it (B13)."""
        if _STORE_DOMAIN.fullmatch(domain) is None:
            raise StoreRefused(
                f"The store domain {domain[:80]!r} is not of the form name.myshopify.com. Correct the store's domain.",
                code="invalid_store_domain",
            )
        return self.template.replace("{store_domain}", domain).rstrip("/")
