"""Encrypts what must not be readable in the database: AES-256-GCM, bound to the place it stands in, keys replaceable.

A ciphertext is ``version (1) · key id (4) · nonce (12) · AES-GCM output``. The key id says which key of the ring made
it, so that the newest encrypts and every one decrypts. Knows nothing of tables or of what is encrypted.
"""

import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from app.ports.errors import ConnectorError

KEY_BYTES = 32
VERSION = b"\x01"
ID_BYTES = 4
NONCE_BYTES = 12
"""96 random bits: safe for 2³² values under one key; there will never be as many credentials."""
_OVERHEAD = len(VERSION) + ID_BYTES + NONCE_BYTES + 16


class SecretUnreadable(ConnectorError):
    """A stored secret cannot be decrypted: its key is missing, or the value was changed or moved."""

    code = "secret_unreadable"


class AesGcmKeyring:
    """The keyring of an installation; ``keys`` are 32 random bytes each, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        _require_keys(keys)
        self._ciphers = {_derived(key, b"key id")[:ID_BYTES]: AESGCM(_derived(key, b"encryption")) for key in keys}
        if len(self._ciphers) != len(keys):
            raise ValueError("Two encryption keys cannot be told apart. Replace one of them.")
        self._newest = next(iter(self._ciphers))

    def encrypt(self, plain: bytes, *, context: str) -> bytes:
        """The plain bytes under the newest key; readable only with the same ``context``."""
        header = self.newest
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[self._newest].encrypt(nonce, plain, header + context.encode())

    def decrypt(self, cipher: bytes, *, context: str) -> bytes:
        """The plain bytes, whichever key of the ring encrypted them. Raises SecretUnreadable."""
        header, nonce, body = self._parts(cipher, context)
        known = self._ciphers.get(header[len(VERSION) :])
        if known is None:
            raise SecretUnreadable(
                f"The key that encrypted {context} is not among the {len(self._ciphers)} given. "
                "Add it at the end of ORDERBRIDGE_ENCRYPTION_KEYS, or enter the secret again."
            )
        try:
            return known.decrypt(nonce, body, header + context.encode())
        except InvalidTag:
            raise SecretUnreadable(
                f"The stored value of {context} was changed, or belongs to another place. Enter the secret again."
            ) from None

    @property
    def newest(self) -> bytes:
        """What every ciphertext of the newest key begins with; another has to be made again before its key may go."""
        return VERSION + self._newest

    def knows(self, cipher: bytes) -> bool:
        """True if the key that made it is among ours."""
        return cipher.startswith(VERSION) and cipher[len(VERSION) : len(VERSION) + ID_BYTES] in self._ciphers

    @staticmethod
    def _parts(cipher: bytes, context: str) -> tuple[bytes, bytes, bytes]:
        if len(cipher) < _OVERHEAD or not cipher.startswith(VERSION):
            raise SecretUnreadable(
                f"The stored value of {context} is not a ciphertext of ours. Enter the secret again."
            )
        header_end = len(VERSION) + ID_BYTES
        return cipher[:header_end], cipher[header_end : header_end + NONCE_BYTES], cipher[header_end + NONCE_BYTES :]


class KeyedHash:
    """Hashes that cannot be guessed without a key: to find again what must not be stored.

    A plain hash of an e-mail address or phone number gives it away to whoever tries them all.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        _require_keys(keys)
        self._keys = [_derived(key, b"keyed hash") for key in keys]

    def of(self, value: bytes, *, context: str) -> bytes:
        """The hash to store, under the newest key; the same value in another context has another hash."""
        return self._under(self._keys[0], value, context)

    def candidates(self, value: bytes, *, context: str) -> Sequence[bytes]:
        """Every hash under which the value may have been stored, newest key first."""
        return [self._under(key, value, context) for key in self._keys]

    @staticmethod
    def _under(key: bytes, value: bytes, context: str) -> bytes:
        # The length in front keeps ("ab", "c") and ("a", "bc") apart.
        named = context.encode()
        return hmac.digest(key, len(named).to_bytes(4) + named + value, "sha256")


def _require_keys(keys: Sequence[bytes]) -> None:
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"Encryption keys of {KEY_BYTES} bytes are expected, at least one.")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=b"orderbridge " + purpose).derive(key)
