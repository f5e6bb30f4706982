"""The names of facts a blocked order waits for, so that it is tried again when one appears (P33).

An order stores the names; whoever writes an item, a link, a setting or a mapping says which names it brought. Both
sides use these functions only, so that they cannot drift apart.
"""

from app.domain.identifiers import ShopId, ShopifyId


def variant_link(shop: ShopId, variant: ShopifyId) -> str:
    """A link of this store variant in this shop."""
    return f"variant:{shop}:{variant}"


def item_no(no: str) -> str:
    """An item with this number (and, for ``items.sku_mapping=item_no``, this SKU)."""
    return f"item:{no.casefold()}"


def item_code(code: str) -> str:
    """An item or item variant with this barcode or vendor item number."""
    return f"item_code:{code.casefold()}"


def order_line(line_id: str) -> str:
    """An item given by hand to this order line."""
    return f"line:{line_id}"


def setting(shop: ShopId, path: str) -> str:
    """A setting of this shop, by its dotted path: ``accounts.tips``."""
    return f"setting:{shop}:{path}"


def customer_no(no: str) -> str:
    """A customer with this number."""
    return f"customer:{no}"


def customer_email(key: str) -> str:
    """A customer with this e-mail, in its comparing form."""
    return f"customer_email:{key}"


def customer_phone(key: str) -> str:
    """A customer with this phone in E.164."""
    return f"customer_phone:{key}"


def customer_address(key: str) -> str:
    """A customer with this name and address, in their comparing form."""
    return f"customer_address:{key}"


def customer_tax_id(key: str) -> str:
    """A customer with this registration or VAT registration number, in its comparing form."""
    return f"customer_tax_id:{key}"


def store_customer_link(shop: ShopId, store_customer: ShopifyId) -> str:
    """A link of this store customer (or of one of its addresses) in this shop."""
    return f"store_customer:{shop}:{store_customer}"


def company_link(shop: ShopId, company: ShopifyId) -> str:
    """A link of this store company or one of its locations in this shop."""
    return f"company:{shop}:{company}"


def location_mapping(shop: ShopId, location: ShopifyId) -> str:
    """A mapping of this store location in this shop."""
    return f"location:{shop}:{location}"


def shipment_method_mapping(shop: ShopId, title: str) -> str:
    """A mapping of this shipping title in this shop."""
    return f"shipment_method:{shop}:{title.casefold()}"


def currency_mapping(iso: str) -> str:
    """A mapping of this ISO currency."""
    return f"currency:{iso}"


def customer_template(shop: ShopId, country_code: str) -> str:
    """A customer template of this country in this shop."""
    return f"template:{shop}:{country_code}"
