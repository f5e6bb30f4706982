"""What the command line does about API keys, before ``serve`` or beside it.

It opens no whole installation: a key is often made while the service starts, and takes its processor time from it.
"""

from collections.abc import Sequence
from typing import Any

from app.adapters.clock import SystemClock
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.unit_of_work import unit_of_work_factory
from app.database_server import database_of
from app.domain.access import Scope
from app.ports.errors import FieldError, InvalidInput
from app.schema_state import ensure_schema
from app.services.api_keys import ApiKeys
from app.settings import Settings


async def create_api_key(
    settings: Settings, *, name: str, scopes: Sequence[str] | None, shops: Sequence[str] | None
) -> dict[str, Any]:
    """Create an API key; works before and beside ``serve``."""
    if not name.strip():
        raise InvalidInput("A name says what the key is for; it cannot be empty.", errors=())
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        engine = create_engine(url, pool_size=1)
        try:
            keys = ApiKeys(unit_of_work=unit_of_work_factory(engine), clock=SystemClock())
            made = await keys.create(name=name, scopes=_scopes(scopes), shops=shops)
        finally:
            await engine.dispose()
    return {
        "id": made.key.id,
        "name": name,
        "key": made.secret,
        "scopes": sorted(scope.value for scope in made.key.scopes),
        "shops": made.shops,
    }


def _scopes(names: Sequence[str] | None) -> frozenset[Scope]:
    known = {scope.value: scope for scope in Scope}
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        detail = f"Unknown scopes: {', '.join(unknown)}. Known are: {', '.join(known)}."
        raise InvalidInput(detail, errors=[FieldError(pointer="/scopes", code="unknown_scope", detail=detail)])
    return frozenset(Scope) if names is None else frozenset(known[name] for name in names)
