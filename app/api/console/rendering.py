"""Pages from templates: everything escaped, nothing from elsewhere, no script or style that is not a file of ours."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app.api.console.labels import COUNTS, CUES, EFFECTS, RESTOCKED, SHIPMENT_REMEDIES, TASKS
from app.api.console.mending import place_of
from app.domain.access import Scope

FOLDER = Path(__file__).parent
TOLD_BY_DAY = 14 * 86400
"""Seconds after which nobody counts days any more."""
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
        self._environment.globals.update(
            shipment_remedies=SHIPMENT_REMEDIES, counts=COUNTS, restocked=RESTOCKED, effects=EFFECTS, cues=CUES
        )
        self._environment.filters.update(
            words=words,
            instant=instant,
            day=day,
            segment=segment,
            money=money,
            query=query,
            value=value,
            rights=rights,
            pairs=pairs,
            task=task,
            zip=zip,
            place_of=place_of,
        )

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page as an answer."""
        text = self._environment.get_template(name).render(**values)
        return HTMLResponse(text, status_code=status, headers=HEADERS)


def words(name: object) -> str:
    """``orders_in_conflict`` as a person reads it."""
    return str(name).replace("_", " ").replace("-", " ")


def task(name: str) -> str:
    """What a task does, in two words."""
    return TASKS.get(name, words(name).capitalize())


def segment(text: object) -> str:
    """A number or id as one part of an address."""
    return quote(str(text), safe="")


def query(parameters: dict[str, str]) -> str:
    """Filters as the end of an address; without any nothing."""
    given = {name: text for name, text in parameters.items() if text}
    return f"?{urlencode(given)}" if given else ""


def money(amount: dict[str, str] | None, currency: str | None = "", presentment: str | None = "") -> str:
    """The shop's money, and the buyer's where it is told to be of another currency."""
    if amount is None:
        return "–"
    shop = f"{amount['shop']} {currency or ''}".strip()
    return f"{shop} ({amount['presentment']} {presentment})" if presentment and presentment != currency else shop


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
    """How long ago, or the day of what is long ago, with the instant itself beside it."""
    if text is None:
        return Markup("–")
    moment = datetime.fromisoformat(text)
    shown = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        text, shown, _ago(moment, now or datetime.now(UTC))
    )


def day(text: str) -> str:
    """The day of an instant."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d}"


def rights(scopes: Sequence[str]) -> str:
    """What scopes allow, as a person reads it."""
    if set(scopes) >= {each.value for each in Scope}:
        return "everything"
    sees, changes = _resources(scopes, "read"), _resources(scopes, "write")
    told = [("see and change", sees & changes), ("see", sees - changes), ("change", changes - sees)]
    return "; ".join(f"{verb} {', '.join(sorted(words(each) for each in which))}" for verb, which in told if which)


def _resources(scopes: Sequence[str], action: str) -> set[str]:
    return {each.removesuffix(f":{action}") for each in scopes if each.endswith(f":{action}")}


def pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are called what they are."""
    return [(each, each) for each in values]


def _ago(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    if seconds < 0:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if seconds >= TOLD_BY_DAY:
        return f"{moment.astimezone(UTC):%Y-%m-%d}"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"
