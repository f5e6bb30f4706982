"""Who is looking: the cookie of a session, and the token that every form carries (S8).

The cookie is out of reach of scripts and of other sites. The form's token is made of the session's own, so nothing
more is kept; where a browser says from where a form comes, it must come from here.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.services.console_users import LONGEST, SignedIn

SESSION = "orderbridge_session"
SAID = "orderbridge_said"
FORM_TOKEN = "form_token"
COOKIES_FOR = "/console"
SAID_SECONDS = 60
MOST_SAID = 1500
"""Bytes: a cookie holds four kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who signed in, with the session's token."""

    signed_in: SignedIn
    token: str = field(repr=False)

    @property
    def form_token(self) -> str:
        digest = hmac.digest(self.token.encode(), b"forms of the console", "sha256")
        return base64.urlsafe_b64encode(digest).decode()

    def sent(self, form_token: object) -> bool:
        """Whether a form is one that this session was shown."""
        return isinstance(form_token, str) and hmac.compare_digest(self.form_token.encode(), form_token.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of the last button, for the page after it."""

    good: bool
    sentences: list[str]


def comes_from_here(request: Request) -> bool:
    """False if the browser says that another site sent the form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def keep_session(request: Request, response: Response, token: str) -> None:
    _set(request, response, SESSION, token, seconds=int(LONGEST.total_seconds()))


def end_session(response: Response) -> None:
    response.delete_cookie(SESSION, path=COOKIES_FOR)


def keep_said(request: Request, response: Response, said: Said, *, key: bytes) -> None:
    """Have the next page say it once."""
    text = json.dumps([said.good, _shortened(said.sentences)], ensure_ascii=False).encode()
    value = base64.urlsafe_b64encode(_signature(key, text) + text).decode()
    _set(request, response, SAID, value, seconds=SAID_SECONDS)


def said_before(request: Request, *, key: bytes) -> Said | None:
    """What the page before wanted said; nothing of it can come from elsewhere."""
    try:
        raw = base64.urlsafe_b64decode(request.cookies.get(SAID, ""))
    except ValueError:
        return None
    signature, text = raw[:32], raw[32:]
    if not text or not hmac.compare_digest(signature, _signature(key, text)):
        return None
    good, sentences = json.loads(text)
    return Said(good=good, sentences=sentences)


def forget_said(response: Response) -> None:
    response.delete_cookie(SAID, path=COOKIES_FOR)


def _set(request: Request, response: Response, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=COOKIES_FOR,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _shortened(sentences: list[str]) -> list[str]:
    kept: list[str] = []
    left = MOST_SAID
    for sentence in sentences:
        size = len(sentence.encode())
        if size > left:
            return [*kept, "…"] if kept else [sentence.encode()[:left].decode(errors="ignore") + " …"]
        kept.append(sentence)
        left -= size
    return kept


def _signature(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, b"said by the console\x00" + text, hashlib.sha256)
