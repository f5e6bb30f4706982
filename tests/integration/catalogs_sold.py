"""Catalogs in the small world: what stands at the store, what the ERP's groups pay, the runs about them."""

import asyncio
from decimal import Decimal
from typing import Any

from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.products import ItemPrice
from app.domain.store_catalogs import StoreCatalog
from app.ports.paging import PageRequest
from app.ports.repositories.runs import Run, RunState
from app.ports.repositories.skipped_records import SkippedRecordFilter
from app.services.catalog_prices import SyncCatalogPrices
from app.services.catalogs import CatalogTable, PullCatalogs, SyncCatalogs
from app.services.company_catalogs import MakeCompanyCatalogs
from app.services.item_prices import ItemPrices, PriceTold
from app.services.run_task import RunTask
from app.services.tasks import TaskName, TaskRunners
from tests.integration.world import EVERYBODY, Json, Process, World

CATALOG, LIST = "8801", "9901"
WHOLESALE = "WHOLESALE"


def seller(world: World) -> Process:
    """A process that keeps catalogs; it waits for nothing between attempts."""
    gateway = world.gateway.catalogs
    pull = PullCatalogs(gateway, world.uow, world.clock)
    runners: TaskRunners = {
        TaskName.SYNC_CATALOGS: SyncCatalogs(
            pull, MakeCompanyCatalogs(gateway, world.uow, world.clock, sleep=_at_once)
        ),
        TaskName.SYNC_CATALOG_PRICES: SyncCatalogPrices(gateway, pull, world.uow, world.clock, sleep=_at_once),
    }
    process = world.process("seller")
    process.runners = runners
    process.run_task = RunTask(world.uow, world.clock, runners, worker="seller")
    return process


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


async def listed(world: World, **wish: Any) -> Run:
    return await _done(world, TaskName.SYNC_CATALOGS, **wish)


async def priced(world: World, **wish: Any) -> Run:
    return await _done(world, TaskName.SYNC_CATALOG_PRICES, **wish)


async def _done(world: World, task: TaskName, **wish: Any) -> Run:
    run = await world.run(task, process=seller(world), **wish)
    assert run.state is RunState.SUCCEEDED, run.problem
    return run


def a_catalog(
    number: str = CATALOG, *, price_list: str | None = LIST, locations: tuple[int, ...] = (), **fields: Any
) -> Json:
    """A catalog of companies, in Shopify's words."""
    return {
        "id": f"gid://shopify/CompanyLocationCatalog/{number}",
        "title": f"Catalog {number}",
        "companyLocations": [{"id": f"gid://shopify/CompanyLocation/{each}"} for each in locations],
        "priceList": {"id": f"gid://shopify/PriceList/{price_list}"} if price_list else None,
    } | fields


def a_market_catalog(number: str, *markets: int, price_list: str) -> Json:
    return {
        "id": f"gid://shopify/MarketCatalog/{number}",
        "title": f"Catalog {number}",
        "markets": [{"id": f"gid://shopify/Market/{each}"} for each in markets],
        "priceList": {"id": f"gid://shopify/PriceList/{price_list}"},
    }


def a_list(number: str = LIST, currency: str = "EUR", **fields: Any) -> Json:
    return {"id": f"gid://shopify/PriceList/{number}", "currency": currency} | fields


async def sells(world: World, *items: str, first_variant: int = 501) -> None:
    """Items that are products of the store, one variant each: 501, 502 and so on."""
    variants = [str(first_variant + place) for place in range(len(items))]
    await world.store.has(
        products=[
            {"legacyResourceId": f"{variant}0", "variants": [{"legacyResourceId": variant, "price": "20.00"}]}
            for variant in variants
        ]
    )
    for item, variant in zip(items, variants, strict=True):
        await world.item(item, description=item)
        await world.links.store_variants.put(
            world.shop, StoreVariantLink(store_variant_id=ShopifyId(variant), item_no=item, variant_code=None)
        )


async def for_a_group(world: World, group: str | None = WHOLESALE, catalog: str = CATALOG) -> None:
    """A catalog is given a price group."""
    table = CatalogTable(world.uow, world.clock)
    await table.put(world.shop, StoreCatalog(catalog_id=ShopifyId(catalog), price_group=group))


async def tells(
    world: World, item: str, price: str | None, *, group: str = WHOLESALE, currency: str = "EUR", **fields: str
) -> None:
    """The ERP says what an item costs those of a group; None takes it back."""
    amounts = {name: Decimal(fields[name]) for name in ("compare_at_price",) if name in fields}
    told = PriceTold(
        item_no=item,
        variant_code=fields.get("variant", ""),
        price=ItemPrice(price=None if price is None else Decimal(price), **amounts),
        price_group=group,
        currency=currency,
    )
    await ItemPrices(world.uow, world.clock).tell(EVERYBODY, told)


async def fixed(world: World, number: str = LIST) -> dict[str, str]:
    """The fixed prices of a list at the store, by variant, those they are compared with behind a slash."""
    answer = await world.store.doors.get(f"/control/{world.store.domain}/state?kinds=priceLists")
    [found] = [each for each in answer.json()["priceLists"] if each["id"].endswith(f"/{number}")]
    return {each["variant"]["id"].rsplit("/", 1)[1]: _amounts(each) for each in found["prices"]}


def _amounts(price: Json) -> str:
    amounts = [price[name]["amount"] for name in ("price", "compareAtPrice") if price.get(name)]
    return "/".join(f"{Decimal(each):.2f}" for each in amounts)


async def skipped(world: World) -> list[tuple[str, str]]:
    """What was not sent, by item, and why."""
    rows = await world.fetch(
        "SELECT item_no, error_code FROM catalog_price_exports WHERE error_code IS NOT NULL ORDER BY item_no"
    )
    return [tuple(row) for row in rows]


async def listed_as_skipped(world: World) -> list[str]:
    """The kinds of records that the surface shows as skipped."""
    async with world.uow() as uow:
        page = await uow.skipped_records.page(SkippedRecordFilter(), PageRequest())
    return [each.resource_type for each in page.rows]


def told(run: Run) -> list[tuple[str, str]]:
    """The errors of a run: about what, and which."""
    return [(each["id"], each["code"]) for each in run.errors]
