"""``/v1/new-customers``: customers that wait for the ERP's number."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import MasterDataRead, MasterDataWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.master_data import (
    CustomerShown,
    NewCustomerList,
    NewCustomerShown,
    NumberGiven,
    customer_shown,
    new_customer_shown,
)
from app.domain.identifiers import CustomerId
from app.services.new_customers import NewCustomers

router = resource_router("new-customers")

TheCustomer = Annotated[
    str, Path(max_length=100, description="Our id of the customer.", examples=["cus_01kf0bbbbbbbbbbbbbbbbbbbbb"])
]
Waiting = Annotated[NewCustomers, Depends(service(NewCustomers))]


@router.get("/new-customers", response_model=NewCustomerList, summary="List new customers")
async def list_new_customers(access: MasterDataRead, paging: PagingOf, waiting: Waiting) -> Response:
    """Created by Orderbridge and not numbered yet, the oldest first."""
    return paging.answer(NewCustomerList, await waiting.page(paging.request, access=access), new_customer_shown)


@router.get("/new-customers/{customer_id}", response_model=NewCustomerShown, summary="Read a new customer")
async def get_new_customer(customer_id: TheCustomer, access: MasterDataRead, waiting: Waiting) -> Response:
    """404 once it has a number."""
    kept = await waiting.get(CustomerId(customer_id), access=access)
    return answer(new_customer_shown(kept), version=kept.version)


@router.post("/new-customers/{customer_id}/acknowledge", response_model=CustomerShown, summary="Number a new customer")
async def acknowledge_new_customer(
    body: NumberGiven, customer_id: TheCustomer, access: MasterDataWrite, repeat: Repeat, waiting: Waiting
) -> Response:
    """The number appears everywhere, on documents too. A number that exists links everything to that customer."""
    return await repeat.answer(
        lambda once: waiting.acknowledge(CustomerId(customer_id), body.no, access=access, once=once),
        lambda kept: answer(customer_shown(kept), version=kept.version),
    )
