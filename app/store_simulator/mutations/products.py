"""Mutations of products: putting a whole product, and changing some of its variants.

``productSet`` leaves alone what is not named; a list that is named is afterwards exactly what was given. Refusals are
in the platform's words as developers met them; their codes are the schema's.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid
from app.store_simulator.mutations.registry import mutation, refused, user_error
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.product_media import put_files, shown_by

Values = dict[str, Any]

MOST_VARIANTS: Final = 2048
MOST_OPTIONS: Final = 3
DEFAULT_OPTION: Final = "Title"
DEFAULT_VALUE: Final = "Default Title"
PLAIN: Final = {
    "title": "title",
    "descriptionHtml": "descriptionHtml",
    "vendor": "vendor",
    "productType": "productType",
    "status": "status",
    "tags": "tags",
}
OF_ITEM: Final = ("sku", "countryCodeOfOrigin", "harmonizedSystemCode", "measurement", "tracked", "requiresShipping")


@mutation("productSet")
def product_set(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    try:
        known = _known(arguments.get("identifier") or {}, given, context)
        _refuse(given, known, context)
        before = {each["id"]: each for each in (known or {}).get("variants") or []}
        product: Values = {**known} if known else {"id": gid("Product", context.store.new_number()), "status": "ACTIVE"}
        product.update({field: given[name] for name, field in PLAIN.items() if given.get(name) is not None})
        product["handle"] = given.get("handle") or product.get("handle") or _handle(product["title"], context)
        if given.get("variants") is not None or not known:
            product["variants"] = _variants(given, before, context)
            product["options"] = _options(given, product["variants"])
        if given.get("files") is not None:
            product["media"] = put_files(given["files"], product.get("media") or [], context)
            product["variants"] = _with_pictures_of(product)
    except ChangeRefused as refusal:
        return {"product": None, "productSetOperation": None, "userErrors": [refused(refusal)]}
    product["updatedAt"] = context.store.now_text()
    kept, _unknown = context.loader.put(context.store, "Product", product)
    context.store.touch(kept)
    context.emit(["PRODUCTS_UPDATE" if known else "PRODUCTS_CREATE"], kept)
    return {"product": kept, "productSetOperation": None, "userErrors": []}


def _with_pictures_of(product: Values) -> list[Values]:
    """A variant shows no picture that its product has no more."""
    there = {each["id"] for each in product["media"]}
    return [
        {**each, "media": [], "image": None} if {shown["id"] for shown in each.get("media") or []} - there else each
        for each in product.get("variants") or []
    ]


def _known(identifier: Values, given: Values, context: RequestContext) -> Values | None:
    wanted = identifier.get("id") or given.get("id")
    if wanted:
        found = context.wanted(wanted, "Product")
        if found is None:
            raise ChangeRefused("Product does not exist", field=["input"], code="PRODUCT_DOES_NOT_EXIST")
        return found
    if identifier.get("handle"):
        return _with_handle(identifier["handle"], context)
    return None


def _with_handle(handle: str, context: RequestContext) -> Values | None:
    return next((each for each in context.store.all("Product") if each.get("handle") == handle), None)


def _handle(title: str, context: RequestContext) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"
    taken = {each.get("handle") for each in context.store.all("Product")}
    return next(
        name for place in range(len(taken) + 1) if (name := f"{plain}-{place}" if place else plain) not in taken
    )


def _refuse(given: Values, known: Values | None, context: RequestContext) -> None:
    if not str(given.get("title") or (known or {}).get("title") or "").strip():
        raise ChangeRefused("Title can't be blank", field=["input", "title"], code="INVALID_PRODUCT")
    if len(str(given.get("title") or "")) > 255:
        text = "Title is too long (maximum is 255 characters)"
        raise ChangeRefused(text, field=["input", "title"], code="INVALID_PRODUCT")
    handle = given.get("handle")
    holder = _with_handle(handle, context) if handle else None
    if holder is not None and holder is not known:
        text = f"Handle '{handle}' already in use. Please provide a new handle."
        raise ChangeRefused(text, field=["input", "handle"], code="HANDLE_NOT_UNIQUE")
    options, variants = given.get("productOptions"), given.get("variants")
    if options is not None and variants is None:
        text = "Variants input is required when updating product options"
        raise ChangeRefused(text, field=["input", "variants"], code="VARIANTS_INPUT_MISSING")
    if variants is not None and options is None:
        text = "Product options input is required when updating variants"
        raise ChangeRefused(text, field=["input", "productOptions"], code="PRODUCT_OPTIONS_INPUT_MISSING")
    if len(options or []) > MOST_OPTIONS:
        text = f"Options is over the limit of {MOST_OPTIONS}"
        raise ChangeRefused(text, field=["input", "productOptions"], code="OPTIONS_OVER_LIMIT")
    if len(variants or []) > MOST_VARIANTS:
        text = f"Variants is over the limit of {MOST_VARIANTS}"
        raise ChangeRefused(text, field=["input", "variants"], code="VARIANTS_OVER_LIMIT")


def _variants(given: Values, before: dict[str, Values], context: RequestContext) -> list[Values]:
    wanted: Sequence[Values] = given.get("variants") or [{"optionValues": []}]
    names = [option["name"] for option in given.get("productOptions") or []] or [DEFAULT_OPTION]
    said: set[tuple[str, ...]] = set()
    made: list[Values] = []
    for place, each in enumerate(wanted):
        path = ["input", "variants", str(place)]
        if each.get("id") and each["id"] not in before:
            text = "Product variant does not exist"
            raise ChangeRefused(text, field=[*path, "id"], code="PRODUCT_VARIANT_DOES_NOT_EXIST")
        values = {value.get("optionName"): value.get("name") for value in each.get("optionValues") or []}
        values = values or dict.fromkeys(names, DEFAULT_VALUE)
        if set(values) != set(names):
            raise ChangeRefused("Option does not exist", field=[*path, "optionValues"], code="OPTION_DOES_NOT_EXIST")
        chosen = tuple(str(values[name]) for name in names)
        if chosen in said:
            text = f"The variant '{' / '.join(chosen)}' already exists. Please change at least one option value."
            raise ChangeRefused(text, field=path, code="INVALID_VARIANT")
        said.add(chosen)
        variant = {**before.get(each.get("id") or "", {}), "selectedOptions": _selected(names, chosen)}
        variant["id"] = each.get("id") or gid("ProductVariant", context.store.new_number())
        variant["title"] = " / ".join(chosen)
        variant["position"] = place + 1
        made.append(_changed(variant, each, path))
    return made


def _selected(names: Sequence[str], values: Sequence[str]) -> list[Values]:
    return [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]


def _options(given: Values, variants: Sequence[Values]) -> list[Values]:
    names = [option["name"] for option in given.get("productOptions") or []] or [DEFAULT_OPTION]
    values = {
        name: dict.fromkeys(each["selectedOptions"][place]["value"] for each in variants)
        for place, name in enumerate(names)
    }
    return [{"name": name, "position": place, "values": list(values[name])} for place, name in enumerate(names, 1)]


def _changed(variant: Values, given: Values, path: list[str]) -> Values:
    """A variant with what was given of it; what was not stays."""
    for name in ("price", "compareAtPrice"):
        if name in given:
            if given[name] is not None and str(given[name]).startswith("-"):
                raise ChangeRefused(
                    "Price must be greater than or equal to 0", field=[*path, name], code="INVALID_INPUT"
                )
            variant[name] = None if given[name] is None else _two_places(given[name])
    if "barcode" in given:
        variant["barcode"] = given["barcode"]
    item = {**(variant.get("inventoryItem") or {})}
    told = {**(given.get("inventoryItem") or {})}
    if "sku" in given:
        told["sku"] = given["sku"]
    item.update({name: told[name] for name in OF_ITEM if name in told})
    if "cost" in told:
        item["unitCost"] = None if told["cost"] is None else {"amount": _two_places(told["cost"])}
    variant["inventoryItem"] = item
    if "sku" in told:
        variant["sku"] = told["sku"]
    return variant


def _two_places(amount: Any) -> str:
    return f"{float(amount):.2f}"


@mutation("productVariantsBulkUpdate")
def product_variants_bulk_update(arguments: Values, context: RequestContext) -> Values:
    product = context.wanted(arguments["productId"], "Product")
    if product is None:
        error = user_error("Product does not exist", "productId", code="PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "productVariants": None, "userErrors": [error]}
    known = {each["id"]: each for each in product.get("variants") or []}
    changed: dict[str, Values] = {}
    try:
        for place, given in enumerate(arguments["variants"]):
            path = ["variants", str(place)]
            variant = _changed({**_variant_of(known, given, path)}, given, path)
            if given.get("mediaId"):
                variant = shown_by(variant, given["mediaId"], product, path)
            changed[given["id"]] = variant
    except ChangeRefused as refusal:
        return {"product": product, "productVariants": None, "userErrors": [refused(refusal)]}
    variants = [changed.get(each["id"], each) for each in product["variants"]]
    for each in changed.values():
        each["updatedAt"] = context.store.now_text()
    kept, _unknown = context.loader.put(context.store, "Product", {**product, "variants": variants})
    context.store.touch(kept)
    context.emit(["PRODUCTS_UPDATE"], kept)
    return {"product": kept, "productVariants": [context.store.by_gid[name] for name in changed], "userErrors": []}


@mutation("productVariantDetachMedia")
def product_variant_detach_media(arguments: Values, context: RequestContext) -> Values:
    product = context.wanted(arguments["productId"], "Product")
    if product is None:
        error = user_error("Product does not exist", "productId", code="PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "productVariants": None, "userErrors": [error]}
    known = {each["id"]: each for each in product.get("variants") or []}
    for place, given in enumerate(arguments["variantMedia"]):
        variant = known.get(given["variantId"])
        shown = {each["id"] for each in (variant or {}).get("media") or []}
        if variant is None or not shown.issuperset(given["mediaIds"]):
            text = "The specified media is not attached to the specified variant."
            error = user_error(text, "variantMedia", str(place), code="MEDIA_IS_NOT_ATTACHED_TO_VARIANT")
            return {"product": product, "productVariants": None, "userErrors": [error]}
        variant["media"], variant["image"] = [], None
    context.emit(["PRODUCTS_UPDATE"], product)
    return {"product": product, "productVariants": list(known.values()), "userErrors": []}


def _variant_of(known: dict[str, Values], given: Values, path: list[str]) -> Values:
    if not given.get("id"):
        text = "Product variant is missing ID attribute"
        raise ChangeRefused(text, field=[*path, "id"], code="PRODUCT_VARIANT_ID_MISSING")
    if given["id"] not in known:
        text = "Product variant does not exist"
        raise ChangeRefused(text, field=[*path, "id"], code="PRODUCT_VARIANT_DOES_NOT_EXIST")
    return known[given["id"]]
