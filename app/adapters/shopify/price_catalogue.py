"""Every document about catalogs and prices, with its page sizes and what they cost by the model (proved by a test)."""

from typing import Final

from app.adapters.shopify.answers.catalogs import (
    CatalogCreateAnswer,
    CatalogLocationAnswer,
    CatalogsOfCompanyAnswer,
    CompanyCatalogsAnswer,
    FixedPricesAddAnswer,
    FixedPricesAnswer,
    FixedPricesDeleteAnswer,
    MarketCatalogsAnswer,
    PriceListCreateAnswer,
    PublicationCreateAnswer,
)
from app.adapters.shopify.answers.money import NamedReference
from app.adapters.shopify.answers.pages import PageAnswer
from app.adapters.shopify.document import Document, PageSize


def _all(estimate: int) -> PageSize:
    return PageSize(name="all", variables={}, estimate=estimate)


def _first(first: int, estimate: int, **others: int) -> PageSize:
    return PageSize(name=str(first), variables={"first": first, **others}, estimate=estimate)


COMPANY_CATALOGS: Final = Document(
    "company_catalogs", CompanyCatalogsAnswer, _first(50, 107, contexts=10), _first(10, 38, contexts=2)
)
CATALOG_LOCATIONS_PAGE: Final = Document(
    "catalog_locations_page", PageAnswer[CatalogLocationAnswer], _first(250, 25), _first(50, 17)
)
MARKET_CATALOGS: Final = Document(
    "market_catalogs", MarketCatalogsAnswer, _first(50, 79, contexts=10), _first(10, 34, contexts=2)
)
CATALOG_MARKETS_PAGE: Final = Document(
    "catalog_markets_page", PageAnswer[NamedReference], _first(250, 14), _first(50, 10)
)
CATALOGS_OF_COMPANY: Final = Document("catalogs_of_company", CatalogsOfCompanyAnswer, _all(26))
CATALOG_CREATE: Final = Document("catalog_create", CatalogCreateAnswer, _all(10), mutation=True)
PRICE_LIST_CREATE: Final = Document("price_list_create", PriceListCreateAnswer, _all(10), mutation=True)
PUBLICATION_CREATE: Final = Document("publication_create", PublicationCreateAnswer, _all(10), mutation=True)
FIXED_PRICES_ADD: Final = Document("fixed_prices_add", FixedPricesAddAnswer, _all(10), mutation=True)
FIXED_PRICES_DELETE: Final = Document("fixed_prices_delete", FixedPricesDeleteAnswer, _all(10), mutation=True)
FIXED_PRICES: Final = Document("fixed_prices", FixedPricesAnswer, _first(50, 17))
