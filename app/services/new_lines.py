"""Items for lines that came to an order after it was decided about: a processed one, or one that waits for a person.

Only what the order shows changes. Its document does not, and who has the item chosen anew decides about the whole order
(``order_decisions``). Nothing waits for an item that is not known yet: the next change of the order looks again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.identifiers import OrderId, ShopId
from app.domain.item_choice import ItemFacts, ItemLookup, choose_items, wanted_items
from app.domain.items import ItemChoice
from app.domain.order_record import OrderMapping
from app.ports.unit_of_work import UnitOfWork
from app.services.order_decisions import Candidate


async def map_new_lines(uow: UnitOfWork, orders: Sequence[Candidate]) -> Mapping[OrderId, OrderMapping]:
    """The mappings of orders with lines that have no item; those that have one keep it, however it was chosen."""
    wanted: dict[ShopId, ItemLookup] = {}
    for each in orders:
        wanted[each.shop.id] = wanted.get(each.shop.id, ItemLookup()) | _wanted(each)
    found = {
        shop: await uow.order_facts.items(shop, lookup) for shop, lookup in wanted.items() if lookup != ItemLookup()
    }
    return {each.id: _mapped(each, found[each.shop.id]) for each in orders if each.shop.id in found}


def _wanted(candidate: Candidate) -> ItemLookup:
    lines = tuple(line for line in candidate.order.lines if line.shopify_id not in candidate.mapping.items)
    return wanted_items(replace(candidate.order, lines=lines), candidate.shop.settings.items)


def _mapped(candidate: Candidate, found: ItemFacts) -> OrderMapping:
    before = candidate.mapping
    chosen = choose_items(
        candidate.order,
        shop_id=candidate.shop.id,
        order_id=candidate.id,
        settings=candidate.shop.settings,
        found=found,
        by_hand=before.items,
    )
    items = {line: choice for line, choice in chosen.items() if isinstance(choice, ItemChoice)}
    return replace(before, items={**items, **before.items})
