"""Two API and two worker processes, one of each killed again and again under load, end where one quiet process does.

C8, C16b. A minute, or as many as ``ORDERBRIDGE_TEST_MINUTES`` says.
"""

import os
from collections.abc import Sequence

import pytest

from app.domain.erp_number import ERP_NUMBER_KEY
from tests.acceptance.clients import Json
from tests.acceptance.database import rows
from tests.acceptance.harness import all_documents, is_live
from tests.faults.checker import Account
from tests.faults.nemesis import Scene, scene

MINUTES = float(os.environ.get("ORDERBRIDGE_TEST_MINUTES", "1"))
SEED = 5

pytestmark = [pytest.mark.long, pytest.mark.timeout(600 + 60 * MINUTES)]


def result(stage: Scene) -> dict[str, list[object]]:
    """What an ERP and a merchant see at the end, without ids, numbers and times."""
    return {account.shop: [*_here(account), *_at_the_store(account)] for account in stage.accounts}


def _here(account: Account) -> list[object]:
    states = ("name", "state", "financial_status", "fulfilment_status", "cancelled_at", "conflict")
    orders = account.erp.every("/v1/orders", shop=account.shop)
    documents = [each for each in all_documents(account.erp, account.shop) if is_live(each)]
    return [
        *sorted(tuple(str(order[name]) for name in states) for order in orders),
        *sorted((each["order"]["name"], each["kind"], each["state"], str(_content(each))) for each in documents),
    ]


def _content(document: Json) -> object:
    return document["totals"], [
        (each["type"], each["no"], each["quantity"], each["amount"]) for each in document["lines"]
    ]


def _at_the_store(account: Account) -> Sequence[object]:
    return sorted(
        (
            order["name"],
            order.get("closedAt") is not None,
            sum(each["key"] == ERP_NUMBER_KEY for each in order["customAttributes"]),
            len(order["fulfillments"]),
            len(order["transactions"]),
        )
        for order in account.desk.state("orders")["orders"]
    )


def given_up(stage: Scene) -> list[str]:
    """Work that its table holds and nobody tries any more: what may explain the rest."""
    tables = {"orders_to_import": "shopify_id, error_code, attempts, wanted", "number_write_backs": "*"}
    return [
        f"{table}: {dict(row)}"
        for table, columns in tables.items()
        for row in rows(stage.house, f"SELECT {columns} FROM {table} WHERE due_at IS NULL")
    ]


def test_many_processes_that_die_come_to_the_same_result_as_a_quiet_one() -> None:
    with scene(apis=2, workers=2) as stormy:
        wrong = stormy.endure(60 * MINUTES, SEED)
        print(*wrong, *given_up(stormy), sep="\n")
        assert wrong == []
        orders, deaths, after_all = stormy.orders, stormy.house.kills, result(stormy)
        print(f"{MINUTES:g} minutes by {stormy.summary()}")
    with scene() as quiet:
        quiet.buy(orders)
        assert quiet.settled() == []
        assert quiet.house.kills == 0

        assert deaths >= 4
        assert after_all == result(quiet)
