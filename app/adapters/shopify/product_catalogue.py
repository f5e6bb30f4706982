"""Every document about products, with its page sizes and what they cost by the calibrated model (proved by a test)."""

from typing import Final

from app.adapters.shopify.answers.money import Nodes
from app.adapters.shopify.answers.products import (
    BulkChangeAnswer,
    DiscoveredVariantsPageAnswer,
    ProductByHandleAnswer,
    ProductsChangedAnswer,
    ProductSetAnswer,
    StagedUploadsAnswer,
    VariantDetachAnswer,
    VariantsByCodeAnswer,
    VariantsPageAnswer,
    VariantsUpdateAnswer,
)
from app.adapters.shopify.document import Document, PageSize


def _all(estimate: int, *, ids: int = 1) -> PageSize:
    return PageSize(name="all", variables={}, estimate=estimate, ids=ids)


def _first(first: int, estimate: int, **others: int) -> PageSize:
    return PageSize(name=str(first), variables={"first": first, **others}, estimate=estimate)


PRODUCT_SET: Final = Document("product_set", ProductSetAnswer, _all(10), mutation=True)
PRODUCT_VARIANTS_UPDATE: Final = Document("product_variants_update", VariantsUpdateAnswer, _all(10), mutation=True)
PRODUCTS_WHOLE: Final = Document(
    "products_whole",
    Nodes,
    PageSize(name="many", variables={"variants": 50}, estimate=17, ids=50),
    PageSize(name="least", variables={"variants": 5}, estimate=9, ids=8),
)
PRODUCT_VARIANTS_PAGE: Final = Document("product_variants_page", VariantsPageAnswer, _first(250, 25), _first(50, 17))
PRODUCT_BY_HANDLE: Final = Document("product_by_handle", ProductByHandleAnswer, _all(1))
VARIANTS_BY_CODE: Final = Document("variants_by_code", VariantsByCodeAnswer, _first(250, 24), _first(50, 16))
VARIANTS_BY_ID: Final = Document("variants_by_id", Nodes, _all(2, ids=100))
PRODUCTS_CHANGED: Final = Document(
    "products_changed",
    ProductsChangedAnswer,
    _first(50, 135, variants=10),
    _first(10, 30, variants=2),
)
DISCOVERED_VARIANTS_PAGE: Final = Document(
    "discovered_variants_page", DiscoveredVariantsPageAnswer, _first(250, 47), _first(50, 31)
)
PRODUCT_MEDIA: Final = Document("product_media", Nodes, _all(36, ids=50))
VARIANT_MEDIA_DETACH: Final = Document("variant_media_detach", VariantDetachAnswer, _all(10), mutation=True)
STAGED_UPLOADS_CREATE: Final = Document("staged_uploads_create", StagedUploadsAnswer, _all(11), mutation=True)
BULK_CHANGE_START: Final = Document("bulk_change_start", BulkChangeAnswer, _all(10), mutation=True)
