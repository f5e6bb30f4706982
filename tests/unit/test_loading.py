"""What a process does while it loads."""

import gc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType

import httpcore
import pytest

from app.loading import LOOKED_FOR_IN_VAIN, many_modules


class Searches(PathFinder):
    """Notes what is searched for, and finds nothing itself."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(  # type: ignore[override]
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        self.names.append(fullname)
        return None


@pytest.mark.skipif(find_spec(LOOKED_FOR_IN_VAIN) is not None, reason="it is there")
async def test_a_module_that_is_not_there_is_not_searched_for_at_each_request() -> None:
    with many_modules():
        searches = Searches()
    sys.meta_path.insert(0, searches)
    try:
        async with httpcore.AsyncConnectionPool() as pool:
            with pytest.raises(httpcore.ConnectError):
                await pool.request("GET", "http://127.0.0.1:1/")
    finally:
        sys.meta_path.remove(searches)

    assert LOOKED_FOR_IN_VAIN not in searches.names


def test_garbage_is_looked_for_again_once_all_is_loaded() -> None:
    with many_modules():
        assert not gc.isenabled()

    assert gc.isenabled()
