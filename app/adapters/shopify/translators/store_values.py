"""Store values in our words. What is said twice is told once, in Shopify's order."""

from collections.abc import Iterable, Iterator

from app.adapters.shopify.answers.store_values import (
    CountryAnswer,
    GroupZoneAnswer,
    LocationAnswer,
    MethodAnswer,
    RecentOrderAnswer,
    SalesShopAnswer,
    TermsTemplateAnswer,
)
from app.adapters.shopify.translators.amounts import word
from app.domain.identifiers import shopify_id
from app.domain.seen_values import SeenValues, seen
from app.ports.store_values import DeliveryAreas, SalesAreas, StoreLocation, StoreProvince, StoreTerms


def location(answer: LocationAnswer) -> StoreLocation:
    return StoreLocation(shopify_id=shopify_id(answer.id), name=answer.name, active=answer.is_active)


def terms(answer: TermsTemplateAnswer) -> StoreTerms:
    return StoreTerms(shopify_id=shopify_id(answer.id), name=answer.name, type=word(answer.payment_terms_type))


def sales_areas(shop: SalesShopAnswer) -> SalesAreas:
    return SalesAreas(
        countries=tuple(dict.fromkeys(shop.ships_to_countries)),
        currencies=tuple(dict.fromkeys((shop.currency_code, *shop.enabled_presentment_currencies))),
        markets_name_shipping=shop.features.market_driven_shipping,
    )


def delivery_areas(zones: Iterable[GroupZoneAnswer]) -> DeliveryAreas:
    """Active methods by their names; of carriers also the services they offer, as these are what orders show."""
    found = list(zones)
    methods = (method for each in found for method in each.method_definitions.nodes if method.active)
    countries = [country for each in found for country in each.zone.countries if country.code.country_code]
    provinces = {(each.country_code, each.code): each for country in countries for each in _provinces(country)}
    return DeliveryAreas(
        titles=tuple(dict.fromkeys(title for method in methods for title in _titles(method) if title)),
        countries=tuple(dict.fromkeys(country.code.country_code or "" for country in countries)),
        provinces=tuple(provinces.values()),
    )


def recently_seen(orders: Iterable[RecentOrderAnswer]) -> SeenValues:
    found = list(orders)
    return seen(
        titles=(line.title for order in found for line in order.shipping_lines.nodes),
        gateways=(
            (paid.gateway or "", (paid.payment_details.company if paid.payment_details else None) or "")
            for order in found
            for paid in order.transactions
        ),
    )


def _titles(method: MethodAnswer) -> Iterator[str]:
    yield method.name
    yield from (service.name for service in method.rate_provider.participant_services if service.active)


def _provinces(country: CountryAnswer) -> Iterator[StoreProvince]:
    code = country.code.country_code
    if code:
        yield from (StoreProvince(country_code=code, code=each.code, name=each.name) for each in country.provinces)
