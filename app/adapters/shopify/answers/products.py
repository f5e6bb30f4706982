"""Products and their variants, and the answers to changes of them."""

from datetime import datetime
from decimal import Decimal

import msgspec

from app.adapters.shopify.answers.bulk import BulkOperationAnswer
from app.adapters.shopify.answers.money import Money, Page, Reference, Wire
from app.adapters.shopify.answers.stores import UserErrorAnswer


class CodedErrorAnswer(UserErrorAnswer):
    code: str | None = None


class OptionNameAnswer(Wire):
    name: str


class SelectedOptionAnswer(Wire):
    name: str
    value: str


class VariantAnswer(Wire):
    id: str
    selected_options: list[SelectedOptionAnswer]
    sku: str | None = None
    barcode: str | None = None


class ProductAnswer(Wire):
    id: str
    handle: str
    status: str
    is_gift_card: bool
    options: list[OptionNameAnswer]
    variants: Page[VariantAnswer]


class VariantsOfProductAnswer(Wire):
    variants: Page[VariantAnswer]


class VariantsPageAnswer(Wire):
    product: VariantsOfProductAnswer | None = None


class ProductByHandleAnswer(Wire):
    product_by_identifier: Reference | None = None


class FoundVariantAnswer(Wire):
    id: str
    product: Reference
    sku: str | None = None
    barcode: str | None = None


class VariantsByCodeAnswer(Wire):
    product_variants: Page[FoundVariantAnswer]


class WeightAnswer(Wire):
    unit: str
    value: Decimal


class MeasurementAnswer(Wire):
    weight: WeightAnswer | None = None


class DiscoveredItemAnswer(Wire):
    id: str
    measurement: MeasurementAnswer
    harmonized_system_code: str | None = None
    country_code_of_origin: str | None = None
    unit_cost: Money | None = None


class DiscoveredVariantAnswer(Wire, kw_only=True):
    id: str
    title: str
    sku: str | None = None
    barcode: str | None = None
    price: Decimal
    compare_at_price: Decimal | None = None
    selected_options: list[SelectedOptionAnswer]
    inventory_item: DiscoveredItemAnswer


class ChangedProductAnswer(Wire, kw_only=True):
    id: str
    title: str
    description_html: str
    vendor: str
    product_type: str
    status: str
    is_gift_card: bool
    updated_at: datetime
    variants: Page[DiscoveredVariantAnswer]


class ProductsChangedAnswer(Wire):
    products: Page[ChangedProductAnswer]


class DiscoveredVariantsAnswer(Wire):
    variants: Page[DiscoveredVariantAnswer]


class DiscoveredVariantsPageAnswer(Wire):
    product: DiscoveredVariantsAnswer | None = None


class ProductPayload(Wire):
    """Of ``productSet``, ``productVariantsBulkUpdate`` and ``productVariantDetachMedia``."""

    user_errors: list[CodedErrorAnswer]
    product: Reference | None = None


class ProductSetAnswer(Wire):
    product_set: ProductPayload | None = None


class VariantsUpdateAnswer(Wire):
    product_variants_bulk_update: ProductPayload | None = None


class ImageAddressAnswer(Wire):
    url: str


class MediaErrorAnswer(Wire):
    code: str
    message: str
    details: str | None = None


class MediumAnswer(Wire):
    """``image``: of a picture that Shopify has looked at."""

    id: str
    status: str
    media_errors: list[MediaErrorAnswer]
    alt: str | None = None
    image: ImageAddressAnswer | None = None


class MediaAnswer(Wire):
    nodes: list[MediumAnswer]


class PicturedProductAnswer(Wire):
    id: str
    media: MediaAnswer


class VariantDetachAnswer(Wire):
    product_variant_detach_media: ProductPayload | None = None


class UploadParameterAnswer(Wire):
    name: str
    value: str


class StagedTargetAnswer(Wire):
    parameters: list[UploadParameterAnswer]
    url: str | None = None
    resource_url: str | None = None


class StagedUploadsPayload(Wire):
    user_errors: list[UserErrorAnswer]
    staged_targets: list[StagedTargetAnswer] | None = None


class StagedUploadsAnswer(Wire):
    staged_uploads_create: StagedUploadsPayload | None = None


class BulkChangePayload(Wire):
    user_errors: list[CodedErrorAnswer]
    bulk_operation: BulkOperationAnswer | None = None


class BulkChangeAnswer(Wire):
    bulk_operation_run_mutation: BulkChangePayload | None = None


class BulkLineAnswer(Wire):
    """A line of a bulk mutation's result: which of the uploaded lines it is about, and its unread data."""

    line_number: int = msgspec.field(name="__lineNumber")
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[msgspec.Raw] | None = None
