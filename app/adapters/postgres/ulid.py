"""Identifiers made beside the statement that stores them, for rows whose id no caller needs beforehand."""

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """``<prefix>_<26 characters>``: milliseconds, then 80 random bits; later ones sort after earlier ones."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


class Ulids:
    """The ordinary ``IdFactory``."""

    def new(self, prefix: str) -> str:
        return new_id(prefix)
