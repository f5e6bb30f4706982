"""What a run may be asked: wrong parameters are refused by name."""

from typing import Any

import pytest

from app.ports.errors import InvalidInput
from app.services.task_input import check_input
from app.services.tasks import TASKS, TaskName

IMPORT = TASKS[TaskName.IMPORT_ORDERS]


@pytest.mark.parametrize("bound", ["created_from", "created_to"])
def test_a_range_may_be_read_by_a_bulk_operation(bound: str) -> None:
    check_input(IMPORT, {}, {bound: "2026-01-01T00:00:00Z", "bulk": True})


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"bulk": True}, "/parameters/bulk"),
        ({"bulk": True, "updated_since": "2026-01-01T00:00:00Z"}, "/parameters/bulk"),
        ({"bulk": "yes", "created_from": "2026-01-01T00:00:00Z"}, "/parameters/bulk"),
        ({"created_from": "2026-01-02T00:00:00Z", "created_to": "2026-01-01T00:00:00Z"}, "/parameters/created_from"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(parameters: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_input(IMPORT, {}, parameters)

    assert refused.value.errors[0].pointer == pointer
