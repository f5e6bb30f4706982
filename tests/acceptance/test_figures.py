"""What the dashboard and the alarms ask for, an installation that has seen its share tells: figures, labels, values."""

import json
import re
from functools import partial

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.clients import Erp
from tests.acceptance.harness import Simulator, place_orders, prepare_for_orders
from tests.acceptance.processes import until
from tests.docs.papers import CHECKOUT
from tests.webhook_receiver import Reply, receiving

SHOP, CLOSED = "figured", "figured-closed"
SIGNED_WRONGLY = {
    "X-Shopify-Topic": "orders/updated",
    "X-Shopify-Webhook-Id": "signed-wrongly",
    "X-Shopify-Shop-Domain": f"{SHOP}.myshopify.com",
    "X-Shopify-Hmac-Sha256": "wrong",
}
Sample = tuple[str, dict[str, str]]

DASHBOARD = json.loads((CHECKOUT / "deploy/grafana-dashboard.json").read_text())
RULES = yaml.safe_load((CHECKOUT / "deploy/prometheus-rules.yaml").read_text())
ASKED = [
    *(
        pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
    ),
    *(pytest.param(rule["expr"], id=rule["alert"]) for group in RULES["groups"] for rule in group["rules"]),
]

pytestmark = pytest.mark.long


def told(erp: Erp) -> list[Sample]:
    answer = erp.http.get("/metrics")
    families = text_string_to_metric_families(answer.text)
    return [(sample.name, dict(sample.labels)) for family in families for sample in family.samples]


def an_eventful_while(erp: Erp, simulator: Simulator) -> list[Sample]:
    """Orders by webhook, an endpoint that hears of them and one that refuses, a run that works and one that fails."""
    desk = simulator.desk(f"{SHOP}.myshopify.com")
    prepare_for_orders(erp, desk, SHOP, seed=3)
    erp.post("/v1/shops", {"code": CLOSED, "name": CLOSED, "store_domain": f"{CLOSED}.myshopify.com"})
    with receiving() as receiver:
        receiver.behave = lambda received: Reply(status=200 if received.path == "/well" else 500)
        made = [
            erp.post("/v1/webhook-endpoints", {"url": f"{receiver.url}/{path}", "shops": [SHOP, CLOSED]})["id"]
            for path in ("well", "ill")
        ]
        place_orders(desk, 2, seed=3, lines=(1, 1), emit=True)
        erp.finished_run(CLOSED, "import_orders", {"order_shopify_ids": ["1"]})
        until(lambda: {each.path for each in receiver.received} == {"/well", "/ill"}, what="both endpoints are called")
        desk.fault(kind="latency", seconds=3, times=1)
        erp.post(f"/v1/shops/{SHOP}/tasks/import_orders/runs", {})
        at_work = until_told(erp, "orderbridge_runs_running")
        until_told(erp, "orderbridge_deliveries_ended_last_hour")
        until_told(erp, "orderbridge_deliveries_retrying")
        until(partial(refused_and_told, erp), what="a webhook signed wrongly is told", seconds=40)
        found = [*at_work, *told(erp)]
        for each in made:
            erp.http.delete(f"/v1/webhook-endpoints/{each}").raise_for_status()
    return found


def refused_and_told(erp: Erp) -> bool:
    """Again and again: of a store that also signs rightly between two beats of a process nothing is told."""
    assert erp.http.post("/webhooks/shopify", json={}, headers=SIGNED_WRONGLY).status_code == 401
    return any(name == "orderbridge_webhooks_refused" for name, _ in told(erp))


def until_told(erp: Erp, name: str) -> list[Sample]:
    found: list[Sample] = []

    def is_told() -> bool:
        found[:] = told(erp)
        return any(each == name for each, _ in found)

    until(is_told, what=f"{name} is told")
    return found


@pytest.fixture(scope="module")
def samples(erp: Erp, simulator: Simulator) -> list[Sample]:
    return an_eventful_while(erp, simulator)


def wanted(expression: str) -> list[tuple[str, dict[str, str]]]:
    """The figures of an expression, each with the values of labels that it names, one at a time."""
    found: list[tuple[str, dict[str, str]]] = []
    for name, matchers in re.findall(r"\b((?:orderbridge|process)_\w+)(?:\{([^}]*)\})?", expression):
        found.append((name, {}))
        for label, values in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            found += [(name, {label: value}) for value in values.split("|")]
    return found


@pytest.mark.parametrize("expression", ASKED)
def test_every_figure_label_and_value_that_is_asked_for_is_told(samples: list[Sample], expression: str) -> None:
    figures = wanted(expression)
    grouped = {label for labels in re.findall(r"by \(([\w, ]+)\)", expression) for label in labels.split(", ")}

    assert figures
    for name, labels in figures:
        assert any(name == told and labels.items() <= given.items() for told, given in samples), (name, labels)
    given = {label for name, labels in samples if name in dict(figures) for label in labels}
    assert grouped <= given | {"instance"}
