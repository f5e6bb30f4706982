"""One pass of an adapter between Orderbridge and Tryton, to be started every minute by whatever starts programs.

Everything it knows it reads from the two sides, so it may be stopped anywhere and started again: a document that was
booked is found by its reference, one that was acknowledged is in Orderbridge's list of what is still to be posted.

    URL=… KEY=… TRYTON_URL=http://…/<database>/rpc/ TRYTON_USER=… TRYTON_PASSWORD=… python adapter.py <shop>
"""

import os
import sys
from collections.abc import Callable
from xmlrpc.client import Fault

import books
from books import Booked, Unbookable
from rest import Json, Orderbridge, Refused
from signing_in import signed_in

ROW = "{:<12} {:<7} {:<10} {:>9} {:>8}   {:<7} {:>9} {:>8} {:>8}"
HEAD = ROW.format("document", "order", "number", "charged", "tax", "Tryton", "total", "tax", "adopted")

Say = Callable[[str], None]


class Adapter:
    """What goes from one side to the other for one shop."""

    def __init__(self, orderbridge: Orderbridge, shop: str, say: Say) -> None:
        self._orderbridge = orderbridge
        self._shop = shop
        self._say = say

    def pass_once(self) -> None:
        """Everything that is due, in the order in which one thing needs another."""
        self._tell_items()
        self._number_customers()
        self._collect()
        self._post()
        self._tell_shipments()

    def _tell_items(self) -> None:
        items = books.goods()
        for start in range(0, len(items), 250):
            self._orderbridge.send("POST", "/v1/items/batch", {"items": items[start : start + 250]})

    def _number_customers(self) -> None:
        for new in self._orderbridge.every("/v1/new-customers"):
            no = books.number_customer(new)
            self._orderbridge.send("POST", f"/v1/new-customers/{new['id']}/acknowledge", {"no": no})
            self._say(f"{new['name']} is party {no}")

    def _collect(self) -> None:
        """Prepare each released document and say under which number; nothing is final before Orderbridge agreed."""
        for document in self._documents("released"):
            try:
                number = self._prepare(document)
            except Unbookable as reason:
                self._orderbridge.send("POST", f"{path_of(document)}/reject", {"reason": str(reason)})
                self._say(f"{document['number']} is rejected: {reason}")
                continue
            try:
                said = {"erp_document_no": number, "version": document["version"]}
                self._orderbridge.send("POST", f"{path_of(document)}/acknowledge", said)
            except Refused as refusal:
                if refusal.code != "version_superseded":
                    raise
                self._say(f"{document['number']} has changed meanwhile; the next pass takes its new version")

    def _prepare(self, document: Json) -> str:
        if document["kind"] == "return_order":
            raise Unbookable("This adapter books credit memos; set refunds.create_as to credit_memo.")
        of_a_sale = document["kind"] == "sales_order"
        record = books.quoted_sale(document) if of_a_sale else books.draft_invoice(document)
        books.compare_net(document, record)
        return str(record.number) if of_a_sale else f"DRAFT-{record.id}"

    def _post(self) -> None:
        """Post what was acknowledged, now or in a pass that was interrupted."""
        for place, document in enumerate(self._documents("acknowledged")):
            if place == 0:
                self._say(HEAD)
            try:
                booked = books.post(document, books.invoice_of(document))
            except (Unbookable, Fault) as reason:
                # Acknowledged is a promise: it stays in the list, and each pass says so, until a person mended it.
                self._say(f"{document['number']} cannot be posted: {reason}")
                continue
            said = {"posted_document_no": booked.number, "posting_date": booked.posted_on}
            self._orderbridge.send("POST", f"{path_of(document)}/post", said)
            self._say(row(document, booked))

    def _tell_shipments(self) -> None:
        for shipment in books.done_shipments():
            document, lines = books.shipped_lines(shipment)
            if document is None:
                continue
            said = {"erp_shipment_no": shipment.number, "document_id": document, "lines": lines}
            told = self._orderbridge.send("POST", "/v1/shipments", said)
            shipment.reference = told["id"]
            shipment.save()
            self._say(f"shipment {shipment.number} of {told['order']['name']} is told as {told['id']}")

    def _documents(self, state: str) -> list[Json]:
        path = "/v1/sales-documents"
        return list(self._orderbridge.every(path, shop=self._shop, state=state, include="lines"))


def path_of(document: Json) -> str:
    return f"/v1/sales-documents/{document['id']}"


def row(document: Json, booked: Booked) -> str:
    totals = document["totals"]
    ours = document["kind"], document["order"]["name"], document["number"], totals["charged_by_shopify"], totals["tax"]
    theirs = booked.number, f"{booked.total:f}", f"{booked.tax:f}", f"{booked.corrected:f}"
    return ROW.format(*ours, *theirs)


if __name__ == "__main__":
    with signed_in(os.environ):
        Adapter(Orderbridge(os.environ["URL"], os.environ["KEY"]), sys.argv[1], print).pass_once()
