"""Catalogs of a shop's store on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Code, DecimalString, Instant, RequestBody
from app.domain.store_catalogs import StoreCatalog
from app.ports.repositories.keyed_records import Kept


class CatalogGiven(RequestBody):
    """Which of the ERP's prices a catalog is given."""

    price_group: Code | None = Field(
        default=None,
        description="The ERP's word for who buys from it, as prices are told for it; null = the ERP's prices are not"
        " sent there.",
        examples=["WHOLESALE"],
    )


class CatalogLocationShown(AnswerBody):
    """A company location that buys from a catalog."""

    location_id: str = Field(description="Shopify's id of the location.", examples=["7001"])
    company_id: str = Field(description="Shopify's id of its company.", examples=["701"])


class CatalogMarketShown(AnswerBody):
    """A market that a catalog is for."""

    market_id: str = Field(description="Shopify's id.", examples=["31"])
    name: str = Field(description="Its name.", examples=["Switzerland"])


class CatalogShown(AnswerBody):
    """A catalog of the store: for companies or markets, with the price list that the ERP's prices go into."""

    catalog_id: str = Field(description="Shopify's id.", examples=["88001"])
    price_group: str | None = Field(description="Whose prices of the ERP it is given.", examples=["WHOLESALE"])
    title: str | None = Field(description="Its name at the store; null = not told yet.", examples=["Wholesale"])
    type: str | None = Field(description="`company` or `market`; null = not told yet.", examples=["company"])
    status: str | None = Field(
        description="`active`, `draft`, `archived` (given no prices), `not_at_store`; null = not told yet.",
        examples=["active"],
    )
    price_list_id: str | None = Field(description="Shopify's id of its price list; null = it has none.")
    currency: str | None = Field(description="Of its price list; prices told in another one do not fit.")
    adjustment: DecimalString | None = Field(
        description="What its price list makes of the store's prices where none is fixed, in percent: `-10` = a tenth"
        " off.",
        examples=["-10"],
    )
    fixed_prices: int | None = Field(description="How many prices were fixed in its list when it was last listed.")
    publication_id: str | None = Field(
        description="What decides which products it shows; null = the sales channel does, or it is not told."
    )
    company_locations: list[CatalogLocationShown] = Field(
        description="Who buys from it: the first 250 of `company_locations_count`."
    )
    company_locations_count: int = Field(description="How many company locations buy from it.", examples=[1])
    markets: list[CatalogMarketShown] = Field(description="The markets it is for.")
    updated_at: Instant = Field(description="When it last changed here.")


class CatalogList(ListOf[CatalogShown]):
    """A page of catalogs, by Shopify's ids."""


MOST_SHOWN = 250


def catalog_shown(kept: Kept[StoreCatalog]) -> CatalogShown:
    value, told = kept.value, kept.value.told
    locations = told.locations if told else ()
    return CatalogShown(
        catalog_id=value.catalog_id,
        price_group=value.price_group,
        title=told.title if told else None,
        type=told.type if told else None,
        status=told.status if told else None,
        price_list_id=told.price_list_id if told else None,
        currency=told.currency if told else None,
        adjustment=told.adjustment if told else None,
        fixed_prices=told.fixed_prices if told else None,
        publication_id=told.publication_id if told else None,
        company_locations=[
            CatalogLocationShown(location_id=each.location_id, company_id=each.company_id)
            for each in locations[:MOST_SHOWN]
        ],
        company_locations_count=len(locations),
        markets=[
            CatalogMarketShown(market_id=each.market_id, name=each.name) for each in (told.markets if told else ())
        ],
        updated_at=kept.updated_at,
    )
