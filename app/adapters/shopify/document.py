"""A GraphQL document as it is sent: its text with the fragments it names, and the type of its answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Generic, TypeVar

import msgspec

Answer = TypeVar("Answer")

_FOLDER: Final = "app.adapters.shopify.documents"
_FRAGMENT: Final = re.compile(r"^fragment (\w+) on ", re.MULTILINE)
_SPREAD: Final = re.compile(r"\.\.\.(\w+)")


Flags = Mapping[str, bool]
"""Which optional parts of a document are included, by the name of their variable."""

NO_FLAGS: Final[Flags] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize:
    """How much a document asks for at once; a smaller one is the way out when Shopify calls the page too dear."""

    name: str
    variables: dict[str, int]
    estimate: int
    """Points requested, by the calibrated model; what Shopify states replaces it."""
    ids: int = 1
    """How many ids a document by ids is given at most."""


class Document(Generic[Answer]):
    """One operation of ours. ``sizes`` run from the largest to the smallest."""

    def __init__(self, file: str, answer: type[Answer], *sizes: PageSize, mutation: bool = False) -> None:
        self.file = file
        self.text = document_text(file)
        self.operation = operation_name(self.text)
        self.answer = answer
        self.sizes = sizes
        self.mutation = mutation
        self._decoder = msgspec.json.Decoder(answer)

    def decoded(self, data: bytes | msgspec.Raw) -> Answer:
        """The typed answer; raises msgspec.DecodeError when it is not of the schema's shape."""
        return self._decoder.decode(data)

    def cost_key(self, size: PageSize, flags: Flags) -> str:
        """Under which name the cost of this document at this size, with these parts, is remembered."""
        return "+".join([f"{self.operation}:{size.name}", *(name for name, included in flags.items() if included)])

    def smaller(self, size: PageSize) -> PageSize | None:
        """The next smaller page size, if there is one."""
        place = self.sizes.index(size) + 1
        return self.sizes[place] if place < len(self.sizes) else None


def operation_name(text: str) -> str:
    """The name of the document's one operation."""
    found = re.search(r"^(?:query|mutation) (\w+)", text, re.MULTILINE)
    if found is None:
        raise ValueError("a document must begin with a named operation")
    return found.group(1)


@cache
def document_text(file: str) -> str:
    """The text of a document with every fragment it needs, directly or through another."""
    text = _without_comments(files(_FOLDER).joinpath(f"{file}.graphql").read_text(encoding="utf-8"))
    needed: dict[str, str] = {}
    waiting = _SPREAD.findall(text)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = _fragments()[name]
            waiting += _SPREAD.findall(needed[name])
    return "\n".join([text, *(needed[name] for name in sorted(needed))])


@cache
def _fragments() -> dict[str, str]:
    text = _without_comments(files(_FOLDER).joinpath("fragments.graphql").read_text(encoding="utf-8"))
    starts = list(_FRAGMENT.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {start.group(1): text[start.start() : end].strip() for start, end in zip(starts, ends, strict=True)}


def _without_comments(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))
