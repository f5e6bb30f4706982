"""Which database server an installation uses: the one given by URL, or the embedded one while somebody uses it.

Light to load, so that a server can start while the rest of a process is still being loaded.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app.adapters.postgres.embedded import provided_or_embedded
from app.settings import Settings, prepare_data_dir


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the installation's database, for as long as the block runs."""
    given = settings.database_url.get_secret_value() if settings.database_url else None
    if given is None:
        prepare_data_dir(settings.data_dir)
    with provided_or_embedded(given, home=settings.data_dir / "postgres") as url:
        yield url
