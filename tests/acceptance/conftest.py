"""One simulator and one running service for the acceptance tests of a process; each test has a store of its own."""

from collections.abc import Iterator

import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.harness import Installation, Simulator, installation, simulated_stores


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with simulated_stores() as running:
        yield running


@pytest.fixture(scope="session")
def running_service(simulator: Simulator) -> Iterator[Installation]:
    with installation(simulator.url) as made:
        made.start()
        yield made


@pytest.fixture(scope="session")
def erp(running_service: Installation) -> Erp:
    """A caller who may do everything."""
    return running_service.erp()
