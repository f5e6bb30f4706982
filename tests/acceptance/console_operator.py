"""Somebody at a browser: opens pages, presses buttons, and looks whether a page can be used by everybody.

With ORDERBRIDGE_SCREENSHOTS naming a folder, every page that was looked at is kept there. Each page is looked
at once by axe-core, for what people who cannot see or use a mouse would stumble over.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect, sync_playwright

from app.api.console.administration import ADMINISTRATION
from app.api.console.remedies import REMEDIES
from tests.acceptance.harness import Installation
from tests.acceptance.processes import command, until
from tests.missing_tools import AXE, needs

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
IN_A_BROWSER = [
    pytest.mark.long,
    pytest.mark.timeout(240),
    needs("chromium", "axe-core"),
]
"""Of every file that opens one."""

SCREENSHOTS = os.environ.get("ORDERBRIDGE_SCREENSHOTS")
SERIOUS = {"serious", "critical"}
WIDTHS = (390, 1280)
"""A phone's and a screen's, in pixels."""
MOST_TABS = 100
_FITS = """document.documentElement.scrollWidth <= window.innerWidth
    && [...document.querySelectorAll("button, .button")].every(each => each.scrollWidth <= each.clientWidth)"""
_RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def axe_complaints(page: Page) -> list[str]:
    """What is seriously wrong with a page for some people."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE)
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS
    ]


class Share(Enum):
    """Which file's tests press a button."""

    ORDERS = auto()
    QUEUES = auto()
    ADMINISTRATION = auto()


_OF_ORDERS = re.compile(r"/(orders|new-customers|sales-documents)/|.*/store-")


def share_of(path: str) -> Share:
    """The file that has to press the button of this path."""
    if path in {each.path for each in ADMINISTRATION}:
        return Share.ADMINISTRATION
    return Share.ORDERS if _OF_ORDERS.match(path) else Share.QUEUES


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
            until(lambda: self.page.evaluate(_FITS), what=f"{self.page.url} fits into {width} pixels")
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

    def sign_in(self, name: str, password: str) -> None:
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

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

    def pressed_all(self, share: Share) -> None:
        """Every button that this share's tests have to press; skipped where they did not run."""
        wanted = {path for path in self._remedies if share_of(path) is share}
        if len(wanted & self.pressed) < len(wanted) // 2:
            pytest.skip("the tests before it did not run")
        assert wanted - self.pressed == set()


@contextmanager
def an_operator(service: Installation, name: str) -> Iterator[Operator]:
    """An admin who signed in by the form."""
    made = command("users", "create", name, "--role", "admin", environment=service.environment)
    assert made.returncode == 0, made.stderr
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(10_000)
        found = Operator(page=page, url=service.url)
        found.open("/console")
        found.sign_in(name, made.stdout.strip())
        expect(page.get_by_role("heading", level=1)).to_have_text("What waits")
        yield found
        browser.close()
