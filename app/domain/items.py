"""The ERP's items as order lines refer to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChoice:
    """The item, item variant and unit that an order line became, and why.

    ``rule`` is one of ``by_hand``, ``link``, ``item_no``, ``item_no_variant``, ``barcode``, ``vendor_item_no``.
    """

    item_no: str
    variant_code: str | None = None
    unit: str | None = None
    description: str = ""
    rule: str = "link"
