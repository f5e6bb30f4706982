"""What a simulated store tells of its locations, delivery profiles, markets and payment terms."""

from tests.contract.simulator.client import ShopClient, Values


async def test_locations_that_were_put_away_are_listed_on_request_only(shop: ShopClient) -> None:
    await shop.put(locations=[{"legacyResourceId": "1"}, {"legacyResourceId": "2", "isActive": False}])

    async def listed(arguments: str) -> list[str]:
        found = await shop.data(f"{{ locations(first: 9{arguments}) {{ nodes {{ legacyResourceId }} }} }}")
        return [each["legacyResourceId"] for each in found["locations"]["nodes"]]

    assert await listed("") == ["1"]
    assert await listed(", includeInactive: true") == ["1", "2"]


async def test_one_location_group_of_a_profile_can_be_asked_for(shop: ShopClient) -> None:
    groups: list[Values] = [
        {
            "locationGroup": {"id": f"gid://shopify/DeliveryLocationGroup/{number}"},
            "locationGroupZones": [{"methodDefinitions": [{"name": f"Way {number}"}]}],
        }
        for number in (1, 2)
    ]
    await shop.put(deliveryProfiles=[{"id": "gid://shopify/DeliveryProfile/1", "profileLocationGroups": groups}])
    zones = "locationGroupZones(first: 5) { nodes { methodDefinitions(first: 5) { nodes { name active } } } }"
    query = (
        '{ deliveryProfile(id: "gid://shopify/DeliveryProfile/1") { profileLocationGroups(locationGroupId: '
        f'"gid://shopify/DeliveryLocationGroup/2") {{ {zones} }} }} }}'
    )

    [group] = (await shop.data(query))["deliveryProfile"]["profileLocationGroups"]

    [zone] = group["locationGroupZones"]["nodes"]
    assert zone["methodDefinitions"]["nodes"] == [{"name": "Way 2", "active": True}]


async def test_payment_terms_are_those_of_every_shop_until_others_are_given(shop: ShopClient) -> None:
    query = "{ paymentTermsTemplates(paymentTermsType: NET) { name } }"
    assert len((await shop.data(query))["paymentTermsTemplates"]) == 6

    await shop.put(paymentTermsTemplates=[{"name": "Net 10", "paymentTermsType": "NET"}])

    assert (await shop.data(query))["paymentTermsTemplates"] == [{"name": "Net 10"}]


async def test_a_shop_ships_to_its_own_country_until_others_are_given(shop: ShopClient) -> None:
    await shop.put(shop={"shopAddress": {"countryCodeV2": "NL"}})
    assert (await shop.data("{ shop { shipsToCountries } }"))["shop"] == {"shipsToCountries": ["NL"]}

    await shop.put(shop={"shipsToCountries": ["NL", "BE"]})

    assert (await shop.data("{ shop { shipsToCountries } }"))["shop"] == {"shipsToCountries": ["NL", "BE"]}
