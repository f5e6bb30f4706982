"""Where generated customers live: places, languages, and the taxes a shop charges there.

Rates are those in force in 2026 for standard and reduced goods, kept only as plausible examples of the shapes Shopify
sends (one rate, reduced rate, several rates a line, in or out of prices, none). Knows nothing of orders.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax as printed on an order."""

    title: str
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town that orders come from."""

    city: str
    zip: str
    province_code: str | None = None
    province: str | None = None
    rates: tuple[TaxRate, ...]
    reduced: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A country with its currency, way of quoting prices and words."""

    country: str
    country_name: str
    currency: str
    locale: str
    calling_code: str
    taxes_included: bool
    shipping_taxed: bool
    tip_word: str
    streets: tuple[str, ...]
    places: tuple[Place, ...]


def _vat(rate: float, title: str = "VAT") -> tuple[TaxRate, ...]:
    return (TaxRate(title=title, rate=rate),)


_DE, _DE7 = _vat(0.19, "DE MwSt"), _vat(0.07, "DE MwSt")
_FR, _FR5 = _vat(0.2, "FR TVA"), _vat(0.055, "FR TVA")
_NL, _NL9 = _vat(0.21, "NL btw"), _vat(0.09, "NL btw")
_CH, _CH2 = _vat(0.081, "MWST"), _vat(0.026, "MWST")
_GB = _vat(0.2, "GB VAT")
_SE, _SE12 = _vat(0.25, "Moms"), _vat(0.12, "Moms")
_JP, _JP8 = _vat(0.1, "消費税"), _vat(0.08, "消費税")


def _us(state: float, county: float, city: float, names: tuple[str, str, str]) -> tuple[TaxRate, ...]:
    rates = zip(names, (state, county, city), strict=True)
    return tuple(TaxRate(title=title, rate=rate) for title, rate in rates if rate)


MARKETS: tuple[Market, ...] = (
    Market(
        country="DE",
        country_name="Germany",
        currency="EUR",
        locale="de",
        calling_code="+4930",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Trinkgeld",
        streets=("Lindenallee", "Am Mühlbach", "Goethestraße", "Kastanienweg"),
        places=(
            Place(city="Berlin", zip="10115", rates=_DE, reduced=_DE7),
            Place(city="Köln", zip="50667", rates=_DE, reduced=_DE7),
            Place(city="München", zip="80331", rates=_DE, reduced=_DE7),
        ),
    ),
    Market(
        country="FR",
        country_name="France",
        currency="EUR",
        locale="fr",
        calling_code="+331",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Pourboire",
        streets=("Rue de la Fontaine", "Avenue des Tilleuls", "Impasse du Moulin"),
        places=(
            Place(city="Lyon", zip="69002", rates=_FR, reduced=_FR5),
            Place(city="Paris", zip="75011", rates=_FR, reduced=_FR5),
        ),
    ),
    Market(
        country="NL",
        country_name="Netherlands",
        currency="EUR",
        locale="nl",
        calling_code="+3120",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Fooi",
        streets=("Kerkstraat", "Dorpsweg", "Havenkade"),
        places=(Place(city="Utrecht", zip="3511 AB", rates=_NL, reduced=_NL9),),
    ),
    Market(
        country="CH",
        country_name="Switzerland",
        currency="CHF",
        locale="de",
        calling_code="+4144",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Trinkgeld",
        streets=("Seestrasse", "Bahnhofplatz", "Rigiweg"),
        places=(
            Place(city="Zürich", zip="8001", province_code="ZH", province="Zurich", rates=_CH, reduced=_CH2),
            Place(city="Bern", zip="3011", province_code="BE", province="Bern", rates=_CH, reduced=_CH2),
        ),
    ),
    Market(
        country="GB",
        country_name="United Kingdom",
        currency="GBP",
        locale="en",
        calling_code="+4420",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Tip",
        streets=("Orchard Lane", "Mill Road", "Station Approach"),
        places=(
            Place(city="Leeds", zip="LS1 4AP", province_code="ENG", province="England", rates=_GB),
            Place(city="Glasgow", zip="G1 1XQ", province_code="SCT", province="Scotland", rates=_GB),
        ),
    ),
    Market(
        country="US",
        country_name="United States",
        currency="USD",
        locale="en-US",
        calling_code="+1512",
        taxes_included=False,
        shipping_taxed=False,
        tip_word="Tip",
        streets=("Cedar Creek Rd", "Harbor Ave", "W 14th St"),
        places=(
            Place(
                city="Los Angeles",
                zip="90012",
                province_code="CA",
                province="California",
                rates=_us(0.06, 0.0025, 0.0325, ("California State Tax", "LA County Tax", "Los Angeles City Tax")),
            ),
            Place(
                city="Austin",
                zip="78701",
                province_code="TX",
                province="Texas",
                rates=_us(0.0625, 0.0, 0.02, ("Texas State Tax", "", "Austin City Tax")),
            ),
            Place(city="Portland", zip="97201", province_code="OR", province="Oregon", rates=()),
        ),
    ),
    Market(
        country="CA",
        country_name="Canada",
        currency="CAD",
        locale="en-CA",
        calling_code="+1604",
        taxes_included=False,
        shipping_taxed=True,
        tip_word="Tip",
        streets=("Granville St", "Rue Sherbrooke", "King St W"),
        places=(
            Place(
                city="Vancouver",
                zip="V6C 1T2",
                province_code="BC",
                province="British Columbia",
                rates=(TaxRate(title="GST", rate=0.05), TaxRate(title="PST", rate=0.07)),
                reduced=(TaxRate(title="GST", rate=0.05),),
            ),
            Place(
                city="Montréal",
                zip="H2Y 1C6",
                province_code="QC",
                province="Quebec",
                rates=(TaxRate(title="GST", rate=0.05), TaxRate(title="QST", rate=0.09975)),
            ),
            Place(city="Toronto", zip="M5H 2M9", province_code="ON", province="Ontario", rates=_vat(0.13, "HST")),
        ),
    ),
    Market(
        country="SE",
        country_name="Sweden",
        currency="SEK",
        locale="sv",
        calling_code="+468",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="Dricks",
        streets=("Ringvägen", "Björkgatan", "Skolgränd"),
        places=(
            Place(city="Göteborg", zip="411 03", rates=_SE, reduced=_SE12),
            Place(city="Malmö", zip="211 22", rates=_SE, reduced=_SE12),
        ),
    ),
    Market(
        country="JP",
        country_name="Japan",
        currency="JPY",
        locale="ja",
        calling_code="+813",
        taxes_included=True,
        shipping_taxed=True,
        tip_word="チップ",
        streets=("神宮前1丁目", "中央2丁目", "本町3丁目"),
        places=(
            Place(city="渋谷区", zip="150-0001", province_code="JP-13", province="Tokyo", rates=_JP, reduced=_JP8),
            Place(city="大阪市", zip="541-0053", province_code="JP-27", province="Osaka", rates=_JP, reduced=_JP8),
        ),
    ),
    Market(
        country="KW",
        country_name="Kuwait",
        currency="KWD",
        locale="ar",
        calling_code="+9652",
        taxes_included=False,
        shipping_taxed=False,
        tip_word="إكرامية",
        streets=("Block 4, Street 12", "Block 9, Street 3"),
        places=(Place(city="Salmiya", zip="22001", province_code="KW-HA", province="Hawalli", rates=()),),
    ),
)


def markets_of(currency: str) -> tuple[Market, ...]:
    """The countries where a currency is used; the first market when none of ours does."""
    return tuple(market for market in MARKETS if market.currency == currency) or MARKETS[:1]
