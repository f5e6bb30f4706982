"""docs/tasks.md has every task, with settings and tests that are there."""

import re

from app.domain.shop_settings import paths
from app.services.tasks import TASKS, TaskName
from tests.docs.papers import CHECKOUT, paper
from tests.docs.test_document_rules import names_of_tests

PAGE = paper("docs/tasks.md")
_TASK = re.compile(r"^\| ([^|]+) \| (`[^|]+`) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_COMPLAINT = re.compile(r"^\| ([^|]+) \| (`test_[^|]+`) \|$", re.MULTILINE)
NOT_RECURRING = {TaskName.ACT_ON_ORDER, TaskName.TEST_CONNECTION}
OF_THE_REFERENCE = [
    "orders",
    "document creation",
    "shipments",
    "products",
    "products, prices only",
    "images",
    "inventory",
    "customers",
    "companies",
    "payments",
    "disputes",
    "catalogs",
    "catalog prices",
]


def rows() -> list[tuple[str, str, str, str]]:
    return _TASK.findall(PAGE.text)


def words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_row_of_the_reference_is_there_in_its_order() -> None:
    assert [row[0] for row in rows()][: len(OF_THE_REFERENCE)] == OF_THE_REFERENCE


def test_every_recurring_task_has_a_row() -> None:
    told = {name for row in rows() for name in words(row[1])}

    assert {task.value for task in TASKS if task not in NOT_RECURRING} <= told


def test_every_setting_that_is_named_is_one() -> None:
    named = {name for row in rows() for name in words(row[2]) if "." in name}

    assert named - set(paths()) == set()


def test_every_test_that_is_named_is_there() -> None:
    files = [name for row in rows() for name in words(row[3])]
    tests = [name for complaint in _COMPLAINT.findall(PAGE.text) for name in words(complaint[1])]

    assert [name for name in files if not (CHECKOUT / name).is_file()] == []
    assert [name for name in tests if name not in names_of_tests()] == []
    assert len(tests) > len(OF_THE_REFERENCE)
