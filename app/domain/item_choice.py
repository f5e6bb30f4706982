"""Which item of the ERP an order line is: by hand, by link, by the SKU rule, by barcode (P31, 4.20–4.24).

Two steps, so that the caller can look up many orders at once: ``wanted_items`` says what must be known,
``choose_items`` decides from it. Knows nothing of prices, quantities' meaning on a document, or where items come
from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.domain import awaited
from app.domain.documents.quantities import documented_quantities
from app.domain.identifiers import OrderId, ShopId, ShopifyId, order_line_id
from app.domain.items import ItemChoice
from app.domain.orders import LineKind, Order, OrderLine
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import ItemSettings, ShopSettings, SkuMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLookup:
    """What must be looked up for an order's lines. Numbers and codes are case-folded."""

    variant_ids: frozenset[ShopifyId] = frozenset()
    item_nos: frozenset[str] = frozenset()
    barcodes: frozenset[str] = frozenset()
    vendor_item_nos: frozenset[str] = frozenset()

    def __or__(self, other: "ItemLookup") -> "ItemLookup":
        return ItemLookup(
            variant_ids=self.variant_ids | other.variant_ids,
            item_nos=self.item_nos | other.item_nos,
            barcodes=self.barcodes | other.barcodes,
            vendor_item_nos=self.vendor_item_nos | other.vendor_item_nos,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFact:
    """An item of the ERP; ``variants`` are the descriptions of its item variants by code."""

    no: str
    description: str = ""
    base_unit: str | None = None
    blocked: bool = False
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """A store variant linked to an item, perhaps to one of its variants and a unit."""

    item_no: str
    variant_code: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class ItemCandidate:
    """An item, or one of its variants, that carries a code."""

    item_no: str
    variant_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What was found. ``items`` holds every item that a link or a candidate names, if it exists, by its case-folded
    number: numbers that differ only in case are items of their own.
    """

    links: Mapping[ShopifyId, ItemLink] = field(default_factory=dict)
    items: Mapping[str, Sequence[ItemFact]] = field(default_factory=dict)
    barcodes: Mapping[str, Sequence[ItemCandidate]] = field(default_factory=dict)
    vendor_item_nos: Mapping[str, Sequence[ItemCandidate]] = field(default_factory=dict)

    def alike(self, no: str) -> Sequence[ItemFact]:
        """The item with this very number, else those whose numbers differ from it only in case."""
        same = self.items.get(no.casefold(), ())
        return [item for item in same if item.no == no] or same

    def item(self, no: str) -> ItemFact | None:
        """The item with this very number."""
        return next((item for item in self.items.get(no.casefold(), ()) if item.no == no), None)


class CarriesCodes(Protocol):
    """Whatever shows by which item it is meant: an order line, a store variant."""

    @property
    def store_variant_id(self) -> ShopifyId | None: ...

    @property
    def sku(self) -> str: ...

    @property
    def barcode(self) -> str: ...


def wanted_items(order: Order, settings: ItemSettings) -> ItemLookup:
    """Everything by which the items of an order's lines may be found."""
    return lookup_of((line for line in order.lines if _needs_item(line)), settings)


def lookup_of(carriers: Iterable[CarriesCodes], settings: ItemSettings) -> ItemLookup:
    """Everything by which the items of these may be found."""
    variants: set[ShopifyId] = set()
    nos: set[str] = set()
    barcodes: set[str] = set()
    vendor_nos: set[str] = set()
    for line in carriers:
        if line.store_variant_id:
            variants.add(line.store_variant_id)
        sku = line.sku.strip()
        match settings.sku_mapping:
            case SkuMapping.ITEM_NO | SkuMapping.ITEM_NO_VARIANT:
                nos.update(no.casefold() for no, _ in _item_and_variant(sku, settings))
            case SkuMapping.BARCODE if sku:
                barcodes.add(sku.casefold())
            case SkuMapping.VENDOR_ITEM_NO if sku:
                vendor_nos.add(sku.casefold())
        if settings.barcode_fallback and line.barcode.strip():
            barcodes.add(line.barcode.strip().casefold())
    return ItemLookup(
        variant_ids=frozenset(variants),
        item_nos=frozenset(nos),
        barcodes=frozenset(barcodes),
        vendor_item_nos=frozenset(vendor_nos),
    )


def choose_items(
    order: Order,
    *,
    shop_id: ShopId,
    order_id: OrderId,
    settings: ShopSettings,
    found: ItemFacts,
    by_hand: Mapping[ShopifyId, ItemChoice],
    quantities: Mapping[ShopifyId, int] | None = None,
) -> Mapping[ShopifyId, ItemChoice | Problem]:
    """The item of every line that needs one, by Shopify line id; a problem where none, or more than one, was found.

    ``quantities`` are those that a document will show; those of the order's own document unless given.
    A line that no document will show (removed, or the other half of a return) has no problem: it is simply absent when
    nothing was found for it.
    """
    shown = documented_quantities(order, settings.refunds.process) if quantities is None else quantities
    chosen: dict[ShopifyId, ItemChoice | Problem] = {}
    for line in order.lines:
        if not _needs_item(line):
            continue
        choice = by_hand.get(line.shopify_id) or find_item(line, settings=settings.items, found=found)
        if isinstance(choice, ItemChoice):
            chosen[line.shopify_id] = choice
        elif shown[line.shopify_id] > 0:
            waits = _awaited(line, shop_id=shop_id, order_id=order_id, settings=settings.items, found=found)
            dead = link if (link := _link(line, found)) and _leads_nowhere(link, found) else None
            chosen[line.shopify_id] = _problem(
                line, candidates=choice, settings=settings.items, waits_for=waits, dead=dead
            )
    return chosen


def _needs_item(line: OrderLine) -> bool:
    return line.kind in (LineKind.ITEM, LineKind.CUSTOM)


def find_item(
    line: CarriesCodes, *, settings: ItemSettings, found: ItemFacts
) -> ItemChoice | tuple[ItemCandidate, ...]:
    """The one item, else the candidates (none = nothing was found). The first rule that finds anything decides."""
    link = _link(line, found)
    if link is not None and not _leads_nowhere(link, found):
        candidate = ItemCandidate(link.item_no, link.variant_code or "")
        return _choice(candidate, rule="link", unit=link.unit, found=found)
    candidates = _existing(_by_sku(line.sku.strip(), settings=settings, found=found), found)
    if candidates:
        return _only(candidates, rule=settings.sku_mapping.value, found=found)
    if settings.barcode_fallback and line.barcode.strip():
        same = found.barcodes.get(line.barcode.strip().casefold(), ())
        return _only(_existing(same, found), rule="barcode", found=found)
    return ()


def _link(line: CarriesCodes, found: ItemFacts) -> ItemLink | None:
    return found.links.get(line.store_variant_id) if line.store_variant_id else None


def _leads_nowhere(link: ItemLink, found: ItemFacts) -> bool:
    """The item is gone, or no longer has the variant: as if there were no link, but told."""
    item = found.item(link.item_no)
    return item is None or bool(link.variant_code and link.variant_code not in item.variants)


def _by_sku(sku: str, *, settings: ItemSettings, found: ItemFacts) -> Sequence[ItemCandidate]:
    if not sku:
        return ()
    match settings.sku_mapping:
        case SkuMapping.NONE:
            return ()
        case SkuMapping.BARCODE:
            return found.barcodes.get(sku.casefold(), ())
        case SkuMapping.VENDOR_ITEM_NO:
            return found.vendor_item_nos.get(sku.casefold(), ())
        case SkuMapping.ITEM_NO | SkuMapping.ITEM_NO_VARIANT:
            for no, code in _item_and_variant(sku, settings):
                candidates = [
                    ItemCandidate(item.no, known) for item in found.alike(no) for known in _variant_codes(item, code)
                ]
                if candidates:
                    return candidates
            return ()


def _item_and_variant(sku: str, settings: ItemSettings) -> list[tuple[str, str]]:
    """The ways to read a SKU as item number and variant code, best first (items.sku_mapping, MP-01).

    Without the separator the SKU is an item number alone; an item number may itself contain the separator.
    """
    if not sku:
        return []
    separator = settings.sku_separator
    if settings.sku_mapping is SkuMapping.ITEM_NO or not separator or separator not in sku:
        return [(sku, "")]
    no, code = sku.split(separator, 1)
    split = (no.strip(), code.strip())
    return [split, (sku, "")] if split[0] else [(sku, "")]


def _variant_codes(item: ItemFact, code: str) -> Sequence[str]:
    """The item's own spellings of a variant code: the very one, else those that differ only in case."""
    if not code or code in item.variants:
        return [code]
    return [known for known in item.variants if known.casefold() == code.casefold()]


def _existing(candidates: Iterable[ItemCandidate], found: ItemFacts) -> Sequence[ItemCandidate]:
    return sorted({candidate for candidate in candidates if found.item(candidate.item_no) is not None})


def _only(
    candidates: Sequence[ItemCandidate], *, rule: str, found: ItemFacts
) -> ItemChoice | tuple[ItemCandidate, ...]:
    """The only candidate. Blocked items stand back where one that is not blocked carries the same code."""
    left = [candidate for candidate in candidates if not _blocked(candidate, found)] or candidates
    return _choice(left[0], rule=rule, unit=None, found=found) if len(left) == 1 else tuple(left)


def _blocked(candidate: ItemCandidate, found: ItemFacts) -> bool:
    item = found.item(candidate.item_no)
    return item is not None and item.blocked


def _choice(candidate: ItemCandidate, *, rule: str, unit: str | None, found: ItemFacts) -> ItemChoice:
    item = found.item(candidate.item_no)
    assert item is not None, "candidates exist"
    return ItemChoice(
        item_no=item.no,
        variant_code=candidate.variant_code or None,
        unit=unit or item.base_unit,
        description=item.variants.get(candidate.variant_code) or item.description,
        rule=rule,
    )


def _awaited(
    line: OrderLine, *, shop_id: ShopId, order_id: OrderId, settings: ItemSettings, found: ItemFacts
) -> tuple[str, ...]:
    facts = [awaited.order_line(order_line_id(order_id, line.shopify_id))]
    if line.store_variant_id:
        facts.append(awaited.variant_link(shop_id, line.store_variant_id))
        link = _link(line, found)
        facts += [awaited.item_no(link.item_no)] if link else []
    sku, barcode = line.sku.strip(), line.barcode.strip()
    if sku and settings.sku_mapping in (SkuMapping.BARCODE, SkuMapping.VENDOR_ITEM_NO):
        facts.append(awaited.item_code(sku))
    elif sku and settings.sku_mapping is not SkuMapping.NONE:
        facts += [awaited.item_no(no) for no, _ in _item_and_variant(sku, settings)]
    if barcode and settings.barcode_fallback:
        facts.append(awaited.item_code(barcode))
    settings_that_help = ("items.sku_mapping", "items.sku_separator", "items.barcode_fallback")
    facts += [awaited.setting(shop_id, path) for path in settings_that_help]
    return tuple(dict.fromkeys(facts))


def _problem(
    line: OrderLine,
    *,
    candidates: Sequence[ItemCandidate],
    settings: ItemSettings,
    waits_for: tuple[str, ...],
    dead: ItemLink | None,
) -> Problem:
    pointer = f"/lines/{line.shopify_id}/item_no"
    # The text of a custom line is typed by hand and may name a person; its number tells it from others.
    which = f"line “{line.title}”" if line.kind is LineKind.ITEM else f"custom line {line.shopify_id}"
    if candidates:
        named = ", ".join(f"{each.item_no} {each.variant_code}".strip() for each in candidates)
        return Problem(
            code=ProblemCode.ITEM_AMBIGUOUS,
            pointer=pointer,
            detail=f"Several items fit the {which}: {named}.",
            remedy=_remedy(line, "mend the codes of these items", link_to="one of them"),
            waits_for=waits_for,
        )
    known_by = [f"SKU “{line.sku}”"] if line.sku else []
    known_by += [f"barcode “{line.barcode}”"] if line.barcode else []
    known_by += [f"store variant {line.store_variant_id}"] if line.store_variant_id else []
    detail = f"No item is known for the {which} ({', '.join(known_by) or 'without SKU, barcode or variant'})."
    if dead is not None:
        named = f"{dead.item_no} {dead.variant_code or ''}".strip()
        detail = f"{detail} Its variant is linked to {named}, which is not there."
    return Problem(
        code=ProblemCode.ITEM_MISSING,
        pointer=pointer,
        detail=detail,
        remedy=_remedy(line, *_codes_that_help(line, settings), link_to="an item"),
        waits_for=waits_for,
    )


def _remedy(line: OrderLine, *ways: str, link_to: str) -> str:
    """Only what helps this very line: a line without a variant cannot be linked."""
    link = [f"link store variant {line.store_variant_id} to {link_to}"] if line.store_variant_id else []
    *first, last = [*link, *ways, "set the item of the line"]
    sentence = f"{', '.join(first)}, or {last}" if first else last
    return f"{sentence[0].upper()}{sentence[1:]}."


def _codes_that_help(line: OrderLine, settings: ItemSettings) -> Sequence[str]:
    """By which codes an item would be found, as the settings read SKU and barcode."""
    sku, barcode, ways = line.sku.strip(), line.barcode.strip(), []
    if sku:
        match settings.sku_mapping:
            case SkuMapping.NONE:
                ways.append("say in items.sku_mapping what SKUs mean")
            case SkuMapping.BARCODE:
                ways.append(f"send an item with the barcode “{sku}”")
            case SkuMapping.VENDOR_ITEM_NO:
                ways.append(f"send an item with the vendor item number “{sku}”")
            case SkuMapping.ITEM_NO | SkuMapping.ITEM_NO_VARIANT:
                no, code = _item_and_variant(sku, settings)[0]
                ways.append(f"send the item “{no}”" + (f" with the variant “{code}”" if code else ""))
    if barcode and settings.barcode_fallback:
        ways.append(f"send an item with the barcode “{barcode}”")
    return list(dict.fromkeys(ways))
