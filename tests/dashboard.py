"""What the dashboard shows and the alarms go by: the expressions of both, as their files hold them."""

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

DEPLOY: Final = Path(__file__).parents[1] / "deploy"
RULES: Final = DEPLOY / "prometheus-rules.yaml"


def panels() -> list[str]:
    dashboard: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def figures_of(expressions: list[str]) -> set[str]:
    """The names of the families that are asked for, without what a histogram adds to its own."""
    named = re.findall(r"\b((?:orderbridge|process)_\w+)", " ".join(expressions))
    return {re.sub("_(bucket|count|sum)$", "", name) for name in named}
