"""Reading the companies of orders: all of them together, each location once, and only where a company bought.

What the store does not tell for want of a scope is unknown; the order is told all the same (COM-13, P14).
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from app.adapters.shopify.answers.companies import CompanyLocationAnswer
from app.adapters.shopify.catalogue import COMPANY_LOCATIONS
from app.adapters.shopify.envelope import ACCESS_DENIED
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_draft import OrderDraft
from app.adapters.shopify.order_parts import attempt, unexpected
from app.adapters.shopify.page_reading import unreadable
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.store_gateway import StoreRef

COMPANY: Final = "company"
CONTACT: Final = "company_contact"
SCOPES_OF_COMPANIES: Final = frozenset({"read_companies", "read_customers"})
"""Either is enough for a company; its main contact is a customer and needs the second."""
SCOPE_OF_CONTACTS: Final = "read_customers"

_DECODER: Final = msgspec.json.Decoder(CompanyLocationAnswer)


async def add_companies(
    transport: ShopifyTransport, store: StoreRef, drafts: Sequence[OrderDraft], granted: frozenset[str]
) -> None:
    buyers: dict[str, list[OrderDraft]] = defaultdict(list)
    for draft in drafts:
        if draft.company_location_id is not None:
            buyers[draft.company_location_id].append(draft)
        elif draft.is_b2b:
            draft.unknown.add(COMPANY)
    if not buyers:
        return
    contacts = SCOPE_OF_CONTACTS in granted
    flags = {"contacts": contacts}
    for outcome in await read_nodes(transport, store, COMPANY_LOCATIONS, list(buyers), flags=flags):
        for draft in buyers[outcome.gid]:
            await attempt(draft, partial(_add, draft, outcome, contacts=contacts))


async def _add(draft: OrderDraft, outcome: NodeOutcome, *, contacts: bool) -> None:
    if any(error.code != ACCESS_DENIED for error in outcome.errors):
        raise unreadable(outcome.errors)
    draft.keep("company_locations", outcome.raw or b"null")
    if outcome.raw is None or outcome.errors:
        draft.unknown.add(COMPANY)
        return
    try:
        draft.company_location = _DECODER.decode(outcome.raw)
    except msgspec.DecodeError as exc:
        raise unexpected(exc) from exc
    if not contacts and draft.company_location.company.main_contact is not None:
        draft.unknown.add(CONTACT)
