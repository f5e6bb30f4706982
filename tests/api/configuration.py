"""A surface with everything that configures: shops, mappings, links, master data, keys."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.pictures.fetching import HttpPictures
from app.adapters.postgres.ulid import Ulids
from app.adapters.webhooks_out.addresses import Address
from app.adapters.webhooks_out.sending import HttpWebhookSender
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.api_keys import ApiKeys
from app.services.catalogs import CatalogTable
from app.services.item_images import ItemImagesData
from app.services.item_prices import ItemPrices
from app.services.links import LinkTables
from app.services.mappings import MappingTables
from app.services.master_data import CustomerData, ItemData
from app.services.new_customers import NewCustomers
from app.services.shops import ShopAdministration
from tests.erp_surface import RisingClock


async def public(_: str) -> Sequence[Address]:
    """Where every name leads."""
    return [ip_address("93.184.215.14")]


def configuring(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
    """The services of the configuration's routes."""
    contact = ContactKeys()
    guard = HttpWebhookSender(private=False, resolve=public)
    return {
        ApiKeys: ApiKeys(unit_of_work=uow, clock=clock),
        LinkTables: LinkTables(unit_of_work=uow, clock=clock),
        MappingTables: MappingTables(unit_of_work=uow, clock=clock, ids=Ulids()),
        CustomerData: CustomerData(unit_of_work=uow, clock=clock, contact=contact),
        ItemData: ItemData(unit_of_work=uow, clock=clock),
        ItemImagesData: ItemImagesData(uow, clock, HttpPictures(guard.connections, guard.refusal)),
        ItemPrices: ItemPrices(uow, clock),
        CatalogTable: CatalogTable(uow, clock),
        NewCustomers: NewCustomers(unit_of_work=uow, clock=clock, contact=contact),
        ShopAdministration: ShopAdministration(
            unit_of_work=uow, clock=clock, ids=Ulids(), keyring=AesGcmKeyring([b"k" * 32])
        ),
    }
