"""Whether a request that says it comes from Shopify's installation pages does: signature, age, shape (S23)."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

STORE_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")
LONGEST_AGE = timedelta(seconds=90)
"""Either way: what Shopify's own libraries allow between its clock and ours."""
NOT_SIGNED = frozenset({"hmac", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What Shopify sent a browser back with. Only these values are looked at, and it is these that must be signed."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, query: Sequence[tuple[str, str]]) -> "Callback":
        """Values as they were decoded from the query; of one that came twice the last."""
        return cls(values=dict(query))

    @property
    def store_domain(self) -> str:
        """Lower case; empty = it is not of the form of a store's."""
        told = self.values.get("shop", "").lower()
        return told if STORE_DOMAIN.fullmatch(told) else ""

    def signed_by(self, secret: str) -> bool:
        """Whether the whole query was signed with this secret; compared in constant time."""
        signed = sorted((name, value) for name, value in self.values.items() if name not in NOT_SIGNED)
        expected = hmac.new(secret.encode(), urlencode(signed).encode(), hashlib.sha256).hexdigest()
        given = self.values.get("hmac", "").encode("utf-8", "replace")
        return hmac.compare_digest(expected.encode(), given)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was sent just now."""
        told = self.values.get("timestamp", "")
        if not (told.isascii() and told.isdigit() and len(told) <= 12):
            return False
        return abs(now - datetime.fromtimestamp(int(told), UTC)) <= LONGEST_AGE
