"""Who sent a request and what it asks for, as the audit tells it. What is written, and when, the unit of work knows."""

from starlette.requests import Request

from app.domain.access import Access
from app.ports.acting import Actor, ActorKind, Deed

EXCHANGED = frozenset(
    """acknowledge_sales_document acknowledge_sales_documents post_sales_document put_customer put_customers
    delete_customer put_item put_items delete_item put_inventory_levels put_prices acknowledge_new_customer
    post_shipment post_shipments put_tracking""".split()
)
"""What an ERP sends all day: its records themselves tell of it. Of a person at the console it is told like all else."""

PERSONS = frozenset({"customers", "new_customers", "store_customers", "addresses", "staff_mappings"})
"""Resources whose ids would name somebody."""


def actor_of(request: Request, access: Access, operation: str) -> Actor:
    """The caller; what came without a key came from the console, as its user."""
    kind = ActorKind.KEY if getattr(request.state, "api_key", None) is not None else ActorKind.USER
    told = kind is ActorKind.USER or operation not in EXCHANGED
    return Actor(
        kind=kind,
        id=access.key_id,
        name=access.name,
        operation=operation,
        deed=_deed(request) if told else None,
    )


def _deed(request: Request) -> Deed:
    """The innermost resource that the address names, by the collection it stands in."""
    given = {name: str(value) for name, value in request.path_params.items()}
    parts = [part for part in request.scope["route"].path.split("/") if part][1:]
    named = [place for place, part in enumerate(parts) if part.startswith("{")]
    place = named[-1] if named else len(parts)
    resource = parts[place - 1].replace("-", "_") if named else parts[0].replace("-", "_")
    identifier = given[parts[place].strip("{}").partition(":")[0]] if named else None
    return Deed(resource=resource, resource_id=None if resource in PERSONS else identifier, shop=given.get("shop"))
