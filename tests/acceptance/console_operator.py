"""Somebody at a browser: opens pages, presses buttons, and looks whether a page can be used by everybody.

With ORDERBRIDGE_SCREENSHOTS naming a folder, every page that was looked at is kept there. With axe-core
(``make console-tools``) each page is looked at once for what people who cannot see or use a mouse would stumble over.
"""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from app.api.console.remedies import REMEDIES

SCREENSHOTS = os.environ.get("ORDERBRIDGE_SCREENSHOTS")
AXE = Path(__file__).parents[2] / ".cache" / "console" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
WIDTHS = (390, 1280)
"""A phone's and a screen's, in pixels."""
MOST_TABS = 100
_RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def axe_complaints(page: Page) -> list[str]:
    """What is seriously wrong with a page for some people; nothing where axe-core is not there."""
    if not AXE.exists():
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE)
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS
    ]


@dataclass(kw_only=True)
class Operator:
    """Somebody at a browser."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """What the browser had against a page: refused files, errors of scripts."""
    pressed: set[str] = field(default_factory=set)
    """The remedies whose buttons were pressed."""
    _looked_at: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._sent)

    @cached_property
    def _remedies(self) -> dict[str, re.Pattern[str]]:
        return {each.path: re.compile("/console" + re.sub(r"\{\w+\}", "[^/]+", each.path)) for each in REMEDIES}

    def _heard(self, said: Any) -> None:
        if said.type == "error":
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _sent(self, request: Request) -> None:
        path = urlsplit(request.url).path
        if request.method == "POST":
            self.pressed.update(name for name, pattern in self._remedies.items() if pattern.fullmatch(path))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.look()

    def look(self) -> None:
        """Nothing is wrong with the page itself, on a screen and on a phone."""
        complaints, self.complaints = self.complaints, []
        assert complaints == []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
            self._look_closely(width)
            if SCREENSHOTS:
                name = self.page.url.removeprefix(self.url).strip("/").replace("/", "_").replace("?", "_")[:80]
                self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}_{width}.png", full_page=True)

    def _look_closely(self, width: int) -> None:
        """Once for each kind of page, and again where it says or offers something else."""
        kind = re.sub(r"[a-z]{3}_[0-9a-z]{20,}", "_", urlsplit(self.page.url).path)
        seen = f"{kind} {sorted(set(self.page.locator('h2, button').all_inner_texts()))}"
        if (seen, width) not in self._looked_at:
            self._looked_at.add((seen, width))
            assert axe_complaints(self.page) == [], self.page.url

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def tab_to(self, wanted: str) -> None:
        """Go on by the Tab key alone to what has this name or says this."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate("[document.activeElement.name || '', document.activeElement.textContent.trim()]")
            if wanted in at:
                return
        raise AssertionError(f"no Tab leads to {wanted}")

    def is_told(self, sentence: str) -> None:
        expect(self.page.locator(".said")).to_contain_text(sentence)
        self.look()

    def presses(self, name: str, sentence: str) -> None:
        self.press(name)
        self.is_told(sentence)
