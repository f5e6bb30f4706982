"""Pages from templates: everything escaped, nothing from elsewhere, no script or style that is not a file of ours."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app.api.console.mending import place_of

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Pages:
    """The templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            words=words, instant=instant, segment=segment, money=money, query=query, value=value, place_of=place_of
        )

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page as an answer."""
        text = self._environment.get_template(name).render(**values)
        return HTMLResponse(text, status_code=status, headers=HEADERS)


def words(name: object) -> str:
    """``orders_in_conflict`` as a person reads it."""
    return str(name).replace("_", " ").replace("-", " ")


def segment(text: object) -> str:
    """A number or id as one part of an address."""
    return quote(str(text), safe="")


def query(parameters: dict[str, str]) -> str:
    """Filters as the end of an address; without any nothing."""
    given = {name: text for name, text in parameters.items() if text}
    return f"?{urlencode(given)}" if given else ""


def money(amount: dict[str, str] | None) -> str:
    """The shop's money, and the buyer's where that is another."""
    if amount is None:
        return "–"
    shop, presentment = amount["shop"], amount["presentment"]
    return shop if shop == presentment else f"{shop} ({presentment})"


def value(given: object) -> str:
    """Anything of a conflict's before and after, as a person reads it."""
    match given:
        case None:
            return "–"
        case bool():
            return "yes" if given else "no"
        case dict():
            return ", ".join(f"{words(name)}: {value(each)}" for name, each in given.items() if each not in (None, ""))
        case list():
            return ", ".join(value(each) for each in given) or "–"
        case _:
            return str(given)


def instant(text: str | None, now: datetime | None = None) -> Markup:
    """How long ago, with the instant itself beside it."""
    if text is None:
        return Markup("–")
    moment = datetime.fromisoformat(text)
    shown = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        text, shown, _ago(moment, now or datetime.now(UTC))
    )


def _ago(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    if seconds < 0:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"
