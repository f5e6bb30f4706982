"""Identifiers made beside the statement that stores them, for rows whose id no caller needs beforehand."""

import os
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
_SHIFTS = range(120, -1, -10)
"""Two characters at a time: identifiers are made by the dozen for each order."""


def new_id(prefix: str) -> str:
    """``<prefix>_<26 characters>``: milliseconds, then 80 random bits; later ones sort after earlier ones."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return f"{prefix}_" + "".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])


class Ulids:
    """The ordinary ``IdFactory``."""

    def new(self, prefix: str) -> str:
        return new_id(prefix)
