"""One simulator and one running service for the acceptance tests of a process; each test has a store of its own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.harness import Installation, Simulator, installation, set_up_shop, simulated_stores
from tests.acceptance.queue_orders import CUSTOMER, ITEM, shop_settings

if TYPE_CHECKING:
    from tests.acceptance.console_operator import Operator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with simulated_stores() as running:
        yield running


@pytest.fixture(scope="session")
def running_service(simulator: Simulator) -> Iterator[Installation]:
    with installation(simulator.url, fixture="running_service") as made:
        made.start()
        yield made


@pytest.fixture(scope="session")
def erp(running_service: Installation) -> Erp:
    """A caller who may do everything."""
    return running_service.erp()


@pytest.fixture(scope="module")
def console_desk(request: pytest.FixtureRequest, erp: Erp, simulator: Simulator) -> StoreDesk:
    """A store for what a file of tests does in the console, with the file's ``SHOP`` on it."""
    shop: str = request.module.SHOP
    found = simulator.desk(f"{shop}.myshopify.com")
    erp.put(f"/v1/customers/{CUSTOMER}", {"name": "Web sales"})
    erp.put(f"/v1/items/{ITEM}", {"description": "Teapot", "base_unit": "PCS"})
    found.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"})
    set_up_shop(erp, found, shop, settings=shop_settings(refunds={"process": "auto_create"}))
    return found


@pytest.fixture(scope="module")
def operator(
    request: pytest.FixtureRequest, running_service: Installation, console_desk: StoreDesk
) -> "Iterator[Operator]":
    """Somebody at a browser, signed in as admin."""
    from tests.acceptance.console_operator import an_operator  # noqa: PLC0415 - most tests need no browser

    with an_operator(running_service, f"olga-{request.module.SHOP}") as found:
        yield found
