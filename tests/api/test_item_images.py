"""P72: the pictures of an item as the ERP gives them."""

import pytest

from tests.erp_surface import Surface

PATH = "/v1/items/POT/images"
FRONT = {"url": "https://example.com/front.jpg", "alt": "Front", "variant_code": "RED"}
BACK = {"url": "https://example.com/back.jpg"}


async def test_images_come_back_in_their_order_and_change_under_guard(house: Surface) -> None:
    assert (await house.client.put(PATH, json={"images": []})).status_code == 404
    await house.client.put("/v1/items/POT", json={})
    assert (await house.client.get(PATH)).status_code == 404

    made = await house.client.put(PATH, json={"images": [FRONT, BACK]})
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, PATH, '"1"')
    same = await house.client.put(PATH, json={"images": [FRONT, BACK]})
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    turned = await house.client.put(PATH, json={"images": [BACK]}, headers={"If-Match": '"1"'})
    late = await house.client.delete(PATH, headers={"If-Match": '"1"'})

    assert (turned.status_code, late.status_code) == (200, 412)
    assert (await house.get(PATH))["images"] == [BACK | {"alt": "", "variant_code": None}]
    assert (await house.client.delete(PATH)).status_code == 204
    assert (await house.client.delete(PATH)).status_code == 404


async def test_an_item_whose_number_ends_like_the_path_is_still_an_item(house: Surface) -> None:
    for no in ("POT%2Fimages", "A%2FB"):
        assert (await house.client.put(f"/v1/items/{no}", json={"description": "Odd"})).status_code == 201
        made = await house.client.put(f"/v1/items/{no}/images", json={"images": [BACK]})
        assert (made.status_code, made.headers["location"]) == (201, f"/v1/items/{no}/images")
        assert (await house.get(f"/v1/items/{no}"))["description"] == "Odd"
        assert len((await house.get(f"/v1/items/{no}/images"))["images"]) == 1


@pytest.mark.parametrize(
    ("image", "pointer"),
    [
        (BACK | {"url": "http://example.com/a.png"}, "/images/1/url"),
        (BACK | {"url": "https://10.0.0.1/a.png"}, "/images/1/url"),
        (BACK | {"url": "https://localhost/a.png"}, "/images/1/url"),
        (BACK | {"url": "file:///etc/passwd"}, "/images/1/url"),
        (BACK | {"url": ""}, "/images/1/url"),
        (BACK | {"variant_code": "RED"}, "/images/1/variant_code"),
        (BACK | {"text": "?"}, "/images/1/text"),
        (BACK | {"alt": "x" * 513}, "/images/1/alt"),
    ],
    ids=["http", "private", "localhost", "file", "empty", "variant twice", "unknown field", "long text"],
)
async def test_what_is_wrong_with_an_image_is_named(house: Surface, image: dict[str, str], pointer: str) -> None:
    await house.client.put("/v1/items/POT", json={})

    refused = await house.client.put(PATH, json={"images": [FRONT, image]})

    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]
    assert (await house.client.get(PATH)).status_code == 404
