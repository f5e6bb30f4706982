"""``/v1/shops/{shop}/exports/…``: sending some of the ERP's records to a store now, whatever the settings say."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.api.auth import RunsWrite
from app.api.dependencies import VisibleShop, service
from app.api.idempotency import Repeat
from app.api.routes.tasks import EQUAL_RUN, Starting, started_answer
from app.api.routing import resource_router
from app.api.schemas.exports import CompaniesToExport, CustomersToExport, ItemsToExport
from app.api.schemas.runs import RunShown
from app.ports.repositories.exchanges import ExchangeKind
from app.services.customer_tasks import RequestExport, WantedExport

router = resource_router("exports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Whoever asks for records of the ERP to be sent to a shop's store."""

    access: RunsWrite
    request: Annotated[RequestExport, Depends(service(RequestExport))]
    repeat: Repeat
    shop: VisibleShop

    async def __call__(self, wanted: WantedExport) -> Response:
        return await self.repeat.answer(
            lambda once: self.request(self.access, self.shop.code, wanted, once=once), started_answer
        )


Exporting = Annotated[Export, Depends()]


@router.post(
    "/shops/{shop}/exports/customers",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Export customers",
)
async def export_customers(export: Exporting, body: CustomersToExport) -> Response:
    """Makes these customers at the store, or adopts who has their e-mail or phone there; answers with the run.

    Customers that are linked already are brought in line where `customers.update_store` is on. What is refused is a
    skipped record of type `customer`, in Shopify's words.
    """
    return await export(WantedExport(kind=ExchangeKind.CUSTOMER, customer_nos=body.customer_nos))


@router.post(
    "/shops/{shop}/exports/companies",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Export companies",
)
async def export_companies(export: Exporting, body: CompaniesToExport) -> Response:
    """Makes each of these customers a company at the store, with its contact and one location; with
    `store_company_id` a further location of that company. Answers with the run; what is refused is a skipped record.
    """
    kind = ExchangeKind.COMPANY if body.company_id is None else ExchangeKind.COMPANY_LOCATION
    return await export(WantedExport(kind=kind, customer_nos=body.customer_nos, company=body.company_id))


@router.post(
    "/shops/{shop}/exports/items",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Export items",
)
async def export_items(
    access: RunsWrite, start: Starting, repeat: Repeat, shop: VisibleShop, body: ItemsToExport
) -> Response:
    """Makes each of these items a product of the store, whatever `items.export` says, or brings its product in line; a
    product that has its SKU or barcode is adopted. Answers with the run; what is refused is a skipped record of type
    `item`, in Shopify's words.
    """
    parameters = {"item_nos": sorted(set(body.item_nos))}
    return await repeat.answer(
        lambda once: start(access, shop.code, "sync_products", parameters=parameters, once=once), started_answer
    )
