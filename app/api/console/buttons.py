"""How a button works: what it asks the surface to do, with which fields of its form, and what it says afterwards.

Who may press it is decided by the surface, which knows the person's scopes. What was made to be kept secret is shown in
the answer itself, on a page that nobody is led to again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from app.api.console.desk import Desk, FormRefused, filled, own_address
from app.api.console.sessions import FORM_TOKEN, Said, comes_from_here
from app.api.console.surface import Call

IN_THE_BACKGROUND = 202
GOES_ON = "The store takes its time: this run goes on with it."
SHOWN_BEFORE = "It was shown once already, and is not shown again. Make another one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a form was sent with."""

    form: FormData

    def text(self, name: str) -> str:
        found = self.form.get(name)
        return found.strip() if isinstance(found, str) else ""

    def some(self, *names: str) -> dict[str, Any]:
        """The fields that were filled in."""
        return {name: self.text(name) for name in names if self.text(name)}

    def every(self, *names: str) -> dict[str, Any]:
        """The fields, those left empty as null."""
        return {name: self.text(name) or None for name in names}

    def ticked(self, *names: str) -> dict[str, bool]:
        """Boxes, whether they are ticked."""
        return {name: bool(self.text(name)) for name in names}

    def listed(self, name: str) -> list[str]:
        """The words of a field that takes several."""
        return self.text(name).replace(",", " ").split()

    def day(self, name: str, time: str) -> dict[str, str]:
        """A day that was filled in, as the instant at this time of it (UTC)."""
        return {name: f"{self.text(name)}T{time}Z"} if self.text(name) else {}

    def picked(self, name: str) -> list[str]:
        """The boxes of one name that are ticked."""
        return [str(each) for each in self.form.getlist(name)]


Body = Callable[[Given], object]
Tell = Callable[[Mapping[str, Any]], Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of the surface; a ``guarded`` one is refused when the thing changed since the page was made."""

    method: str
    path: str
    body: Body | None = None
    guarded: bool = False
    once: bool = False
    """Whether a form that is sent twice must not do it twice."""


def post(path: str, body: Body | None = None, *, guarded: bool = False, once: bool = False) -> Step:
    return Step(method="POST", path=path, body=body, guarded=guarded, once=once)


def put(path: str, body: Body, *, guarded: bool = False) -> Step:
    return Step(method="PUT", path=path, body=body, guarded=guarded)


def patch(path: str, body: Body) -> Step:
    return Step(method="PATCH", path=path, body=body)


def delete(path: str) -> Step:
    return Step(method="DELETE", path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Which field of the last answer is shown this once, unless it is null; what it is called, and what it is for."""

    field: str
    label: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button. ``said`` is told when all steps were done, with the fields of the address and of the last answer."""

    path: str
    steps: tuple[Step, ...]
    said: str | Tell
    leads_to: str | None = None
    """A page of the last answer instead of the one the button stands on."""
    secret: Secret | None = None


def remedy(
    path: str, said: str | Tell, *steps: Step, leads_to: str | None = None, secret: Secret | None = None
) -> Remedy:
    """A button; without steps it posts to the same address of the surface."""
    return Remedy(path=path, said=said, steps=steps or (post(f"/v1{path}"),), leads_to=leads_to, secret=secret)


async def checked_form(desk: Desk) -> Given:
    """What the form was sent with. Raises ``FormRefused`` unless this session was shown it."""
    given = Given(form=await desk.request.form())
    if not comes_from_here(desk.request) or not desk.visitor.sent(given.text(FORM_TOKEN)):
        raise FormRefused(own_address(given.text("back")))
    return given


async def press(desk: Desk, remedy: Remedy) -> Response:
    """Do what the button says, step by step; the first refusal ends it and is told with what was done before."""
    given = await checked_form(desk)
    back = own_address(given.text("back"))
    told = None
    for number, step in enumerate(remedy.steps):
        told = await desk.surface.ask(_call(desk, step, given))
        if told.refused:
            begun = [] if number == 0 else ["The document was let go of, but no new one is made yet:"]
            return desk.go(back, Said(good=False, sentences=[*begun, *told.sentences]))
    assert told is not None
    answered = {**desk.request.path_params, **(told.body or {})}
    if remedy.secret is not None and told.replayed:
        return _not_again(desk, back)
    if remedy.secret is not None and answered[remedy.secret.field] is not None:
        return _shown_once(desk, remedy, remedy.secret, answered, back)
    if told.status == IN_THE_BACKGROUND and not remedy.leads_to and "id" in answered:
        return desk.go(f"/console{filled('/runs/{id}', answered)}", Said(good=True, sentences=[GOES_ON]))
    target = f"/console{filled(remedy.leads_to, answered)}" if remedy.leads_to else back
    return desk.go(target, _said(remedy, answered))


def _said(remedy: Remedy, answered: Mapping[str, Any]) -> Said:
    if isinstance(remedy.said, str):
        return Said(good=True, sentences=[remedy.said.format_map(answered)])
    return remedy.said(answered)


def _shown_once(desk: Desk, remedy: Remedy, secret: Secret, answered: Mapping[str, Any], back: str) -> Response:
    [sentence] = _said(remedy, answered).sentences
    return desk.page(
        "secret.html", title=secret.label, secret=secret, value=answered[secret.field], sentence=sentence, back=back
    )


def _not_again(desk: Desk, back: str) -> Response:
    return desk.go(back, Said(good=False, sentences=[SHOWN_BEFORE]))


def _call(desk: Desk, step: Step, given: Given) -> Call:
    return Call(
        method=step.method,
        path=desk.address(step.path),
        body=step.body(given) if step.body else None,
        guarded_by=given.text("version") or None if step.guarded else None,
        once=given.text("once") or None if step.once else None,
    )
