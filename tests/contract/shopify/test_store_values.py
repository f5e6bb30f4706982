"""What a store has that can be mapped: every list to its end, and a denied part says nothing about the others."""

from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.seen_values import SeenValues
from app.ports.errors import AccessRevoked, StoreRefused, StoreUnavailable
from app.ports.store_values import StoreLocation, StoreTerms
from tests.contract.shopify.stores import SimulatedStore

Json = dict[str, Any]
FEW_SCOPES = ["read_orders", "read_customers"]


def a_profile(number: int, *zones: Json) -> Json:
    groups = [
        {"locationGroup": {"id": f"gid://shopify/DeliveryLocationGroup/{number}"}, "locationGroupZones": [*zones]}
    ]
    return {"id": f"gid://shopify/DeliveryProfile/{number}", "profileLocationGroups": groups}


def a_zone(*titles: str, countries: dict[str, dict[str, str]] | None = None, **method: Any) -> Json:
    told = [
        {
            "code": {"countryCode": code, "restOfWorld": False},
            "name": code,
            "provinces": [{"code": province, "name": name} for province, name in provinces.items()],
        }
        for code, provinces in (countries or {}).items()
    ]
    methods = [{"name": title} | method for title in titles]
    return {"zone": {"name": "Zone", "countries": told}, "methodDefinitions": methods}


def a_market(number: int, *options: Json, **shipping: Any) -> Json:
    return {"id": f"gid://shopify/Market/{number}"} | {
        "delivery": {"shipping": {"optionDefinitions": [*options]} | shipping}
    }


async def test_every_location_is_told_inactive_ones_too(store: SimulatedStore) -> None:
    """A hundred and twenty of them, in pages of fifty (peers 41)."""
    given: list[Json] = [{"legacyResourceId": str(number), "name": f"Place {number}"} for number in range(1, 121)]
    given[6]["isActive"] = False
    await store.put(locations=given, page_sizes={"locations": 50})

    found = await store.gateway.values.locations(store.ref)

    assert len({location.shopify_id for location in found}) == 120
    assert [location for location in found if not location.active] == [
        StoreLocation(shopify_id=ShopifyId("7"), name="Place 7", active=False)
    ]
    assert len(await store.calls("StoreLocations")) == 3


async def test_titles_are_those_of_active_methods_and_services_in_every_profile_group_and_zone(
    store: SimulatedStore,
) -> None:
    carrier = {
        "__typename": "DeliveryParticipant",
        "participantServices": [{"name": "Ground"}, {"name": "Retired", "active": False}],
    }
    await store.put(
        deliveryProfiles=[
            a_profile(1, a_zone("Standard", "Express"), a_zone("Standard")),
            a_profile(2, a_zone("Old way", active=False), a_zone("Carrier", rateProvider=carrier)),
        ]
    )

    areas = await store.gateway.values.delivery_areas(store.ref)

    assert areas.titles == ("Standard", "Express", "Carrier", "Ground")


async def test_pages_within_pages_of_delivery_profiles_are_read_to_their_ends(store: SimulatedStore) -> None:
    zones = [a_zone(*(f"Way {zone}.{method}" for method in range(7)), countries={"NL": {}}) for zone in range(5)]
    await store.put(
        deliveryProfiles=[a_profile(number, *(zones if number == 2 else ())) for number in range(1, 4)],
        page_sizes={"deliveryProfiles": 1, "locationGroupZones": 2, "methodDefinitions": 3},
    )

    areas = await store.gateway.values.delivery_areas(store.ref)

    assert areas.titles == tuple(f"Way {zone}.{method}" for zone in range(5) for method in range(7))


async def test_countries_come_with_their_provinces_and_the_rest_of_the_world_is_none(store: SimulatedStore) -> None:
    zone = a_zone(countries={"US": {"CA": "California", "NY": "New York"}, "NL": {}})
    zone["zone"]["countries"].append({"code": {"countryCode": None, "restOfWorld": True}, "name": "*", "provinces": []})
    await store.put(deliveryProfiles=[a_profile(1, zone, a_zone(countries={"US": {"CA": "California"}}))])

    areas = await store.gateway.values.delivery_areas(store.ref)

    assert areas.countries == ("US", "NL")
    assert [(each.country_code, each.code, each.name) for each in areas.provinces] == [
        ("US", "CA", "California"),
        ("US", "NY", "New York"),
    ]


async def test_markets_name_their_ways_of_shipping_where_they_are_active(store: SimulatedStore) -> None:
    named = [{"name": f"Market way {number}"} for number in range(5)]
    await store.put(
        markets=[
            a_market(1, *named, {"__typename": "DeliveryCarrierCalculatedOptionDefinition"}),
            a_market(2, {"name": "Draft way"}) | {"status": "DRAFT"},
            a_market(3, {"name": "Switched off"}, isEnabled=False),
            a_market(4, {"name": "Inactive", "isActive": False}, {"name": "Market way 1"}),
            {"id": "gid://shopify/Market/5"},
        ],
        page_sizes={"markets": 2, "optionDefinitions": 2},
    )

    titles = await store.gateway.values.market_shipping_titles(store.ref)

    assert titles == [f"Market way {number}" for number in range(5)]


async def test_terms_are_told_with_the_type_that_orders_have(store: SimulatedStore) -> None:
    terms = await store.gateway.values.payment_terms(store.ref)

    assert len(terms) == 9
    net = next(each for each in terms if each.name == "Net 30")
    assert net == StoreTerms(shopify_id=net.shopify_id, name="Net 30", type="net")


async def test_the_latest_orders_tell_gateways_with_their_cards_and_shipping_titles(store: SimulatedStore) -> None:
    paid = [
        {"kind": "SALE", "status": "SUCCESS", "gateway": "shopify_payments", "paymentDetails": {"company": "Visa"}},
        {"kind": "SALE", "status": "SUCCESS", "gateway": "paypal"},
    ]
    shipped = [{"title": "Standard", "originalPriceSet": {"shopMoney": {"amount": "5.00"}}}]
    order = {"name": "#1", "lineItems": [], "transactions": paid, "shippingLines": shipped}
    await store.put(orders=[order | {"legacyResourceId": str(number)} for number in (1, 2)])

    found = await store.gateway.values.recently_seen(store.ref)

    assert found == SeenValues(
        titles={"standard": "Standard"},
        gateways={
            ("shopify_payments", "visa"): ("shopify_payments", "Visa"),
            ("paypal", ""): ("paypal", ""),
        },
    )


async def test_a_store_tells_where_it_sells_and_in_what_money(store: SimulatedStore) -> None:
    await store.put(
        shop={
            "currencyCode": "EUR",
            "enabledPresentmentCurrencies": ["CHF", "EUR"],
            "shipsToCountries": ["NL", "CH"],
            "features": {"marketDrivenShipping": True},
        }
    )

    areas = await store.gateway.values.sales_areas(store.ref)

    assert (areas.countries, areas.currencies, areas.markets_name_shipping) == (("NL", "CH"), ("EUR", "CHF"), True)


@pytest.mark.parametrize(
    ("part", "scope"),
    [
        ("locations", "read_locations or read_inventory"),
        ("delivery_areas", "read_shipping"),
        ("market_shipping_titles", "read_markets"),
    ],
)
async def test_a_part_whose_scope_is_missing_is_not_asked_for_and_says_which(
    store: SimulatedStore, part: str, scope: str
) -> None:
    await store.put(app={"scopes": FEW_SCOPES})

    with pytest.raises(StoreRefused) as raised:
        await getattr(store.gateway.values, part)(store.ref)

    assert raised.value.code == "scope_missing"
    assert scope in raised.value.detail
    assert {call["operation"] for call in await store.calls()} <= {"GrantedScopes"}


async def test_a_part_denied_although_it_was_granted_does_not_close_the_store(store: SimulatedStore) -> None:
    assert await store.gateway.values.locations(store.ref) == []
    await store.put(app={"scopes": FEW_SCOPES})

    with pytest.raises(StoreRefused) as raised:
        await store.gateway.values.locations(store.ref)

    assert raised.value.code == "scope_missing"
    assert store.vault.revoked == []
    assert await store.gateway.values.payment_terms(store.ref)


async def test_a_token_that_died_still_closes_the_store(store: SimulatedStore) -> None:
    await store.put(app={"access_token": "another"})

    with pytest.raises(AccessRevoked):
        await store.gateway.values.payment_terms(store.ref)


async def test_pages_that_do_not_end_are_given_up(store: SimulatedStore) -> None:
    page = {"pageInfo": {"hasNextPage": True, "endCursor": "again"}, "nodes": []}
    await store.fail("answer", operation="StoreLocations", times=None, body={"data": {"locations": page}})

    with pytest.raises(StoreUnavailable, match="do not end"):
        await store.gateway.values.locations(store.ref)

    assert len(await store.calls("StoreLocations")) == 2


async def test_a_part_that_the_store_cannot_tell_is_refused_by_itself(store: SimulatedStore) -> None:
    failure = {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    await store.fail("answer", operation="PaymentTermsTemplates", times=None, body=failure)

    with pytest.raises(StoreRefused) as raised:
        await store.gateway.values.payment_terms(store.ref)

    assert raised.value.code == "store_failed"


async def test_an_answer_in_part_is_never_taken_for_the_whole(store: SimulatedStore) -> None:
    page = {
        "pageInfo": {"hasNextPage": False},
        "nodes": [{"id": "gid://shopify/Location/1", "name": "", "isActive": True}],
    }
    error = {"message": "Something went wrong", "path": ["locations", "nodes", 1]}
    body = {"data": {"locations": page}, "errors": [error]}
    await store.fail("answer", operation="StoreLocations", body=body)

    with pytest.raises(StoreRefused) as raised:
        await store.gateway.values.locations(store.ref)

    assert raised.value.code == "answered_in_part"


async def test_a_page_that_is_too_dear_is_asked_for_in_smaller_ones(store: SimulatedStore) -> None:
    await store.put(
        deliveryProfiles=[a_profile(1, *(a_zone(f"Way {number}") for number in range(12)))],
        query_costs={"DeliveryZones": 2000},
    )
    with pytest.raises(StoreRefused) as raised:
        await store.gateway.values.delivery_areas(store.ref)

    assert raised.value.code == "page_too_dear"
    asked = [call["variables"]["first"] for call in await store.calls("DeliveryZones")]
    assert asked == [50, 5, 1]
