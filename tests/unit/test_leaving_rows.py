"""Rows for what orders name: nothing is asked of the database when nothing is new, and its trouble stays its own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Never

from app.domain.identifiers import ShopId
from app.domain.mappings import Mappings, ShipmentMethodMapping
from app.domain.shop_settings import ShopSettings
from app.ports.errors import DatabaseUnavailable
from app.ports.repositories.configuration import ShopConfiguration
from app.services.seen_values import leave_rows
from tests.builders import line, order, shipping

NAMED = order(line(1), shipping_lines=(shipping(title="Drone"),))


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 15, tzinfo=UTC)


@dataclass
class Refusing:
    """A database that is away; counts how often it was asked."""

    asked: int = 0

    def __call__(self) -> Never:
        self.asked += 1
        raise DatabaseUnavailable("away")


def a_shop(mappings: Mappings) -> ShopConfiguration:
    return ShopConfiguration(
        id=ShopId("shp_1"),
        code="web",
        name="Web",
        settings=ShopSettings(),
        mappings=mappings,
        local_currency="EUR",
        time_zone=UTC,
    )


async def test_orders_that_name_nothing_new_ask_nothing_of_the_database() -> None:
    database = Refusing()
    known = a_shop(Mappings(shipment_methods={"drone": ShipmentMethodMapping(title="Drone")}))

    await leave_rows([(NAMED, known)] * 50, uow=database, clock=StandingClock())

    assert database.asked == 0


async def test_any_number_of_orders_ask_once_and_a_database_that_is_away_fails_none_of_them() -> None:
    database = Refusing()

    await leave_rows([(NAMED, a_shop(Mappings()))] * 50, uow=database, clock=StandingClock())

    assert database.asked == 1
