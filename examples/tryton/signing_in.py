"""Where Tryton is and who asks: three variables of the environment, one session for as long as the block runs."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from proteus import config


def signed_in(environment: Mapping[str, str]) -> AbstractContextManager[Any]:
    """A session: with a password in each call Tryton would hash it in each call, which takes longer than the work."""
    url, user, password = (environment[f"TRYTON_{each}"] for each in ("URL", "USER", "PASSWORD"))
    session: AbstractContextManager[Any] = config.set_xmlrpc_session(url, user, password)
    return session
