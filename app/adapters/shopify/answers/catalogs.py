"""Catalogs, their price lists, and the answers to changes of them."""

from decimal import Decimal

from app.adapters.shopify.answers.money import Money, NamedReference, Page, Reference, Wire
from app.adapters.shopify.answers.products import CodedErrorAnswer
from app.adapters.shopify.answers.stores import UserErrorAnswer


class AdjustmentAnswer(Wire):
    type: str
    value: Decimal


class PriceListParentAnswer(Wire):
    adjustment: AdjustmentAnswer


class PriceListAnswer(Wire):
    id: str
    currency: str
    fixed_prices_count: int
    parent: PriceListParentAnswer | None = None


class CatalogAnswer(Wire):
    id: str
    title: str
    status: str
    price_list: PriceListAnswer | None = None
    publication: Reference | None = None


class CatalogLocationAnswer(Wire):
    id: str
    company: Reference


class CompanyCatalogAnswer(CatalogAnswer, kw_only=True):
    company_locations: Page[CatalogLocationAnswer]


class MarketCatalogAnswer(CatalogAnswer, kw_only=True):
    markets: Page[NamedReference]


class CompanyCatalogsAnswer(Wire):
    catalogs: Page[CompanyCatalogAnswer]


class MarketCatalogsAnswer(Wire):
    catalogs: Page[MarketCatalogAnswer]


class CatalogNodes(Wire):
    nodes: list[CatalogAnswer]


class BuyingLocationAnswer(Wire):
    id: str
    currency: str
    catalogs: CatalogNodes


class BuyingLocationNodes(Wire):
    nodes: list[BuyingLocationAnswer]


class BuyingCompanyAnswer(Wire):
    id: str
    name: str
    locations: BuyingLocationNodes


class CatalogsOfCompanyAnswer(Wire):
    company: BuyingCompanyAnswer | None = None


class CatalogCreatePayload(Wire):
    user_errors: list[CodedErrorAnswer]
    catalog: Reference | None = None


class CatalogCreateAnswer(Wire):
    catalog_create: CatalogCreatePayload | None = None


class PriceListCreatePayload(Wire):
    user_errors: list[UserErrorAnswer]
    price_list: Reference | None = None


class PriceListCreateAnswer(Wire):
    price_list_create: PriceListCreatePayload | None = None


class PublicationCreatePayload(Wire):
    user_errors: list[UserErrorAnswer]
    publication: Reference | None = None


class PublicationCreateAnswer(Wire):
    publication_create: PublicationCreatePayload | None = None


class FixedPricesPayload(Wire):
    user_errors: list[CodedErrorAnswer]


class FixedPricesAddAnswer(Wire):
    price_list_fixed_prices_add: FixedPricesPayload | None = None


class FixedPricesDeleteAnswer(Wire):
    price_list_fixed_prices_delete: FixedPricesPayload | None = None


class FixedPriceAnswer(Wire):
    variant: Reference
    price: Money
    compare_at_price: Money | None = None


class FixedPricesOfListAnswer(Wire):
    prices: Page[FixedPriceAnswer]


class FixedPricesAnswer(Wire):
    price_list: FixedPricesOfListAnswer | None = None
