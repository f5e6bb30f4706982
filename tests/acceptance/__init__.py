"""Whole processes over HTTP. The helpers' assertions explain themselves as those of tests do."""

import pytest

pytest.register_assert_rewrite(
    "tests.acceptance.case_checks",
    "tests.acceptance.case_play",
    "tests.acceptance.clients",
    "tests.acceptance.harness",
    "tests.acceptance.processes",
)
