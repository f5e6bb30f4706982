"""Bodies of ``/v1/shops/{shop}/exports/…``."""

from pydantic import Field

from app.api.schemas.types import No, RequestBody, ShopifyNumber
from app.domain.identifiers import ShopifyId

MOST = 250


class CustomersToExport(RequestBody):
    """Which customers to send to the store."""

    customer_nos: list[No] = Field(
        min_length=1, max_length=MOST, description="The ERP's customers; they must exist.", examples=[["C100"]]
    )


class ItemsToExport(RequestBody):
    """Which items to send to the store."""

    item_nos: list[No] = Field(
        min_length=1, max_length=MOST, description="The ERP's items; unknown ones are passed over.", examples=[["A1"]]
    )


class CompaniesToExport(CustomersToExport):
    """Which customers to send to the store as companies, or as locations of one."""

    store_company_id: ShopifyNumber | None = Field(
        default=None,
        description="The company of the store that they become further locations of; null = companies of their own.",
        examples=[None],
    )

    @property
    def company_id(self) -> ShopifyId | None:
        return ShopifyId(self.store_company_id) if self.store_company_id is not None else None
