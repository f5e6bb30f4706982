"""What `deploy/` offers to whoever runs it: a unit that systemd takes, a dashboard and alarms of labels that exist."""

import configparser
import re
import subprocess
from pathlib import Path

import yaml

from app.adapters.telemetry.metrics import PREFIX
from app.settings import PREFIX as SETTING_PREFIX
from app.settings import Settings
from tests.architecture.source_files import CHECKOUT
from tests.dashboard import RULES, panels, rules
from tests.docs.papers import paper
from tests.missing_tools import needs

UNIT = CHECKOUT / "deploy" / "orderbridge.service"
TESTS_OF_RULES = CHECKOUT / "deploy" / "prometheus-rules.test.yaml"
LABELS_OF_THE_LIBRARY = {"le", "instance"}


class Section(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> Section:
    # Some keys may stand more than once.
    parser = Section(strict=False)
    parser.read_string(UNIT.read_text())
    return parser


def test_the_unit_starts_our_command_as_nobody_special_and_lets_it_end_by_itself() -> None:
    service = unit()["Service"]

    assert service["ExecStart"].split()[0].endswith("/bin/orderbridge")
    assert service["ExecStart"].split()[1:] == ["serve"]
    assert service["User"] not in {"root", "0"}
    assert (service["KillMode"], service["KillSignal"], service["Restart"]) == ("mixed", "SIGTERM", "always")
    assert int(service["TimeoutStopSec"]) > 20
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["CapabilityBoundingSet"]) == (
        "yes",
        "strict",
        "",
    )
    given = re.findall(r"^Environment=(.*)", UNIT.read_text(), re.MULTILINE)
    # Below /home it can look at nothing, and the database's driver looks into the account's home.
    assert f"HOME={service['WorkingDirectory']}" in given
    settings = re.findall(rf"{SETTING_PREFIX}(\w+)=", " ".join(given))
    assert settings
    assert {name.lower() for name in settings} <= set(Settings.model_fields)
    assert "deploy/orderbridge.service" in paper("docs/howto/run-it.md").text


@needs("systemd-analyze")
def test_systemd_takes_the_unit_and_finds_it_well_protected(tmp_path: Path) -> None:
    there = tmp_path / UNIT.name
    # What is started is looked for, and is installed where the unit is, not here.
    there.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))

    verified = subprocess.run(["systemd-analyze", "verify", there], capture_output=True, text=True, check=False)

    assert (verified.returncode, verified.stderr) == (0, "")
    # Out of a hundred, the less the better.
    looked_at = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(there)]
    assert subprocess.run(looked_at, capture_output=True, check=False).returncode == 0


def test_every_label_of_the_dashboard_and_the_alarms_is_one_of_their_figures() -> None:
    table = re.findall(r"^\| (`[^|]+`) \|([^|]*)\|", paper("docs/howto/watch-it.md").text, re.MULTILINE)
    labels = {
        name: set(re.findall(r"`(\w+)`", given)) for names, given in table for name in re.findall(r"`(\w+)`", names)
    }
    for each in [*panels(), *(rule["expr"] for rule in rules())]:
        figures = re.findall(rf"\b{PREFIX}(\w+?)(?:_bucket|_count)?\b(?!\w)", each)
        known = LABELS_OF_THE_LIBRARY.union(*(labels[name] for name in figures))
        grouped = {label for group in re.findall(r"by \(([\w, ]+)\)", each) for label in group.split(", ")}
        assert grouped <= known, each


def test_every_alarm_says_what_is_wrong_and_what_to_do_and_is_tried() -> None:
    tried = yaml.safe_load(TESTS_OF_RULES.read_text())["tests"]
    raised = {case["alertname"] for test in tried for case in test["alert_rule_test"] if case.get("exp_alerts")}
    kept_back = {case["alertname"] for test in tried for case in test["alert_rule_test"] if not case.get("exp_alerts")}

    assert {rule["alert"] for rule in rules()} == raised == kept_back
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert min(len(rule["annotations"][each]) for each in ("summary", "description")) > 10


@needs("promtool")
def test_prometheus_takes_the_alarms_and_raises_them_when_it_should_and_takes_what_panels_ask(tmp_path: Path) -> None:
    asked = tmp_path / "panels.yaml"
    recorded = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(panels())]
    asked.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))

    for command in (["check", "rules", str(RULES), str(asked)], ["test", "rules", str(TESTS_OF_RULES)]):
        said = subprocess.run(["promtool", *command], capture_output=True, text=True, check=False)

        assert said.returncode == 0, said.stdout + said.stderr
