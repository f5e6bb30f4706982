"""What a store has that can be mapped, as its documents answer: locations, ways of shipping, terms, countries."""

import msgspec

from app.adapters.shopify.answers.money import Page, PageInfo, Reference, Wire
from app.adapters.shopify.answers.orders import PaymentDetailsAnswer


class LocationAnswer(Wire):
    id: str
    name: str
    is_active: bool


class LocationsAnswer(Wire):
    locations: Page[LocationAnswer]


class FeaturesAnswer(Wire):
    market_driven_shipping: bool


class SalesShopAnswer(Wire):
    currency_code: str
    enabled_presentment_currencies: list[str]
    ships_to_countries: list[str]
    features: FeaturesAnswer


class SalesAreasAnswer(Wire):
    shop: SalesShopAnswer


class GroupAnswer(Wire):
    location_group: Reference


class ProfileAnswer(Wire):
    id: str
    profile_location_groups: list[GroupAnswer]


class DeliveryGroupsAnswer(Wire):
    delivery_profiles: Page[ProfileAnswer]


class CountryCodeAnswer(Wire):
    """Null stands for the rest of the world."""

    country_code: str | None = None


class ProvinceAnswer(Wire):
    code: str
    name: str


class CountryAnswer(Wire):
    code: CountryCodeAnswer
    provinces: list[ProvinceAnswer]


class ZoneAnswer(Wire):
    countries: list[CountryAnswer]


class ServiceAnswer(Wire):
    name: str
    active: bool


class RateProviderAnswer(Wire):
    """Of a carrier the services it offers; a fixed rate has none."""

    participant_services: list[ServiceAnswer] = msgspec.field(default_factory=list)


class MethodAnswer(Wire):
    name: str
    active: bool
    rate_provider: RateProviderAnswer


class GroupZoneAnswer(Wire):
    zone: ZoneAnswer
    method_definitions: Page[MethodAnswer]


class GroupZoneEdge(Wire):
    cursor: str
    node: GroupZoneAnswer


class GroupZonesPage(Wire):
    page_info: PageInfo
    edges: list[GroupZoneEdge]


class GroupZonesAnswer(Wire):
    location_group_zones: GroupZonesPage


class ProfileZonesAnswer(Wire):
    profile_location_groups: list[GroupZonesAnswer]


class DeliveryZonesAnswer(Wire):
    delivery_profile: ProfileZonesAnswer | None = None


class OptionAnswer(Wire):
    """Ways of shipping that a carrier calculates have no name of their own."""

    name: str | None = None


class MarketShippingAnswer(Wire):
    is_enabled: bool
    option_definitions: Page[OptionAnswer]


class MarketDeliveryAnswer(Wire):
    shipping: MarketShippingAnswer | None = None


class MarketAnswer(Wire):
    id: str
    status: str
    delivery: MarketDeliveryAnswer


class MarketsAnswer(Wire):
    markets: Page[MarketAnswer]


class FurtherShippingAnswer(Wire):
    option_definitions: Page[OptionAnswer]


class FurtherDeliveryAnswer(Wire):
    shipping: FurtherShippingAnswer | None = None


class FurtherMarketAnswer(Wire):
    delivery: FurtherDeliveryAnswer


class MarketOptionsAnswer(Wire):
    market: FurtherMarketAnswer | None = None


class TermsTemplateAnswer(Wire):
    id: str
    name: str
    payment_terms_type: str


class TermsTemplatesAnswer(Wire):
    payment_terms_templates: list[TermsTemplateAnswer]


class TitleAnswer(Wire):
    title: str


class TitlesAnswer(Wire):
    nodes: list[TitleAnswer]


class PaidAnswer(Wire):
    gateway: str | None = None
    payment_details: PaymentDetailsAnswer | None = None


class RecentOrderAnswer(Wire):
    shipping_lines: TitlesAnswer
    transactions: list[PaidAnswer]


class RecentOrders(Wire):
    nodes: list[RecentOrderAnswer]


class RecentOrdersAnswer(Wire):
    orders: RecentOrders
