"""The shipments of a case: posted as its ERP posts them, and what came of them here and at the store."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.acceptance.case_vocabulary import REFERENCE_MECHANICS, UntranslatedWord
from tests.acceptance.clients import Json

if TYPE_CHECKING:
    from tests.acceptance.case_play import CasePlay

CREATE = "FulfilmentCreate"
ANSWER = "fulfillmentCreate_answer"
REASONS = {
    "no corresponding fulfilment lines": {"nothing_open", "third_party_location"},
    "no lines to fulfil": {"no_lines"},
    "order 999999 does not exist": {"order_unknown"},
    "not created in Shopify": {"refused_by_shopify"},
}
"""A shipment that is refused at once has its reason in the answer (the case's own note)."""


def post_shipment(play: "CasePlay", given: Json) -> None:
    """Keeps what was answered, by the case's name of the shipment."""
    order = {"order_name": given["order"]} if "order" in given else {"shopify_order_id": str(given["shopify_order_id"])}
    body: Json = {
        "erp_shipment_no": f"{play.case.shop}-{given['id']}",
        "shop": play.case.shop,
        **order,
        "lines": list(_all_lines(play, given["order"])) if given.get("all_lines") else _lines(given["lines"]),
        "tracking": [{"number": given["tracking_number"]}] if "tracking_number" in given else [],
        "shipping_agent_code": given.get("agent"),
    }
    play.posted_shipments[given["id"]] = play.erp.send("POST", "/v1/shipments", body).json()


def push_shipments(play: "CasePlay", _given: Json) -> None:
    play.erp.finished_run(play.case.shop, "push_shipments")


def plant_refusal(play: "CasePlay", state: Json) -> None:
    """The answer that the case's store gives: ours gives its own, unless it is to refuse."""
    assert ANSWER in REFERENCE_MECHANICS
    refused = state.pop(ANSWER, {}).get("userErrors")
    if refused:
        play.desk.fault(kind="user_errors", operation=CREATE, mutation="fulfillmentCreate", userErrors=refused)


def _lines(given: list[Json]) -> list[Json]:
    return [{"shopify_line_id": str(line["line"]), "quantity": str(line["quantity"])} for line in given]


def _all_lines(play: "CasePlay", name: str) -> Iterator[Json]:
    for line in play.erp.every(f"/v1/orders/{play.order(name)['id']}/lines"):
        yield {"shopify_line_id": line["shopify_id"], "quantity": line["quantity"]}


def _created(play: "CasePlay") -> list[Json]:
    return [call["variables"]["fulfillment"] for call in play.desk.calls() if call["operation"] == CREATE]


def check_mutations(play: "CasePlay", expected: list[Json]) -> None:
    for mutation in expected:
        assert mutation["name"] == "fulfillmentCreate", mutation
        created = _created(play)
        assert len(created) == mutation["count"]
        for word, value in mutation.items():
            if word not in {"name", "count"}:
                MUTATION_CHECKS[word](created, value)


def _input(created: list[Json], wanted: Json) -> None:
    [given] = created
    tracking = given["trackingInfo"]
    assert given["notifyCustomer"] is wanted["notifyCustomer"]
    assert (tracking["numbers"], tracking["company"]) == (
        [wanted["trackingInfo"]["number"]],
        wanted["trackingInfo"]["company"],
    )
    assert given["lineItemsByFulfillmentOrder"] == wanted["lineItemsByFulfillmentOrder"]


def _each_input(created: list[Json], wanted: Json) -> None:
    for given in created:
        _only_for(given, wanted["fulfillmentOrderId"])
        assert given["trackingInfo"]["numbers"] == [wanted["trackingInfo.number"]]


def _only_for(given: Json, order: str) -> None:
    assert [group["fulfillmentOrderId"] for group in given["lineItemsByFulfillmentOrder"]] == [order]


def _shipped_lines(given: Json) -> list[Json]:
    return [line for group in given["lineItemsByFulfillmentOrder"] for line in group["fulfillmentOrderLineItems"]]


def _line_counts(created: list[Json], counts: list[int]) -> None:
    assert [len(_shipped_lines(given)) for given in created] == counts


def _no_line_twice(created: list[Json], _true: bool) -> None:
    lines = [line["id"] for given in created for line in _shipped_lines(given)]
    assert len(lines) == len(set(lines))


MUTATION_CHECKS: dict[str, Any] = {
    "input": _input,
    "each_input_contains": _each_input,
    "line_counts": _line_counts,
    "no_line_twice": _no_line_twice,
    "only_for_fulfillment_order": lambda created, order: _only_for(
        created[0], f"gid://shopify/FulfillmentOrder/{order}"
    ),
}


def check_shipments(play: "CasePlay", expected: list[Json]) -> None:
    """The id is the store's to give; what counts is that it is that of the one fulfilment there is."""
    for shipment in expected:
        found = play.erp.get(f"/v1/shipments/{play.posted_shipments[shipment['id']]['id']}")
        assert found["state"] == "synchronised", found
        assert [parcel["number"] for parcel in found["tracking"]] == [shipment["tracking_number"]]
        assert len({number for line in found["results"] for number in line["fulfilment_shopify_ids"]}) == 1


def check_skipped(play: "CasePlay", expected: list[Json]) -> None:
    for record in expected:
        posted = play.posted_shipments[record["record"]]
        reason = posted["code"] if "code" in posted else play.erp.get(f"/v1/shipments/{posted['id']}")["reason"]
        if record["reason_about"] not in REASONS:
            raise UntranslatedWord(record["reason_about"])
        assert reason in REASONS[record["reason_about"]], (record, reason)


def check_imported_lines(play: "CasePlay", expected: dict[str, int]) -> None:
    for name, count in expected.items():
        assert len(list(_all_lines(play, name))) == count
