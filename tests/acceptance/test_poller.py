"""A poller that knows only ``/openapi.json`` collects every document exactly once, while more are still arising."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.acceptance.clients import Erp, Json
from tests.acceptance.described_surface import DescribedSurface, Operation
from tests.acceptance.harness import (
    CLIENT_CREDENTIALS,
    Installation,
    Simulator,
    all_documents,
    place_orders,
    prepare_for_orders,
)
from tests.acceptance.processes import until

ORDERS = 120
SEED = 17
SHOP = "poller"
THE_ERPS_NUMBER = "erp_document_no"
"""What an ERP has to tell about a document: the word by which the poller finds its way through the description."""

pytestmark = pytest.mark.timeout(120)


class Poller:
    """Finds out how documents are listed and acknowledged, and does so."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=30)
        self.surface = DescribedSurface(self._http.get("/openapi.json").json())
        if self.surface.bearer():
            self._http.headers["Authorization"] = f"Bearer {key}"
        self.acknowledgement = self._acknowledgement()
        self.listing = self._listing(self.acknowledgement)
        self.booked: list[Json] = []

    def close(self) -> None:
        self._http.close()

    def collect(self) -> int:
        """One walk through the list; the number of documents booked and acknowledged."""
        before = len(self.booked)
        cursor: Json = {}
        while True:
            page = self._ask(self.listing, self.listing.path, params={**self._what_is_ready(), **cursor})
            for document in page["data"]:
                self._book(document)
            if page["next_cursor"] is None:
                return len(self.booked) - before
            cursor = {"cursor": page["next_cursor"]}

    def _book(self, document: Json) -> None:
        self.booked.append(document)
        assert self.acknowledgement.body is not None
        body = {name: document[name] for name in self.surface.properties(self.acknowledgement.body) if name in document}
        body[THE_ERPS_NUMBER] = f"ERP-{document['id']}"
        path = re.sub(r"\{[^}]+\}", document["id"], self.acknowledgement.path)
        self._ask(self.acknowledgement, path, json=body)

    def _what_is_ready(self) -> Json:
        """Released documents with their lines, as many a page as are allowed."""
        schemas = {name: each["schema"] for name, each in self.listing.parameters.items()}
        assert "released" in self.surface.words(schemas["state"])
        assert "lines" in self.surface.words(schemas["include"])
        most = self.surface.resolved(schemas["limit"])["maximum"]
        # Less than there are: a poller turns pages.
        return {"state": "released", "include": "lines", "limit": min(most, 20)}

    def _acknowledgement(self) -> Operation:
        """The POST on one thing that takes the ERP's number of it and the version that was read."""
        (found,) = (
            operation
            for operation in self.surface.operations()
            if operation.method == "POST"
            and operation.body is not None
            and {THE_ERPS_NUMBER, "version"} <= set(self.surface.properties(operation.body))
            and len(re.findall(r"\{", operation.path)) == 1
        )
        return found

    def _listing(self, acknowledgement: Operation) -> Operation:
        """The GET of the list in which those things stand."""
        path = acknowledgement.path.split("/{", maxsplit=1)[0]
        (found,) = (each for each in self.surface.operations() if (each.method, each.path) == ("GET", path))
        return found

    def _ask(self, operation: Operation, path: str, **given: Any) -> Json:
        answer = self._http.request(operation.method, path, **given)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        assert list(self.surface.faults(body, operation.answer)) == []
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    poller: Poller
    erp: Erp


@pytest.fixture(scope="module")
def collected(simulator: Simulator, running_service: Installation, erp: Erp) -> Iterator[Collected]:
    """A poller that has emptied the list of a shop whose orders came in meanwhile, by webhooks."""
    desk = simulator.desk("poller.myshopify.com")
    prepare_for_orders(erp, desk, SHOP, seed=SEED, credentials=CLIENT_CREDENTIALS)
    made = erp.post("/v1/api-keys", {"name": "poller", "scopes": SCOPES, "shops": [SHOP]})
    poller = Poller(running_service.url, made["key"])
    place_orders(desk, ORDERS, seed=SEED, lines=(1, 20), emit=True)

    def emptied() -> bool:
        # What was there before the walk began: only then does an empty walk mean the end.
        everything_came = len(list(erp.every("/v1/orders", shop=SHOP))) >= ORDERS
        return poller.collect() == 0 and everything_came

    until(emptied, what="the poller has collected everything", seconds=60)
    yield Collected(poller=poller, erp=erp)
    poller.close()


SCOPES = ["documents:read", "documents:write"]


def test_every_document_is_collected_exactly_once(collected: Collected) -> None:
    booked = Counter(document["id"] for document in collected.poller.booked)
    assert set(booked.values()) == {1}
    assert set(booked) == {document["id"] for document in all_documents(collected.erp, SHOP)}
    assert len(booked) > 0.9 * ORDERS


def test_what_was_booked_is_what_stands_there_now(collected: Collected) -> None:
    booked = {document["id"]: document for document in collected.poller.booked}
    for document in all_documents(collected.erp, SHOP):
        told = booked[document["id"]]
        assert (document["state"], document["erp_document_no"]) == ("acknowledged", f"ERP-{document['id']}")
        assert (told["version"], told["lines"], told["totals"]) == (
            document["version"],
            document["lines"],
            document["totals"],
        )


def test_the_poller_sees_only_the_shop_its_key_is_for(collected: Collected) -> None:
    assert {document["shop"] for document in collected.poller.booked} == {SHOP}
