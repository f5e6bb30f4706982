"""By what a secret or a person of a test is recognised, wherever it turns up.

Secrets have the shapes that Shopify and we give them, or bear ``SECRET_MARK``; what `secrets` draws is known by value
(`tests.canaries.drawn`). Persons have an e-mail address, a phone number in international form, or one of the family
names and streets below; builders and the simulator give no others, which a test sees to. Knows of no place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.store_simulator.orders.markets import MARKETS
from app.store_simulator.orders.people import LAST_NAMES

SECRET_MARK = "k4n4ri"
FAMILY_NAMES = (
    "Buyer", "Canary", "Dummy Customer", "Jansen", "Lastname", "Lovelace", "Miller", "Persoon", "Ruiz", "van Dam",
    *LAST_NAMES,
)  # fmt: skip
"""Of the persons that tests and the simulator make up; so is whatever begins with ``Kanari``."""
STREETS = (
    "Street", "straat", "Elsewhere", "Nowhere", "Elm", "Dike", "Quay", "Dam", "Damrak", "Calle Mayor", "Gran Via",
    *(street for market in MARKETS for street in market.streets),
)  # fmt: skip
"""Where they live, before the number of the house."""


class Kind(StrEnum):
    """What was found."""

    SECRET = "secret"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One that was found, and what stands around it."""

    kind: Kind
    around: str


_AROUND = 60
_NAMES = "|".join(map(re.escape, FAMILY_NAMES))
_STREETS = "|".join(map(re.escape, STREETS))
_PERSONS = re.compile(
    r"[\w.+'-]{2}@[\w-]{3,}\.[A-Za-z]{2,}"
    rf"|\+\d{{9,15}}(?!\d)|[Kk]anari|612345987|\b(?:{_NAMES})\b|(?:{_STREETS}) \d"
)
# Not within an id of ours, which is drawn; an escaped character may stand before.
_TOKEN = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))shp[a-z]{2}_\w"
_SECRETS = re.compile(rf"{_TOKEN}|\bob_[A-Za-z0-9]{{8}}_[\w-]{{20}}|whsec_[A-Za-z0-9+/=_-]{{8}}|{SECRET_MARK}")


def canaries_in(said: bytes, *, secrets: Sequence[bytes] = (), persons: bool = True) -> list[Canary]:
    """What stands in it; ``secrets`` are such as are known by value, ``persons`` says whether those count."""
    text = said.decode(errors="replace")
    found = [*_by_value(said, secrets), *_by_look(text, _SECRETS, Kind.SECRET)]
    return [*found, *_by_look(text, _PERSONS, Kind.PERSON)] if persons else found


def _by_look(text: str, look: re.Pattern[str], kind: Kind) -> Iterator[Canary]:
    for found in look.finditer(text):
        yield Canary(kind=kind, around=text[max(found.start() - _AROUND, 0) : found.end() + _AROUND])


def _by_value(said: bytes, secrets: Sequence[bytes]) -> Iterator[Canary]:
    for secret in secrets:
        if (place := said.find(secret)) >= 0:
            around = said[max(place - _AROUND, 0) : place + len(secret) + _AROUND]
            yield Canary(kind=Kind.SECRET, around=around.decode(errors="replace"))
