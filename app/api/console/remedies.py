"""The buttons: what each asks the surface to do, with which fields of its form, and what it says afterwards.

A button is a row of the table; who may press it is decided by the surface, which knows the person's scopes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from app.api.console.desk import Desk, FormRefused, filled, own_address
from app.api.console.sessions import FORM_TOKEN, Said, comes_from_here
from app.api.console.surface import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a form was sent with."""

    form: FormData

    def text(self, name: str) -> str:
        found = self.form.get(name)
        return found.strip() if isinstance(found, str) else ""

    def some(self, *names: str) -> dict[str, Any]:
        """The fields that were filled in."""
        return {name: self.text(name) for name in names if self.text(name)}

    def every(self, *names: str) -> dict[str, Any]:
        """The fields, those left empty as null."""
        return {name: self.text(name) or None for name in names}

    def ticked(self, *names: str) -> dict[str, bool]:
        """Boxes, whether they are ticked."""
        return {name: bool(self.text(name)) for name in names}

    def listed(self, name: str) -> list[str]:
        """The words of a field that takes several."""
        return self.text(name).replace(",", " ").split()


Body = Callable[[Given], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of the surface; a ``guarded`` one is refused when the thing changed since the page was made."""

    method: str
    path: str
    body: Body | None = None
    guarded: bool = False
    once: bool = False
    """Whether a form that is sent twice must not do it twice."""


def _post(path: str, body: Body | None = None, *, guarded: bool = False, once: bool = False) -> Step:
    return Step(method="POST", path=path, body=body, guarded=guarded, once=once)


def _put(path: str, body: Body, *, guarded: bool = False) -> Step:
    return Step(method="PUT", path=path, body=body, guarded=guarded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button. ``said`` is told when all steps were done, with the fields of the last answer."""

    path: str
    steps: tuple[Step, ...]
    said: str
    leads_to: str | None = None
    """A page of the last answer instead of the one the button stands on."""


def _remedy(path: str, said: str, *steps: Step, leads_to: str | None = None) -> Remedy:
    return Remedy(path=path, said=said, steps=steps or (_post(f"/v1{path}"),), leads_to=leads_to)


ORDER = "/orders/{order_id}"
QUEUE = "/shops/{shop}/orders-to-import"
IN_THE_BACKGROUND = 202
GOES_ON = "The store takes its time: this run goes on with it."
NOBODY = {"sell_to_customer_no": None, "bill_to_customer_no": None}

REMEDIES: tuple[Remedy, ...] = (
    _remedy(
        f"{ORDER}/resolve-conflict",
        "The conflict is resolved: only a new difference raises it again.",
        _post(f"/v1{ORDER}/resolve-conflict", lambda given: given.some("note"), guarded=True),
    ),
    _remedy(
        f"{ORDER}/amend-document",
        "The document is brought up to date.",
        _post(f"/v1{ORDER}/amend-document", guarded=True),
    ),
    _remedy(
        f"{ORDER}/unlink-documents",
        "The order has let go of its document. Make the next one when it is ready.",
        _post(f"/v1{ORDER}/unlink-documents", guarded=True),
    ),
    _remedy(
        f"{ORDER}/unlink-and-recreate",
        "The old document is let go of, and {number} is made.",
        _post(f"/v1{ORDER}/unlink-documents", guarded=True),
        _post(f"/v1{ORDER}/sync"),
        _post(f"/v1{ORDER}/create-document"),
    ),
    _remedy(f"{ORDER}/create-document", "{number} is made."),
    _remedy(
        f"{ORDER}/find-mapping",
        "Customers and items were looked for again.",
        _post(f"/v1{ORDER}/find-mapping", guarded=True),
    ),
    _remedy(
        f"{ORDER}/create-customer",
        "The order has its customer.",
        _post(f"/v1{ORDER}/create-customer", guarded=True),
    ),
    _remedy(f"{ORDER}/sync", "The order was read from Shopify."),
    _remedy(
        f"{ORDER}/assign-customer",
        "The customer is set by hand and stays.",
        Step(
            method="PATCH",
            path=f"/v1{ORDER}",
            body=lambda given: given.some("sell_to_customer_no", "bill_to_customer_no"),
            guarded=True,
        ),
    ),
    _remedy(
        f"{ORDER}/leave-customer-to-rules",
        "The rules choose the customer again.",
        Step(method="PATCH", path=f"/v1{ORDER}", body=lambda _: NOBODY, guarded=True),
    ),
    _remedy(
        f"{ORDER}/lines/{{line_id}}/assign-item",
        "The item is set by hand and stays.",
        Step(
            method="PATCH",
            path=f"/v1{ORDER}/lines/{{line_id}}",
            body=lambda given: given.every("item_no") | given.some("variant_code", "unit"),
            guarded=True,
        ),
    ),
    _remedy(f"{ORDER}/mark-as-paid", "The order is paid at Shopify."),
    _remedy(
        f"{ORDER}/cancel",
        "The order is cancelled at Shopify.",
        _post(
            f"/v1{ORDER}/cancel",
            lambda given: given.some("reason", "refund") | given.ticked("restock", "notify_customer"),
        ),
    ),
    _remedy(
        f"{ORDER}/capture",
        "The payment is captured.",
        _post(f"/v1{ORDER}/capture", lambda given: given.some("amount"), once=True),
    ),
    _remedy(f"{ORDER}/close", "The order is closed at Shopify."),
    _remedy(f"{ORDER}/reopen", "The order is open again at Shopify."),
    _remedy("/refunds/{refund_id}/create-document", "{number} is made."),
    _remedy("/shipments/{shipment_id}/retry", "The rest of the shipment is sent again."),
    _remedy(
        "/shipments/{shipment_id}/tracking",
        "The tracking is kept, and Shopify is told of it with what is sent.",
        _put(
            "/v1/shipments/{shipment_id}/tracking",
            lambda given: {
                "tracking": [{"number": each, **given.some("company", "url")} for each in given.listed("numbers")],
                **given.ticked("notify_customer"),
            },
            guarded=True,
        ),
    ),
    _remedy(
        "/new-customers/{customer_id}/acknowledge",
        "The customer is number {no} everywhere.",
        _post("/v1/new-customers/{customer_id}/acknowledge", lambda given: given.some("no")),
    ),
    *(
        _remedy(f"/shops/{{shop}}/{work}", "The run is queued.", leads_to="/runs/{id}")
        for work in ("connection-test", "webhook-subscriptions/repair", "mappings/pull")
    ),
    _remedy(
        "/shops/{shop}/credentials",
        "The credentials are kept, and never shown again. Test the connection.",
        _put(
            "/v1/shops/{shop}/credentials",
            lambda given: given.some("kind", "access_token", "client_id", "client_secret", "api_secret"),
        ),
    ),
    _remedy(
        "/shops/{shop}/store-companies/{store_company_id}/link",
        "The company is linked; orders that waited for it are tried again.",
        _put("/v1/shops/{shop}/store-companies/{store_company_id}", lambda given: given.every("customer_no")),
    ),
    _remedy(
        "/webhook-endpoints/{endpoint_id}/enable",
        "The endpoint is told events again, from where it stopped.",
        Step(method="PATCH", path="/v1/webhook-endpoints/{endpoint_id}", body=lambda _: {"enabled": True}),
    ),
    _remedy("/webhook-endpoints/{endpoint_id}/test", "A test was sent."),
    _remedy(f"{QUEUE}/{{row_id}}/retry", "The order is imported as soon as possible."),
    _remedy(
        f"{QUEUE}/{{row_id}}/leave-out",
        "The order is left out until it changes at Shopify.",
        Step(method="DELETE", path=f"/v1{QUEUE}/{{row_id}}"),
    ),
    _remedy(
        f"{QUEUE}/import",
        "The import runs.",
        _post(
            f"/v1{QUEUE}/import",
            lambda given: {
                "ids": [str(each) for each in given.form.getlist("ids")],
                "shopify_ids": given.listed("shopify_ids"),
            },
        ),
        leads_to="/runs/{id}",
    ),
    _remedy("/runs/{run_id}/cancel", "The run ends at its next convenient point."),
    _remedy(
        "/shops/{shop}/tasks/{task}/runs",
        "The run is queued.",
        _post(
            "/v1/shops/{shop}/tasks/{task}/runs",
            lambda given: {"parameters": given.some("created_from", "created_to", "updated_since")},
        ),
        leads_to="/runs/{id}",
    ),
    _remedy("/sales-documents/{document_id}/release", "{number} is released."),
    _remedy(
        "/sales-documents/{document_id}/cancel",
        "{number} is cancelled. The order gets its next document on request only.",
        _post(
            "/v1/sales-documents/{document_id}/cancel",
            lambda given: given.some("reason") | ({"erp_deleted": True} if given.text("erp_deleted") else {}),
        ),
    ),
    _remedy(
        "/shops/{shop}/store-variants/{store_variant_id}/link",
        "The variant is linked; orders that waited for it are tried again.",
        Step(
            method="PUT",
            path="/v1/shops/{shop}/store-variants/{store_variant_id}",
            body=lambda given: given.every("item_no", "variant_code", "unit"),
        ),
    ),
)


async def checked_form(desk: Desk) -> Given:
    """What the form was sent with. Raises ``FormRefused`` unless this session was shown it."""
    given = Given(form=await desk.request.form())
    if not comes_from_here(desk.request) or not desk.visitor.sent(given.text(FORM_TOKEN)):
        raise FormRefused(own_address(given.text("back")))
    return given


async def press(desk: Desk, remedy: Remedy) -> Response:
    """Do what the button says, step by step; the first refusal ends it and is told with what was done before."""
    given = await checked_form(desk)
    back = own_address(given.text("back"))
    answered: Mapping[str, Any] = {}
    status = 200
    for number, step in enumerate(remedy.steps):
        told = await desk.surface.ask(_call(desk, step, given))
        if told.refused:
            begun = [] if number == 0 else ["The document was let go of, but no new one is made yet:"]
            return desk.go(back, Said(good=False, sentences=[*begun, *told.sentences]))
        answered, status = told.body or {}, told.status
    if status == IN_THE_BACKGROUND and not remedy.leads_to:
        return desk.go(f"/console{filled('/runs/{id}', answered)}", Said(good=True, sentences=[GOES_ON]))
    target = f"/console{filled(remedy.leads_to, answered)}" if remedy.leads_to else back
    return desk.go(target, Said(good=True, sentences=[remedy.said.format_map(answered)]))


def _call(desk: Desk, step: Step, given: Given) -> Call:
    return Call(
        method=step.method,
        path=desk.address(step.path),
        body=step.body(given) if step.body else None,
        guarded_by=given.text("version") or None if step.guarded else None,
        once=given.text("once") or None if step.once else None,
    )
