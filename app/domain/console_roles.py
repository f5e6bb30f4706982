"""What people may do in the console: a role is a set of the scopes that keys have, so that both are asked alike."""

from enum import StrEnum

from app.domain.access import Scope


class ConsoleRole(StrEnum):
    """``viewer`` looks, ``operator`` mends, ``admin`` also decides how shops work."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


_NOT_FOR_EVERYBODY = {Scope.KEYS_READ, Scope.PRIVACY_READ, Scope.USERS_READ}
_LOOKING = frozenset(scope for scope in Scope if scope.value.endswith(":read")) - _NOT_FOR_EVERYBODY
_MENDING = frozenset(
    {
        Scope.ORDERS_WRITE,
        Scope.DOCUMENTS_WRITE,
        Scope.SHIPMENTS_WRITE,
        Scope.RUNS_WRITE,
        Scope.MAPPINGS_WRITE,
        Scope.MASTER_DATA_WRITE,
    }
)


def scopes_of(role: ConsoleRole) -> frozenset[Scope]:
    """The scopes of a role; each role has those of the one before it."""
    match role:
        case ConsoleRole.VIEWER:
            return _LOOKING
        case ConsoleRole.OPERATOR:
            return _LOOKING | _MENDING
        case ConsoleRole.ADMIN:
            return frozenset(Scope)
