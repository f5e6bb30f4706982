"""The configuring surface for whoever asks."""

from collections.abc import AsyncIterator

import pytest

from tests.api.configuration import configuring
from tests.erp_surface import Surface, surface


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    """One store with the shops ``web`` and ``pos``, and a caller who may do everything."""
    async with surface(database_url, configuring) as found:
        yield found
