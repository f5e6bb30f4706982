"""Trouble that a service can meet outside itself, by who can act on it.

    ConnectorError
    ├── Refused                 the rule says no; repeating cannot help
    │   ├── NotFound
    │   ├── Forbidden           the caller is known and may not do this
    │   ├── Conflict            wrong state, already exists; ``current`` helps the caller
    │   ├── VersionConflict     somebody else changed it first
    │   └── InvalidInput        readable but wrong, with the path of each field
    ├── Unavailable             somebody else's trouble; repeating may help
    │   ├── DatabaseUnavailable
    │   ├── DatabaseBusy        others were at the same rows; nothing was changed
    │   ├── Throttled           the store's points are used up
    │   └── StoreUnavailable    timeout, connection, 5xx, cut answer
    │       └── OutcomeUnknown  a change may have taken effect: look before repeating it
    ├── StoreRefused            the store's own refusal, in its words; not repeated
    │   ├── StoreDeclined       what it has against a change, field by field
    │   └── ScopeMissing        the app was not granted what this needs; it works as soon as that is granted
    └── AccessRevoked           credentials are dead: the store's work stops until a person acts

Decisions of the domain are values, not exceptions; these are for what a caller did not ask for. Messages say what was
found, what was expected and what to do; they hold neither secrets nor personal data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta


class ConnectorError(Exception):
    """Base of all; ``code`` is stable snake case for callers."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.facts = dict(facts or {})


class Refused(ConnectorError):
    code = "refused"


class NotFound(Refused):
    """There is no such thing, or the caller may not see it."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong field: a JSON pointer into the body, a code and a sentence."""

    pointer: str
    code: str
    detail: str


class Forbidden(Refused):
    """The caller is known and may not do this."""

    code = "forbidden"


class Conflict(Refused):
    """Valid, but refused by the present state."""

    code = "invalid_state"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        facts: Mapping[str, object] | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(detail, code=code, facts=facts)
        self.errors = tuple(errors)
        self.retryable = retryable


class VersionConflict(Refused):
    """The version the caller knew is not the current one."""

    code = "version_conflict"

    def __init__(self, detail: str, *, current: int) -> None:
        super().__init__(detail, facts={"current_version": current})
        self.current = current


class InvalidInput(Refused):
    """Readable, but at least one field is wrong."""

    code = "invalid_input"

    def __init__(self, detail: str, *, errors: Sequence[FieldError], code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.errors = tuple(errors)


class Unavailable(ConnectorError):
    code = "unavailable"

    def __init__(self, detail: str, *, retry_after: timedelta | None = None, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"


class DatabaseBusy(Unavailable):
    """A deadlock, a serialization failure or a lock that did not come in time: rolled back whole (C4)."""

    code = "database_busy"


class Throttled(Unavailable):
    code = "throttled"


class StoreUnavailable(Unavailable):
    """``outcome_known`` is False when a mutation may have had its effect all the same (B6)."""

    code = "store_unavailable"

    def __init__(self, detail: str, *, outcome_known: bool = True, retry_after: timedelta | None = None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.outcome_known = outcome_known


class OutcomeUnknown(StoreUnavailable):
    """The answer to a change was lost: it may have taken effect (B6)."""

    code = "outcome_unknown"

    def __init__(self, detail: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail, outcome_known=False, retry_after=retry_after)


class StoreRefused(ConnectorError):
    """The store's own words are in ``detail``. They may name a person, so a traceback tells the code alone (S11)."""

    code = "store_refused"

    def __str__(self) -> str:
        return self.code


class StoreDeclined(StoreRefused):
    """A change the store would not make; ``fields`` are what its words are about, dotted (B5)."""

    code = "store_declined"

    def __init__(self, detail: str, *, fields: Sequence[str] = ()) -> None:
        super().__init__(detail, facts={"fields": list(fields)})
        self.fields = tuple(fields)


class ScopeMissing(StoreRefused):
    """The app was not granted a scope that this needs. The rest of the store's work goes on; nobody need tell us when
    the scope is granted: what waits is tried again by itself.
    """

    code = "scope_missing"


class AccessRevoked(ConnectorError):
    code = "access_revoked"
