"""Loading many modules at once, as a starting process does."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

LOOKED_FOR_IN_VAIN = "sniffio"
"""By httpcore at each of its locks, several times a request. Python searches anew each time for a module that is not
there, which took a third of a request's time.
"""


@contextmanager
def many_modules() -> Iterator[None]:
    """Look for no garbage meanwhile: it takes a quarter of the time and finds none, for what is loaded stays. What is
    not there is not looked for again.
    """
    if find_spec(LOOKED_FOR_IN_VAIN) is None:
        sys.modules[LOOKED_FOR_IN_VAIN] = None  # type: ignore[assignment]  # Python's own sign for "there is none"
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
