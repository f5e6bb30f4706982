"""Encryption of what must not be readable in the database, bound to the place it stands in."""

from typing import Protocol


class Keyring(Protocol):
    """``context`` is ``table.column:row_id``: a ciphertext moved elsewhere does not decrypt."""

    @property
    def newest(self) -> bytes:
        """What every ciphertext of the newest key begins with."""
        ...

    def encrypt(self, plain: bytes, *, context: str) -> bytes: ...

    def decrypt(self, cipher: bytes, *, context: str) -> bytes:
        """The plain bytes, whichever of the keys encrypted them."""
        ...

    def knows(self, cipher: bytes) -> bool:
        """True if the key that encrypted them is among ours."""
        ...
