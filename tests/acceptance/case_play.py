"""Plays a case: its state into the store, its master data and links over the public API, then its actions one by one.

Every word is translated by ``case_vocabulary``; an action it does not know raises ``UntranslatedWord``.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.store_simulator.state import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.acceptance import case_shipments
from tests.acceptance.case_vocabulary import (
    REFERENCE_MECHANICS,
    UntranslatedWord,
    post_requests,
    put_requests,
    settings,
)
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import CREDENTIALS, UNLIMITED, all_documents, is_live
from tests.acceptance.loader import Case

CUSTOMER_LINKS = ("customers", "companies")
KEPT = {"/v1/customers/": {"name": "Of an earlier case"}, "/v1/items/": {"description": "Of an earlier case"}}
"""Shared by all shops of an installation and named by documents, so it stays, but nothing finds it any more."""

OUR_ADDRESS, OUR_DOOR = "<service callback URL>", "/webhooks/shopify"

DELETED = ("/v1/currency-mappings/", "/v1/tax-areas/", "/v1/shipping-agents/")
"""Shared by all shops, and taken away after the case."""

Checkpoint = Callable[[str], None]


class CasePlay:
    """One case against one running service."""

    def __init__(self, case: Case, *, erp: Erp, desk: StoreDesk) -> None:
        self.case = case
        self.erp = erp
        self.desk = desk
        self.runs: list[Json] = []
        self.documents_of_the_first_run: dict[str, Json] = {}
        self.refused_refunds: dict[str, str] = {}
        self.posted_shipments: dict[str, Json] = {}
        self.calls_of_step: dict[str, list[Json]] = {}
        self._updated_since: str | None = None
        self._erp_fault: Json | None = None
        self._shared: list[str] = []

    # Before the first action.

    def prepare(self) -> None:
        state = dict(self.case.state)
        self._updated_since = state.pop("earlier_sync_at", None)
        self._erp_fault = state.pop("erp_fault", None)
        case_shipments.plant_refusal(self, state)
        for mechanics in REFERENCE_MECHANICS.keys() & state.keys():
            del state[mechanics]
        for subscription in state.get("webhookSubscriptions", []):
            subscription["uri"] = subscription["uri"].replace(OUR_ADDRESS, f"{self.erp.http.base_url}{OUR_DOOR}")
        self._credentials = self._app_of(state)
        currency, zone = self.case.settings["shop_currency"], self.case.settings["time_zone"]
        if searches := state.get("customer_search"):
            # Whom a search finds is there, too.
            state["customers"] = [*state.get("customers", []), *(each for one in searches for each in one["nodes"])]
        shop = {"currencyCode": currency, "ianaTimezone": zone, **state.pop("shop", {})}
        self.desk.put(shop=shop, **{"throttle": UNLIMITED} | state)
        self._make_shop()
        self._send_master_data()

    def _make_shop(self) -> None:
        shop = {
            "code": self.case.shop,
            "name": self.case.id,
            "store_domain": self.case.store_domain,
            "credentials": self._credentials,
            "settings": settings(self.case.settings),
        }
        self.erp.post("/v1/shops", shop)

    def _app_of(self, state: Json) -> Json:
        """What we are given of the app; the store grants, renews and refuses by itself, with tokens of its making."""
        given = state.pop("token", None)
        if given is None:
            return CREDENTIALS
        self.desk.put(app={"access_token": None, "refresh_token": given["refresh_token"]})
        ends = datetime.now(UTC) + timedelta(seconds=given["access_token_expires_in_s"])
        app = {"client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_CLIENT_SECRET}
        tokens = {name: given[name] for name in ("access_token", "refresh_token")}
        return {"kind": "oauth", **app, **tokens, "access_token_expires_at": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}

    def _send_master_data(self) -> None:
        gone = self._customers_that_are_gone()
        for no in gone:
            self.erp.put(f"/v1/customers/{no}", {"name": no})
        owners = _address_owners(self.case.state.get("customers", []))
        for path, body in put_requests(self.case.master_data, shop=self.case.shop, address_owners=owners):
            if path.startswith((*KEPT, *DELETED)):
                self._shared.append(path)
            self.erp.put(path, body)
        for path, body in post_requests(self.case.master_data, shop=self.case.shop):
            self.erp.post(path, body)
        for no in gone:
            self.erp.ask("DELETE", f"/v1/customers/{no}", unlink=True)

    def _customers_that_are_gone(self) -> set[str]:
        """Numbers that are linked although the ERP no longer has them."""
        known = {row["no"] for row in self.case.master_data["customers"]}
        links = self.case.master_data["links"]
        return {no for word in CUSTOMER_LINKS for no in links.get(word, {}).values()} - known

    # The actions.

    def play(self, checkpoint: Checkpoint) -> None:
        """Do every action; ``checkpoint`` is called with the name of each that has one."""
        actions: dict[str, Callable[[Any], None]] = {
            "sync_orders": self._import_orders,
            "set_shop_settings": self._change_settings,
            "shopify_add": self._put,
            "shopify_change": self._change_orders,
            "shopify_change_rule": self._change_rule,
            "process_order": self._make_document,
            "process_open_orders": self._make_documents,
            "link_variant": self._link_variants,
            "resolve_conflict": self._resolve_conflict,
            "try_refund_document": self._try_refund_document,
            "export_customer": self._export_customer,
            "post_shipment": lambda given: case_shipments.post_shipment(self, given),
            "sync_shipments": lambda given: case_shipments.push_shipments(self, given),
        }
        for action in self.case.actions:
            word, given = next(iter(action.items()))
            if word not in actions:
                raise UntranslatedWord(word)
            step = action.get("as") or (given.get("as") if isinstance(given, dict) else None)
            made_before = self.desk.spent()["calls"]
            actions[word](given)
            if step:
                self.calls_of_step[step] = self.desk.calls(since=made_before)
                checkpoint(step)

    def _import_orders(self, _given: Json) -> None:
        parameters = {"updated_since": self._updated_since} if self._updated_since else {}
        self.runs.append(self.erp.finished_run(self.case.shop, "import_orders", parameters))
        if self._erp_fault is not None:
            self._refuse_document(self._erp_fault)
            self._erp_fault = None

        if len(self.runs) == 1:
            self.documents_of_the_first_run = {document["id"]: document for document in self.documents()}

    def _resolve_conflict(self, given: Json) -> None:
        self.erp.post(f"/v1/orders/{self.order(given['order'])['id']}/resolve-conflict")

    def _refuse_document(self, fault: Json) -> None:
        """The peer writes into its ERP and is refused; ours offers the document, and the ERP rejects it."""
        assert fault["times"] == 1, "a document is rejected once"
        refused = [each for each in self.documents() if each["order"]["name"] == fault["on_document_for"]]
        assert len(refused) == 1, f"there is no document of {fault['on_document_for']} to reject"
        self.erp.post(f"/v1/sales-documents/{refused[0]['id']}/reject", {"reason": f"The ERP: {fault['answer']}"})

    def _change_settings(self, given: Json) -> None:
        given = {word: value for word, value in given.items() if word != "as"}
        self.erp.patch(f"/v1/shops/{self.case.shop}", {"settings": settings(given)})
        if "order_webhooks" in given:
            # It is due at once by itself; its end is what a run has.
            run = self.erp.post(f"/v1/shops/{self.case.shop}/webhook-subscriptions/repair")
            assert self.erp.end_of(run["id"])["state"] == "succeeded"

    def _put(self, objects: Json) -> None:
        self.desk.put(**objects)

    def _change_rule(self, rule: str) -> None:
        assert rule == "401 for every token"
        self.desk.fault(kind="unauthorized", times=100)

    def _change_orders(self, changes: list[Json]) -> None:
        for change in changes:
            words = set(change) - set(REFERENCE_MECHANICS)
            if words == {"shop"}:
                self.desk.put(shop=change["shop"])
            elif words <= {"order", "set", "transaction"}:
                moved = change.get("transaction")
                refunds = self._change_transaction(change["order"], moved) if moved else {}
                self.desk.change_order(change["order"], emit=False, **change["set"], **refunds)
            else:
                raise UntranslatedWord(f"shopify_change: {', '.join(change)}")

    def _change_transaction(self, name: str, transaction: Json) -> Json:
        """The order's refunds with one of their transactions changed."""
        orders = self.desk.state("orders")["orders"]
        refunds: list[Json] = next(order for order in orders if order["name"] == name)["refunds"]
        for each in (each for refund in refunds for each in refund["transactions"]):
            if each["id"].endswith(f"/{transaction['id']}"):
                each["status"] = transaction["status"]
        return {"refunds": refunds}

    def _try_refund_document(self, shopify_id: int) -> None:
        answer = self.erp.send("POST", f"/v1/refunds/{self.refund(shopify_id)['id']}/create-document")
        assert answer.status_code == 409, answer.text
        self.refused_refunds[str(shopify_id)] = answer.json()["detail"]

    def _export_customer(self, no: str) -> None:
        run = self.erp.post(f"/v1/shops/{self.case.shop}/exports/customers", {"customer_nos": [no]})
        assert self.erp.end_of(run["id"])["state"] == "succeeded"

    def _make_document(self, name: str) -> None:
        self.erp.post(f"/v1/orders/{self.order(name)['id']}/create-document")

    def _make_documents(self, _given: Json) -> None:
        """For every order without a document, those a person must ask for included."""
        self.runs.append(self.erp.finished_run(self.case.shop, "create_documents"))
        for order in self.orders():
            if any(problem["code"] == "document_rejected" for problem in order["problems"]):
                self._make_document(order["name"])

    def _link_variants(self, links: dict[str, str]) -> None:
        for variant, item_no in links.items():
            self.erp.put(f"/v1/shops/{self.case.shop}/store-variants/{variant}", {"item_no": item_no})

    # What came of it.

    @property
    def asks_for_documents(self) -> bool:
        """Whether anything in the case makes documents: the shop by itself, or somebody."""
        by_hand = any(word.startswith("process_") for action in self.case.actions for word in action)
        return bool(self.case.settings["auto_create_orders"]) or by_hand

    def order_subscriptions(self) -> list[Json]:
        """Of the store's subscriptions to new orders those that lead to us."""
        found = self.desk.state("webhookSubscriptions")["webhookSubscriptions"]
        return [each for each in found if each["topic"] == "ORDERS_CREATE" and each["uri"].endswith(OUR_DOOR)]

    def orders(self) -> list[Json]:
        return list(self.erp.every("/v1/orders", shop=self.case.shop))

    def order(self, name: str) -> Json:
        found = [order for order in self.orders() if order["name"] == name]
        assert len(found) == 1, f"{len(found)} orders are named {name}"
        return found[0]

    def documents(self) -> list[Json]:
        """The live ones."""
        return [document for document in all_documents(self.erp, self.case.shop) if is_live(document)]

    def refund_documents(self) -> dict[str, Json]:
        """The live ones of refunds, by Shopify's id of the refund."""
        return {each["refund"]["shopify_id"]: each for each in self.documents() if each["refund"] is not None}

    def refund(self, shopify_id: int) -> Json:
        (found,) = self.erp.every("/v1/refunds", shop=self.case.shop, shopify_id=str(shopify_id))
        return found

    def created_customers(self) -> list[Json]:
        return [each for each in self.erp.every("/v1/new-customers") if each["shop"] == self.case.shop]

    # Afterwards.

    def clean_up(self) -> None:
        """Let no other case find anything of this one: master data is shared by all shops."""
        for customer in self.created_customers():
            no = f"NEW-{customer['id']}"
            self.erp.post(f"/v1/new-customers/{customer['id']}/acknowledge", {"no": no})
            self._shared.append(f"/v1/customers/{no}")
        for path in self._shared:
            if path.startswith(DELETED):
                self.erp.ask("DELETE", path)
            for kind, nobody in KEPT.items():
                if path.startswith(kind):
                    self.erp.put(path, nobody)


def _address_owners(customers: list[Json]) -> dict[str, str]:
    """The store customer of each address, both by their numbers."""
    return {
        _number(address["id"]): customer["legacyResourceId"]
        for customer in customers
        for address in customer.get("addressesV2", [])
        if "id" in address
    }


def _number(gid: str) -> str:
    return gid.rsplit("/", 1)[1].partition("?")[0]
