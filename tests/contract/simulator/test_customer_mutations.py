"""What an app can do to customers and companies now, and what Shopify was recorded to have against it."""

from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values

CREATE = "mutation M($input: CustomerInput!) { customerCreate(input: $input) { customer { id email } userErrors { field message } } }"  # noqa: E501
COMPANY = "mutation M($input: CompanyCreateInput!) { companyCreate(input: $input) { company { id } userErrors { field message code } } }"  # noqa: E501


async def created(shop: ShopClient, **given: Any) -> Values:
    data = await shop.data(CREATE, {"input": given})
    payload: Values = data["customerCreate"]
    return payload


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"email": ""}, None, "A name, phone number, or email address must be present"),
        ({"email": "foo@bar"}, ["email"], "Email is invalid"),
        ({"email": "Taken@ example.com"}, ["email"], "Email has already been taken"),
        ({"phone": "call me"}, ["phone"], "Phone is invalid"),
        ({"id": "gid://shopify/Customer/1"}, ["id"], "Cannot specify ID on creation"),
    ],
)
async def test_a_customer_is_refused_in_shopifys_words(
    shop: ShopClient, given: Values, field: list[str] | None, message: str
) -> None:
    await created(shop, email="taken@example.com")

    payload = await created(shop, **given)

    assert payload == {"customer": None, "userErrors": [{"field": field, "message": message}]}


async def test_a_number_of_the_erp_belongs_to_one_company(shop: ShopClient) -> None:
    given = {"input": {"company": {"name": "One", "externalId": "C1"}}}
    await shop.data(COMPANY, given)

    data = await shop.data(COMPANY, given)

    error = {"field": ["input", "company", "externalId"], "message": "External id has already been taken."}
    assert data["companyCreate"] == {"company": None, "userErrors": [error | {"code": "TAKEN"}]}
