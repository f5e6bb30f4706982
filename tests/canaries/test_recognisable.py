"""S10, S11: whoever a test makes up, and whatever it keeps secret, is recognised when it turns up elsewhere.

Looks at the words of the tests that reach a database or a process, by the name of what is given. Names and secrets
of tests in memory are nobody's concern.
"""

import re
from pathlib import Path

import pytest

from tests.canaries.marks import Kind, canaries_in

TESTS = Path(__file__).parents[1]
SEARCHED = ("acceptance", "api", "docs", "faults", "integration", "property")
NAMED = {
    **dict.fromkeys(("lastName", "last_name", "address1", "line1"), Kind.PERSON),
    **dict.fromkeys(("client_secret", "api_secret", "access_token", "refresh_token"), Kind.SECRET),
}
"""What holds a person's or a secret's own words."""
GIVEN = re.compile(rf"\b({'|'.join(NAMED)})\"?\s*[:=]\s*f?\"([^\"]+)\"")
"""A text given by name, in a dictionary or a call."""
FILLED_IN = re.compile(r"{[^}]*}")
SAYS_NOTHING = frozenset({"address", "Address", "Customer"})
"""A translation of names; and parts of a person whose other parts, beside them in the same builder, are recognised."""
FILES = sorted({*TESTS.glob("*.py"), *(file for folder in SEARCHED for file in (TESTS / folder).rglob("*.py"))})


def test_every_person_and_every_secret_of_the_tests_is_recognised() -> None:
    unknown = [
        f"{file.relative_to(TESTS)}: {name}={text!r}"
        for file in FILES
        for name, text in GIVEN.findall(file.read_text())
        if text not in SAYS_NOTHING and FILLED_IN.sub("", text)
        if NAMED[name] not in {each.kind for each in canaries_in(FILLED_IN.sub("1", text).encode())}
    ]

    assert unknown == [], "name a family or street of tests/canaries/marks.py, or give a secret its mark"


@pytest.mark.parametrize("name", ["Anna Buyer", "guest1234@example.org"])
def test_a_person_is_recognised_by_name_and_by_address(name: str) -> None:
    assert [each.kind for each in canaries_in(name.encode())] == [Kind.PERSON]
