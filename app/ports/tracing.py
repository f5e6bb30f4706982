"""Spans: what took how long within what else, told to whoever traces; nothing at all when nobody does."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Fact = str | int | float | bool


class Spans(Protocol):
    def open(self, name: str, **facts: Fact) -> AbstractContextManager[object]:
        """A span around what happens within; an exception ends it as failed. Facts hold no person and no secret."""
        ...

    def done(self, name: str, *, seconds: float, failed: bool = False, **facts: Fact) -> None:
        """A span of something that took so long and has just ended."""
        ...


class NoSpans:
    """Nobody traces."""

    def open(self, name: str, **facts: Fact) -> AbstractContextManager[object]:  # noqa: ARG002 - nobody looks
        """Nothing around it."""
        return nullcontext()

    def done(self, name: str, *, seconds: float, failed: bool = False, **facts: Fact) -> None:
        """Nothing to tell."""


NO_SPANS = NoSpans()
