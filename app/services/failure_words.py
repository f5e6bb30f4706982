"""What a person is told of an error that nobody foresaw: its kind and its place in our code.

Never its message, which may hold what it stumbled over.
"""

import traceback
from pathlib import PurePath

PACKAGE = "app"
INSTALLED = "site-packages"


def broke_off(error: BaseException, *, what: str = "The import") -> str:
    """A sentence for whoever waits for it; the log has the whole story under the record's id."""
    place = _place(error)
    return f"{what} broke off ({type(error).__name__}{f' at {place}' if place else ''}); the log says more."


def _place(error: BaseException) -> str | None:
    """The innermost line of ours that the error came through, by its path below the package."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = PurePath(frame.filename).parts
        below = parts[parts.index(INSTALLED) + 1 :] if INSTALLED in parts else parts
        if PACKAGE in below and (below is parts or below[0] == PACKAGE):
            inside = below[below.index(PACKAGE) :]
            return f"{'/'.join(inside)}:{frame.lineno}"
    return None
