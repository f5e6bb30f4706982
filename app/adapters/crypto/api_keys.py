"""API keys ``ob_<id>_<secret>``: made, taken apart and proved. Knows nothing of scopes, shops or storage.

The secret is 256 random bits, so a plain SHA-256 of it cannot be reversed by trying; a slow or keyed hash would add
nothing and would tie every ERP's key to the encryption keys, which must be replaceable.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

_ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are mistaken for one another when read aloud."""
_ID_LENGTH = 8
_SECRET_BYTES = 32
_FORM = re.compile(rb"ob_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class MintedApiKey:
    """A new key. ``text`` is shown to its owner once; only ``id`` and ``secret_hash`` are kept."""

    id: str
    text: str = field(repr=False)
    secret_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedApiKey:
    """A key as somebody sent it, well-formed but not proved."""

    id: str
    secret: bytes = field(repr=False)

    def matches(self, secret_hash: bytes) -> bool:
        """True if the secret has this hash; takes the same time whatever it differs in."""
        return hmac.compare_digest(hash_secret(self.secret), secret_hash)


def mint_api_key() -> MintedApiKey:
    """A key nobody has had before."""
    key_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return MintedApiKey(id=key_id, text=f"ob_{key_id}_{secret}", secret_hash=hash_secret(secret.encode()))


def parse_api_key(text: bytes) -> PresentedApiKey | None:
    """The parts of a key; None if it does not look like one of ours."""
    found = _FORM.fullmatch(text)
    return PresentedApiKey(id=found[1].decode(), secret=found[2]) if found else None


def hash_secret(secret: bytes) -> bytes:
    """What is stored for a secret: SHA-256 of its characters."""
    return hashlib.sha256(secret).digest()
