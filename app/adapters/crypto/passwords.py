"""Passwords by Argon2id, one at a time beside the loop: each takes 64 MiB and a core for some tens of milliseconds."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


class Argon2Passwords:
    """RFC 9106's choice for less memory unless said otherwise; the parameters stand in every hash."""

    def __init__(self, *, memory_kib: int = 64 * 1024, passes: int = 3) -> None:
        self._memory_kib = memory_kib
        self._passes = passes
        self._turn = asyncio.Semaphore(1)

    async def hashed(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(lambda: self._argon2.hash(password))

    async def match(self, password: str, kept: str | None) -> bool:
        async with self._turn:
            return await asyncio.to_thread(self._match, password, kept)

    def _match(self, password: str, kept: str | None) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as below

        try:
            self._argon2.verify(kept or self._of_nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    @cached_property
    def _argon2(self) -> "PasswordHasher":
        # Nobody needs it before somebody signs in.
        from argon2 import PasswordHasher  # noqa: PLC0415

        return PasswordHasher(time_cost=self._passes, memory_cost=self._memory_kib)

    @cached_property
    def _of_nobody(self) -> str:
        return self._argon2.hash("")
