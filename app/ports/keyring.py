"""Encryption of what must not be readable in the database, bound to the place it stands in."""

from typing import Protocol


class Keyring(Protocol):
    """``context`` is ``table.column:row_id``: a ciphertext moved elsewhere does not decrypt."""

    def encrypt(self, plain: bytes, *, context: str) -> bytes: ...

    def decrypt(self, cipher: bytes, *, context: str) -> bytes:
        """The plain bytes, whichever of the keys encrypted them."""
        ...
