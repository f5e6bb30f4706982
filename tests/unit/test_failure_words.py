"""What the queue says of an error that nobody foresaw."""

import json

import pytest

from app.services.failure_words import broke_off

OURS = 'import json\ndef fails():\n    json.loads(\'{"name": "Anna\')\n'


@pytest.mark.parametrize("root", ["/somewhere", "/usr/lib/python3.13/site-packages"])
def test_it_names_the_kind_and_the_innermost_line_of_ours_and_nothing_that_was_read(root: str) -> None:
    namespace: dict[str, object] = {}
    exec(compile(OURS, f"{root}/app/domain/thing.py", "exec"), namespace)
    with pytest.raises(json.JSONDecodeError) as caught:
        namespace["fails"]()  # type: ignore[operator]

    assert broke_off(caught.value) == (
        "The import broke off (JSONDecodeError at app/domain/thing.py:3); the log says more."
    )


def test_without_a_line_of_ours_it_names_the_kind() -> None:
    assert broke_off(KeyError("Anna")) == "The import broke off (KeyError); the log says more."
