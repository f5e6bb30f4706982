"""The one way a change to an order is refused: the user error that Shopify answers (field path, message, code).

Texts are those recorded from real stores. Knows no change in particular.
"""

from collections.abc import Sequence


class ChangeRefused(Exception):
    """Shopify would answer this user error and change nothing."""

    def __init__(self, message: str, *, field: Sequence[str] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = list(field) if field is not None else None
        self.code = code
