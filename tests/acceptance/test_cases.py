"""The acceptance cases, one test each, over HTTP between processes."""

import pytest

from tests.acceptance import case_vocabulary as words
from tests.acceptance.case_checks import check
from tests.acceptance.case_play import CasePlay
from tests.acceptance.clients import Erp
from tests.acceptance.harness import Simulator
from tests.acceptance.loader import FILE, load_cases
from tests.contract.shopify import test_points

CASES = load_cases()

pytestmark = pytest.mark.timeout(120)

CASES_PROVED_ELSEWHERE = {"RL-01": test_points.test_a_call_waits_no_longer_than_the_bucket_needs}
"""All of the case is mechanics of the reference (calls without a purpose, a clock): this test has its figures."""

CASES_THAT_PASS = (
    "OI-01 OI-02 OI-03 OI-05 CM-01 CM-03 CO-01 DO-01 DO-02 DO-03 DO-04 DO-05 DO-08 EI-01 EI-02 EI-04 EI-05 MP-01 JB-01"
    " JB-02 WH-01 RF-01 RF-02 RF-03 RF-04 RF-05 RF-08"
    " SH-01 SH-02 SH-04 AU-02 CM-05"
).split()


@pytest.mark.parametrize("name", [case for case in CASES if case not in CASES_PROVED_ELSEWHERE])
def test_a_case_of_the_reference_comes_out_as_it_says(name: str, erp: Erp, simulator: Simulator) -> None:
    case = CASES[name]
    desk = simulator.desk(case.store_domain)
    play = CasePlay(case, erp=erp, desk=desk)
    try:
        play.prepare()
        steps = case.expected.get("after_step", {})
        play.play(lambda step: check(play, steps.get(step, {})))
        check(play, steps.get("end", {}))
        check(play, case.expected)
    finally:
        play.clean_up()


def test_every_case_passes_or_is_proved_elsewhere() -> None:
    assert sorted([*CASES_THAT_PASS, *CASES_PROVED_ELSEWHERE]) == sorted(CASES)
    assert all(f"Case {case}" in (test.__doc__ or "") for case, test in CASES_PROVED_ELSEWHERE.items())


def test_a_step_that_is_checked_is_one_that_is_played() -> None:
    for case in CASES_THAT_PASS:
        played = {"end"} | {
            action.get("as") or next(iter(action.values())).get("as")
            for action in CASES[case].actions
            if isinstance(next(iter(action.values())), dict)
        }
        assert set(CASES[case].expected.get("after_step", {})) <= played, case


def test_every_setting_of_every_case_has_a_translation() -> None:
    leaves = {
        f"{group}.{leaf}"
        for case in CASES.values()
        for group, given in words.settings(case.settings).items()
        for leaf in given
    }
    assert leaves == set(words.SETTINGS.values())


def test_the_tables_of_what_is_not_translated_name_only_what_the_cases_say() -> None:
    said = FILE.read_text()
    for word in [*words.REFERENCE_MECHANICS, *words.WITHOUT_MEANING_HERE]:
        assert f"{word.rpartition('.')[2]}:" in said, word
