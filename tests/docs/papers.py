"""The project's pages as a test reads them: their links, their code blocks, the paths they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(
    r"(?:app|tests|alembic|docs|deploy|bench|examples|scripts|adapters|domain|ports|services|api|jobs|repositories)/[\w./*-]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A Markdown file of the project."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CHECKOUT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """The code blocks of one language, in their order."""
        return [body for found, body in _BLOCK.findall(self.text) if found == language]

    def links(self) -> list[str]:
        """Where its links lead."""
        return _LINK.findall(self.prose)

    def paths(self) -> Iterator[str]:
        """Files and folders that it names in code font."""
        for code in _CODE.findall(self.prose):
            if _PATH.fullmatch(code):
                yield code

    def modules(self) -> set[str]:
        """Files that it names in code font without saying where they lie."""
        return {code for code in _CODE.findall(self.prose) if re.fullmatch(r"\w+\.(?:py|graphql)", code)}

    def headings(self) -> list[str]:
        return re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)

    def anchors(self) -> set[str]:
        """The places in it that a link may name."""
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in self.headings()}


def paper(name: str) -> Paper:
    return Paper(path=CHECKOUT / name)


def papers() -> list[Paper]:
    """Every page of the project."""
    found = [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md"), *(CHECKOUT / "examples").rglob("*.md")]
    return [Paper(path=path) for path in sorted(found)]
