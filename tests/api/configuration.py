"""A surface with everything that configures: shops, mappings, links, master data, keys."""

from collections.abc import Mapping

from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.ulid import Ulids
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.api_keys import ApiKeys
from app.services.catalogs import CatalogTable
from app.services.item_prices import ItemPrices
from app.services.links import LinkTables
from app.services.mappings import MappingTables
from app.services.master_data import CustomerData, ItemData
from app.services.new_customers import NewCustomers
from app.services.shops import ShopAdministration
from tests.erp_surface import RisingClock


def configuring(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
    """The services of the configuration's routes."""
    contact = ContactKeys()
    return {
        ApiKeys: ApiKeys(unit_of_work=uow, clock=clock),
        LinkTables: LinkTables(unit_of_work=uow, clock=clock),
        MappingTables: MappingTables(unit_of_work=uow, clock=clock, ids=Ulids()),
        CustomerData: CustomerData(unit_of_work=uow, clock=clock, contact=contact),
        ItemData: ItemData(unit_of_work=uow, clock=clock),
        ItemPrices: ItemPrices(uow, clock),
        CatalogTable: CatalogTable(uow, clock),
        NewCustomers: NewCustomers(unit_of_work=uow, clock=clock, contact=contact),
        ShopAdministration: ShopAdministration(
            unit_of_work=uow, clock=clock, ids=Ulids(), keyring=AesGcmKeyring([b"k" * 32])
        ),
    }
