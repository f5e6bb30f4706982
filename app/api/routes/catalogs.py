"""``/v1/shops/{shop}/catalogs``: the store's catalogs, and which of the ERP's prices each is given."""

from app.api.dependencies import VisibleShop
from app.api.keyed_routes import Address, Kind, add_entry, add_list
from app.api.routing import resource_router
from app.api.schemas.catalogs import CatalogGiven, CatalogList, CatalogShown, catalog_shown
from app.api.schemas.types import ShopifyIdPath
from app.domain.identifiers import ShopifyId
from app.domain.store_catalogs import StoreCatalog
from app.services.catalogs import CatalogTable

router = resource_router("catalogs")


async def _of_catalog(shop: VisibleShop, catalog_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(catalog_id,))


def _catalog(address: Address, body: CatalogGiven) -> StoreCatalog:
    [catalog_id] = address.key
    return StoreCatalog(catalog_id=ShopifyId(catalog_id), price_group=body.price_group)


CATALOGS = Kind[CatalogTable, StoreCatalog, CatalogGiven, CatalogShown](
    noun="catalog",
    tables=CatalogTable,
    table=lambda table: table,
    put=lambda table, at, body, expected: table.put(at.shop, _catalog(at, body), expected=expected),
    given=CatalogGiven,
    shown=CatalogShown,
    show=catalog_shown,
    replaces=(
        "Says which prices of the ERP it is given, also before Shopify named the id; what the store tells of it stays."
        " With another price group, prices that this one has not are removed by the next run of `sync_catalog_prices`;"
        " with none, those that were sent stay as they are. 409 `catalog_taken` where another shop of the same store"
        " gives it its prices."
    ),
)

add_list(
    router,
    "/shops/{shop}/catalogs",
    CATALOGS,
    CatalogList,
    order="In the order of their ids, as `sync_catalogs` last listed them.",
)
add_entry(router, "/shops/{shop}/catalogs/{catalog_id}", CATALOGS, where=_of_catalog)
